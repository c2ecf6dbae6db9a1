import { join, posix } from 'node:path'
import type { InputError, Problem } from '../errors.ts'
import type { Facts } from './facts.ts'
import { openProject, type Project } from './project.ts'

/** A folder below the root that holds a marker of a language. */
export interface Below {
  path: string
  title: string
}

/** How many apps an error or a question names. */
const MAX_APPS = 12

/** Folders below the root that hold a marker of a language, or sources beside a Dockerfile; the outermost of each branch, nearest first. */
export function appsBelow(project: Project, known: Record<string, { title: string; markers: string[]; fallback?: boolean }>): Below[] {
  const found: Below[] = []
  for (const file of project.files()) {
    const at = file.lastIndexOf('/')
    if (at < 0) continue
    const path = file.slice(0, at)
    const name = file.slice(at + 1)
    const listed = Object.values(known).find((l) => !l.fallback && (l.markers.includes(name) || (l.markers.includes(`*${name.slice(name.lastIndexOf('.'))}`) && project.has(`${path}/Dockerfile`))))
    if (listed && !found.some((f) => path === f.path || path.startsWith(`${f.path}/`))) found.push({ path, title: listed.title })
  }
  return found.slice(0, MAX_APPS)
}

/** Folders whose pages are no site: a program fills them in, or a tool wrote them. */
const NO_SITE = /(^|\/)(?:templates?|views|layouts?|tests?|fixtures|coverage|examples?)(\/|$)/

/** The folder nearest to the root that holds the first page of a site, where one is nearest. */
export function pagesBelow(project: Project): string | undefined {
  const found = project.files().filter((f) => f.endsWith('/index.html') && !NO_SITE.test(f)).map((f) => f.slice(0, -'/index.html'.length))
  const depth = (path: string): number => path.split('/').length
  const nearest = found.filter((path) => depth(path) === Math.min(...found.map(depth)))
  return nearest.length === 1 ? nearest[0] : undefined
}

/** Pairs of folders in which guides keep a program as it is in the end and as it is to begin with, and the latter of the two. */
const BEGUN: Record<string, string> = { 'complete initial': 'initial', 'final initial': 'initial', 'final start': 'start', 'final starter': 'starter', 'finished start': 'start', 'solution starter': 'starter', 'exercise solution': 'exercise' }

/**
 * Of several apps the only one that answers requests, where the others are pages, or nothing that is started: what a front end and
 * its server in folders of their own come to. Undefined where another one could be meant. @param detect reads one of them
 */
export async function serverAmong(project: Project, apps: readonly Below[], detect: (app: Project, path: string) => Promise<Facts>): Promise<Problem['only']> {
  const pages: string[] = []
  const servers: { choice: string; holds: string[] }[] = []
  // there may be more than were listed
  if (apps.length === MAX_APPS) return undefined
  const began = apps.length === 2 ? BEGUN[apps.map((a) => a.path).sort().join(' ')] : undefined
  if (began) return { choice: apps.find((a) => a.path !== began)!.path, beside: [], began }
  for (const { path } of apps) {
    const facts = await detect(openProject(join(project.root, path)), path).catch((error: InputError) => error)
    const kind = 'problems' in facts ? (facts.problems.every((p) => p.idle) ? 'idle' : 'unknown') : kindOf(facts)
    if (kind === 'unknown' || servers.length > 1) return undefined
    if (kind === 'server') servers.push({ choice: path, holds: (facts as Facts).beside?.map((f) => posix.join(path, '..', f)) ?? [] })
    if (kind === 'pages') pages.push(path)
  }
  return servers.length === 1 ? { choice: servers[0]!.choice, beside: pages.filter((p) => !servers[0]!.holds.includes(p)) } : undefined
}

/** What an app is beside others. A worker is a program of its own, which nobody may pass over. */
function kindOf({ build, start, serves }: Facts): 'server' | 'pages' | 'idle' | 'unknown' {
  if (build.static === true) return 'pages'
  if (start === undefined) return 'idle'
  return serves?.value === true && !serves.guess ? 'server' : 'unknown'
}
