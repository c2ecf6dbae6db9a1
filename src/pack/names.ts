import { artifacts as builtIn, languages } from '../../generated/catalog.ts'
import { orders } from '../../generated/orders.ts'
import { BASES } from '../detect/language.ts'
import { EXIT, InputError, type Problem } from '../errors.ts'
import type { Place } from './manifest.ts'
import type { Policy } from './policy.ts'

/**
 * Languages, bases, artifacts and settings that manifests name and that there are not. What is written for them would never
 * hold, and nobody would see it. @param own ids of the languages that the packs bring
 * @throws InputError (pack) with all of them
 */
export function refuseUnknown(policy: Policy, own: readonly string[]): void {
  const problems: Problem[] = []
  const known = {
    language: [...Object.keys(languages), ...own],
    base: [...BASES] as string[],
    artifact: [...(builtIn as unknown as { id: string }[]), ...policy.artifacts].map((a) => a.id),
    setting: Object.keys(policy.settings),
  }
  const yaml = [...Object.keys(orders), ...policy.artifacts.filter((a) => /\.ya?ml(\.example)?$/.test(a.path)).map((a) => a.id)]
  for (const { name, read } of policy.packs) {
    const { manifest, at } = read
    const need = (kind: string, given: string, among: readonly string[], place: Place): void => {
      if (!among.includes(given)) problems.push({ message: `${name} names the ${kind} "${given}", which there is not`, ...place, hint: `one of ${among.join(', ')}`, near: { given, among } })
    }
    for (const [language, bases] of Object.entries(manifest.bases ?? {})) {
      need('language', language, known.language, at('bases'))
      for (const base of Object.keys(bases)) need('base', base, known.base, at('bases'))
    }
    for (const language of Object.keys(manifest.frameworks ?? {})) need('language', language, known.language, at('frameworks'))
    manifest.artifacts?.forEach(({ when }, i) => {
      for (const id of when?.language ?? []) need('language', id, known.language, at('artifacts', i))
      for (const id of when?.artifact ?? []) need('artifact', id, known.artifact, at('artifacts', i))
      for (const key of Object.keys(when?.set ?? {})) if (!key.startsWith('label.')) need('setting', key, known.setting, at('artifacts', i))
    })
    manifest.controls?.forEach((c, i) => c.expects.forEach((e) => need('YAML artifact', e.artifact, yaml, at('controls', i))))
  }
  for (const { artifact, pack, at } of policy.rules) {
    const groups = [...new Set([...(builtIn as unknown as { group: string }[]).map((a) => a.group), 'pack'])]
    const among = [...known.artifact, ...groups]
    if (artifact !== undefined && !among.includes(artifact)) problems.push({ message: `${pack} forbids the artifact "${artifact}", which there is not`, ...at, hint: `one of ${among.join(', ')}`, near: { given: artifact, among } })
  }
  if (problems.length > 0) throw new InputError(problems, EXIT.pack)
}
