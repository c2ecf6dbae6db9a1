import type { BuildValue, Evidence, Fact, Warning } from '../facts.ts'
import { fact } from '../facts.ts'
import type { Language } from '../language.ts'
import { type Project, lineOf } from '../project.ts'
import type { Install } from './install.ts'
import type { Manifests } from './manifests.ts'
import { pinFor, releaseBefore } from './version.ts'
import type { Sources } from '../sources.ts'

/** A release that does not know what came after it: before `before`, `with` keeps its open requirements at what it works with. */
export interface Companion {
  package: string
  before: string
  with: Record<string, string>
  /** only where the other package is asked for, by itself or as an extra */
  asked?: boolean
  /** only where one of these is asked for */
  beside?: string[]
  /** only where the sources have this: what later releases took away or renamed */
  imports?: string
}

/** Says of packages without a version that the sources were written for older ones, by names that later releases lack, so that Python suits these. */
export function boundByImports(table: readonly Companion[], manifests: Manifests, sources: Sources): void {
  for (const { package: name, imports, with: bounds } of table) {
    const dependency = imports === undefined ? undefined : manifests.dependencies.get(name)
    const below = bounds[name]?.slice(1)
    if (!dependency || dependency.pinned || dependency.below || manifests.locked.has(name) || !below) continue
    const found = sources.match(new RegExp(imports!))
    if (found) Object.assign(dependency, { below, written: found.evidence })
  }
}

/**
 * Constraints for old pinned packages whose own requirements are open at the top, as arguments of pip: none where a lock or
 * the project itself says the version.
 */
export function companions(table: readonly Companion[], lockFile: string | undefined, manifests: Manifests, warnings: Warning[]): string[] {
  if (lockFile) return []
  const out = new Map<string, string>()
  for (const c of table) {
    const dependency = manifests.dependencies.get(c.package)
    const version = c.before === '' ? (dependency?.pinned ?? '') : releaseBefore(manifests, c.package, c.before)
    if (!dependency || (c.imports !== undefined && !dependency.written) || version === undefined || (c.beside && !c.beside.some((name) => manifests.dependencies.has(name)))) continue
    const open = Object.entries(c.with).filter(([name]) => !out.has(name) && isOpen(manifests, name) && (!c.asked || manifests.dependencies.has(name) || dependency.extras.includes(name)))
    for (const [name, range] of open) out.set(name, `'${name}${range}'`)
    if (open.length > 0 && dependency.written) warnings.push({ message: `this is written for an older ${c.package}, so ${open.map(([name, range]) => name + range).join(', ')} is installed`, file: dependency.written.file, line: dependency.written.line, hint: 'pin the release, or move on to the newest' })
    else if (open.length > 0) warnings.push({ message: `${c.package} ${version}`.trim() + ` does not work with the newest ${open.map(([name]) => name).join(', ')}, so ${open.map(([name, range]) => name + range).join(', ')} is installed`, file: dependency.evidence.file, line: dependency.evidence.line, hint: 'pin them, or take a newer release' })
  }
  return [...out.values()]
}

