import type { Evidence } from '../facts.ts'
import { lineOf, type Project } from '../project.ts'
import { readToml, table, text, texts, type Toml } from '../toml.ts'

/** One dependency as a manifest names it. */
export interface Dependency {
  /** normalized as PEP 503 says: lower case, runs of - _ . are one - */
  name: string
  extras: string[]
  /** the version, where it is pinned exactly */
  pinned?: string
  /** every release that is allowed came before this one */
  below?: string
  /** where the sources use what later releases lack */
  written?: Evidence
  evidence: Evidence
}

/** What a project's manifests say, whatever their kind. */
export interface Manifests {
  dependencies: Map<string, Dependency>
  /** names that only development and tests need */
  development: Set<string>
  pyproject?: Toml
  /** requirements files by role, and every file that they include */
  requirements?: string
  developmentRequirements?: string
  includes: string[]
  /** paths of the project itself in a requirements file ("-e ."), which cannot be installed before the sources are there */
  locals: Evidence[]
  /** requirements that no Linux image can install, with the place */
  foreign: Dependency[]
  /** versions in the lock file, by normalized name */
  locked: Map<string, string>
  /** folders of the members of uv's workspace, whose root this is */
  members: string[]
  /** the versions of Python that a script's own metadata asks for */
  range?: { text: string; evidence: Evidence }
  /** a release has to be compiled, for want of a wheel */
  compiles?: boolean
  /** a requirements file names an index of its own */
  index?: boolean
}

export const normalize = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-')

