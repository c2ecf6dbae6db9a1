import { InputError } from '../../errors.ts'
import type { Evidence } from '../facts.ts'
import { lineOf, type Project } from '../project.ts'
import { readToml, table, text, texts, type Toml } from '../toml.ts'

/** One binary target of a crate. */
export interface Binary {
  name: string
  path: string
  crate: Crate
  /** features without which it is not built */
  features: string[]
}

/** A dependency as the manifest asks for it, with what the workspace adds. */
export interface Dependency {
  /** its name in the manifest, which features go by */
  key: string
  features: string[]
  defaults: boolean
  /** whether it belongs to the crate only where a feature says so */
  optional: boolean
  version?: string
  /** folder of a crate of the same repository, relative to the root; one that leaves the root begins with ".." */
  folder?: string
  evidence: Evidence
}

/** One package of a workspace, or the only one. */
export interface Crate {
  name: string
  version?: string
  folder: string
  manifest: string
  member: boolean
  defaultRun?: string
  dependencies: Map<string, Dependency>
  /** what each feature switches on */
  features: Map<string, string[]>
  /** what build.rs uses, with the folder of what lies in the repository */
  buildDependencies: Map<string, string | undefined>
  binaries: Binary[]
  /** files that have to exist for the manifest to be read, relative to the root */
  targets: string[]
}

export interface Crates {
  all: Crate[]
  /** the crates that `cargo run` at the root is about, where the workspace says so */
  defaults: Crate[]
}

/** What a workspace gives its members, and where it stands. */
interface Shared {
  folder: string
  package: Toml
  dependencies: Toml
}

const sharedOf = (workspace: Toml, folder: string): Shared => ({ folder, package: table(workspace, 'package'), dependencies: table(workspace, 'dependencies') })

/** What a crate beside the workspace takes from one of its own: the nearest above it. */
function sharedAbove(project: Project, folder: string): Shared | undefined {
  for (let at = folder; ; at = join(at, '..')) {
    const source = project.read(join(at, 'Cargo.toml'))
    const root = source === undefined ? undefined : readToml(join(at, 'Cargo.toml'), source)
    if (root?.workspace !== undefined) return sharedOf(table(root, 'workspace'), at)
    if (at === '.') return undefined
  }
}

/**
 * Reads Cargo.toml, those of the workspace's members and of the crates that they name by path. Throws InputError with file, line
 * and column for a malformed one, and where a package is read without the workspace that it takes settings from.
 * @param top the folder of the workspace, where crates beside it belong to the program too
 */
export function readCrates(project: Project, top = '.'): Crates {
  const root = readToml(join(top, 'Cargo.toml'), project.read(join(top, 'Cargo.toml'))!)
  const workspace = table(root, 'workspace')
  const own = root.workspace === undefined ? undefined : sharedOf(workspace, top)
  const expanded = (key: string): string[] => texts(workspace, key).flatMap((pattern) => expand(project, join(top, pattern)))
  const excluded = expanded('exclude')
  const folders = [...new Set([...(root.package ? [top] : []), ...expanded('members').filter((m) => !excluded.includes(m))])].filter((f) => project.read(join(f, 'Cargo.toml')) !== undefined)
  const all: Crate[] = []
  const add = (folder: string, member: boolean): void => {
    if (all.some((c) => c.folder === folder) || project.read(join(folder, 'Cargo.toml')) === undefined) return
    const crate = readCrate(project, folder, member, member || top === '.' || folder.startsWith(`${top}/`) ? own : sharedAbove(project, folder))
    all.push(crate)
    for (const other of [...[...crate.dependencies.values()].map((d) => d.folder), ...crate.buildDependencies.values()]) if (other && !other.startsWith('..')) add(other, false)
  }
  for (const folder of folders) add(folder, true)
  for (const registry of Object.values(table(root, 'patch'))) for (const patch of Object.values(registry as Toml)) {
    const path = text(patch as Toml, 'path')
    if (path) add(join(top, path), false)
  }
  const named = expanded('default-members')
  const defaults = all.filter((c) => (named.length > 0 ? named.includes(c.folder) : c.folder === top))
  return { all, defaults: defaults.length > 0 ? defaults : all.filter((c) => c.member) }
}

