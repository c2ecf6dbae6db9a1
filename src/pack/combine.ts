import { artifacts, controlIds, presets as builtIn } from '../../generated/catalog.ts'
import type { Control, Severity, Value } from '../controls/control.ts'
import { EXIT, InputError, type Problem } from '../errors.ts'
import type { Preset } from '../plan/input.ts'
import type { Answers } from '../policy/answers.ts'
import { LANGUAGE_ARTIFACTS } from '../render/artifacts.ts'
import { answersOf, byAnswer, type Given, settingFor, type Settings, SETTINGS } from '../policy/convert.ts'
import type { Place, Rule } from './manifest.ts'
import { matches } from './pattern.ts'
import type { Pack, PackDefaults, Policy } from './policy.ts'
import { UNSAFE } from './settings.ts'
import { SIGNATURES } from './tree.ts'

/**
 * What packs say together. Later packs win in what is a default; what they enforce and forbid only accumulates.
 * @throws InputError (pack) where rules contradict each other, naming both packs and lines, and for names that do not exist
 */
export function combine(packs: readonly Pack[]): Policy {
  const problems: Problem[] = []
  const settings: Record<string, Settings[string]> = { ...SETTINGS }
  for (const pack of packs) Object.assign(settings, pack.read.settings)
  const defaults: PackDefaults[] = packs.map((pack) => ({ pack, ...pack.read.defaults(settings) }))
  const rules = packs.flatMap((p) => p.read.rules)
  const controls = packs.flatMap(controlsOf)
  const ids = new Set([...(controlIds as string[]), ...controls.map((c) => c.id)])
  for (const rule of rules) if (!rule.artifact && !isKey(rule.key, settings, ids)) problems.push({ message: `${rule.pack} ${rule.kind}s "${rule.key}", which is no setting`, ...rule.at, hint: 'create-hardened-container list settings', near: { given: rule.key, among: [...byAnswer().keys(), ...Object.keys(settings)] } })
  for (const pack of packs) pack.read.manifest.waive?.forEach((w, i) => ids.has(w.control) || problems.push({ message: `${pack.name} waives the control "${w.control}", which there is not`, ...pack.read.at('waive', i), near: { given: w.control, among: [...ids] }, hint: 'create-hardened-container list controls' }))
  problems.push(...rules.flatMap((r) => unusable(r, settings)), ...contradictions(rules), ...collisions(packs), ...packs.flatMap(missing), ...defaults.flatMap(unusableDefaults))
  const answers = packs.length > 0 ? laid(defaults, packs) : {}
  for (const rule of rules) {
    const said = rule.artifact ? undefined : answerAt(answers, rule.key)
    if (said !== undefined && !allows(rule, said)) problems.push({ message: `the packs' own default for ${rule.key}, ${said}, is not what ${rule.pack} ${rule.kind}s: ${wanted(rule)}`, ...rule.at, hint: 'change the default or the rule' })
  }
  if (problems.length > 0) throw new InputError(problems, EXIT.pack)
  return {
    packs: [...packs],
    defaults,
    answers,
    rules,
    settings,
    prompts: packs.flatMap((p) => (p.read.manifest.prompts ?? []).map((q) => ({ ...q, pack: p.name }))),
    presets: packs.flatMap((p) => presetsOf(p, settings)),
    artifacts: packs.flatMap((pack) => (pack.read.manifest.artifacts ?? []).map((a) => ({ ...a, pack }))),
    controls,
    tiers: Object.assign({}, ...packs.map((p) => p.read.manifest.tiers ?? {})) as Policy['tiers'],
    mirrors: Object.assign({}, ...packs.map((p) => p.read.manifest.mirrors ?? {})) as Policy['mirrors'],
  }
}

const isKey = (key: string, settings: Settings, controls: ReadonlySet<string>): boolean => byAnswer().has(key) || settingFor(key, settings) !== undefined || (key.startsWith('control.') && controls.has(key.slice(8)))

/** What is wrong with the values that a rule names: nobody could follow it, or it would stand in the files as it is. */
function unusable(rule: Rule, settings: Settings): Problem[] {
  if (rule.artifact) return []
  if (rule.key.startsWith('control.') && !allows(rule, 'on')) return [{ message: `${rule.pack} ${rule.kind}s that ${rule.key.slice(8)} is other than on`, ...rule.at, hint: 'enforce it by value: "on"; to switch it off is what waive is for, with a reason and a day' }]
  if (rule.kind === 'forbid') return []
  if (lowest(rule) > highest(rule)) return [{ message: `no ${rule.key} is ${wanted(rule)}`, ...rule.at, hint: 'change one of them' }]
  return [...(rule.value === undefined ? [] : [rule.value]), ...(rule.oneOf ?? [])].flatMap((value) => valueProblems(rule.key, value, rule.at, settings))
}

