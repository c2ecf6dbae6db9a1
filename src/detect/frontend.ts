import { posix } from 'node:path'
import { frontends as data } from '../../generated/frontends.ts'
import type { BuildValue, Evidence, Warning } from './facts.ts'
import { readJson } from './json.ts'
import { lineOf, type Project } from './project.ts'
import type { Sources } from './sources.ts'

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

/** How each manager installs: data of templates/partials/frontends.yaml. The last has no lock file. */
type FrontendManagers = { lock?: string; contains?: string; setup: string; install: string; build: string; cache: string }[]

/**
 * For each path that the program needs and that is not in the repository: the nearest folder above it with a package.json
 * that has a build script. Its build is then part of the image's.
 */
export function readFrontends(project: Project, missing: readonly { path: string; evidence: Evidence }[], warnings: Warning[]): Frontend[] {
  const { managers, spared } = data as { managers: FrontendManagers; spared: Record<string, string> }
  const found = new Map<string, Frontend>()
  for (const { path, evidence } of missing) {
    // settings of Vite and scripts may put it elsewhere
    const configured = /(?:^|\/)(?:vite\.config\.\w+|package\.json)$/.test(evidence.file) ? posix.dirname(evidence.file) : undefined
    const folder = configured ?? above(path).find((f) => hasBuild(project, join(f, 'package.json'))) ?? (makesHere(project, path) ? '.' : undefined)
    if (!folder || found.has(folder)) continue
    const locked = (lock: string, text = ''): boolean => project.has(join(folder, lock)) && (text === '' || (project.read(join(folder, lock)) ?? '').includes(text))
    const { lock, setup, install, build, cache } = managers.find((m) => !m.lock || locked(m.lock, m.contains))!
    if (!lock) warnings.push({ message: `${folder === '.' ? 'package.json' : folder} has no lock file: each build may install other versions`, file: join(folder, 'package.json'), hint: 'make one, and keep it in the repository: npm install' })
    const manifests = ['package.json', ...(lock ? [lock] : []), ...['.npmrc', '.yarnrc.yml', 'pnpm-workspace.yaml'].filter((f) => project.has(join(folder, f)))].map((f) => join(folder, f))
    // what is named may be a file or a wildcard below the folder that the build makes
    const output = configured ? path : folder === '.' ? path.split('/')[0]! : `${folder}/${path.slice(folder.length + 1).split('/')[0]!.replace(/\*.*$/, '')}`
    // the release that package.json names, so that pnpm does not fetch it again in place of itself
    const manifest = project.read(join(folder, 'package.json'))!
    const named = /"packageManager"\s*:\s*"(pnpm@[\d.]+)/.exec(manifest)?.[1]
    const environment = Object.keys(spared).filter((name) => manifest.includes(name)).map((name) => spared[name]!)
    found.set(folder, { folder, manifests, setup: named ? setup.replace(/pnpm@[\d.]+/, named) : setup, install, build, cache, environment, output })
    warnings.push({ message: `${path} is not in the repository; the build of ${folder === '.' ? 'package.json' : folder} is to make it`, file: evidence.file, line: evidence.line })
  }
  return [...found.values()]
}

/** The stages that build front ends, for the templates. @param read which outputs are read at run time */
export const stagesOf = (frontends: readonly Frontend[], read: (output: string) => boolean): BuildValue[] =>
  frontends.map((f, i) => ({ ...f, root: f.folder === '.', stage: frontends.length > 1 ? `frontend${i + 1}` : 'frontend', image: data.image as string, read: read(f.output) }))

/** What a line of source says with its quoted parts joined to paths: "a" / "b", join("a", "b"). */
const joined = (line: string): string => line.replace(/["']\s*(?:[,/]|\)?\.join\()\s*["']/g, '/')

/**
 * Paths of a program's sources that lie in what the build of a front end beside it makes, and that the repository does not hold: "web/dist", or the folder
 * of the program's own that the settings of Vite name.
 */
export function servedFrontends(project: Project, sources: Sources): { path: string; evidence: Evidence }[] {
  const folders = project.files().filter((f) => /^(?:[^/]+\/){1,3}package\.json$/.test(f)).map((f) => f.slice(0, f.lastIndexOf('/')))
  return [...namedOutputs(project), ...folders.flatMap((folder) => {
    if (!hasBuild(project, `${folder}/package.json`)) return []
    const outside = viteOutput(project, folder)
    if (outside && !outside.path.startsWith(`${folder}/`)) return isHeld(project, outside.path) ? [] : [outside]
    const named = new RegExp(`(?:^|[/"'])${folder.split('/').at(-1)!.replace(/[.+]/g, '\\$&')}/((?:dist|build|out|www|\\.output/public)\\b[\\w./-]*)`)
    for (const file of sources.files) {
      const source = project.read(file) ?? ''
      if (!source.includes(folder.split('/').at(-1)!)) continue
      for (const line of source.split('\n')) {
        const output = /["']/.test(line) && !/^\s*(?:#(?!\[)|\/\/)/.test(line) ? named.exec(joined(line))?.[1] : undefined
        if (output === undefined) continue
        const path = join(folder, output.split('/')[0] === '.output' ? '.output/public' : output.split('/')[0]!)
        return isHeld(project, path) ? [] : [{ path, evidence: { file, line: lineOf(source, line), text: line.trim().slice(0, 120) } }]
      }
    }
    return []
  })]
}

/** What the scripts of a package.json at the top write by its name, as Tailwind and bundlers are told it, and the repository does not hold. */
function namedOutputs(project: Project): { path: string; evidence: Evidence }[] {
  const source = project.read('package.json')
  if (source === undefined || !hasBuild(project, 'package.json')) return []
  const { scripts = {} } = readJson<{ scripts?: Record<string, string> }>('package.json', source)
  for (const script of Object.entries(scripts).filter(([name]) => name.startsWith('build')).map(([, line]) => line)) {
    const output = /\s(?:-o|--output|--outfile|--outdir|--out-dir|--output-path)(?:\s+|=)["']?([\w./-]+)/.exec(script)?.[1]
    const path = output === undefined ? undefined : join('.', output)
    // what is served; other scripts build what no image holds
    if (path && !path.startsWith('..') && /(?:^|\/)(?:static\w*|public|assets?|www|css|js)\//.test(path) && !isHeld(project, path)) return [{ path, evidence: { file: 'package.json', line: lineOf(source, script), text: script.slice(0, 120) } }]
  }
  return []
}

/** Where the settings of Vite put what they build. */
function viteOutput(project: Project, folder: string): { path: string; evidence: Evidence } | undefined {
  for (const file of ['vite.config.ts', 'vite.config.js', 'vite.config.mts', 'vite.config.mjs'].map((f) => `${folder}/${f}`)) {
    const source = project.read(file)
    const found = source && /\boutDir\s*:\s*(?:[\w.]+\(\s*(?:__dirname|import\.meta\.dirname)\s*,\s*)?["']([\w./-]+)["']/.exec(source)
    if (found) return { path: join(folder, found[1]!), evidence: { file, line: lineOf(source, found[0]), text: found[0] } }
  }
  return undefined
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
