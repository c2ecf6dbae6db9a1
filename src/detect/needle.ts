/** What may stand behind a backslash and is nothing but itself. */
const ESCAPED = '.()[]{}/\\+*?^$|"\'`-#@'

/**
 * A text that stands in everything that a regular expression matches, or undefined. Looking for it first spares the
 * compilation of the expression, which costs more than all else that is done with most sources.
 */
export function needleOf(source: string): string | undefined {
  let longest = ''
  let run = ''
  const end = (): void => {
    if (run.length > longest.length) longest = run
    run = ''
  }
  for (let i = 0; i < source.length; i++) {
    const c = source[i]!
    if (c === '|') return undefined
    if (c === '(') {
      const close = closing(source, i)
      const inner = source.startsWith('(?:', i) ? i + 3 : source[i + 1] === '?' ? close : i + 1
      end()
      // an optional group says nothing, neither does one of alternatives
      if (!'*?{'.includes(source[close + 1] ?? ' ')) run = needleOf(source.slice(inner, close)) ?? ''
      end()
      i = close
    } else if (c === '[') {
      end()
      i = classEnd(source, i)
    } else if (c === '\\') {
      const next = source[++i]!
      if (ESCAPED.includes(next)) run += next
      else if ('uxckp'.includes(next.toLowerCase())) return undefined
      else if (next !== 'b' && next !== 'B') end()
    } else if (c === '*' || c === '?' || c === '{') {
      run = run.slice(0, -1)
      end()
      if (c === '{') i = source.indexOf('}', i)
    } else if (c === '+' || c === '.' || c === '^' || c === '$') end()
    else run += c
  }
  end()
  return longest.length > 1 ? longest : undefined
}

function classEnd(source: string, open: number): number {
  let i = open + 1
  while (source[i] !== ']') i += source[i] === '\\' ? 2 : 1
  return i
}

function closing(source: string, open: number): number {
  let depth = 0
  for (let i = open; i < source.length; i++) {
    const c = source[i]
    if (c === '\\') i++
    else if (c === '[') i = classEnd(source, i)
    else if (c === '(') depth++
    else if (c === ')' && --depth === 0) return i
  }
  return source.length
}