function valueProblems(key: string, value: string, at: Place, settings: Settings): Problem[] {
  const own = byAnswer().get(key)
  const option = own ?? (settingFor(key, settings) ? byAnswer().get('set') : undefined)
  if (!option) return []
  if (key === 'port' && !isPort(value)) return [{ message: `${JSON.stringify(value)} is no port`, ...at, hint: PORTS }]
  try {
    answersOf(new Map([[option, { value: own ? value : [`${key}=${value}`], label: own ? key : 'enforce', place: at } satisfies Given]]), settings)
    return []
  } catch (error) {
    return (error as InputError).problems
  }
}

const PORTS = 'a whole number from 1024 to 65535'
const isPort = (text: string): boolean => /^\d{4,5}$/.test(text) && Number(text) >= 1024 && Number(text) <= 65535

/** Answers of a pack that switch a control off without a waiver, or that no program can have. */
function unusableDefaults({ pack, answers, at }: PackDefaults): Problem[] {
  const off = Object.entries(answers.control ?? {}).filter(([, c]) => !c.on)
  return [
    ...off.map(([id]): Problem => ({ message: `${pack.name} has ${id} off by default, which only waive can say`, ...(at.control ?? pack.read.at('defaults')), hint: `waive: [{ control: ${id}, reason: why, until: 2027-03-31 }]` })),
    ...(answers.port === undefined || isPort(String(answers.port)) ? [] : [{ message: `${answers.port} is no port`, ...(at.port ?? pack.read.at('defaults')), hint: PORTS }]),
  ]
}

/** Defaults of all packs, later ones over earlier ones; null takes back. Waived controls are off, with the reason. */
function laid(defaults: readonly PackDefaults[], packs: readonly Pack[]): Answers {
  const prompts = packs.flatMap((p) => (p.read.manifest.prompts ?? []).flatMap((q) => (q.default === undefined ? [] : [[q.key, q.default] as const])))
  const out: Record<string, unknown> = prompts.length > 0 ? { set: Object.fromEntries(prompts) } : {}
  for (const { answers, gone } of defaults) {
    for (const key of gone) {
      delete out[key]
      if (out.set) delete (out.set as Record<string, string>)[key]
    }
    for (const [key, value] of Object.entries(answers)) out[key] = isMap(value) && isMap(out[key]) ? { ...out[key], ...value } : value
  }
  const waived = packs.flatMap((p) => (p.read.manifest.waive ?? []).map((w) => [w.control, { on: false, reason: `${w.reason} (${p.name})`, ...(w.until ? { until: w.until } : {}) }] as const))
  if (waived.length > 0) out.control = { ...(out.control as object), ...Object.fromEntries(waived) }
  return out as Answers
}

const isMap = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v)

function presetsOf(pack: Pack, settings: Settings): Preset[] {
  return (pack.read.manifest.presets ?? []).map((p, i) => ({ id: p.id, title: p.title, description: p.description, defaults: pack.read.presetDefaults(i, settings) as Preset['defaults'], off: p.off ?? [] }))
}

/** Controls that are data: like the tool's own, without a coded check. */
function controlsOf(pack: Pack): Control[] {
  return (pack.read.manifest.controls ?? []).map((c) => ({
    id: c.id,
    title: c.title,
    why: c.why,
    comment: c.comment ?? '',
    severity: (c.severity ?? 'medium') as Severity,
    points: [],
    sources: c.sources,
    expects: c.expects.map((e) => ({ artifact: e.artifact, at: e.at, value: plainValue(e.value), ...(e.when ? { when: e.when } : {}), ...(e.comment === undefined ? {} : { comment: e.comment }) })),
    failing: [],
  }))
}

function plainValue(value: unknown): Value {
  if (Array.isArray(value)) return value.map(plainValue)
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plainValue(v)]))
  return String(value ?? '')
}

