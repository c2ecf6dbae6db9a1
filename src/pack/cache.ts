import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { archiveOf, readArchive } from './archive.ts'
import { integrityOf, type Tree } from './tree.ts'

/** Packs by the hash of what is in them; undefined where there is no home. */
function placeOf(integrity: string, env: NodeJS.ProcessEnv): { folder: string; file: string } | undefined {
  const home = env.XDG_CACHE_HOME || (env.HOME && join(env.HOME, '.cache'))
  if (!home || !/^sha256-[0-9a-f]{64}$/.test(integrity)) return undefined
  const folder = join(home, 'create-hardened-container', 'packs')
  return { folder, file: join(folder, `${integrity}.tgz`) }
}

/** A pack of the cache. What is not what its name says is removed and counts as not there. */
export function fromCache(integrity: string, env: NodeJS.ProcessEnv): Tree | undefined {
  const place = placeOf(integrity, env)
  if (!place) return undefined
  let bytes: Buffer
  try {
    bytes = readFileSync(place.file)
  } catch {
    return undefined
  }
  try {
    const tree = readArchive(bytes, place.file)
    if (integrityOf(tree) === integrity) return tree
  } catch {
    // damaged: as if it differed
  }
  rmSync(place.file, { force: true })
  return undefined
}

/** Keeps a pack; a cache that cannot be written is none. */
export function toCache(tree: Tree, integrity: string, env: NodeJS.ProcessEnv): void {
  const place = placeOf(integrity, env)
  if (!place) return
  try {
    mkdirSync(place.folder, { recursive: true, mode: 0o700 })
    const beside = `${place.file}.${process.pid}`
    writeFileSync(beside, archiveOf(tree), { mode: 0o600 })
    renameSync(beside, place.file)
  } catch {
    // a read-only home: it is fetched again next time
  }
}
