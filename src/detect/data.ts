import { InputError } from '../errors.ts'
import { assumed, type BuildValues, type Fact, fact, type LanguageFacts } from './facts.ts'
import type { DetectContext, Detector } from './language.ts'
import type { Project } from './project.ts'
import { readServer, readSources } from './sources.ts'
import { secretNames } from './settings.ts'

/** A line of a file: group 1 of the expression, in the first of the files that has it. */
interface Line {
  files: string[]
  pattern: string
}

/** What `data` of a language.yaml says to the detector that needs no code. */
interface Data {
  /** files that are the program, by preference; "{entry}" in `start` and `develop` is the one that was found */
  entries?: string[]
  start: string[]
  develop?: string[]
  version?: Line
  name?: Line
  /** every match is the name of a dependency: frameworks and services follow from them */
  dependencies?: Line
  /** false: programs of this language are workers */
  serves?: boolean
  /** what its templates read under `build` */
  build?: BuildValues
}

/** The detector of a language that is data alone: a folder with language.yaml and templates, in the tool or in a pack. */
export const detect: Detector = ({ project, language, chosen }: DetectContext): LanguageFacts | undefined => {
  const data = language.data as unknown as Data
  const entry = data.entries?.find((e) => project.read(e) !== undefined)
  if (data.entries && !entry && !chosen.start) {
    if (!chosen.language) return undefined
    throw new InputError({ message: `no ${language.title} program was found`, where: '--start', hint: `looked for ${data.entries.join(', ')}; or say it: --start "program argument…"` })
  }
  const place = entry ? { file: entry } : undefined
  const filled = (words: string[]): string[] => words.map((w) => w.replaceAll('{entry}', entry ?? ''))
  const start = chosen.start ? assumed(chosen.start) : place ? fact(filled(data.start), place) : assumed(filled(data.start))
  const sources = readSources(project, language, entry ? [entry] : [])
  const server = readServer(sources)
  const dependencies = data.dependencies ? linesOf(project, data.dependencies) : []
  const framework = language.frameworks.find((f) => f.dependencies?.some((d) => dependencies.some((x) => x.value === d)))
  const evidence = framework && dependencies.find((x) => framework.dependencies!.includes(x.value))
  const version = data.version && linesOf(project, data.version)[0]
  const line = version && language.versions.lines.find((l) => version.value === l.id || version.value.startsWith(`${l.id}.`))
  const name = data.name && linesOf(project, data.name)[0]
  const serves = data.serves === false ? false : undefined
  return {
    ...(framework ? { framework: { ...evidence!, value: framework.id } } : {}),
    ...(line ? { version: { ...version, value: line.id } } : {}),
    ...(name ? { name } : {}),
    start: { ...start, guess: !place },
    ...(data.develop ? { develop: assumed(filled(data.develop)) } : {}),
    ...(serves === false ? { serves: assumed(false) } : server.listens ? { serves: server.listens } : {}),
    ...(server.port ? { port: server.port } : {}),
    ...(server.portVariable ? { portVariable: server.portVariable } : {}),
    ...(server.health ? { health: server.health } : {}),
    ...(server.ready ? { ready: server.ready } : {}),
    ...(server.handlesSigterm ? { handlesSigterm: server.handlesSigterm } : {}),
    services: Object.entries(language.services).flatMap(([id, names]) => {
      const found = dependencies.find((d) => names.includes(d.value))
      return found ? [{ ...found, value: id }] : []
    }),
    secrets: secretNames(sources.all('variable').flatMap((m) => (m.groups[0] ? [fact(m.groups[0], m.evidence)] : []))),
    settings: [],
    unsuitable: [],
    env: {},
    writable: [],
    build: { entry: entry ?? '', ...data.build },
    warnings: [],
  }
}

function linesOf(project: Project, { files, pattern }: Line): Fact<string>[] {
  const file = files.find((f) => project.read(f) !== undefined)
  const text = file === undefined ? '' : project.read(file)!
  return text.split('\n').flatMap((line, i) => [...line.matchAll(new RegExp(pattern, 'g'))].flatMap((m) => (m[1] ? [fact(m[1], { file: file!, line: i + 1 })] : [])))
}
