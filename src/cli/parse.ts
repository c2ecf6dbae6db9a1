import parser from 'yargs-parser'
import { InputError, type Problem } from '../errors.ts'
import type { Answers } from '../policy/answers.ts'
import { type Option, OPTIONS, variableOf } from './options.ts'
import { splitCommand } from '../detect/words.ts'

/** A parsed command line: words that are no flags, the values of flags, and whether nothing but known flags was used. */
export interface Parsed {
  words: string[]
  flags: Record<string, string | boolean | string[]>
}

const byName = new Map(OPTIONS.map((o) => [o.name, o]))

/**
 * Parses argv against the option table. Everything is read as text and checked here, since the parser takes "abc" for the
 * number NaN. Throws InputError with every problem.
 */
export function parseArgv(argv: readonly string[]): Parsed {
  const problems: Problem[] = []
  const strings = OPTIONS.filter((o) => o.type !== 'boolean').map((o) => o.name)
  const result = parser(normalise(argv), {
    string: strings,
    boolean: OPTIONS.filter((o) => o.type === 'boolean').map((o) => o.name),
    alias: Object.fromEntries(OPTIONS.filter((o) => o.short).map((o) => [o.name, [o.short!]])),
    configuration: { 'greedy-arrays': false, 'parse-numbers': false, 'parse-positional-numbers': false, 'strip-aliased': true, 'camel-case-expansion': false, 'strip-dashed': false, 'dot-notation': false, 'boolean-negation': true },
  })
  const flags: Parsed['flags'] = {}
  for (const [name, value] of Object.entries(result)) {
    if (name === '_' || name === '--') continue
    const option = byName.get(name)
    if (!option) {
      problems.push({ message: `unknown flag ${name.length === 1 ? '-' : '--'}${name}`, where: 'command line', hint: name })
      continue
    }
    if (option.type === 'boolean') {
      if (Array.isArray(value) && value.length > 1) problems.push(twice(option))
      flags[name] = Array.isArray(value) ? Boolean(value.at(-1)) : Boolean(value)
    } else {
      const given = (Array.isArray(value) ? value : [value]).map(String)
      if (option.type !== 'list' && given.length > 1) problems.push(twice(option))
      if (given.some((v) => v === '') && name !== 'print') problems.push({ message: `--${name} needs a value`, where: `--${name}`, hint: `--${name} ${option.value}` })
      flags[name] = option.type === 'list' ? given : given.at(-1)!
    }
  }
  for (const word of argv) {
    const wrong = /^--(?:no-)?([a-z-]+)=(.*)$/.exec(word)
    if (wrong && byName.get(wrong[1]!)?.type === 'boolean' && !/^(true|false)$/.test(wrong[2]!)) problems.push({ message: `--${wrong[1]} takes no value`, where: `--${wrong[1]}`, hint: `--${wrong[1]} or --no-${wrong[1]}` })
  }
  if (problems.length > 0) throw new InputError(problems)
  return { words: [...(result._ as string[]), ...((result['--'] as string[] | undefined) ?? [])].map(String), flags }
}

/** `--print` may stand alone: it gets an empty value, so that the parser does not take the next flag's place for one. */
function normalise(argv: readonly string[]): string[] {
  return argv.map((word, i) => (word === '--print' && (argv[i + 1] === undefined || argv[i + 1]!.startsWith('-')) ? '--print=' : word))
}

const twice = (o: Option): Problem => ({ message: `--${o.name} is given more than once`, where: `--${o.name}`, hint: 'give it once' })

