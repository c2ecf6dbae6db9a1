import { basename, join } from 'node:path'
import { InputError } from '../errors.ts'
import { assumed, type Fact, fact, type LanguageFacts, type Warning } from './facts.ts'
import type { DetectContext } from './language.ts'
import { detectMember } from './member.ts'
import { staticFacts, staticImages } from './nginx.ts'
import { unsuitableBases } from './node/bases.ts'
import { absent, withClient } from './node/beside.ts'
import { readCopies } from './node/copies.ts'
import { IMPORT, isBuiltin } from './node/config.ts'
import { dataOf, type NodeFramework } from './node/data.ts'
import { readDevelop } from './node/develop.ts'
import { withFolder } from './node/folder.ts'
import { chooseFramework } from './node/framework.ts'
import { readInstall, readSystem } from './node/install.ts'
import { exportedServer, refuseUnserved, theListener } from './node/listener.ts'
import { chooseManager, type Installer, lockedProgram } from './node/manager.ts'
import { type Manifest, readManifest } from './node/manifest.ts'
import { warnOfMcp } from './node/mcp.ts'
import { readPrisma } from './node/prisma.ts'
import { type Read, workdirOf } from './node/read.ts'
import { type Reached, reachedFrom } from './node/reach.ts'
import { type Address, listensElsewhere, OPENER, readAddress, readHealth, readPort, readServes, readStop } from './node/server.ts'
import { readVariables } from './node/settings.ts'
import { resolveStart, type Start } from './node/start.ts'
import { readSpawns } from './node/spawns.ts'
import { readSteps } from './node/steps.ts'
import { keptSources } from './kept.ts'
import { publicFiles } from './node/public.ts'
import { chooseNodeVersion } from './node/version.ts'
import { readWrites } from './node/writes.ts'
import { findWorkspace, type Kind, type Member, packagesBelow, type Workspace } from './node/workspace.ts'
import { lineAt, openProject, type Project } from './project.ts'
import { readServer, readSources } from './sources.ts'

/**
 * Reads a Node.js project: package.json, lock file, version files, the start script down to the program itself, sources. In a
 * workspace the app's own files and the root's, evidence told from the folder where the run began.
 */
export function detect(context: DetectContext): LanguageFacts | undefined {
  const manifest = readManifest(context.project)
  const nx = manifest?.scripts.build ?? manifest?.scripts.start ? undefined : nxApp(context)
  if (nx || !manifest) return nx ?? bareServer(context)
  const workspace = findWorkspace(context, manifest, (member, root) => kindOf(context, member, root))
  if (!workspace) return besideClient(context, manifest) ?? detectApp(context, manifest)
  const app = workspace.up ? context : { ...context, project: openProject(join(workspace.root.root, workspace.path)) }
  const facts = detectApp(app, readManifest(app.project)!, workspace)
  return { ...facts, app: workspace.path, ...(workspace.up ? { context: workspace.up.replace(/\/$/, '') } : {}) }
}

/** An app of an Nx repository, which a project.json builds instead of scripts: at the root, where its packages lie. */
function nxApp(context: DetectContext): LanguageFacts | undefined {
  const { project, chosen } = context
  if (chosen.member !== undefined || !project.has('project.json')) return undefined
  const facts = detectMember(context, (root) => detectApp(root, readManifest(root.project)!), ['nx.json'], (root) => root.has('package.json'))
  return facts && { ...placed(facts, `${facts.context}/`), name: fact(basename(project.root), { file: 'project.json' }) }
}

/** A server of one file or more that needs nothing but Node.js: there is nothing to install, and no package.json to say so. */
function bareServer(context: DetectContext): LanguageFacts | undefined {
  const facts = detectApp(context, absent())
  if (!facts.start || (!context.chosen.start && !(facts.serves?.value && !facts.serves.guess))) return undefined
  const { file } = facts.start.evidence[0] ?? {}
  const text = (file && context.project.read(file)) ?? ''
  const missing = [...text.matchAll(IMPORT)].find(([, name]) => !name!.startsWith('.') && !isBuiltin(name!))
  if (missing) throw new InputError({ message: `it needs ${missing[1]}, but there is no package.json that names it`, file, line: lineAt(text, missing.index), hint: `npm init --yes && npm install ${missing[1]}` })
  return facts
}

