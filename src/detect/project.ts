import { closeSync, openSync, opendirSync, readSync, realpathSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'

/** Folders that hold what others wrote or what a build made: never walked. */
const SKIPPED = new Set(
  'node_modules .git .hg .svn vendor target .venv venv env dist build out .next .nuxt .output .svelte-kit .turbo .cache .gradle .m2 __pycache__ .tox .nox .mypy_cache .ruff_cache .pytest_cache coverage htmlcov .idea .vscode .terraform bower_components site-packages .yarn .pnpm-store k8s'.split(' '),
)

/** Bounds of one walk: a project of 100,000 files costs no more than one of this many. */
const MAX_ENTRIES = 3000
const MAX_DEPTH = 8
const MAX_BYTES = 1 << 20

/** The one door to the user's files: bounded, read-only, never outside the root. Paths are relative and use "/". */
export interface Project {
  /** absolute path of the app's folder */
  readonly root: string
  /** text of a file with LF ends, or undefined when there is none, it is larger than 1 MB, or it leads out of the root */
  read(path: string): string | undefined
  /** whether a file or folder of that name exists inside the root */
  has(path: string): boolean
  isFolder(path: string): boolean
  /** names in one folder, sorted; folders end in "/" */
  names(folder?: string): string[]
  /** files below the root, nearest first, bounded; folders that are never walked are left out */
  files(): readonly string[]
  /** true when the walk met its bound, so that something may not have been seen */
  readonly truncated: boolean
}

/** Opens the folder `root`, which must exist. */
export function openProject(root: string): Project {
  const real = realpathSync.native(root)
  const texts = new Map<string, string | undefined>()
  const plain = new Set<string>()
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

  /** Whether the listing of the top folder says that a path is not there, which spares a failing call for most questions. */
  const isAbsent = (path: string): boolean => {
    const [first = ''] = path.split('/', 1)
    if (first === '' || first === '.' || first === '..') return false
    const names = list('')
    return names.length < MAX_ENTRIES && !names.includes(first) && !names.includes(`${first}/`)
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
    const out: string[] = []
    let dir
    try {
      dir = opendirSync(join(real, folder))
    } catch {
      return out
    }
    try {
      for (let entry = dir.readSync(); entry; entry = dir.readSync()) {
        out.push(entry.isDirectory() ? `${entry.name}/` : entry.name)
        if (entry.isFile()) plain.add(folder + entry.name)
        if (out.length >= MAX_ENTRIES) {
          truncated = true
          break
        }
      }
    } finally {
      dir.closeSync()
    }
    return out.sort()
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
    has: (path) => plain.has(path) || inside(path) !== undefined,
    isFolder: (path) => {
      if (list('').includes(`${path}/`)) return true
      const absolute = inside(path)
      return absolute !== undefined && statSync(absolute).isDirectory()
    },
    get truncated() {
      return truncated
    },
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
