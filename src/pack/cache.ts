import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../cache.ts'
import type { InputError } from '../errors.ts'
import { archiveOf, readArchive } from './archive.ts'
import { integrityOf, LIMITS, type Tree } from './tree.ts'

/** Packs by the hash of what is in them; undefined where there is no home. */
function placeOf(integrity: string, env: NodeJS.ProcessEnv): { folder: string; file: string } | undefined {
  const own = cacheFolder(env)
  if (!own || !/^sha256-[0-9a-f]{64}$/.test(integrity)) return undefined
  const folder = join(own, 'packs')
  return { folder, file: join(folder, `${integrity}.tgz`) }
}

/** A pack of the cache. What is not what its name says is removed, said, and counts as not there. */
export function fromCache(integrity: string, env: NodeJS.ProcessEnv, say?: (text: string) => void): Tree | undefined {
  const place = placeOf(integrity, env)
  if (!place) return undefined
  try {
    const stat = lstatSync(place.file, { throwIfNoEntry: false })
    if (!stat) return undefined
    if (stat.isFile() && stat.size <= LIMITS.archive) {
      const tree = readArchive(readFileSync(place.file), place.file)
      if (integrityOf(tree) === integrity) return tree
    }
  } catch (error) {
    // damaged is as if it differed; what cannot be read is as if it were not there
    if (!(error as InputError).problems) return undefined
  }
  say?.(`${place.file} was changed since it was kept: it is removed and not used`)
  swept(place.file)
  return undefined
}

/** Keeps a pack; a cache that cannot be written is none. */
export function toCache(tree: Tree, integrity: string, env: NodeJS.ProcessEnv): void {
  const place = placeOf(integrity, env)
  if (!place) return
  const beside = `${place.file}.${process.getBuiltinModule('node:crypto').randomUUID()}`
  try {
    mkdirSync(place.folder, { recursive: true, mode: 0o700 })
    writeFileSync(beside, archiveOf(tree), { mode: 0o600, flag: 'wx' })
    renameSync(beside, place.file)
  } catch {
    // a read-only home, or a full one: it is fetched again next time
    swept(beside)
  }
}

function swept(path: string): void {
  try {
    rmSync(path, { force: true, recursive: true })
  } catch {
    // not ours to remove: it is verified on each read
  }
}
