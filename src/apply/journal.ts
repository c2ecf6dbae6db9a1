import type * as nodeFiles from 'node:fs'
import { join } from 'node:path'
import { EXIT, InputError } from '../errors.ts'
import type { Files } from './apply.ts'

/** One file of a run, with what was there when it began. */
export interface Step {
  path: string
  /** the new text; absent: the file goes */
  text?: string
  /** what was there; absent: nothing */
  before?: string
  /** the name of the copy that is kept */
  backup?: string
}

/** Who writes into a folder. */
export interface Holder {
  pid: number
  host: string
  at: string
}

/** What a run that is writing left on disk: who it is, and all that it is about to do once that was decided. */
export interface Journal {
  holder?: Holder
  steps?: Step[]
  age: number
}

/** Lies in the folder only while a run writes. Whoever finds it waits, or finishes what a killed run had begun. */
export const JOURNAL = '.hardened.journal'

/** Writing takes milliseconds, so a journal this old is nobody's, even where its process cannot be looked up or its number is used again. */
const DEAD_AFTER = 60_000
const PATIENCE = 10_000

/** Loaded late: it costs a third of a millisecond, and most runs write nothing. */
const hostname = (): string => process.getBuiltinModule('node:os').hostname()

/** Opens the journal for this run alone, and says who it is. Throws EEXIST while another run holds it. */
export function begin(root: string, files: Files, name = JOURNAL): number {
  const fd = files.openSync(join(root, name), 'wx', 0o600)
  const holder: Holder = { pid: process.pid, host: hostname(), at: new Date().toISOString() }
  try {
    writeAll(fd, `${JSON.stringify(holder)}\n`, files)
  } catch (error) {
    quietly(() => files.closeSync(fd))
    quietly(() => files.unlinkSync(join(root, name)))
    throw error
  }
  return fd
}

/** Writes down everything that is about to happen: from here on a killed run is finished by the next one. */
export function commit(fd: number, steps: readonly Step[], files: Files): void {
  writeAll(fd, `${JSON.stringify(steps)}\n`, files)
}

export function end(root: string, fd: number, files: Files, name = JOURNAL): void {
  quietly(() => files.closeSync(fd))
  quietly(() => files.unlinkSync(join(root, name)))
}

/** The journal of a folder, undefined when there is none. A line counts once its end is there. */
export function readJournal(root: string, files: Pick<typeof nodeFiles, 'readFileSync' | 'statSync'>, name = JOURNAL): Journal | undefined {
  try {
    const age = Date.now() - files.statSync(join(root, name)).mtimeMs
    const [first, second, ...rest] = files.readFileSync(join(root, name), 'utf8').split('\n')
    const holder = second === undefined ? undefined : (JSON.parse(first!) as Holder)
    return { holder, steps: rest.length > 0 ? (JSON.parse(second!) as Step[]) : undefined, age }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new InputError({ message: `cannot be read: ${(error as Error).message}`, file: JOURNAL, hint: 'it is what an interrupted run left: look at the files with version control, then delete it' })
  }
}

/** Whether the run that wrote a journal may still be at work. */
export function isAlive({ holder, age }: Journal): boolean {
  if (age > DEAD_AFTER) return false
  // just opened, or of another machine or container
  if (!holder || holder.host !== hostname()) return holder !== undefined || age < 2_000
  try {
    return process.kill(holder.pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Waits as long as another run writes. Throws InputError that names it when it takes too long. */
export function waitFor(root: string, files: Pick<typeof nodeFiles, 'readFileSync' | 'statSync'>, name = JOURNAL): void {
  for (const until = Date.now() + PATIENCE; ; ) {
    const journal = readJournal(root, files, name)
    if (!journal || !isAlive(journal)) return
    const { holder } = journal
    if (Date.now() > until) throw new InputError({ message: `another run is writing here${holder ? `: process ${holder.pid} on ${holder.host}, since ${holder.at}` : ''}`, file: join(root, name), hint: 'wait for it, or end it, then run again' }, EXIT.conflict)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
  }
}

/** Writes a text to an open file, however many calls that takes. */
export function writeAll(fd: number, text: string, files: Files): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) at += files.writeSync(fd, bytes, at)
}

export function quietly<T>(f: () => T): T | undefined {
  try {
    return f()
  } catch {
    return undefined
  }
}
