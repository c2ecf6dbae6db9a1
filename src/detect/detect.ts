import { languages } from '../../generated/catalog.ts'
import { InputError, type Problem } from '../errors.ts'
import { appsBelow, pagesBelow, serverAmong } from './below.ts'
import { exposed, namedServers } from './existing.ts'
import { fact, type Facts } from './facts.ts'
import { foreignOf } from './foreign.ts'
import type { DetectContext, Detector, Language } from './language.ts'
import type { Template } from '../render/render.ts'
import { refuseCalled, refuseTemplate } from './platform.ts'
import type { Project } from './project.ts'

/** A language with everything that belongs to it, loaded when the project turns out to be of it. */
export interface Loaded {
  language: Language
  detect?: Detector
  templates: Record<string, Template>
}

/** A language as it is listed: what says it, and how the rest of it is loaded. */
export interface Listed {
  title: string
  markers: string[]
  /** looked at only where no program of another language was found */
  fallback?: boolean
  load: () => Promise<Loaded>
}

const LISTED = languages as Record<string, Listed>

/** What packs add to detection: languages, and changes of those that are known. */
export interface Added {
  languages: Record<string, Listed>
  adapt(loaded: Loaded): Loaded
}

/**
 * Finds the project's language and reads its facts. @param added what packs bring
 * Throws InputError when there is none, several without a choice, or a manifest is malformed.
 */
