import { allows, answerAt, left, wanted } from '../pack/combine.ts'
import type { PackRun } from '../pack/run.ts'
import type { Answers, Resolved } from '../policy/answers.ts'
import { byAnswer } from '../policy/convert.ts'
import type { Prompts } from './prompts.ts'

/** What the packs fix, each with its reason, as lines to be shown instead of a question. Several rules together may leave one choice. */
export function fixedLines({ policy }: PackRun): { key: string; line: string }[] {
  return policy.rules.flatMap((r) => {
    const choice = r.kind === 'enforce' ? left(r.key, policy.rules) : undefined
    return choice?.length === 1 ? [{ key: r.key, line: `${r.key} ${choice[0]} — fixed by ${r.pack}: ${r.reason}` }] : []
  })
}

/**
 * The packs' own questions, and what their rules want said that nobody has said yet.
 * @param first false where the project has its answers: only what must be answered is asked
 */
export async function askPacks({ policy }: PackRun, { answers, origins }: Resolved, prompts: Prompts, first: boolean): Promise<Answers> {
  const set: Record<string, string> = {}
  const said = (key: string): boolean => !['pack', undefined].includes(origins[`set.${key}`])
  for (const p of policy.prompts) {
    if (said(p.key) || (!first && !(p.required && p.default === undefined))) continue
    const setting = policy.settings[p.key]!
    const message = `${p.message} (${p.pack})`
    const usual = answerAt(answers, p.key) ?? p.default
    if (p.type === 'choice') set[p.key] = await prompts.select<string>({ message, ...(usual ? { default: usual } : {}), choices: (p.choices ?? []).map((value) => ({ name: value, value })) })
    else if (p.type === 'boolean') set[p.key] = String(await prompts.confirm({ message, default: usual === 'true' }))
    else {
      const given = await prompts.input({ message, ...(usual ? { default: usual } : {}), validate: (v) => (v === '' ? !p.required || 'it has to be answered' : setting.accepts.test(v) || `what matches ${p.pattern ?? p.type ?? 'text'}`) })
      if (given !== '') set[p.key] = given
    }
  }
  const fixed = new Set(fixedLines({ policy } as PackRun).map((f) => f.key))
  for (const rule of policy.rules) {
    const known = answerAt(answers, rule.key) ?? set[rule.key]
    if (rule.kind !== 'enforce' || fixed.has(rule.key) || byAnswer().has(rule.key) || rule.key.startsWith('control.') || known !== undefined || !rule.key.startsWith('label.')) continue
    set[rule.key] = await prompts.input({ message: `${rule.key}: ${wanted(rule)} (${rule.pack}: ${rule.reason})`, validate: (v) => allows(rule, v) || `it has to be ${wanted(rule)}` })
  }
  // an answer that equals the default is none
  const own = Object.fromEntries(Object.entries(set).filter(([key, value]) => value !== answerAt(answers, key)))
  return Object.keys(own).length > 0 ? { set: own } : {}
}
