import { existsSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { EXIT, InputError } from '../../errors.ts'
import { fetchPacks, keyText, runOf } from '../../pack/load.ts'
import type { Pack } from '../../pack/policy.ts'
import type { PackRun } from '../../pack/run.ts'
import { MANIFEST_FILE } from '../../pack/tree.ts'
import type { Io } from '../io.ts'
import type { Parsed } from '../parse.ts'

/** A pack of the author's own, with what it builds on. */
export interface Own {
  folder: string
  /** the folder from where the command was given, for messages */
  shown: string
  pack: Pack
  all: Pack[]
}

/** Fetches the pack of a folder and what it builds on. @throws InputError (pack) where it cannot be read */
export async function fetchOwn(words: readonly string[], flags: Parsed['flags'], io: Io): Promise<Own> {
  if (words.length > 1) throw new InputError({ message: `one folder, not ${words.length}: ${words.join(' ')}`, where: 'pack', hint: 'name the folder of one pack' })
  const folder = resolve(io.cwd, words[0] ?? '.')
  const shown = relative(io.cwd, folder) || '.'
  if (!existsSync(join(folder, MANIFEST_FILE))) throw new InputError({ message: `there is no ${MANIFEST_FILE} in ${shown}`, where: 'pack', hint: `create-hardened-container pack init ${shown} begins one` }, EXIT.pack)
  const keys = ((flags['pack-key'] as string[] | undefined) ?? []).map((k) => keyText(k, io.cwd))
  const spec = /^\.{0,2}\//.test(shown) || shown.startsWith('.') ? shown : `./${shown}`
  // what an author names in extends is the author's choice: there is no first use to ask about
  const all = await fetchPacks([spec], { root: io.cwd, io, locked: [], frozen: false, offline: flags.offline === true, trusted: (flags['trust-pack'] as string[] | undefined) ?? [], keys, ask: () => Promise.resolve(true) }, { packs: [], keys: [], trust: [] })
  return { folder, shown, pack: all.at(-1)!, all }
}

/** The same as a run. @throws InputError (pack) with everything that is wrong with it */
export async function ownPack(words: readonly string[], flags: Parsed['flags'], io: Io): Promise<Own & { run: PackRun }> {
  const own = await fetchOwn(words, flags, io)
  return { ...own, run: await runOf(own.all) }
}
