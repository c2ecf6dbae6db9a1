import { InputError } from '../errors.ts'
import { assumed, type Evidence, type Fact, fact, type LanguageFacts, type Warning } from './facts.ts'
import type { DetectContext, Framework } from './language.ts'
import { type Django, readDjango } from './python-django.ts'
import { type Entry, findFunction, findScript, findTargets, findUnknown, importRoot, importsOf, moduleOf, ranked, resolveTarget, saidEntry, type Target } from './python-entry.ts'
import { chooseManager, installValues, systemPackages } from './python-install.ts'
import { type Manifests, readLocked, readManifests } from './python-manifests.ts'
import { choosePythonVersion, pinFor, releaseBefore } from './python-version.ts'
import { settingsPort } from './python-port.ts'
import { readWrites } from './python-writes.ts'
import { lineOf, type Project } from './project.ts'
import { warnOfTools } from './python-tools.ts'
import { companions, cpuWheels, type Companion, memoryKind, modelSettings } from './python-packages.ts'
import { secretNames, withExamples } from './settings.ts'
import { type Match, readServer, readSources, type Sources } from './sources.ts'
import { table, text } from './toml.ts'

interface Server {
  interface: string
  sigterm: boolean
  argv: string[]
  factory: string
  env?: Record<string, string>
}

/** What is started: the words, where they were read, and what they imply. */
interface Start {
  argv?: Fact<string[]>
  develop?: string[]
  /** the server's package that is installed because the project lacks it, "gunicorn==27.0.1" */
  added?: string
  sigterm?: boolean
  /** where the framework does not say it */
  serves?: Fact<boolean>
  env: Record<string, string>
  /** folder that imports start at, below the project's root */
  root: string
  file?: string
}

