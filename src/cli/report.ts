import { closest, distance } from 'fastest-levenshtein'
import { EXIT, type InputError, type Problem, place } from '../errors.ts'
import { paint } from './colour.ts'
import { coloured } from './colour.ts'
import type { Io } from './io.ts'

/** Prints an error: every problem with its place and what to do; as one JSON document with --json. Returns the exit code. */
export function report(error: InputError | Error, json: boolean, io: Io): number {
  // Ctrl-C, Ctrl-D and a closed input all surface as this error of the prompts
  if (error.name === 'ExitPromptError' || error.name === 'AbortPromptError') {
    io.stderr.write('\ncancelled; nothing was written\n')
    return EXIT.interrupted
  }
  const problems = inOrder((error as InputError).problems ?? [{ message: `this is a fault of the tool: ${error.stack ?? error.message}`, hint: 'please report it with the command that was run' }]).map(withNearest)
  const exitCode = (error as InputError).exitCode ?? EXIT.fault
  if (json) io.stdout.write(`${JSON.stringify({ schemaVersion: 1, ok: false, exitCode, problems }, null, 2)}\n`)
  const { red } = paint(coloured({}, io.env, io.stderr))
  for (const p of problems) io.stderr.write(problemText(p, red('error')))
  return exitCode
}

/** Problems of one file stand together, as a reader meets them. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const files = problems.map((p) => p.file ?? p)
  return problems.toSorted((a, b) => files.indexOf(a.file ?? a) - files.indexOf(b.file ?? b) || (a.line ?? 0) - (b.line ?? 0))
}

/** "error: file:line: what" and below it what to do. */
export function problemText(problem: Problem, kind: string): string {
  const where = place(problem)
  return `${kind}: ${printable(`${where && !problem.message.includes(where) ? `${where}: ` : ''}${problem.message}`)}\n${problem.hint ? `       ${printable(problem.hint)}\n` : ''}`
}

/** What others wrote and a message quotes: it must not steer the terminal, nor turn the order of what is read (CVE-2021-42574). */
const printable = (text: string): string => text.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '\ufffd')

/** Turns "not known" into "did you mean", where something known is near enough. */
export function withNearest({ near, ...problem }: Problem): Problem {
  if (!near || near.among.length === 0) return problem
  const given = near.given.toLowerCase()
  const nearest = closest(given, near.among.map((a) => a.toLowerCase()))
  const { length } = given.replace(/^(-+|chc_)/, '')
  if (distance(given, nearest) > (length <= 3 ? 1 : length <= 8 ? 2 : 3)) return problem
  const known = near.among.find((a) => a.toLowerCase() === nearest)
  return { ...problem, hint: `did you mean ${known}?${problem.hint ? ` ${problem.hint}` : ''}` }
}
