import * as nodeFiles from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { EXIT, InputError, type Problem } from '../errors.ts'
import { carryOut, type Files, preflight } from './apply.ts'
import { begin, end, isAlive, JOURNAL, quietly, readJournal, type Step, waitFor } from './journal.ts'

const CLAIM = `${JOURNAL}.claim`

/**
 * Settles what another run left in the folder: waits for one that is at work, and finishes what a killed one had begun, so that
 * its files are all old or all new. What a person changed since then stays. Returns what there is to tell.
 * Throws InputError when something is in the way, or the other run takes too long.
 */
export function repair(root: string, files: Files & typeof nodeFiles = nodeFiles, alive = isAlive): Problem[] {
  const real = files.realpathSync.native(root)
  if (alive === isAlive) waitFor(real, files)
  const fd = claim(real, files, alive)
  try {
    const journal = readJournal(real, files)
    if (!journal) return []
    if (!journal.steps) return finish(real, files), []
    const id = journal.holder!.pid
    sweep(real, journal.steps, id, files)
    const left: Step[] = []
    const steps = journal.steps.flatMap((step) => rest(real, step, left, files))
    try {
      preflight(real, steps, files)
    } catch (error) {
      throw hinted(error as InputError)
    }
    carryOut(real, steps, id, files)
    finish(real, files)
    return [
      { message: `an earlier run was interrupted at ${journal.holder!.at}; it is finished now: ${journal.steps.map((s) => s.path).join(', ')}` },
      ...left.map((s): Problem => ({ message: 'was changed after that run, so it is left as it is', file: s.path })),
    ]
  } finally {
    end(real, fd, files, CLAIM)
  }
}

/** What a run that writes nothing says about a journal. */
export function interrupted(root: string): Problem[] {
  waitFor(root, nodeFiles)
  const journal = readJournal(root, nodeFiles)
  return journal?.steps ? [{ message: `an earlier run was interrupted at ${journal.holder!.at}, so files may be missing or old`, file: JOURNAL, hint: 'the next run that writes finishes it: create-hardened-container update' }] : []
}

/** Two runs may find the same journal: one finishes it. */
function claim(real: string, files: Files & typeof nodeFiles, alive: typeof isAlive): number {
  for (;;) {
    try {
      return begin(real, files, CLAIM)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      if (alive === isAlive) waitFor(real, files, CLAIM)
      const other = readJournal(real, files, CLAIM)
      if (other && !alive(other)) quietly(() => files.unlinkSync(join(real, CLAIM)))
    }
  }
}

/** The claim goes first: whoever finds the journal alone finds nothing left to do, and takes it away. */
function finish(real: string, files: Files): void {
  files.unlinkSync(join(real, CLAIM))
  files.unlinkSync(join(real, JOURNAL))
}

/** Removes the second names that the run had made beside its files. */
function sweep(real: string, steps: readonly Step[], id: number, files: typeof nodeFiles): void {
  for (const { path } of steps) {
    const folder = dirname(join(real, path))
    const own = `.${basename(path)}.${id}-`
    for (const name of quietly(() => files.readdirSync(folder)) ?? []) if (name.startsWith(own) && /^\d+\.tmp$/.test(name.slice(own.length))) files.unlinkSync(join(folder, name))
  }
}

/** What is left to do of a step. `left` gets it when a person changed the file since. */
function rest(real: string, step: Step, left: Step[], files: typeof nodeFiles): Step[] {
  const target = join(real, step.path)
  const there = bytesOf(target, files)
  const now = there?.toString('utf8')
  if (now === step.text) return []
  const partial = step.before === undefined && there !== undefined && begins(step.text!, there)
  if (now !== step.before && !partial) return left.push(step), []
  if (partial) files.unlinkSync(target)
  const kept = step.backup === undefined ? undefined : bytesOf(join(real, step.backup), files)
  if (kept && kept.toString('utf8') !== step.before && begins(step.before!, kept)) files.unlinkSync(join(real, step.backup!))
  return [kept?.toString('utf8') === step.before ? { ...step, backup: undefined } : step]
}

const begins = (text: string, bytes: Buffer): boolean => Buffer.from(text).subarray(0, bytes.length).equals(bytes)

function bytesOf(path: string, files: typeof nodeFiles): Buffer | undefined {
  try {
    return files.readFileSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR' || code === 'ELOOP') return undefined
    throw new InputError({ message: `cannot be read (${code})`, file: path, hint: 'mend its permissions' })
  }
}

const hinted = (error: InputError): InputError =>
  new InputError([...error.problems, { message: 'that keeps an interrupted run from being finished', file: JOURNAL, hint: 'clear the way and run again; or delete this file to leave everything as it is' }], error.exitCode ?? EXIT.conflict)
