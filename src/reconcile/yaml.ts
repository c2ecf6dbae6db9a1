import { type Document, isMap, isScalar, isSeq, type Node, type Pair, parseAllDocuments, parseDocument, type Scalar, stringify, type YAMLMap, type YAMLSeq } from 'yaml'

/** A place where both sides changed the same value in different ways. */
export interface YamlConflict {
  path: string
  ours: string
  next: string
}

type Child = { key: string; value: Node | null; pair?: Pair<Scalar, Node | null> }

/** Whether a text is one YAML document in which no key stands twice. */
export function isYaml(text: string): boolean {
  const docs = parseAllDocuments(text, { schema: 'failsafe', uniqueKeys: true })
  return Array.isArray(docs) && docs.every((d) => d.errors.length === 0)
}

/**
 * Merges YAML by key, and lists whose items have a name by that name: what changed from `base` to `next` is done to `ours`, whose
 * comments and order stay. The failsafe schema keeps every scalar as it was written. Where both changed the same value the one of
 * `prefer` stands in the text, and the conflict is told. Undefined where one of the texts is not a single document of a map.
 */
export function mergeYaml(base: string, ours: string, next: string, prefer: 'ours' | 'next' = 'ours'): { text: string; conflicts: YamlConflict[] } | undefined {
  const [b, o, n] = [base, ours, next].map((t) => parseDocument(t, { schema: 'failsafe', uniqueKeys: true })) as [Document, Document, Document]
  if ([b, o, n].some((d) => d.errors.length > 0) || !isMap(o.contents) || !isMap(n.contents)) return undefined
  const conflicts: YamlConflict[] = []
  merge(isMap(b.contents) ? b.contents : undefined, o.contents, n.contents, [], conflicts, prefer)
  if (same(b.commentBefore, o.commentBefore)) o.commentBefore = n.commentBefore ?? null
  return { text: o.toString({ lineWidth: 0, flowCollectionPadding: /[{[] \S/.test(ours), doubleQuotedAsJSON: true }), conflicts }
}

/** Does to the collection `ours` what was done from `base` to `next`. */
function merge(base: YAMLMap | YAMLSeq | undefined, ours: YAMLMap | YAMLSeq, next: YAMLMap | YAMLSeq, path: string[], conflicts: YamlConflict[], prefer: 'ours' | 'next'): void {
  const [b, o, n] = [childrenOf(base), childrenOf(ours), childrenOf(next)]
  for (const was of b.values()) {
    const own = o.get(was.key)
    if (n.has(was.key) || !own) continue
    if (content(own.value) === content(was.value) && !says(own, was)) remove(ours, own)
    else {
      conflicts.push(conflict(path, was.key, own.value, undefined))
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
        conflicts.push(conflict(path, new_.key, undefined, new_.value))
        if (prefer === 'next') insert(ours, new_, before)
      }
      if (!was || prefer === 'next') before = new_.key
      continue
    }
    before = new_.key
    // a selector cannot be changed once it is applied (https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#label-selector-updates)
    if (!was && new_.key === 'selector' && path.join('.') === 'spec') continue
    takeComments(was, own, new_)
    if (content(own.value) === content(new_.value) || (was && content(was.value) === content(new_.value))) continue
    const unchanged = was && content(own.value) === content(was.value)
    const parts = collections(was?.value, own.value, new_.value)
    if (parts) merge(...parts, [...path, new_.key], conflicts, prefer)
    else if (unchanged && (isScalar(own.value) || !says(own, was))) replace(ours, own, new_)
    else {
      conflicts.push(conflict(path, new_.key, own.value, new_.value))
      if (prefer === 'next') replace(ours, own, new_)
    }
  }
}

/** Comments follow the tool where a person has not changed them. */
function takeComments(was: Child | undefined, own: Child, new_: Child): void {
  if (own.pair && new_.pair && same(was?.pair?.key.commentBefore, own.pair.key.commentBefore)) own.pair.key.commentBefore = new_.pair.key.commentBefore ?? null
  if (own.value && new_.value && same(was?.value?.comment, own.value.comment) && isScalar(own.value) === isScalar(new_.value)) own.value.comment = new_.value.comment ?? null
}

/** Whether a person wrote comments into a part that are not in the base. */
const says = (own: Child, was: Child): boolean => {
  const known = new Set(commentsOf(was.pair ?? was.value))
  return commentsOf(own.pair ?? own.value).some((c) => !known.has(c))
}

function commentsOf(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return []
  const { commentBefore, comment, key, value, items } = node as { commentBefore?: string | null; comment?: string | null; key?: unknown; value?: unknown; items?: unknown[] }
  const own = [commentBefore, comment].flatMap((c) => c?.split('\n') ?? [])
  return [...own, ...commentsOf(key), ...commentsOf(value), ...(items ?? []).flatMap(commentsOf)]
}

const same = (a: string | null | undefined, b: string | null | undefined): boolean => (a ?? '') === (b ?? '')

type Collection = YAMLMap | YAMLSeq

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

/** A value without its comments and its form. */
const content = (node: unknown): string => (node === null || node === undefined ? '~' : JSON.stringify((node as Node).toJSON?.() ?? null))

function remove(from: YAMLMap | YAMLSeq, child: Child): void {
  const items = from.items as unknown[]
  items.splice(items.indexOf(child.pair ?? child.value), 1)
}

function replace(within: YAMLMap | YAMLSeq, own: Child, new_: Child): void {
  const items = within.items as unknown[]
  if (new_.value && own.value) new_.value.comment = own.value.comment ?? null
  if (own.pair) own.pair.value = new_.value
  else items[items.indexOf(own.value)] = new_.value
}

/** Puts a new child behind the one that it follows in the new text. */
function insert(into: YAMLMap | YAMLSeq, child: Child, behind: string | undefined): void {
  const items = into.items as unknown[]
  const keys = [...childrenOf(into).keys()]
  const at = behind === undefined ? -1 : keys.indexOf(behind)
  items.splice(behind === undefined ? 0 : at < 0 ? items.length : at + 1, 0, child.pair ?? child.value)
}

const shown = (node: Node | null | undefined): string => (!node ? '(taken away)' : isScalar(node) ? (node.source ?? String(node.value)) : stringify(node, { lineWidth: 0 }).trim())
const conflict = (path: string[], key: string, ours: Node | null | undefined, next: Node | null | undefined): YamlConflict => ({ path: [...path, key].join('.'), ours: shown(ours), next: shown(next) })
