import { parse, TomlError } from 'smol-toml'
import { InputError } from '../errors.ts'

export type Toml = { [key: string]: unknown }

/** Parses a TOML manifest. Throws InputError with file, line and column. */
export function readToml(file: string, text: string): Toml {
  try {
    return parse(text) as Toml
  } catch (error) {
    const at = error as TomlError
    throw new InputError({ message: `${file} is not valid TOML: ${at.message.split('\n')[0]}`, file, line: at.line, column: at.column, hint: 'mend it, then run again' })
  }
}

/** A table at a path of keys, or {} where there is none. */
export function table(value: unknown, ...path: string[]): Toml {
  let at: unknown = value
  for (const key of path) at = typeof at === 'object' && at !== null ? (at as Toml)[key] : undefined
  return typeof at === 'object' && at !== null && !Array.isArray(at) ? (at as Toml) : {}
}

/** A string at a key of a table, or undefined. */
export const text = (from: Toml, key: string): string | undefined => (typeof from[key] === 'string' ? (from[key] as string) : undefined)

/** The strings of a list at a key of a table; [] where there is none. */
export const texts = (from: Toml, key: string): string[] => (Array.isArray(from[key]) ? (from[key] as unknown[]).filter((v) => typeof v === 'string') : [])
