import type { Language } from '../language.ts'
import { inRange } from '../versions.ts'
import type { Evidence } from '../facts.ts'
import { dataOf } from './data.ts'
import type { Place } from './version.ts'

/** What a package of the project demands of Node.js, and where the project names that package. */
export interface Demand {
  name: string
  range: string
  evidence: Evidence
}

/** A package's own entry in a lock file of npm or pnpm, up to what it demands of Node.js. */
const LOCKED: Record<string, RegExp> = {
  'package-lock.json': /"node_modules\/((?:@[^/"]+\/)?[^/"]+)": \{[^{}]*(?:\{[^{}]*\}[^{}]*?)*?"engines": \{[^}]*"node": "([^"]+)"/g,
  'pnpm-lock.yaml': /^ {2}'?((?:@[^/\n]+\/)?[^@/\n]+)@\d[^\n]*:\n {4}resolution:[^\n]*\n {4}engines: \{node: '?([^'}\n]+)'?/gm,
}

/**
 * The first package that runs in production, or builds, and demands another line than this one: by the lock file, and where that
 * says nothing by what is known of the package's major version.
 */
export function demandAgainst(line: string, language: Language, places: readonly Place[]): Demand | undefined {
  const { needs } = dataOf(language)
  for (const { project, manifest } of places) {
    const said = new Map<string, string>()
    for (const [file, pattern] of Object.entries(LOCKED)) for (const [, name, range] of project.read(file)?.matchAll(pattern) ?? []) if (!said.has(name!)) said.set(name!, range!)
    for (const name of new Set([...Object.keys(needs), ...Object.keys(manifest.production)])) {
      const wanted = manifest.every[name]
      const range = wanted && (said.get(name) ?? known(needs[name], wanted))
      if (range && /\d/.test(range) && !inRange(line, range)) return { name, range, evidence: { ...manifest.keyAt(name), text: wanted } }
    }
  }
  return undefined
}

/** The demand of the newest known major version that is not above the wanted one; "latest" is above all. */
function known(majors: Record<string, string> | undefined, wanted: string): string | undefined {
  const major = Number(/\d+/.exec(wanted)?.[0] ?? Infinity)
  return Object.entries(majors ?? {}).filter(([m]) => Number(m) <= major).at(-1)?.[1]
}
