import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, parseAllDocuments, parseDocument, type Scalar, stringify, visit, type YAMLMap, type YAMLSeq } from 'yaml'

/** A place where both sides changed the same value in different ways. */
export interface YamlConflict {
  path: string
  ours: string
  next: string
  /** where it stands in `ours`: the value, or what it was taken out of */
  offset: number
}

type Child = { key: string; value: Node | null; pair?: Pair<Scalar, Node | null> }

/**
 * Whether a text is YAML in which no key stands twice, and no name in a list of names: a merge by lines leaves twins where both
 * sides add the same.
 */
export function isYaml(text: string): boolean {
  const docs = parseAllDocuments(text, { schema: 'failsafe', uniqueKeys: true })
  let twins = false
  const Seq = (_: unknown, list: YAMLSeq): symbol | undefined => ((twins ||= list.items.every((i) => isMap(i) && nameOf(i) !== undefined) && !isNamed(list)) ? visit.BREAK : undefined)
  return Array.isArray(docs) && docs.every((d) => (d.errors.length > 0 ? false : (visit(d, { Seq }), !twins)))
}

/**
 * Whether something that a person wrote stands below another key in a merge by lines: next to equal lines a line can land in the
 * service that took the place of its own. Below a key that was only renamed it stands right.
 */
export function isMisplaced(base: string, ours: string, next: string, merged: string): boolean {
  // reading all four is worth it only where a block or an item went
  const stays = new Set(next.split('\n'))
  if (!base.split('\n').some((l) => /^\s*- |: *(#.*)?$/.test(l) && !stays.has(l))) return false
  const [b, o, n, m] = [base, ours, next, merged].map((t) => leavesOf(parseDocument(t, { schema: 'failsafe' }).contents)) as [string[][], string[][], string[][], string[][]]
  const [known, kept] = [new Set([...b, ...n].map(String)), new Set(m.map(String))]
  const mine = o.filter((l) => !known.has(String(l)))
  const elsewhere = new Set(m.filter((l) => !known.has(String(l)) && !mine.some((own) => String(own) === String(l))).map((l) => String(l.slice(-2))))
  const below = (leaves: string[][], path: string[]): string[][] => leaves.filter((l) => path.every((p, i) => l[i] === p))
  const isRenamed = (leaf: string[]): boolean => {
    const at = leaf.findIndex((_, i) => below(b, leaf.slice(0, i + 1)).length > 0 && below(n, leaf.slice(0, i + 1)).length === 0)
    if (at < 0) return false
    const parent = leaf.slice(0, at)
    const was = below(b, leaf.slice(0, at + 1)).map((l) => l.slice(at + 1))
    return [...new Set(below(n, parent).map((l) => l[at]!))].some((key) => {
      const is = new Set(below(n, [...parent, key]).map((l) => String(l.slice(at + 1))))
      const same = was.filter((l) => is.has(String(l).replaceAll(bare(leaf[at]!), bare(key)))).length
      return kept.has(String([...parent, key, ...leaf.slice(at + 1)])) && same >= 0.9 * Math.max(was.length, is.size)
    })
  }
  return mine.some((leaf) => !kept.has(String(leaf)) && elsewhere.has(String(leaf.slice(-2))) && !isRenamed(leaf))
}

/** Every value with the keys and names that lead to it. */
function leavesOf(node: unknown, path: string[] = []): string[][] {
  if (isMap(node)) return node.items.flatMap((i) => leavesOf(i.value, [...path, String(i.key)]))
  if (isSeq(node)) return node.items.flatMap((i) => leavesOf(i, [...path, isMap(i) ? (nameOf(i) ?? '') : '']))
  return [[...path, String(node)]]
}

/** The name in `name=app`. */
const bare = (key: string): string => key.replace(/^\w+=/, '')

/**
 * Merges YAML by key, and lists whose items have a name by that name: what changed from `base` to `next` is done to `ours`, whose
 * comments and order stay. The failsafe schema keeps every scalar as it was written. Where both changed the same value the one of
 * `prefer` stands in the text, and the conflict is told. Of several documents in `ours` the one of the same kind is meant, the
 * others stay. Undefined where one of the texts is not a single document of a map.
 */
export function mergeYaml(base: string, ours: string, next: string, prefer: 'ours' | 'next' = 'ours'): { text: string; conflicts: YamlConflict[] } | undefined {
  const documents = ours.split(/^(?=---[ \t]*(?:#.*)?$)/m)
  const at = documents.findIndex((d) => kindOf(d) !== undefined && kindOf(d) === kindOf(next))
  if (documents.length > 1 && at >= 0) {
    const [head] = /^(---.*\n)?/.exec(documents[at]!)!
    const before = documents.slice(0, at).join('') + head
    const merged = mergeYaml(base, documents[at]!.slice(head.length), next, prefer)
    return merged && { text: before + merged.text + documents.slice(at + 1).join(''), conflicts: merged.conflicts.map((c) => ({ ...c, offset: c.offset + before.length })) }
  }
  const [b, o, n] = [base, ours, next].map((t) => parseDocument(t, { schema: 'failsafe', uniqueKeys: true })) as [Document, Document, Document]
  if ([b, o, n].some((d) => d.errors.length > 0) || !isMap(o.contents) || !isMap(n.contents)) return undefined
  const conflicts: YamlConflict[] = []
  try {
    merge(isMap(b.contents) ? b.contents : undefined, o.contents, n.contents, [], { doc: o, conflicts, prefer })
    if (same(b.commentBefore, o.commentBefore)) o.commentBefore = n.commentBefore ?? null
    return { text: o.toString({ lineWidth: 0, flowCollectionPadding: /[{[] \S/.test(ours), doubleQuotedAsJSON: true, ...indentationOf(ours) }), conflicts }
  } catch {
    // an alias whose anchor is gone, or that unfolds to more than anybody writes
    return undefined
  }
}

/** The kind of a Kubernetes object. */
const kindOf = (text: string): string | undefined => /^kind: *["']?(\w+)/m.exec(text)?.[1]

/** How a person indents: by how much, and whether lists are set in. */
export function indentationOf(text: string): { indent?: number; indentSeq?: boolean } {
  const out: { indent?: number; indentSeq?: boolean } = {}
  for (const [, outer, inner, dash] of text.matchAll(/^( *)[^\s#-][^\n]*:[ \t]*(?:#[^\n]*)?\n(?=(?:\s*#[^\n]*\n)*( *)(-[ \n])?[^\s#])/gm) as Iterable<RegExpExecArray>) {
    const deeper = inner!.length - outer!.length
    if (dash && deeper >= 0) out.indentSeq ??= deeper > 0
    if (deeper > 0) out.indent ??= deeper
  }
  return out
}


type Collection = YAMLMap | YAMLSeq

/** What a merge adds to: the document that it changes, and what clashes. */
interface Into {
  doc: Document
  conflicts: YamlConflict[]
  prefer: 'ours' | 'next'
}

/** Does to the collection `ours` what was done from `base` to `next`. */
function merge(base: Collection | undefined, ours: Collection, next: Collection, path: string[], into: Into): void {
  const { doc, prefer } = into
  const clash = (key: string, own: Node | null | undefined, new_: Node | null | undefined): void => void into.conflicts.push({ path: [...path, key].join('.'), ours: shown(own), next: shown(new_), offset: (own ?? ours).range?.[0] ?? 0 })
  const [b, o, n] = [childrenOf(base), childrenOf(ours), childrenOf(next)]
  const silent = ours.flow && commentsOf(ours).length === 0
  for (const was of b.values()) {
    const own = o.get(was.key)
    if (n.has(was.key) || !own) continue
    if (content(own.value, doc) === content(was.value) && !says(own, was)) remove(ours, own)
    else {
      clash(was.key, own.value, undefined)
      if (prefer === 'next') remove(ours, own)
    }
  }
  let before: string | undefined
  for (const new_ of n.values()) {
    const [was, own] = [b.get(new_.key), o.get(new_.key)]
    if (!own) {
      // what a person took away stays away, unless the tool changed it
      if (!was) insert(ours, new_, before)
      else if (content(was.value) !== content(new_.value)) {
        clash(new_.key, undefined, new_.value)
        if (prefer === 'next') insert(ours, new_, before)
      }
      if (!was || prefer === 'next') before = new_.key
      continue
    }
    before = new_.key
    // a selector cannot be changed once it is applied (https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#label-selector-updates)
    if (!was && new_.key === 'selector' && path.join('.') === 'spec') continue
    takeComments(was, own, new_)
    if (content(own.value, doc) === content(new_.value) || (was && content(was.value) === content(new_.value))) continue
    const unchanged = was && content(own.value, doc) === content(was.value)
    const parts = collections(was?.value, own.value, new_.value)
    if (parts) merge(...parts, [...path, new_.key], into)
    else if (unchanged && (isScalar(own.value) || !says(own, was))) replace(ours, own, new_)
    else {
      clash(new_.key, own.value, new_.value)
      if (prefer === 'next') replace(ours, own, new_)
    }
  }
  // between braces a comment tears the line
  if (silent && commentsOf(ours).length > 0) ours.flow = false
}

/** Comments follow the tool where a person has not changed them. */
function takeComments(was: Child | undefined, own: Child, new_: Child): void {
  if (own.pair && new_.pair && same(was?.pair?.key.commentBefore, own.pair.key.commentBefore)) own.pair.key.commentBefore = new_.pair.key.commentBefore ?? null
  if (own.value && new_.value && same(was?.value?.comment, own.value.comment) && isScalar(own.value) === isScalar(new_.value)) own.value.comment = new_.value.comment ?? null
}

/** Whether a person wrote comments, anchors or aliases into a part that are not in the base. */
const says = (own: Child, was: Child): boolean => {
  const known = new Set(commentsOf(was.pair ?? was.value))
  return commentsOf(own.pair ?? own.value).some((c) => !known.has(c))
}

function commentsOf(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return []
  const { commentBefore, comment, anchor, key, value, items } = node as { commentBefore?: string | null; comment?: string | null; anchor?: string; key?: unknown; value?: unknown; items?: unknown[] }
  const own = [commentBefore, comment, anchor && `&${anchor}`, isAlias(node) ? `*${node.source}` : undefined].flatMap((c) => c?.split('\n') ?? [])
  return [...own, ...commentsOf(key), ...commentsOf(value), ...(items ?? []).flatMap(commentsOf)]
}

const same = (a: string | null | undefined, b: string | null | undefined): boolean => (a ?? '') === (b ?? '')

/**
 * The three as collections that can be merged: maps; lists whose items have names or are plain values; and lists of which no
 * side added or took away an item, by place. Undefined for all else.
 */
function collections(base: unknown, ours: unknown, next: unknown): [Collection | undefined, Collection, Collection] | undefined {
  if (isMap(ours) && isMap(next)) return [isMap(base) ? base : undefined, ours, next]
  if (!isSeq(ours) || !isSeq(next)) return undefined
  const was = isSeq(base) ? base : undefined
  const all = [was, ours, next].filter((s) => s !== undefined)
  return all.every(isNamed) || (was && all.every((s) => !isNamed(s) && s.items.length === was.items.length)) ? [was, ours, next] : undefined
}

/** Whether every item of a list is told apart by a name of its own. */
function isNamed(list: YAMLSeq): boolean {
  const names = list.items.map((i) => nameOf(i as Node))
  return names.every((n) => n !== undefined) && new Set(names).size === names.length
}

/** What a collection holds, by key. */
function childrenOf(node: Collection | undefined): Map<string, Child> {
  if (!node) return new Map()
  if (isMap(node)) return new Map(node.items.map((p) => [String((p.key as Scalar).value), { key: String((p.key as Scalar).value), value: p.value as Node | null, pair: p as Pair<Scalar, Node | null> }]))
  const named = isNamed(node)
  return new Map(node.items.map((item, i) => [named ? nameOf(item as Node)! : `[${i}]`, { key: named ? nameOf(item as Node)! : `[${i}]`, value: item as Node }]))
}

/** What names an item of a list: Kubernetes merges by the same fields (patchMergeKey in its API). */
const NAMES = ['name', 'mountPath', 'containerPort', 'topologyKey', 'ip', 'path', 'key', 'type', 'port']

function nameOf(item: Node): string | undefined {
  if (isScalar(item)) return String(item.value)
  if (!isMap(item)) return undefined
  const field = NAMES.find((f) => isScalar(item.get(f, true)))
  return field && `${field}=${String(item.get(field))}`
}

/** A value without its comments and its form; what its aliases stand for, in the document that they are of. */
const content = (node: Node | null | undefined, doc?: Document): string => (node === null || node === undefined ? '~' : JSON.stringify((doc ? node.toJS(doc) : node.toJSON()) ?? null))

function remove(from: Collection, child: Child): void {
  const items = from.items as unknown[]
  items.splice(items.indexOf(child.pair ?? child.value), 1)
}

function replace(within: Collection, own: Child, new_: Child): void {
  const items = within.items as unknown[]
  if (new_.value && own.value) new_.value.comment = own.value.comment ?? null
  if (isScalar(new_.value) && isScalar(own.value) && own.value.anchor) new_.value.anchor = own.value.anchor
  if (own.pair) own.pair.value = new_.value
  else items[items.indexOf(own.value)] = new_.value
}

/** Puts a new child behind the one that it follows in the new text. */
function insert(into: Collection, child: Child, behind: string | undefined): void {
  const items = into.items as unknown[]
  const keys = [...childrenOf(into).keys()]
  const at = behind === undefined ? -1 : keys.indexOf(behind)
  items.splice(behind === undefined ? 0 : at < 0 ? items.length : at + 1, 0, child.pair ?? child.value)
}

const shown = (node: Node | null | undefined): string => (!node ? '(taken away)' : isScalar(node) ? (node.source ?? String(node.value)) : stringify(node, { lineWidth: 0 }).trim())
