import { posix } from 'node:path'
import type { Evidence, Warning } from '../facts.ts'
import { readJson } from '../json.ts'
import type { Project } from '../project.ts'

const { join } = posix

/** A front end whose build makes what the program embeds or serves. */
export interface Frontend {
  /** its folder below the root */
  folder: string
  manifests: string[]
  setup: string
  install: string
  build: string
  cache: string
  /** settings that spare the install the browsers of its tests */
  environment: string[]
  /** what its build makes, below the root */
  output: string
}

/** How each manager installs: data of language.yaml. The last has no lock file. */
export type FrontendManagers = { lock?: string; contains?: string; setup: string; install: string; build: string; cache: string }[]

/**
 * For each path that the program needs and that is not in the repository: the nearest folder above it with a package.json
 * that has a build script. Its build is then part of the image's.
 */
export function readFrontends(project: Project, missing: readonly { path: string; evidence: Evidence }[], { managers, spared }: { managers: FrontendManagers; spared: Record<string, string> }, warnings: Warning[]): Frontend[] {
  const found = new Map<string, Frontend>()
  for (const { path, evidence } of missing) {
    const folder = above(path).find((f) => hasBuild(project, join(f, 'package.json'))) ?? (makesHere(project, path) ? '.' : undefined)
    if (!folder || found.has(folder)) continue
    const locked = (lock: string, text = ''): boolean => project.has(join(folder, lock)) && (text === '' || (project.read(join(folder, lock)) ?? '').includes(text))
    const { lock, setup, install, build, cache } = managers.find((m) => !m.lock || locked(m.lock, m.contains))!
    if (!lock) warnings.push({ message: `${folder === '.' ? 'package.json' : folder} has no lock file: each build may install other versions`, file: join(folder, 'package.json'), hint: 'make one, and keep it in the repository: npm install' })
    const manifests = ['package.json', ...(lock ? [lock] : []), ...['.npmrc', '.yarnrc.yml', 'pnpm-workspace.yaml'].filter((f) => project.has(join(folder, f)))].map((f) => join(folder, f))
    // what is named may be a file or a wildcard below the folder that the build makes
    const output = folder === '.' ? path.split('/')[0]! : `${folder}/${path.slice(folder.length + 1).split('/')[0]!.replace(/\*.*$/, '')}`
    // the release that package.json names, so that pnpm does not fetch it again in place of itself
    const manifest = project.read(join(folder, 'package.json'))!
    const named = /"packageManager"\s*:\s*"(pnpm@[\d.]+)/.exec(manifest)?.[1]
    const environment = Object.keys(spared).filter((name) => manifest.includes(name)).map((name) => spared[name]!)
    found.set(folder, { folder, manifests, setup: named ? setup.replace(/pnpm@[\d.]+/, named) : setup, install, build, cache, environment, output })
    warnings.push({ message: `${path} is not in the repository; the build of ${folder === '.' ? 'package.json' : folder} is to make it`, file: evidence.file, line: evidence.line })
  }
  return [...found.values()]
}

/** Whether the build of a package.json at the top is what makes a path: its scripts name the folder, or it is one that builds write. */
function makesHere(project: Project, path: string): boolean {
  const folder = path.split('/')[0]!
  if (!hasBuild(project, 'package.json')) return false
  const { scripts = {} } = readJson<{ scripts?: Record<string, string> }>('package.json', project.read('package.json')!)
  return MADE.test(folder) || Object.values(scripts).some((script) => new RegExp(`(?:^|[\\s"'=./])${folder.replace(/[.+]/g, '\\$&')}(?:[/\\s"']|$)`).test(script))
}

/** Folders that builds write; what a repository holds there stands for what is made. */
const MADE = /(^|\/)(dist|build|out)$/

/** Whether what an embedding names is in the repository: https://pkg.go.dev/embed, wildcards in one part of a path. */
export function isHeld(project: Project, path: string): boolean {
  const parts = path.split('/')
  const at = parts.findIndex((p) => /[*?]/.test(p))
  // an empty folder is kept in git by a hidden file, and is filled by a build
  if (at < 0) return project.isFolder(path) ? project.names(path).some((n) => !n.startsWith('.')) : project.has(path)
  const folder = parts.slice(0, at).join('/')
  const wanted = new RegExp(`^${parts[at]!.replace(/[^\w*?]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.')}/?$`)
  return !MADE.test(folder) && project.names(folder).some((n) => !n.startsWith('.') && wanted.test(n))
}

/** Folders around a path, nearest first, without the root. */
function above(path: string): string[] {
  const parts = path.split('/')
  return parts.slice(0, -1).map((_, i) => parts.slice(0, parts.length - 1 - i).join('/'))
}

function hasBuild(project: Project, file: string): boolean {
  const text = project.read(file)
  return text !== undefined && readJson<{ scripts?: Record<string, string> }>(file, text).scripts?.build !== undefined
}
