/**
 * Lays controls onto a YAML skeleton's template source, so that a precompiled template needs no YAML library (the build
 * does it for the built-in controls). The other way, for what the build does not know, is document.ts; a law holds both to
 * the same bytes.
 *
 * A skeleton is block-style YAML with two spaces a level, whose Handlebars blocks stand on lines of their own and wrap
 * whole entries.
 */
import type { Value } from '../controls/control.ts'

/** An expectation with its control's id and comment, ready to be laid. */
export interface Laid {
  control: string
  at: string
  value: Value
  comment: string
  when?: string
}

/** Key orders of a template's front matter: path → keys in the order they are written. Keys that are not named come last. */
export type KeyOrder = Record<string, string[]>

type Member = Entry | Item | Guard | Raw
interface Entry {
  kind: 'entry'
  key: string
  /** text behind the colon, trimmed */
  inline: string
  body: Member[]
  head?: string[]
  laid?: Set<string>
}
interface Item {
  kind: 'item'
  inline: string
  body: Member[]
}
interface Guard {
  kind: 'guard'
  open: string
  close: string
  body: Member[]
}
interface Raw {
  kind: 'raw'
  text: string
}

const ENTRY = /^("[^"]+"|'[^']+'|\{\{[^}]+\}\}|[\w./-]+)(?:\{\{[^}]+\}\})?:(?: (.*))?$/

/** Template source with the controls in it; each laid line is guarded by its control's id. */
export function layOnSource(source: string, expectations: readonly Laid[], order: KeyOrder = {}): string {
  const root = parse(source)
  for (const [path, leaf] of merge(expectations)) insert(root, path, leaf, order)
  return print(root, 0).join('\n') + '\n'
}

