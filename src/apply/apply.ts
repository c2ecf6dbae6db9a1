import * as nodeFiles from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { EXIT, InputError, type Problem } from '../errors.ts'
import { begin, commit, end, isAlive, JOURNAL, quietly, readJournal, type Step, waitFor, writeAll } from './journal.ts'

/** One file to write, or to remove when it has no text. `backup` keeps a numbered copy of what is there. */
export interface Write {
  path: string
  text?: string
  backup?: boolean
  /** whether what is there now is what was decided upon */
  unchanged?(now: string | undefined): boolean
}

/** The calls of node:fs that writing needs; tests pass ones that fail. */
export type Files = Pick<
  typeof nodeFiles,
  'chmodSync' | 'closeSync' | 'copyFileSync' | 'existsSync' | 'linkSync' | 'lstatSync' | 'mkdirSync' | 'openSync' | 'readdirSync' | 'readFileSync' | 'realpathSync' | 'renameSync' | 'rmdirSync' | 'statSync' | 'unlinkSync' | 'writeSync'
>

interface Prepared {
  target: string
  /** where the new text waits; absent for a removal */
  temporary?: string
  /** a second name of what was there */
  old?: string
  done?: boolean
}

/**
 * Writes all files or none. Every path is checked and all that will happen is written to a journal, which also keeps a second
 * run waiting. A new file is made in its place, a changed text waits beside it and is renamed in the given order once all are
 * there. On failure what was done is undone; signals wait until all is done; a killed run is finished by the next one (repair.ts).
 * Returns the paths of the backups. Throws InputError: conflict naming every path that is in the way or was changed since it
 * was read, or usage and fault when the file system refuses.
 */
export function apply(root: string, writes: readonly Write[], files: Files = nodeFiles): string[] {
  if (writes.length === 0) return []
  const real = files.realpathSync.native(root)
  preflight(real, writes, files)
  const { fd, release } = hold(real, files)
  try {
    const steps = stepsOf(real, writes, files)
    commit(fd, steps, files)
    carryOut(real, steps, process.pid, files)
    return steps.flatMap((s) => s.backup ?? [])
  } catch (error) {
    throw failure(error as NodeJS.ErrnoException)
  } finally {
    end(real, fd, files)
    release()
  }
}

/** Opens the journal once no other run has it, with signals held from then on. */
function hold(real: string, files: Files): { fd: number; release: () => void } {
  for (;;) {
    const release = holdSignals()
    try {
      return { fd: begin(real, files), release }
    } catch (error) {
      release()
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw failure(error as NodeJS.ErrnoException)
    }
    waitFor(real, files)
    const journal = readJournal(real, files)
    if (journal && !isAlive(journal)) throw new InputError({ message: 'another run was interrupted here just now', file: JOURNAL, hint: 'run again: that finishes it first' }, EXIT.conflict)
  }
}

/** What is to be done, from what is there now. Throws InputError naming every file that was changed since it was read. */
function stepsOf(real: string, writes: readonly Write[], files: Files): Step[] {
  const changed: Problem[] = []
  const steps = writes.flatMap(({ path, text, backup, unchanged }): Step[] => {
    const before = textAt(join(real, path), files)
    if (before === text) return []
    if (unchanged && !unchanged(before)) changed.push({ message: 'was changed by somebody else while this ran; nothing was written', file: path, hint: 'run again' })
    const copy = backup && before !== undefined ? firstFree((n) => `${path}.bak-${n}`, (name) => taken(join(real, name), files)) : undefined
    return [{ path, text, before, backup: copy }]
  })
  if (changed.length > 0) throw new InputError(changed, EXIT.conflict)
  return steps
}

function textAt(path: string, files: Files): string | undefined {
  try {
    return files.statSync(path, { throwIfNoEntry: false }) && files.readFileSync(path, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code!)) return undefined
    throw error
  }
}

function taken(path: string, files: Files): void {
  if (files.lstatSync(path, { throwIfNoEntry: false })) throw Object.assign(new Error(path), { code: 'EEXIST' })
}

/** Does the steps; on failure undoes those that were done and throws. `id` is in the names that lie beside the files meanwhile. */
export function carryOut(real: string, steps: readonly Step[], id: number, files: Files): void {
  const folders: string[] = []
  const prepared: Prepared[] = []
  const backups: string[] = []
  try {
    for (const step of steps) prepare(real, step, id, prepared, folders, backups, files)
    for (const item of prepared) {
      if (item.done) continue
      item.old = spare(item.target, id, (name) => keep(item.target, name, files))
      if (item.temporary) files.renameSync(item.temporary, item.target)
      else files.unlinkSync(item.target)
      item.done = true
    }
  } catch (error) {
    undo(prepared, backups, folders, files)
    throw error
  }
  for (const { old } of prepared) if (old) quietly(() => files.unlinkSync(old))
  for (const { path, text } of steps) if (text === undefined) removeEmpty(dirname(join(real, path)), real, files)
}

function prepare(real: string, { path, text, before, backup }: Step, id: number, prepared: Prepared[], folders: string[], backups: string[], files: Files): void {
  const target = join(real, path)
  if (text === undefined) return void prepared.push({ target })
  if (before === undefined) {
    makeFolders(dirname(target), real, folders, files)
    const fd = files.openSync(target, 'wx', 0o666)
    prepared.push({ target, done: true })
    return fill(fd, text, files)
  }
  if (backup) {
    keep(target, join(real, backup), files)
    backups.push(join(real, backup))
  }
  let fd = -1
  const temporary = spare(target, id, (name) => void (fd = files.openSync(name, 'wx', 0o666)))
  prepared.push({ target, temporary })
  fill(fd, text, files)
  files.chmodSync(temporary, files.lstatSync(target).mode & 0o7777)
}