export async function detect(project: Project, wanted: string | undefined, chosen: DetectContext['chosen'], app = '.', added?: Added): Promise<{ facts: Facts; loaded: Loaded }> {
  const listed = added ? { ...LISTED, ...added.languages } : LISTED
  if (wanted && !Object.hasOwn(listed, wanted)) throw new InputError({ message: `there is no language ${JSON.stringify(wanted)}`, where: '--language', hint: `one of ${Object.keys(listed).join(', ')}`, near: { given: wanted, among: Object.keys(listed) } })
  if (!chosen.start) refuseTemplate(project)
  const marked = wanted ? [wanted] : markedBy(project, listed)
  const candidates = marked.sort((a, b) => Number(listed[a]!.fallback ?? false) - Number(listed[b]!.fallback ?? false))
  const found: { id: string; facts: Facts; loaded: Loaded }[] = []
  const problems: Problem[] = []
  const look = async (id: string): Promise<void> => {
    const plain = await listed[id]!.load()
    const loaded = added ? added.adapt(plain) : plain
    const marker = markerOf(project, loaded.language.markers)
    try {
      const own = loaded.detect?.({ project, language: loaded.language, chosen: { ...chosen, language: wanted } })
      if (own) found.push({ id, loaded, facts: { ...own, ...exposed(project, own), services: namedServers(project, own.services, own.build.databaseFile === true, own.warnings), language: marker ? fact(id, { file: marker }) : fact(id), app: own.app ?? app } })
      else if (wanted) problems.push({ message: `no ${loaded.language.title} program was found`, where: '--language', hint: `it is recognised by ${loaded.language.markers.join(', ')}` })
    } catch (error) {
      if (!(error as InputError).problems) throw error
      problems.push(...(error as InputError).problems)
    }
  }
  const starts = (): boolean => found.some((f) => f.facts.start !== undefined)
  for (const id of candidates) if (!listed[id]!.fallback || (problems.length === 0 && !starts())) await look(id)
  // a manifest may hold what a server beside it calls, which is of sources alone
  if (!wanted && !starts() && problems.length === 0 && appsBelow(project, listed).length === 0) {
    for (const id of bareIn(project, listed, false)) if (!marked.includes(id)) await look(id)
    const sure = found.filter((f) => marked.includes(f.id) || f.facts.serves?.value === true)
    found.splice(0, found.length, ...sure)
  }
  // a manifest that only serves tools (a linter, a formatter) starts nothing: another language's program is meant
  const starting = theDeployed(found.filter((f) => f.facts.start !== undefined && !found.some((o) => o.facts.start !== undefined && o.facts.parts?.includes(f.id))))
  const chosenOnes = starting.length > 0 ? starting : theDeployed(found)
  const foreign = wanted || chosen.start || starting.some((f) => !f.facts.start!.guess) ? undefined : foreignOf(project.names(), Object.values(listed).flatMap((l) => l.markers))
  // beside another language's manifest, what has no start of its own (assets to bundle, say) is a part of that program
  const part = foreign?.manifest === true
  // a manifest of which nobody can tell the program does not stand in the way of one that has it
  const stops = (starting.length > 0 || part) && !wanted ? problems.filter((p) => p.where !== '--start') : problems
  if (stops.length > 0) throw new InputError(stops)
  // files to serve have folders of their own, in which no app is looked for
  const files = !wanted && starting.length > 0 && listed[starting[0]!.id]!.fallback === true
  const apps = (files || starting.length === 0) && !chosen.start ? appsBelow(project, listed).filter((a) => !files || !ASSETS.test(a.path)) : []
  if (apps.length > 0) {
    const alone = starting.length === 0 && !foreign
    const only = !alone ? undefined : apps.length === 1 ? { choice: apps[0]!.path, beside: [] } : await serverAmong(project, apps, async (inner, path) => (await detect(inner, undefined, chosen, path, added)).facts)
    throw new InputError({
      message: `no program was found at the top${foreign ? ` (${foreign.file} is ${foreign.title}, which is none of the languages here)` : ''}, but in ${apps.map((a) => `${a.path} (${a.title})`).join(', ')}`,
      where: '--app',
      hint: `choose one: ${[...apps.map((a) => `--app ${a.path}`), ...starting.map((f) => `--language ${f.id}`)].join(' or ')}`,
      choices: apps.map((a) => a.path),
      ...(only ? { only } : {}),
    })
  }
  if (foreign && (part || chosenOnes.length === 0))
    throw new InputError({
      message: `this is a program in ${foreign.title}, which is none of the languages here: ${Object.values(listed).filter((l) => !l.fallback).map((l) => l.title).join(', ')}`,
      file: foreign.file,
      hint: `a preset pack can bring a language${chosenOnes.length > 0 ? `; if this is ${chosenOnes[0]!.loaded.language.title} all the same: --language ${chosenOnes[0]!.id}` : ''}`,
    })
  if (chosenOnes.length === 1) {
    if (!chosenOnes[0]!.facts.start && !chosen.start) refuseCalled(project, chosenOnes[0]!.loaded.language.title)
    warnOfAssets(chosenOnes[0]!, found)
    if (chosenOnes[0]!.facts.build.static === true) warnOfServer(chosenOnes[0]!.facts, project, listed)
    return chosenOnes[0]!
  }
  if (chosenOnes.length > 1)
    throw new InputError({
      message: `several languages: ${chosenOnes.map((f) => `${f.loaded.language.title} (${f.facts.language.evidence[0]?.file})`).join(', ')}`,
      where: '--language',
      hint: `choose one: ${chosenOnes.map((f) => `--language ${f.id}`).join(' or ')}`,
      choices: chosenOnes.map((f) => f.id),
    })
  const pages = pagesBelow(project)
  const manifests = marked.filter((id) => !listed[id]!.fallback).map((id) => markerOf(project, listed[id]!.markers)).filter((m) => m !== undefined)
  throw new InputError({
    message: `no program was found here${manifests.length > 0 ? `: nothing beside ${manifests.join(' and ')} starts one` : ''}${pages ? `, but pages in ${pages}` : ''}`,
    ...(pages ? { where: '--app', choices: [pages], only: { choice: pages, beside: [] } } : {}),
    file: project.root,
    hint: `${manifests.length > 0 ? '' : `looked for ${Object.values(listed).map((l) => `${l.markers.slice(0, 6).join(', ')} (${l.title})`).join('; ')}. `}Run it in the program's folder, or name that: --app PATH`,
    idle: true,
  })
}

/** Files that say which program is deployed. */
const DEPLOYED = /^(?:Procfile|Dockerfile|app\.yaml|render\.yaml|fly\.toml|railway\.(?:json|toml)|nixpacks\.toml|heroku\.yml|manifest\.yml|apprunner\.yaml|startup\.(?:sh|txt))$/

