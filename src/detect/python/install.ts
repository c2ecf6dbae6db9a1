import { InputError } from '../../errors.ts'
import type { BuildValue, Evidence, Fact, LanguageFacts, Warning } from '../facts.ts'
import { fact } from '../facts.ts'
import type { BaseId, DetectContext, Manager } from '../language.ts'
import { carriedPackages } from '../carried.ts'
import { type LockState, lockState } from './lock.ts'
import type { Manifests } from './manifests.ts'
import { pinFor } from './version.ts'
import { lineOf } from '../project.ts'
import { table, texts, type Toml } from '../toml.ts'

/** How the dependencies and the project itself get into the environment. */
export interface Install {
  manager: Fact<string>
  lockFile?: string
  /** how the lock file stands to the manifests */
  state: LockState
  spec: Manager
}

/** The manager whose lock file is there, else the one that the manifest is written for. */
export function chooseManager({ chosen, language, project }: DetectContext, manifests: Manifests, warnings: Warning[]): Install {
  const locks = language.managers.flatMap((m) => m.locks.filter((l) => project.has(l)).map((lock) => ({ id: m.id, lock })))
  const tool = table(manifests.pyproject, 'tool')
  const listed = texts(table(manifests.pyproject, 'project'), 'dependencies').length
  // uv resolves a project whose version its sources say only with the sources there
  const dynamic = texts(table(manifests.pyproject, 'project'), 'dynamic')
  const complete = manifests.requirements !== undefined && [...manifests.dependencies.values()].filter((d) => d.evidence.file === 'pyproject.toml').length === 0
  const guessed = tool.poetry && !listed && !complete ? 'poetry' : project.has('Pipfile') ? 'pipenv' : manifests.requirements && (complete || !manifests.pyproject) ? 'pip' : tool.uv && !dynamic.includes('version') ? 'uv' : tool.pdm ? 'pdm' : tool.poetry && !listed ? 'poetry' : manifests.pyproject?.project || (!manifests.requirements && (project.has('setup.py') || project.has('setup.cfg'))) ? 'pyproject' : 'pip'
  const id = chosen.manager ?? locks[0]?.id ?? guessed
  const spec = language.managers.find((m) => m.id === id) ?? language.managers.find((m) => m.id === 'pip')!
  const lockFile = locks.find((l) => l.id === spec.id)?.lock
  if (locks.length > 1) warnings.push({ message: `several lock files (${locks.map((l) => l.lock).join(', ')}); ${lockFile ?? 'none'} is used`, file: lockFile, hint: 'delete the others' })
  const manifest = lockFile ?? [manifests.requirements, 'Pipfile', 'pyproject.toml', 'setup.py', 'setup.cfg'].find((f) => f && project.has(f))
  const pinned = spec.id === 'pip' && [...manifests.dependencies.values()].every((d) => d.pinned)
  if (!lockFile && !pinned && manifest) warnings.push({ message: `${spec.id === 'pip' ? 'not every requirement is pinned' : 'there is no lock file'}, so two builds may install different versions`, file: manifest, hint: spec.id === 'pip' ? 'pin them, for example with pip freeze or uv pip compile' : 'lock the dependencies and commit the lock file' })
  const state = lockFile ? lockState(project, lockFile, manifests) : {}
  if (state.stale) warnings.push({ message: `${lockFile} was made ${spec.id === 'uv' && !state.lacks ? 'with settings that the project does not have' : `from another ${String((spec.files as unknown as string[])[0])}`}: ${state.lacks ? 'the build resolves what it lacks, and two builds may install different versions' : 'it is installed as it is'}`, file: lockFile, hint: `lock again: ${spec.id} lock` })
  return { spec, lockFile, state, manager: manifest ? fact(spec.id, { file: manifest }) : { value: spec.id, evidence: [], guess: true } }
}

/** Facts about the manager that its commands are filled with. */
export interface InstallNeeds {
  manifests: Manifests
  line: string
  /** the project itself has to be installed: a console script, its own metadata */
  project: boolean
  appVersion: string
}

const BACKENDS = ['setuptools-scm', 'setuptools_scm', 'hatch-vcs', 'versioningit', 'poetry-dynamic-versioning', 'scm']

