/** Expressions that packs bring: data that runs, so only those whose time grows slowly are taken. */

/** Characters of a value that an expression is tried on. */
export const MAX_VALUE = 200
const MAX_PATTERN = 200
/** Ways in which an expression may try to match: three repetitions without end of a value's length. */
const MAX_WAYS = 10_000_000

/**
 * Why an expression is refused; undefined where it can be used. Groups that repeat and repeat or choose inside take
 * exponential time (CWE-1333), and so do many choices behind each other ("a?a?a?…"); look-arounds and back references leave what can be
 * judged by reading.
 * @param most ways to match; more are for what runs against the clock
 */
export function patternProblem(source: string, most: number = MAX_WAYS): string | undefined {
  if (source.length > MAX_PATTERN) return `is longer than ${MAX_PATTERN} characters`
  try {
    new RegExp(source, 'u')
  } catch (error) {
    return (error as Error).message
  }
  const plain = source.replace(/\\[pPu]\{[^}]*\}|\\[^\d]/g, 'x').replace(/\[[^\]]*\]/g, 'x')
  if (/\\\d|\(\?(?!:)/.test(plain)) return 'has a look-around, a named group or a back reference'
  if ((plain.match(/[*+]|\{\d*,\}/g) ?? []).length > 3) return 'repeats without end more than three times'
  if (ways(plain) > most) return 'can match in too many ways: it has many optional parts, repetitions or choices behind each other'
  let open = plain
  for (;;) {
    const [group, inner = '', repeat] = /\((?:\?:)?([^()]*)\)([*+]|\{\d+,?\d*\})?/.exec(open) ?? []
    if (group === undefined) return undefined
    if (repeat && /[*+|?]|\{/.test(inner)) return 'repeats a group that repeats or chooses inside'
    open = open.replace(group, () => (repeat || /[*+{|?]/.test(inner) ? 'x+' : 'x'))
  }
}

/** In how many ways an expression can try one place of a value at most, which is what backtracking costs. */
function ways(plain: string): number {
  let [all, here] = [0, 1]
  for (let i = 0; i < plain.length; ) {
    let one = 1
    if (plain[i] === '|') {
      all += here
      here = 1
      i++
      continue
    }
    if (plain[i] === '(') {
      const close = closing(plain, i)
      one = ways(plain.slice(plain.startsWith('(?:', i) ? i + 3 : i + 1, close))
      i = close
    }
    const [repeat = '', low = '', high] = /^(?:[?*+]|\{(\d+)(?:,(\d*))?\})/.exec(plain.slice(i + 1)) ?? []
    const most = high === '' || '*+'.includes(repeat || '?') ? MAX_VALUE : high === undefined ? 0 : Math.min(Number(high) - Number(low), MAX_VALUE)
    here *= repeat === '?' ? one + 1 : one * (most + 1)
    i += 1 + repeat.length
  }
  return all + here
}

function closing(plain: string, open: number): number {
  let depth = 0
  for (let i = open; i < plain.length; i++) {
    depth += plain[i] === '(' ? 1 : plain[i] === ')' ? -1 : 0
    if (depth === 0) return i
  }
  return plain.length
}

/** Whether the whole of a value matches. */
export const matches = (source: string, value: string): boolean => value.length <= MAX_VALUE && new RegExp(`^(?:${source})$`, 'u').test(value)
