/**
 * The general way of laying controls on: the skeleton was rendered first, then each control's value is set in the YAML
 * Document. For controls and templates that the build does not know. The failsafe schema keeps every scalar as it was
 * written (the default one turns 0440 into 440).
 */
import { type Document, isMap, isPair, isScalar, isSeq, type Pair, parseDocument, Scalar, type YAMLMap, YAMLSeq } from 'yaml'
import { type KeyOrder, type Laid, orderOf, scalar, splitPath } from './skeleton.ts'
import type { Value } from '../controls/control.ts'

/** Rendered YAML with the controls in it. Values and keys of the expectations must already be rendered. */
export function layOnDocument(text: string, expectations: readonly Laid[], order: KeyOrder = {}): string {
  const doc = parseDocument(text, { schema: 'failsafe', keepSourceTokens: false, uniqueKeys: true })
  if (doc.errors.length > 0) throw doc.errors[0]!
  for (const e of expectations) insert(doc, doc.contents as YAMLMap, splitPath(e.at), e, order, [])
  return doc.toString({ lineWidth: 0, flowCollectionPadding: false })
}

function insert(doc: Document, node: unknown, path: string[], e: Laid, order: KeyOrder, done: string[]): void {
  const [head, ...rest] = path
  if (head === undefined) return
  if (head === '[]') {
    if (isSeq(node)) for (const item of node.items) insert(doc, item, rest, e, order, done.concat(head))
    return
  }
  if (!isMap(node)) return
  if (head === '*') {
    for (const pair of node.items) insert(doc, pair.value, rest, e, order, done.concat(head))
    return
  }
  const found = node.items.find((p) => keyOf(p) === head)
  if (found && rest.length > 0) return insert(doc, found.value, rest, e, order, done.concat(head))
  if (found) throw new Error(`${done.concat(head).join('.')} is already there (${e.control})`)
  if (rest.length > 0) {
    const child = doc.createNode({}) as YAMLMap
    child.flow = false
    place(node, doc.createPair(head, child), orderOf(order, done))
    return insert(doc, child, rest, e, order, done.concat(head))
  }
  const pair = doc.createPair(head, nodeOf(doc, e.value)) as Pair<Scalar, unknown>
  if (e.comment) {
    if (isScalar(pair.value)) pair.value.comment = ` ${e.comment}`
    else pair.key.commentBefore = ` ${e.comment}`
  }
  place(node, pair, orderOf(order, done))
}

function nodeOf(doc: Document, value: Value): unknown {
  if (Array.isArray(value)) {
    const seq = new YAMLSeq()
    seq.items = value.map((v) => nodeOf(doc, v))
    return seq
  }
  if (typeof value === 'object') {
    const map = doc.createNode({}) as YAMLMap
    map.flow = false
    for (const [k, v] of Object.entries(value)) map.items.push(doc.createPair(k, nodeOf(doc, v)) as Pair<never, never>)
    return map
  }
  const text = scalar(value)
  if (/^[[{]/.test(text)) return parseDocument(text, { schema: 'failsafe' }).contents
  const quoted = /^"(.*)"$/s.exec(text) ?? /^'(.*)'$/s.exec(text)
  const node = new Scalar(quoted ? quoted[1] : text)
  node.type = quoted ? (text.startsWith('"') ? 'QUOTE_DOUBLE' : 'QUOTE_SINGLE') : 'PLAIN'
  return node
}

const keyOf = (pair: Pair): string => (isScalar(pair.key) ? String(pair.key.value) : String(pair.key))

function place(map: YAMLMap, pair: Pair, order: string[]): void {
  const rank = (key: string): number => {
    const i = order.indexOf(key)
    return i < 0 ? order.length : i
  }
  const own = rank(keyOf(pair))
  const at = map.items.findIndex((p) => isPair(p) && rank(keyOf(p)) > own)
  if (at < 0) map.items.push(pair as Pair<never, never>)
  else map.items.splice(at, 0, pair as Pair<never, never>)
}
