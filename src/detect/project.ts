import { closeSync, type Dirent, openSync, opendirSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'

/** Folders that hold what others wrote or what a build made: never walked. */
const SKIPPED = new Set(
  'node_modules .git .hg .svn vendor target .venv venv env dist build out .next .nuxt .output .svelte-kit .turbo .cache .gradle .m2 __pycache__ .tox .nox .mypy_cache .ruff_cache .pytest_cache coverage htmlcov .idea .vscode .terraform bower_components site-packages .yarn .pnpm-store k8s'.split(' '),
)

/** Bounds of one walk: a project of 100,000 files costs no more than one of this many. */
const MAX_ENTRIES = 3000
const MAX_DEPTH = 16
const MAX_BYTES = 1 << 20
/** Bytes that a folder takes on the disk with some thousands of entries, whatever the file system. */
const LARGE_FOLDER = 1 << 17
/** Whether a path has a part that is empty, "." or "..", which no listing names. Asked a hundred times in a run, where an expression costs its compilation too. */
function isIndirect(path: string): boolean {
  const whole = `/${path}/`
  return whole.includes('//') || whole.includes('/./') || whole.includes('/../')
}

/** Files that this tool writes and that say something of the project where somebody else did. */
export const EVIDENCE = ['Dockerfile', 'compose.yaml']

/** The one door to the user's files: bounded, read-only, never outside the root. Paths are relative and use "/". */
export interface Project {
  /** absolute path of the app's folder */
  readonly root: string
  /** text of a file with LF ends, or undefined when there is none, it is larger than 1 MB, or it leads out of the root */
  read(path: string): string | undefined
  /** whether a file or folder of that name exists inside the root */
  has(path: string): boolean
  /** text of a file that somebody else wrote: what is kept of it where this tool has written over it, undefined where it wrote the first one */
  original(path: string): string | undefined
  isFolder(path: string): boolean
  /** names in one folder, sorted; folders end in "/" */
  names(folder?: string): string[]
  /** files below the root, nearest first, bounded; folders that are never walked are left out */
  files(): readonly string[]
  /** true when the walk met its bound, so that something may not have been seen */
  readonly truncated: boolean
}

/** Opens the folder `root`, which must exist. @param replaced texts of files that this tool has written over, where it has written some */
export function openProject(root: string, replaced?: Record<string, string>): Project {
  const real = realpathSync.native(root)
  const texts = new Map<string, string | undefined>()
  // what the listings say of paths that no link is part of
  const plain = new Set<string>()
  const folders = new Set<string>([''])
  const others = new Set<string>()
  const cut = new Set<string>()
  const listed = new Map<string, string[]>()
  let walked: string[] | undefined
  let truncated = false

  const inside = (path: string): string | undefined => {
    if (isAbsent(path)) return undefined
    const absolute = join(real, path)
    try {
      const target = realpathSync.native(absolute)
      return target === real || target.startsWith(real + sep) ? absolute : undefined
    } catch {
      return undefined
    }
  }

  /** Whether the listing of its folder says that a path is not there, which spares a failing call for most questions. */
  const isAbsent = (path: string): boolean => {
    if (isIndirect(path)) return false
    const folder = path.slice(0, path.lastIndexOf('/') + 1)
    if (folder !== '' && !isPlainFolder(folder)) return isAbsent(folder.slice(0, -1))
    list(folder)
    return !plain.has(path) && !folders.has(`${path}/`) && !others.has(path) && !cut.has(folder)
  }

  /** Whether a folder, named with "/" at its end, is below the root and no link leads to it. */
  const isPlainFolder = (folder: string): boolean => {
    if (folders.has(folder)) return true
    const parent = folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1)
    if (isIndirect(folder.slice(0, -1)) || listed.has(parent) || !isPlainFolder(parent)) return false
    list(parent)
    return folders.has(folder)
  }

  const read = (path: string): string | undefined => {
    if (texts.has(path)) return texts.get(path)
    // the walk follows no links, so what it found is inside
    const absolute = plain.has(path) ? join(real, path) : inside(path)
    const text = absolute === undefined ? undefined : readBounded(absolute)
    texts.set(path, text)
    return text
  }

  const list = (folder: string): string[] => {
    let names = listed.get(folder)
    if (!names) listed.set(folder, (names = listOf(folder)))
    return names
  }

  const listOf = (folder: string): string[] => {
    const known = isPlainFolder(folder)
    if (!known && inside(folder.slice(0, -1)) === undefined) return []
    const entries = entriesOf(join(real, folder))
    if (entries.length >= MAX_ENTRIES) {
      truncated = true
      cut.add(folder)
    }
    return entries.map((entry) => {
      if (known) (entry.isFile() ? plain : entry.isDirectory() ? folders : others).add(entry.isDirectory() ? `${folder}${entry.name}/` : folder + entry.name)
      return entry.isDirectory() ? `${entry.name}/` : entry.name
    }).sort()
  }

  const files = (): readonly string[] => {
    if (walked) return walked
    walked = []
    let level = ['']
    let seen = 0
    for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
      const next: string[] = []
      for (const folder of level) {
        for (const name of list(folder)) {
          if (++seen > MAX_ENTRIES) {
            truncated = true
            return walked
          }
          if (!name.endsWith('/')) plain.has(folder + name) && walked.push(folder + name)
          else if (!SKIPPED.has(name.slice(0, -1))) next.push(folder + name)
        }
      }
      level = next
    }
    return walked
  }

  return {
    root: real,
    read,
    files,
    names: (folder = '') => [...list(folder === '' ? '' : `${folder.replace(/\/$/, '')}/`)],
    original(path) {
      return EVIDENCE.includes(path) && (replaced || this.has('hardened.lock')) ? replaced?.[path] : this.read(path)
    },
    has: (path) => plain.has(path) || folders.has(`${path}/`) || inside(path) !== undefined,
    isFolder: (path) => {
      if (folders.has(`${path}/`)) return true
      const absolute = inside(path)
      return absolute !== undefined && statSync(absolute).isDirectory()
    },
    get truncated() {
      return truncated
    },
  }
}

