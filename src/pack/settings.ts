import type { Problem } from '../errors.ts'
import type { Setting } from '../policy/convert.ts'
import type { Manifest, Place, Prompt, Read } from './manifest.ts'
import { MAX_VALUE, matches, patternProblem } from './pattern.ts'

/** Keys that reach an object's prototype where somebody copies them carelessly. */
export const UNSAFE: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** Finds places in a table of them; the head of the file where there is none. */
export const placeIn = (places: Read['places'], file: string): Read['at'] => (key, item) => places[key]?.[item === undefined ? 0 : item + 1] ?? { file, line: 1, column: 1 }

/** The settings that a manifest brings: its prompts, and a size where it has some. What is wrong with them is added to `problems`. */
export function settingsOf(manifest: Manifest, at: Read['at'], problems: Problem[]): Record<string, Setting> {
  const settings: Record<string, Setting> = {}
  manifest.prompts?.forEach((p, i) => {
    const where = at('prompts', i)
    if (p.pattern !== undefined) refusePattern(p.pattern, where, problems)
    if (p.type === 'choice' && !p.choices?.length) problems.push({ message: `the prompt ${p.key} has no choices`, ...where, hint: 'choices: [one, another]' })
    settings[p.key] = { accepts: acceptorOf(p), describe: p.message }
    if (p.default !== undefined && !settings[p.key]!.accepts.test(p.default)) problems.push({ message: `the default of ${p.key} does not match its own pattern`, ...where, hint: 'change one of them' })
  })
  const tiers = Object.entries(manifest.tiers ?? {})
  if (tiers.length > 0) settings['resources.tier'] = { accepts: new RegExp(`^(${tiers.map(([id]) => id).join('|')})$`), describe: `a size: ${tiers.map(([id, t]) => `${id} (${t.cpu} CPU, ${t.memory})`).join(', ')}` }
  return settings
}

/** What a prompt accepts, with the bound on its length that keeps expressions fast. */
function acceptorOf(p: Prompt): RegExp {
  const plain = { integer: /^-?\d{1,15}$/, boolean: /^(true|false)$/ } as Record<string, RegExp>
  if (p.choices?.length) return new RegExp(`^(${p.choices.map((c) => c.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|')})$`)
  const pattern = p.pattern
  if (pattern !== undefined && patternProblem(pattern) === undefined) return Object.assign(new RegExp(`^(?:${pattern})$`, 'u'), { test: (value: string) => matches(pattern, value) })
  return plain[p.type ?? ''] ?? new RegExp(`^[^\\p{Cc}]{1,${MAX_VALUE}}$`, 'u')
}

/** Adds to `problems` where an expression must not be used. */
export function refusePattern(pattern: string, where: Place, problems: Problem[]): void {
  const problem = patternProblem(pattern)
  if (problem) problems.push({ message: `the expression ${JSON.stringify(pattern.slice(0, 60))} ${problem}`, ...where, hint: 'write a simpler one' })
}
