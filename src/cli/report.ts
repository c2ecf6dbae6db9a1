import { EXIT, type InputError, place } from '../errors.ts'
import type { Io } from './main.ts'

/** Prints an error: every problem with its place and what to do; as one JSON document with --json. Returns the exit code. */
export function report(error: InputError | Error, json: boolean, io: Io): number {
  const problems = (error as InputError).problems ?? [{ message: `this is a fault of the tool: ${error.stack ?? error.message}`, hint: 'please report it with the command that was run' }]
  const exitCode = (error as InputError).exitCode ?? EXIT.fault
  if (json) io.stdout.write(`${JSON.stringify({ schemaVersion: 1, ok: false, exitCode, problems }, null, 2)}\n`)
  else
    for (const p of problems) {
      const where = place(p)
      io.stderr.write(`error: ${where && !p.message.includes(where) ? `${where}: ` : ''}${p.message}\n${p.hint ? `       ${p.hint}\n` : ''}`)
    }
  return exitCode
}
