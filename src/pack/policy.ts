import type { Artifact } from '../render/artifacts.ts'
import type { Control } from '../controls/control.ts'
import type { Preset } from '../plan/input.ts'
import type { Answers } from '../policy/answers.ts'
import type { Settings } from '../policy/convert.ts'
import type { PackArtifact, Place, Prompt, Read, Rule } from './manifest.ts'
import type { Tree } from './tree.ts'

/** A pack that was fetched, verified and read. */
export interface Pack {
  /** as it was asked for, without credentials */
  spec: string
  name: string
  version: string
  /** hash of its files */
  integrity: string
  /** exactly what was fetched: a commit, a version, a digest; the spec itself for a folder */
  resolved: string
  /** true where it came over the network */
  remote: boolean
  tree: Tree
  /** the hash of each file */
  hashes: Record<string, string>
  read: Read
  /** specs of the packs that it builds on */
  extends: string[]
}

/** What one pack says as a default, with the lines. */
export interface PackDefaults {
  pack: Pack
  answers: Answers
  gone: string[]
  at: Record<string, Place>
}

/** The packs of a run, resolved: what they set, fix, forbid and bring. */
export interface Policy {
  /** weakest first */
  packs: Pack[]
  defaults: PackDefaults[]
  /** the defaults of all packs, laid over each other */
  answers: Answers
  rules: Rule[]
  /** the tool's settings and theirs */
  settings: Settings
  prompts: (Prompt & { pack: string })[]
  presets: Preset[]
  artifacts: (PackArtifact & { pack: Pack })[]
  controls: Control[]
  tiers: Record<string, { cpu: string; cpuLimit?: string; memory: string }>
  mirrors: Record<string, string>
}

/** The artifacts of packs as the catalog lists them. */
export const catalogArtifacts = (policy: Policy): Artifact[] =>
  policy.artifacts.map(({ id, path, title, why, default: on }) => ({ id, path, group: 'pack', title: title ?? id, why, ...(on === false ? { default: false } : {}) }))
