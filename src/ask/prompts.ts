/** The four prompts that are used: importing the package as a whole would bring its editor and half a megabyte along. */
import { checkbox, confirm, input, select } from '@inquirer/prompts'
import type { Io } from '../cli/io.ts'

/** Prompts that read from and write to given streams: standard output is for results. */
export interface Prompts {
  input(config: Parameters<typeof input>[0]): Promise<string>
  select<T>(config: { message: string; default?: T; choices: { name: string; value: T; description?: string; disabled?: boolean | string }[] }): Promise<T>
  checkbox<T>(config: { message: string; choices: { name: string; value: T; checked?: boolean; description?: string }[] }): Promise<T[]>
  confirm(config: { message: string; default?: boolean }): Promise<boolean>
}

export function promptsOn(io: Io): Prompts {
  const context = io.streams
  return {
    input: (config) => input(config, context),
    select: (config) => select({ loop: false, pageSize: 10, ...config }, context),
    checkbox: (config) => checkbox({ loop: false, pageSize: 10, ...config }, context),
    confirm: (config) => confirm(config, context),
  }
}