/** At most MAX_ENTRIES entries of a folder, none where it cannot be read. */
function entriesOf(absolute: string): Dirent[] {
  try {
    // one call is more than twice as fast as an entry at a time, but has no bound
    if (statSync(absolute).size < LARGE_FOLDER) return readdirSync(absolute, { withFileTypes: true }).slice(0, MAX_ENTRIES)
    const dir = opendirSync(absolute)
    const entries: Dirent[] = []
    try {
      for (let entry = dir.readSync(); entry && entries.length < MAX_ENTRIES; entry = dir.readSync()) entries.push(entry)
    } finally {
      dir.closeSync()
    }
    return entries
  } catch {
    return []
  }
}

function readBounded(absolute: string): string | undefined {
  let fd
  try {
    // a FIFO would block for ever, so look before opening
    const stat = statSync(absolute)
    if (!stat.isFile() || stat.size > MAX_BYTES) return undefined
    const { size } = stat
    fd = openSync(absolute, 'r')
    const buffer = Buffer.alloc(size)
    const length = readSync(fd, buffer, 0, size, 0)
    const text = buffer.toString('utf8', 0, length)
    const start = text.charCodeAt(0) === 0xfeff ? 1 : 0
    return text.includes('\r') ? text.slice(start).replaceAll('\r\n', '\n') : text.slice(start)
  } catch {
    return undefined
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** 1-based line of the first match of `what` in `text` at or after `from`, or undefined. */
export function lineOf(text: string, what: string | RegExp, from = 0): number | undefined {
  if (typeof what === 'string') return lineAt(text, text.indexOf(what, from))
  const at = text.slice(from).search(what)
  return at < 0 ? undefined : lineAt(text, at + from)
}

/** 1-based line of an offset, undefined for -1. */
export function lineAt(text: string, offset: number): number | undefined {
  if (offset < 0) return undefined
  let line = 1
  for (let i = text.indexOf('\n'); i >= 0 && i < offset; i = text.indexOf('\n', i + 1)) line++
  return line
}
