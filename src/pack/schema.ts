import { isMap, isScalar, isSeq, type Node } from 'yaml'
import type { Problem } from '../errors.ts'
import { UNSAFE } from './settings.ts'

/** The part of JSON Schema (draft 7) that formats of this tool are described in, and checked by. */
export interface Schema {
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  description?: string
  enum?: readonly string[]
  pattern?: string
  required?: readonly string[]
  properties?: Record<string, Schema>
  /** of every key that `properties` does not name; false where there may be none */
  additionalProperties?: Schema | false
  propertyNames?: { pattern: string }
  items?: Schema
  maxItems?: number
  /** groups of keys, of which exactly one must be there */
  oneOf?: readonly { required: readonly string[] }[]
}

type Place = Pick<Problem, 'file' | 'line' | 'column'>


/** What steers a terminal, or turns the order of what is read (CVE-2021-42574): everything here is shown to people. */
const STEERS = /[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/

const TEXTS: Record<string, [RegExp, string]> = {
  integer: [/^-?\d{1,15}$/, 'a whole number'],
  number: [/^-?\d{1,15}(\.\d+)?$/, 'a number'],
  boolean: [/^(true|false)$/, 'true or false'],
}

/**
 * What is wrong with a YAML node by a schema, each with its place. Scalars are texts (failsafe schema), so that 3.10 stays
 * 3.10; `type` says which texts do.
 */
export function check(node: Node | null | undefined, schema: Schema, at: (node: Node | null | undefined) => Place, name = 'the file'): Problem[] {
  const wrong = (message: string, hint: string, where: Node | null | undefined = node): Problem[] => [{ message, ...at(where), hint }]
  if (schema.type === 'object') {
    if (!isMap(node)) return wrong(`${name} has no keys and values`, 'write it as KEY: VALUE, one a line')
    const found = new Map(node.items.map((pair) => [String((pair.key as { value?: unknown }).value), pair]))
    const problems: Problem[] = []
    for (const key of schema.required ?? []) if (!found.has(key)) problems.push(...wrong(`${name} has no ${key}`, schema.properties?.[key]?.description ?? `add ${key}:`))
    if (schema.oneOf && schema.oneOf.filter((o) => o.required.some((k) => found.has(k))).length !== 1) problems.push(...wrong(`${name} needs one of ${schema.oneOf.map((o) => o.required.join(' and ')).join(', ')}`, 'and only one'))
    for (const [key, { key: keyNode, value }] of found) {
      if (STEERS.test(key)) {
        problems.push(...wrong(`${name} has a key with a control character: ${JSON.stringify(key.slice(0, 80)).replace(new RegExp(STEERS, 'g'), '\ufffd')}`, 'take it out', keyNode as Node))
        continue
      }
      const own = Object.hasOwn(schema.properties ?? {}, key) ? schema.properties![key] : undefined
      const other = own ?? (UNSAFE.has(key) || (schema.propertyNames && !new RegExp(schema.propertyNames.pattern).test(key)) ? undefined : schema.additionalProperties || undefined)
      if (!other) problems.push({ message: `${name} has no key "${key}"`, ...at(keyNode as Node), hint: `one of ${Object.keys(schema.properties ?? {}).join(', ') || schema.propertyNames?.pattern || 'none'}`, ...(schema.properties ? { near: { given: key, among: Object.keys(schema.properties) } } : {}) })
      else problems.push(...check(value as Node, other, at, `${name === 'the file' ? '' : `${name}.`}${key}`))
    }
    return problems
  }
  if (schema.type === 'array') {
    if (!isSeq(node)) return wrong(`${name} is no list`, 'write each entry behind "- "')
    if (node.items.length > (schema.maxItems ?? 200)) return wrong(`${name} has more than ${schema.maxItems ?? 200} entries`, 'split it')
    return node.items.flatMap((item, i) => check(item as Node, schema.items ?? {}, at, `${name}[${i}]`))
  }
  if (schema.type === undefined) return steering(node, at, name)
  if (!isScalar(node) || typeof node.value !== 'string') return wrong(`${name} is no single value`, 'write it on one line')
  const text = node.value
  const [pattern, kind] = TEXTS[schema.type] ?? []
  if (pattern && !pattern.test(text)) return wrong(`${name}: ${JSON.stringify(text.slice(0, 80))} is not ${kind}`, `like ${schema.type === 'boolean' ? 'true' : '8'}`)
  if (schema.enum && !schema.enum.includes(text)) return [{ ...wrong(`${name}: there is no choice ${JSON.stringify(text.slice(0, 80))}`, `one of ${schema.enum.join(', ')}`)[0]!, near: { given: text, among: schema.enum } }]
  if (schema.pattern && !new RegExp(schema.pattern, 'u').test(text)) return wrong(`${name}: ${JSON.stringify(text.slice(0, 80))} does not do`, schema.description ?? `it has the form ${schema.pattern}`)
  return steering(node, at, name)
}

/** Texts with such characters, in whatever form they stand. */
function steering(node: Node | null | undefined, at: (node: Node | null | undefined) => Place, name: string): Problem[] {
  if (isMap(node)) return node.items.flatMap(({ key, value }) => [...steering(key as Node, at, name), ...steering(value as Node, at, name)])
  if (isSeq(node)) return node.items.flatMap((item) => steering(item as Node, at, name))
  return isScalar(node) && STEERS.test(String(node.value)) ? [{ message: `${name} holds a control character`, ...at(node), hint: 'take it out' }] : []
}

/** The plain value of a checked node: null-prototype objects, lists and texts; numbers and booleans where the schema says so. */
export function valueOf(node: Node | null | undefined, schema: Schema): unknown {
  if (isMap(node)) {
    const out = Object.create(null) as Record<string, unknown>
    for (const { key, value } of node.items) {
      const name = String((key as { value?: unknown }).value)
      const of = schema.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name]! : schema.additionalProperties || {}
      out[name] = valueOf(value as Node, of)
    }
    return out
  }
  if (isSeq(node)) return node.items.map((item) => valueOf(item as Node, schema.items ?? {}))
  if (!isScalar(node)) return undefined
  const text = String(node.value ?? '')
  if (schema.type === 'integer' || schema.type === 'number') return Number(text)
  if (schema.type === 'boolean') return text === 'true'
  // what a person reads is a line: in a question or a message a second one could be taken for the tool's own
  return schema.type === 'string' ? text.trim().replace(/\s*\n\s*/g, ' ') : text
}
