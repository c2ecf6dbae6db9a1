import { join, posix } from 'node:path'
import { isSqlServer } from './existing.ts'
import { assumed, type Evidence, type Fact, fact, type LanguageFacts, type Warning } from './facts.ts'
import { readDotenv } from './go/dotenv.ts'
import { isHeld, readFrontends, stagesOf } from './frontend.ts'
import { isVendored, pinsOf } from './go/before.ts'
import { calledFunction, chooseMain, lastOf, type Main } from './go/main-package.ts'
import { below, type Modules, outsideOf, partOf, readModules } from './go/module.ts'
import { follow, type Program } from './go/packages.ts'
import { carriedFiles } from './carried.ts'
import { readReads } from './go/reads.ts'
import { settingsPort } from './settings-file.ts'
import { lowOption, openAddress, optionPaths, processOf, readArguments } from './go/start.ts'
import { addressNames, boundNames, wholeNames } from './go/tags.ts'
import { versionVariable } from './go/version.ts'
import { readWrites, type WritePatterns } from './go/writes.ts'
import type { DetectContext, Framework, Language } from './language.ts'
import { detectAbove, detectMember } from './member.ts'
import { openProject, type Project } from './project.ts'
import { openLoopback } from './opened.ts'
import { exampleValues, secretNames, withExamples } from './settings.ts'
import { installPrograms, type Started } from './programs.ts'
import { filesOf, type Match, readServer, readSources, type Sources } from './sources.ts'
import { chooseLine } from './versions.ts'

interface SystemPackages {
  apt: string[]
  apk: string[]
}

/** What Go's language.yaml holds beyond that of every language. */
interface GoData {
  breaks: Record<string, { from?: string; before: string; line: string; by?: string[]; beside?: string }>
  cgo: string[]
  databases: string[]
  home: string
  homes: string[]
  systemPackages: Record<string, SystemPackages & { runtime: SystemPackages }>
  likely: string[]
  reads: string
  routes: string
  embedded: string
  urls: Record<string, { value: string; unless: string[] }>
  writes: WritePatterns
}

/** Folders of packages at the top of a program that has no go.mod. */
const PACKAGES = ['cmd', 'pkg', 'internal', 'Gopkg.toml', 'glide.yaml', 'Godeps', 'lib', 'handlers', 'models', 'main.go']

