/**
 * A run that changed nothing says the same again while nothing that it looked at has changed. Most runs in a repository are of that
 * kind (`update --check` before each push), and all of one costs twice as much as node's own start. As git does for its index, a
 * file counts as unchanged while the file system says so of it: size, inode, time of change, which no program can set.
 * What is younger than the clock's grain is looked at again (https://git-scm.com/docs/racy-git).
 */
import type { BigIntStats } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder, nameOf, readOwn, writeOwn } from '../cache.ts'

type Fs = typeof import('node:fs')
type Said = [fd: 1 | 2, text: string][]

/** What is kept of a run: each path that it asked for with what the file system said, and what was printed. */
interface Kept {
  seen: Record<string, string>
  said: Said
}

/** A run that can be remembered, or told from memory. */
export interface Memory {
  /** what the same run said, where nothing that it looked at has changed since */
  recall(): Said | undefined
  /** a module of node's, which from now on tells what the run looks at */
  require(id: string, require: (id: string) => unknown): unknown
  /** keeps what is printed on a stream */
  listen(fd: 1 | 2, write: (text: string) => void): (text: string) => void
  /** keeps the run, where it changed nothing */
  remember(code: number): void
}

/** Time in which a file may change without its times showing it: two seconds on FAT, a hundredth of one elsewhere. */
const GRAIN = 2000
const MAX_PATHS = 4000
const MAX_KEPT = 400
/** Modules that neither write, ask, start programs nor open connections. */
const PURE = /^(?:node:)?(?:path|os|util|vm|crypto|zlib|url|module|process|async_hooks|string_decoder)$/
const READS = ['statSync', 'lstatSync', 'existsSync', 'accessSync', 'readFileSync', 'readdirSync', 'opendirSync', 'readlinkSync']
const HARMLESS = ['closeSync', 'readSync', 'fstatSync']
/** Variables of a shell that change from one command to the next and that nothing reads. */
const VOLATILE = ['_', 'SHLVL', 'OLDPWD', 'PWD', 'LINENO', 'WINDOWID', 'SSH_CLIENT', 'SSH_CONNECTION', 'SSH_TTY', 'TERM_SESSION_ID', 'INVOCATION_ID', 'JOURNAL_STREAM']

/** The folder that this runs in, or undefined where that was removed, of which the run itself tells. */
function standing(): string | undefined {
  try {
    return process.cwd()
  } catch {
    return undefined
  }
}

/**
 * The memory of a command line, or undefined where there is no place for one. Never where CI is set: its caches are filled by
 * other branches too, and what holds the rules in the end must look for itself.
 */
export function memoryOf(argv: readonly string[], build: string, fs: Fs): Memory | undefined {
  const { env } = process
  const folder = cacheFolder(env)
  // standard input is read once
  if (!folder || env.CI || env.NODE_DISABLE_COMPILE_CACHE || argv.includes('-') || env.CHC_ANSWERS === '-') return undefined
  const began = Date.now()
  const at = standing()
  if (at === undefined) return undefined
  // a hash, so that no secret of the environment is kept
  const of = nameOf(JSON.stringify([build, process.version, process.arch, at, new Date(began).toISOString().slice(0, 10), [0, 1, 2].map((fd) => kindOf(fs, fd)), argv, Object.entries(env).filter(([name]) => !VOLATILE.includes(name)).sort()]))
  const file = join(folder, 'again', of)
  const seen = new Set<string>()
  const said: Said = []
  let changed = false
  let files: Fs | undefined

  return {
    recall() {
      const kept = readOwn<Kept>(file)
      return kept && Object.entries(kept.seen).every(([path, sign]) => signOf(fs, path) === sign) ? kept.said : undefined
    },
    require(id, load) {
      if (id === 'node:fs' || id === 'fs') return (files ??= watched(fs, seen, () => (changed = true)))
      if (!PURE.test(id)) changed = true
      return load(id)
    },
    listen: (fd, write) => (text) => {
      said.push([fd, text])
      write(text)
    },
    remember(code) {
      if (changed || code !== 0 || seen.size > MAX_PATHS) return
      const signs = Object.fromEntries([...seen].map((path) => [path, signOf(fs, path)]))
      if (Object.values(signs).some((sign) => Number(sign.split(' ')[0]) > began - GRAIN)) return
      writeOwn(file, { seen: signs, said } satisfies Kept, MAX_KEPT)
    },
  }
}

/** node:fs, which adds each path that is asked for to `seen`, and calls `change` for all that does more than read. */
function watched(fs: Fs, seen: Set<string>, change: () => void): Fs {
  const out: Record<string, unknown> = {}
  const call = (name: string, note: (args: unknown[]) => void): unknown => (...args: unknown[]) => {
    note(args)
    return (fs as unknown as Record<string, (...a: unknown[]) => unknown>)[name]!(...args)
  }
  const look = (args: unknown[]): void => {
    if (typeof args[0] === 'string') seen.add(args[0])
    else if (typeof args[0] !== 'number') change()
  }
  for (const name of Object.keys(fs)) {
    if (READS.includes(name)) out[name] = call(name, look)
    else if (name === 'openSync') out[name] = call(name, (args) => (args[1] === undefined || args[1] === 'r' || (typeof args[1] === 'number' && (args[1] & (fs.constants.O_WRONLY | fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_TRUNC)) === 0) ? look(args) : change()))
    else if (name === 'writeSync') out[name] = call(name, (args) => (args[0] === 1 || args[0] === 2 ? undefined : change()))
    else if (name === 'promises') Object.defineProperty(out, name, { enumerable: true, get: () => (change(), fs.promises) })
    else if (/^[a-z]/.test(name) && typeof fs[name as keyof Fs] === 'function' && !HARMLESS.includes(name) && name !== 'realpathSync') out[name] = call(name, change)
    else out[name] = fs[name as keyof Fs]
  }
  const real = call('realpathSync', look) as Fs['realpathSync']
  real.native = ((path: string, ...rest: []) => (seen.add(path), fs.realpathSync.native(path, ...rest))) as Fs['realpathSync']['native']
  out.realpathSync = real
  return out as unknown as Fs
}

/** What the file system says of a path: the time of its last change in milliseconds, then what else tells it from any other. Of a link, what it leads to and itself. */
function signOf(fs: Fs, path: string): string {
  try {
    const link = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false })
    if (!link) return '0'
    const stat = link.isSymbolicLink() ? fs.statSync(path, { bigint: true, throwIfNoEntry: false }) : link
    const ids = ({ dev, ino, mode, uid, gid, size, mtimeNs, ctimeNs }: BigIntStats): string => [dev, ino, mode, uid, gid, size, mtimeNs, ctimeNs].join(' ')
    const youngest = stat && stat.ctimeMs > link.ctimeMs ? stat.ctimeMs : link.ctimeMs
    return `${youngest} ${ids(link)}${stat === link ? '' : ` ${stat ? ids(stat) : ''}`}`
  } catch (error) {
    return `0 ${(error as NodeJS.ErrnoException).code}`
  }
}

/** What a stream is: a terminal is coloured and asked on. */
function kindOf(fs: Fs, fd: number): string {
  try {
    const { mode, rdev } = fs.fstatSync(fd)
    return `${mode & fs.constants.S_IFMT} ${rdev}`
  } catch {
    return ''
  }
}
