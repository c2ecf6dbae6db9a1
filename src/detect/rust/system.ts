import type { Evidence } from '../facts.ts'
import { lineOf, type Project } from '../project.ts'
import type { Crate } from './crates.ts'

/** What a crate wants of the system. `when` and `unless` are crates or crate/feature. */
interface System {
  apt: string[]
  apk: string[]
  runtime?: { apt: string[]; apk: string[] }
  /** what distroless has at run time, and the other bases have not */
  linked?: { apt: string[]; apk: string[] }
  /** bases whose last stage has not what it links */
  lacks?: string[]
  /** bases that have all of it since a month only, which mirrors may not hold yet */
  late?: Record<string, string>
  /** the lock file decides, where there is one */
  locked?: boolean
  when?: string[]
  unless?: string[]
}

/** What is asked of the dependencies of a program: a crate, or a crate with a feature, of its own manifests or of the lock file. */
export interface Needs {
  /** where the manifests ask for a crate or crate/feature */
  asked(name: string): Evidence | undefined
  /** the same, or where the lock file has the crate */
  has(name: string): Evidence | undefined
  /** whether the lock file leads from a crate to another one, "crate>other" */
  leads(pair: string): boolean
}

/** Reads what a program depends on: the manifests of its crates, and in Cargo.lock what these lead to. */
export function readNeeds(closure: readonly Crate[], lock: string | undefined): Needs {
  const versions = lock === undefined ? new Map<string, string>() : reachable(closure, lock)
  const asked = (name: string): Evidence | undefined => {
    const [crate, feature] = name.split('/') as [string, string?]
    for (const { dependencies, buildDependencies, manifest } of closure) {
      const found = dependencies.get(crate)
      if (found && (!feature || found.features.includes(feature) || (feature === 'default' && found.defaults))) return found.evidence
      if (!feature && buildDependencies.has(crate)) return { file: manifest }
    }
    return undefined
  }
  const has = (name: string): Evidence | undefined => asked(name) ?? (versions.has(name) ? { file: 'Cargo.lock', line: lineOf(lock!, `name = "${name}"`) } : undefined)
  const leads = (pair: string): boolean => {
    const [name, dependency] = pair.split('>') as [string, string]
    return (lock ?? '').split('[[package]]').some((block) => block.includes(`\nname = "${name}"\n`) && new RegExp(`^ "${dependency}[" ]`, 'm').test(block))
  }
  return { asked, has, leads }
}

/** A member whose version the lock file says otherwise: then it is not as it would be written now, which `--locked` does not let pass. */
export function staleIn(lock: string, members: readonly Crate[]): Crate | undefined {
  const held = new Map(Array.from(lock.matchAll(/^name = "([^"]+)"\nversion = "([^"]+)"\n(?!source)/gm), (m) => [m[1]!, m[2]!]))
  return members.find(({ name, version }) => version !== undefined && (held.get(name) ?? version) !== version)
}

/** Databases that sqlx's macros could use stand in every lock file, whatever features are on. */
const OPTIONAL = /^sqlx-(postgres|mysql|sqlite)$/

/** Packages of the lock file that the program leads to, with their versions: not those of other members or of tests alone. */
function reachable(closure: readonly Crate[], lock: string): Map<string, string> {
  const packages = new Map<string, { version: string; dependencies: string[] }[]>()
  for (const block of lock.split('[[package]]').slice(1)) {
    const name = /^name = "([^"]+)"/m.exec(block)?.[1]
    const version = /^version = "([^"]+)"/m.exec(block)?.[1]
    const dependencies = [...(/^dependencies = \[([^\]]*)\]/m.exec(block)?.[1] ?? '').matchAll(/"([^"]+)"/g)].map((m) => m[1]!)
    if (name && version) packages.set(name, [...(packages.get(name) ?? []), { version, dependencies }])
  }
  const found = new Map<string, string>()
  const queue = closure.flatMap((c) => [...c.dependencies.keys(), ...c.buildDependencies.keys()])
  for (let at = 0; at < queue.length; at++) {
    const [name, wanted] = queue[at]!.split(' ') as [string, string?]
    const key = wanted ? `${name} ${wanted}` : name
    if (found.has(key) || OPTIONAL.test(name)) continue
    for (const { version, dependencies } of packages.get(name) ?? []) {
      if (wanted && version !== wanted) continue
      found.set(key, version).set(name, version)
      queue.push(...dependencies)
    }
  }
  return found
}

export interface SystemPackages {
  build: string[]
  buildApk: string[]
  runtime: string[]
  runtimeApk: string[]
  linked: string[]
  linkedApk: string[]
  unsuitable: { base: string; reason: string; evidence: Evidence[] }[]
}

const NO_PACKAGES = ['distroless', 'scratch', 'chainguard', 'dhi']

/** Packages of the system that the program's crates and .cargo/config.toml want, and the bases that this rules out. @param unlocked crates that no lock file says more of */
export function readSystem(project: Project, data: Record<string, unknown>, needs: Needs, unlocked: readonly string[]): SystemPackages {
  const out: SystemPackages = { build: [], buildApk: [], runtime: [], runtimeApk: [], linked: [], linkedApk: [], unsuitable: [] }
  const add = (list: string[], more: string[]): void => void list.push(...more.filter((p) => !list.includes(p)))
  // where no lock file tells what its crates lead to, the build has what they usually want
  const { apt: usual, apk: usualApk } = data.unlocked as System
  if (unlocked.some((name) => !new RegExp(data.pure as string).test(name))) (add(out.build, usual), add(out.buildApk, usualApk))
  for (const [name, system] of Object.entries(data.system as Record<string, System>)) {
    const evidence = (system.when ? system.when.map(needs.asked).find(Boolean) : needs.has(name)) ?? (system.locked ? needs.has(name) : undefined)
    if (!evidence || system.unless?.some((n) => (n.includes('>') ? needs.leads(n) : needs.has(n)))) continue
    add(out.build, system.apt)
    add(out.buildApk, system.apk)
    add(out.runtime, system.runtime?.apt ?? [])
    add(out.runtimeApk, system.runtime?.apk ?? [])
    add(out.linked, system.linked?.apt ?? [])
    add(out.linkedApk, system.linked?.apk ?? [])
    for (const base of system.runtime ? NO_PACKAGES : (system.lacks ?? [])) out.unsuitable.push({ base, reason: `${name} links a system library, which the ${base} image has not`, evidence: [evidence] })
    for (const [base, month] of Object.entries(system.late ?? {})) out.unsuitable.push({ base, reason: `${name} links a system library, which the ${base} image has whole since ${month} only`, evidence: [evidence] })
  }
  const settings = ['.cargo/config.toml', '.cargo/config'].map((f) => project.read(f)).find(Boolean) ?? ''
  for (const [text, { apt, apk }] of Object.entries(data.cargo as Record<string, System>)) {
    if (!new RegExp(`^[^#\\n]*${text}`, 'm').test(settings)) continue
    add(out.build, apt)
    add(out.buildApk, apk)
  }
  return out
}
