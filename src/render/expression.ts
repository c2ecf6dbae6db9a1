/** The expressions of expectations, {{path}} and {{helper path}}, without the template compiler: for what is laid or audited at run time. */
import type { Context } from './context.ts'
import { HELPERS } from './helpers.ts'

const EXPRESSION = /\{\{(?:([a-z]+) )?([\w.@-]+)\}\}/g

/** Replaces the expressions of a text by values of the context. Throws where a name does not exist. */
export function fill(text: string, context: Context, root: Context = context): string {
  return text.replace(EXPRESSION, (whole, helper: string | undefined, path: string) => {
    const value = path.startsWith('@root.') ? lookup(root, path.slice(6)) : lookup(context, path)
    if (value === undefined) throw new Error(`${whole}: there is no such value`)
    if (helper && !Object.hasOwn(HELPERS, helper)) throw new Error(`${whole}: there is no such helper`)
    return String(helper ? (HELPERS as unknown as Record<string, (v: unknown) => unknown>)[helper]!(value) : value)
  })
}

/** Whether an expectation's condition holds, as Handlebars judges it. */
export function holds(condition: string | undefined, root: Context): boolean {
  if (condition === undefined) return true
  const value = lookup(root, condition)
  if (value === undefined) throw new Error(`${condition}: there is no such condition`)
  return Array.isArray(value) ? value.length > 0 : Boolean(value)
}

/** The value at a dotted path, undefined where there is none. */
export function lookup(context: unknown, path: string): unknown {
  return path.split('.').reduce((at: unknown, key) => (typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : undefined), context)
}

/** Paths below which a key that is the id of an item of this list sees that item, as inside `#each` in the template. */
const SCOPES: Record<string, string> = { services: 'services' }

/** The keys that a step of an expectation's path stands for: itself, a filled-in name, or the id of each item of the list in scope. */
export function keysOf(step: string, above: readonly string[], root: Context): string[] {
  if (!step.startsWith('{{')) return [step]
  const name = step.slice(2, -2).split(' ').at(-1)!
  if (lookup(root, name) !== undefined) return [String(lookup(root, name))]
  return items(above, root).map((item) => String(lookup(item, name)))
}

/** The context that the value of a concrete path is filled from. */
export function scopeOf(path: readonly (string | number)[], root: Context): Context {
  return items(path.slice(0, 1).map(String), root).find((item) => item.id === path[1]) ?? root
}

function items(above: readonly string[], root: Context): Context[] {
  const list = SCOPES[above.join('.')]
  return list === undefined ? [] : ((lookup(root, list) || []) as Context[])
}
