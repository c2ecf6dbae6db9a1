import { type Choice } from '../cli/decide.ts'
import type { Io } from '../cli/io.ts'
import { diffText } from '../cli/look.ts'
import { changeLines, summary } from '../cli/output.ts'
import type { Parsed } from '../cli/parse.ts'
import type { Plan } from '../plan/plan.ts'
import type { Change } from '../reconcile/reconcile.ts'
import { type Prompts, promptsOn } from './prompts.ts'

type Answer = Choice | 'all' | 'diff' | 'abort'

/**
 * Shows what was decided and what happens to each file, asks about each that somebody else wrote (`choices` gets the
 * answers), and once for all. False when a person says no.
 */
export async function confirmWrites(plan: Plan, changes: readonly Change[], choices: Map<string, Choice>, flags: Parsed['flags'], io: Io, prompts: Prompts = promptsOn(io)): Promise<boolean> {
  io.stderr.write(`\n${summary(plan, flags, io)}\n`)
  const open = changes.filter((c) => c.kind === 'conflict' && !choices.has(c.path))
  for (const change of open) {
    if (choices.has(change.path)) continue
    const answer = await askAbout(change, flags, io, prompts)
    if (answer === 'all') for (const c of open) choices.set(c.path, choices.get(c.path) ?? 'replace')
    else choices.set(change.path, answer)
  }
  const count = changes.filter((c) => ['create', 'update', 'remove'].includes(c.kind) || (c.kind === 'conflict' && choices.get(c.path) !== 'skip')).length
  if (count === 0) return true
  io.stderr.write(changeLines(changes.filter((c) => c.kind !== 'same'), choices, flags, { ...io, stdout: io.stderr }))
  if (await prompts.confirm({ message: `Write ${count === 1 ? 'this file' : `these ${count} files`}?`, default: true })) return true
  io.stderr.write('nothing was written\n')
  return false
}

/** Throws the prompts' own error on "abort", which ends the run as Ctrl-C does. */
async function askAbout(change: Change, flags: Parsed['flags'], io: Io, prompts: Prompts): Promise<Choice | 'all'> {
  for (;;) {
    const answer = await prompts.select<Answer>({
      message: `${change.path} ${change.reason === 'foreign' ? 'exists and was not written by this tool' : 'was edited since it was written'}; replace it?`,
      choices: [
        { name: 'no, leave it', value: 'skip' },
        { name: 'yes', value: 'replace' },
        { name: 'yes, and keep a numbered copy', value: 'backup' },
        { name: 'yes, and all that follow', value: 'all' },
        ...(change.reason === 'markers' ? [] : [{ name: 'merge both, with marks where they clash', value: 'merge' as const }]),
        { name: 'show the difference', value: 'diff' },
        { name: 'abort', value: 'abort' },
      ],
    })
    if (answer === 'merge') change.marked = await merged(change)
    if (answer === 'abort') throw Object.assign(new Error('aborted'), { name: 'AbortPromptError' })
    if (answer !== 'diff') return answer
    io.stderr.write(diffText([change], flags, { ...io, stdout: io.stderr }))
  }
}

/** A file with what the tool would write: merged, with marks at what clashes. */
async function merged(change: Change): Promise<string> {
  const { solve } = await import('../reconcile/merge.ts')
  const solved = change.marked === undefined ? solve(change, undefined, true) : change
  return solved.marked ?? solved.after
}
