/** Expressions that packs bring: data that runs, so only those whose time grows slowly are taken. */

/** Characters of a value that an expression is tried on. */
export const MAX_VALUE = 200
const MAX_PATTERN = 200

/**
 * Why an expression is refused; undefined where it can be used. Groups that repeat and repeat or choose inside take
 * exponential time (CWE-1333), look-arounds and back references leave what can be judged by reading.
 */
export function patternProblem(source: string): string | undefined {
  if (source.length > MAX_PATTERN) return `is longer than ${MAX_PATTERN} characters`
  try {
    new RegExp(source, 'u')
  } catch (error) {
    return (error as Error).message
  }
  const plain = source.replace(/\\[^\d]/g, 'x').replace(/\[[^\]]*\]/g, 'x')
  if (/\\\d|\(\?(?!:)/.test(plain)) return 'has a look-around, a named group or a back reference'
  if ((plain.match(/[*+]|\{\d*,\}/g) ?? []).length > 3) return 'repeats without end more than three times'
  let open = plain
  for (;;) {
    const [group, inner = '', repeat] = /\((?:\?:)?([^()]*)\)([*+]|\{\d+,?\d*\})?/.exec(open) ?? []
    if (group === undefined) return undefined
    if (repeat && /[*+|?]|\{/.test(inner)) return 'repeats a group that repeats or chooses inside'
    open = open.replace(group, () => (repeat || /[*+{|?]/.test(inner) ? 'x+' : 'x'))
  }
}

/** Whether the whole of a value matches. */
export const matches = (source: string, value: string): boolean => value.length <= MAX_VALUE && new RegExp(`^(?:${source})$`, 'u').test(value)
