import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT, InputError } from '../errors.ts'
import { LIMITS, TESTS, type Tree, treeOf } from './tree.ts'

/** Folders of a checkout that are no part of a pack. */
const SKIPPED = new Set(['.git', 'node_modules', '.hg', '.svn', '.DS_Store'])

/**
 * Reads a pack from a folder. Links are refused, never followed, dangling ones too, and so are devices and files with a second
 * name (CVE-2026-23968, CVE-2026-24046 and -24047: chains of links that a check of real paths does not see).
 * @throws InputError (pack)
 */
export function readFolder(folder: string, label: string): Tree {
  const fail = (message: string, path: string): never => {
    throw new InputError({ message: `${path === '' ? 'the pack' : JSON.stringify(path)} ${message}`, file: label, hint: 'a pack holds regular files and folders only' }, EXIT.pack)
  }
  const entries: [string, Buffer][] = []
  let total = 0
  const walk = (below: string, depth: number): void => {
    const stat = lstatSync(join(folder, below), { throwIfNoEntry: false })
    if (!stat) return fail('is not there', below)
    if (!stat.isDirectory()) return fail(stat.isSymbolicLink() ? 'is a link' : 'is no folder', below)
    if (depth > 12) return fail('has folders more than 12 deep', below)
    for (const name of readdirSync(join(folder, below)).sort()) {
      if (SKIPPED.has(name)) continue
      const path = below === '' ? name : `${below}/${name}`
      if (`${path}/` === TESTS) continue
      const entry = lstatSync(join(folder, path))
      if (entry.isSymbolicLink()) fail('is a link', path)
      if (entry.isDirectory()) walk(path, depth + 1)
      else if (!entry.isFile()) fail('is no regular file', path)
      else if (entry.nlink > 1) fail('has a second name elsewhere (a hard link)', path)
      else {
        if (entry.size > LIMITS.file) fail('is larger than 1 MB', path)
        total += entry.size
        if (total > LIMITS.total || entries.length >= LIMITS.files) fail(`holds more than ${LIMITS.files} files or 10 MB`, '')
        entries.push([path, readRegular(join(folder, path), () => fail('was replaced while it was read', path))])
      }
    }
  }
  walk('', 0)
  return treeOf(entries, label)
}

/** The bytes of a file that is still what it was when it was looked at. */
function readRegular(path: string, replaced: () => never): Buffer {
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  try {
    return fstatSync(fd).isFile() ? readFileSync(fd) : replaced()
  } finally {
    closeSync(fd)
  }
}
