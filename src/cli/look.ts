import { createTwoFilesPatch } from 'diff'
import { EXIT, InputError } from '../errors.ts'
import type { Plan } from '../plan/plan.ts'
import type { Change } from '../reconcile/reconcile.ts'
import { coloured, paint } from './colour.ts'
import { type Choice, textOf } from './decide.ts'
import type { Io } from './io.ts'
import type { Parsed } from './parse.ts'
import { withNearest } from './report.ts'

type Flags = Parsed['flags']

/** The unified diff from what is there to what would be written; of a conflict without a choice, to the new text. */
export function diffText(changes: readonly Change[], flags: Flags, io: Io, choices: ReadonlyMap<string, Choice> = new Map()): string {
  const p = paint(coloured(flags, io.env, io.stdout))
  const line = (text: string): string => (/^(---|\+\+\+) /.test(text) ? p.bold(text) : text.startsWith('@@') ? p.cyan(text) : text.startsWith('+') ? p.green(text) : text.startsWith('-') ? p.red(text) : text)
  return changes
    .filter((c) => !['same', 'kept', 'gone'].includes(c.kind) && choices.get(c.path) !== 'skip')
    .map((c) => {
      const patch = createTwoFilesPatch(c.before === undefined ? '/dev/null' : `a/${c.path}`, c.kind === 'remove' ? '/dev/null' : `b/${c.path}`, c.before ?? '', textOf(c, choices.get(c.path)), undefined, undefined, { headerOptions: undefined })
      return patch.replace(/^=+\n/, '').replace(/^(---|\+\+\+) (.*?)\t?$/gm, '$1 $2').split('\n').map(line).join('\n')
    })
    .join('')
}

/** One file as it would be written, or all of them under their names. Throws InputError when there is none of that name. */
export function printText(wanted: string, changes: readonly Change[]): string {
  const files = changes.filter((c) => c.kind !== 'remove' && c.reason !== 'orphan')
  if (wanted === '') return files.map((c) => `==> ${c.path} <==\n${c.after}`).join('\n')
  const path = wanted.replace(/^\.\//, '').replaceAll('\\', '/')
  const found = files.find((c) => c.path === path)
  if (!found) throw new InputError({ message: `no file ${JSON.stringify(wanted)} would be written`, where: '--print', hint: `one of ${files.map((c) => c.path).join(', ')}`, near: { given: path, among: files.map((c) => c.path) } })
  return found.after
}

/** The one document of --json. */
export function document(plan: Plan, changes: readonly Change[], choices: ReadonlyMap<string, Choice>, error: InputError | undefined): string {
  const files = changes.map((c) => ({ path: c.path, change: c.kind, ...(c.reason ? { reason: c.reason } : {}), ...(choices.has(c.path) ? { choice: choices.get(c.path) } : {}), ...(c.kind === 'remove' ? {} : { text: c.after }) }))
  return `${JSON.stringify({ schemaVersion: 1, ok: !error, exitCode: error?.exitCode ?? EXIT.ok, problems: error?.problems.map(withNearest) ?? [], files, warnings: plan.warnings, nextSteps: plan.nextSteps, plan }, null, 2)}\n`
}
