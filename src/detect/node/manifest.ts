import { readJson } from '../json.ts'
import type { Evidence } from '../facts.ts'
import { lineAt, lineOf, type Project } from '../project.ts'

/** What is read of a package.json. Other tools than npm fill it too, so that a field may hold anything. */
export interface PackageJson {
  name?: string
  version?: string
  main?: string
  module?: string
  type?: string
  bin?: string | Record<string, string>
  packageManager?: string
  scripts?: Record<string, string>
  engines?: Record<string, string>
  volta?: Record<string, string>
  devEngines?: { runtime?: unknown; packageManager?: unknown }
  workspaces?: unknown
  prisma?: { schema?: string }
  pnpm?: { overrides?: unknown }
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}

/** One package.json with what is asked of it again and again. */
export interface Manifest {
  file: string
  /** there is no such file, so nothing is installed by it, and what its scripts say is run as it stands; `takes`: what of its folder is run, not all */
  absent?: { takes?: string[] }
  json: PackageJson
  scripts: Record<string, string>
  /** what an installation for production has */
  production: Record<string, string>
  /** that and what development adds */
  every: Record<string, string>
  at(what: string | RegExp): Evidence
  keyAt(key: string): Evidence
}

/** Reads package.json in the project's root or `folder`; undefined where there is none. Throws InputError where it is malformed. */
export function readManifest(project: Project, folder = ''): Manifest | undefined {
  const file = `${folder}package.json`
  const text = project.read(file)
  if (text === undefined) return undefined
  const json = readJson<PackageJson>(file, text)
  const at = (what: string | RegExp): Evidence => ({ file, line: lineOf(text, what) })
  const production = { ...texts(json.dependencies), ...texts(json.optionalDependencies) }
  return {
    file,
    json,
    scripts: texts(json.scripts),
    production,
    every: { ...texts(json.devDependencies), ...production },
    at,
    keyAt: (key) => ({ file, line: lineAt(text, keyOffset(text, key)) }),
  }
}

/** Offset of the first such key in a text of JSON, or -1. */
function keyOffset(text: string, key: string): number {
  for (let at = text.indexOf(`"${key}"`); at >= 0; at = text.indexOf(`"${key}"`, at + 1)) if (text.slice(at + key.length + 2, at + key.length + 40).trimStart().startsWith(':')) return at
  return -1
}

/** The entries of a map whose values are texts. */
const texts = (map: unknown): Record<string, string> =>
  typeof map === 'object' && map !== null ? Object.fromEntries(Object.entries(map).filter((e): e is [string, string] => typeof e[1] === 'string')) : {}
