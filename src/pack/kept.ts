/**
 * What earlier runs made of packs and need not be made again: manifests as data, and files that were rendered and passed every
 * check. Reading YAML, templates and an audit cost ten times as much as the rest of a run (measured). What a thing was made from
 * is kept with it and compared whole: node's hashes cost more to load than all that is left.
 */
import { closeSync, constants, fstatSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'

/** JSON by what it was made from. */
export interface Kept {
  read<T>(kind: string, from: string): T | undefined
  write(kind: string, from: string, value: unknown): void
}

/** How many files may lie there, and how large one may be. */
const MAX_FILES = 600
const MAX_SIZE = 8 * 1024 * 1024

/**
 * What was kept for this user by this very build of the tool; undefined where there is no place for it. Never where CI is set:
 * its caches are filled by other branches too, and what holds the rules in the end must look for itself.
 */
export function keptFor(build: string | undefined, env: NodeJS.ProcessEnv): Kept | undefined {
  const home = [env.XDG_CACHE_HOME, env.HOME && join(env.HOME, '.cache'), env.LOCALAPPDATA].find((path) => path && isAbsolute(path))
  if (!build || !home) return undefined
  const folder = join(home, 'create-hardened-container', 'made')
  const file = (text: string): string => join(folder, `${nameOf(text)}.json`)
  return {
    read<T>(kind: string, from: string): T | undefined {
      const text = `${build} ${kind} ${from}`
      const found = own<{ of: string; value: T }>(file(text))
      return found?.of === text ? found.value : undefined
    },
    write(kind, from, value) {
      const text = `${build} ${kind} ${from}`
      if (text.length > MAX_SIZE / 4) return
      const path = file(text)
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        const old = readdirSync(folder)
        if (old.length > MAX_FILES) for (const name of old) rmSync(join(folder, name), { force: true })
        writeFileSync(`${path}.${process.pid}`, JSON.stringify({ of: text, value }), { mode: 0o600, flag: 'wx' })
        renameSync(`${path}.${process.pid}`, path)
      } catch {
        // a read-only home, or a full one: it is made again next time
      }
    },
  }
}

/** A short name for a text (FNV-1a, from two beginnings). Two texts of one name only take each other's place. */
function nameOf(text: string): string {
  let [a, b] = [0x811c9dc5, 0x01234567]
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193)
    b = Math.imul(b ^ text.charCodeAt(i), 0x01000193)
  }
  return [a, b].map((n) => (n >>> 0).toString(16).padStart(8, '0')).join('')
}

/** A file that this user alone could have written; any other counts as not there. */
function own<T>(path: string): T | undefined {
  let fd: number | undefined
  try {
    fd = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
    const stat = fstatSync(fd)
    if (!stat.isFile() || stat.nlink > 1 || stat.size > MAX_SIZE || (process.getuid && (stat.uid !== process.getuid() || stat.mode & 0o022))) return undefined
    return JSON.parse(readFileSync(fd, 'utf8')) as T
  } catch {
    return undefined
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}
