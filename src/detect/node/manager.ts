import { type Evidence, type Fact, type Warning } from '../facts.ts'
import type { DetectContext, Manager } from '../language.ts'
import type { Project } from '../project.ts'
import type { Manifest } from './manifest.ts'
import { peerAmiss } from './peers.ts'

/** The package manager of a project, in the version that reads its lock file. */
export interface Installer {
  spec: Manager
  fact: Fact<string>
  version: string
  lockFile?: string
  /** a lock file that cannot be enforced, but still says most versions */
  staleLock?: string
  /** true where no lock file can be enforced */
  loose: boolean
  /** environment in which it installs a project that names another manager */
  environment: string[]
  /** true where a lock file can be enforced with --legacy-peer-deps only */
  legacyPeers: boolean
  /** true where the manager cannot install for production by itself */
  alone: boolean
}

/**
 * Chooses the package manager: an answer, the packageManager or devEngines field, the lock file; where these contradict each other,
 * the lock file's.
 */
export function chooseManager({ chosen, language, project }: DetectContext, manifest: Manifest, warnings: Warning[]): Installer {
  const named = namedManager(manifest)
  const locks = language.managers.flatMap((m) => m.locks.filter((l) => project.has(l) && owns(m, l, project)).map((lock) => ({ m, lock })))
  const wanted = chosen.manager ?? named?.id
  const said = specOf(wanted, language.managers, named?.version, locks[0]?.m) ?? locks[0]?.m ?? language.managers[0]!
  const contradicts = !chosen.manager && named && !locks.some((l) => l.m.id === said.id) ? locks[0] : undefined
  // Yarn brings a lock file of its first generation up to date
  const migrates = contradicts?.m.id === 'yarn' && said.id === 'yarn-berry' ? contradicts : undefined
  if (contradicts) warnings.push({ message: migrates ? `${migrates.lock} is of Yarn 1, and package.json names ${named!.version}: it is brought up to date while it is installed` : `package.json names ${named!.id} as its package manager, but the lock file is ${contradicts.lock}: ${contradicts.m.title} is used, which made that`, ...named!.evidence, hint: migrates ? 'run yarn install and commit the lock file' : `commit the lock file of ${named!.id}, or name ${contradicts.m.id} there` })
  const spec = contradicts && !migrates ? contradicts.m : said
  const own = locks.find((l) => l.m.id === spec.id)
  if (locks.length > 1) warnings.push({ message: `several lock files (${locks.map((l) => l.lock).join(', ')}): ${own ? `${own.lock} is used, ${named ? 'as package.json says' : `the order is ${[...new Set(language.managers.flatMap((m) => m.locks))].join(', ')}`}` : 'none is used'}`, file: own?.lock, hint: 'delete the others' })
  if (!own && !migrates && !manifest.absent) warnings.push({ message: 'there is no lock file, so two builds may install different versions', file: manifest.file, hint: `run ${spec.id === 'yarn-berry' ? 'yarn' : spec.id} install and commit the lock file` })
  const stale = own && staleEntry(project, own.lock, manifest)
  if (stale) warnings.push({ message: `${own.lock} is behind package.json (${stale}), so it cannot be enforced`, file: own.lock, hint: `run ${spec.id} install and commit the lock file` })
  const amiss = own?.lock.endsWith('.json') && !stale && !legacyPeers(project) ? peerAmiss(project.read(own.lock) ?? '', manifest) : undefined
  if (amiss) warnings.push({ message: `${own!.lock} was made with --legacy-peer-deps: ${amiss.name} wants another ${amiss.peer} than it holds`, file: own!.lock, hint: 'write legacy-peer-deps=true into .npmrc, or take versions that fit together' })
  const evidence = named && wanted === named.id && spec === said ? [named.evidence] : own ? [{ file: own.lock }] : []
  const wished = versionOf(project, spec, own?.lock, named && wanted === named.id && spec === said ? named.version : undefined)
  const version = spec.id === 'pnpm' ? runningPnpm(wished) : wished
  if (version !== wished) warnings.push({ message: `pnpm ${wished} stops on Node.js 20 and newer, so ${version} is used`, ...named?.evidence, hint: `package.json: "packageManager": "pnpm@${version}"` })
  const alone = spec.id === 'yarn-berry' && /^[23]\./.test(version) && !/workspace-tools/.test(project.read('.yarnrc.yml') ?? '')
  return { spec: laidOut(spec, project), alone, version, fact: { value: spec.id, evidence, guess: evidence.length === 0 && !chosen.manager }, ...(stale ? { staleLock: own.lock } : own ? { lockFile: own.lock } : migrates ? { staleLock: migrates.lock } : {}), loose: own === undefined || stale !== undefined, legacyPeers: amiss !== undefined, environment: contradicts && spec.elsewhere ? [String(spec.elsewhere)] : [] }
}

