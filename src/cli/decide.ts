import type { Write } from '../apply/apply.ts'
import { EXIT, InputError, type Problem } from '../errors.ts'
import type { Change } from '../reconcile/reconcile.ts'
import type { Parsed } from './parse.ts'

/** What is done about one file that somebody else wrote or edited. */
export type Choice = 'replace' | 'skip' | 'backup'

/** The choice that flags make for every conflict; undefined when none does. Throws InputError when two contradict. */
export function choiceOf(flags: Parsed['flags']): Choice | undefined {
  const given = (['force', 'skip-existing', 'backup'] as const).filter((f) => flags[f] === true)
  if (given.includes('skip-existing') && given.length > 1) throw new InputError({ message: `--${given.join(' and --')} contradict each other`, where: '--skip-existing', hint: 'give one of them' })
  if (given.includes('backup')) return 'backup'
  return given[0] === 'force' ? 'replace' : given[0] === 'skip-existing' ? 'skip' : undefined
}

/** Conflicts as problems, to be thrown together. */
export function conflictError(conflicts: readonly Change[]): InputError {
  return new InputError(
    conflicts.map((c): Problem => ({ message: c.reason === 'foreign' ? 'exists and was not written by this tool' : 'was edited since it was written', file: c.path, hint: '--force to replace it, --skip-existing to leave it, --backup to keep a copy; --diff shows the difference' })),
    EXIT.conflict,
  )
}

/** What is written and removed once every conflict has its choice. A checkout's line ends stay as they are. */
export function writesOf(changes: readonly Change[], choices: ReadonlyMap<string, Choice>): Write[] {
  return changes.flatMap((c): Write[] => {
    if (c.kind === 'remove') return [{ path: c.path }]
    const choice = choices.get(c.path)
    if (c.kind !== 'create' && c.kind !== 'update' && (c.kind !== 'conflict' || choice === 'skip')) return []
    const windows = c.before !== undefined && /\r\n/.test(c.before) && !/[^\r]\n/.test(c.before)
    return [{ path: c.path, text: windows ? c.after.replaceAll('\n', '\r\n') : c.after, ...(choice === 'backup' ? { backup: true } : {}) }]
  })
}
