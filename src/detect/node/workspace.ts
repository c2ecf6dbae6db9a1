import { existsSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { InputError } from '../../errors.ts'
import type { DetectContext } from '../language.ts'
import { openProject, type Project } from '../project.ts'
import { type Manifest, readManifest } from './manifest.ts'

/** A package of a workspace. */
export interface Member {
  /** below the workspace's root, "apps/web" */
  path: string
  manifest: Manifest
}

/** An app among the packages of one repository that share a lock file. */
export interface Workspace {
  root: Project
  manifest: Manifest
  /** the app's folder below the root */
  path: string
  members: Member[]
  /** members that the app needs where it runs, each behind those that it needs itself */
  needed: Member[]
  /** the way from the folder of the generated files to the root: "" or "../../" */
  up: string
}

/** What a package is where it is started by itself: files for a web server, or a program, of which `answers` says whether it listens. */
export type Kind = 'pages' | { answers(): boolean } | undefined

/** How far above a folder its workspace is looked for. */
const MAX_UP = 6

/**
 * The workspace that the folder is the root or a member of. At the root the only app is taken, or the one that the root's
 * own start script names. Throws InputError where several could be meant. Undefined outside of any workspace.
 */
export function findWorkspace(context: DetectContext, own: Manifest | undefined, kindOf: (member: Member, root: Project) => Kind): Workspace | undefined {
  const { project } = context
  const globs = globsOf(project, own)
  if (own && globs.length > 0 && !context.chosen.start) {
    const members = membersOf(project, globs)
    if (members.length === 0 || kindOf({ path: '.', manifest: own }, project)) return undefined
    const kinds = new Map(members.map((m) => [m, kindOf(m, project)]))
    const app = theApp(own, members, members.filter((m) => kinds.get(m)), (m) => kinds.get(m))
    return app && { root: project, manifest: own, path: app.path, members, needed: neededBy(app, members), up: '' }
  }
  const above = rootAbove(project)
  if (!above || !own) return undefined
  const { root, manifest, path } = above
  const members = membersOf(root, globsOf(root, manifest))
  const app = members.find((m) => m.path === path)
  return app && { root, manifest, path, members, needed: neededBy(app, members), up: '../'.repeat(path.split('/').length) }
}

/**
 * Packages below an app that is the root of a workspace itself: all, whose manifests an installation reads, and those that it
 * needs, among them the one that the `sources` of its program lie in.
 */
export function packagesBelow(project: Project, own: Manifest, sources: readonly string[]): Pick<Workspace, 'members' | 'needed'> & { started?: Member } {
  const members = membersOf(project, globsOf(project, own))
  const started = members.find((m) => sources.some((s) => s.startsWith(`${m.path}/`)))
  const needed = [...neededBy({ path: '.', manifest: own }, members), ...(started ? [...neededBy(started, members), started] : [])]
  return { members, needed: [...new Set(needed)], ...(started ? { started } : {}) }
}

/** Patterns of the members' folders: `workspaces` of package.json (a list, or Yarn's object) or pnpm-workspace.yaml. */
function globsOf(project: Project, manifest: Manifest | undefined): string[] {
  const field = manifest?.json.workspaces
  if (field === undefined && !project.has('pnpm-workspace.yaml')) return []
  const list = Array.isArray(field) ? field : ((field as { packages?: unknown } | undefined)?.packages ?? [])
  const pnpm = /^packages:[ \t]*\n((?:[ \t]*(?:-.*|#.*)?\n)*)/m.exec(`${project.read('pnpm-workspace.yaml') ?? ''}\n`)?.[1] ?? ''
  return [...(Array.isArray(list) ? list.filter((g): g is string => typeof g === 'string') : []), ...[...pnpm.matchAll(/^\s*-\s*['"]?([^'"\s#]+)/gm)].map((m) => m[1]!)].map((g) => g.replace(/^\.\//, '').replace(/\/$/, ''))
}

function membersOf(project: Project, globs: readonly string[]): Member[] {
  const excluded = globs.filter((g) => g.startsWith('!')).map((g) => toExpression(g.slice(1)))
  const paths = globs.filter((g) => !g.startsWith('!')).flatMap((g) => expand(project, g))
  return [...new Set(paths)].filter((p) => !excluded.some((e) => e.test(p))).sort().flatMap((path): Member[] => {
    const manifest = readManifest(project, `${path}/`)
    return manifest ? [{ path, manifest }] : []
  })
}

function expand(project: Project, glob: string): string[] {
  if (!glob.includes('*')) return project.has(`${glob}/package.json`) ? [glob] : []
  const [, folder = '', rest] = /^((?:[^*/]+\/)*)(.*)$/.exec(glob)!
  if (rest === '*') return project.names(folder).filter((n) => n.endsWith('/') && n !== 'node_modules/').map((n) => `${folder}${n.slice(0, -1)}`)
  const expression = toExpression(glob)
  return project.files().filter((f) => f.endsWith('/package.json')).map((f) => f.slice(0, -'/package.json'.length)).filter((f) => expression.test(f))
}

const toExpression = (glob: string): RegExp => new RegExp(`^${glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*\*\/?/g, '\0').replace(/\*/g, '[^/]*').replace(/\0/g, '.*')}$`)

/** Members that another one depends on, directly or not, those without needs first. */
function neededBy(app: Member, members: readonly Member[]): Member[] {
  const out: Member[] = []
  const visit = (m: Member): void => {
    for (const name of Object.keys(m.manifest.production)) {
      const found = members.find((o) => o.manifest.json.name === name)
      if (!found || found === app || out.includes(found)) continue
      visit(found)
      if (!out.includes(found)) out.push(found)
    }
  }
  visit(app)
  return out
}

/** The app that is meant: the one that the root's start script names, the only one, the only one that nothing else depends on. */
function theApp(root: Manifest, members: readonly Member[], apps: readonly Member[], kindOf: (app: Member) => Kind): Member | undefined {
  const start = root.scripts.start ?? ''
  const [, name] = /(?:-w|--workspace|workspace|--filter|-F|-C|--cwd|--prefix|--dir)[= ]['"]?(?:\.\/)?([@\w./-]+)/.exec(start) ?? []
  const said = name ? apps.find((a) => a.path === name.replace(/\/$/, '') || a.manifest.json.name === name) : undefined
  const outer = apps.filter((a) => !members.some((m) => m !== a && m.manifest.every[a.manifest.json.name ?? ''] !== undefined))
  const found = said ?? (outer.length === 1 ? outer[0] : apps.length === 1 ? apps[0] : undefined)
  if (found || apps.length === 0) return found
  const pages = apps.filter((a) => kindOf(a) === 'pages')
  const [program, ...more] = apps.filter((a) => !pages.includes(a))
  const kind = program && more.length === 0 ? kindOf(program) : undefined
  throw new InputError({
    message: `this workspace has several programs: ${apps.map((a) => a.path).join(', ')}`,
    file: root.file,
    where: '--app',
    hint: `choose one: ${apps.map((a) => `--app ${a.path}`).join(' or ')}`,
    choices: apps.map((a) => a.path),
    ...(typeof kind === 'object' && kind.answers() ? { only: { choice: program!.path, beside: pages.map((a) => a.path) } } : {}),
  })
}

/** The nearest folder above that is a workspace's root and takes this one for a member. Reading stops at a repository's root. */
function rootAbove(project: Project): { root: Project; manifest: Manifest; path: string } | undefined {
  for (let folder = project.root, turns = 0; turns < MAX_UP && dirname(folder) !== folder && !existsSync(join(folder, '.git')); turns++) {
    folder = dirname(folder)
    if (!existsSync(join(folder, 'package.json'))) continue
    const root = openProject(folder)
    const path = relative(folder, project.root).split(sep).join('/')
    let manifest: Manifest | undefined
    try {
      manifest = readManifest(root)
    } catch {
      // a malformed manifest above is another project's matter
      continue
    }
    if (manifest && membersOf(root, globsOf(root, manifest)).some((m) => m.path === path)) return { root, manifest, path }
  }
  return undefined
}
