import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml'
import { EXIT, InputError, type Problem } from '../errors.ts'
import type { Language } from '../detect/language.ts'
import type { Answers } from '../policy/answers.ts'
import { type Setting, settingFor, type Settings } from '../policy/convert.ts'
import { answersOfMap } from '../policy/read.ts'
import { MANIFEST } from './format.ts'
import { check, type Schema, valueOf } from './schema.ts'
import { placeIn, refusePattern, settingsOf } from './settings.ts'
import { MANIFEST_FILE, type Tree } from './tree.ts'

/** Where something stands in a pack. `file` names the pack too, for messages. */
export interface Place {
  file: string
  line?: number
  column?: number
}

/** One thing that a pack enforces or forbids. Exactly one of value, oneOf, pattern, min or max, values, artifact. */
export interface Rule {
  kind: 'enforce' | 'forbid'
  key: string
  value?: string
  oneOf?: string[]
  pattern?: string
  min?: string | number
  max?: string | number
  values?: string[]
  artifact?: string
  reason: string
  docs?: string
  /** name of the pack */
  pack: string
  at: Place
}

export interface Prompt {
  key: string
  type?: 'string' | 'integer' | 'boolean' | 'choice'
  choices?: string[]
  pattern?: string
  message: string
  default?: string
  required?: boolean
}

export interface PackArtifact {
  id: string
  path: string
  template: string
  title?: string
  why: string
  default?: boolean
  when?: { language?: string[]; framework?: string[]; services?: string[]; serves?: boolean; artifact?: string[]; set?: Record<string, string> }
}

export interface PackControl {
  id: string
  title: string
  why: string
  comment?: string
  severity?: string
  sources: string[]
  expects: { artifact: string; at: string; value: unknown; comment?: string; when?: string }[]
}

export interface PackPreset {
  id: string
  title: string
  description: string
  defaults?: unknown
  off?: { id: string; reason: string }[]
}

/** What a manifest says, checked, as plain data. */
export interface Manifest {
  name: string
  version: string
  description?: string
  requires?: { tool?: string }
  extends?: string[]
  prompts?: Prompt[]
  presets?: PackPreset[]
  tiers?: Record<string, { cpu: string; cpuLimit?: string; memory: string; title?: string }>
  mirrors?: Record<string, string>
  bases?: Record<string, Record<string, { build?: string; runtime?: string; uid?: number }>>
  templates?: Record<string, string>
  basedOn?: Record<string, string>
  partials?: Record<string, string>
  artifacts?: PackArtifact[]
  controls?: PackControl[]
  languages?: string[]
  frameworks?: Record<string, Record<string, unknown>[]>
  waive?: { control: string; reason: string; until?: string }[]
}

/** A manifest that was read, with the parts that need the settings of the packs below it. */
export interface Read {
  manifest: Manifest
  rules: Rule[]
  /** where each top-level entry stands, and behind it each item of a list */
  places: Record<string, Place[]>
  /** place of a top-level entry, or of an item of a list */
  at(key: string, item?: number): Place
  /** the settings that it brings: its prompts and tiers */
  settings: Record<string, Setting>
  /** its defaults as answers; keys that it takes back stand in `gone` */
  defaults(settings: Settings): { answers: Answers; gone: string[]; at: Record<string, Place> }
  /** defaults of one of its presets */
  presetDefaults(index: number, settings: Settings): Answers
  /** where an earlier run read it: the settings that its defaults were read by, and the languages that it brings */
  kept?: { settings: string; languages: Language[] }
}

/** https://github.com/eemeli/yaml: 20,000 nested brackets take 200 ms to read */
const MAX_LENGTH = 256 * 1024
const MAX_NESTED = 100
const MOST_FAULTS = 50

/**
 * Reads a pack's manifest. @param label how the pack is named in places: its spec or name
 * @throws InputError (pack) with file:line:column of every problem
 */
export function readManifest(tree: Tree, label: string): Read {
  const file = `${label}/${MANIFEST_FILE}`
  const fail = (problems: Problem[]): never => {
    throw new InputError(problems, EXIT.pack)
  }
  const bytes = tree.get(MANIFEST_FILE)
  if (!bytes) return fail([{ message: `there is no ${MANIFEST_FILE} in this pack`, file: label, hint: 'create-hardened-container pack init makes one' }])
  const { root, place, at } = readYaml(bytes, file)
  // keys whose values are answers are checked as such
  const problems = check(root, MANIFEST, at)
  if (problems.length > 0 || !isMap(root)) return fail(problems)

  const manifest = valueOf(root, MANIFEST) as Manifest
  const node = (key: string): Node | undefined => root.get(key, true) as Node | undefined
  const places = Object.fromEntries(root.items.map(({ key, value }) => [String((key as Scalar).value), [at(key as Node), ...(isSeq(value) ? value.items.map((item) => at(item as Node)) : [])]]))
  const itemAt = placeIn(places, file)
  const rules = rulesOf(root, manifest.name, itemAt)
  const settings = settingsOf(manifest, itemAt, problems)
  for (const rule of rules) if (rule.pattern !== undefined) refusePattern(rule.pattern, rule.at, problems)
  manifest.waive?.forEach(({ until }, i) => until === undefined || isDay(until) || problems.push({ message: `there is no day ${until}`, ...itemAt('waive', i), hint: 'like 2027-03-31' }))
  if (problems.length > 0) return fail(problems)

  const answersIn = (map: unknown, known: Settings, gone: string[], places: Record<string, Place>): Answers => {
    const wrong: Problem[] = []
    const kept = (map as YAMLMap).clone() as YAMLMap
    kept.items = kept.items.filter((pair) => {
      places[String((pair.key as Scalar).value)] = at(pair.key as Node)
      if (!isNull(pair)) return true
      gone.push(String((pair.key as Scalar).value))
      return false
    })
    const answers = answersOfMap(kept, (offset) => place(offset), known, wrong, (key, value) => (settingFor(key, known) && isScalar(value) ? `${key}=${String(value.value)}` : undefined))
    if (wrong.length > 0) fail(wrong)
    return answers
  }
  return {
    manifest,
    rules,
    places,
    at: itemAt,
    settings,
    defaults(known) {
      const [gone, places]: [string[], Record<string, Place>] = [[], {}]
      const map = node('defaults')
      return { answers: isMap(map) ? answersIn(map, known, gone, places) : {}, gone, at: places }
    },
    presetDefaults(index, known) {
      const map = root.getIn(['presets', index, 'defaults'], true)
      return isMap(map) ? answersIn(map, known, [], {}) : {}
    },
  }
}

