/** Changes answers in a hardened.yaml that people may have written in. Loaded only when an answer changes. */
import { type Document, isScalar, isSeq, parseDocument, Scalar, type YAMLMap, type YAMLSeq } from 'yaml'
import { indentationOf } from '../reconcile/yaml.ts'
import type { Answers } from './answers.ts'

/** The text with the keys that differ between `before` and `next` set or taken away; all else, comments too, stays. */
export function editAnswers(text: string, before: Answers, next: Answers): string {
  const doc = parseDocument(text, { schema: 'failsafe' })
  const was = before as Record<string, unknown>
  const will = next as Record<string, unknown>
  for (const key of new Set([...Object.keys(was), ...Object.keys(will)])) {
    if (JSON.stringify(was[key]) === JSON.stringify(will[key])) continue
    if (will[key] === undefined) drop(doc, key)
    else if (key === 'control') editMap(key, (will[key] ?? {}) as object, (was[key] ?? {}) as object, (v) => controlNode(v as { on: boolean; reason?: string; until?: string }))
    else if (key === 'set') editMap(key, (will[key] ?? {}) as object, (was[key] ?? {}) as object, (v) => quoted(String(v)))
    else doc.set(key, Array.isArray(will[key]) ? list(doc.get(key), will[key] as string[]) : typeof will[key] === 'number' ? doc.createNode(String(will[key])) : quoted(String(will[key])))
  }
  // the failsafe schema has no word for nothing
  if (doc.contents === null) return `${doc.commentBefore ?? ''}\n`.replace(/^(?=.)/gm, '#')
  return doc.toString({ lineWidth: 0, flowCollectionPadding: false, ...indentationOf(text) })

  function editMap(key: string, now: object, then: object, node: (v: unknown) => unknown): void {
    if (!doc.has(key)) doc.set(key, doc.createNode({}))
    for (const id of Object.keys(then)) if (!(id in now)) doc.deleteIn([key, id])
    for (const [id, value] of Object.entries(now)) if (JSON.stringify((then as Record<string, unknown>)[id]) !== JSON.stringify(value)) doc.setIn([key, id], node(value))
  }
  /** What stays in a list keeps its comments; what comes is quoted as the rest is. */
  function list(now: unknown, values: readonly string[]): YAMLSeq {
    const seq = isSeq(now) ? now : (doc.createNode([], { flow: true }) as YAMLSeq)
    const like = seq.items.find((i) => isScalar(i))?.type
    const item = (v: string): Scalar => Object.assign(quoted(v), like === 'QUOTE_DOUBLE' ? { type: like } : {})
    seq.items = values.map((v) => seq.items.find((i) => isScalar(i) && i.value === v) ?? item(v))
    return seq
  }
  function controlNode({ on, reason, until }: { on: boolean; reason?: string; until?: string }): unknown {
    if (on) return quoted('on')
    return doc.createNode({ off: quoted(reason ?? ''), ...(until ? { until } : {}) })
  }
}

/** Takes a key away; what is said above it stays, since above the first key stands what is said of the whole file. */
function drop(doc: Document, key: string): void {
  const { items } = doc.contents as YAMLMap<Scalar>
  const at = items.findIndex((i) => i.key.value === key)
  const said = items[at]!.key.commentBefore
  items.splice(at, 1)
  if (items.length === 0) doc.contents = null
  const below = at < items.length ? items[at]!.key : undefined
  const join = (more: string | null | undefined): string | null => [said, more].filter(Boolean).join('\n') || null
  if (below) Object.assign(below, { commentBefore: join(below.commentBefore) }, at === 0 && { spaceBefore: false })
  else if (items.length === 0) doc.commentBefore = join(doc.commentBefore)
  else doc.comment = join(doc.comment)
}

/** Quotes keep YAML 1.1 readers from taking "on" or 3.10 for something else. */
function quoted(text: string): Scalar {
  const node = new Scalar(text)
  if (!/^[A-Za-z][\w./:-]*$/.test(text) || /^(y|n|yes|no|on|off|true|false|null)$/i.test(text)) node.type = 'QUOTE_DOUBLE'
  return node
}
