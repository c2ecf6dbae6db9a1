import { OPTIONS } from '../cli/options.ts'
import type { Problem } from '../errors.ts'
import type { Preset } from '../plan/input.ts'

/** What is wrong with a preset's own text: unknown keys, controls that do not exist or are off without a reason. */
export function problemsOfPreset(preset: unknown, file: string, controlIds: readonly string[]): Problem[] {
  const problems: Problem[] = []
  const known = (at: Record<string, unknown>, keys: readonly string[], what: string): void => {
    for (const key of Object.keys(at)) if (!keys.includes(key)) problems.push({ message: `there is no ${what} "${key}"`, file, near: { given: key, among: keys } })
  }
  const p = preset as Partial<Preset> & Record<string, unknown>
  known(p, ['id', 'title', 'description', 'defaults', 'off'], 'key')
  for (const key of ['id', 'title', 'description'] as const) if (typeof p[key] !== 'string') problems.push({ message: `${key} is missing`, file })
  known(p.defaults ?? {}, OPTIONS.flatMap((o) => (o.answer && o.answer !== 'preset' ? [o.answer] : [])), 'answer')
  for (const { id, reason } of p.off ?? []) {
    if (!controlIds.includes(id)) problems.push({ message: `there is no control "${id}"`, file, near: { given: id, among: controlIds } })
    if (!reason) problems.push({ message: `"${id}" is off without a reason`, file })
  }
  return problems
}
