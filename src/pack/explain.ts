import type { Layer } from '../policy/answers.ts'
import { answerAt, wanted } from './combine.ts'
import type { PackRun } from './run.ts'

/**
 * Who says what about a setting, strongest last: each pack's default with its line, each layer of answers, and the rules that
 * nobody gets round.
 */
export function chainOf(key: string, { policy }: PackRun, layers: readonly Layer[]): string[] {
  const place = (at: { file: string; line?: number } | undefined): string => (at ? ` (${at.file}${at.line ? `:${at.line}` : ''})` : '')
  const said = [
    ...policy.defaults.flatMap(({ pack, answers, gone, at }) => {
      const value = answerAt(answers, key)
      return value === undefined ? (gone.includes(key) ? [`${pack.name} takes the default back${place(at[key])}`] : []) : [`${pack.name} has ${value} as its default${place(at[key])}`]
    }),
    ...layers.flatMap(({ origin, answers }) => {
      const value = answerAt(answers, key)
      return value === undefined ? [] : [`${origin} says ${value}`]
    }),
    ...policy.rules.filter((r) => r.key === key && !r.artifact).map((r) => `${r.pack} ${r.kind === 'enforce' ? `enforces ${wanted(r)}` : `forbids it to be ${r.values?.join(', ') ?? 'set'}`}${place(r.at)}: ${r.reason}${r.docs ? ` ${r.docs}` : ''}`),
  ]
  return said.length > 0 ? ['Said, the strongest last:', ...said.map((s) => `  ${s}`)] : []
}
