import { InputError } from '../errors.ts'
import type { Io } from './io.ts'
import type { Command } from './main.ts'
import type { Parsed } from './parse.ts'

const LOADERS: Record<string, () => Promise<Command>> = {
  init: () => import('./pack/init.ts'),
  check: () => import('./pack/check.ts'),
  test: () => import('./pack/test.ts'),
  docs: () => import('./pack/docs.ts'),
  doctor: () => import('./pack/doctor.ts'),
  update: () => import('./pack/update.ts'),
  publish: () => import('./pack/publish.ts'),
}

/** The commands for packs: those of authors take the folder of a pack, update and doctor that of a project. */
export async function run(words: string[], flags: Parsed['flags'], io: Io): Promise<number> {
  const [name = '', ...rest] = words
  const among = Object.keys(LOADERS)
  if (!Object.hasOwn(LOADERS, name)) throw new InputError({ message: name ? `there is no command pack ${name}` : 'pack what?', where: 'pack', hint: `one of ${among.join(', ')}`, ...(name ? { near: { given: name, among } } : {}) })
  return (await LOADERS[name]!()).run(rest, flags, io)
}
