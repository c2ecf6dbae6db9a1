import type { Project } from './project.ts'
import { readToml, table, text, texts } from './toml.ts'

/** One binary target of a crate. */
export interface Binary {
  name: string
  path: string
  crate: Crate
}

/** One package of a workspace, or the only one. */
export interface Crate {
  name: string
  version?: string
  folder: string
  manifest: string
  defaultRun?: string
  dependencies: Set<string>
  binaries: Binary[]
  /** files that have to exist for the manifest to be read, relative to the root */
  targets: string[]
}

/** Reads Cargo.toml and those of the workspace's members. Throws InputError with file, line and column. */
export function readCrates(project: Project): Crate[] {
  const root = readToml('Cargo.toml', project.read('Cargo.toml')!)
  const workspace = table(root, 'workspace')
  const members = texts(workspace, 'members').flatMap((pattern) => expand(project, pattern)).filter((m) => !texts(workspace, 'exclude').includes(m))
  const folders = [...new Set([...(root.package ? ['.'] : []), ...members])].filter((f) => project.read(f === '.' ? 'Cargo.toml' : `${f}/Cargo.toml`) !== undefined)
  return folders.map((folder) => readCrate(project, folder, table(workspace, 'package')))
}

/** "crates/*" stands for the folders in crates. */
function expand(project: Project, pattern: string): string[] {
  const clean = pattern.replace(/^\.\//, '').replace(/\/$/, '')
  if (!clean.includes('*')) return [clean]
  const parent = clean.slice(0, clean.indexOf('*')).replace(/\/$/, '')
  return project.names(parent).filter((n) => n.endsWith('/')).map((n) => `${parent ? `${parent}/` : ''}${n.slice(0, -1)}`)
}

function readCrate(project: Project, folder: string, shared: Record<string, unknown>): Crate {
  const at = (path: string): string => (folder === '.' ? path : `${folder}/${path}`)
  const manifest = at('Cargo.toml')
  const toml = readToml(manifest, project.read(manifest)!)
  const own = table(toml, 'package')
  const name = text(own, 'name') ?? 'app'
  const crate: Crate = {
    name,
    version: text(own, 'version') ?? text(shared, 'version'),
    folder,
    manifest,
    defaultRun: text(own, 'default-run'),
    dependencies: new Set(Object.keys(table(toml, 'dependencies'))),
    binaries: [],
    targets: [],
  }
  const declared = (Array.isArray(toml.bin) ? toml.bin : []) as Record<string, unknown>[]
  const found = new Map<string, string>()
  if (own.autobins !== false) {
    if (project.has(at('src/main.rs'))) found.set(name, 'src/main.rs')
    for (const entry of project.names(at('src/bin'))) {
      if (entry.endsWith('.rs')) found.set(entry.slice(0, -3), `src/bin/${entry}`)
      else if (entry.endsWith('/') && project.has(at(`src/bin/${entry}main.rs`))) found.set(entry.slice(0, -1), `src/bin/${entry}main.rs`)
    }
  }
  for (const bin of declared) {
    const path = text(bin, 'path')
    const binary = text(bin, 'name') ?? name
    // a declared target takes the place of the one that was found at its path
    for (const [key, value] of found) if (value === path) found.delete(key)
    found.set(binary, path ?? found.get(binary) ?? (project.has(at(`src/bin/${binary}.rs`)) ? `src/bin/${binary}.rs` : 'src/main.rs'))
  }
  crate.binaries = [...found].map(([binary, path]) => ({ name: binary, path: at(path), crate }))
  const others = ['bench', 'example', 'test'].flatMap((kind) =>
    ((Array.isArray(toml[kind]) ? toml[kind] : []) as Record<string, unknown>[]).map((t) => text(t, 'path') ?? `${kind === 'bench' ? 'benche' : kind}s/${text(t, 'name')}.rs`),
  )
  const files = [...crate.binaries.map((b) => b.path), ...['src/lib.rs', text(table(toml, 'lib'), 'path') ?? '', 'build.rs'].filter((p) => p && project.read(at(p)) !== undefined).map(at), ...others.map(at)]
  crate.targets = [...new Set(files)]
  return crate
}
