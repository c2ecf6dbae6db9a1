import { InputError, type Problem } from '../../errors.ts'
import { carriedPackages } from '../carried.ts'
import type { Evidence, Warning } from '../facts.ts'
import type { DetectContext } from '../language.ts'
import type { Project } from '../project.ts'
import { dataOf, type SystemNeeds } from './data.ts'
import { type Installer, installedNames } from './manager.ts'
import type { Manifest } from './manifest.ts'
import { runs } from './read.ts'
import type { Member, Workspace } from './workspace.ts'

/** Scripts of the project itself that an installation runs before the sources are there. */
const LIFECYCLE = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare']

/** What installs the dependencies, before the sources are there. */
export interface Install {
  /** COPY lines: what the manager reads */
  manifests: { files: string[]; to: string }[]
  /** commands that take lifecycle scripts out for the installation */
  dropScripts: string[]
  /** what of those the build runs instead, once the sources are there */
  later: string[]
  /** lines of an .npmrc that holds tokens, without those that do */
  npmrc: string[]
  /** files that the build must not see, because they hold tokens */
  hidden: string[]
  /** packages that are patched by patch-package after each installation */
  patched: boolean
  /** commands that write into installed packages */
  generates: string[]
  /** packages themselves are committed */
  committed: boolean
}

/** Reads what an installation needs and runs. Warns of tokens in committed files. */
export function readInstall({ language, project }: DetectContext, manifest: Manifest, installer: Installer, workspace: Workspace | undefined, members: readonly Member[], warnings: Warning[]): Install {
  const hooks = new RegExp(dataOf(language).hooks)
  const { scripts } = manifest
  const found = (m: Manifest): string[] => LIFECYCLE.filter((s) => m.scripts[s] !== undefined)
  const lifecycle = found(manifest)
  const patched = manifest.every['patch-package'] !== undefined && project.isFolder('patches') && lifecycle.some((s) => /patch-package/.test(scripts[s]!))
  const rest = (s: string): string => withoutHooks(scripts[s]!, hooks)
  const wanted = ['postinstall', 'prepare'].filter((s) => scripts[s] !== undefined && rest(s) !== '' && !repeats(rest(s), scripts))
  const generates = wanted.map(rest).filter((c) => GENERATES.test(c))
  const later = wanted.filter((s) => !generates.includes(rest(s)))
  const committed = typeof installer.spec.committed === 'string' && isCommitted(project, installer.spec.committed)
  const config = readConfig(project, installer, warnings)
  const files = manifest.absent ? [] : [manifest.file, ...[installer.lockFile ?? installer.staleLock].filter((f) => f !== undefined), ...((installer.spec.files as unknown as string[]) ?? []).filter((f) => project.has(f) && !project.isFolder(f) && !config.hidden.includes(f))]
  const folders = [...((installer.spec.files as unknown as string[]) ?? []).filter((f) => project.isFolder(f)), ...(committed ? [String(installer.spec.committed)] : []), ...(patched || usesPatches(project, manifest) ? ['patches'] : [])]
  const local = localPackages(project, manifest, members)
  const drop = (m: Manifest, where: string): string[] => (found(m).length > 0 ? [`npm ${where}pkg delete ${found(m).map((s) => `scripts.${s}`).join(' ')}`] : [])
  const needed = workspace ? [...workspace.needed, ...members.filter((m) => m.path === workspace.path)] : []
  const laterOf = (m: Member): string[] => ['postinstall', 'prepare'].filter((s) => m.manifest.scripts[s] !== undefined && !hooks.test(m.manifest.scripts[s]!) && !/^(npm|pnpm|yarn|bun)( run)? build$|prisma generate/.test(m.manifest.scripts[s]!))
  return {
    manifests: [{ files, to: './' }, ...members.map((m) => ({ files: [`${m.path}/package.json`], to: `./${m.path}/` })), ...[...folders, ...local.filter((f) => project.isFolder(f))].map((f) => ({ files: [`${f}/`], to: `./${f}/` })), ...local.filter((f) => !project.isFolder(f)).map((f) => ({ files: [f], to: `./${f.slice(0, f.lastIndexOf('/') + 1)}` }))],
    dropScripts: [...drop(manifest, ''), ...members.flatMap((m) => drop(m.manifest, `--prefix ${m.path} `))],
    later: [...later.map((s) => rest(s)), ...needed.flatMap((m) => laterOf(m).map((s) => runs({ installer, workspace }, s, { path: m.path, name: m.manifest.json.name ?? m.path })))],
    npmrc: config.npmrc,
    hidden: config.hidden,
    patched,
    generates,
    committed,
  }
}

