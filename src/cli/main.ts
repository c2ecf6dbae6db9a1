import { EXIT, type InputError } from '../errors.ts'
import { parseArgv } from './parse.ts'

const COMMANDS: Record<string, () => Promise<{ run(words: string[], flags: ReturnType<typeof parseArgv>['flags'], io: Io): Promise<number> | number }>> = {}

/** The edges of the process, so that everything behind them can be tested. */
export interface Io {
  cwd: string
  env: NodeJS.ProcessEnv
  stdin: NodeJS.ReadStream
  stdout: { write(text: string): unknown; isTTY?: boolean; columns?: number }
  stderr: { write(text: string): unknown; isTTY?: boolean }
}

/** Runs one command line and returns its exit code. Never throws: an unexpected error is printed and is code 1. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let json = argv.includes('--json')
  try {
    const { words, flags } = parseArgv(argv)
    json = flags.json === true
    const command = COMMANDS[words[0] ?? '']
    if (command) return await (await command()).run(words.slice(1), flags, io)
    const { generate } = await import('./generate.ts')
    return await generate(words, flags, io)
  } catch (error) {
    const { report } = await import('./report.ts')
    return report(error as InputError, json, io) ?? EXIT.fault
  }
}