const REQUIREMENT = /^([A-Za-z0-9][\w.-]*)\s*(?:\[([^\]]*)\])?\s*([^;#]*)/

/** One requirement of PEP 508, or undefined where the text is none. */
export function requirement(line: string, evidence: Evidence): Dependency | undefined {
  const found = REQUIREMENT.exec(line.trim())
  if (!found) return undefined
  const pinned = /^\(?\s*={2,3}\s*v?([\w.+!-]+)\s*(?:\\|--|\)|$)/.exec(found[3]!)?.[1]
  return { name: normalize(found[1]!), extras: (found[2] ?? '').split(',').map((e) => normalize(e.trim())).filter(Boolean), ...(pinned ? { pinned } : boundOf(found[3]!)), evidence: { ...evidence, text: line.trim().slice(0, 120) } }
}

/** The upper bound of a range of PEP 440 or of Poetry's: "<4", "<=3.1", "~=3.2", "==3.2.*", "^3.2". */
function boundOf(range: string): { below?: string } {
  const [, operator, version] = /(<=?|~=|~|\^|==)\s*v?(\d+(?:\.\d+)*)/.exec(range) ?? []
  if (!version) return {}
  if (operator === '<') return { below: version }
  if (operator === '<=') return { below: `${version}.0.0.1` }
  const parts = version.split('.').map(Number)
  // what may grow is what stands behind the counted part
  const counted = operator === '~=' ? parts.length - 1 : operator === '==' ? parts.length : operator === '~' ? Math.min(2, parts.length) : parts.findIndex((n) => n > 0) + 1
  return counted > 0 ? { below: [...parts.slice(0, counted - 1), parts[counted - 1]! + 1].join('.') } : {}
}

/** Reads every manifest at the project's root; of uv's workspace that of `member` and of what this needs, where one is meant. Throws InputError for malformed TOML (file:line:column). */
export function readManifests(project: Project, names: { production: string[]; development: string[]; foreign: string[] }, member?: string): Manifests {
  const out: Manifests = { dependencies: new Map(), development: new Set(), includes: [], locals: [], foreign: [], locked: new Map(), members: [] }
  const add = (d: Dependency | undefined): void => {
    if (d && !out.dependencies.has(d.name)) out.dependencies.set(d.name, d)
  }
  const source = project.read('pyproject.toml')
  if (source !== undefined) {
    out.pyproject = readToml('pyproject.toml', source)
    readPyproject(out, source, add)
    out.members = membersOf(project, texts(table(out.pyproject, 'tool', 'uv', 'workspace'), 'members'))
    const own = out.members.map((folder) => {
      const file = `${folder}/pyproject.toml`
      const content = project.read(file)!
      const part = table(readToml(file, content), 'project')
      return { folder, name: normalize(text(part, 'name') ?? ''), dependencies: texts(part, 'dependencies').flatMap((line) => requirement(line, { file, line: lineOf(content, line) }) ?? []) }
    })
    const meant = own.filter((o) => member === undefined || o.folder === member)
    for (const one of meant) for (const d of one.dependencies) {
      add(d)
      meant.push(...own.filter((o) => o.name === d.name && !meant.includes(o)))
    }
  }
  const pipfile = project.read('Pipfile')
  if (pipfile !== undefined) {
    const parsed = readToml('Pipfile', pipfile)
    const packages = table(parsed, 'packages')
    for (const [name, value] of Object.entries(packages)) {
      const path = text(table({ value }, 'value'), 'path') ?? text(table({ value }, 'value'), 'file')
      if (path === undefined || path.includes('://')) continue
      out.locals.push({ file: 'Pipfile', line: lineOf(pipfile, path), text: path })
      delete packages[name]
    }
    addTable(packages, 'Pipfile', pipfile, add)
    for (const name of Object.keys(table(parsed, 'dev-packages'))) out.development.add(normalize(name))
  }
  out.requirements = names.production.find((f) => project.read(f) !== undefined)
  if (out.requirements) readRequirements(project, out.requirements, names.foreign, out, add)
  out.developmentRequirements = names.development.find((f) => f !== out.requirements && project.read(f) !== undefined)
  if (out.developmentRequirements) for (const d of lines(project.read(out.developmentRequirements)!)) if (requirement(d.text, { file: '' })) out.development.add(requirement(d.text, { file: '' })!.name)
  const setup = project.read('setup.py') ?? project.read('setup.cfg')
  if (setup !== undefined && out.dependencies.size === 0) readSetup(project.read('setup.py') !== undefined ? 'setup.py' : 'setup.cfg', setup, add)
  // a setup.py may list what another file says
  const listed = project.read('setup.py') !== undefined && out.dependencies.size === 0 ? /["']([\w./-]*req[\w./-]*\.txt)["']/.exec(setup!)?.[1] : undefined
  if (listed) for (const { text: line, line: number } of lines(project.read(listed) ?? '')) add(requirement(line, { file: listed, line: number }))
  return out
}

/** The folders that a workspace's patterns mean: a name, or all below a folder (https://docs.astral.sh/uv/concepts/projects/workspaces/). */
function membersOf(project: Project, patterns: readonly string[]): string[] {
  const folders = patterns.flatMap((p) => (p.endsWith('/*') ? project.names(p.slice(0, -2)).filter((n) => n.endsWith('/')).map((n) => p.slice(0, -1) + n.slice(0, -1)) : [p.replace(/\/$/, '')]))
  return folders.filter((f) => project.has(`${f}/pyproject.toml`))
}

function readPyproject(out: Manifests, source: string, add: (d: Dependency | undefined) => void): void {
  const file = 'pyproject.toml'
  const project = table(out.pyproject, 'project')
  for (const line of texts(project, 'dependencies')) add(requirement(line, { file, line: lineOf(source, line) }))
  addTable(table(out.pyproject, 'tool', 'poetry', 'dependencies'), file, source, (d) => {
    if (d.name !== 'python') add(d)
  })
  const groups = [
    ...Object.values(table(out.pyproject, 'dependency-groups')).flatMap((g) => (Array.isArray(g) ? g : [])),
    ...['dev', 'test', 'tests'].flatMap((g) => texts(table(project, 'optional-dependencies'), g)),
    ...texts(table(out.pyproject, 'tool', 'uv'), 'dev-dependencies'),
    ...Object.values(table(out.pyproject, 'tool', 'pdm', 'dev-dependencies')).flatMap((g) => (Array.isArray(g) ? g : [])),
    ...Object.keys(table(out.pyproject, 'tool', 'poetry', 'dev-dependencies')),
    ...Object.values(table(out.pyproject, 'tool', 'poetry', 'group')).flatMap((g) => Object.keys(table(g, 'dependencies'))),
  ]
  for (const line of groups) if (typeof line === 'string') out.development.add(requirement(line, { file })?.name ?? '')
}

/** A table of Poetry or Pipenv: name = "^1.2" or { version, extras }. */
function addTable(from: Toml, file: string, source: string, add: (d: Dependency) => void): void {
  for (const [name, value] of Object.entries(from)) {
    const git = text(table({ value }, 'value'), 'git')
    const spec = typeof value === 'string' ? value : git ? `git+${git}` : (text(table({ value }, 'value'), 'version') ?? '')
    const pinned = /^(?:==)?\s*(\d[\w.]*)$/.exec(spec)?.[1]
    const line = lineOf(source, new RegExp(`^\\s*"?${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}"?\\s*=`, 'm'))
    add({ name: normalize(name), extras: texts(table({ value }, 'value'), 'extras').map(normalize), ...(pinned ? { pinned } : boundOf(spec)), evidence: { file, line, text: `${name} = ${spec}` } })
  }
}

/** Lines of a requirements file with their numbers: continued lines joined, comments taken away. */
function lines(content: string): { text: string; line: number }[] {
  const out: { text: string; line: number }[] = []
  let open = ''
  // PowerShell writes UTF-16, which pip reads
  content.replaceAll('\0', '').split('\n').forEach((raw, i) => {
    const plain = raw.replace(/(^|\s)#.*$/, '').replace(/^\uFEFF|^\uFFFD+/, '')
    open += plain.trimEnd().replace(/\\$/, ' ')
    if (plain.trimEnd().endsWith('\\')) return
    if (open.trim()) out.push({ text: open.trim(), line: i + 1 })
    open = ''
  })
  return out
}

function readRequirements(project: Project, file: string, foreign: string[], out: Manifests, add: (d: Dependency | undefined) => void): void {
  if (out.includes.includes(file)) return
  out.includes.push(file)
  const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/') + 1) : ''
  for (const { text: line, line: number } of lines(project.read(file) ?? '')) {
    const evidence = { file, line: number, text: line.slice(0, 120) }
    const included = /^(?:-r|--requirement|-c|--constraint)[\s=]*(\S+)/.exec(line)
    if (included) {
      const path = normalizePath(folder + included[1]!)
      if (/^-(r|-req)/.test(line)) readRequirements(project, path, foreign, out, add)
      else if (project.read(path) !== undefined) out.includes.push(path)
    } else if (/^(?:-e\s+|--editable[\s=]+)?\.{0,2}\/?(?:\.|\S+\/)(?:\[|$|\s)/.test(line) && !/:\/\//.test(line)) out.locals.push(evidence)
    else if (!line.startsWith('-')) {
      const found = requirement(line, evidence)
      if (!found) continue
      if (foreign.includes(found.name) && !/platform|os_name/.test(line)) out.foreign.push(found)
      else add(found)
    } else {
      if (/^(?:-i\b|--(?:extra-)?index-url|-f\b|--find-links)/.test(line)) out.index = true
      const egg = /#egg=([\w.-]+)/.exec(project.read(file)!.split('\n')[number - 1] ?? '')
      if (egg) add({ name: normalize(egg[1]!), extras: [], evidence })
    }
  }
}

const normalizePath = (path: string): string => {
  const out: string[] = []
  for (const part of path.split('/')) if (part === '..') out.pop()
  else if (part && part !== '.') out.push(part)
  return out.join('/')
}

/** setup.py and setup.cfg: the quoted or listed names after install_requires, or in the list that it names. */
function readSetup(file: string, source: string, add: (d: Dependency | undefined) => void): void {
  const name = file === 'setup.py' ? /\binstall_requires\s*=\s*([A-Za-z_]\w*)\s*[,)]/.exec(source)?.[1] : undefined
  const block = new RegExp(file === 'setup.py' ? `\\b${name ?? 'install_requires'}\\s*=\\s*([[(][^\\])]*[\\])])` : 'install_requires\\s*=\\s*((?:.*\\n)(?:[ \\t]+\\S.*\\n?)*)').exec(source)
  if (!block) return
  const items = file === 'setup.py' ? [...block[1]!.matchAll(/["']([^"']+)["']/g)].map((m) => m[1]!) : block[1]!.split('\n').map((l) => l.trim())
  for (const item of items) if (item) add(requirement(item, { file, line: lineOf(source, item, block.index) }))
}

/** Exact versions in a lock file. Locks of these managers list `name = …` and `version = …` in pairs, Pipenv's is JSON. */
export function readLocked(project: Project, lock: string): Map<string, string> {
  const out = new Map<string, string>()
  const content = project.read(lock) ?? ''
  const pairs = content.matchAll(lock === 'Pipfile.lock' ? /"([\w.-]+)": \{[^{}]*?"version": "==([^"]+)"/g : lock === 'requirements.lock' ? /^([\w.-]+)(?:\[[^\]]*\])?==([\w.+!-]+)/gm : /^name = "([^"]+)"\nversion = "([^"]+)"/gm)
  for (const [, name, version] of pairs) out.set(normalize(name!), version!)
  return out
}
