import type { Write } from '../apply/apply.ts'
import type { Warning } from '../detect/facts.ts'
import { EXIT, InputError, type Problem } from '../errors.ts'
import { type Change, same } from '../reconcile/reconcile.ts'
import type { Parsed } from './parse.ts'

/** What is done about one file that somebody else wrote or edited. */
export type Choice = 'replace' | 'skip' | 'backup' | 'merge'

/** The choice that flags make for every conflict; undefined when none does. Throws InputError when two contradict. */
export function choiceOf(flags: Parsed['flags']): Choice | undefined {
  const given = (['force', 'skip-existing', 'backup', 'merge'] as const).filter((f) => flags[f] === true)
  if (given.includes('skip-existing') && given.length > 1) throw new InputError({ message: `--${given.join(' and --')} contradict each other`, where: '--skip-existing', hint: 'give one of them' })
  if (given.includes('merge') && given.length > 1) throw new InputError({ message: `--${given.join(' and --')} contradict each other`, where: '--merge', hint: 'give one of them' })
  if (given.includes('merge')) return 'merge'
  if (given.includes('backup')) return 'backup'
  return given[0] === 'force' ? 'replace' : given[0] === 'skip-existing' ? 'skip' : undefined
}

/** Conflicts as problems, to be thrown together: each place that both sides changed, with both sides. */
export function conflictError(conflicts: readonly Change[]): InputError {
  const hint = '--force to replace it, --skip-existing to leave it, --backup to keep a copy, --merge to have the places marked in it; --diff shows the difference'
  return new InputError(
    conflicts.flatMap((c): Problem[] => {
      if (c.reason === 'markers') return [{ message: 'holds markers of a merge that was not finished', file: c.path, line: lineOfMarker(c.before!), hint: 'choose between the sides, take the markers out, then run again' }]
      if (c.reason === 'foreign') return [{ message: 'exists and was not written by this tool', file: c.path, hint }]
      return (c.clashes ?? [{ ours: 'edited', next: 'changed' }]).map(({ line, ours, next }, i, all) => ({ message: `was edited where the new one differs: yours is ${brief(ours)}, the new one ${brief(next)}`, file: c.path, ...(line ? { line } : {}), ...(i === all.length - 1 ? { hint } : {}) }))
    }),
    EXIT.conflict,
  )
}

/** Objects in files of somebody else for which a file of their own is written: kustomize takes each once. */
export function doubled(changes: readonly Change[]): Warning[] {
  const kinds = (text: string): string[] => [...text.matchAll(/^kind: *["']?(\w+)/gm)].map((m) => m[1]!)
  return changes
    .filter((c) => c.reason === 'foreign' && c.path.endsWith('.yaml'))
    .flatMap((c) => changes.filter((o) => o !== c && o.path.endsWith('.yaml') && kinds(o.after).some((k) => !kinds(c.after).includes(k) && kinds(c.before!).includes(k))).map((o) => ({ message: `holds a ${kinds(o.after)[0]} too, for which ${o.path} is written, and one object cannot stand twice`, file: c.path, hint: `move what is yours into ${o.path} and take it out here` })))
}

const lineOfMarker = (text: string): number => text.split('\n').findIndex((l) => l.startsWith('<<<<<<< ')) + 1
const brief = (text: string): string => JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)

/** The text that a file gets by a choice. A checkout's line ends stay as they are. */
export function textOf(c: Change, choice: Choice | undefined): string {
  const after = choice === 'merge' ? (c.marked ?? c.after) : c.after
  const windows = c.before !== undefined && /\r\n/.test(c.before) && !/[^\r]\n/.test(c.before)
  return windows ? after.replaceAll('\n', '\r\n') : after
}

/** What is written and removed once every conflict has its choice. */
export function writesOf(changes: readonly Change[], choices: ReadonlyMap<string, Choice>): Write[] {
  return changes.flatMap((c): Write[] => {
    const unchanged = (now: string | undefined): boolean => (now === undefined || c.before === undefined ? now === c.before : same(now, c.before))
    if (c.kind === 'remove') return [{ path: c.path, unchanged }]
    const choice = choices.get(c.path)
    if (!['create', 'update', 'merged'].includes(c.kind) && (c.kind !== 'conflict' || choice === 'skip')) return []
    return [{ path: c.path, text: textOf(c, choice), unchanged, ...(choice === 'backup' ? { backup: true } : {}) }]
  })
}