/** What a script does beside hooks of git and patches, which are handled elsewhere, and what only asks whether to do those. */
function withoutHooks(script: string, hooks: RegExp): string {
  if (/^\s*if\b|["'][^"']*(?:;|&&)[^"']*["']/.test(script)) return hooks.test(script) ? '' : script
  const parts = script.split(/&&|;/).map((p) => p.trim())
  const rest = parts.filter((p) => !hooks.test(p) && !/patch-package/.test(p))
  return rest.filter((p) => rest.length === parts.length || !/^(?:\[|test\s|:$|true$)/.test(p)).join(' && ')
}

/** Lays generated files into packages: https://github.com/remix-run/remix/blob/remix%401.3.0/packages/remix-dev/cli/commands.ts */
const GENERATES = /^(npx )?remix setup\b[^&|;]*$/

/** Whether a folder of packages is there that no ignore file of Git leaves out. */
function isCommitted(project: Project, folder: string): boolean {
  const ignore = project.read('.gitignore') ?? ''
  return project.isFolder(folder) && (ignore.includes(`!${folder}`) || !new RegExp(`^/?(\\*\\*/)?\\${folder.split('/')[0]}(/(\\*|${folder.split('/')[1]})?)?/?\\s*$`, 'm').test(ignore))
}

/** The path that a dependency names instead of a version: "file:./shared". */
export const localPath = (value: string): string | undefined => /^(?:file|link|portal):(?:\.\/)?(.*?)\/?$/.exec(value)?.[1]

/**
 * Folders and archives of the project that its dependencies name, which are there before an installation. Throws InputError for what
 * lies outside of the build: a package of a workspace that is not here, a folder above.
 */
function localPackages(project: Project, manifest: Manifest, members: readonly Member[]): string[] {
  const problems: Problem[] = []
  const local = Object.entries(manifest.every).flatMap(([name, value]) => {
    const path = localPath(value)
    const foreign = value.startsWith('workspace:') && members.length === 0
    if (path === undefined && !foreign) return []
    if (path !== undefined && project.has(path)) return [path]
    // a link to nothing is laid all the same
    if (path !== undefined && value.startsWith('link:') && !path.startsWith('..')) return []
    problems.push({ message: `"${name}": "${value}" leads out of this folder, so that nothing here can install it`, file: manifest.file, line: manifest.keyAt(name).line, hint: foreign ? 'run it within the whole workspace, whose root lists this folder' : 'run it in the folder that holds both, or depend on a published version' })
    return []
  })
  if (problems.length > 0) throw new InputError(problems)
  return local.filter((p) => p !== '' && p !== '.')
}

/** Whether a script only starts the build, which comes anyway. */
const repeats = (text: string, scripts: Record<string, string>): boolean => scripts.build !== undefined && /^(npm|pnpm|yarn|bun)( run)? build$/.test(text)

/** pnpm and Yarn patch while they install, from a folder that they name in their own files. */
const usesPatches = (project: Project, { json }: Manifest): boolean =>
  project.isFolder('patches') && (JSON.stringify(json).includes('patches/') || /patches\//.test(project.read('pnpm-workspace.yaml') ?? '') || /patches\//.test(project.read('pnpm-lock.yaml')?.slice(0, 4000) ?? ''))

const TOKEN = /(_auth|_authToken|_password|email|username|certfile|keyfile)\s*=|^\s*(_auth|always-auth)/i

/** .npmrc without tokens is copied as it is; one with tokens stays out, and its other lines are written by the Dockerfile. */
function readConfig(project: Project, installer: Installer, warnings: Warning[]): { npmrc: string[]; hidden: string[] } {
  const text = project.read('.npmrc')
  const yarn = project.read('.yarnrc.yml')
  const hidden: string[] = []
  if (yarn && /^\s*npmAuth(Token|Ident):\s*["']?(?!\$|["'])\S/m.test(yarn)) warnings.push({ message: 'a token stands in .yarnrc.yml', file: '.yarnrc.yml', line: 1, hint: 'take it out and revoke it; the build gets it by: --secret id=yarnrc,src=$HOME/.yarnrc.yml' })
  if (text === undefined || !text.split('\n').some((l) => TOKEN.test(l))) return { npmrc: [], hidden }
  hidden.push('.npmrc')
  const lines = text.split('\n').map((l) => l.trim()).filter((l) => l !== '' && !/^[#;]/.test(l) && !TOKEN.test(l))
  const line = text.split('\n').findIndex((l) => TOKEN.test(l)) + 1
  warnings.push({ message: '.npmrc names a token, so the build does not see it', file: '.npmrc', line, hint: 'give it to the build alone: docker build --secret id=npmrc,src=$HOME/.npmrc' })
  return { npmrc: installer.spec.id === 'yarn-berry' ? [] : lines, hidden }
}

/** What packages need beside themselves: tools that compile them, libraries of the system, a browser. */
export interface System {
  compile: boolean
  build: string[]
  runtime: string[]
  buildApk: string[]
  runtimeApk: string[]
  env: Record<string, string>
  buildEnv: string[]
  kind?: string
  /** what needs something where the program runs, with its place */
  because?: { name: string; evidence: Evidence }
  /** true where Alpine's names for it are not known */
  debian?: boolean
}

/** A dependency that is cloned: https://docs.npmjs.com/cli/configuring-npm/package-json#git-urls-as-dependencies */
const GIT = /^(?:git\+|git:|git@|(?:github|gitlab|bitbucket|gist):|[\w-]+\/[\w.-]+(?:#|$))/
/** How lock files say one that another package brings. */
const LOCKED_GIT = ['"git+', ' git+', '"git:', '{commit: ', '"github:']

/** Reads the system's part of the dependencies: native addons, libraries, browsers. */
export function readSystem(context: DetectContext, manifest: Manifest, installer: Installer, warnings: Warning[]): System {
  const { language, project } = context
  const { native, system } = dataOf(language)
  const lock = installer.lockFile ? (project.read(installer.lockFile) ?? '') : ''
  // a package below another one: "node_modules/bcrypt" of npm, "bcrypt@1.2.3" of the others
  const below = (name: string): boolean => (lock.startsWith('{') ? installedNames(lock).has(name) : [`\n${name}@`, `"${name}@`, `'${name}@`, ` ${name}@`, `/${name}@`].some((form) => lock.includes(form)))
  const compiled = native.filter((n) => manifest.every[n] !== undefined || (lock !== '' && n !== 'node-gyp' && below(n)))
  const out: System = { compile: compiled.length > 0, build: [], runtime: [], buildApk: [], runtimeApk: [], env: {}, buildEnv: [] }
  for (const [name, variable] of Object.entries(dataOf(language).spared)) if (manifest.every[name] !== undefined && manifest.production[name] === undefined) out.buildEnv.push(variable)
  for (const [name, needs] of Object.entries(system)) if (manifest.production[name] !== undefined) add(out, name, needs, manifest, warnings)
  if (prismaEngines(manifest)) add(out, '@prisma/client', { build: ['openssl', 'ca-certificates'], runtime: ['openssl'], buildApk: ['openssl'], runtimeApk: ['openssl'] }, manifest, warnings)
  if (Object.values(manifest.every).some((v) => GIT.test(v)) || LOCKED_GIT.some((form) => lock.includes(form))) {
    out.build.push(...['git', 'ca-certificates'].filter((p) => !out.build.includes(p)))
    out.buildApk.push('git')
  }
  const carried = carriedPackages(context, new Set(out.runtime), warnings)
  if (carried.runtime.length > 0) {
    out.runtime.push(...carried.runtime)
    out.because ??= { name: 'the Dockerfile', evidence: carried.evidence[0]! }
    out.debian = true
  }
  if (out.compile) {
    // node-gyp before 10 asks for Python's distutils, which setuptools stands in for since Python 3.12 has none
    out.build.unshift('python3', 'python3-setuptools', 'make', 'g++')
    out.buildApk.unshift('python3', 'py3-setuptools', 'make', 'g++')
  }
  return out
}

function add(out: System, name: string, needs: SystemNeeds, manifest: Manifest, warnings: Warning[]): void {
  for (const key of ['build', 'runtime', 'buildApk', 'runtimeApk'] as const) out[key].push(...needs[key].filter((p) => !out[key].includes(p)))
  Object.assign(out.env, needs.env)
  out.buildEnv.push(...(needs.buildEnv ?? []))
  if (needs.kind) out.kind = needs.kind
  if (needs.runtime.length > 0) out.because ??= { name, evidence: manifest.keyAt(name) }
  if (needs.notice) warnings.push({ message: needs.notice, file: manifest.file, line: manifest.keyAt(name).line })
}

/** Up to version 6 Prisma's client is a binary for the system's OpenSSL; from 7 on it is JavaScript. */
function prismaEngines({ production }: Manifest): boolean {
  const major = /(\d+)/.exec(production['@prisma/client'] ?? '')?.[1]
  return major !== undefined && Number(major) < 7
}
