/**
 * The general way of laying controls on: the skeleton was rendered first, then each control's value is set in the YAML
 * Document. For controls and templates that the build does not know. The failsafe schema keeps every scalar as it was
 * written (the default one turns 0440 into 440).
 */
import { type Document, isMap, isPair, isScalar, isSeq, type Pair, parseDocument, Scalar, type YAMLMap, YAMLSeq } from 'yaml'
import { type KeyOrder, type Laid, orderOf, said, scalar, splitPath } from './skeleton.ts'
import type { Value } from '../controls/control.ts'
import type { Context } from './context.ts'
import { fill, holds, keysOf, scopeOf } from './expression.ts'

/**
 * Rendered YAML with the controls in it. Names and values of the expectations are filled from the context; those whose
 * control is off there, or whose condition does not hold, are left out. What is there already stands in the way, unless `replace`.
 */
export function layOnDocument(text: string, expectations: readonly Laid[], order: KeyOrder, root: Context, replace = false): string {
  const doc = parseDocument(text, { schema: 'failsafe', keepSourceTokens: false, uniqueKeys: true })
  if (doc.errors.length > 0) throw doc.errors[0]!
  for (const e of expectations) if (holds(`on.${e.control}`, root) && holds(e.when, root)) insert({ doc, e, order, root, replace }, doc.contents, splitPath(e.at), [])
  return doc.toString({ lineWidth: 0, flowCollectionPadding: false, doubleQuotedAsJSON: true })
}

interface Laying {
  doc: Document
  e: Laid
  order: KeyOrder
  root: Context
  replace: boolean
}

function insert(first: Laying, node: unknown, path: string[], done: string[]): void {
  const [head, ...rest] = path
  if (head === undefined) return
  if (head === '[]') {
    if (isSeq(node)) for (const [i, item] of node.items.entries()) insert(nth(first, i), item, rest, done.concat(head))
    return
  }
  if (!isMap(node)) return
  const keys = head === '*' ? node.items.map(keyOf) : keysOf(head, done, first.root)
  for (const [i, key] of keys.entries()) {
    const on = nth(first, i)
    const found = node.items.find((p) => keyOf(p) === key)
    if (found && rest.length === 0) {
      if (!on.replace) throw new Error(`${done.concat(key).join('.')} is already there (${on.e.control})`)
      node.items[node.items.indexOf(found)] = pairOf(on, key, done) as Pair<never, never>
      continue
    }
    if (found) insert(on, found.value, rest, done.concat(key))
    else if (rest.length > 0) insert(on, addMap(on, node, key, done), rest, done.concat(key))
    else place(node, pairOf(on, key, done), orderOf(on.order, done))
  }
}

/** The reason of a line stands at the first of several places. */
const nth = (on: Laying, i: number): Laying => (i === 0 ? on : { ...on, e: said(on.e) })

function addMap({ doc, order }: Laying, node: YAMLMap, key: string, done: string[]): YAMLMap {
  const child = doc.createNode({}) as YAMLMap
  child.flow = false
  place(node, doc.createPair(key, child), orderOf(order, done))
  return child
}

function pairOf({ doc, e, root }: Laying, key: string, done: string[]): Pair<Scalar, unknown> {
  const pair = doc.createPair(key, nodeOf(doc, filled(e.value, scopeOf(done.concat(key), root), root))) as Pair<Scalar, unknown>
  if (e.comment && isScalar(pair.value)) pair.value.comment = ` ${e.comment}`
  else if (e.comment && typeof e.value === 'string') (pair.value as { comment?: string }).comment = ` ${e.comment}`
  else if (e.comment) pair.key.commentBefore = ` ${e.comment}`
  return pair
}

function filled(value: Value, scope: Context, root: Context): Value {
  if (Array.isArray(value)) return value.map((v) => filled(v, scope, root))
  if (typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, filled(v, scope, root)]))
  return typeof value === 'string' ? fill(value, scope, root) : value
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
  const read = parseDocument(text, { schema: 'failsafe' })
  if (read.errors.length > 0) throw read.errors[0]!
  return read.contents
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