/** The commands and manifests of the stages that install, for the templates. */
export function installValues({ language, project }: DetectContext, { spec, lockFile, state }: Install, needs: InstallNeeds): Record<string, BuildValue> {
  const { manifests } = needs
  const pins = language.data!.pins as Record<string, Record<string, string>>
  // a workspace's program may be any of its members
  const whole = (text: string): string => (manifests.members.length > 0 ? text.replace(/^(uv sync)\b/, '$1 --all-packages') : text)
  // from an exported list: paths whose files come later, and the index by its old name, which no mirror is asked by
  const lines = spec.id === 'pipenv' ? [...(manifests.locals.length > 0 ? ['/^(-e |\\.)/d'] : []), ...(/\/pypi\.python\.org\//.test(project.read('Pipfile.lock') ?? project.read('Pipfile') ?? '') ? ['/^-i .*pypi\\.python\\.org/d'] : [])] : []
  const listed = (text: string): string => (lines.length > 0 ? text.replace(/ > (\S+) &&/, ` > $1 && sed -i -E ${lines.map((l) => `-e '${l}'`).join(' ')} $1 &&`) : text)
  const strict = lockFile !== undefined && !(state.stale && state.lacks)
  // a release of today's finds locks of older ones out of date
  const verified = (text: string): string => {
    const able = state.unhashed ? text.replace(/ --(?:require-)?hash(?:es)?\b/g, '') : text
    return state.checked ? able : able.replace('pipenv verify && ', '').replace('uv sync --locked', state.stale ? 'uv sync --frozen' : '$&')
  }
  const command = (name: string): string => verified(listed(whole(String(spec[strict ? name : `${name}Loose`] ?? ''))))
  const tools = [pins.pip![needs.line] ? `pip==${pins.pip![needs.line]}` : '', String(spec.setup)].filter(Boolean).join(' ')
  const setup = tools.replace(/\{([\w-]+)\}/g, (_, id: string) => pinFor(pins[id]!, needs.line))
  const uv = table(manifests.pyproject, 'tool', 'uv')
  const parts = spec.id === 'uv' && (uv.workspace !== undefined || Object.values(table(uv, 'sources')).some((s) => JSON.stringify(s).match(/"(path|workspace)"/)))
  refuseMember(project, uv)
  const pip = spec.id === 'pip'
  const early = spec.id === 'pyproject' && (manifests.pyproject?.project === undefined || texts(table(manifests.pyproject, 'project'), 'dynamic').includes('dependencies'))
  const dropped = [...manifests.foreign.map((f) => `/^${f.evidence.text!.split(/[\s=<>~!;[]/)[0]!.replaceAll('.', '\\.')}\\>/Id`), ...(manifests.locals.length > 0 ? ['/^(-e +|--editable[ =])?\\.{1,2}(\\/|\\[| |$)/d'] : [])]
  // PowerShell writes UTF-16, which pip reads and sed does not
  const wide = manifests.includes.filter((f) => project.read(f)?.includes('\0'))
  const narrowed = wide.length > 0 ? `python3 -c 'import sys; [open(f, "w").write(t) for f in sys.argv[1:] for t in [open(f, encoding="utf-16").read()]]' ${wide.join(' ')} && ` : ''
  const filter = pip && dropped.length > 0 ? `${narrowed}sed -i -E ${dropped.map((d) => `-e '${d}'`).join(' ')} ${manifests.includes.join(' ')} && ` : ''
  const install = early || (pip && !manifests.requirements) ? '' : filter + (parts ? (strict ? whole(String(spec.installParts)) : '') : command('install')).replace('{requirements}', manifests.requirements ?? '')
  const extras = ['dev', 'test', 'tests'].filter((g) => texts(table(manifests.pyproject, 'project', 'optional-dependencies'), g).length > 0)
  const hasDevelopment = pip ? manifests.developmentRequirements !== undefined : spec.id === 'pyproject' ? extras.length > 0 : manifests.development.size > 0
  const locals = manifests.locals.map((l) => l.text!.replace(/^(-e\s+|--editable[\s=]+)/, '').split(/\s/)[0]!)
  const installProject = (pip || spec.id === 'pipenv') && locals.length > 0 ? `pip --python .venv install ${pip ? '' : '--no-deps '}${locals.map((l) => `--editable ${l}`).join(' ')}` : early ? 'uv pip install --editable .' : needs.project || parts ? command('project') : ''
  const files = pip ? manifests.includes : [...(lockFile ? [lockFile] : []), ...((spec.files as unknown as string[]) ?? []), ...manifests.members.map((m) => `${m}/pyproject.toml`)].filter((f) => project.has(f))
  const versioned = BACKENDS.some((b) => project.read('pyproject.toml')?.includes(b) || project.read('setup.py')?.includes('use_scm_version'))
  return {
    setup,
    environment: [...((spec.environment as unknown as string[]) ?? []), ...(setup.startsWith('uv') ? [`UV_PYTHON=${needs.line}`] : []), ...(versioned && installProject ? [`SETUPTOOLS_SCM_PRETEND_VERSION=${needs.appVersion}`, `PDM_BUILD_SCM_VERSION=${needs.appVersion}`, 'POETRY_DYNAMIC_VERSIONING_BYPASS=' + needs.appVersion] : [])],
    manifests: install ? byFolder(files) : [],
    install,
    project: installProject,
    development: hasDevelopment ? command('development').replace(/^uv sync --all-packages/, '$& --no-install-workspace').replace('{development}', manifests.developmentRequirements ?? '').replace('{extras}', extras.map((e) => `--extra ${e}`).join(' ')) : '',
    developmentManifests: pip && manifests.developmentRequirements ? byFolder([manifests.developmentRequirements]) : [],
  }
}

/** Throws InputError for a member of uv's workspace alone, whose lock file and other members lie outside of it. */
function refuseMember(project: DetectContext['project'], uv: Toml): void {
  if (uv.workspace !== undefined) return
  const [name] = Object.entries(table(uv, 'sources')).find(([, source]) => table({ source }, 'source').workspace === true) ?? []
  if (name === undefined) return
  throw new InputError({
    message: `${name} comes from the workspace around this folder, which the image would lack`,
    file: 'pyproject.toml',
    line: lineOf(project.read('pyproject.toml')!, new RegExp(`^"?${name.replace(/[.]/g, '\\.')}"?\\s*=.*workspace`, 'm')),
    hint: "run it in the workspace's root; where that has several programs, with --start",
  })
}

/** Files grouped by their folder, since COPY lays what it is given flat into its target. */
function byFolder(files: readonly string[]): { files: string[]; to: string }[] {
  const out = new Map<string, string[]>()
  for (const file of files) {
    const folder = file.includes('/') ? `./${file.slice(0, file.lastIndexOf('/') + 1)}` : './'
    out.set(folder, [...(out.get(folder) ?? []), file])
  }
  return [...out].map(([to, list]) => ({ files: list, to }))
}

interface Library {
  packages: string[]
  unless?: string[]
  compiler?: boolean
  build?: Record<string, string[]>
  runtime?: Record<string, string[]>
}

/** System packages that the dependencies need to be compiled and to be imported, and the bases that cannot have them. */
export function systemPackages(context: DetectContext, manifests: Manifests, lockFile: string | undefined, parts: ReadonlyMap<string, Evidence> | undefined, warnings: Warning[]): { values: Record<string, BuildValue>; unsuitable: NonNullable<LanguageFacts['unsuitable']> } {
  const { language } = context
  const build = { apt: new Set<string>(), apk: new Set<string>() }
  const runtime = { apt: new Set<string>(), apk: new Set<string>() }
  const evidence: { text: string; at: Evidence; runtime: boolean }[] = []
  // not what is only in the lock: development tools are there too
  const has = (name: string): Evidence | undefined => manifests.dependencies.get(name)?.evidence ?? parts?.get(name)
  const extra = (name: string): boolean => {
    const [, base, of] = /^(.+?)-(binary|c)$/.exec(name) ?? []
    return base !== undefined && (manifests.dependencies.get(base)?.extras.includes(of!) ?? false)
  }
  const add = (to: typeof build, from: Record<string, string[]> | undefined): void => {
    for (const kind of ['apt', 'apk'] as const) for (const p of from?.[kind] ?? []) to[kind].add(p)
  }
  const compiler = language.data!.compiler as Record<string, string[]>
  for (const library of language.data!.libraries as Library[]) {
    const name = library.packages.find((p) => has(p) ?? extra(p))
    if (!name || library.unless?.some((u) => has(u) ?? extra(u))) continue
    if (library.compiler) add(build, compiler)
    add(build, library.build)
    add(runtime, library.runtime)
    evidence.push({ text: `${name} needs ${[...(library.runtime?.apt ?? ['a compiler'])].join(', ')}`, at: has(name) ?? { file: 'pyproject.toml' }, runtime: library.runtime !== undefined })
  }
  if (manifests.compiles) add(build, compiler)
  // as Pipenv, Poetry and uv lock what comes from a repository
  const locked = lockFile ? /^(?:source = \{ git = |type = "git"$|git = "|\s+"git": ")/m.test(context.project.read(lockFile) ?? '') : false
  if (locked || [...manifests.dependencies.values()].some((d) => /\bgit\+/.test(d.evidence.text ?? ''))) add(build, { apt: ['git'], apk: ['git'] })
  const own = carriedPackages(context, new Set([...build.apt, ...runtime.apt]), warnings)
  add(build, { apt: own.build.flatMap((p) => (p === 'build-essential' ? compiler.apt! : p)), ...(own.build.length > 0 ? { apk: compiler.apk! } : {}) })
  add(runtime, { apt: own.runtime })
  if (own.runtime.length > 0) evidence.push({ text: `${own.evidence[0]!.file === 'Dockerfile' ? 'the Dockerfile' : own.evidence[0]!.file} installs ${own.runtime.join(', ')}`, at: own.evidence[0]!, runtime: true })
  const reason = (runtimeOnly: boolean) => evidence.filter((e) => !runtimeOnly || e.runtime)
  const unsuitable = (['distroless', 'dhi', 'chainguard'] as BaseId[]).flatMap((base) => {
    const why = reason(base !== 'chainguard')
    return why.length > 0 ? [{ base, reason: `${why.map((w) => w.text).join('; ')}, which the ${base} image has not`, evidence: why.map((w) => w.at) }] : []
  })
  if (own.runtime.length > 0) unsuitable.push({ base: 'alpine', reason: `${own.evidence[0]!.file === 'Dockerfile' ? 'the Dockerfile' : own.evidence[0]!.file} installs ${own.runtime.join(', ')} by apt-get, whose names in Alpine are not known`, evidence: own.evidence })
  return {
    values: { systemPackages: [...build.apt], systemPackagesApk: [...build.apk], runtimePackages: [...runtime.apt], runtimePackagesApk: [...runtime.apk] },
    unsuitable,
  }
}
