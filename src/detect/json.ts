import { InputError } from '../errors.ts'

/** Parses a JSON manifest. Throws InputError with file, line and column; the parser that knows them loads only then. */
export function readJson<T>(file: string, text: string): T {
  try {
    const value = JSON.parse(text) as T
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
    throw new InputError({ message: `${file} holds no object`, file, line: 1, column: 1 })
  } catch (error) {
    if (error instanceof InputError) throw error
    throw new InputError({ message: `${file} is not valid JSON: ${(error as Error).message}`, file, ...position(text, (error as Error).message), hint: 'mend it, then run again' })
  }
}

/** Place of a syntax error. V8 names the offset for most mistakes, and for the rest the text is walked. */
function position(text: string, message: string): { line: number; column: number } {
  const named = /position (\d+)/.exec(message)
  const at = named ? Number(named[1]) : /end of JSON/.test(message) ? text.trimEnd().length : Math.max(0, firstBad(text))
  const before = text.slice(0, at).split('\n')
  return { line: before.length, column: before.at(-1)!.length + 1 }
}

/** Offset of the first character that no JSON value can hold there: the shortest prefix that fails for another reason than its end. */
function firstBad(text: string): number {
  let low = 0
  let high = text.length
  while (low < high) {
    const middle = (low + high) >> 1
    try {
      JSON.parse(text.slice(0, middle))
      low = middle + 1
    } catch (e) {
      if (/end of JSON|Unterminated|Expected .*after|Bad control/.test((e as Error).message)) low = middle + 1
      else high = middle
    }
  }
  return low - 1
}
