import { InputError } from '../errors.ts'
import { assumed, type Evidence, type Fact, fact, type LanguageFacts, type Warning } from './facts.ts'
import type { DetectContext, Framework, Manager } from './language.ts'
import { chooseLine } from './versions.ts'
import { readJson } from './json.ts'
import { lineOf, type Project } from './project.ts'
import { readServer, readSources } from './sources.ts'
import { splitCommand } from './words.ts'

interface Manifest {
  name?: string
  version?: string
  main?: string
  type?: string
  bin?: string | Record<string, string>
  packageManager?: string
  scripts?: Record<string, string>
  engines?: Record<string, string>
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

const MANIFEST = 'package.json'
/** Root scripts that an install runs before the sources are there. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare']
/** What only reloads or loads: the program behind it is what production runs. */
const ENTRIES = ['server.js', 'index.js', 'app.js', 'main.js', 'src/server.js', 'src/index.js', 'src/app.js', 'src/main.js', 'server.mjs', 'index.mjs', 'worker.js']

/** Reads a Node.js project: package.json, lock file, version files, the start script down to the program itself, sources. */
export function detect(context: DetectContext): LanguageFacts | undefined {
  const { project, language } = context
  const text = project.read(MANIFEST)
  if (text === undefined) return undefined
  const manifest = readJson<Manifest>(MANIFEST, text)
  const at = (what: string | RegExp): Evidence => ({ file: MANIFEST, line: lineOf(text, what) })
  const keyAt = (key: string): Evidence => at(new RegExp(`"${key.replace(/[/@.-]/g, '\\$&')}"\\s*:`))
  const warnings: Warning[] = []
  const dependencies = { ...manifest.dependencies, ...manifest.optionalDependencies }
  const every = { ...manifest.devDependencies, ...dependencies }
  const scripts = manifest.scripts ?? {}

  const framework = chooseFramework(context, dependencies, every, keyAt)
  const spec = language.frameworks.find((f) => f.id === framework?.value)
  const { manager, lockFile } = chooseManager(context, manifest, at, warnings)
  const entry = resolveStart(context, manifest, spec, warnings, at)
  const sources = readSources(project, language, entry.sources)
  const server = readServer(sources)
  const isStatic = spec?.static === true

  const hostVariable = bindsByVariable(project, sources, server.loopback, warnings)
  const services = Object.entries(language.services).flatMap(([id, names]) => names.filter((n) => dependencies[n] !== undefined).slice(0, 1).map((n) => fact(id, keyAt(n))))
  const variables = sources.all('variable').map((m) => ({ name: m.groups[0]!, evidence: m.evidence }))
  const secrets = variables.filter((v) => /(_URL|_URI|_DSN|SECRET|TOKEN|PASSWORD|API_?KEY|_KEY)$/.test(v.name)).map((v) => fact(v.name, v.evidence))
  const lifecycle = INSTALL_SCRIPTS.filter((s) => scripts[s] !== undefined)
  const hasProduction = Object.keys(dependencies).length > 0 && !isStatic && spec?.id !== 'next'
  const loose = lockFile === undefined
  const pick = (m: Manager, name: string): string => String(m[loose ? `${name}Loose` : name])
  const buildScript = scripts.build ? `${String(manager.spec.run)} build` : undefined
  const commands = [...(lifecycle.includes('postinstall') && !/husky|patch-package/.test(scripts.postinstall!) ? [`${String(manager.spec.run)} postinstall`] : []), ...(buildScript ? [buildScript] : [])]
  const serves = spec ? fact(spec.serves !== false, keyAt(spec.dependencies![0]!)) : server.listens ? server.listens : server.port || server.portVariable ? fact(true, (server.port ?? server.portVariable)!.evidence[0]!) : assumed(false)

  return {
    framework,
    version: chooseNodeVersion(context, manifest, keyAt, warnings),
    manager: manager.fact,
    ...(lockFile ? { lockFile: fact(lockFile, { file: lockFile }) } : {}),
    ...(manifest.name ? { name: fact(manifest.name, keyAt('name')) } : {}),
    ...(manifest.version ? { appVersion: fact(manifest.version, keyAt('version')) } : {}),
    start: isStatic ? fact(['nginx', '-g', 'daemon off;'], keyAt(spec!.dependencies![0]!)) : entry.start,
    develop: scripts.dev ? fact([...String(manager.spec.run).split(' '), 'dev'], keyAt('dev')) : entry.start ? assumed(['node', '--watch', ...entry.start.value.slice(1)]) : undefined,
    serves,
    port: isStatic ? fact(8080, keyAt('vite')) : server.port,
    portVariable: isStatic ? undefined : server.portVariable,
    ...(isStatic ? {} : { hostVariable }),
    health: isStatic ? fact('/healthz', keyAt('vite')) : server.health,
    ready: isStatic ? undefined : server.ready,
    handlesSigterm: server.handlesSigterm,
    services: isStatic ? [] : services,
    secrets: isStatic ? [] : secrets,
    settings: [],
    unsuitable: isStatic ? [{ base: 'distroless', reason: 'files are served by nginx, which has no distroless image here', evidence: [] }] : entry.start && entry.start.value[0] !== 'node' ? [{ base: 'distroless', reason: `${entry.start.value[0]} needs a shell or npm, which distroless has not`, evidence: entry.start.evidence }] : [],
    ...(isStatic ? { env: {} } : {}),
    build: {
      manifests: manifests(project, manager.spec, lockFile, lifecycle),
      systemPackages: [],
      dropScripts: lifecycle.map((s) => `scripts.${s}`),
      install: pick(manager.spec, 'install'),
      installProduction: pick(manager.spec, 'production'),
      productionStage: hasProduction && lifecycle.length === 0,
      pruneStage: hasProduction && lifecycle.length > 0,
      prune: manager.spec.id === 'npm' ? 'npm prune --omit=dev --ignore-scripts' : manager.spec.id === 'pnpm' ? 'pnpm prune --prod --ignore-scripts' : `${pick(manager.spec, 'production')} --ignore-scripts --prefer-offline`,
      production: hasProduction,
      buildEnv: spec?.id === 'next' ? ['NEXT_TELEMETRY_DISABLED=1'] : [],
      commands,
      test: scripts.test && !/no test specified/.test(scripts.test) ? `${String(manager.spec.run)} test` : '',
      copies: isStatic ? [] : copies(project, spec, manifest, entry, buildScript !== undefined, language.data?.runtimeFolders as string[]),
      static: isStatic,
      output: spec?.output ? String(spec.output) : 'dist',
      ignoredOutputs: buildScript ? ['dist', 'build', 'out'] : [],
      ...(isStatic ? { runtimeImage: language.data!.nginx as Record<string, string> } : {}),
    },
    warnings,
  }
}

function chooseFramework({ chosen, language, project }: DetectContext, dependencies: Record<string, string>, every: Record<string, string>, keyAt: (k: string) => Evidence): Fact<string> | undefined {
  if (chosen.framework) return fact(chosen.framework)
  for (const f of language.frameworks) {
    // what only builds may stand among the development dependencies
    const where = f.static ? every : dependencies
    const name = f.dependencies?.find((d) => where[d] !== undefined)
    if (name) {
      if (f.static && !project.has('index.html')) continue
      return fact(f.id, keyAt(name))
    }
  }
  return undefined
}

function chooseManager({ chosen, language, project }: DetectContext, manifest: Manifest, at: (w: string | RegExp) => Evidence, warnings: Warning[]): { manager: { spec: Manager; fact: Fact<string> }; lockFile?: string } {
  const locks = language.managers.flatMap((m) => m.locks.filter((l) => project.has(l)).map((lock) => ({ m, lock })))
  const field = /^(npm|pnpm|yarn|bun)@(.+?)(\+.*)?$/.exec(manifest.packageManager ?? '')
  const named = chosen.manager ?? field?.[1]
  const spec = language.managers.find((m) => m.id === named) ?? locks[0]?.m ?? language.managers[0]!
  const own = locks.find((l) => l.m.id === spec.id)
  if (!chosen.manager && field && locks.length > 0 && !own)
    throw new InputError({
      message: `package.json names ${field[1]} as its package manager, but the lock file is ${locks[0]!.lock} (${locks[0]!.m.title})`,
      file: 'package.json',
      line: at('"packageManager"').line,
      hint: `commit the lock file of ${field[1]}, or choose: --package-manager ${locks[0]!.m.id}`,
    })
  if (locks.length > 1) warnings.push({ message: `several lock files (${locks.map((l) => l.lock).join(', ')}); ${own?.lock ?? 'none'} is used`, file: own?.lock, hint: 'delete the others' })
  if (!own) warnings.push({ message: 'there is no lock file, so two builds may install different versions', file: 'package.json', hint: `run ${spec.id} install and commit the lock file` })
  const version = field && field[1] === spec.id ? field[2]! : String(spec.version ?? '')
  const withVersion = { ...spec, ...(spec.setup ? { setup: String(spec.setup).replace('{managerVersion}', version) } : { setup: '' }) }
  const evidence = named && field ? [at('"packageManager"')] : own ? [{ file: own.lock }] : []
  return { manager: { spec: withVersion, fact: { value: spec.id, evidence, guess: evidence.length === 0 } }, lockFile: own?.lock }
}

function chooseNodeVersion({ chosen, language, project }: DetectContext, manifest: Manifest, keyAt: (k: string) => Evidence, warnings: Warning[]): Fact<string> | undefined {
  if (chosen.version) return undefined
  for (const file of ['.nvmrc', '.node-version']) {
    const text = project.read(file)?.trim()
    if (text) return chooseLine(language, text, { file, line: 1, text }, warnings)
  }
  const range = manifest.engines?.node
  return range ? chooseLine(language, range, { ...keyAt('node'), text: range }, warnings) : undefined
}

interface Entry {
  start?: Fact<string[]>
  /** files of the program, for the sources */
  sources: string[]
  /** where the build puts its output: "dist" */
  output?: string
}

/** Reads `npm start` through to the program itself. */
function resolveStart({ chosen, project }: DetectContext, manifest: Manifest, framework: Framework | undefined, warnings: Warning[], at: (w: string | RegExp) => Evidence): Entry {
  if (chosen.start) return { start: fact(chosen.start), sources: sourceOf(project, chosen.start.find((w) => /\.[cm]?[jt]s$/.test(w))) }
  if (framework?.static) return { sources: [] }
  const scripts = manifest.scripts ?? {}
  if (framework?.id === 'next') return { start: fact(['node', 'server.js'], at('"next"')), sources: [] }
  for (const name of ['start:prod', 'start']) {
    const script = scripts[name]
    if (!script) continue
    const argv = programOf(script, scripts)
    if (!argv) {
      if (name === 'start' && framework?.id === 'nest') break
      continue
    }
    const file = argv.find((w) => /\.[cm]?js$/.test(w)) ?? argv[1]
    return { start: fact(argv, { ...at(new RegExp(`"${name}"\\s*:`)), text: script }), sources: sourceOf(project, file), output: outputOf(file) }
  }
  if (framework?.id === 'nest') return { start: { value: ['node', 'dist/main.js'], evidence: [at('"@nestjs/core"')], guess: true }, sources: ['src/main.ts'], output: 'dist' }
  const main = manifest.main ?? ENTRIES.find((e) => project.read(e) !== undefined)
  if (main && (project.read(main) !== undefined || /^(dist|build|lib|out)\//.test(main))) return { start: fact(['node', main], manifest.main ? at('"main"') : { file: main }), sources: sourceOf(project, main), output: outputOf(main) }
  return { sources: [] }
}

/** A script's own argv when it comes down to one `node …`; undefined when it needs a shell or a tool of development. */
function programOf(script: string, scripts: Record<string, string>, depth = 0): string[] | undefined {
  if (depth > 5) return undefined
  const words = splitCommand(script)
  if (!words) return undefined
  while (words[0] === 'cross-env' || words[0] === 'exec' || /^[A-Za-z_]\w*=/.test(words[0] ?? '')) words.shift()
  const [program, ...rest] = words
  if (program === 'node') return words
  if ((program === 'npm' || program === 'pnpm' || program === 'yarn') && rest.length > 0) {
    const name = rest[0] === 'run' ? rest[1] : rest[0]
    return name && scripts[name] ? programOf(scripts[name]!, scripts, depth + 1) : undefined
  }
  return undefined
}

const outputOf = (file: string | undefined): string | undefined => /^(?:\.\/)?(dist|build|lib|out)\//.exec(file ?? '')?.[1]

/** Source files that a built file comes from: dist/main.js from src/main.ts. */
function sourceOf(project: Project, file: string | undefined): string[] {
  if (!file) return []
  const plain = file.replace(/^\.\//, '')
  const stem = plain.replace(/^(dist|build|lib|out)\//, '').replace(/\.[cm]?js$/, '')
  return [plain, `src/${stem}.ts`, `${stem}.ts`, `src/${stem}.js`, `${stem}.js`, `${plain}.js`, `${plain}/index.js`].filter((f) => project.read(f) !== undefined).slice(0, 1)
}

/** Environment that makes a program with a loopback default listen on all interfaces; else a warning with the place. */
function bindsByVariable(project: Project, sources: ReturnType<typeof readSources>, loopback: ReturnType<typeof readServer>['loopback'], warnings: Warning[]): Fact<Record<string, string>> | undefined {
  const host = sources.match(/process\.env\.([A-Z_]*(?:HOST|HOSTNAME|BIND|ADDRESS))\b\s*\)?\s*(?:\|\||\?\?)/)
  if (host?.groups[0]) return fact({ [host.groups[0]]: '0.0.0.0' }, host.evidence)
  if (loopback && /listen|host|address|bind/i.test(loopback.evidence.text ?? ''))
    warnings.push({ message: 'the program listens on loopback only, where nothing outside of the container reaches it', file: loopback.evidence.file, line: loopback.evidence.line, hint: "listen on '0.0.0.0', or take the address from HOST" })
  return undefined
}

function manifests(project: Project, manager: Manager, lockFile: string | undefined, lifecycle: string[]): string[] {
  const extra = ((manager.files as unknown as string[]) ?? []).filter((f) => project.has(f) && !(f === '.npmrc' && /_auth|_password/i.test(project.read(f) ?? '')))
  return ['package.json', ...(lockFile ? [lockFile] : []), ...extra, ...(lifecycle.length > 0 && project.isFolder('patches') ? [] : [])]
}

/** What the last stage takes from the build: the output and what the program reads beside it, or everything where nothing is built. */
function copies(project: Project, framework: Framework | undefined, manifest: Manifest, entry: Entry, built: boolean, folders: string[]): { from: string; to: string }[] {
  if (framework?.id === 'next') return [
    ...(project.isFolder('public') ? [{ from: '/app/public', to: './public' }] : []),
    { from: '/app/.next/standalone', to: './' },
    { from: '/app/.next/static', to: './.next/static' },
  ]
  if (built && entry.output) {
    const beside = project.names().filter((n) => n.endsWith('/') && folders.includes(n.slice(0, -1))).map((n) => n.slice(0, -1))
    return [entry.output, ...beside].map((n) => ({ from: `/app/${n}`, to: `./${n}` })).concat({ from: '/app/package.json', to: './' })
  }
  return [{ from: '--exclude=node_modules /app', to: './' }]
}
