import { InputError } from '../errors.ts'
import { assumed, type Evidence, type Fact, fact, type LanguageFacts, type Warning } from './facts.ts'
import type { DetectContext, Language } from './language.ts'
import { lineOf, type Project } from './project.ts'
import { type Binary, type Crate, readCrates } from './rust-crates.ts'
import { secretNames } from './settings.ts'
import { readServer, readSources, type Sources } from './sources.ts'

interface System {
  apt: string[]
  apk: string[]
  runtime?: { apt: string[]; apk: string[] }
}

/** Reads a Rust project: the manifests of the workspace, the binary that is meant, the lock file, the toolchain, the sources. */
export function detect({ project, language, chosen }: DetectContext): LanguageFacts | undefined {
  if (project.read('Cargo.toml') === undefined) return undefined
  const warnings: Warning[] = []
  const crates = readCrates(project)
  const binary = chooseBinary(crates, chosen.start)
  if (!binary) return undefined
  const { crate } = binary
  const locked = project.read('Cargo.lock')
  if (locked === undefined) warnings.push({ message: 'there is no Cargo.lock, so two builds may take different versions', file: crate.manifest, hint: 'commit Cargo.lock' })
  const sources = readSources(project, language, [binary.path])
  const server = readServer(sources)
  const required = (name: string): Evidence | undefined => (crate.dependencies.has(name) ? { file: crate.manifest, line: lineOf(project.read(crate.manifest)!, new RegExp(`^\\s*"?${name}"?\\s*[=.]|\\[dependencies\\.${name}\\]`, 'm')) } : undefined)
  const framework = chosen.framework ? fact(chosen.framework) : chooseFramework(language, required)
  const data = language.data as { system: Record<string, System>; folders: string[] }
  const names = new Set([...(locked ?? '').matchAll(/^name = "([^"]+)"/gm)].map((m) => m[1]!))
  const system = Object.entries(data.system).filter(([name]) => names.has(name) || crate.dependencies.has(name))
  const linked = system.filter(([, s]) => s.runtime)
  const toolchain = readToolchain(project)
  const variables = sources.all('variable').map((m) => fact(m.groups[0]!, m.evidence))
  const host = hostVariable(sources)
  if (server.loopback && !host && framework?.value !== 'rocket' && !/connect|url|redis|postgres|mysql|mongodb|http:/i.test(server.loopback.evidence.text ?? ''))
    warnings.push({ message: 'the program listens on loopback only, where nothing outside of the container reaches it', file: server.loopback.evidence.file, line: server.loopback.evidence.line, hint: 'listen on 0.0.0.0, or take the address from HOST' })
  const handles = server.handlesSigterm ?? (crate.dependencies.has('ctrlc') && /ctrlc\s*=.*termination/.test(project.read(crate.manifest)!) ? fact(true, required('ctrlc')!) : undefined)
  const noShell = ['distroless', 'scratch', 'chainguard', 'dhi']

  return {
    framework,
    ...(locked === undefined ? {} : { lockFile: fact('Cargo.lock', { file: 'Cargo.lock' }) }),
    name: fact(crate.name, { file: crate.manifest, line: lineOf(project.read(crate.manifest)!, /^name\s*=/m) }),
    ...(crate.version ? { appVersion: fact(crate.version, { file: crate.manifest, line: lineOf(project.read(crate.manifest)!, /^version\s*=/m) }) } : {}),
    start: fact([`/app/${binary.name}`, ...(chosen.start?.slice(1) ?? [])], { file: binary.path, line: lineOf(project.read(binary.path) ?? '', /fn main\(/) }),
    develop: assumed(['cargo', 'run', ...argumentsOf(crates, binary)]),
    serves: server.listens ?? (framework ? fact(true, framework.evidence[0]!) : assumed(false)),
    port: server.port,
    portVariable: server.portVariable,
    hostVariable: host,
    health: server.health,
    ready: server.ready,
    handlesSigterm: handles,
    services: Object.entries(language.services).flatMap(([id, list]) => list.flatMap((n) => (required(n) ? [fact(id, required(n)!)] : names.has(n) ? [fact(id, { file: 'Cargo.lock', line: lineOf(locked!, `name = "${n}"`) })] : [])).slice(0, 1)),
    secrets: secretNames(variables),
    settings: variables,
    unsuitable: linked.flatMap(([name]) => noShell.map((base) => ({ base, reason: `${name} links a system library, which the ${base} image has not`, evidence: [required(name) ?? { file: 'Cargo.lock' }] }))),
    env: {},
    build: {
      baseValues: { channel: toolchain?.channel ?? '1', channelSuite: toolchain && toolchain.minor < 89 ? 'bookworm' : 'trixie' },
      ignoreToolchain: toolchain !== undefined,
      locked: locked !== undefined,
      manifests: [{ files: ['Cargo.toml', ...(locked === undefined ? [] : ['Cargo.lock'])], to: './' }, ...crates.filter((c) => c.folder !== '.').map((c) => ({ files: [c.manifest], to: `${c.folder}/` })), ...(project.isFolder('.cargo') ? [{ files: ['.cargo'], to: './.cargo' }] : [])],
      targets: crates.flatMap((c) => c.targets),
      targetFolders: [...new Set(crates.flatMap((c) => c.targets).map((t) => (t.includes('/') ? t.slice(0, t.lastIndexOf('/')) : '.')))],
      systemPackages: [...new Set(system.flatMap(([, s]) => s.apt))],
      systemPackagesApk: [...new Set(system.flatMap(([, s]) => s.apk))],
      runtimePackages: [...new Set(linked.flatMap(([, s]) => s.runtime!.apt))],
      runtimePackagesApk: [...new Set(linked.flatMap(([, s]) => s.runtime!.apk))],
      arguments: [...(locked === undefined ? [] : ['--locked']), ...argumentsOf(crates, binary)],
      binary: binary.name,
      folders: data.folders.filter((name) => project.isFolder(name) && sources.match(new RegExp(`"(?:\\./)?${name}(?:/[^"]*)?"`)) !== undefined),
    },
    warnings,
  }
}

const argumentsOf = (crates: Crate[], binary: Binary): string[] => [...(crates.length > 1 ? ['-p', binary.crate.name] : []), '--bin', binary.name]

/** The binary that was chosen, the default one, the only one, or the one named like its package. */
function chooseBinary(crates: Crate[], start: string[] | undefined): Binary | undefined {
  const all = crates.flatMap((c) => c.binaries)
  const named = start && all.find((b) => b.name === start[0]!.split('/').at(-1))
  if (named) return named
  if (all.length <= 1) return all[0]
  const defaults = all.filter((b) => b.crate.defaultRun === b.name)
  if (defaults.length === 1) return defaults[0]
  const same = all.filter((b) => b.name === b.crate.name)
  if (same.length === 1 && crates.length === 1) return same[0]
  throw new InputError({ message: `there are ${all.length} programs: ${all.map((b) => b.name).join(', ')}`, where: '--start', file: crates[0]!.manifest, hint: `choose one: ${all.map((b) => `--start ${b.name}`).join(' or ')}` })
}

function chooseFramework(language: Language, required: (name: string) => Evidence | undefined): Fact<string> | undefined {
  for (const f of language.frameworks) {
    const evidence = f.dependencies?.map(required).find(Boolean)
    if (evidence) return fact(f.id, evidence)
  }
  return undefined
}

/** A release that rust-toolchain names; a channel that moves is what the image's own tag is. */
function readToolchain(project: Project): { channel: string; minor: number } | undefined {
  const file = ['rust-toolchain.toml', 'rust-toolchain'].find((f) => project.read(f) !== undefined)
  if (!file) return undefined
  const channel = /(?:channel\s*=\s*"|^)(\d+\.\d+(?:\.\d+)?|stable|beta|nightly[\w-]*)/m.exec(project.read(file)!)?.[1]
  if (!channel || !/^\d/.test(channel)) return channel === 'stable' ? { channel: '1', minor: 999 } : undefined
  return { channel, minor: Number(channel.split('.')[1]) }
}

/** A variable that the address is taken from; one whose default has a port in it gets the port too. */
function hostVariable(sources: Sources): Fact<Record<string, string>> | undefined {
  const found = sources.match(/env::var\(\s*"([A-Z_]*(?:HOST|ADDRESS|ADDR|BIND|LISTEN|IP))"\s*\)(?:[^;]{0,120}?"([^"]*:\d+)")?/)
  if (!found?.groups[0] || /(DB|POSTGRES|PG|MYSQL|REDIS|MONGO|SMTP|MAIL|RABBIT|AMQP|KAFKA|NATS|DATABASE)/.test(found.groups[0])) return undefined
  return fact({ [found.groups[0]]: found.groups[1] ? '0.0.0.0:{port}' : '0.0.0.0' }, found.evidence)
}

