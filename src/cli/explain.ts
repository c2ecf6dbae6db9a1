import { artifacts } from '../../generated/catalog.ts'
import { controls } from '../../generated/controls.ts'
import type { Control } from '../controls/control.ts'
import type { Loaded } from '../detect/detect.ts'
import { EXIT, InputError } from '../errors.ts'
import type { Plan } from '../plan/plan.ts'
import { valueOf } from '../plan/values.ts'
import { settingFor, SETTINGS, type Settings } from '../policy/convert.ts'
import type { Artifact } from '../render/artifacts.ts'
import { catalog, detectFor, type Known, planFor, readInput, resolveFor } from './generate.ts'
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
  const { known, project } = await projectHere(flags, io)
  const packs = known?.packs
  const settings = packs?.policy.settings ?? SETTINGS
  const all: Catalog = { controls: (await packs?.controls()) ?? (controls as Control[]), artifacts: packs?.catalog(catalog).artifacts ?? ARTIFACTS, settings }
  const ids = [...all.controls.map((c) => c.id), ...all.artifacts.map((a) => a.id), ...OPTIONS.flatMap((o) => (o.answer ? [o.answer] : [])), ...Object.keys(settings)]
  const unknown = words.filter((w) => !ids.includes(w) && settingFor(w, settings) === undefined)
  if (unknown.length > 0) throw new InputError(unknown.map((w) => ({ message: `nothing is called ${JSON.stringify(w)}`, where: 'explain', hint: 'create-hardened-container list', near: { given: w, among: ids } })))
  const chain = packs ? (await import('../pack/explain.ts')).chainOf : undefined
  const meant = words.length > 0 ? words.flatMap((id) => explain(id, all, project)) : OPTIONS.flatMap((o) => (o.answer ? explain(o.answer, all, project).filter((e) => e.kind === 'setting') : []))
  const explained = meant.map((e) => (chain && e.kind !== 'artifact' ? { ...e, here: [...e.here, ...chain(e.kind === 'control' ? `control.${e.id}` : e.id, packs!, known!.layers)] } : e))
  if (flags.json) io.stdout.write(`${JSON.stringify({ schemaVersion: 1, ok: true, exitCode: EXIT.ok, explained }, null, 2)}\n`)
  else if (words.length > 0) io.stdout.write(explained.map(text).join('\n'))
  else io.stdout.write(explained.map((e) => `${e.id.padEnd(18)} ${e.here[0] ?? e.title}\n`).join(''))
  return EXIT.ok
}

/** The tool's own catalog with what packs add. */
interface Catalog {
  controls: readonly Control[]
  artifacts: readonly Artifact[]
  settings: Settings
}

type Project = { plan: Plan; loaded: Loaded }

/** What was said in the project of the current folder, and its plan where one can be made. */
async function projectHere(flags: Parsed['flags'], io: Io): Promise<{ known?: Known; project?: Project }> {
  let known: Known | undefined
  try {
    known = (await readInput([], flags, io)).known
    const { resolved, preset } = resolveFor(known)
    const { facts, loaded } = await detectFor(known, resolved)
    return { known, project: { plan: planFor(known, facts, loaded, resolved, preset), loaded } }
  } catch (error) {
    if ((error as InputError).problems) return known ? { known } : {}
    throw error
  }
}

/** What has that name: a control, an artifact, a setting, or several of them. */
function explain(id: string, all: Catalog, project: Project | undefined): Explanation[] {
  const control = all.controls.find((c) => c.id === id)
  const artifact = all.artifacts.find((a) => a.id === id)
  const option = OPTIONS.find((o) => o.answer === id)
  const describe = option?.describe ?? settingFor(id, all.settings)?.describe
  const flag = option ? `--${option.name} ${option.value}` : `--set ${id}=VALUE`
  return [
    ...(control ? [{ id, kind: 'control' as const, title: control.title, why: control.why, sources: control.sources, here: controlHere(control, project?.plan) }] : []),
    ...(artifact ? [{ id, kind: 'artifact' as const, title: `${artifact.path} (${artifact.title})`, why: artifact.why, sources: [], here: artifactHere(artifact, project?.plan) }] : []),
    ...(describe !== undefined ? [{ id, kind: 'setting' as const, title: describe, why: `Set it by ${flag}, or as ${option ? id : `set: { ${id} }`} in hardened.yaml.`, sources: [], here: settingHere(id, project) }] : []),
  ]
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
