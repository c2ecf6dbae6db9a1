import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { InputError, type Problem } from '../errors.ts'
import type { Answers } from './answers.ts'
import { type Settings, SETTINGS } from './convert.ts'

/** Where a person's own defaults lie; undefined without a home. */
export function userFile(env: NodeJS.ProcessEnv): string | undefined {
  const home = env.XDG_CONFIG_HOME || (env.HOME && join(env.HOME, '.config'))
  return home ? join(home, 'create-hardened-container', 'config.yaml') : undefined
}

/** A person's own defaults for every project: $XDG_CONFIG_HOME/create-hardened-container/config.yaml. What cannot be used is added to `later`. */
export async function userAnswers(env: NodeJS.ProcessEnv, settings: Settings = SETTINGS, later?: Problem[]): Promise<Answers> {
  const file = userFile(env)
  if (!file || !existsSync(file)) return {}
  return (await import('./read.ts')).readAnswers(file, readFileSync(file, 'utf8'), settings, later)
}

/** The answers of --answers: a file, or standard input for "-". Throws InputError when it cannot be read; what cannot be used in it is added to `later`. */
export async function answersFrom(name: string, cwd: string, settings: Settings = SETTINGS, later?: Problem[]): Promise<Answers> {
  let text: string
  try {
    text = name === '-' ? await standardInput() : readFileSync(resolve(cwd, name), 'utf8')
  } catch (error) {
    throw new InputError({ message: `the answers cannot be read: ${(error as Error).message}`, where: '--answers', hint: 'name a YAML or JSON file, or - for standard input' })
  }
  return (await import('./read.ts')).readAnswers(name === '-' ? '<stdin>' : name, text, settings, later)
}

async function standardInput(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
