/** Reads answers from YAML or JSON text. Loaded only when such a file is read, since the library costs a third of node's start. */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml'
import { EXIT, InputError, type Problem } from '../errors.ts'
import type { Answers } from './answers.ts'
import { answersOf, byAnswer, type Given, type Settings, SETTINGS } from './convert.ts'

const MAX_LENGTH = 1 << 20

/**
 * Answers in a file. Scalars are read as they are written (failsafe schema), so that 3.10 stays 3.10.
 * Throws InputError with file:line:column where it is no map of YAML; other problems are added to `later`, or thrown without that list.
 */
export function readAnswers(file: string, text: string, settings: Settings = SETTINGS, later?: Problem[]): Answers {
  if (text.length > MAX_LENGTH) throw new InputError({ message: 'is larger than 1 MB, which no answers are', file, hint: 'begin anew: move it away and run again' })
  const marker = text.split('\n').findIndex((l) => /^(<{7}|>{7}) /.test(l))
  if (marker >= 0) throw new InputError({ message: 'holds markers of a merge that was not finished', file, line: marker + 1, hint: 'choose between the sides, take the markers out, then run again' }, EXIT.conflict)
  const lines = new LineCounter()
  const doc = parseDocument(text, { schema: 'failsafe', lineCounter: lines, prettyErrors: false })
  const problems: Problem[] = []
  const at = (offset: number | undefined): Given['place'] => {
    const { line, col } = lines.linePos(offset ?? 0)
    return { file, line, column: col }
  }
  for (const e of doc.errors) problems.push({ message: `not valid YAML: ${e.message}`, ...at(e.pos[0]), hint: 'mend it, then run again' })
  if (problems.length > 0) throw new InputError(problems)
  const root = doc.contents as Node | null
  if (root === null || (isScalar(root) && root.value === '')) return {}
  if (!isMap(root)) throw new InputError({ message: 'holds no keys and values', ...at(root.range?.[0]), hint: 'like port: 8080' })

  const answers = answersOfMap(root, at, settings, problems)
  problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
  if (!later && problems.length > 0) throw new InputError(problems)
  later?.push(...problems)
  return answers
}

/** Answers in a map of YAML; what is wrong with them is added to `problems`. `elsewhere` takes the keys that are no answers. */
export function answersOfMap(root: YAMLMap, at: (offset?: number) => Given['place'], settings: Settings, problems: Problem[], elsewhere?: (key: string, value: unknown, place: Given['place']) => string | undefined): Answers {
  const options = byAnswer()
  const given = new Map<NonNullable<ReturnType<typeof options.get>>, Given>()
  const sets: string[] = []
  for (const { key, value } of root.items) {
    const name = isScalar(key) ? String(key.value) : String(key)
    const place = at((key as Node).range?.[0])
    if (name === '$schema') continue
    if (name === 'app') {
      problems.push({ message: 'app is no answer: it is the folder that hardened.yaml lies in', ...place, hint: 'name it on the command line: --app PATH' })
      continue
    }
    const option = options.get(name)
    const taken = option ? undefined : elsewhere?.(name, value, place)
    if (taken !== undefined) {
      sets.push(taken)
      continue
    }
    if (!option) {
      problems.push({ message: `there is no answer "${name}"`, ...place, near: { given: name.replace(/-(\w)/g, (_, c: string) => c.toUpperCase()), among: [...options.keys()] }, hint: 'create-hardened-container list settings' })
      continue
    }
    const node = value as Node | null
    const where = at(node?.range?.[0])
    if (node === null || (isScalar(node) && (node.value === '' || node.value === null))) problems.push({ message: `${name} has no value`, ...place, hint: 'give it one, or take the line away' })
    else if (isScalar(node)) given.set(option, { value: option.type === 'list' ? [String(node.value)] : String(node.value), label: name, place: where })
    else if (isSeq(node) && node.items.every(isScalar) && (option.type === 'list' || name === 'start')) given.set(option, { value: node.items.map((i) => String((i as { value: unknown }).value)), label: name, place: where })
    else if (isMap(node) && (name === 'control' || name === 'set')) given.set(option, { value: node.items.flatMap((i) => pairText(name, i, problems, at)), label: name, place: where })
    else problems.push({ message: `${name} has another form than expected`, ...where, hint: `like ${name}: ${option.value ?? ''}` })
  }
  const set = options.get('set')!
  if (sets.length > 0) given.set(set, { label: 'set', place: at(root.range?.[0]), ...given.get(set), value: [...((given.get(set)?.value as string[] | undefined) ?? []), ...sets] })
  return answersOf(given, settings, problems)
}

/** An entry of `control` or `set` in the form that the flag has. */
function pairText(kind: string, { key, value }: { key: unknown; value: unknown }, problems: Problem[], at: (o?: number) => Given['place']): string[] {
  const id = String((key as { value?: unknown }).value)
  if (isScalar(value)) return [`${id}=${String(value.value)}`]
  if (kind === 'control' && isMap(value)) {
    const off = value.get('off')
    const until = value.get('until')
    if (until !== undefined && !/^\d{4}-\d\d-\d\d$/.test(String(until))) {
      problems.push({ message: `control: ${id}: ${JSON.stringify(String(until))} is no day`, ...at((value.get('until', true) as unknown as Node).range?.[0]), hint: 'like 2027-03-31' })
      return []
    }
    if (off !== undefined && value.items.every((i) => ['off', 'until'].includes(String((i.key as { value?: unknown }).value)))) return [`${id}=off:${String(off)}${until === undefined ? '' : ` until ${String(until)}`}`]
  }
  problems.push({ message: `${kind}: ${id} has another form than expected`, ...at((key as Node).range?.[0]), hint: kind === 'control' ? `${id}: { off: "why", until: 2027-03-31 }` : `${id}: value` })
  return []
}