/** A server that hands out the front end beside its folder: both are built from the folder above. */
function besideClient(context: DetectContext, manifest: Manifest): LanguageFacts | undefined {
  if (context.chosen.start || context.chosen.member !== undefined) return undefined
  const start = resolveStart(context, manifest, language(context, chooseFramework(context, manifest)), () => undefined)
  if (start.static || start.framework || !start.argv) return undefined
  const both = withClient(context, manifest, readSources(context.project, context.language, start.sources).files, start.argv.value)
  if (!both) return undefined
  const facts = detectApp({ ...context, project: both.root }, both.manifest)
  const develop = dataOf(context.language).developScripts.find((s) => manifest.scripts[s] !== undefined)
  const own = {
    name: fact(manifest.json.name ?? both.server, manifest.keyAt('name')),
    ...(manifest.json.version ? { appVersion: fact(manifest.json.version, manifest.keyAt('version')) } : {}),
    ...(facts.start ? { start: { ...facts.start, evidence: start.argv.evidence } } : {}),
    ...(develop ? { develop: fact(['npm', 'run', develop, '--prefix', both.server], manifest.keyAt(develop)) } : {}),
  }
  return { ...placed(facts, '../'), ...own, app: both.server, context: '..', beside: [both.client] }
}

/** What a package of a workspace is started as: it has a server or files of its own, or a script that starts a program. */
function kindOf(context: DetectContext, member: Member, root: Project): Kind {
  const project = member.path === '.' ? root : openProject(join(root.root, member.path))
  const own = { ...context, project }
  const framework = language(own, chooseFramework(own, member.manifest))
  if (framework?.aside) return undefined
  // a workspace's own pages are those that its own build makes, not documents beside its apps
  if (member.path === '.' && framework?.static && !['build', 'start'].some((s) => new RegExp(`\\b${framework.cli}\\b`).test(member.manifest.scripts[s] ?? ''))) return undefined
  const start = resolveStart(own, { ...member.manifest, json: { ...member.manifest.json, main: undefined } }, framework, () => undefined)
  if (start.static) return 'pages'
  if (!((start.argv && (!start.argv.guess || (framework && !framework.refuse))) || (framework?.refuse !== undefined && framework.cli !== undefined))) return undefined
  return { answers: () => !framework?.refuse && (start.framework === true || readSources(project, context.language, start.sources).first('listens') !== undefined) }
}

const language = ({ language: l }: DetectContext, framework: Fact<string> | undefined): NodeFramework | undefined => l.frameworks.find((f) => f.id === framework?.value) as NodeFramework | undefined

