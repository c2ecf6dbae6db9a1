import type { Language } from '../detect/language.ts'
import type { Answers } from '../policy/answers.ts'
import { type Settings, SETTINGS } from '../policy/convert.ts'
import type { Kept } from './kept.ts'
import type { Read } from './manifest.ts'
import type { Pack } from './policy.ts'
import { placeIn, settingsOf } from './settings.ts'
import { MANIFEST_FILE, type Tree } from './tree.ts'

/** A manifest as it is kept: all that was read from its YAML. */
type Plain = Pick<Read, 'manifest' | 'rules' | 'places'> & { defaults: ReturnType<Read['defaults']>; presets: Answers[]; kept: NonNullable<Read['kept']> }

const madeFrom = (tree: Tree, label: string): string => `${label} ${tree.get(MANIFEST_FILE)?.toString('latin1')} ${[...tree].filter(([path]) => path.endsWith('/language.yaml')).map(([path, bytes]) => path + bytes.toString('latin1')).join(' ')}`

/** A pack's manifest, as an earlier run left it or from its YAML. @throws InputError (pack) with file:line:column of every problem */
export async function readPack(tree: Tree, label: string, kept?: Kept): Promise<Read> {
  const plain = kept?.read<Plain>('manifest', madeFrom(tree, label))
  if (!plain) return (await import('./manifest.ts')).readManifest(tree, label)
  const at = placeIn(plain.places, `${label}/${MANIFEST_FILE}`)
  return { ...plain, at, settings: settingsOf(plain.manifest, at, []), defaults: () => plain.defaults, presetDefaults: (index) => plain.presets[index]! }
}

/** The tool's settings and those of packs. */
export const settingsBy = (packs: readonly Pack[]): Settings => Object.assign({ ...SETTINGS }, ...packs.map((p) => p.read.settings)) as Settings

/** What tells some settings from others. */
const idOf = (settings: Settings): string => JSON.stringify(Object.entries(settings).flatMap(([key, s]) => (SETTINGS[key] === s ? [] : [key, s.accepts.source])))

/** The packs, with those read anew whose defaults were read beside other packs: what a key means is said by all of them. */
export async function besideEachOther(packs: readonly Pack[]): Promise<Pack[]> {
  const settings = idOf(settingsBy(packs))
  return Promise.all(packs.map(async (pack) => (pack.read.kept && pack.read.kept.settings !== settings ? { ...pack, read: await readPack(pack.tree, pack.spec) } : pack)))
}

/** Keeps what was read from YAML, once it was found to be in order. */
export function keepReading(packs: readonly Pack[], languages: ReadonlyMap<Pack, Language[]>, kept: Kept): void {
  const settings = settingsBy(packs)
  for (const pack of packs) {
    const { manifest, rules, places, defaults, presetDefaults, kept: known } = pack.read
    if (known) continue
    const plain: Plain = { manifest, rules, places, defaults: defaults(settings), presets: (manifest.presets ?? []).map((_, i) => presetDefaults(i, settings)), kept: { settings: idOf(settings), languages: languages.get(pack) ?? [] } }
    kept.write('manifest', madeFrom(pack.tree, pack.spec), plain)
  }
}
