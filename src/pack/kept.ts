/**
 * What earlier runs made of packs and need not be made again: manifests as data, and files that were rendered and passed every
 * check. Reading YAML, templates and an audit cost ten times as much as the rest of a run (measured). What a thing was made from
 * is kept with it and compared whole: node's hashes cost more to load than all that is left.
 */
import { join } from 'node:path'
import { cacheFolder, MAX_SIZE, nameOf, readOwn, writeOwn } from '../cache.ts'

/** JSON by what it was made from. */
export interface Kept {
  read<T>(kind: string, from: string): T | undefined
  write(kind: string, from: string, value: unknown): void
}

/** How many files may lie there. */
const MAX_FILES = 600

/**
 * What was kept for this user by this very build of the tool; undefined where there is no place for it. Never where CI is set:
 * its caches are filled by other branches too, and what holds the rules in the end must look for itself.
 */
export function keptFor(build: string | undefined, env: NodeJS.ProcessEnv): Kept | undefined {
  const folder = cacheFolder(env)
  if (!build || !folder) return undefined
  const file = (text: string): string => join(folder, 'made', `${nameOf(text)}.json`)
  return {
    read<T>(kind: string, from: string): T | undefined {
      const text = `${build} ${kind} ${from}`
      const found = readOwn<{ of: string; value: T }>(file(text))
      return found?.of === text ? found.value : undefined
    },
    write(kind, from, value) {
      const text = `${build} ${kind} ${from}`
      if (text.length > MAX_SIZE / 4) return
      writeOwn(file(text), { of: text, value }, MAX_FILES)
    },
  }
}