/** Folders that a crate or one that it depends on is made of and that lie outside of the root. */
export const outsideOf = (crate: Crate, all: readonly Crate[]): string[] => closureOf(crate, all, true).flatMap((c) => [...c.dependencies.values()].flatMap(({ folder }) => (folder?.startsWith('..') ? [folder] : [])))

/**
 * The crates of the repository that a crate is made of: itself and those that it depends on, each with the dependencies that its
 * features leave it. Throws InputError where one lies outside, unless that is allowed. @param apart crates that are no part of it
 */
export function closureOf(crate: Crate, all: readonly Crate[], allowed = false, apart: (name: string) => boolean = () => false): Crate[] {
  const out = [withFeatures(crate, ['default', ...crate.binaries.flatMap((b) => b.features)])]
  for (const one of out) {
    for (const [name, { folder, evidence, features, defaults }] of one.dependencies) {
      if (folder?.startsWith('..') && !allowed) throw new InputError({ message: `the dependency ${name} lies outside of this folder (${folder}), and is not there`, file: evidence.file, line: evidence.line, hint: 'run it in a checkout of the repository that holds both' })
      const next = all.find((c) => c.folder === folder)
      if (next && !apart(name) && !out.some((o) => o.folder === folder)) out.push(withFeatures(next, [...features, ...(defaults ? ['default'] : [])]))
    }
    for (const folder of one.buildDependencies.values()) {
      const next = all.find((c) => c.folder === folder)
      if (next && !out.some((o) => o.folder === folder)) out.push(withFeatures(next, ['default']))
    }
  }
  return out
}

/** A crate without the optional dependencies that none of its features asks for. */
function withFeatures(crate: Crate, asked: readonly string[]): Crate {
  const on = [...asked]
  for (const feature of on) on.push(...(crate.features.get(feature) ?? []).filter((f) => !on.includes(f)))
  const names = new Set(on.map((f) => f.replace(/^dep:/, '').replace(/(?<!\?)\/.*$/, '')))
  return { ...crate, dependencies: new Map([...crate.dependencies].filter(([name, { optional, key }]) => !optional || names.has(key) || names.has(name))) }
}

/** A path below a folder, with "." and ".." resolved; a path that leaves the root keeps its "..". */
export function join(folder: string, path: string): string {
  const out: string[] = []
  for (const part of `${folder}/${path}`.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..' && out.length > 0 && out.at(-1) !== '..') out.pop()
    else out.push(part)
  }
  return out.length > 0 ? out.join('/') : '.'
}

/** "crates/*" stands for the folders in crates. */
function expand(project: Project, pattern: string): string[] {
  let found = ['.']
  for (const part of join('.', pattern).split('/')) {
    const expression = part.includes('*') && new RegExp(`^${part.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '.*')}/$`)
    found = found.flatMap((folder) => (expression ? project.names(folder === '.' ? '' : folder).filter((n) => expression.test(n)).map((n) => join(folder, n)) : [join(folder, part)]))
  }
  return found
}

function readCrate(project: Project, folder: string, member: boolean, shared: Shared | undefined): Crate {
  const at = (path: string): string => join(folder, path)
  const manifest = at('Cargo.toml')
  const source = project.read(manifest)!
  const toml = readToml(manifest, source)
  const own = table(toml, 'package')
  if (!shared && /^(?:[\w-]+\.)?workspace\s*=\s*true|\{[^}]*\bworkspace\s*=\s*true/m.test(source))
    throw new InputError({ message: `this package takes settings from a workspace that is not in this folder`, file: manifest, line: lineOf(source, /\bworkspace\s*=\s*true/), hint: `run it at the root of the workspace, with: --start ${text(own, 'name') ?? 'NAME'}` })
  const name = text(own, 'name') ?? 'app'
  // what cargo-generate and the like fill in; cargo takes no such name
  if (/[${}<>%\s]/.test(name)) throw new InputError({ message: `the package is called ${name}, so this is a template that has not been filled in`, file: manifest, line: lineOf(source, /^\s*name\s*=/m), hint: 'make a project of it first (cargo generate, or what its README says)' })
  const crate: Crate = {
    name,
    version: text(own, 'version') ?? (shared && text(shared.package, 'version')),
    folder,
    manifest,
    member,
    defaultRun: text(own, 'default-run'),
    features: new Map(Object.keys(table(toml, 'features')).map((name) => [name, texts(table(toml, 'features'), name)])),
    dependencies: readDependencies(toml, manifest, source, folder, shared),
    buildDependencies: new Map([...readDependencies({ dependencies: toml['build-dependencies'] ?? {} }, manifest, source, folder, shared)].map(([name, { folder: at }]) => [name, at])),
    binaries: [],
    targets: [],
  }
  crate.binaries = binariesOf(project, toml, crate, at)
  const others = ['bench', 'example', 'test'].flatMap((kind) => tables(toml[kind]).map((t) => text(t, 'path') ?? `${kind === 'bench' ? 'benche' : kind}s/${text(t, 'name')}.rs`))
  const present = ['src/lib.rs', text(table(toml, 'lib'), 'path') ?? '', 'build.rs', text(own, 'build') ?? ''].filter((p) => p && project.read(at(p)) !== undefined)
  crate.targets = [...new Set([...crate.binaries.map((b) => b.path), ...present.map(at), ...others.map(at)])]
  return crate
}

