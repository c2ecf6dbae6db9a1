import { InputError } from '../errors.ts'
import { assumed, type Evidence, type Fact, fact, type LanguageFacts, type Warning } from './facts.ts'
import { detectMember } from './member.ts'
import { readFrontends, servedFrontends, stagesOf } from './frontend.ts'
import type { DetectContext, Framework } from './language.ts'
import { type Django, readDjango } from './python/django.ts'
import { ranked, saidEntry } from './python/entry.ts'
import { chooseFramework, refuseOld, refuseUnlisted, warnOfUnlisted } from './python/framework.ts'
import { bindsByVariable, chooseHealth } from './python/health.ts'
import type { Opened } from './opened.ts'
import { chooseManager, type Install, installValues, systemPackages } from './python/install.ts'
import { type Manifests, readLocked, readManifests } from './python/manifests.ts'
import { boundByImports, buildBound, companions, cpuWheels, type Companion, extraServices, memoryKind, modelSettings, needsSetuptools, type Setuptools, setuptoolsFor, urlSchemes } from './python/packages.ts'
import { openMcp, warnOfStandardInput } from './python/mcp.ts'
import { protosCommand } from './python/protos.ts'
import { openRuns } from './python/runs.ts'
import { argumentPort, hostArgument, settingsPort } from './python/port.ts'
import { chooseStart, projectCommand, type Start, startSources, workdirOf } from './python/start.ts'
import { readTools } from './python/tools.ts'
import { installUnlisted } from './python/unlisted.ts'
import { choosePythonVersion, releaseBefore } from './python/version.ts'
import { releaseOf } from './python/release.ts'
import { isLocal, readWrites } from './python/writes.ts'
import { keptSources } from './kept.ts'
import { installPrograms } from './programs.ts'
import { lineOf, type Project } from './project.ts'
import { secretNames, withExamples } from './settings.ts'
import { readServer, readSources, type Sources } from './sources.ts'
import { table, text } from './toml.ts'

