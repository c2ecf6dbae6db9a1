/** Files below the user's cache that this tool makes for itself: one JSON each, which this user alone could have written. */
import { closeSync, constants, fstatSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'

/** How large such a file may be, in bytes. */
export const MAX_SIZE = 8 * 1024 * 1024

/** The tool's folder in the user's cache (https://specifications.freedesktop.org/basedir-spec/latest/); undefined where there is none, or only a relative one, which is to be ignored. */
export function cacheFolder(env: NodeJS.ProcessEnv): string | undefined {
  const home = [env.XDG_CACHE_HOME, env.HOME && join(env.HOME, '.cache'), env.LOCALAPPDATA].find((path) => path && isAbsolute(path))
  return home && join(home, 'create-hardened-container')
}

/** A short name for a text (FNV-1a, from two beginnings): node's hashes cost more to load than all that is left of a run. */
export function nameOf(text: string): string {
  let [a, b] = [0x811c9dc5, 0x01234567]
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193)
    b = Math.imul(b ^ text.charCodeAt(i), 0x01000193)
  }
  return [a, b].map((n) => (n >>> 0).toString(16).padStart(8, '0')).join('')
}

/** What is in such a file; one that somebody else could have written counts as not there. */
export function readOwn<T>(path: string): T | undefined {
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

/** Writes such a file. A folder with more than `most` of them is emptied first: other releases may have left them. */
export function writeOwn(path: string, value: unknown, most: number): void {
  const folder = join(path, '..')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const old = readdirSync(folder)
    if (old.length > most) for (const name of old) rmSync(join(folder, name), { force: true })
    writeFileSync(`${path}.${process.pid}`, JSON.stringify(value), { mode: 0o600, flag: 'wx' })
    renameSync(`${path}.${process.pid}`, path)
  } catch {
    // a read-only home, or a full one: it is made again next time
  }
}