/** The dependencies of the program, those of one platform too; "workspace = true" is looked up. */
function readDependencies(toml: Toml, manifest: string, source: string, folder: string, { folder: top, dependencies: shared }: Pick<Shared, 'folder' | 'dependencies'> = { folder: '.', dependencies: {} }): Map<string, Dependency> {
  const out = new Map<string, Dependency>()
  const enabled = defaultFeatures(table(toml, 'features'))
  for (const list of [table(toml, 'dependencies'), ...Object.values(table(toml, 'target')).map((t) => table(t, 'dependencies'))])
    for (const [key, value] of Object.entries(list)) {
      const given = (typeof value === 'string' ? { version: value } : value) as Toml
      const inherited = given.workspace === true ? ((typeof shared[key] === 'string' ? { version: shared[key] } : (shared[key] ?? {})) as Toml) : undefined
      const path = text(given, 'path') ?? (inherited && text(inherited, 'path'))
      const evidence = { file: manifest, line: lineOf(source, new RegExp(`^\\s*"?${key}"?\\s*[=.]|dependencies\\.${key}\\]`, 'm')) }
      const inside = path && join(inherited ? top : folder, path)
      out.set(text(given, 'package') ?? (inherited && text(inherited, 'package')) ?? key, {
        features: [...texts(given, 'features'), ...(inherited ? texts(inherited, 'features') : []), ...enabled.filter((f) => f.startsWith(`${key}/`)).map((f) => f.slice(key.length + 1))],
        key,
        optional: given.optional === true,
        defaults: (inherited?.['default-features'] ?? given['default-features']) !== false,
        version: text(given, 'version') ?? (inherited && text(inherited, 'version')),
        ...(inside ? { folder: inside } : {}),
        evidence,
      })
    }
  return out
}

/** What a package's default feature switches on, "sqlx/postgres" among it. */
function defaultFeatures(features: Toml): string[] {
  const out = ['default']
  for (const name of out) out.push(...texts(features, name).map((f) => f.replace('?/', '/')).filter((f) => !out.includes(f)))
  return out
}

const tables = (value: unknown): Toml[] => (Array.isArray(value) ? (value as Toml[]) : [])

function binariesOf(project: Project, toml: Toml, crate: Crate, at: (path: string) => string): Binary[] {
  const own = table(toml, 'package')
  const found = new Map<string, { path: string; features: string[] }>()
  if (own.autobins !== false) {
    if (project.has(at('src/main.rs'))) found.set(crate.name, { path: 'src/main.rs', features: [] })
    for (const entry of project.names(at('src/bin'))) {
      if (entry.endsWith('.rs')) found.set(entry.slice(0, -3), { path: `src/bin/${entry}`, features: [] })
      else if (entry.endsWith('/') && project.has(at(`src/bin/${entry}main.rs`))) found.set(entry.slice(0, -1), { path: `src/bin/${entry}main.rs`, features: [] })
    }
  }
  for (const bin of tables(toml.bin)) {
    const path = text(bin, 'path')
    const name = text(bin, 'name') ?? crate.name
    // a declared target takes the place of the one that was found at its path
    for (const [key, value] of found) if (value.path === path) found.delete(key)
    found.set(name, { path: path ?? found.get(name)?.path ?? (project.has(at(`src/bin/${name}.rs`)) ? `src/bin/${name}.rs` : 'src/main.rs'), features: texts(bin, 'required-features') })
  }
  return [...found].map(([name, { path, features }]) => ({ name, path: at(path), crate, features }))
}
