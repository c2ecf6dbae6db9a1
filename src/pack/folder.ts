import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync, type Stats } from 'node:fs'
import { join, relative } from 'node:path'
import { EXIT, InputError } from '../errors.ts'
import { LIMITS, named, TESTS, type Tree, treeOf } from './tree.ts'

/** Folders of a checkout that are no part of a pack. */
const SKIPPED = new Set(['.git', 'node_modules', '.hg', '.svn', '.DS_Store'])

/**
 * Reads a pack from a folder. Links are refused, never followed, dangling ones too, and so are devices and files with a second
 * name (CVE-2026-23968, CVE-2026-24046 and -24047: chains of links that a check of real paths does not see).
 * @param shared whether files may have second names: package managers link what they install to their store
 * @throws InputError (pack)
 */
export function readFolder(folder: string, label: string, shared = false): Tree {
  const fail = (message: string, path: string): never => {
    throw new InputError({ message: `${path === '' ? 'the pack' : named(path)} ${message}`, file: label, hint: 'a pack holds regular files and folders only' }, EXIT.pack)
  }
  const entries: [string, Buffer][] = []
  let total = 0
  const walk = (below: string, depth: number): void => {
    const stat = lstatSync(join(folder, below), { throwIfNoEntry: false })
    if (!stat) return fail('is not there', below)
    if (!stat.isDirectory()) return fail(stat.isSymbolicLink() ? 'is a link' : 'is no folder', below)
    if (depth > 12) return fail('has folders more than 12 deep', below)
    for (const name of readdirSync(join(folder, below)).sort()) {
      const path = below === '' ? name : `${below}/${name}`
      if (SKIPPED.has(name) || `${path}/` === TESTS) continue
      const entry = lstatSync(join(folder, path), { throwIfNoEntry: false })
      if (!entry) fail(name.includes('\ufffd') ? 'has a name that is not UTF-8' : 'went away while it was read', path)
      else if (entry.isSymbolicLink()) fail('is a link', path)
      else if (entry.isDirectory()) walk(path, depth + 1)
      else if (!entry.isFile()) fail('is no regular file', path)
      else if (entry.nlink > 1 && !shared) fail('has a second name elsewhere (a hard link)', path)
      else {
        if (entry.size > LIMITS.file) fail('is larger than 1 MB', path)
        total += entry.size
        if (total > LIMITS.total || entries.length >= LIMITS.files) fail(`holds more than ${LIMITS.files} files or 10 MB`, '')
        entries.push([path, readRegular(join(folder, path), entry, () => fail('was replaced while it was read', path))])
      }
    }
  }
  try {
    walk('', 0)
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException
    if (!code || !path) throw error
    fail(`cannot be read: ${code}`, relative(folder, path).replaceAll('\\', '/'))
  }
  return treeOf(entries, label)
}

/** The bytes of a file that is still what it was when it was looked at. */
function readRegular(path: string, looked: Stats, replaced: () => never): Buffer {
  // O_NONBLOCK: a pipe that took the place of the file would be waited for
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  try {
    const now = fstatSync(fd)
    return now.isFile() && now.ino === looked.ino && now.size === looked.size ? readFileSync(fd) : replaced()
  } finally {
    closeSync(fd)
  }
}