/** Reads a Go project: its modules, the main package that is meant, the packages that this is compiled of, and what they show. */
export function detect(context: DetectContext): LanguageFacts | undefined {
  const { project, language, chosen } = context
  const member = chosen.member === undefined && chosen.top === undefined ? detectMember(context, detect, ['go.work', 'go.mod', 'vendor', ...PACKAGES], partOf(project)) : undefined
  if (member) return member
  const { top = '' } = chosen
  const wider = detectAbove(context, detect, outsideOf(project, top), 'go.mod')
  if (wider) return wider
  const modules = readModules(project, top)
  if (!modules) return undefined
  const warnings: Warning[] = []
  const data = language.data as unknown as GoData
  const said = (chosen.start?.length ?? 0) > 1
  const procfile = chosen.member === undefined ? processOf(top ? openProject(join(project.root, top)) : project) : undefined
  const main = chooseMain(project, modules, chosen, procfile?.value[0]?.split('/').at(-1), data.likely, warnings) ?? calledFunction(project, modules, chosen.start?.[0], chosen.member, warnings)
  if (!main) return undefined
  const program = follow(project, modules, main.folder, main.files, main.tags, warnings)
  const before = main.module.file === undefined
  const gopath = before && isVendored(project) ? main.module.path || main.binary : ''
  if (gopath) warnings.push({ message: 'there is no go.mod: the build takes what lies in vendor, in the way of the days before modules', file: main.files[0]!, hint: `go mod init ${gopath} && go mod tidy, and commit go.mod and go.sum` })
  const workdir = gopath ? `/go/src/${gopath}` : '/src'
  const pins = before && !gopath ? pinsOf(project, program.imports.map((i) => i.path)) : []
  const made = before && !gopath ? madeModule(main, program, pins.length > 0, warnings) : ''
  const plain = main.alone || (before && !gopath && !made)
  // as the compiler names it from where it is started
  const inner = top ? posix.join('.', main.package).replace(top, '.') : main.package
  const sources = readSources({ ...project, files: () => program.files }, language, main.files, main.folder)
  const server = readServer(sources)
  const uses = usesOf(modules, program)
  const framework = chosen.framework ? fact(chosen.framework) : chooseFramework(language, uses, sources)
  const spec = language.frameworks.find((f) => f.id === framework?.value)
  // what stands in go.mod may be brought by a package of others
  const asked = (name: string): Evidence | undefined => requiredBy(modules, name) ?? uses(name)
  const cgo = data.cgo.map(asked).find(Boolean) ?? sources.match(/^import "C"$/)?.evidence
  const vendor = project.has(posix.join(top, 'vendor/modules.txt'))
  const unlocked = !vendor && !modules.work && !project.has(posix.join(top, 'go.sum')) ? modules.list.find((m) => m.requires.size > 0) : undefined
  const untidy = vendor || modules.work || before ? undefined : unlisted(modules, program)
  if (untidy) warnings.push({ message: `go.mod lists no module for ${untidy.path}: the build takes the newest release`, file: untidy.evidence.file, line: untidy.evidence.line, hint: 'go mod tidy, and commit go.mod and go.sum' })
  // a program that is only named is started as if it had been found
  const argued = said ? chosen.start!.slice(1) : readArguments(project, sources, program, main, procfile, warnings)
  const open = said || argued.some((w) => w.startsWith('-')) ? undefined : openAddress(sources)
  const told = said || open || server.portVariable ? undefined : lowOption(server.port, argued)
  const named = said || argued.length > 0 ? [] : optionPaths(project, sources, main)
  const rest = [...argued, ...(open ? [open.value] : []), ...(told ? [told.argument] : []), ...named.map((o) => o.argument), ...(argued.length === 0 && !said ? ((spec?.arguments as string[] | undefined) ?? []) : [])]
  const packages = Object.entries(data.systemPackages).flatMap(([name, p]) => (asked(name) ? [p] : []))
  const runtime = packages.flatMap((p) => p.runtime.apt)
  const programs = installPrograms(startedBy(project, program.files, sources), runtime, ['distroless', 'scratch', 'chainguard', 'dhi'], warnings)
  const reads = readReads(project, main, program.files, new RegExp(data.reads))
  for (const file of carriedFiles(project)) {
    if (reads.copies.some((c) => c.to === file.to || file.to.startsWith(`${c.to}/`))) continue
    reads.copies = [...reads.copies.filter((c) => !(c.to.startsWith(`${file.to}/`) && c.from.startsWith(`${file.from}/`))), file]
  }
  for (const path of [...named.map((o) => o.path), ...((spec?.reads as string[] | undefined) ?? [])])
    if ((project.has(path) || project.isFolder(path)) && !reads.copies.some((c) => c.from === path)) reads.copies.push({ from: path, to: path })
  const writes = readWrites(project, program.files, data.writes, warnings)
  for (const { groups: [key], evidence } of program.files.some((f) => /X509KeyPair\(|TLS\(/.test(project.read(f) ?? '')) ? sources.matches(KEY_FILE) : []) if (project.has(below(main.module.folder, key!) ?? '')) warnings.push({ message: `${key} is a secret in the sources, which never reaches the image`, file: evidence.file, line: evidence.line, hint: `mount it when the program starts: -v ./${key}:/app/${key}:ro` })
  const dotenv = readDotenv(project, program.files)
  for (const { path, evidence } of dotenv) warnings.push({ message: `the program stops without a file ${posix.basename(path)}: an empty one is laid in, settings come from the environment`, file: evidence.file, line: evidence.line, hint: 'go on where it is not there' })
  const unheld = program.embeds.filter((e) => !isHeld(project, e.path))
  const frontends = readFrontends(project, [...unheld, ...reads.missing], warnings)
  const unmade = unheld.filter((e) => !project.isFolder(e.path.replace(/\/[^/]*\*.*$/, '')) && !frontends.some((f) => e.path.startsWith(`${f.folder}/`)))
  for (const e of unmade) warnings.push({ message: `${e.path} is embedded, but not in the repository: the build fails without it`, file: e.evidence.file, line: e.evidence.line, hint: 'add the step that makes it to the stage build of the Dockerfile' })
  const place = { file: framework?.evidence[0]?.file, line: framework?.evidence[0]?.line }
  const kept = (spec?.keeps as string[] | undefined) ?? []
  for (const path of kept) warnings.push({ message: `${path} is kept in scratch space: it is gone when the container is, and each pod has its own`, ...place, hint: 'use a PersistentVolumeClaim for what must stay' })
  if (unlocked) warnings.push({ message: 'there is no go.sum, so nothing tells whether the modules are those that were tried', file: unlocked.file!, line: [...unlocked.requires.values()][0]!.line, hint: 'go mod tidy, and commit go.sum' })
  const wholeName = wholeNames(project, sources)
  const host = hostVariable(sources, wholeName, server.portVariable)
  const opened = open || host ? [] : openLoopback(sources.all('loopback').filter(({ evidence: { text = '' } }) => OWN.test(text) && !ANOTHER.test(text)), filesOf(sources.all('listens')), warnings)
  const read = [...sources.all('variable').map((m) => fact(wholeName(m), m.evidence)), ...boundNames(sources)]
  const values = exampleValues(project, read.filter((v) => v.value !== server.portVariable?.value), warnings)
  const variables = withExamples(project, [...read, ...((spec?.settings as string[] | undefined) ?? []).map((name) => fact(name, ...framework!.evidence))])

  const services = servicesOf(language, uses, () => sources.match(new RegExp(data.embedded)), warnings)

  return {
    framework,
    version: broken(modules, program, data.breaks, warnings) ?? version(language, modules, warnings),
    ...(project.has(posix.join(top, 'go.sum')) ? { lockFile: fact('go.sum', { file: posix.join(top, 'go.sum') }) } : {}),
    name: fact(main.binary === 'main' || data.likely.includes(main.binary) ? lastOf(modules.list[0]!.path || main.binary) : main.binary, main.module.file ? { file: main.module.file, line: 1 } : { file: main.files[0]! }),
    start: { value: [`/app/${main.binary}`, ...rest], evidence: [main.evidence, ...(!chosen.start && procfile?.value[0]?.endsWith(main.binary) ? procfile.evidence : []), ...(open?.evidence ?? []), ...named.map((o) => o.evidence)], ...(main.guess || (procfile?.guess && argued.length > 0 && !chosen.start) ? { guess: true } : {}) },
    develop: assumed(['go', 'run', ...(top ? ['-C', top] : []), ...(main.called ? ['-mod=mod'] : []), ...(main.tags.length > 0 ? [`-tags=${main.tags.join(',')}`] : []), ...(plain ? main.files : [inner]), ...rest]),
    serves: server.serves ?? hiddenServer(program, spec, framework, () => sources.match(new RegExp(data.routes))),
    port: told ? fact(told.port, server.port!.evidence[0]!) : (server.port && server.port.value < 1024 ? laterPort(sources, server.port) : server.port) ?? (server.portVariable ? undefined : (settingsPort(project, reads.copies, opened, warnings) ?? (spec?.examples ? assumed(spec.port!) : undefined))),
    portVariable: server.portVariable,
    hostVariable: host,
    health: server.health,
    ready: server.ready,
    handlesSigterm: server.handlesSigterm,
    services,
    addresses: services.length > 0 ? addressNames(sources) : [],
    urls: Object.fromEntries(Object.entries(data.urls).flatMap(([id, { value, unless }]) => (unless.some(uses) ? [] : [[id, value]]))),
    secrets: secretNames(variables),
    settings: variables,
    unsuitable: [
      ...(cgo ? ['scratch', 'chainguard', 'dhi'].map((base) => ({ base, reason: `cgo links the C library, which the ${base} image has not`, evidence: [cgo] })) : []),
      ...(packages.length > 0 ? [{ base: 'distroless', reason: 'the program links a system library, which the distroless image has not', evidence: [cgo!] }] : []),
      ...programs.unsuitable,
    ],
    env: { ...(sources.match(new RegExp(data.home)) || data.homes.some(uses) ? { HOME: '/tmp' } : {}), ...values, ...(main.called ? { FUNCTION_TARGET: main.called.name } : {}) },
    writable: [...writes.folders, ...kept],
    build: {
      grpc: framework?.value === 'grpc' && sources.match(/RegisterHealthServer\(/) !== undefined,
      databaseFile: data.databases.some(uses),
      cgo: cgo !== undefined,
      cgoEnabled: cgo ? '1' : '0',
      opened: opened.map((o) => ({ ...o })),
      vendor,
      unlocked: unlocked !== undefined || untidy !== undefined,
      made,
      pins,
      gopath,
      workdir,
      // a workspace's own modules, which nobody publishes, cannot be downloaded
      download: main.module.file !== undefined && !vendor && !(modules.work && modules.list.some((m) => modules.list.some((o) => m.requires.has(o.path)))),
      manifests: vendor ? [] : manifestsOf(project, modules, top),
      systemPackages: packages.flatMap((p) => p.apt),
      systemPackagesApk: [...(cgo ? ['gcc', 'musl-dev'] : []), ...packages.flatMap((p) => p.apk)],
      runtimePackages: [...runtime, ...programs.apt],
      runtimePackagesApk: [...packages.flatMap((p) => p.runtime.apk), ...programs.apk],
      called: main.called?.path ?? '',
      calledFolder: main.called ? main.package.slice(2) : '',
      // what serves a function needs more than go.sum lists for it
      flags: ['-trimpath', ...(main.called ? ['-mod=mod'] : []), ...(vendor && !modules.work ? ['-mod=vendor'] : [])],
      tags: main.tags.join(','),
      versionVariable: versionVariable(project, main.files),
      // go.work has no module of its own at the top, which ./... would be
      tests: modules.work ? 'work' : plain ? main.files.join(' ') : './...',
      binary: main.binary,
      // packages whose folders .dockerignore leaves out by their names, in every language
      kept: [...new Set(program.files.filter((f) => /^(?:k8s|helm|secrets|bin)\/|(?:^|\/)kubeconfig\//.test(f)).map((f) => f.replace(/[^/]+$/, '*.go')))],
      package: plain ? main.files.join(' ') : inner,
      top,
      copies: reads.copies.filter((c) => !frontends.some((f) => c.from === f.output || f.output.startsWith(`${c.from}/`))).map((c) => ({ from: `${workdir}/${c.from}`, to: c.to })),
      linked: writes.links.length + dotenv.length > 0,
      laid: dotenv.map(({ path }) => ({ path, folder: posix.dirname(path).replace(/\/$/, '') })),
      links: writes.links.map((l) => ({ ...l, folder: l.path.slice(0, l.path.lastIndexOf('/')) })),
      frontends: stagesOf(frontends, (output) => reads.missing.some((m) => m.path === output || m.path.startsWith(`${output}/`))),
      ...(cgo ? { runtimeImage: { distroless: { image: 'gcr.io/distroless/cc-debian13:nonroot', uid: 65532 } } } : {}),
    },
    ...(frontends.some((f) => f.folder === '.') ? { parts: ['node'] } : {}),
    warnings,
  }
}

/** A private key that the program opens when it starts. */
const KEY_FILE = /\b(?:\w*TLS|LoadX509KeyPair)\([^)\n]*"([\w./-]+\.(?:key|pem))"\s*(?:,[^",\n]*)?\)/

/** What the module of a program without go.mod is called that the build has to make for it; "" where it needs none. */
function madeModule(main: Main, program: Program, pinned: boolean, warnings: Warning[]): string {
  const foreign = program.imports.find((i) => /^[\w-]+(\.[\w-]+)+\//.test(i.path))
  if (!foreign && !main.module.path) return ''
  const name = main.module.path || main.binary
  const what = pinned ? 'makes one, of the releases in the old lock file and the newest of what that leaves out' : `takes the newest release of ${foreign?.path} and whatever else is imported`
  if (foreign) warnings.push({ message: `there is no go.mod: the build ${what}`, file: foreign.evidence.file, line: foreign.evidence.line, hint: `go mod init ${name} && go mod tidy, and commit go.mod and go.sum` })
  return name
}

/** go.work and what it names, or go.mod with the folders that replace other modules: what a download reads. */
function manifestsOf(project: Project, { list, work }: Modules, top: string): { files: string[]; to: string }[] {
  const own = [...(work ? ['go.work', 'go.work.sum'] : []), 'go.mod', 'go.sum'].map((f) => posix.join(top, f)).filter((f) => project.has(f))
  const rest = list.filter((m) => m.folder !== top).map((m) => ({ files: ['go.mod', 'go.sum'].map((f) => `${m.folder}/${f}`).filter((f) => project.has(f)), to: `./${m.folder}/` }))
  return [...(own.length > 0 ? [{ files: own, to: top ? `./${top}/` : './' }] : []), ...rest]
}

/** Where a module is required. */
function requiredBy({ list }: Modules, name: string): Evidence | undefined {
  const module = list.find((m) => m.requires.has(name))
  return module && { file: module.file!, line: module.requires.get(name)!.line }
}

/** Tells where the program asks for a module: its line in go.mod when a package of it is imported, or when nothing says which packages are. */
function usesOf(modules: Modules, program: Program): (name: string) => Evidence | undefined {
  return (name) => {
    const imported = program.imports.find((i) => i.path === name || i.path.startsWith(`${name}/`))
    return imported && (requiredBy(modules, name) ?? imported.evidence)
  }
}

/** A package of others that no module of go.mod's brings. */
const unlisted = ({ list }: Modules, program: Program): Program['imports'][number] | undefined => program.imports.find(({ path }) => /^[\w-]+(\.[\w-]+)+\//.test(path) && !list.some((m) => [...m.requires.keys()].some((r) => path === r || path.startsWith(`${r}/`))))

/** The line before the one that refuses a release which the program asks for and compiles. */
function broken({ list, versions }: Modules, program: Program, breaks: GoData['breaks'], warnings: Warning[]): Fact<string> | undefined {
  for (const [name, { from = '0', before, line, by = [], beside }] of Object.entries(breaks)) {
    const module = list.find((m) => m.requires.has(name))
    const { version: asked, line: at } = module?.requires.get(name) ?? {}
    if (!asked || compare(asked.slice(1), before) >= 0 || compare(asked.slice(1), from) < 0 || versions.some((v) => compare(v.version.split('.').slice(0, 2).join('.'), line) > 0)) continue
    if (!(beside && module!.requires.has(beside)) && !program.imports.some((i) => by.some((b) => i.path === b || i.path.startsWith(`${b}/`)))) continue
    warnings.push({ message: `${name} ${asked} does not compile with newer releases of Go: ${line} is used`, file: module!.file!, line: at, hint: `go get ${name}@latest` })
    return fact(line, { file: module!.file!, line: at })
  }
  return undefined
}

/** Which of two versions is the newer one: above 0 the first, below 0 the second. */
function compare(a: string, b: string): number {
  const parts = (text: string): number[] => text.split('.').map((n) => Number.parseInt(n, 10) || 0)
  return parts(a).map((n, i) => n - (parts(b)[i] ?? 0)).find((d) => d !== 0) ?? 0
}

/** The toolchain that go.work and every go.mod are content with: the newest line that is asked for, or a newer one. */
function version(language: Language, { versions }: Modules, warnings: Warning[]): Fact<string> | undefined {
  const asked = [...versions].sort((a, b) => compare(b.version, a.version))[0]
  return asked && chooseLine(language, `>=${asked.version.split('.').slice(0, 2).join('.')}`, { file: asked.file, line: asked.line, text: asked.version }, warnings)
}

/** Programs that it starts by name; what it only looks for it can do without. */
function startedBy(project: Project, files: readonly string[], sources: Sources): Started[] {
  if (!files.some((f) => project.read(f)?.includes('"os/exec"'))) return []
  return sources.matches(/\bexec\.Command(?:Context)?\(\s*(?:[\w.]+(?:\([^()\n]*\))?\s*,\s*)?"([\w.+-]+)"/).map(({ groups: [name], evidence }) => ({ name: name!, evidence }))
}

/** A framework whose packages the program imports; one that programs also use as clients has to be seen serving. */
function chooseFramework(language: Language, uses: (name: string) => Evidence | undefined, sources: Sources): Fact<string> | undefined {
  for (const f of language.frameworks) {
    const evidence = f.dependencies?.map(uses).find(Boolean)
    if (evidence && (!f.serving || sources.match(new RegExp(f.serving as string)))) return fact(f.id, evidence)
  }
  return undefined
}

/** Of a program of which nothing shows that it listens: a framework does, and a library may where there are routes. One that only has a router may print it. */
function hiddenServer(program: Program, spec: Framework | undefined, framework: Fact<string> | undefined, routes: () => Match | undefined): Fact<boolean> {
  if (framework && !spec?.router) return fact(true, framework.evidence[0]!)
  const others = program.imports.some(({ path }) => /^[\w-]+(\.[\w-]+)+\//.test(path) && !spec?.dependencies?.some((d) => path === d || path.startsWith(`${d}/`)))
  const route = others ? routes() : undefined
  return route ? fact(true, route.evidence) : assumed(false)
}

/** Another port than one below 1024, which may be that of certificates, or of a page that leads to another. */
function laterPort(sources: Sources, port: Fact<number>): Fact<number> {
  const { text = '' } = port.evidence[0] ?? {}
  const other = /\b(?:Listen|Run|Start)\w*\(/.test(text) && !/HTTPHandler|[rR]edirect|autocert/.test(text) ? undefined : sources.all('port').find((m) => Number(m.groups[0]) >= 1024 && Number(m.groups[0]) < 65536)
  return other ? { ...fact(Number(other.groups[0]), other.evidence), guess: true } : port
}

/** What the program's sources and settings name as servers, without databases that another one in the program itself stands in for. */
function servicesOf(language: Language, uses: (name: string) => Evidence | undefined, stands: () => Match | undefined, warnings: Warning[]): Fact<string>[] {
  const found = Object.entries(language.services).flatMap(([id, names]) => names.flatMap((n) => uses(n) ?? []).slice(0, 1).map((e) => fact(id, e)))
  const able = found.filter((s) => isSqlServer(s.value))
  const embedded = able.length > 0 ? stands() : undefined
  const spared = embedded ? able : []
  if (spared.length > 0) warnings.push({ message: `${spared.map((s) => s.value).join(', ')} ${spared.length > 1 ? 'are' : 'is'} left out, since the program keeps its data itself unless it is told otherwise`, file: embedded!.evidence.file, line: embedded!.evidence.line, hint: `to have it: --services ${spared[0]!.value}` })
  return found.filter((s) => !spared.includes(s))
}

/** A line that says where the program listens, and one that asks another server. */
const OWN = /[lL]isten|Run|Start|(?<!Remote)Addr|flag\.|[bB]ind\b|[hH]ost\b|[pP]ort\b/
const ANOTHER = /Dial|Connect|[cC]lient|redis|postgres|mysql|mongo|https?:|Redis|DB|==|:(?:3306|4317|5432|5672|6379|9092|11211|27017)\b/

const OTHERS = /(DB|POSTGRES|PG|MYSQL|REDIS|MONGO|SMTP|MAIL|RABBIT|AMQP|KAFKA|NATS|DATABASE)/

/** A variable that a struct's tag names, with the loopback address where it is not set. */
const TAGGED = /`[^`\n]*\b(?:env:"([A-Z_]*(?:LISTEN|HOST|BIND|ADDR|IP)[A-Z0-9_]*)"[^`\n]*\b(?:envDefault|env-default|default):"(?:127\.0\.0\.1|localhost)(:\d+)?"|(?:envDefault|env-default|default):"(?:127\.0\.0\.1|localhost)(:\d+)?"[^`\n]*\benv:"([A-Z_]*(?:LISTEN|HOST|BIND|ADDR|IP)[A-Z0-9_]*)")/

/** Names of an address to listen on; PAYMENT_HOST is another machine. */
const LISTENS = /^(?:(?:\w+_)?(?:BIND|BIND_ADDRESS|LISTEN_HOST|BIND_HOST)|(?:APP|APPLICATION|API|WEB|HTTP|GRPC|SERVER|SERVICE|BACKEND)_HOST|HOST)$/

/** A variable that the address is taken from, or that stands beside the port's. */
function hostVariable(sources: Sources, wholeName: ReturnType<typeof wholeNames>, port: Fact<string> | undefined): Fact<Record<string, string>> | undefined {
  const whole = sources.match(/\.(?:ListenAndServe|Listen|Run|Start)\(\s*(?:"tcp[46]?",\s*)?os\.Getenv\("([A-Z_]*(?:ADDR|ADDRESS|BIND|LISTEN))"\)/)
  if (whole?.groups[0]) return fact({ [whole.groups[0]]: '0.0.0.0:{port}' }, whole.evidence)
  for (const { groups: [first, port, other, last], evidence } of sources.matches(TAGGED)) {
    const name = wholeName({ groups: [first ?? last], evidence })
    if (!OTHERS.test(name)) return fact({ [name]: port || other ? '0.0.0.0:{port}' : '0.0.0.0' }, evidence)
  }
  const own = port?.value.replace(/PORT$/, 'HOST')
  const found = sources.matches(/(?:Getenv|LookupEnv|getEnv|getenv|GetEnv)\w*\(\s*"([A-Z_]*(?:HOST|BIND|BIND_ADDRESS))"/).find(({ groups: [name] }) => name === own || (LISTENS.test(name!) && !OTHERS.test(name!)))
  return found ? fact({ [found.groups[0]!]: '0.0.0.0' }, found.evidence) : undefined
}

