import type { Output } from './io.ts'
import type { Parsed } from './parse.ts'

export interface Paint {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
  cyan(text: string): string
}

/** Whether a stream gets colours: --color and --no-color, then NO_COLOR, FORCE_COLOR, and last whether it is a terminal (no-color.org). */
export function coloured(flags: Parsed['flags'], env: NodeJS.ProcessEnv, output: Output): boolean {
  if (typeof flags.color === 'boolean') return flags.color
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '') return !/^(0|false)$/.test(env.FORCE_COLOR)
  return env.TERM !== 'dumb' && !inCi(env) && output.isTTY
}

export const inCi = (env: NodeJS.ProcessEnv): boolean => env.CI !== undefined && !/^(|0|false)$/.test(env.CI)

export function paint(on: boolean): Paint {
  const code = (open: number, close: number) => (text: string) => (on ? `\x1b[${open}m${text}\x1b[${close}m` : text)
  return { bold: code(1, 22), dim: code(2, 22), red: code(31, 39), green: code(32, 39), yellow: code(33, 39), cyan: code(36, 39) }
}