/** Reads a Python project: manifests and locks of every manager, version files, the application object in the sources. */
export function detect(context: DetectContext): LanguageFacts | undefined {
  const { project, language, chosen } = context
  const data = language.data!
  const requirements = data.requirements as { production: string[]; development: string[]; foreign: string[] }
  const member = chosen.member === undefined && /\bworkspace\s*=\s*true/.test(project.read('pyproject.toml') ?? '') ? detectMember(context, detect, ['pyproject.toml'], (root, path) => readManifests(root, requirements).members.includes(path)) : undefined
  if (member) return member
  const manifests = readManifests(project, requirements, chosen.member)
  const usual = readSources(project, language)
  // where all that there is lies in a package of that name, it is the program
  const sources = usual.files.length > 0 ? usual : readSources(project, language, project.files().filter((f) => f.endsWith('.py') && /^(?:src\/)?examples?\/(?!.*(?:^|\/)tests?\/)/.test(f) && project.has(`${f.slice(0, f.search(/examples?\//))}${/examples?/.exec(f)![0]}/__init__.py`)))
  const files = ranked(sources.files.filter((f) => (chosen.member === undefined || f.startsWith(`${chosen.member}/`)) && !/(^|\/)(setup|noxfile|fabfile|migrations\/.*|alembic\/.*)\.py$/.test(f)), data.entries as string[])
  if (files.length === 0) return undefined

  const warnings: Warning[] = []
  const install = chooseManager(context, manifests, warnings)
  if (install.lockFile) manifests.locked = readLocked(project, install.lockFile)
  const unlisted = installUnlisted(project, language, manifests, files, warnings)
  if (!install.lockFile) boundByImports(data.companions as Companion[], manifests, sources)
  const version = choosePythonVersion(context, manifests, install.lockFile, warnings)
  const line = chosen.version ?? version?.value ?? language.versions.default
  const said = chosen.start ? undefined : saidEntry(project, files, text(table(manifests.pyproject, 'tool', 'fastapi'), 'entrypoint'))
  const framework = chooseFramework(context, manifests, files, said)
  const spec = language.frameworks.find((f) => f.id === framework?.value)
  if (typeof spec?.refused === 'string' && !chosen.start) throw new InputError({ message: `${spec.title} ${spec.refused}`, file: framework!.evidence[0]?.file, line: framework!.evidence[0]?.line, hint: String(spec.instead) })
  const django = spec?.id === 'django' && !chosen.start ? readDjango(project, has(manifests, 'daphne') || has(manifests, 'channels'), warnings) : undefined
  const start = chosen.start ? { argv: fact(chosen.start), env: {}, root: '' } : chooseStart(context, manifests, files, spec, said, django, line)
  if (!chosen.start && !chosen.language && liesBelow(project, manifests, install, start.file)) return undefined

  if (!chosen.start) refuseOld(project, start.file)
  if (!chosen.start) refuseUnlisted(project, manifests, spec && !start.added?.startsWith(spec.id) ? { title: spec.title, evidence: framework!.evidence } : undefined, start.file, String(data.standard))
  if (spec && !chosen.start && !start.added?.startsWith(spec.id)) warnOfUnlisted(manifests, spec, framework!, warnings)
  const own = startSources(project, start, files)
  const started = readSources(project, { ...language, sources: [] }, own)
  const server = readServer(started)
  const everything = readServer(sources)
  const ports = { port: own.length > 0 ? served(server.port, data.clientPorts as number[]) : undefined, variable: server.portVariable ?? (start.argv?.value[0] === 'python' ? everything.portVariable : undefined) }
  const serves = start.serves ?? servesFact(spec, framework, everything.listens, ports.variable)
  const console_ = projectCommand(project, manifests, start)
  const runsItself = start.argv?.value[0] === 'python' || (console_ && start.file !== undefined)
  const opened: Opened[] = []
  const hostVariable = runsItself ? bindsByVariable(project, sources, started.all('loopback'), opened, warnings) : undefined
  if (runsItself) openRuns(project, own, opened, warnings)
  if (has(manifests, 'mcp') || has(manifests, 'fastmcp')) warnOfStandardInput(sources, spec?.id, warnings)
  if (runsItself && spec?.id === 'mcp-sdk') openMcp(project, sources.files, opened, warnings)
  if (runsItself && typeof spec?.open === 'string' && !sources.match(new RegExp(`\\b${spec.open}\\b`))) warnings.push({ message: `${spec.title} listens on loopback unless it is told another address`, file: start.file, hint: `set ${spec.open} to '0.0.0.0'` })
  const host = runsItself && !hostVariable && start.argv ? hostArgument(project, own, start.argv.value) : undefined
  const argv = host ? { ...start.argv!, value: [...start.argv!.value, host.value], evidence: [...start.argv!.evidence, ...host.evidence] } : start.argv
  const health = chooseHealth(project, sources, spec, runsItself)
  const env = { ...start.env, ...django?.env }
  const taken = new Set([...Object.keys({ ...language.env, ...spec?.env, ...spec?.host, ...env, ...hostVariable?.value }), ports.variable?.value, spec?.portVariable, 'PORT', 'DJANGO_SETTINGS_MODULE', 'PYTHONPATH'])
  const variables = withExamples(project, [...sources.all('variable').map((m) => fact(m.groups[0]!, m.evidence)), ...modelSettings(project, sources)]).filter((v) => !taken.has(v.value))
  const secrets = secretNames(variables)
  const heavy = memoryKind(language, manifests, warnings)
  const needsProject = console_ || start.argv?.value.includes('--paste') === true || readsOwnMetadata(manifests, sources)
  const { values, unsuitable } = systemPackages(context, manifests, install.lockFile, django?.parts, warnings)
  const tools = installPrograms(readTools(project, files.filter((f) => f === start.file || !/(^|\/)(?:scripts?|tools?|bin|ci|deploy\w*|hack|tasks\.py)(\/|$)/.test(f))), [...(values.runtimePackages as string[]), 'python3'], ['distroless', 'dhi', 'chainguard'], warnings)
  warnOfStart(project, { manifests, spec, start, django, runsItself }, warnings)
  const name = text(table(manifests.pyproject, 'project'), 'name') ?? text(table(manifests.pyproject, 'tool', 'poetry'), 'name')
  const appVersion = text(table(manifests.pyproject, 'project'), 'version') ?? text(table(manifests.pyproject, 'tool', 'poetry'), 'version')
  const inPyproject = (word: string): Evidence => ({ file: 'pyproject.toml', line: lineOf(project.read('pyproject.toml')!, word) })
  const workdir = workdirOf(project, start, django)
  const frontends = readFrontends(project, servedFrontends(project, sources), warnings)
  const writes = readWrites(project, django ? project.files().filter((f) => f.endsWith('.py') && !/(^|\/)(migrations|(?:tests?|e2e)(_\w+)?)\//.test(f)) : sources.files, { workdir, root: start.root, instance: has(manifests, 'flask-sqlalchemy'), sql: has(manifests, 'sqlalchemy') || has(manifests, 'sqlmodel') || has(manifests, 'aiosqlite'), django: django?.root, own, start: start.argv?.value[0] === 'python' ? start.argv : undefined, made: frontends.map((f) => f.output) }, warnings)
  if (spec?.keyFile && start.file && !project.read(start.file)?.includes(String(spec.keyArgument))) {
    writes.links.push(`/app/${String(spec.keyFile)}`)
    warnings.push({ message: `${spec.title} makes a key for its sessions in every container, so that they end with it`, file: start.file, hint: `give it one: ${String(spec.keyArgument)}=os.environ["SECRET_KEY"]` })
  }
  const configured = runsItself && !ports.port && !ports.variable ? settingsPort(project, own, data.clientPorts as number[], opened, warnings) : undefined
  const port = start.argv?.value.some((w) => w.includes('{port}')) ? ports.port : runsItself ? (argumentPort(start) ?? ports.port ?? configured ?? (typeof spec?.ownPort === 'number' && !ports.variable ? assumed(spec.ownPort) : undefined)) : undefined
  // Celery brings it along, whatever its broker is
  const carried = has(manifests, 'kombu') && has(manifests, 'redis') ? 'amqp' : undefined
  const services = Object.entries(language.services).flatMap(([id, names]) => names.filter((n) => n !== carried && manifests.dependencies.has(n)).slice(0, 1).map((n) => fact(id, manifests.dependencies.get(n)!.evidence))).concat(extraServices(manifests))
  const target = start.argv?.value.findLast((w) => /^[\w.]+:[\w.()]+$/.test(w))
  const release = chosen.start || !serves.value ? undefined : releaseOf({ project, django, has: (n) => has(manifests, n), target, services, links: writes.kept })
  const schemes = services.length > 0 ? urlSchemes(manifests, sources) : undefined

  return {
    framework,
    version,
    manager: install.manager,
    ...(install.lockFile ? { lockFile: fact(install.lockFile, { file: install.lockFile }) } : {}),
    ...(name ? { name: fact(name, inPyproject(name)) } : {}),
    ...(appVersion ? { appVersion: fact(appVersion, inPyproject(appVersion)) } : {}),
    start: argv,
    develop: start.develop ? assumed(start.develop) : undefined,
    serves,
    port,
    portVariable: runsItself ? ports.variable : undefined,
    ...(hostVariable ? { hostVariable } : {}),
    health: health.health,
    ready: health.ready,
    handlesSigterm: start.sigterm !== undefined ? fact(start.sigterm, ...(start.argv?.evidence ?? [])) : server.handlesSigterm,
    services,
    ...(release ? { release } : {}),
    ...(schemes ? { urlSchemes: schemes } : {}),
    secrets,
    settings: variables.filter((v) => !secrets.includes(v)),
    ...(heavy ? { kind: heavy } : {}),
    unsuitable: [...unsuitable, ...tools.unsuitable],
    env,
    writable: writes.folders,
    build: {
      ...cpuWheels(language, install, manifests, installValues(context, install, { manifests, line, project: needsProject, appVersion: appVersion ?? '0.1.0' }), warnings),
      ...values,
      runtimePackages: [...(values.runtimePackages as string[]), ...tools.apt],
      runtimePackagesApk: [...(values.runtimePackagesApk as string[]), ...tools.apk],
      added: [...unlisted, ...(start.added ? [start.added] : []), ...besideOf(manifests, spec), ...(start.loaded ?? []), ...companions(data.companions as Companion[], install.lockFile, manifests, warnings), ...(needsSetuptools(data.setuptools as Setuptools, manifests, sources) ? [`setuptools==${setuptoolsFor(data.setuptools as Setuptools, manifests, line)}`] : [])],
      constraint: buildBound(data.setuptools as Setuptools, manifests, version?.guess === true),
      opened: opened.map((o) => ({ ...o })),
      collect: django?.collect ?? '',
      prepare: String(spec?.prepare ?? ''),
      protos: protosCommand(project, sources.files, has(manifests, 'grpcio-tools') || manifests.locked.has('grpcio-tools'), warnings),
      test: has(manifests, 'pytest') || manifests.development.has('pytest') ? ['pytest'] : django ? ['python', `${django.root ? `${django.root}/` : ''}manage.py`, 'test'] : ['python', '-m', 'unittest'],
      workdir,
      moved: workdir !== '/app',
      links: writes.links.map((path) => ({ path: path.slice(5), to: `/tmp/${path.slice(path.lastIndexOf('/') + 1)}`, begun: writes.begun.includes(path) })),
      kept: keptSources(project, language.sources),
      folders: [...writes.folders.filter((f) => f.startsWith('/app/')).map((f) => f.slice(5)), ...writes.served],
      frontends: stagesOf(frontends, () => false),
      // what a build makes, unless it lies here to be served
      outputs: ['build', 'dist'].filter((f) => !project.isFolder(f) || !sources.match(new RegExp(`["'/]${f}["'/]|^\\s*(?:from|import)\\s+${f}\\b`))),
      localDatabase: !writes.begun.some((path) => path.endsWith('/db.sqlite3')) && (!project.has('db.sqlite3') || isLocal(project, '/app/db.sqlite3')),
      environments: environmentsOf(project),
      excluded: ['.venv', ...['tests', 'test'].filter((f) => project.isFolder(f) && !sources.match(new RegExp(`^\\s*(?:from|import)\\s+${f}\\b`)))],
    },
    warnings,
  }
}

/** Whether what is at the top serves tools alone (a linter, a formatter), and the program has manifests in a folder of its own. */
function liesBelow(project: Project, { dependencies, pyproject, requirements }: Manifests, { lockFile }: Install, file: string | undefined): boolean {
  const top = file?.includes('/') ? file.slice(0, file.indexOf('/')) : undefined
  if (top === undefined || dependencies.size > 0 || requirements || lockFile || ['Pipfile', 'setup.py', 'environment.yml', 'pixi.toml'].some((f) => project.has(f))) return false
  if (pyproject?.project !== undefined || ['poetry', 'pdm', 'uv'].some((tool) => table(pyproject, 'tool')[tool] !== undefined) || /^\[(?:metadata|options)\]/m.test(project.read('setup.cfg') ?? '')) return false
  return ['requirements.txt', 'pyproject.toml', 'Pipfile', 'setup.py'].some((f) => project.has(`${top}/${f}`))
}

/** What a framework would install at its start where it is missing, at its own version. */
function besideOf(manifests: Manifests, spec: Framework | undefined): string[] {
  const beside = spec?.beside
  const name = spec?.dependencies?.[0]
  if (typeof beside !== 'string' || releaseBefore(manifests, name!, String(spec!.besideSince)) !== undefined || has(manifests, beside) || manifests.locked.has(beside)) return []
  const { pinned, below } = manifests.dependencies.get(name!) ?? {}
  const version = manifests.locked.get(name!) ?? pinned
  return [version ? `${beside}==${version}` : below ? `'${beside}<${below}'` : beside]
}

/** What a person should know of how the program is installed and served. */
function warnOfStart(project: Project, { manifests, spec, start, django, runsItself }: { manifests: Manifests; spec: Framework | undefined; start: Start; django: Django | undefined; runsItself: boolean }, warnings: Warning[]): void {
  if (start.added) warnings.push({ message: `the project names no production server, so ${start.added} is installed`, file: start.argv?.evidence[0]?.file, hint: `add ${start.added.split('==')[0]} to the dependencies to choose its version` })
  if (manifests.foreign.length > 0) warnings.push({ message: `${manifests.foreign.map((f) => f.name).join(', ')} cannot be installed on Linux and is left out`, file: manifests.foreign[0]!.evidence.file, line: manifests.foreign[0]!.evidence.line, hint: 'add ; sys_platform == "win32" to the line' })
  if (spec?.interface === 'wsgi' && runsItself) warnings.push({ message: `${spec.title} serves with its development server`, file: start.file, hint: `make the application an object at the top level${spec.attribute ? ` (server = app.${String(spec.attribute)})` : ''}, so that a production server can be told of it` })
  if (project.has('environment.yml') && manifests.dependencies.size === 0) warnings.push({ message: 'Conda environments are not read', file: 'environment.yml', hint: 'list what is imported in requirements.txt' })
  if (spec?.id === 'django' && django?.collect && !has(manifests, 'whitenoise')) warnings.push({ message: 'nothing serves the static files in production', file: django.file, hint: 'add whitenoise to the dependencies and to MIDDLEWARE, or serve STATIC_ROOT from elsewhere' })
}

const has = (manifests: Manifests, name: string): boolean => manifests.dependencies.has(name)

/** Whether the sources ask for the version or the entry points of the project itself, which only an installed one has. */
function readsOwnMetadata(manifests: Manifests, sources: Sources): boolean {
  const name = text(table(manifests.pyproject, 'project'), 'name') ?? text(table(manifests.pyproject, 'tool', 'poetry'), 'name')
  return name !== undefined && sources.match(new RegExp(`(?:version|metadata|distribution|get_distribution|resource_filename|entry_points)\\(\\s*(?:["']${name.replace(/[-_.]/g, '[-_.]')}["']|__name__|__package__)`)) !== undefined
}

/** Folders of virtual environments that lie in the project. */
function environmentsOf(project: Project): string[] {
  const others = project.names().filter((n) => n.endsWith('/') && project.has(`${n}pyvenv.cfg`)).map((n) => n.slice(0, -1))
  return ['venv', ...others.filter((n) => n !== 'venv' && n !== '.venv')]
}

const served = (port: Fact<number> | undefined, clients: number[]): Fact<number> | undefined => (port && !clients.includes(port.value) ? port : undefined)

function servesFact(spec: Framework | undefined, framework: Fact<string> | undefined, listens: Fact<boolean> | undefined, variable: Fact<string> | undefined): Fact<boolean> {
  if (spec) return fact(spec.serves !== false, ...framework!.evidence)
  if (listens) return listens
  return variable ? fact(true, ...variable.evidence) : assumed(false)
}
