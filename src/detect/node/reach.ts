import { posix } from 'node:path'
import type { Project } from '../project.ts'
import { IMPORT } from './config.ts'

/** How many files are followed. */
const MAX_REACHED = 150
/** What loads files by names that are put together, so that the imports alone do not tell what runs. */
const LOADS = /\breaddir(?:Sync)?\(|\bglob(?:by|Sync)?\b|\bautoload|\brequire\(\s*(?!["'`])|\bimport\(\s*(?!["'`]|\/\*)|\brequire(?:-all|-dir)\b|\bimportDirectory|\bloadCommands/i
/** A name that a bundler or a compiler resolves. */
const ALIAS = /^(?:[@~#]\/|#|src\/|app\/|lib\/)/
const ENDINGS = ['', '.js', '.ts', '.mjs', '.cjs', '.mts', '.tsx', '.jsx', '.json', '/index.js', '/index.ts', '/index.mjs']

/** The files that run, as far as it is known. */
export interface Reached {
  has(file: string): boolean
}

/**
 * The files that a program loads from its first ones on. Where imports do not tell all of them (a made-up name, an alias), it may
 * be any below the folders at the top that it loads from or names. Undefined where there is nothing to begin with.
 */
export function reachedFrom(project: Project, entries: readonly string[]): Reached | undefined {
  const reached = new Set(entries)
  if (reached.size === 0) return undefined
  let open = false
  for (const from of reached) {
    open ||= reached.size > MAX_REACHED
    if (reached.size > MAX_REACHED) break
    const text = project.read(from) ?? ''
    open ||= LOADS.test(text)
    for (const [, name = ''] of text.matchAll(IMPORT)) {
      open ||= ALIAS.test(name)
      if (!name.startsWith('.')) continue
      const path = posix.join(posix.dirname(from), name)
      const file = [...ENDINGS.map((e) => path + e), path.replace(/\.js$/, '.ts')].find((f) => !f.startsWith('..') && project.read(f) !== undefined)
      if (file) reached.add(file)
    }
  }
  return open ? belowFolders(project, reached) : reached
}

/** Every file at the top, and those below a folder there that a file lies in which was reached, or that such a file names. */
function belowFolders(project: Project, reached: ReadonlySet<string>): Reached {
  const topOf = (file: string): string => file.slice(0, file.indexOf('/') + 1)
  const own = new Set([...reached].map(topOf))
  // what begins at the top may load from anywhere
  if (own.has('')) return { has: () => true }
  const texts = [...reached].map((file) => project.read(file) ?? '').join('\n')
  const named = project.names().filter((name) => name.endsWith('/') && new RegExp(`["'\`/]${name.slice(0, -1).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}["'\`/]`).test(texts))
  const folders = new Set([...own, ...named])
  return { has: (file) => folders.has(topOf(file)) || topOf(file) === '' }
}
