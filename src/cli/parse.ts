import { InputError, type Problem } from '../errors.ts'
import { type Option, OPTIONS } from './options.ts'

/** A parsed command line: words that are no flags, and the values of flags, as text. */
export interface Parsed {
  words: string[]
  flags: Record<string, string | boolean | string[]>
}

/**
 * Parses argv against the option table. Values stay text and are converted where they are used, since parsers that convert
 * take "abc" for the number NaN and 1.10 for 1.1. What is not understood is added to `later`; without that list InputError is thrown.
 */
export function parseArgv(argv: readonly string[], later?: Problem[]): Parsed {
  const problems = later ?? []
  const words: string[] = []
  const flags: Parsed['flags'] = {}
  const set = (option: Option, value: string | boolean): void => {
    if (option.type === 'list') flags[option.name] = [...((flags[option.name] as string[]) ?? []), String(value)]
    else if (option.name in flags) problems.push({ message: `--${option.name} is given more than once`, where: `--${option.name}`, hint: 'give it once' })
    else flags[option.name] = value
  }
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!
    if (word === '--') {
      words.push(...argv.slice(i + 1))
      break
    }
    if (!word.startsWith('-') || word === '-') {
      words.push(word)
      continue
    }
    const [, dashes, negated, name, inline] = /^(--?)(no-)?([^=]*)(?:=(.*))?$/s.exec(word)!
    const option = find(dashes!, name!) ?? find(dashes!, `${negated ?? ''}${name}`)
    const off = negated !== undefined && option?.name === name
    if (!option || (off && option.type !== 'boolean')) {
      const shown = word.replace(/=.*/s, '')
      problems.push({ message: `unknown flag ${shown}`, where: shown, near: { given: shown, among: OPTIONS.map((o) => `--${o.name}`) } })
      continue
    }
    const flag = `--${option.name}`
    if (option.type === 'boolean') {
      if (inline !== undefined && !/^(true|false)$/.test(inline)) problems.push({ message: `${flag} takes no value`, where: flag, hint: `${flag} or --no-${option.name}` })
      else set(option, off ? inline === 'false' : inline !== 'false')
      continue
    }
    const next = argv[i + 1]
    const takesNext = inline === undefined && next !== undefined && (!next.startsWith('-') || next === '-')
    const value = inline ?? (takesNext ? next : '')
    if (takesNext) i++
    if (value === '' && !option.optional) problems.push({ message: `${flag} needs a value`, where: flag, hint: `${flag} ${option.value}` })
    else set(option, value)
  }
  if (!later && problems.length > 0) throw new InputError(problems)
  return { words, flags }
}

const find = (dashes: string, name: string): Option | undefined => OPTIONS.find((o) => (dashes === '--' ? o.name === name : o.short === name))
