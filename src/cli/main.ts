import { EXIT, InputError, type Problem } from '../errors.ts'
import type { Io } from './io.ts'
import { OPTIONS } from './options.ts'
import { type Parsed, parseArgv } from './parse.ts'

export { processIo } from './io.ts'
export { parseArgv }

/** A command: the words and flags behind its name in, the exit code out. */
export interface Command {
  run(words: string[], flags: Parsed['flags'], io: Io): Promise<number> | number
}

const LOADERS: Record<string, () => Promise<Command>> = {
  update: () => import('./update.ts'),
  adopt: () => import('./adopt.ts'),
  pack: () => import('./pack.ts'),
  list: () => import('./list.ts'),
  explain: () => import('./explain.ts'),
  completion: () => import('./completion.ts'),
  help: () => import('./help.ts'),
}

/** Runs one command line and returns its exit code. Never throws: an unexpected error is printed and is code 1. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    const problems: Problem[] = []
    const { words, flags } = parseArgv(argv, problems)
    if (problems.length > 0) throw new InputError([...problems, ...(await import('./generate.ts')).problemsOfFlags(flags)])
    if (flags.version && words.length === 0) return (await import('./help.ts')).printVersion(io)
    if (flags.help) return (await import('./help.ts')).run(words, flags, io)
    const command = Object.hasOwn(LOADERS, words[0] ?? '') ? LOADERS[words[0]!]! : undefined
    refuseMisplaced(command && words[0], flags)
    if (command) return await (await command()).run(words.slice(1), flags, io)
    const { generate } = await import('./generate.ts')
    return await generate(words, flags, io)
  } catch (error) {
    const json = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : undefined).includes('--json')
    return (await import('./report.ts')).report(error as InputError, json, io) ?? EXIT.fault
  }
}

/** Who types --check without update wants to look, and the main command would write. Throws InputError for flags of another command. */
function refuseMisplaced(command: string | undefined, flags: Parsed['flags']): void {
  const misplaced = OPTIONS.filter((o) => o.command && o.command !== command && flags[o.name])
  if (misplaced.length > 0) throw new InputError(misplaced.map((o) => ({ message: `--${o.name} goes with ${o.command}`, where: `--${o.name}`, hint: `create-hardened-container ${o.command} --${o.name}` })))
}
