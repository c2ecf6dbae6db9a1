import { runInNewContext } from 'node:vm'
import type { Listed, Loaded } from '../detect/detect.ts'
import type { Detector, Language } from '../detect/language.ts'
import { EXIT, InputError } from '../errors.ts'
import { LANGUAGE_ARTIFACTS } from '../render/artifacts.ts'
import type { Pack } from './policy.ts'

/** The languages of each pack, in the order of its manifest. @throws InputError (pack) for what cannot be used */
export async function languagesBy(packs: readonly Pack[]): Promise<Map<Pack, Language[]>> {
  const all = new Map<Pack, Language[]>()
  for (const pack of packs) {
    const folders = pack.read.manifest.languages ?? []
    if (folders.length === 0) continue
    const { readLanguage } = await import('./language.ts')
    all.set(pack, pack.read.kept?.languages ?? folders.map((folder) => readLanguage(pack, folder)))
  }
  return all
}

/**
 * Languages of packs as detection lists them. Their detector is src/detect/data.ts: nothing of a pack is executed.
 * @throws InputError (pack) where the tool or another pack has one of that name
 */
export function listLanguages(all: ReadonlyMap<Pack, Language[]>, builtIn: Record<string, Listed>): Record<string, Listed> {
  const listed: Record<string, Listed> = {}
  for (const [pack, languages] of all) {
    languages.forEach((language, i) => {
      const folder = pack.read.manifest.languages![i]!
      const file = `${pack.spec}/${folder}/language.yaml`
      const by = Object.hasOwn(builtIn, language.id) ? 'the tool' : Object.hasOwn(listed, language.id) ? 'another pack' : undefined
      if (by) throw new InputError({ message: `${pack.name} brings the language ${language.id}, which ${by} has already`, file, hint: 'choose another id; frameworks, bases and templates of it can be changed without a language of the same name' }, EXIT.pack)
      const load = async (): Promise<Loaded> => {
        const [{ packTemplate }, { controls }] = await Promise.all([import('./render.ts'), import('../../generated/controls.ts')])
        const templates = Object.fromEntries(Object.entries(LANGUAGE_ARTIFACTS).map(([name, a]) => [a.id, packTemplate(pack, `${folder}/${name}`, controls)]))
        return { language, detect: bounded((await import('../detect/data.ts')).detect, file), templates }
      }
      listed[language.id] = { title: language.title, markers: language.markers, load }
    })
  }
  return listed
}

/** The longest that the expressions of a language may take over the sources of a project. */
const MAX_TIME = 5000

/**
 * A detector of ours with a stranger's expressions, which could take years with a large file (CWE-1333). No reading of them says
 * so for certain, so that they run against the clock.
 */
const bounded = (detect: Detector, file: string): Detector => (context) => {
  try {
    return runInNewContext('detect()', { detect: () => detect(context) }, { timeout: MAX_TIME }) as ReturnType<Detector>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    throw new InputError({ message: `the expressions of this language take more than ${MAX_TIME / 1000} s here`, file, hint: 'write simpler ones: without * and + behind each other' }, EXIT.pack)
  }
}