function parse(source: string): Member[] {
  const lines = source.replace(/\n+$/, '').split('\n')
  let at = 0
  const block = (indent: number, until?: string): Member[] => {
    const out: Member[] = []
    while (at < lines.length) {
      const line = lines[at]!
      const text = line.trim()
      const depth = line.length - line.trimStart().length
      const open = /^\{\{#(\w+)/.exec(text)
      if (text.startsWith('{{/')) {
        if (until && text === until) return out
        return out
      }
      if (open && text.endsWith('}}') && !text.includes('{{/')) {
        // a guard belongs to the level of what it wraps
        const inner = firstIndent(lines, at + 1)
        if (inner < indent) return out
        at++
        const close = `{{/${open[1]}}}`
        const body = block(indent, close)
        if (lines[at]?.trim() !== close) throw new Error(`skeleton: line ${at + 1}: ${close} expected for ${text}`)
        at++
        out.push({ kind: 'guard', open: text, close, body })
        continue
      }
      if (text === '' || text.startsWith('#') || text.startsWith('{{!')) {
        if (text !== '' && depth < indent) return out
        out.push({ kind: 'raw', text })
        at++
        continue
      }
      if (depth < indent) return out
      if (depth > indent) throw new Error(`skeleton: line ${at + 1}: unexpected indentation: ${line}`)
      at++
      if (text.startsWith('- ')) {
        const rest = text.slice(2)
        const entry = ENTRY.exec(rest)
        if (!entry) {
          out.push({ kind: 'item', inline: rest, body: [] })
          continue
        }
        // the first key stands on the dash's line: parse the item as a mapping two deeper
        lines[--at] = ' '.repeat(indent + 2) + rest
        out.push({ kind: 'item', inline: '', body: block(indent + 2) })
        continue
      }
      const entry = ENTRY.exec(text)
      if (!entry) throw new Error(`skeleton: line ${at}: not an entry: ${line}`)
      const key = text.slice(0, text.indexOf(':', entry[1]!.length))
      const inline = entry[2] ?? ''
      out.push({ kind: 'entry', key, inline, body: inline === '' ? block(firstIndent(lines, at) > indent ? indent + 2 : indent + 1e6) : [] })
    }
    return out
  }
  return block(0)
}

/** Indentation of the next line that is content, looking through guards, comments and blank lines. */
function firstIndent(lines: string[], from: number): number {
  for (let i = from; i < lines.length; i++) {
    const text = lines[i]!.trim()
    if (text !== '' && !text.startsWith('{{#') && !text.startsWith('{{/') && !text.startsWith('{{!') && !text.startsWith('#')) return lines[i]!.length - lines[i]!.trimStart().length
  }
  return 0
}

/** A leaf of the tree of expectations: guards of each control that wants it. */
interface Leaf {
  expectation: Laid
}

/** An expectation for the second of several places: its reason stands at the first. */
export const said = (e: Laid): Laid => ({ ...e, comment: '' })

function merge(expectations: readonly Laid[]): [string[], Leaf][] {
  return expectations.map((e) => [splitPath(e.at), { expectation: e }])
}

/** "spec.containers[].name" → ["spec", "containers", "[]", "name"]; dots inside {{}} or quotes stay. */
export function splitPath(path: string): string[] {
  return (path.match(/\{\{[^}]+\}\}|"[^"]+"|\[\]|[^.[\]]+/g) ?? []).map((s) => s.replace(/^"(.*)"$/, '$1'))
}

function insert(members: Member[], path: string[], leaf: Leaf, order: KeyOrder, done: string[] = []): void {
  const [head, ...rest] = path
  if (head === undefined) return
  const matches = [...find(members, head)]
  if (matches.length > 0 && rest.length > 0) {
    for (const [i, m] of matches.entries()) {
      if (m.kind === 'entry' && m.inline !== '') throw new Error(`skeleton: ${done.concat(head).join('.')} is a scalar`)
      if (m.kind === 'entry') m.laid?.add(condition(leaf.expectation))
      insert(m.body, rest, i === 0 ? leaf : { expectation: said(leaf.expectation) }, order, done.concat(head))
    }
    return
  }
  // the same place in several forms (a probe by HTTP or TCP): conditions of the plan let one of them through
  if (matches.length > 0 && !(leaf.expectation.when && matches.every((m) => m.kind === 'entry' && m.laid))) throw new Error(`skeleton holds a hardened line: ${done.concat(head).join('.')} (${leaf.expectation.control})`)
  if (head === '[]' || head === '*') throw new Error(`skeleton: nothing to lay ${leaf.expectation.control} on at ${done.join('.')}`)
  const entry: Entry = { kind: 'entry', key: /^[\w./-]+$/.test(head) || head.startsWith('{{') ? head : JSON.stringify(head), inline: '', body: [], laid: new Set([condition(leaf.expectation)]) }
  place(members, entry, orderOf(order, done))
  if (rest.length > 0) insert(entry.body, rest, leaf, order, done.concat(head))
  else fill(entry, leaf.expectation)
}

function fill(entry: Entry, expectation: Laid): void {
  const { value, comment } = expectation
  if (typeof value === 'object') {
    if (comment) entry.head = [`# ${comment}`]
    entry.body = members(value)
  } else entry.inline = scalar(value) + (comment ? ` # ${comment}` : '')
}

function members(value: Value): Member[] {
  if (Array.isArray(value))
    return value.map((v): Member => (typeof v === 'object' ? { kind: 'item', inline: '', body: members(v) } : { kind: 'item', inline: scalar(v), body: [] }))
  return Object.entries(value as { [key: string]: Value }).map(([key, v]): Member =>
    typeof v === 'object' ? { kind: 'entry', key, inline: '', body: members(v) } : { kind: 'entry', key, inline: scalar(v), body: [] },
  )
}

/** A scalar as both ways of laying write it: strings as they stand in the control, which quotes what YAML would misread. */
export const scalar = (value: string | number | boolean): string => String(value)

function* find(members: Member[], head: string): Generator<Entry | Item> {
  for (const m of members) {
    if (m.kind === 'guard') yield* find(m.body, head)
    else if (head === '[]') {
      if (m.kind === 'item') yield m
    } else if (m.kind === 'entry' && (head === '*' || m.key === head)) yield m
  }
}

/** The key order of a path; `*` stands for any last key. */
export function orderOf(order: KeyOrder, path: readonly string[]): string[] {
  return order[path.join('.')] ?? order[[...path.slice(0, -1), '*'].join('.')] ?? []
}

/** Before the first member whose key comes later in the order; a guard counts by its first key. Comments above a member stay with it. */
function place(members: Member[], entry: Entry, order: string[]): void {
  const rank = (key: string): number => {
    const i = order.indexOf(key)
    return i < 0 ? order.length : i
  }
  const own = rank(entry.key)
  let at = members.findIndex((m) => {
    const key = firstKey(m)
    return key !== undefined && rank(key) > own
  })
  if (at < 0) {
    at = members.length
    while (at > 0 && members[at - 1]!.kind === 'raw') at--
  } else while (at > 0 && members[at - 1]!.kind === 'raw' && (members[at - 1] as Raw).text !== '') at--
  members.splice(at, 0, entry)
}

function firstKey(m: Member): string | undefined {
  if (m.kind === 'entry') return m.key
  if (m.kind === 'guard') for (const b of m.body) return firstKey(b)
  return undefined
}

function condition(e: Laid): string {
  return e.when ? `(and @root.on.[${e.control}] @root.${e.when})` : `@root.on.[${e.control}]`
}

function print(members: Member[], indent: number): string[] {
  const pad = ' '.repeat(indent)
  const out: string[] = []
  for (const m of members) {
    if (m.kind === 'raw') out.push(m.text === '' ? '' : pad + m.text)
    else if (m.kind === 'guard') out.push(m.open, ...print(m.body, indent), m.close)
    else if (m.kind === 'item') {
      if (m.body.length === 0) out.push(`${pad}- ${m.inline}`)
      else {
        const lines = print(m.body, indent + 2)
        const first = lines.findIndex((l) => l.trim() !== '')
        out.push(...lines.slice(0, first), `${pad}- ${lines[first]!.trimStart()}`, ...lines.slice(first + 1))
      }
    } else {
      const lines = [...(m.head ?? []).map((h) => pad + h), `${pad}${m.key}:${m.inline ? ` ${m.inline}` : ''}`, ...print(m.body, indent + 2)]
      if (!m.laid) out.push(...lines)
      else {
        const conditions = [...m.laid]
        out.push(conditions.length === 1 ? `{{#if ${conditions[0]}}}` : `{{#if (or ${conditions.join(' ')})}}`, ...lines, '{{/if}}')
      }
    }
  }
  return out
}