/** Answers out of flags or of the environment. Throws InputError with every problem. */
export function answersOf(flags: Record<string, string | boolean | string[]>, source: (o: Option) => string = (o) => `--${o.name}`): Answers {
  const problems: Problem[] = []
  const answers: Record<string, unknown> = {}
  for (const option of OPTIONS) {
    const value = flags[option.name]
    if (!option.answer || value === undefined) continue
    const where = source(option)
    const bad = (message: string, hint: string): void => void problems.push({ message, where, hint })
    if (option.choices && !option.choices.includes(String(value))) bad(`${where} ${value}: no such choice`, `one of ${option.choices.join(', ')}`)
    if (typeof value === 'string' && /[\n\r\0]/.test(value)) bad(`${where} has a line break in it`, 'give it on one line')
    if (option.type === 'integer') {
      if (/^\d{1,9}$/.test(String(value))) answers[option.answer] = Number(value)
      else bad(`${where} ${JSON.stringify(value)} is no whole number`, `${where} 8080`)
    } else if (option.name === 'start') {
      const words = splitCommand(String(value))
      if (words) answers.start = words
      else bad(`${where} needs a shell to be understood`, 'name the program and its arguments; no pipes, variables or &&')
    } else if (option.name === 'control') answers.control = Object.fromEntries((value as string[]).flatMap((v) => controlOf(v, bad)))
    else if (option.name === 'set') answers.set = Object.fromEntries((value as string[]).flatMap((v) => settingOf(v, bad)))
    else if (option.type === 'list') answers[option.answer] = (value as string[]).flatMap((v) => v.split(',')).map((v) => v.trim()).filter(Boolean)
    else answers[option.answer] = value
  }
  if (problems.length > 0) throw new InputError(problems)
  return answers as Answers
}

function controlOf(text: string, bad: (m: string, h: string) => void): [string, { on: boolean; reason?: string }][] {
  const [, id, state, reason] = /^([\w-]+)=(on|off)(?::(.*))?$/.exec(text) ?? []
  if (!id) bad(`--control ${JSON.stringify(text)} is not understood`, '--control read-only-root=off:"writes its cache beside the program"')
  else if (state === 'off' && !reason?.trim()) bad(`--control ${id}=off says no reason`, `--control ${id}=off:"why"`)
  else if (reason && /[\n\r\0]/.test(reason)) bad(`the reason for ${id} has a line break in it`, 'give it on one line')
  else return [[id, { on: state === 'on', ...(reason ? { reason: reason.trim() } : {}) }]]
  return []
}

/** Settings that --set takes, each with what it accepts. */
export const SETTINGS: Record<string, { accepts: RegExp; describe: string }> = {
  'network.egress': { accepts: /^(\d{1,3}(\.\d{1,3}){3}\/\d{1,2})(,\d{1,3}(\.\d{1,3}){3}\/\d{1,2})*$/, describe: 'address ranges that the program may reach, like 10.20.0.0/16' },
  'network.host': { accepts: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/, describe: 'host name of the way in' },
  'network.ingressNamespace': { accepts: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, describe: 'namespace of the ingress controller or gateway' },
  'network.gateway': { accepts: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, describe: 'name of the Gateway' },
}

function settingOf(text: string, bad: (m: string, h: string) => void): [string, string][] {
  const at = text.indexOf('=')
  const key = text.slice(0, Math.max(at, 0))
  const setting = SETTINGS[key]
  if (!setting) bad(`--set ${JSON.stringify(text)}: there is no such setting`, `one of ${Object.keys(SETTINGS).join(', ')}, as KEY=VALUE`)
  else if (!setting.accepts.test(text.slice(at + 1))) bad(`--set ${key}: ${JSON.stringify(text.slice(at + 1))} does not do`, setting.describe)
  else return [[key, text.slice(at + 1)]]
  return []
}

/** The answers that the environment gives, CHC_PORT and its kin. */
export function answersOfEnvironment(env: NodeJS.ProcessEnv): Answers {
  const flags: Record<string, string | string[]> = {}
  for (const option of OPTIONS) {
    const value = env[variableOf(option)]
    if (!option.answer || value === undefined || value === '') continue
    flags[option.name] = option.type === 'list' ? [value] : value
  }
  return answersOf(flags, variableOf)
}
