import { type Option, OPTIONS, variableOf } from '../cli/options.ts'
import type { Parsed } from '../cli/parse.ts'
import { InputError, type Problem } from '../errors.ts'
import type { Answers, Resolved } from './answers.ts'
import { answersOf, type Given, type Settings, SETTINGS } from './convert.ts'

type Flags = Parsed['flags']

/** The answers among the flags. What cannot be used is added to `later`; without that list InputError is thrown. */
export function answersOfFlags(flags: Flags, settings: Settings = SETTINGS, later?: Problem[]): Answers {
  const given = new Map<Option, Given>()
  for (const option of OPTIONS) {
    const value = flags[option.name]
    if (option.answer && value !== undefined) given.set(option, { value: value as string | string[], label: `--${option.name}`, place: { where: `--${option.name}` } })
  }
  return answersOf(given, settings, later)
}

/** What the variables CHC_… say: answers, and flags that steer the run. An unknown one is warned about, since it stops nothing; what cannot be used is among the problems. */
export function readEnvironment(env: NodeJS.ProcessEnv, settings: Settings = SETTINGS): { answers: Answers; flags: Flags; warnings: Problem[]; problems: Problem[] } {
  const given = new Map<Option, Given>()
  const flags: Flags = {}
  const warnings: Problem[] = []
  const problems: Problem[] = []
  for (const name of Object.keys(env)) {
    const value = env[name]
    if (!name.startsWith('CHC_') || value === undefined || value === '') continue
    const option = OPTIONS.find((o) => variableOf(o) === name)
    const place = { where: name }
    if (!option) warnings.push({ message: `there is no setting ${name}; it is passed over`, ...place, near: { given: name, among: OPTIONS.map(variableOf) } })
    else if (option.answer) given.set(option, { value: option.type === 'list' && option.name !== 'control' && option.name !== 'set' ? value.split(',') : option.type === 'list' ? [value] : value, label: name, place })
    else if (option.type !== 'boolean') flags[option.name] = value
    else if (/^(1|true|yes|on|0|false|no|off)$/i.test(value)) flags[option.name] = /^(1|true|yes|on)$/i.test(value)
    else problems.push({ message: `${name} is neither true nor false: ${JSON.stringify(value)}`, ...place, hint: `${name}=true` })
  }
  return { answers: answersOf(given, settings, problems), flags, warnings, problems }
}

/**
 * npm keeps flags for itself that stand before "--" (`npm create x --dry-run`), and the run would then write. Throws
 * InputError naming them. npm's own --yes says nothing about this tool, so it is never looked at.
 */
export function refuseSwallowed(flags: Flags, env: NodeJS.ProcessEnv): void {
  if (env.npm_command !== 'init' && env.npm_command !== 'exec' && env.npm_command !== 'run-script' && env.npm_command !== 'start') return
  const swallowed = ['dry-run', 'json'].filter((name) => env[`npm_config_${name.replace('-', '_')}`] === 'true' && flags[name] === undefined)
  if (swallowed.length > 0)
    throw new InputError(swallowed.map((name) => ({ message: `npm took --${name} for itself`, where: `--${name}`, hint: 'put -- before the flags: npm create hardened-container -- --' + name })))
}

/** A problem that names a flag, with the place where its answer was really said. */
export function placedBy(problem: Problem, origins: Resolved['origins'], saved: () => string): Problem {
  const option = OPTIONS.find((o) => o.answer && problem.where === `--${o.name}`)
  if (!option) return problem
  // of what several said together nobody knows whose it is
  const said = new Set(Object.entries(origins).flatMap(([key, origin]) => (key === option.answer || key.startsWith(`${option.answer}.`) ? [origin] : [])))
  const [origin] = said.size === 1 ? said : []
  if (origin === 'environment') return { ...problem, where: variableOf(option) }
  if (origin === 'answers file' || origin === 'user file') return { ...problem, where: `${option.answer} (${origin})` }
  if (origin !== 'hardened.yaml') return problem
  const line = saved().split('\n').findIndex((l) => l.replaceAll(/["']/g, '').startsWith(`${option.answer}:`)) + 1
  return { ...problem, where: undefined, file: 'hardened.yaml', ...(line > 0 ? { line } : {}) }
}
