import { artifacts, controlIds } from '../../generated/catalog.ts'
import { controls } from '../../generated/controls.ts'
import type { Control } from '../controls/control.ts'
import type { Loaded } from '../detect/detect.ts'
import { EXIT, InputError } from '../errors.ts'
import type { Plan } from '../plan/plan.ts'
import { valueOf } from '../plan/values.ts'
import { SETTINGS } from '../policy/convert.ts'
import type { Artifact } from '../render/artifacts.ts'
import { detectFor, planFor, readInput, resolveFor } from './generate.ts'
import type { Io } from './io.ts'
import { OPTIONS } from './options.ts'
import type { Parsed } from './parse.ts'

/** What is said about one thing, as text and as data. */
interface Explanation {
  id: string
  kind: 'control' | 'artifact' | 'setting'
  title: string
  why: string
  sources: string[]
  /** lines about this project, when there is one here */
  here: string[]
}

const ARTIFACTS = artifacts as unknown as Artifact[]

/** Says what a control, artifact or setting is, why it is there, and who set it in the project of the current folder. */
export async function run(words: string[], flags: Parsed['flags'], io: Io): Promise<number> {
  const known = [...(controlIds as string[]), ...ARTIFACTS.map((a) => a.id), ...OPTIONS.flatMap((o) => (o.answer ? [o.answer] : [])), ...Object.keys(SETTINGS)]
  const unknown = words.filter((w) => !known.includes(w))
  if (unknown.length > 0) throw new InputError(unknown.map((w) => ({ message: `nothing is called ${JSON.stringify(w)}`, where: 'explain', hint: 'create-hardened-container list', near: { given: w, among: known } })))
  const project = await projectHere(flags, io)
  const explained = (words.length > 0 ? words : OPTIONS.flatMap((o) => (o.answer ? [o.answer] : []))).map((id) => explain(id, project))
  if (flags.json) io.stdout.write(`${JSON.stringify({ schemaVersion: 1, ok: true, exitCode: EXIT.ok, explained }, null, 2)}\n`)
  else if (words.length > 0) io.stdout.write(explained.map(text).join('\n'))
  else io.stdout.write(explained.map((e) => `${e.id.padEnd(18)} ${e.here[0] ?? e.title}\n`).join(''))
  return EXIT.ok
}

type Project = { plan: Plan; loaded: Loaded }

/** The plan of the project in the current folder; undefined where there is none that a plan could be made of. */
async function projectHere(flags: Parsed['flags'], io: Io): Promise<Project | undefined> {
  try {
    const { known } = await readInput([], flags, io)
    const { resolved, preset } = resolveFor(known)
    const { facts, loaded } = await detectFor(known, resolved.answers)
    return { plan: planFor(known, facts, loaded, resolved, preset), loaded }
  } catch (error) {
    if ((error as InputError).problems) return undefined
    throw error
  }
}

function explain(id: string, project: Project | undefined): Explanation {
  const control = (controls as Control[]).find((c) => c.id === id)
  if (control) return { id, kind: 'control', title: control.title, why: control.why, sources: control.sources, here: controlHere(control, project?.plan) }
  const artifact = ARTIFACTS.find((a) => a.id === id)
  if (artifact) return { id, kind: 'artifact', title: `${artifact.path} (${artifact.title})`, why: artifact.why, sources: [], here: artifactHere(artifact, project?.plan) }
  const option = OPTIONS.find((o) => o.answer === id)
  const flag = option ? `--${option.name} ${option.value}` : `--set ${id}=VALUE`
  return { id, kind: 'setting', title: option?.describe ?? SETTINGS[id]!.describe, why: `Set it by ${flag}, or as ${option ? id : `set: { ${id} }`} in hardened.yaml.`, sources: [], here: settingHere(id, project) }
}

function text(e: Explanation): string {
  return [`${e.id} (${e.kind})`, `  ${e.title}`, `  ${e.why}`, ...(e.sources.length > 0 ? [`  Asked for by ${e.sources.join(', ')}.`] : []), ...e.here.map((l) => `  ${l}`)].join('\n') + '\n'
}

function controlHere(control: Control, plan: Plan | undefined): string[] {
  const state = plan?.controls[control.id]
  if (!state) return [`Severity ${control.severity}.`]
  return [`Severity ${control.severity}. Here it is ${state.on ? 'on' : `off: ${state.reason}`} (${state.origin}).`, ...(state.on ? [`To switch it off: --control ${control.id}=off:"why"`] : [])]
}

function artifactHere(artifact: Artifact, plan: Plan | undefined): string[] {
  if (!plan) return []
  const written = plan.artifacts.some((a) => a.id === artifact.id)
  return [written ? `Here it is written; to leave it out: --without ${artifact.id}` : `Here it is not written${artifact.default === false ? `; to have it: --with ${artifact.id}` : ''}.`]
}

function settingHere(id: string, project: Project | undefined): string[] {
  if (!project) return []
  const { plan, loaded } = project
  const value = id === 'base' ? `${plan.base.id} (${plan.base.runtime}; ${plan.base.reason})` : valueOf(id, plan).replaceAll(',', ', ')
  const from = plan.origins[id]
  const places = (from?.evidence ?? []).map((e) => `${e.file}${e.line ? `:${e.line}` : ''}`)
  const lines = from || value ? [`Here: ${value || 'none'}, ${from ? from.origin : 'built-in'}${places.length > 0 ? ` in ${places.join(', ')}` : ''}${from?.guess ? ' (a guess)' : ''}`] : ['Here: not set']
  const hint = loaded.language.frameworks.find((f) => f.id === plan.framework?.id)?.healthHint
  return id === 'healthPath' && !from && hint ? [...lines, `A route for ${plan.framework!.title}:`, ...hint.trimEnd().split('\n').map((l) => `  ${l}`)] : lines
}