/** Files that a manifest names and the pack does not have. */
function missing({ name, tree, read: { manifest, at } }: Pack): Problem[] {
  const named: [path: string, key: string, item?: number][] = [
    ...Object.values(manifest.partials ?? {}).map((p): [string, string] => [p, 'partials']),
    ...Object.values(manifest.templates ?? {}).map((p): [string, string] => [p, 'templates']),
    ...(manifest.artifacts ?? []).map((a, i): [string, string, number] => [a.template, 'artifacts', i]),
    ...(manifest.languages ?? []).flatMap((folder, i) => ['language.yaml', ...Object.keys(LANGUAGE_ARTIFACTS)].map((file): [string, string, number] => [`${folder}/${file}`, 'languages', i])),
  ]
  // who changes what is not hashed changes no lock and no trust
  const unhashed: Problem[] = named.filter(([path]) => SIGNATURES.includes(path)).map(([path, key, item]) => ({ message: `${key} of ${name} names ${path}, which signs the pack and is no part of what is signed`, ...at(key, item), hint: 'give the file another name' }))
  return [...unhashed, ...named.filter(([path]) => !tree.has(path)).map(([path, key, item]) => ({ message: `${key} of ${name} names ${path}, which is not in the pack`, ...at(key, item), hint: 'add the file or mend the name', near: { given: path, among: [...tree.keys()] } }))]
}

/** Ids and paths that two packs, or a pack and the tool, both use. */
function collisions(packs: readonly Pack[]): Problem[] {
  const problems: Problem[] = []
  const prompts = packs.flatMap((p) => (p.read.manifest.prompts ?? []).map((q) => q.key))
  const ids = (list: unknown): string[] => (list as { id: string }[]).map((x) => x.id)
  const own: Record<string, readonly string[]> = { control: controlIds as string[], preset: ids(builtIn), artifact: [...ids(artifacts), ...(artifacts as unknown as { group: string }[]).map((a) => a.group)], prompt: Object.keys(SETTINGS) }
  const taken = new Map<string, string>(Object.entries(own).flatMap(([kind, names]) => names.map((name): [string, string] => [`${kind} ${name}`, 'the tool itself'])))
  const take = (what: string, pack: Pack, at: Place): void => {
    const by = taken.get(what)
    if (by !== undefined) problems.push({ message: `${pack.name} brings the ${what}, which ${by} has already`, ...at, hint: 'choose another id' })
    taken.set(what, pack.name)
  }
  for (const pack of packs) {
    const { manifest, at } = pack.read
    manifest.controls?.forEach((c, i) => take(`control ${c.id}`, pack, at('controls', i)))
    manifest.presets?.forEach((p, i) => take(`preset ${p.id}`, pack, at('presets', i)))
    manifest.artifacts?.forEach((a, i) => take(`artifact ${a.id}`, pack, at('artifacts', i)))
    manifest.prompts?.forEach((p, i) => {
      take(`prompt ${p.key}`, pack, at('prompts', i))
      const wrong = keyProblem(p.key, prompts)
      if (wrong) problems.push({ message: `the prompt ${p.key} ${wrong}`, ...at('prompts', i), hint: 'choose another key' })
    })
  }
  return problems
}

/** Why a prompt's key cannot be one: keys become objects inside each other, `settings.acme.costCentre`. */
function keyProblem(key: string, all: readonly string[]): string | undefined {
  if (key.split('.').some((step) => UNSAFE.has(step))) return 'names a part of every object'
  if (settingFor(key, {})) return 'is a label'
  const below = all.find((other) => other.startsWith(`${key}.`))
  return below && `would be a value and hold ${below}`
}

const placed = ({ at, pack }: Rule): string => `${pack} (${at.file}${at.line ? `:${at.line}` : ''})`

/** Rules of one key that no value can meet together. */
function contradictions(rules: readonly Rule[]): Problem[] {
  const problems: Problem[] = []
  rules.forEach((a, i) => {
    for (const b of rules.slice(i + 1)) {
      if (a.artifact || b.artifact || a.key !== b.key || !disagree(a, b)) continue
      problems.push({ message: `${placed(a)} and ${placed(b)} contradict each other on ${a.key}: ${wanted(a)}, against ${wanted(b)}`, ...b.at, hint: 'neither can be relaxed here; change one of the packs' })
    }
  })
  if (problems.length > 0) return problems
  // each two may agree, and all of them not
  for (const key of new Set(rules.filter((r) => !r.artifact && choices(r)).map((r) => r.key))) {
    const all = rules.filter((r) => r.key === key)
    if (left(key, rules)!.length === 0) problems.push({ message: `no value of ${key} is what all of these allow: ${all.map((r) => `${placed(r)} ${must(r)}`).join('; ')}`, ...all.at(-1)!.at, hint: 'change one of the packs' })
  }
  return problems
}