function detectApp(context: DetectContext, manifest: Manifest, workspace?: Workspace): LanguageFacts {
  const { project } = context
  const root = workspace ? { context: { ...context, project: workspace.root }, manifest: workspace.manifest } : { context, manifest }
  // evidence is told from where the run began: below it lies the app, or above it the root
  const here = workspace && !workspace.up ? `${workspace.path}/` : ''
  const there = workspace?.up ?? ''
  const above: Warning[] = []
  const warnings: Warning[] = []

  const installer = chooseManager(root.context, root.manifest, above)
  const likely = chooseFramework(context, manifest)
  const start = hoisted(located(resolveStart(context, manifest, language(context, likely), () => theListener(project, readSources(project, context.language))), installer, root.context.project), installer, workspace)
  // one package.json serves all apps of such a repository, so that its dependencies say little of one
  const { inner, both } = withFolder(project, manifest, start.cwd ?? '')
  const framework = inner ? chooseFramework({ ...context, project: inner.project }, inner.manifest) : start.build && !start.framework ? undefined : likely
  const spec = language(context, framework)
  const sources = readSources(project, context.language, start.sources)
  const packages = workspace ?? packagesBelow(project, manifest, start.sources)
  const read: Read = { context, manifest, installer, start, sources, packages, ...(spec ? { framework: spec } : {}), ...(workspace ? { workspace } : {}) }
  if (spec?.notice && start.framework) warnings.push({ message: spec.notice, file: framework!.evidence[0]?.file, line: framework!.evidence[0]?.line, hint: spec.noticeHint })
  const version = chooseNodeVersion(context, [{ project, manifest }, ...(inner ? [{ project, manifest: inner.manifest }] : []), ...(workspace ? [{ project: workspace.root, manifest: root.manifest }] : [])], warnings)
  const install = readInstall(root.context, root.manifest, installer, workspace, packages.members, above)
  const system = readSystem(root.context, workspace ? together(manifest, workspace) : both, installer, warnings)
  const prisma = [...(workspace?.needed ?? []).map((m) => readPrisma(openProject(join(workspace!.root.root, m.path)), m.manifest, `${m.path}/`)), readPrisma(project, manifest, workspace ? `${workspace.path}/` : '')].filter((p) => p !== undefined)
  for (const { sqlite } of prisma) if (sqlite) warnings.push({ message: 'the database is a file (SQLite), which a container that is replaced does not keep, and cannot write beside the program', file: sqlite.file, line: sqlite.line, hint: 'take a database of its own, or put the file on a volume' })
  const server = readServer(sources)
  const exported = start.bun && !(spec && !spec.refuse) ? exportedServer(project, start.sources) : undefined
  server.listens ??= exported
  if (!context.chosen.start && !start.static) refuseUnserved(project, start, spec, manifest, server.listens !== undefined)
  const port = readPort(sources, start, project, exported)
  let known: { files?: Reached } | undefined
  const reached = (): Reached | undefined => (known ??= { files: start.framework ? undefined : reachedFrom(project, start.sources) }).files
  const address: Address = start.static ? {} : readAddress(project, sources, spec, start, reached, warnings)
  const variables = readVariables(context, sources, [port.variable?.value ?? '', ...Object.keys(address.variable?.value ?? {}), ...Object.keys(start.env)])

  const writes = start.static || start.framework ? { folders: [], links: [] } : readWrites(project, sources.files, { root: workdirOf(workspace), cwd: start.cwd ?? '', output: start.output, reached }, warnings)
  const started = start.static ? undefined : readSpawns(context, sources.files, reached, [...system.runtime, ...(start.bun ? ['bun'] : [])], warnings)

  const build = {
    managerVersion: installer.version,
    links: writes.links,
    ...readSteps(read, install, prisma, version, warnings),
    systemPackages: system.build,
    systemPackagesApk: system.buildApk,
    runtimePackages: start.static ? [] : system.runtime,
    runtimePackagesApk: start.static ? [] : system.runtimeApk,
    compile: system.compile,
    installEnv: [...installer.environment, ...system.buildEnv],
    arguments: variables.public.filter((v) => !SECRET_ARGUMENT.test(v)),
    copies: readCopies(read).map((c) => ({ ...c })),
    static: start.static !== undefined,
    output: start.static ? (workspace ? `${workspace.path}/` : '') + start.static.folder : '',
    spa: start.static?.spa === true,
    ignored: ignoredOutputs(read),
    // what tests write lies beside a manifest; deeper, sources may have that name
    coverage: ['coverage', ...new Set(packages.members.map((m) => `${m.path.replace(/\/[^/]+$/, '/*')}/coverage`))],
    kept: keptSources(root.context.project, context.language.sources),
    shown: publicFiles(project, [project, root.context.project].map((p) => p.read('.gitignore') ?? '').join('\n'), dataOf(context.language).publicSettings, workspace?.path ?? '', warnings),
    hidden: install.hidden,
    bun: installer.spec.id === 'bun' || start.bun === true,
    bunImage: dataOf(context.language).bun.image.replace('{bun}', bunLine(installer)),
    bunImageAlpine: dataOf(context.language).bun.alpineImage.replace('{bun}', bunLine(installer)),
    bunRuntime: start.bun === true,
    opened: address.opened === true,
  }
  const shared = {
    ...placed({ manager: installer.fact, ...(installer.lockFile ? { lockFile: fact(installer.lockFile, { file: installer.lockFile }) } : {}) }, there),
    ...placed({
      framework,
      version,
      ...(manifest.json.name ? { name: fact(manifest.json.name, manifest.keyAt('name')) } : {}),
      ...(manifest.json.version ? { appVersion: fact(manifest.json.version, manifest.keyAt('version')) } : {}),
      develop: readDevelop(read),
    }, here),
  }
  if (start.static) return { ...shared, ...placed(staticFacts(context.language, start.static.evidence), here), build: { ...build, ...staticImages() }, warnings: [...placed(above, there), ...placed(warnings, here)] }
  const told = port.argv ?? start.argv
  const argv = told && address.opened ? { ...told, value: [told.value[0]!, start.bun ? '--preload' : '-r', OPENER, ...told.value.slice(1)] } : told
  if (!start.framework) readStop(project, server, warnings)
  const serves = readServes(spec, framework?.evidence ?? [], start, server, port, sources)
  warnOfMcp(both, sources, serves.value, warnings)
  const served = {
    start: argv,
    serves,
    // a port that nothing shows is the usual one; the program follows it only where it has a variable for it
    port: port.port ?? (serves.value && !port.variable && !spec?.portVariable ? assumed(spec?.port ?? context.language.port) : undefined),
    // settings are read in many ways, and nearly all of them know this name
    portVariable: port.variable ?? (serves.value && !port.port && !spec?.portVariable ? assumed('PORT') : undefined),
    ...(address.variable ? { hostVariable: address.variable } : {}),
    ...readHealth(project, server),
    // a program of the project's own is not the server that its framework would have started
    handlesSigterm: start.framework ? undefined : (server.handlesSigterm ?? (spec?.start ? fact(false, ...(start.argv?.evidence ?? [])) : undefined)),
    services: firstOfEach([...Object.entries(context.language.services).flatMap(([id, names]) => names.filter((n) => both.production[n] !== undefined).slice(0, 1).map((n) => fact(id, both.keyAt(n)))), ...prisma.flatMap((p) => p.service ?? [])]),
    secrets: firstOfEach([...variables.secrets, ...prisma.flatMap((p) => p.secrets)]),
    settings: variables.settings,
    unsuitable: unsuitableBases(read, argv, system, started),
  }
  return {
    ...shared,
    ...placed(served, here),
    env: { ...(sources.match(HOME) ? { HOME: '/tmp' } : {}), ...variables.demanded, ...plain(start.env), ...system.env, ...(start.framework ? {} : listensElsewhere(project, sources, warnings)) },
    writable: [...(start.framework || start.output === '' ? (spec?.scratch ?? []) : []).map((f) => `${workdirOf(workspace)}/${f}`), ...writes.folders],
    ...(system.kind ? { kind: system.kind } : {}),
    build: { ...build, ...(start.bun ? { runtimeImage: dataOf(context.language).bun.runtime } : {}) },
    warnings: [...placed(above, there), ...placed(warnings, here)],
  }
}

