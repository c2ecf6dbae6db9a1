import type { Evidence } from '../facts.ts'

/** A string of a source file, with the line it stands on. */
export interface Literal {
  text: string
  line: string
  evidence: Evidence
}

const LITERAL = /"((?:[^"\\\n]|\\.)*)"|`([^`\n]*)`/g
/** A longer line was made by a tool. */
const MAX_LINE = 1000

/** Every string of a file that is no import and in no comment line. */
export function* literalsOf(file: string, source: string): Generator<Literal> {
  let importing = false
  let number = 0
  for (const line of source.split('\n')) {
    number++
    if (importing || /^import\b/.test(line)) {
      importing = importing ? !/^\s*\)/.test(line) : /^import\s*\(/.test(line)
      continue
    }
    if (line.length > MAX_LINE || !/["`]/.test(line) || /^\s*\/\//.test(line)) continue
    for (const m of line.matchAll(LITERAL)) yield { text: m[1] ?? m[2]!, line: line.trim(), evidence: { file, line: number, text: line.trim().slice(0, 120) } }
  }
}