/** A YAML file of a pack: its scalars are texts, it has no aliases, and a place for each node. @throws InputError (pack) for all that is no such file */
export function readYaml(bytes: Buffer, file: string): { root: Node | null; place(offset: number | undefined): Place; at(node: Node | null | undefined): Place } {
  const fail = (problems: Problem[]): never => {
    throw new InputError(problems, EXIT.pack)
  }
  const text = bytes.toString('utf8').replaceAll('\r\n', '\n')
  if (text.length > MAX_LENGTH) return fail([{ message: 'is larger than 256 KB, which no manifest is', file, hint: 'take out what is no rule' }])
  if (deepest(text) > MAX_NESTED) return fail([{ message: `has brackets more than ${MAX_NESTED} deep inside each other`, file, hint: 'write it flat' }])
  const lines = new LineCounter()
  const place = (offset: number | undefined): Place => {
    const { line, col } = lines.linePos(offset ?? 0)
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const doc = parsed(text, lines, file)
  const faults = [...doc.errors, ...doc.warnings].map((e): Problem => ({ message: `not valid YAML: ${e.message}`, ...place(e.pos[0]), hint: 'mend it' }))
  if (faults.length > 0) return fail(faults.slice(0, MOST_FAULTS))
  const root = doc.contents as Node | null
  let aliases = false
  visitAliases(root, () => (aliases = true))
  if (aliases) return fail([{ message: 'has anchors and aliases, which a manifest does without', file, hint: 'write the value out' }])
  return { root, place, at: (node) => place(node?.range?.[0]) }
}

/** How deep brackets stand at most. Those in texts count too, and are as few. */
function deepest(text: string): number {
  let [depth, most] = [0, 0]
  for (const c of text.match(/[[\]{}]/g) ?? []) {
    depth = c === '[' || c === '{' ? depth + 1 : Math.max(depth - 1, 0)
    most = Math.max(most, depth)
  }
  return most
}

function parsed(text: string, lines: LineCounter, file: string): ReturnType<typeof parseDocument> {
  try {
    return parseDocument(text, { schema: 'failsafe', lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  } catch (error) {
    // deep nesting ends the reader's stack
    throw new InputError({ message: `not valid YAML: ${(error as Error).message}`, file, hint: 'mend it' }, EXIT.pack)
  }
}

function visitAliases(node: unknown, found: () => void): void {
  if (typeof node !== 'object' || node === null) return
  if ('source' in node && !('value' in node) && !('items' in node)) found()
  for (const item of (node as { items?: unknown[] }).items ?? []) {
    if (typeof item === 'object' && item !== null && 'key' in item) {
      visitAliases((item as Pair).key, found)
      visitAliases((item as Pair).value, found)
    } else visitAliases(item, found)
  }
}

/** Date takes the 31st of February for the 3rd of March. */
const isDay = (day: string): boolean => new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day) ?? false

/** `key: null`, `key: ~` and `key:` take a default back. */
const isNull = (pair: Pair): boolean => pair.value === null || (isScalar(pair.value) && (pair.value.type ?? 'PLAIN') === 'PLAIN' && ['', '~', 'null'].includes(String(pair.value.value)))

function rulesOf(root: YAMLMap, pack: string, itemAt: Read['at']): Rule[] {
  const rules: Rule[] = []
  for (const kind of ['enforce', 'forbid'] as const) {
    const seq = root.get(kind, true) as YAMLSeq | undefined
    const schema = (MANIFEST.properties![kind] as Schema).items!
    seq?.items.forEach((item, i) => {
      const said = valueOf(item as Node, schema) as Omit<Rule, 'kind' | 'pack' | 'at'> & { value?: unknown }
      const value = said.value === undefined ? undefined : Array.isArray(said.value) ? said.value.join(',') : String(said.value)
      rules.push({ ...said, key: said.key ?? '', ...(value === undefined ? {} : { value }), kind, pack, at: itemAt(kind, i) } as Rule)
    })
  }
  return rules
}