/** The manager that lays packages out as node_modules where the project's settings of pnpm have Plug'n'Play, which only its own `pnpm run` opens. */
function laidOut(spec: Manager, project: Project): Manager {
  if (!spec.laidOut || !/^\s*node-linker\s*=\s*pnp\b/m.test(project.read('.npmrc') ?? '') && !/^nodeLinker:\s*['"]?pnp\b/m.test(project.read('pnpm-workspace.yaml') ?? '')) return spec
  return Object.fromEntries(Object.entries(spec).map(([key, value]) => [key, typeof value === 'string' ? value.replace(/\bpnpm (install|prune)\b/, `$& ${String(spec.laidOut)}`) : value])) as unknown as Manager
}

function namedManager({ json, at }: Manifest): { id: string; version: string; evidence: Evidence } | undefined {
  const [, id, version] = /^(npm|pnpm|yarn|bun)@([\w.-]+)/.exec(json.packageManager ?? '') ?? []
  if (id) return { id, version: version!, evidence: at('"packageManager"') }
  const dev = [json.devEngines?.packageManager].flat().find((p): p is { name: string; version?: string } => typeof p === 'object' && p !== null && typeof (p as { name?: string }).name === 'string')
  if (!dev || !/^(npm|pnpm|yarn|bun)$/.test(dev.name)) return undefined
  return { id: dev.name, version: /^\d+\.\d+\.\d+$/.test(dev.version ?? '') ? dev.version! : '', evidence: at('"packageManager"') }
}

/** Both generations of Yarn call themselves yarn; their version, lock file and settings tell them apart. */
function specOf(id: string | undefined, managers: readonly Manager[], version: string | undefined, byLock: Manager | undefined): Manager | undefined {
  if (id !== 'yarn') return managers.find((m) => m.id === id)
  const berry = version ? !/^[01]\./.test(version) : byLock?.id === 'yarn-berry'
  return managers.find((m) => m.id === (berry ? 'yarn-berry' : 'yarn'))
}

function owns(manager: Manager, lock: string, project: Project): boolean {
  if (lock !== 'yarn.lock') return true
  return (manager.id === 'yarn-berry') === isBerry(project)
}

function isBerry(project: Project): boolean {
  const head = project.read('yarn.lock')?.slice(0, 2000) ?? ''
  // settings of a later Yarn may lie beside a lock file that was never migrated
  return /^__metadata:/m.test(head) || (project.has('.yarnrc.yml') && !head.includes('# yarn lockfile v1'))
}

/** The last version of each manager that reads a format of lock file without changing it. */
const BY_FORMAT: Record<string, [RegExp, Record<string, string>]> = {
  'pnpm-lock.yaml': [/^lockfileVersion:\s*['"]?([\d.]+)/m, { '5.3': '7.33.7', '5.4': '7.33.7', '6.0': '8.15.9', '6.1': '8.15.9' }],
  'yarn.lock': [/^__metadata:\s*\n\s*version:\s*(\d+)/m, { '4': '2.4.3', '5': '3.1.1', '6': '3.8.7', '7': '4.0.2' }],
}

/** The last of each line of pnpm, for those that fail on Node.js 20: https://github.com/pnpm/pnpm/issues/6424. Locks of pnpm 6 are read by 7. */
function runningPnpm(version: string): string {
  const [major, minor = 0, patch = 0] = version.split('.').map(Number)
  if (major === 6 || (major === 7 && minor < 33)) return '7.33.7'
  return major === 8 && (minor < 3 || (minor === 3 && patch < 1)) ? '8.15.9' : version
}

function versionOf(project: Project, spec: Manager, lock: string | undefined, named: string | undefined): string {
  if (named) return named
  const release = spec.id === 'yarn-berry' ? /yarnPath:\s*["']?\S*yarn-(\d+\.\d+\.\d+)/.exec(project.read('.yarnrc.yml') ?? '')?.[1] : undefined
  if (release) return release
  const [expression, versions] = BY_FORMAT[lock ?? ''] ?? []
  const format = expression?.exec(project.read(lock!)?.slice(0, 2000) ?? '')?.[1]
  return (format && spec.id !== 'yarn' ? versions![format] : undefined) ?? String(spec.version ?? '')
}

/**
 * The first dependency of package.json that a lock file does not have as it stands there, which makes an enforced installation
 * stop. Only the project's own entry is read. Undefined where they agree, or where it cannot be told.
 */
function staleEntry(project: Project, lock: string, manifest: Manifest): string | undefined {
  const { json } = manifest
  if (lock === 'yarn.lock') return behindYarn(project.read(lock)!, manifest)
  if (lock === 'pnpm-lock.yaml') return behindPnpm(project, project.read(lock)!, manifest)
  if (lock !== 'package-lock.json' && lock !== 'npm-shrinkwrap.json') return undefined
  const text = project.read(lock)
  const start = text?.search(/"packages":\s*\{\s*"":\s*\{/) ?? -1
  const behind = text === undefined ? undefined : Object.entries({ ...json.devDependencies, ...json.optionalDependencies, ...json.dependencies }).find(([name, wanted]) => isBehind(String(wanted), topVersion(text, name)))?.[0]
  if (!text || start < 0 || behind) return behind
  const entry = objectAt(text, text.indexOf('{', text.indexOf('"":', start))) as { dependencies?: Record<string, string>; devDependencies?: Record<string, string>; optionalDependencies?: Record<string, string> } | undefined
  if (!entry) return undefined
  const locked = { ...entry.devDependencies, ...entry.optionalDependencies, ...entry.dependencies }
  const wanted = { ...json.devDependencies, ...json.optionalDependencies, ...json.dependencies }
  return Object.keys(wanted).find((name) => locked[name] === undefined) ?? Object.keys(locked).find((name) => wanted[name] === undefined) ?? missingEntry(project, text)
}

/** A range of versions as the registry has them; what replaces some is told elsewhere. */
const RANGE = /^[\^~<>=\d.*x |-]+$/

/** The first range that no entry of Yarn's lock file is for. What resolutions and packages of a workspace stand for is left alone. */
function behindYarn(lock: string, { json, every }: Manifest): string | undefined {
  if (json.workspaces !== undefined || 'resolutions' in json || !/\n {2}(?:version "|resolution:)/.test(lock)) return undefined
  const has = (entry: string): boolean => [':', ',', '"'].some((end) => lock.includes(entry + end))
  return Object.entries(every).find(([name, range]) => RANGE.test(range) && !has(`${name}@${range}`) && !has(`${name}@npm:${range}`))?.[0]
}

/** The first range that pnpm's lock file says otherwise for the project itself, where nothing overrides some. */
function behindPnpm(project: Project, lock: string, { json, every }: Manifest): string | undefined {
  if (json.pnpm?.overrides || 'resolutions' in json || /^overrides:/m.test(`${project.read('pnpm-workspace.yaml') ?? ''}\n${lock.slice(0, 5000)}`)) return undefined
  const importers = lock.indexOf('\nimporters:')
  const from = importers < 0 ? 0 : lock.indexOf('\n  .:', importers)
  if (from < 0) return undefined
  const end = importers < 0 ? lock.indexOf('\npackages:') : lock.slice(from + 1).search(/\n(?: {2})?[^\s]/) + from + 1
  const own = lock.slice(from, end > from ? end : undefined)
  const said = (name: string): string | undefined => new RegExp(`^ +['"]?${name.replaceAll('.', '\\.')}['"]?:(?: |\\n +specifier: )['"]?([^'"\\n]+)`, 'm').exec(own)?.[1]
  return own.includes('specifier') ? Object.entries(every).find(([name, range]) => RANGE.test(range) && said(name) !== range)?.[0] : undefined
}

/** The version of a package at the top of npm's lock file, of its first form or of the later ones. */
function topVersion(lock: string, name: string): string | undefined {
  const at = [`\n    "${name}": {`, `\n    "node_modules/${name}": {`].map((n) => lock.indexOf(n)).find((i) => i >= 0)
  return at === undefined ? undefined : /^\s*"[^"]*": \{\s*"version": "(\d[^"]*)"/.exec(lock.slice(at, at + 300))?.[1]
}

/** Whether a locked version is not the one, or older than the least, that package.json asks for; only plain forms are told. */
function isBehind(wanted: string, locked: string | undefined): boolean {
  const [, operator, ...asked] = /^([~^]?)(\d+)\.(\d+)\.(\d+)$/.exec(wanted) ?? []
  const [, ...has] = /^(\d+)\.(\d+)\.(\d+)$/.exec(locked ?? '') ?? []
  if (operator === undefined || has.length === 0) return false
  if (operator === '') return asked.join('.') !== has.join('.')
  const first = asked.findIndex((n, i) => n !== has[i])
  return first >= 0 && (Number(has[first]) < Number(asked[first]) || first === 0)
}

/** A package for another platform, or an optional one, that an entry of a lock file wants and that has none itself: https://github.com/npm/cli/issues/4828 */
function missingEntry(project: Project, lock: string): string | undefined {
  const present = installedNames(lock)
  const overrides = /"overrides"\s*:/.test(project.read('package.json') ?? '')
  for (const [, names] of lock.matchAll(/"optionalDependencies":\s*\{([^}]*)\}/g))
    for (const [, name, version] of names!.matchAll(/"([^"]+)":\s*"([^"]*)"/g)) {
      if (!present.has(name!)) return name
      // the same of a second version, whose packages for platforms are named at exactly that version
      if (!overrides && /^\d+\.\d+\.\d+$/.test(version!) && !present.has(`${name}@${version}`)) return name
    }
  return undefined
}

const legacyPeers = (project: Project): boolean => /^\s*legacy-peer-deps\s*=\s*true/m.test(project.read('.npmrc') ?? '')

let read: { lock: string; names: Set<string> } | undefined

/** Names, and names with versions, of all packages that a lock file of npm lays out, at any depth; read in one pass, since a lock file may have a megabyte. */
export function installedNames(lock: string): Set<string> {
  if (read?.lock !== lock) read = { lock, names: new Set(Array.from(lock.matchAll(/node_modules\/((?:@[^/"]+\/)?[^/"]+)"(?:: \{\s*"version": "([^"]+)")?/g), (m) => (m[2] ? [m[1]!, `${m[1]}@${m[2]}`] : [m[1]!])).flat()) }
  return read.names
}

/** The JSON object that begins at an offset of a text. */
function objectAt(text: string, from: number): unknown {
  let depth = 0
  for (const { 0: token, index } of text.slice(from, from + 100_000).matchAll(/"(?:\\.|[^"\\])*"|[{}]/g)) {
    if (token === '{') depth++
    if (token === '}' && --depth === 0) return JSON.parse(text.slice(from, from + index + 1))
  }
  return undefined
}

/** The program that a package of npm's lock file brings, where it brings one only; its place moves from version to version. */
export function lockedProgram(lock: string, name: string): string | undefined {
  const at = lock.indexOf(`"node_modules/${name}":`)
  const { bin = {} } = at < 0 ? {} : (objectAt(lock, lock.indexOf('{', at)) as { bin?: Record<string, string> })
  const places = Object.values(bin)
  return places.length === 1 ? places[0]!.replace(/^\.\//, '') : undefined
}