function fill(fd: number, text: string, files: Files): void {
  try {
    writeAll(fd, text, files)
  } finally {
    files.closeSync(fd)
  }
}

function undo(prepared: Prepared[], backups: string[], folders: string[], files: Files): void {
  for (const { target, temporary, old, done } of [...prepared].reverse()) {
    if (done && old) quietly(() => files.renameSync(old, target))
    else if (done) quietly(() => files.unlinkSync(target))
    else for (const rest of [temporary, old]) if (rest) quietly(() => files.unlinkSync(rest))
  }
  for (const backup of backups) quietly(() => files.unlinkSync(backup))
  for (const folder of folders.reverse()) quietly(() => files.rmdirSync(folder))
}

function failure(error: NodeJS.ErrnoException): Error {
  if (!error.code) return error
  const hints: Record<string, string> = { ENOSPC: 'make room', EDQUOT: 'make room', EFBIG: 'make room', EROFS: 'the file system is read-only: --dry-run, --diff and --print need no writing', EACCES: 'mend the permissions', EPERM: 'mend the permissions' }
  const refused = ['EROFS', 'EACCES', 'EPERM'].includes(error.code)
  return new InputError({ message: `nothing was written: ${error.message}`, file: error.path, hint: `${hints[error.code] ?? 'mend it'}, then run again` }, refused ? EXIT.usage : EXIT.fault)
}

/** Names everything that is in the way, before the first byte is written. */
export function preflight(real: string, writes: readonly Pick<Write, 'path'>[], files: Files): void {
  const problems: Problem[] = []
  const seen = new Map<string, string>()
  const folders = new Map<string, string[]>()
  const problem = (file: string, message: string, hint: string): void => void problems.push({ message, file, hint })
  for (const { path } of writes) {
    const parts = path.split('/')
    if (path.startsWith('/') || parts.includes('..') || /[\0\n\r\\]/.test(path)) {
      problem(path, `${JSON.stringify(path)} leads out of the folder`, 'give the file another name')
      continue
    }
    const twin = seen.get(path.toLowerCase())
    if (twin !== undefined) problem(path, `${path} and ${twin} are the same file where case makes no difference`, 'give one of them another name')
    seen.set(path.toLowerCase(), path)
    const name = parts.pop()!
    const folder = parts.join('/')
    if (!folders.has(folder)) folders.set(folder, namesIn(real, parts, path, problem, files))
    const names = folders.get(folder)!
    const other = names.includes(name) ? undefined : names.find((n) => n.toLowerCase() === name.toLowerCase())
    if (other) problem(path, `${other} is there already, which is the same file where case makes no difference`, `rename ${other} to ${name}, or remove it`)
    if (!names.includes(name)) continue
    const stat = files.lstatSync(join(real, path))
    if (stat.isSymbolicLink()) problem(path, 'is a symbolic link; nothing is written through one', 'replace it by a file')
    else if (!stat.isFile()) problem(path, stat.isDirectory() ? 'is a folder' : 'is no regular file', 'move it away')
  }
  if (problems.length > 0) throw new InputError(problems, EXIT.conflict)
}

/** Names in a folder, none when it does not exist yet. Every folder on the way has to be one, and inside. */
function namesIn(real: string, parts: readonly string[], path: string, problem: (file: string, message: string, hint: string) => void, files: Files): string[] {
  for (let i = 1; i <= parts.length; i++) {
    const shown = parts.slice(0, i).join('/')
    const folder = join(real, shown)
    const stat = files.lstatSync(folder, { throwIfNoEntry: false })
    if (!stat) return []
    const target = stat.isSymbolicLink() ? quietly(() => files.realpathSync(folder)) : folder
    if (!target || !(target + sep).startsWith(real + sep)) return problem(path, `${shown} is a link that leads out of the folder`, 'remove the link'), []
    if (!stat.isDirectory() && !stat.isSymbolicLink()) return problem(path, `${shown} is a file, where a folder is needed`, 'move it away'), []
  }
  return files.readdirSync(join(real, ...parts))
}

/** A second name for a file; a copy where the file system has no hard links. */
function keep(target: string, name: string, files: Files): void {
  try {
    files.linkSync(target, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error
    files.copyFileSync(target, name, nodeFiles.constants.COPYFILE_EXCL)
  }
}

function makeFolders(folder: string, root: string, made: string[], files: Files): void {
  if (folder === root || files.existsSync(folder)) return
  makeFolders(dirname(folder), root, made, files)
  files.mkdirSync(folder)
  made.push(folder)
}

function removeEmpty(folder: string, root: string, files: Files): void {
  if (folder === root) return
  try {
    files.rmdirSync(folder)
  } catch {
    return
  }
  removeEmpty(dirname(folder), root, files)
}

/** Makes a name beside a file that nothing has yet; what an earlier run left behind is stepped over. */
const spare = (target: string, id: number, make: (name: string) => void): string => firstFree((n) => join(dirname(target), `.${basename(target)}.${id}-${n}.tmp`), make)

function firstFree(nameOf: (n: number) => string, make: (name: string) => void): string {
  for (let n = 1; ; n++) {
    try {
      make(nameOf(n))
      return nameOf(n)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

/** Everything between is synchronous: a handler makes signals wait for the end of it. Returns what ends that. */
function holdSignals(): () => void {
  const ignore = (): void => {}
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const s of signals) process.on(s, ignore)
  return () => {
    for (const s of signals) process.off(s, ignore)
  }
}