/** Reads a Python project: manifests and locks of every manager, version files, the application object in the sources. */
export function detect(context: DetectContext): LanguageFacts | undefined {
  const { project, language, chosen } = context
  const data = language.data!
  const manifests = readManifests(project, data.requirements as { production: string[]; development: string[]; foreign: string[] })
  const sources = readSources(project, language)
  const files = ranked(sources.files.filter((f) => !/(^|\/)(setup|noxfile|fabfile|migrations\/.*|alembic\/.*)\.py$/.test(f)), data.entries as string[])
  if (files.length === 0) return undefined

  const warnings: Warning[] = []
  const install = chooseManager(context, manifests, warnings)
  if (install.lockFile) manifests.locked = readLocked(project, install.lockFile)
  const version = choosePythonVersion(context, manifests, install.lockFile, warnings)
  const line = chosen.version ?? version?.value ?? language.versions.default
  const said = chosen.start ? undefined : saidEntry(project, files, text(table(manifests.pyproject, 'tool', 'fastapi'), 'entrypoint'))
  const framework = chooseFramework(context, manifests, files, said)
  const spec = language.frameworks.find((f) => f.id === framework?.value)
  if (typeof spec?.refused === 'string' && !chosen.start) throw new InputError({ message: `${spec.title} ${spec.refused}`, file: framework!.evidence[0]?.file, line: framework!.evidence[0]?.line, hint: String(spec.instead) })
  const django = spec?.id === 'django' && !chosen.start ? readDjango(project, has(manifests, 'daphne') || has(manifests, 'channels'), warnings) : undefined
  const start = chosen.start ? { argv: fact(chosen.start), env: {}, root: '' } : chooseStart(context, manifests, files, spec, said, django, line)

  if (!chosen.start) refuseUnlisted(project, manifests, spec && { title: spec.title, evidence: framework!.evidence }, start.file, String(data.standard))
  if (spec && !chosen.start) warnOfUnlisted(manifests, spec, framework!, warnings)
  const own = startSources(project, start, files)
  const server = readServer(readSources(project, { ...language, sources: [] }, own))
  const everything = readServer(sources)
  const ports = { port: own.length > 0 ? served(server.port, data.clientPorts as number[]) : undefined, variable: server.portVariable ?? (start.argv?.value[0] === 'python' ? everything.portVariable : undefined) }
  const serves = start.serves ?? servesFact(spec, framework, everything.listens, ports.variable)
  const console_ = projectCommand(manifests, start)
  const runsItself = start.argv?.value[0] === 'python' || (console_ && start.file !== undefined)
  const hostVariable = runsItself ? bindsByVariable(sources, server.loopback, warnings) : undefined
  if (runsItself && typeof spec?.open === 'string' && !sources.match(new RegExp(`\\b${spec.open}\\b`))) warnings.push({ message: `${spec.title} listens on loopback unless it is told another address`, file: start.file, hint: `set ${spec.open} to '0.0.0.0'` })
  const health = chooseHealth(project, sources, spec, runsItself)
  const env = { ...start.env, ...django?.env }
  const taken = new Set([...Object.keys({ ...language.env, ...spec?.env, ...spec?.host, ...env, ...hostVariable?.value }), ports.variable?.value, spec?.portVariable, 'PORT', 'DJANGO_SETTINGS_MODULE', 'PYTHONPATH'])
  const variables = withExamples(project, [...sources.all('variable').map((m) => fact(m.groups[0]!, m.evidence)), ...modelSettings(project, sources)]).filter((v) => !taken.has(v.value))
  const secrets = secretNames(variables)
  const heavy = memoryKind(language, manifests, warnings)
  const needsProject = console_ || readsOwnMetadata(manifests, sources)
  const { values, unsuitable } = systemPackages(context, manifests, warnings)
  warnOfTools(project, files.filter((f) => f === start.file || !/(^|\/)(?:scripts?|tools?|bin|ci|deploy\w*|hack|tasks\.py)(\/|$)/.test(f)), data.tools as Record<string, string>, values.runtimePackages as string[], warnings)
  if (start.added) warnings.push({ message: `the project names no production server, so ${start.added} is installed`, file: start.argv?.evidence[0]?.file, hint: `add ${start.added.split('==')[0]} to the dependencies to choose its version` })
  if (manifests.foreign.length > 0) warnings.push({ message: `${manifests.foreign.map((f) => f.name).join(', ')} cannot be installed on Linux and is left out`, file: manifests.foreign[0]!.evidence.file, line: manifests.foreign[0]!.evidence.line, hint: 'add ; sys_platform == "win32" to the line' })
  if (spec?.interface === 'wsgi' && runsItself) warnings.push({ message: `${spec.title} serves with its development server`, file: start.file, hint: `make the application an object at the top level${spec.attribute ? ` (server = app.${String(spec.attribute)})` : ''}, so that a production server can be told of it` })
  if (project.has('environment.yml') && manifests.dependencies.size === 0) warnings.push({ message: 'Conda environments are not read', file: 'environment.yml', hint: 'list what is imported in requirements.txt' })
  if (spec?.id === 'django' && django?.collect && !has(manifests, 'whitenoise')) warnings.push({ message: 'nothing serves the static files in production', file: django.file, hint: 'add whitenoise to the dependencies and to MIDDLEWARE, or serve STATIC_ROOT from elsewhere' })
  const name = text(table(manifests.pyproject, 'project'), 'name') ?? text(table(manifests.pyproject, 'tool', 'poetry'), 'name')
  const appVersion = text(table(manifests.pyproject, 'project'), 'version') ?? text(table(manifests.pyproject, 'tool', 'poetry'), 'version')
  const inPyproject = (word: string): Evidence => ({ file: 'pyproject.toml', line: lineOf(project.read('pyproject.toml')!, word) })
  const workdir = workdirOf(project, start, django)
  const writes = readWrites(project, django ? project.files().filter((f) => f.endsWith('.py') && !/(^|\/)(migrations|tests?)\//.test(f)) : sources.files, { workdir, root: start.root, instance: has(manifests, 'flask-sqlalchemy'), django: django?.root }, warnings)
  if (spec?.keyFile && start.file && !project.read(start.file)?.includes(String(spec.keyArgument))) {
    writes.links.push(`/app/${String(spec.keyFile)}`)
    warnings.push({ message: `${spec.title} makes a key for its sessions in every container, so that they end with it`, file: start.file, hint: `give it one: ${String(spec.keyArgument)}=os.environ["SECRET_KEY"]` })
  }
  const configured = runsItself && !ports.port && !ports.variable ? settingsPort(project, own, data.clientPorts as number[], warnings) : undefined
  const port = start.argv?.value.some((w) => w.includes('{port}')) ? ports.port : runsItself ? (ports.port ?? configured) : undefined

  return {
    framework,
    version,
    manager: install.manager,
    ...(install.lockFile ? { lockFile: fact(install.lockFile, { file: install.lockFile }) } : {}),
    ...(name ? { name: fact(name, inPyproject(name)) } : {}),
    ...(appVersion ? { appVersion: fact(appVersion, inPyproject(appVersion)) } : {}),
    start: start.argv,
    develop: start.develop ? assumed(start.develop) : undefined,
    serves,
    port,
    portVariable: runsItself ? ports.variable : undefined,
    ...(hostVariable ? { hostVariable } : {}),
    health: health.health,
    ready: health.ready,
    handlesSigterm: start.sigterm !== undefined ? fact(start.sigterm, ...(start.argv?.evidence ?? [])) : server.handlesSigterm,
    services: Object.entries(language.services).flatMap(([id, names]) => names.filter((n) => manifests.dependencies.has(n)).slice(0, 1).map((n) => fact(id, manifests.dependencies.get(n)!.evidence))).concat(extraServices(manifests)),
    secrets,
    settings: variables.filter((v) => !secrets.includes(v)),
    ...(heavy ? { kind: heavy } : {}),
    unsuitable,
    env,
    writable: writes.folders,
    build: {
      ...cpuWheels(language, install, manifests, installValues(context, install, { manifests, line, project: needsProject, appVersion: appVersion ?? '0.1.0' }), warnings),
      ...values,
      added: [...(start.added ? [start.added] : []), ...companions(data.companions as Companion[], install.lockFile, manifests, warnings), ...(needsSetuptools(data.setuptools as Setuptools, manifests, sources) ? [`setuptools==${pinFor((data.setuptools as Setuptools).version, line)}`] : [])],
      collect: django?.collect ?? '',
      prepare: String(spec?.prepare ?? ''),
      test: has(manifests, 'pytest') || manifests.development.has('pytest') ? ['pytest'] : django ? ['python', `${django.root ? `${django.root}/` : ''}manage.py`, 'test'] : ['python', '-m', 'unittest'],
      workdir,
      moved: workdir !== '/app',
      links: writes.links.map((path) => ({ path: path.slice(5), to: `/tmp/${path.slice(path.lastIndexOf('/') + 1)}` })),
      folders: writes.folders.filter((f) => f.startsWith('/app/')).map((f) => f.slice(5)),
      localDatabase: !project.has('db.sqlite3') || /sqlite/.test(project.read('.gitignore') ?? ''),
      environments: ['venv', 'env', ...project.names().filter((n) => n.endsWith('/') && project.has(`${n}pyvenv.cfg`)).map((n) => n.slice(0, -1))].filter((n, i, all) => all.indexOf(n) === i && (n === 'venv' || project.has(`${n}/pyvenv.cfg`)) && n !== '.venv'),
      excluded: ['.venv', ...['tests', 'test'].filter((f) => project.isFolder(f) && !sources.match(new RegExp(`^\\s*(?:from|import)\\s+${f}\\b`)))],
    },
    warnings,
  }
}

const has = (manifests: Manifests, name: string): boolean => manifests.dependencies.has(name)

/** The first framework that the sources import and make an object of, else the first that they import. A dependency alone serves nothing. */
function chooseFramework({ chosen, language, project }: DetectContext, manifests: Manifests, files: readonly string[], said: Entry | undefined): Fact<string> | undefined {
  if (chosen.framework) return fact(chosen.framework)
  const read = (f: string): string => project.read(f) ?? ''
  for (const f of language.frameworks) {
    const file = f.files && project.files().find((path) => f.files!.includes(path.slice(path.lastIndexOf('/') + 1)))
    const dependency = file && f.dependencies?.map((d) => manifests.dependencies.get(d)).find(Boolean)
    if (dependency) return fact(f.id, dependency.evidence, { file })
  }
  // a function need not import what calls it
  const calling = manifests.dependencies.get('functions-framework')
  if (calling && findFunction(project, files)) return fact('functions-framework', calling.evidence)
  const imported = language.frameworks.filter((f) => typeof f.since !== 'string' || releaseBefore(manifests, f.dependencies![0]!, f.since) === undefined).flatMap((f) => {
    const expression = importsOf(f)
    if (typeof f.serving === 'string' && !files.some((file) => new RegExp(f.serving as string).test(read(file)))) return []
    const file = expression && (files.find((file) => said?.target?.file === file && expression.test(read(file))) ?? files.find((file) => expression.test(read(file))))
    return file ? [{ f, file, at: { file, line: lineOf(read(file), expression) } }] : []
  })
  const made = imported.find(({ f }) => {
    const constructors = f.constructors as string[]
    return constructors.length === 0 || files.some((file) => constructors.some((c) => new RegExp(`(?<![\\w])${c.split('.').at(-1)!}\\(`).test(read(file))))
  })
  const found = made ?? imported[0]
  if (found) {
    const dependency = found.f.dependencies?.map((d) => manifests.dependencies.get(d)).find(Boolean)
    return fact(found.f.id, ...(dependency ? [dependency.evidence] : []), found.at)
  }
  return undefined
}

/** The first module that a script imports at its top level and that is neither Python's own nor the project's. */
function foreignImport(project: Project, file: string, standard: readonly string[]): { title: string; evidence: Evidence[] } | undefined {
  const source = project.read(file) ?? ''
  const folders = ['', importRoot(project, file), file.slice(0, Math.max(0, file.lastIndexOf('/')))]
  for (const found of source.matchAll(/^(?:from|import) ([A-Za-z]\w*)/gm)) {
    const name = found[1]!
    if (standard.includes(name) || folders.some((f) => [`${name}.py`, name].some((n) => project.has(f ? `${f}/${n}` : n)))) continue
    return { title: name, evidence: [{ file, line: lineOf(source, found[0], found.index) }] }
  }
  return undefined
}

/** A framework that is imported and neither listed nor locked may come with another package; where it does not, nothing starts. */
function warnOfUnlisted({ dependencies, locked }: Manifests, { title, id, dependencies: names = [] }: Framework, { evidence }: Fact<string>, warnings: Warning[]): void {
  if (dependencies.size === 0 || locked.size > 0 || names.some((n) => dependencies.has(n)) || [...dependencies.keys()].some((n) => n.includes(id) || n.includes(names[0] ?? id))) return
  warnings.push({ message: `${title} is imported, but no requirement names it`, file: evidence.at(-1)?.file, line: evidence.at(-1)?.line, hint: `add ${names[0]} where no other requirement brings it` })
}

/** Throws InputError where a framework or what the started script needs is imported and no file of the project says what is to be installed: the image would lack it. */
function refuseUnlisted(project: Project, { dependencies, pyproject, requirements }: Manifests, imported: { title: string; evidence: Evidence[] } | undefined, file: string | undefined, standard: string): void {
  if (dependencies.size > 0 || pyproject || requirements || ['Pipfile', 'setup.py', 'setup.cfg'].some((f) => project.has(f))) return
  const missing = imported ?? (file === undefined ? undefined : foreignImport(project, file, standard.split(' ')))
  if (!missing) return
  const { title, evidence } = missing
  const conda = ['environment.yml', 'environment.yaml'].find((f) => project.has(f))
  throw new InputError({
    message: `${title} is imported, but ${conda ? `only ${conda} lists what is to be installed, which is for Conda and is not read` : 'nothing lists what is to be installed'}`,
    file: evidence[0]?.file,
    line: evidence[0]?.line,
    hint: 'write requirements.txt: pip freeze > requirements.txt',
  })
}

/** Decides what is started, strongest sign first: what the project says, the application object, a command, a script. */
function chooseStart(context: DetectContext, manifests: Manifests, files: readonly string[], spec: Framework | undefined, said: Entry | undefined, django: Django | undefined, line: string): Start {
  const { project, language } = context
  if (django && !said?.target) return serve(context, manifests, spec!, { module: django.module, object: 'application', factory: false, file: django.file, evidence: django.evidence }, django.root, line, django)
  const root = (file: string): string => importRoot(project, file)
  const target = said?.target ?? (said?.script && !said.weak ? undefined : spec && findTargets(project, files, spec, root)[0])
  const folder = said?.target ? said.root : target ? root(target.file) : ''
  if (spec && target && spec.interface !== 'script' && !String(spec.argv).includes('{file}')) return serve(context, manifests, spec, target, folder, line, django)
  if (!spec && said?.target) {
    const served = /uvicorn|hypercorn|daphne|granian/i.test(said.evidence.text ?? '') ? 'asgi' : 'wsgi'
    return { ...serve(context, manifests, { id: '', title: '', interface: served }, said.target, folder, line, undefined), serves: fact(true, said.evidence) }
  }
  if (spec?.id === 'functions-framework') {
    const called = findFunction(project, files)
    const file = called?.evidence[0]!.file
    const argv = called && (spec.argv as string[]).map((w) => w.replace('{function}', called.value).replace('{file}', file!))
    if (argv) return { argv: { ...called, value: argv }, develop: [...argv, '--debug'], env: {}, root: '', file, sigterm: spec.handlesSigterm }
  } else if (spec?.argv && JSON.stringify(spec.argv).includes('{file}')) {
    const file = said?.script ?? ranked(files.filter((f) => importsOf(spec)!.test(project.read(f) ?? '')), ['streamlit_app.py', 'Home.py', 'home.py', 'Main.py', 'dashboard.py', ...(language.data!.entries as string[])])[0]
    if (file) return { argv: fact((spec.argv as string[]).map((w) => w.replace('{file}', file)), { file, line: 1 }), env: {}, root: '', file, sigterm: spec.handlesSigterm }
  }
  const command = !said?.script && commandOf(context, manifests)
  if (command) return { argv: command.argv, env: {}, root: '', develop: command.argv.value, file: resolveTarget(project, command.called, ['', 'src'], command.argv.evidence[0]!)?.target.file }
  const unknown = spec || said?.script ? undefined : findUnknown(project, files, language.data!.entries as string[], root)
  if (unknown) {
    const served = serve(context, manifests, { id: '', title: '', interface: unknown.interface }, unknown.target, root(unknown.target.file), line, undefined)
    return { ...served, argv: { ...served.argv!, guess: true }, serves: fact(true, unknown.target.evidence) }
  }
  const runnable = spec && spec.interface !== 'cli' ? files.filter((f) => importsOf(spec)?.test(project.read(f) ?? '')) : []
  const entries = language.data!.entries as string[]
  const script = said?.script ? fact(said.script, said.evidence) : (findScript(project, runnable, entries) ?? findScript(project, files, entries))
  if (!script) return { env: {}, root: '' }
  const from = root(script.value)
  const deep = script.value.includes('/') && from !== script.value.slice(0, script.value.lastIndexOf('/'))
  const argv = script.value.endsWith('/__main__.py') || deep ? ['python', '-m', moduleOf(script.value, from).replace(/\.__main__$/, '')] : ['python', script.value]
  return { argv: { ...script, value: argv }, env: deep && from ? { PYTHONPATH: `/app/${from}` } : {}, root: from, file: script.value, develop: argv }
}

/** The words of the server that serves a target: one that the project has, else the usual one at a pinned version. */
function serve({ language, project }: DetectContext, manifests: Manifests, spec: Framework, target: Target, root: string, line: string, django: Django | undefined): Start {
  const data = language.data!
  const env: Record<string, string> = root && !django ? { PYTHONPATH: `/app/${root}` } : {}
  const name = `${target.module}:${target.object}`
  // an unguarded app.run() would start Flask's own server while the module is imported; Flask's own switch keeps it from that
  if (spec.id === 'flask' && new RegExp(`^${target.object}\\.run\\(`, 'm').test(project.read(target.file) ?? '')) env.FLASK_RUN_FROM_CLI = 'true'
  if (spec.argv) {
    const argv = (spec.argv as string[]).map((w) => w.replace('{app}', name).replace('{celery}', name))
    if (target.factory && spec.id === 'sanic') argv.push('--factory')
    return { argv: fact(argv, target.evidence), develop: argv, env, root, file: target.file, sigterm: spec.handlesSigterm }
  }
  const kind = spec.id === 'django' && (django?.asgi || /asgi$/.test(target.module)) ? 'asgi' : String(spec.interface)
  // a call with arguments is understood by gunicorn alone
  const servers = Object.entries(data.servers as Record<string, Server>).filter(([id, s]) => s.interface === kind && (id === 'gunicorn' || !target.object.includes('(')))
  const direct = servers.find(([id]) => manifests.dependencies.has(id) || brings(manifests, id))
  const [id, server] = direct ?? servers[0]!
  const pin = manifests.locked.get(id) ?? pinFor((data.pins as Record<string, Record<string, string>>)[id] ?? {}, line)
  const sockets = kind === 'asgi' && id === 'uvicorn' && /websocket/i.test(project.read(target.file) ?? '')
  Object.assign(env, server.env)
  const app = target.factory && server.factory === 'call' ? `${name}()` : name
  const argv = [server.argv[0]!, ...(target.factory && server.factory.startsWith('--') ? [server.factory] : []), ...server.argv.slice(1)].map((w) => w.replace('{app}', app))
  const manage = django && `${django.root ? `${django.root}/` : ''}manage.py`
  const develop = manage && project.has(manage) ? ['python', manage, 'runserver', '0.0.0.0:{port}'] : spec.id === 'flask' ? ['flask', '--app', app, 'run', '--debug', '--host', '0.0.0.0', '--port', '{port}'] : ['uvicorn', 'gunicorn', 'hypercorn'].includes(id) ? [...argv, '--reload'] : argv
  return { argv: fact(argv, target.evidence), develop, ...(direct ? {} : { added: `${id}${sockets ? '[standard]' : ''}==${pin}` }), env, root: django?.root ?? root, file: target.file, sigterm: server.sigterm }
}

/** Packages whose extras bring a server along. */
function brings(manifests: Manifests, server: string): boolean {
  const extras = (name: string): string[] => manifests.dependencies.get(name)?.extras ?? []
  if (server === 'daphne' && extras('channels').includes('daphne')) return true
  return server === 'uvicorn' && (manifests.dependencies.has('python-fasthtml') || [...extras('fastapi'), ...extras('litestar'), ...extras('fastapi-cli')].some((e) => e === 'standard' || e === 'all'))
}

/** A command of the project's own, [project.scripts]: the one with the project's name, or the only one. */
function commandOf({ project }: DetectContext, manifests: Manifests): { argv: Fact<string[]>; called: string } | undefined {
  const scripts = { ...table(manifests.pyproject, 'tool', 'poetry', 'scripts'), ...table(manifests.pyproject, 'project', 'scripts') }
  const names = Object.keys(scripts)
  const own = text(table(manifests.pyproject, 'project'), 'name') ?? text(table(manifests.pyproject, 'tool', 'poetry'), 'name')
  const name = names.find((n) => n === own) ?? names.find((n) => /^(start|serve|server|run|web|api|main|app|worker|bot)$/.test(n)) ?? (names.length === 1 ? names[0] : undefined)
  if (!name) return undefined
  const source = project.read('pyproject.toml')!
  return { called: String(scripts[name]), argv: { ...fact([name], { file: 'pyproject.toml', line: lineOf(source, new RegExp(`^\\s*"?${name.replace(/[.]/g, '\\.')}"?\\s*=`, 'm')), text: `${name} = ${String(scripts[name])}` }), ...(names.length > 1 && name !== own ? { guess: true } : {}) } }
}

const projectCommand = (manifests: Manifests, start: Start): boolean => {
  const first = start.argv?.value[0]
  return first !== undefined && (table(manifests.pyproject, 'project', 'scripts')[first] !== undefined || table(manifests.pyproject, 'tool', 'poetry', 'scripts')[first] !== undefined)
}

/** Whether the sources ask for the version or the entry points of the project itself, which only an installed one has. */
function readsOwnMetadata(manifests: Manifests, sources: Sources): boolean {
  const name = text(table(manifests.pyproject, 'project'), 'name') ?? text(table(manifests.pyproject, 'tool', 'poetry'), 'name')
  return name !== undefined && sources.match(new RegExp(`(?:version|metadata|distribution|get_distribution|resource_filename|entry_points)\\(\\s*(?:["']${name.replace(/[-_.]/g, '[-_.]')}["']|__name__|__package__)`)) !== undefined
}

interface Setuptools {
  /** by release line, "" for the others */
  version: Record<string, string>
  packages: Record<string, string>
}

/** What stands for a package of which no release does without. */
const NEVER = '99'

/** Whether something imports pkg_resources, which neither Python nor a new setuptools brings: the sources, or a release older than its first without. */
function needsSetuptools({ packages }: Setuptools, manifests: Manifests, sources: Sources): boolean {
  const pinned = manifests.dependencies.get('setuptools')?.pinned ?? manifests.locked.get('setuptools')
  if (pinned) return false
  const old = Object.entries(packages).some(([name, first]) => (first === NEVER && manifests.dependencies.has(name)) || releaseBefore(manifests, name, first) !== undefined)
  return old || sources.match(/^\s*(?:from|import)\s+(?:pkg_resources|distutils)\b/) !== undefined
}

/** The files that say on which port the program itself listens: the one that is started, and what lies beside it. */
function startSources(project: Project, start: Start, files: readonly string[]): string[] {
  if (!start.file) return files.slice(0, 5)
  const folder = start.file.slice(0, start.file.lastIndexOf('/') + 1)
  return [start.file, ...files.filter((f) => f !== start.file && f.startsWith(folder) && /^(config|settings|main|run|server|app|__main__|cli)\.py$/.test(f.slice(folder.length)))]
}

const served = (port: Fact<number> | undefined, clients: number[]): Fact<number> | undefined => (port && !clients.includes(port.value) ? port : undefined)

function servesFact(spec: Framework | undefined, framework: Fact<string> | undefined, listens: Fact<boolean> | undefined, variable: Fact<string> | undefined): Fact<boolean> {
  if (spec) return fact(spec.serves !== false, ...framework!.evidence)
  if (listens) return listens
  return variable ? fact(true, ...variable.evidence) : assumed(false)
}

/** Environment that makes a program with a loopback default listen on all interfaces; else a warning with the place. */
function bindsByVariable(sources: Sources, loopback: Match | undefined, warnings: Warning[]): Fact<Record<string, string>> | undefined {
  const host = sources.match(/(?:getenv|environ\.get)\(\s*["']([A-Z_]*(?:HOST|BIND|ADDRESS|ADDR))["']\s*,\s*["'](?:127\.0\.0\.1|localhost|0\.0\.0\.0|::)["']/)
  if (host?.groups[0]) return fact({ [host.groups[0]]: '0.0.0.0' }, host.evidence)
  if (loopback) warnings.push({ message: 'the program listens on loopback only, where nothing outside of the container reaches it', file: loopback.evidence.file, line: loopback.evidence.line, hint: "listen on '0.0.0.0', or take the address from HOST" })
  return undefined
}

const LIVE = /^\/(healthz?|livez?|health\/live(ness)?|_?health|health[_-]?check|status|ping|up|alive|heartbeat|api\/healthz?|api\/health\/live)\/?$/i
const READY = /^\/(readyz?|ready|readiness|health\/ready|api\/readyz?|_?ready)\/?$/i

/**
 * Health routes that are surely at the path that they name: on the application object itself or on a router without any
 * prefix. One whose handler asks a database says ready, not alive. Where hosts are checked the address of a pod is refused.
 */
function chooseHealth(project: Project, sources: Sources, spec: Framework | undefined, runsItself: boolean): { health?: Fact<string>; ready?: Fact<string> } {
  if (spec?.health) return {}
  if (spec?.id === 'django' || sources.match(/\b(?:TrustedHostMiddleware|AllowedHosts|AllowedHostsConfig|TRUSTED_HOSTS)\b/)) return {}
  if (runsItself && sources.all('route').length === 0) return {}
  const prefixed = sources.match(/\b(?:url_)?prefix\s*=|\.mount\(|\broot_path\s*=|\.add_subapp\(/)
  const out: { health?: Fact<string>; ready?: Fact<string> } = {}
  for (const route of sources.all('route')) {
    const path = route.groups[0]!
    if (/methods\s*=\s*\[(?![^\]]*GET)/.test(route.evidence.text ?? '')) continue
    const source = project.read(route.evidence.file)!
    const receiver = /^\s*@(\w+)\./.exec(route.evidence.text ?? '')?.[1]
    const direct = receiver !== undefined && new RegExp(`^\\s*${receiver}\\s*(?::[^=\\n]+)?=\\s*[\\w.]*(?:FastAPI|Flask|APIFlask|Quart|Sanic|Bottle|Starlette)\\(`, 'm').test(source)
    if (prefixed && !direct) continue
    const handler = source.split('\n').slice(route.evidence.line! - 1, route.evidence.line! + 14).join('\n').split(/\n(?=@)/)[0]!
    const checks = /\b(?:db|database|session|engine|execute|cursor|redis|cache|Depends|connection|pool|login_required|auth)\b/i.test(handler.slice(handler.indexOf('\n')))
    if (LIVE.test(path)) {
      if (checks) out.ready ??= fact(path, route.evidence)
      else out.health ??= fact(path, route.evidence)
    }
    if (READY.test(path)) out.ready ??= fact(path, route.evidence)
  }
  return out.ready && !out.health && /login_required|auth/i.test(out.ready.evidence[0]?.text ?? '') ? {} : out
}

/** Services that an extra brings along: celery[redis]. */
function extraServices(manifests: Manifests): Fact<string>[] {
  const celery = manifests.dependencies.get('celery') ?? manifests.dependencies.get('kombu')
  return celery?.extras.includes('redis') && !manifests.dependencies.has('redis') ? [fact('redis', celery.evidence)] : []
}

/** Where the program is started: in the folder of its own where it reads files there by relative names, else in /app. */
function workdirOf(project: Project, start: Start, django: Django | undefined): string {
  const root = django?.root ?? start.root
  if (!root) return '/app'
  if (django) return `/app/${root}`
  const source = (start.file && project.read(start.file)) ?? ''
  const named = [...source.matchAll(/["']\.?\/?([\w-]+(?:\/[\w.-]+)*(?:\.\w+)?)["']/g)].map((m) => m[1]!)
  return named.some((n) => !project.has(n) && project.has(`${root}/${n}`) && !n.endsWith('.py')) ? `/app/${root}` : '/app'
}