/** What looks for a home, which is read-only. */
const HOME = /\bhomedir\(\)|\bprocess\.env\.HOME\b/

/** Names of build arguments that tools take for secrets: such a value does not belong into a build. */
const SECRET_ARGUMENT = /(^|_)(apikey|auth|credentials?|key|password|pword|passwd|secret|token)(_|$)|api_?key|client_?key|private|username/i

/** The same value with every place in it told from another folder. */
function placed<T>(value: T, prefix: string): T {
  if (prefix === '' || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((v: unknown) => placed(v, prefix)) as T
  return Object.fromEntries(Object.entries(value).map(([k, v]: [string, unknown]) => [k, k === 'file' && typeof v === 'string' && ('message' in value || 'line' in value || Object.keys(value).every((n) => n === 'file' || n === 'text')) ? prefix + v : placed(v, prefix)])) as T
}

/** The dependencies of an app and of the packages that it needs, at the app's places. */
const together = (manifest: Manifest, { needed }: Workspace): Manifest => ({ ...manifest, production: Object.assign({}, ...needed.map((m) => m.manifest.production), manifest.production) as Record<string, string>, every: Object.assign({}, ...needed.map((m) => m.manifest.every), manifest.every) as Record<string, string> })

/** What a start runs of a package, at the place that npm's lock file says. */
function located(start: Start, { lockFile, staleLock }: Installer, project: Project): Start {
  const [, name, path] = /^node_modules\/((?:@[^/]+\/)?[\w-][^/]*)\/(.+)$/.exec(start.argv?.value[1] ?? '') ?? []
  const lock = lockFile ?? staleLock
  const locked = name && lock?.endsWith('.json') ? lockedProgram(project.read(lock) ?? '', name) : undefined
  return locked && locked !== path ? { ...start, argv: { ...start.argv!, value: start.argv!.value.map((w, i) => (i === 1 ? `node_modules/${name}/${locked}` : w)) } } : start
}

/** npm, Yarn and Bun lay the packages of all members into the root's node_modules; pnpm links them below each member. */
function hoisted(start: Start, installer: Installer, workspace: Workspace | undefined): Start {
  if (!workspace || !start.argv || installer.spec.id === 'pnpm') return start
  const up = '../'.repeat(workspace.path.split('/').length)
  const lock = (installer.lockFile && workspace.root.read(installer.lockFile)) || ''
  const own = (name: string): boolean => lock.includes(`"${workspace.path}/node_modules/${name}"`)
  const value = start.argv.value.map((w) => {
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(w)?.[1]
    return name && !own(name) ? up + w : w
  })
  return { ...start, argv: { ...start.argv, value } }
}

/** Environment of a start script without what holds a secret or an address of one machine. */
const plain = (env: Record<string, string>): Record<string, string> => Object.fromEntries(Object.entries(env).filter(([name, value]) => !/SECRET|PASSWORD|TOKEN|KEY|_URL$/.test(name) && name !== 'PORT' && name !== 'NODE_ENV' && !value.includes('{port}') && /^[\w.,:/@%+= -]*$/.test(value)))

/** Outputs that are made inside of the image, so that those of one machine stay out. A folder that is committed is a source. */
function ignoredOutputs({ context: { project }, start, manifest, workspace }: Read): string[] {
  if (!manifest.scripts.build && !start.build) return []
  const gitignore = [project, workspace?.root].map((p) => p?.read('.gitignore') ?? '').join('\n')
  const names = [...new Set([start.output, start.static?.folder.split('/')[0] ?? '', 'dist', 'build', 'out', '.svelte-kit', '.docusaurus', '.angular', '.vercel'])].filter((n) => n !== '' && n !== '.')
  const ignored = names.filter((n) => (n === start.output && !project.isFolder(n)) || new RegExp(`^(\\*\\*)?/?${n.replace('.', '\\.')}/?\\**\\s*$`, 'm').test(gitignore))
  return workspace ? ignored.map((n) => `**/${n}`) : ignored
}

const bunLine = (installer: Installer): string => (installer.spec.id === 'bun' ? installer.version : '1.4')

const firstOfEach = (facts: Fact<string>[]): Fact<string>[] => facts.filter((f, i) => facts.findIndex((o) => o.value === f.value) === i)
