/** What compiled templates call (src/build/compile.ts): names are one letter long because they stand in the output thousands of times. */

/** The value at a key. A name that is missing is a mistake in the template, never an empty text. */
export function g(from: unknown, key: string): unknown {
  if (typeof from !== 'object' || from === null || !Object.hasOwn(from, key)) throw new Error(`a template names "${key}", which its context does not have`)
  return (from as Record<string, unknown>)[key]
}

/** Truth as Handlebars has it: an empty list is false. */
export const t = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : Boolean(value))

/** The text of a list's items; "" stands for an empty list. */
export function e(list: unknown, item: (value: unknown, last: boolean) => string): string {
  if (list === '') return ''
  if (!Array.isArray(list)) throw new Error('a template walks over something that is no list')
  return list.map((v, i) => item(v, i === list.length - 1)).join('')
}

/** A value as text. */
export function s(value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'boolean') throw new Error('a template prints something that is no text')
  return String(value)
}
