import type { Node, YAMLMap } from 'yaml'
import type { Language } from '../detect/language.ts'
import { EXIT, InputError, type Problem } from '../errors.ts'
import { LANGUAGE } from './format-language.ts'
import { readYaml } from './manifest.ts'
import { patternProblem } from './pattern.ts'
import type { Pack } from './policy.ts'
import { check, valueOf } from './schema.ts'

/** What holds for most languages, where a language.yaml does not say it. */
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

/** A language.yaml of a pack. @throws InputError (pack) with the place of all that is missing or cannot be used */
export function readLanguage(pack: Pack, folder: string): Language {
  const file = `${pack.spec}/${folder}/language.yaml`
  const { root, at } = readYaml(pack.tree.get(`${folder}/language.yaml`)!, file)
  const problems: Problem[] = check(root, LANGUAGE, at)
  if (problems.length > 0) throw new InputError(problems, EXIT.pack)
  const given = valueOf(root, LANGUAGE) as unknown as Language
  const bad = (message: string, key: string, hint: string): void => void problems.push({ message, ...at((root as YAMLMap).get(key, true) as Node), hint })
  for (const key of ['markers', 'sources', 'bases'] as const) if (Object.keys(given[key]).length === 0) bad(`${key} is empty`, key, 'name at least one')
  if (given.versions.lines.every((l) => l.id !== given.versions.default)) bad(`versions.lines has no ${given.versions.default}, which is the default`, 'versions', 'add the line')
  if (given.port < 1024 || given.port > 65535) bad(`${given.port} is no port`, 'port', 'a whole number from 1024 to 65535')
  if ((given.data as { start: string[] }).start.length === 0) bad('data.start is empty', 'data', 'start: [program, argument, "{entry}"]')
  for (const source of patternsIn(given)) {
    const problem = patternProblem(source, Infinity)
    if (problem) bad(`the expression ${JSON.stringify(source.slice(0, 60))} ${problem}`, given.patterns && Object.values(given.patterns).flat().includes(source) ? 'patterns' : 'data', 'write a simpler one')
  }
  const language = { ...USUAL, ...{ preferred: Object.keys(given.bases) }, ...given } as unknown as Language
  if (language.preferred.some((b) => !Object.hasOwn(language.bases, b))) bad('preferred names a base that is not in bases', 'preferred', `of ${Object.keys(given.bases).join(', ')}`)
  if (!Object.hasOwn(language.resources, language.kind)) bad(`resources has no ${language.kind}, which is the kind`, 'resources' in given ? 'resources' : 'kind', 'add it, or name another kind')
  if (problems.length > 0) throw new InputError(problems, EXIT.pack)
  for (const base of Object.values(language.bases)) Object.assign(base, { ...USUAL_BASE, ...base })
  for (const extra of [language.data?.build, ...language.managers]) truths(extra as Record<string, unknown> | undefined)
  return language
}

/** Templates ask for these with #if, and the text "false" is true there. */
function truths(values: Record<string, unknown> | undefined): void {
  for (const [key, value] of Object.entries(values ?? {})) if (value === 'true' || value === 'false') values![key] = value === 'true'
}

/** Every expression in the patterns, and in what `data` calls a pattern. */
function patternsIn({ patterns, data }: Language): string[] {
  const lines = Object.values(data ?? {}).flatMap((v) => (typeof v === 'object' && v !== null && 'pattern' in v ? [String(v.pattern)] : []))
  return [...Object.values(patterns ?? {}).flat(), ...lines]
}
