import { readJson } from '../json.ts'
import { type Manifests, normalize, requirement } from './manifests.ts'
import type { Project } from '../project.ts'
import { readToml, table, text, texts, type Toml } from '../toml.ts'

/** What can be said of a lock file beside the manifests that are there. */
export interface LockState {
  /** it was made from other manifests, which its manager refuses to install */
  stale?: boolean
  /** it lacks packages that the manifests name */
  lacks?: boolean
  /** every release of its manager finds it fresh */
  checked?: boolean
  /** it has no hash for something that is not of this project: a package out of a repository */
  unhashed?: boolean
}

/** Compares a lock file with its manifests: by the hash that Pipenv and Poetry write into it, by the requirements that uv repeats in it. */
export function lockState(project: Project, lock: string, { pyproject, dependencies }: Manifests): LockState {
  const content = project.read(lock) ?? ''
  if (lock === 'Pipfile.lock') {
    const pipfile = project.read('Pipfile')
    const hash = /"sha256":\s*"([0-9a-f]{64})"/.exec(content.slice(0, content.indexOf('"default"')))?.[1]
    if (!hash || pipfile === undefined) return {}
    // releases since 2026 hash the names as PEP 503 normalizes them
    const hashes = [false, true].map((normal) => sha256(pythonJson(pipfileContent(readToml('Pipfile', pipfile), normal), ',', ':')))
    const locked = content.slice(content.indexOf('"default"')).toLowerCase().replace(/[_.]/g, '-')
    const lacks = [...dependencies.values()].some((d) => d.evidence.file === 'Pipfile' && !locked.includes(`"${d.name}":`))
    const packages = Object.values(readJson<{ default?: Record<string, Record<string, unknown>> }>(lock, content).default ?? {})
    const unhashed = packages.some((p) => [p.git, p.hg, p.svn, p.bzr].some(Boolean))
    return { stale: !hashes.includes(hash), lacks, checked: hashes.every((h) => h === hash), ...(unhashed ? { unhashed } : {}) }
  }
  if (lock === 'poetry.lock') {
    const hash = /^content-hash = "([0-9a-f]{64})"/m.exec(content)?.[1]
    const stale = hash !== undefined && pyproject !== undefined && sha256(pythonJson(poetryContent(pyproject), ', ', ': ')) !== hash
    return { stale, lacks: stale }
  }
  if (lock !== 'uv.lock' || pyproject === undefined) return {}
  if (uvLacks(content, pyproject)) return { stale: true, lacks: true }
  // a bound of its maker's own machine, which uv finds missing here
  const bound = /^exclude-newer/m.test(content.slice(0, content.indexOf('[[package]]'))) && table(pyproject, 'tool', 'uv')['exclude-newer'] === undefined && !project.has('uv.toml')
  return bound ? { stale: true } : {}
}

const sha256 = (data: string): string => process.getBuiltinModule('node:crypto').createHash('sha256').update(data).digest('hex')

/** What Pipenv hashes: https://github.com/sarugaku/plette, Pipfile.get_hash. */
function pipfileContent(pipfile: Toml, normal: boolean): Toml {
  const names = (packages: unknown): Toml => Object.fromEntries(Object.entries(table({ packages }, 'packages')).map(([name, value]) => [normal ? normalize(name) : name, value]))
  const { source = [], packages, requires = {}, scripts: _, pipfile: __, pipenv: ___, 'dev-packages': develop, ...categories } = pipfile
  return { ...Object.fromEntries(Object.entries(categories).map(([key, value]) => [key, names(value)])), _meta: { sources: source, requires }, default: names(packages), develop: names(develop) }
}

/** What Poetry hashes: https://github.com/python-poetry/poetry, Locker._get_content_hash. */
function poetryContent(pyproject: Toml): Toml {
  const project = pick(table(pyproject, 'project'), ['requires-python', 'dependencies', 'optional-dependencies'])
  const groups = table(pyproject, 'dependency-groups')
  const standard = { ...(Object.keys(project).length > 0 ? { project } : {}), ...(Object.keys(groups).length > 0 ? { 'dependency-groups': groups } : {}) }
  const tool = table(pyproject, 'tool', 'poetry')
  const legacy = ['dependencies', 'source', 'extras', 'dev-dependencies']
  if (Object.keys(standard).length > 0) return { ...standard, tool: { poetry: pick(tool, [...legacy, 'group']) } }
  return { ...Object.fromEntries(legacy.map((key) => [key, tool[key] ?? null])), ...pick(tool, ['group']) }
}

const pick = (from: Toml, keys: readonly string[]): Toml => Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]))

/** JSON as Python's json.dumps(sort_keys=True) writes it. */
function pythonJson(value: unknown, comma: string, colon: string): string {
  if (Array.isArray(value)) return `[${value.map((v) => pythonJson(v, comma, colon)).join(comma)}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, v]) => pythonJson(key, comma, colon) + colon + pythonJson(v, comma, colon)).join(comma)}}`
}

/** Whether the project names packages that uv's lock does not have as its requirements, or the other way round. */
function uvLacks(content: string, pyproject: Toml): boolean | undefined {
  const own = /^source = \{ (?:virtual|editable) = "\." \}$[^]*?(?=^\[\[package\]\]|$(?![^]))/m.exec(content)?.[0]
  if (own === undefined || table(pyproject, 'tool', 'uv').workspace !== undefined) return undefined
  const listed = /^requires-dist = \[(?:\n([^]*?)^\]|([^\n]*)\])/m.exec(own)
  const locked = [...(listed?.[1] ?? listed?.[2] ?? '').matchAll(/\{ name = "([^"]+)"([^\n]*)/g)].filter(([, , rest]) => !/\bextra ==/.test(rest!)).map(([, name]) => name!)
  const named = texts(table(pyproject, 'project'), 'dependencies').flatMap((line) => requirement(line, { file: 'pyproject.toml' })?.name ?? [])
  const range = text(table(pyproject, 'project'), 'requires-python')
  const lockedRange = /^requires-python = "([^"]+)"/m.exec(content)?.[1]
  const moved = range !== undefined && lockedRange !== undefined && ![range, lockedRange].some((r) => /[,*]/.test(r)) && range.replace(/\s/g, '') !== lockedRange.replace(/\s/g, '')
  return moved || named.some((name) => !locked.includes(name)) || locked.some((name) => !named.includes(name))
}
