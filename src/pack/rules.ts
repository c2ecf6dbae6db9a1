import { EXIT, InputError, type Problem } from '../errors.ts'
import type { Plan } from '../plan/plan.ts'
import { valueOf } from '../plan/values.ts'
import type { Answers, Layer } from '../policy/answers.ts'
import { byAnswer } from '../policy/convert.ts'
import { allows, answerAt, left, must } from './combine.ts'
import type { Rule } from './manifest.ts'

/** What the rules leave no choice about, as the strongest layer of answers. */
export function enforced(rules: readonly Rule[]): Answers {
  const out: Record<string, unknown> = {}
  const options = byAnswer()
  for (const key of new Set(rules.map((r) => r.key))) {
    const choices = left(key, rules)
    const value = choices?.length === 1 ? choices[0]! : undefined
    if (value === undefined) continue
    const option = options.get(key)
    if (key.startsWith('control.')) out.control = { ...(out.control as object), [key.slice(8)]: { on: value === 'on' } }
    else if (!option) out.set = { ...(out.set as object), [key]: value }
    else out[key] = option.type === 'integer' ? Number(value) : option.type === 'list' ? value.split(',') : key === 'start' ? value.split(/[ ,]/) : value
  }
  return out as Answers
}

/** What a message about a rule ends with: the reason, the link, and who says so. */
export const hintOf = (rule: Rule): string => `${rule.reason}${rule.docs ? ` (${rule.docs})` : ''}; ${rule.pack} says so at ${rule.at.file}${rule.at.line ? `:${rule.at.line}` : ''}`

/** How a message names who gave an answer. */
const BY: Partial<Record<Layer['origin'], (key: string) => string>> = {
  flag: (key) => (byAnswer().has(key) ? `--${byAnswer().get(key)!.name}` : `--set ${key}`),
  environment: (key) => `CHC_${(byAnswer().get(key)?.name ?? 'set').toUpperCase().replaceAll('-', '_')}`,
}

/** Answers of people that a rule does not allow, all of them. Each names who gave it, the reason and the pack's line. */
export function violationsOfAnswers(rules: readonly Rule[], layers: readonly Layer[]): Problem[] {
  return rules.flatMap((rule) =>
    layers.flatMap(({ origin, answers }): Problem[] => {
      if (rule.artifact) {
        const asked = answers.with?.includes(rule.artifact)
        return asked ? [{ message: `the artifact ${rule.artifact} is not allowed`, where: BY[origin]?.('with') ?? origin, hint: hintOf(rule) }] : []
      }
      const value = answerAt(answers, rule.key)
      return value === undefined || allows(rule, value) ? [] : [{ message: `${rule.key} ${value} is not allowed; ${must(rule)}`, where: BY[origin]?.(rule.key) ?? origin, hint: hintOf(rule) }]
    }),
  )
}

/** A program is the same by the path at which the base has it: "/nodejs/bin/node server.js" is "node server.js". */
function meets(rule: Rule, value: string): boolean {
  const forms = rule.key === 'start' ? [value, value.replace(/^\S*\//, '')] : [value]
  return rule.kind === 'forbid' ? forms.every((v) => allows(rule, v)) : forms.some((v) => allows(rule, v))
}

/** What was detected or is a default, and breaks a rule. */
export function violationsOfPlan(rules: readonly Rule[], plan: Plan): Problem[] {
  return rules.flatMap((rule): Problem[] => {
    if (rule.artifact) return []
    const value = valueOf(rule.key, plan)
    // what nothing was decided about cannot be wrong, unless something has to be there
    if (value === '' ? rule.kind === 'forbid' || rule.key === 'port' : meets(rule, value)) return []
    const from = plan.origins[rule.key]
    const evidence = from?.evidence?.[0]
    const message = value === '' ? `${rule.key} is not set; ${must(rule)}` : `${rule.key} is ${value}${from ? ` (${from.origin})` : ''}; ${must(rule)}`
    return [{ message, ...(evidence ? { file: evidence.file, ...(evidence.line ? { line: evidence.line } : {}) } : { where: `--set ${rule.key}`.replace(/^--set (\w+)$/, (_, key: string) => BY.flag!(key)) }), hint: hintOf(rule) }]
  })
}

/** @throws InputError (policy) where there is any problem, with each of them once */
export function refuse(problems: readonly Problem[]): void {
  const unique = [...new Map(problems.map((p) => [JSON.stringify([p.message, p.file, p.line, p.where]), p])).values()]
  if (unique.length > 0) throw new InputError(unique, EXIT.policy)
}
