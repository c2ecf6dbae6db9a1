import { posix } from 'node:path'
import type { Project } from '../project.ts'
import { IMPORT } from './config.ts'

/** How many files are followed. */
const MAX_REACHED = 150
/** What loads files by names that are put together, so that the imports alone do not tell what runs. */
const LOADS = /\breaddir(?:Sync)?\(|\bglob(?:by|Sync)?\b|\bautoload|\brequire\(\s*(?!["'`])|\bimport\(\s*(?!["'`]|\/\*)|\brequire(?:-all|-dir)\b|\bimportDirectory|\bloadCommands/i
const ENDINGS = ['', '.js', '.ts', '.mjs', '.cjs', '.mts', '.tsx', '.jsx', '.json', '/index.js', '/index.ts', '/index.mjs']

/** The files that a program loads from its first ones on. Undefined where its imports do not tell: by a made-up name, an alias, or nothing to begin with. */
export function reachedFrom(project: Project, entries: readonly string[]): ReadonlySet<string> | undefined {
  const reached = new Set(entries)
  if (reached.size === 0) return undefined
  for (const from of reached) {
    if (reached.size > MAX_REACHED) return undefined
    const text = project.read(from) ?? ''
    if (LOADS.test(text)) return undefined
    for (const [, name = ''] of text.matchAll(IMPORT)) {
      if (/^(?:[@~#]\/|#|src\/|app\/|lib\/)/.test(name)) return undefined
      if (!name.startsWith('.')) continue
      const path = posix.join(posix.dirname(from), name)
      const file = [...ENDINGS.map((e) => path + e), path.replace(/\.js$/, '.ts')].find((f) => !f.startsWith('..') && project.read(f) !== undefined)
      if (file) reached.add(file)
    }
  }
  return reached
}