/** Whether no manifest says a bound of the package. */
const isOpen = ({ dependencies }: Manifests, name: string): boolean => !/[<=~]/.test((dependencies.get(name)?.evidence.text ?? '').split(/[;#]/)[0]!.replace(/>=/g, ''))

/**
 * Lets pip's commands look at the index with builds for the processor too; an option, since a variable would hide the
 * indexes of a private pip.conf. With another manager a word on what its lock brings.
 */
export function cpuWheels(language: Language, { spec, lockFile }: Install, manifests: Manifests, values: Record<string, BuildValue>, warnings: Warning[]): Record<string, BuildValue> {
  const { packages, index } = language.data!.cpuWheels as { packages: string[]; index: string }
  const found = packages.map((p) => manifests.dependencies.get(p)).find(Boolean)
  if (!found || manifests.index || [...manifests.dependencies.values()].some((d) => /\+c(pu|u\d+)\b|whl\/c/.test(d.evidence.text ?? ''))) return values
  const option = (command: BuildValue | undefined): string => String(command).replace('.venv install -r', `.venv install --extra-index-url ${index} -r`)
  if (spec.id === 'pip') return { ...values, install: option(values.install), development: option(values.development) }
  const cuda = [...manifests.locked.keys()].some((name) => name.startsWith('nvidia-'))
  if (cuda || !lockFile) warnings.push({ message: `${found.name} brings libraries for NVIDIA cards, some gigabytes that no container without one uses`, file: lockFile ?? found.evidence.file, hint: `name the index ${index} for torch in pyproject.toml` })
  return values
}

/** The kind of resources that the dependencies ask for, where it is not the framework's; said where it is much. */
export function memoryKind(language: Language, manifests: Manifests, warnings: Warning[]): string | undefined {
  for (const [kind, names] of Object.entries(language.data!.memory as Record<string, string[]>)) {
    const found = names.map((n) => manifests.dependencies.get(n)).find(Boolean)
    if (!found) continue
    const { memory } = language.resources[kind]!
    warnings.push({ message: `${found.name} takes memory, so ${memory} are asked for`, file: found.evidence.file, line: found.evidence.line, hint: 'measure it, and say it: --set resources.memory=…' })
    return kind
  }
  return undefined
}

/** Names of the environment that the fields of pydantic's settings are read from (https://docs.pydantic.dev/latest/concepts/pydantic_settings/). */
export function modelSettings(project: Project, sources: Sources): Fact<string>[] {
  return sources.files.flatMap((file) => {
    const source = project.read(file) ?? ''
    if (!source.includes('BaseSettings')) return []
    return [...source.matchAll(/^class \w+\([^)]*\bBaseSettings\b[^)]*\):\n((?:(?:[ \t]+.*)?\n)*)/gm)].flatMap(([, body]) => {
      const prefix = /env_prefix["']?\s*[=:]\s*["'](\w*)["']/.exec(body!)?.[1] ?? ''
      return [...body!.matchAll(/^(?: {4}|\t)([A-Za-z][A-Za-z0-9_]*)\s*:(?!\s*ClassVar)/gm)].filter((m) => m[1] !== 'model_config').map((m): Fact<string> => {
        const evidence: Evidence = { file, line: lineOf(source, m[0]) }
        return fact((prefix + m[1]!).toUpperCase(), evidence)
      })
    })
  })
}

interface Older {
  below: number
  take: string
  packages: Record<string, string>
}

export interface Setuptools {
  /** by release line, "" for the others */
  version: Record<string, string>
  packages: Record<string, string>
  /** packages that are always compiled, by setups that import pkg_resources */
  compiled: string[]
  /** the first release without it */
  without: string
  /** releases of it that older setups need, the last of them, and the first release of each package that needs none */
  older: Older[]
}

/** What stands for a package of which no release does without. */
const NEVER = '99'

/** Whether something imports pkg_resources, which neither Python nor a new setuptools brings: the sources, or a release older than its first without. */
export function needsSetuptools({ packages }: Setuptools, manifests: Manifests, sources: Sources): boolean {
  const pinned = manifests.dependencies.get('setuptools')?.pinned ?? manifests.locked.get('setuptools')
  if (pinned) return false
  const old = Object.entries(packages).some(([name, first]) => (first === NEVER && manifests.dependencies.has(name)) || releaseBefore(manifests, name, first) !== undefined)
  return old || sources.match(/^\s*(?:from|import)\s+(?:pkg_resources|distutils)\b/) !== undefined
}

/** The oldest setuptools that a release without a wheel is built by. */
const olderOf = (all: readonly Older[], manifests: Manifests): Older | undefined =>
  all.find(({ packages }) => Object.entries(packages).some(([name, first]) => (first === NEVER ? manifests.dependencies.has(name) : releaseBefore(manifests, name, first) !== undefined)))

/** The release of setuptools that is installed for pkg_resources' sake, which every bound allows. @param line of Python */
export const setuptoolsFor = ({ version, older }: Setuptools, manifests: Manifests, line: string): string => olderOf(older, manifests)?.take ?? pinFor(version, line)

/** What setuptools is kept at where old releases are compiled, whose setups import pkg_resources; "" where the project says it. @param old whether a line was taken for the sake of old releases */
export function buildBound({ compiled, without, older }: Setuptools, manifests: Manifests, old: boolean): string {
  const { dependencies, locked, compiles } = manifests
  // the bound is one for what is built and for what is installed
  if (dependencies.has('setuptools') || locked.has('setuptools')) return ''
  const bound = olderOf(older, manifests)
  if (bound) return `setuptools<${bound.below}`
  return old || compiles || compiled.some((name) => dependencies.has(name)) ? `setuptools<${without}` : ''
}

/** Services that an extra brings along: celery[redis]. */
export function extraServices({ dependencies }: Manifests): Fact<string>[] {
  const found = ['celery', 'kombu', 'dramatiq', 'huey', 'flower', 'rq'].flatMap((name) => dependencies.get(name) ?? [])
  return ['redis', 'rabbitmq'].flatMap((id) => {
    const one = found.find((d) => d.extras.includes(id))
    return one && !dependencies.has(id) ? [fact(id, one.evidence)] : []
  })
}

/** Drivers of SQLAlchemy by their packages, the one that a plain URL means first: https://docs.sqlalchemy.org/en/20/dialects/ */
const DRIVERS: Record<'sync' | 'async', Record<string, [name: string, scheme: string][]>> = {
  sync: { postgres: [['psycopg2', ''], ['psycopg2-binary', ''], ['psycopg', 'postgresql+psycopg'], ['psycopg-binary', 'postgresql+psycopg'], ['pg8000', 'postgresql+pg8000']], mysql: [['mysqlclient', ''], ['pymysql', 'mysql+pymysql'], ['mysql-connector-python', 'mysql+mysqlconnector']] },
  async: { postgres: [['asyncpg', 'postgresql+asyncpg'], ['psycopg', 'postgresql+psycopg']], mysql: [['asyncmy', 'mysql+asyncmy'], ['aiomysql', 'mysql+aiomysql']] },
}

/** The schemes of URLs that SQLAlchemy finds the installed drivers by; none where a driver is given the URL itself. */
export function urlSchemes({ dependencies }: Manifests, sources: Sources): Record<string, string> | undefined {
  if (!['sqlalchemy', 'sqlmodel', 'flask-sqlalchemy'].some((n) => dependencies.has(n)) || dependencies.has('django')) return undefined
  const drivers = DRIVERS[sources.match(/\b(?:create_async_engine|AsyncEngine|async_engine_from_config)\(/) ? 'async' : 'sync']
  if (sources.match(/\b(?:asyncpg|psycopg)\.(?:connect|create_pool)\(/)) return undefined
  const out = Object.entries(drivers).flatMap(([id, list]) => {
    const scheme = list.find(([name]) => dependencies.has(name))?.[1]
    return scheme ? (id === 'mysql' ? [[id, scheme], ['mariadb', scheme]] : [[id, scheme]]) : []
  })
  return out.length > 0 ? Object.fromEntries(out) : undefined
}
