import { parseDocument } from 'yaml'
import { controls } from '../../generated/controls.ts'
import { detect } from '../detect/data.ts'
import type { Listed, Loaded } from '../detect/detect.ts'
import type { Language } from '../detect/language.ts'
import { EXIT, InputError, type Problem } from '../errors.ts'
import { LANGUAGE_ARTIFACTS } from '../render/artifacts.ts'
import { patternProblem } from './pattern.ts'
import type { Pack, Policy } from './policy.ts'
import { packTemplate } from './render.ts'

/** What a language.yaml of a pack has to say; the rest has values that hold for most. */
const NEEDED = ['id', 'title', 'markers', 'sources', 'versions', 'bases', 'port', 'data'] as const

const USUAL = {
  managers: [],
  frameworks: [],
  patterns: {},
  services: {},
  health: { http: [], tcp: [] },
  handlesSigterm: true,
  env: {},
  develop: { action: 'rebuild' },
  kind: 'server',
  resources: { server: { cpu: '100m', cpuLimit: '1', memory: '256Mi', ephemeral: '128Mi', grace: 30, startup: 30 } },
}

const USUAL_BASE = { uid: 10001, packages: 'apt', shell: true }

/** The languages that packs bring, as detection lists them. Their detector is src/detect/data.ts: nothing of a pack is executed. */
export function packLanguages(policy: Policy, builtIn: Record<string, Listed>): Record<string, Listed> {
  return Object.fromEntries(
    policy.packs.flatMap((pack) =>
      (pack.read.manifest.languages ?? []).map((folder): [string, Listed] => {
        const language = readLanguage(pack, folder)
        if (Object.hasOwn(builtIn, language.id)) throw new InputError({ message: `${pack.name} brings the language ${language.id}, which the tool has already`, file: `${pack.spec}/${folder}/language.yaml`, hint: 'choose another id; frameworks, bases and templates of it can be changed without a language of the same name' }, EXIT.pack)
        const load = (): Promise<Loaded> => Promise.resolve({ language, detect, templates: Object.fromEntries(Object.entries(LANGUAGE_ARTIFACTS).map(([file, a]) => [a.id, packTemplate(pack, `${folder}/${file}`, controls)])) })
        return [language.id, { title: language.title, markers: language.markers, load }]
      }),
    ),
  )
}

/** A language.yaml of a pack. @throws InputError (pack) with what is missing or cannot be used */
export function readLanguage(pack: Pack, folder: string): Language {
  const file = `${pack.spec}/${folder}/language.yaml`
  const problems: Problem[] = []
  const doc = parseDocument(pack.tree.get(`${folder}/language.yaml`)!.toString('utf8'), { schema: 'core', prettyErrors: true })
  if (doc.errors[0]) throw new InputError({ message: `not valid YAML: ${doc.errors[0].message.split('\n')[0]}`, file, line: doc.errors[0].linePos?.[0].line, hint: 'mend it' }, EXIT.pack)
  const given = doc.toJS({ maxAliasCount: 0 }) as Record<string, unknown> | null
  for (const key of NEEDED) if (given?.[key] === undefined) problems.push({ message: `${key} is missing`, file, hint: 'see docs/packs.md, "A language"' })
  const data = given?.data as { start?: unknown } | undefined
  if (data && !isTexts(data.start)) problems.push({ message: 'data.start is no list of words', file, hint: 'start: [program, argument, "{entry}"]' })
  for (const key of ['markers', 'sources'] as const) if (given?.[key] !== undefined && !isTexts(given[key])) problems.push({ message: `${key} is no list of texts`, file })
  for (const source of patternsIn([given?.patterns, given?.data])) {
    const problem = patternProblem(source)
    if (problem) problems.push({ message: `the expression ${JSON.stringify(source.slice(0, 60))} ${problem}`, file, hint: 'write a simpler one' })
  }
  const language = { ...USUAL, preferred: Object.keys((given?.bases as object | undefined) ?? {}), ...given } as unknown as Language
  for (const base of Object.values(language.bases ?? {})) Object.assign(base, { ...USUAL_BASE, ...base })
  if (problems.length > 0) throw new InputError(problems, EXIT.pack)
  return language
}

const isTexts = (v: unknown): v is string[] => Array.isArray(v) && v.length > 0 && v.every((w) => typeof w === 'string')

/** Every expression in the patterns, and in what `data` calls a pattern. */
function patternsIn([patterns, data]: [unknown, unknown]): string[] {
  const own = Object.values((patterns as Record<string, unknown> | undefined) ?? {}).flatMap((list) => (isTexts(list) ? list : []))
  const lines = Object.values((data as Record<string, unknown> | undefined) ?? {}).flatMap((v) => (typeof v === 'object' && v !== null && 'pattern' in v ? [String(v.pattern)] : []))
  return [...own, ...lines]
}