/** Of programs in several languages the one that is deployed; else the one that answers requests, beside which scripts and pages lie. */
function theDeployed<T extends { facts: Facts }>(all: T[]): T[] {
  if (all.length < 2) return all
  const said = all.filter((f) => f.facts.start?.evidence.some((e) => DEPLOYED.test(e.file)))
  if (said.length === 1) return said
  const [server, ...more] = all.filter(({ facts }) => facts.serves?.value === true && !facts.serves.guess && facts.build.static !== true)
  if (!server || more.length > 0) return all
  const file = all.find((f) => f.facts.build.static === true)?.facts.language.evidence[0]?.file
  if (file) server.facts.warnings.push({ message: `${file} builds pages of its own, which this image does not hold`, file, hint: 'build them before the image, or run this tool again in a folder of their own' })
  return [server]
}

/** Warns of what another manifest only builds, styles and scripts for pages, where the program's own build does not make it. */
function warnOfAssets<T extends { id: string; facts: Facts }>(one: T, found: readonly T[]): void {
  for (const { id, facts } of found) {
    const commands = facts.build.commands as string[] | undefined
    const file = facts.language.evidence[0]?.file
    if (id === one.id || facts.start || !file || !commands?.length || one.facts.parts?.includes(id)) continue
    const folder = file.slice(0, Math.max(0, file.lastIndexOf('/'))) || '.'
    if ((one.facts.build.frontends as { folder: string }[] | undefined)?.some((f) => f.folder === folder)) continue
    one.facts.warnings.push({ message: `${file} makes files (${commands.join(' && ')}), which this image does not hold unless they are committed`, file, hint: 'run that before the image is built, or commit what it makes' })
  }
}

/** Folders that hold the server of the pages beside them. */
const SERVERS = ['api', 'server', 'backend']

/** Warns of a server in a folder beside pages, which their image does not hold. */
function warnOfServer(pages: Facts, project: Project, listed: Record<string, Listed>): void {
  if (!SERVERS.some((f) => project.isFolder(f))) return
  for (const { path, title } of appsBelow(project, listed))
    if (SERVERS.includes(path)) pages.warnings.push({ message: `${path}/ holds a program of its own (${title}), which this image of the pages does not run`, file: path, hint: `run this there as well: --app ${path}` })
}

/** The file that a marker stands for: one of that name, or for "*.ext" one at the top that ends so, for "folder/**.ext" one below that. */
function markerOf(project: Project, markers: readonly string[]): string | undefined {
  const named = markers.find((m) => !m.includes('*') && project.has(m))
  return named ?? markers.map((m) => markedFile(project, m)).find(Boolean)
}

function markedFile(project: Project, marker: string): string | undefined {
  const [folder, end] = marker.split('**') as [string, string?]
  if (end !== undefined) return project.isFolder(folder.slice(0, -1)) ? project.files().find((f) => f.startsWith(folder) && f.endsWith(end)) : undefined
  return marker.startsWith('*') ? project.names().find((n) => n.endsWith(marker.slice(1))) : undefined
}

/** The languages that a project is marked by. Bare sources say one only where no manifest and no page does, which scripts may lie beside. */
function markedBy(project: Project, listed: Record<string, Listed>): string[] {
  const named = (id: string): boolean => listed[id]!.markers.some((m) => !m.includes('*') && project.has(m))
  const all = Object.keys(listed)
  if (all.some(named)) return all.filter(named)
  // sources at the top say more than those in a folder
  const atTop = bareIn(project, listed, false)
  return atTop.length > 0 ? atTop : bareIn(project, listed, true)
}

/** The languages of which sources lie at the top, or (deep) in a folder. */
const bareIn = (project: Project, listed: Record<string, Listed>, deep: boolean): string[] => Object.keys(listed).filter((id) => markerOf(project, listed[id]!.markers.filter((m) => m.includes('**') === deep)) !== undefined)

/** Folders of a site, whose scripts may bring manifests of their own. */
const ASSETS = /(^|\/)(assets?|css|docs?|fonts?|img|images?|js|libs?|plugins?|public|scripts?|static|themes?|vendors?)(\/|$)/
