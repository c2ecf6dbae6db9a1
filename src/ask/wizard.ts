import { presets } from '../../generated/catalog.ts'
import { catalog, detectFor, type Known, planFor, resolveFor } from '../cli/generate.ts'
import type { Io } from '../cli/io.ts'
import type { Loaded } from '../detect/detect.ts'
import type { Facts } from '../detect/facts.ts'
import { splitCommand } from '../detect/words.ts'
import { InputError } from '../errors.ts'
import type { Preset } from '../plan/input.ts'
import type { Plan } from '../plan/plan.ts'
import type { Answers } from '../policy/answers.ts'
import { isPack } from '../policy/preset.ts'
import { type Prompts, promptsOn } from './prompts.ts'
import { type Context, type Step, STEPS } from './steps.ts'

/** What is known of a project once a plan can be made of it. */
interface Plannable {
  asked: Answers
  facts: Facts
  loaded: Loaded
  plan: Plan
}

/**
 * Asks what a person may want otherwise, and returns only that. A project that has its answers already is not asked again.
 * Throws InputError for what no question can mend, and the prompts' own error when somebody cancels.
 */
export async function ask(known: Known, io: Io, prompts: Prompts = promptsOn(io)): Promise<Answers> {
  const { packs } = known
  const team = packs && (await import('./packs.ts'))
  const first = packs ? await team!.askPacks(packs, resolveFor(known).resolved, prompts, known.saved.text === undefined) : {}
  const start = await plannable(known, prompts, first)
  if ('app' in start) return start
  if (known.saved.text !== undefined) return start.asked
  const { asked, facts, loaded, plan } = start
  const { resolved } = resolveFor(known)
  const fixed = packs ? team!.fixedLines(packs) : []
  for (const { line } of fixed) io.stderr.write(`${line}\n`)
  const context: Context = {
    plan,
    language: loaded.language,
    services: catalog.services as Context['services'],
    found: facts,
    artifacts: (packs?.catalog(catalog) ?? catalog).artifacts,
    presets: [...(presets as unknown as Preset[]), ...(packs?.presets ?? [])],
    unsuitable: (base) => reasonAgainst(known, facts, loaded, { ...asked, base }),
  }
  return await askSteps(STEPS.filter((s) => (resolved.answers[s.answer] === undefined || resolved.origins[s.answer] === 'pack' || (s.answer === 'preset' && resolved.answers.preset?.every(isPack))) && !fixed.some((f) => f.key === s.answer)), context, prompts, asked)
}

/** Asks one step after the other, each with the slice of the context that it needs. */
export async function askSteps(steps: readonly Step[], context: Context, prompts: Prompts, before: Answers = {}): Promise<Answers> {
  let answers = before
  for (const step of steps) if (step.when?.(context) ?? true) answers = { ...answers, ...(await step.ask(context, prompts)) }
  return answers
}

/** Asks until a plan can be made: for the language, the app or the program to start, whichever is not known. */
async function plannable(known: Known, prompts: Prompts, first: Answers): Promise<Plannable | { app: string }> {
  let asked = first
  for (;;) {
    const { resolved, preset } = resolveFor(known, asked)
    try {
      const { facts, loaded } = await detectFor(known, resolved)
      return { asked, facts, loaded, plan: planFor(known, facts, loaded, resolved, preset) }
    } catch (error) {
      const { problems } = error as InputError
      const [problem] = problems ?? []
      if (!problem || problems.length > 1) throw error
      if (problem.where === '--language' && problem.choices) asked = { ...asked, language: await prompts.select<string>({ message: 'Several languages; which one is the program in?', choices: named(problem.choices) }) }
      else if (problem.where === '--app' && problem.choices) return { app: await prompts.select<string>({ message: 'Several programs; which one?', choices: named(problem.choices) }) }
      else if (problem.where === '--start' && !asked.start) asked = { ...asked, start: splitCommand(await prompts.input({ message: 'Program to start, with its arguments', validate: (v) => splitCommand(v) !== undefined || 'a program and its arguments; no pipes, variables or &&' })) }
      else throw error
    }
  }
}

const named = (values: readonly string[]): { name: string; value: string }[] => values.map((value) => ({ name: value, value }))

function reasonAgainst(known: Known, facts: Facts, loaded: Loaded, answers: Answers): string | undefined {
  try {
    const { resolved, preset } = resolveFor(known, answers)
    planFor(known, structuredClone(facts), loaded, resolved, preset)
    return undefined
  } catch (error) {
    const problems = (error as InputError).problems ?? []
    const own = problems.find((p) => p.where === '--base')?.message.replace(/^.*?: /, '')
    // what a pack forbids is told with its reason
    return own ?? problems.find((p) => p.message.startsWith('base '))?.hint?.replace(/; .*$/, '')
  }
}