/** The values that a rule names, where it does. */
const choices = (r: Rule): string[] | undefined => (r.kind === 'forbid' ? undefined : r.value !== undefined ? [r.value] : r.oneOf)

/** What all rules of a key leave to choose from; undefined where none names values. */
export function left(key: string, rules: readonly Rule[]): string[] | undefined {
  const own = rules.filter((r) => r.key === key && !r.artifact)
  const named = own.map(choices).find((c) => c !== undefined)
  return named?.filter((v) => own.every((r) => allows(r, v)))
}

function disagree(a: Rule, b: Rule): boolean {
  const [x, y] = [choices(a), choices(b)]
  if (x) return !x.some((v) => allows(b, v))
  if (y) return !y.some((v) => allows(a, v))
  return Math.max(lowest(a), lowest(b)) > Math.min(highest(a), highest(b))
}

/** Lists, of which each entry has to do. */
const LISTS = new Set(['services', 'with', 'without', 'preset', 'network.egress'])

/** Whether a value, as text, meets a rule. */
export function allows(rule: Rule, value: string): boolean {
  const values = LISTS.has(rule.key) ? value.split(',') : [value]
  if (rule.kind === 'forbid') return rule.values ? !values.some((v) => rule.values!.includes(v)) : false
  if (rule.value !== undefined) return value === rule.value
  // a list of what may be there asks for none of it
  if (rule.oneOf) return values.every((v) => rule.oneOf!.includes(v) || (v === 'none' && LISTS.has(rule.key)))
  if (rule.pattern !== undefined) return matches(rule.pattern, value)
  const number = numberOf(rule, value)
  return number >= lowest(rule) && number <= highest(rule)
}

const lowest = (rule: Rule): number => (rule.min === undefined ? -Infinity : numberOf(rule, rule.min))
const highest = (rule: Rule): number => (rule.max === undefined ? Infinity : numberOf(rule, rule.max))

/** Settings whose values are versions: 3.9 comes before 3.13. */
const VERSIONS = new Set(['languageVersion', 'kubernetesVersion'])

/** A value as rules compare it: versions by their parts, CPU in cores ("250m" is 0.25), memory in MiB. NaN, which no bound allows, where it is none of them. */
function numberOf({ key }: Rule, value: string | number): number {
  const text = String(value)
  if (VERSIONS.has(key)) return /^\d+(\.\d+){0,2}$/.test(text) ? text.split('.').reduce((sum, part, i) => sum + Number(part) / 1000 ** i, 0) : Number.NaN
  const [, n, unit] = /^(-?\d+(?:\.\d+)?)(m|Mi|Gi)?$/.exec(text) ?? []
  return n === undefined ? Number.NaN : Number(n) * (unit === 'm' ? 0.001 : unit === 'Gi' ? 1024 : 1)
}

/** What a rule asks for, as the end of a sentence about its setting. */
export const must = (rule: Rule): string => (rule.kind === 'forbid' ? `it must not be ${rule.values?.join(', ') ?? 'set'}` : `it has to be ${wanted(rule)}`)

/** What a rule asks for, in words. */
export function wanted(rule: Rule): string {
  if (rule.kind === 'forbid') return rule.artifact ? `no ${rule.artifact}` : `never ${rule.values?.join(', ') ?? 'set'}`
  if (rule.value !== undefined) return rule.value
  if (rule.oneOf) return `one of ${rule.oneOf.join(', ')}`
  if (rule.pattern !== undefined) return `what matches ${rule.pattern}`
  return [rule.min === undefined ? '' : `at least ${rule.min}`, rule.max === undefined ? '' : `at most ${rule.max}`].filter(Boolean).join(' and ')
}

/** An answer by its key, as text: an option's, a setting's or a control's ("on", "off"). */
export function answerAt(answers: Answers, key: string): string | undefined {
  const control = key.startsWith('control.') ? answers.control?.[key.slice(8)] : undefined
  if (control) return control.on ? 'on' : 'off'
  const own = byAnswer().has(key) ? (answers as Record<string, unknown>)[key] : answers.set?.[key]
  return own === undefined ? undefined : Array.isArray(own) ? own.join(key === 'start' ? ' ' : ',') : String(own)
}
