/** What may stand behind a backslash and is nothing but itself. */
const ESCAPED = '.()[]{}/\\+*?^$|"\'`-#@'

/** More texts than these are not looked for: then compiling the expression is the cheaper way. */
const MOST = 16

/**
 * Texts of which one stands in everything that a regular expression matches, or undefined where there are none of two
 * characters or more. Looking for them first spares the compilation of the expression, which costs more than all else that
 * is done with most sources.
 */
export function needlesOf(source: string): string[] | undefined {
  const found: string[] = []
  for (const branch of branchesOf(source)) {
    const needles = needlesOfSequence(branch)
    if (!needles) return undefined
    found.push(...needles)
  }
  return found.length > MOST ? undefined : found
}

/** The alternatives of an expression, without those of groups in it. */
function branchesOf(source: string): string[] {
  const branches: string[] = []
  let from = 0
  for (let i = 0; i < source.length; i++) {
    const c = source[i]
    if (c === '\\') i++
    else if (c === '[') i = classEnd(source, i)
    else if (c === '(') i = closing(source, i)
    else if (c === '|') {
      branches.push(source.slice(from, i))
      from = i + 1
    }
  }
  return [...branches, source.slice(from)]
}

/** The best needles of what stands one behind the other: the longest, where they are several the shortest of them. */
function needlesOfSequence(source: string): string[] | undefined {
  let best: string[] | undefined
  let run = ''
  const offer = (needles: string[] | undefined): void => {
    if (needles && leastOf(needles) > Math.max(1, leastOf(best ?? ['']))) best = needles
  }
  const end = (): void => {
    offer([run])
    run = ''
  }
  for (let i = 0; i < source.length; i++) {
    const c = source[i]!
    if (c === '(') {
      const close = closing(source, i)
      const inner = source.startsWith('(?:', i) ? i + 3 : source[i + 1] === '?' ? close : i + 1
      end()
      // an optional group says nothing
      if (!'*?{'.includes(source[close + 1] ?? ' ')) offer(needlesOf(source.slice(inner, close)))
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
  return best
}

const leastOf = (needles: readonly string[]): number => Math.min(...needles.map((n) => n.length))

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
