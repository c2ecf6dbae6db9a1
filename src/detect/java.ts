import { InputError } from '../errors.ts'
import { assumed, type Evidence, type Fact, fact, type LanguageFacts, type Warning } from './facts.ts'
import { closedProgram, isClosed, readBare } from './java/bare.ts'
import { type BuildFile, under, within } from './java/build.ts'
import { buildersOf, jdkImage, type Jdks, jdksOf } from './java/jdks.ts'
import { gradleFolders, readGradle } from './java/gradle.ts'
import { chooseMain, findMains, presentMain } from './java/main.ts'
import { mavenFolders, readMaven } from './java/maven.ts'
import { packagingOf, type QuarkusPackage } from './java/package.ts'
import { polyglotOf, readPolyglot } from './java/polyglot.ts'
import { type Process, readProcess, withoutPort } from './java/procfile.ts'
import { playSecret, readSbt } from './java/sbt.ts'
import { readSettings, type Settings, variableOf } from './java/settings.ts'
import { isTomcat, isWar, serverOf } from './java/war.ts'
import { fileDatabases, healthOf, packedKeys, ownPort, portOf, servicesOf, writableFolders } from './java/web.ts'
import type { DetectContext, Framework, Language } from './language.ts'
import { detectMember } from './member.ts'
import { openLoopback } from './opened.ts'
import type { Project } from './project.ts'
import { secretNames } from './settings.ts'
import { filesOf, readServer, readSources, type Sources } from './sources.ts'

interface Data {
  flags: string[]
  opens: string[]
  frontends: string[]
  settings: string[]
  skips: Record<string, string>
  profiles: Record<string, string>
  ends: string[]
  removed: { imports: string; brought: string }
  fonts: string[]
  folders: string[]
  oldest: number
  runner: string
  servers: Record<string, string>
  launcher: string
  unbuilt: Record<string, string>
  known: Record<string, Record<string, string[]>>
  drivers: Record<string, string[]>
  jdbc: Record<string, string>
  reactive: string
  renamed: Record<string, { below?: number; from?: number; name: string }>
  mains: Record<string, { below: number; class: string }[]>
}

/** Whether a build is part of the one above: a pom.xml with a parent that lies there, or scripts without settings. */
function needsMore(project: Project): boolean {
  const pom = project.read('pom.xml')
  if (pom !== undefined) return /<parent>/.test(pom) && !/<relativePath\s*\/>|<relativePath>\s*<\/relativePath>/.test(pom)
  return BUILDS.some((f) => f.startsWith('build.gradle') && project.has(f)) && !BUILDS.some((f) => f.startsWith('settings.') && project.has(f))
}

/** Folders whose builds the one at the root makes together. */
const memberFolders = (root: Project): string[] => (root.has('pom.xml') ? mavenFolders(root) : gradleFolders(root))

const BUILDS = ['pom.xml', 'build.gradle', 'build.gradle.kts', 'settings.gradle', 'settings.gradle.kts', 'build.sbt']

/** Reads a program of the JVM: the build files of its module, the framework's settings, the main class, the sources. */
export function detect(context: DetectContext): LanguageFacts | undefined {
  const { project, language, chosen } = context
  const member = chosen.member === undefined && needsMore(project) ? detectMember(context, detect, BUILDS, (root, path) => memberFolders(root).includes(path)) : undefined
  if (member) return member
  const data = language.data as unknown as Data
  const warnings: Warning[] = []
  const word = chosen.start?.[0]
  const process = chosen.start || chosen.member !== undefined ? undefined : readProcess(project, warnings)
  const module = word ?? chosen.member ?? process?.module
  const polyglot = polyglotOf(project)
  if (!polyglot && !BUILDS.some((f) => project.has(f))) refuseUnbuilt(project, data.unbuilt)
  const bare = polyglot || BUILDS.some((f) => project.has(f)) ? undefined : findMains(project)
  const build = polyglot ? readPolyglot(project, polyglot) : bare ? readBare(project, bare, process?.jar) : project.has('pom.xml') && chosen.manager !== 'gradle' ? readMaven(project, module) : project.has('build.sbt') && chosen.manager !== 'gradle' ? readSbt(project, module) : readGradle(project, module)
  if (!build && project.has('build.xml') && project.files().some((f) => f.endsWith('.java'))) throw new InputError({ message: 'this project is built by Ant, and no class of it has a main method', file: 'build.xml', hint: 'run this tool in the folder that holds the jar or WAR that Ant makes, or add a build of Maven or Gradle' })
  if (!build) return undefined
  if (build.plugins.has('com.android.application')) return undefined

  const own = within(project, build.folders)
  const framework = chooseFramework(language, build, chosen.framework)
  const spec = language.frameworks.find((f) => f.id === framework?.value)
  const arguments_ = argumentsOf(project, build, spec, process)
  const settings = settingsOf(project, build, data, arguments_.files)
  const found = bare ?? findMains(within(project, [build.module]))
  const compiled = found.filter((m) => build.sources && m.evidence.file.startsWith(`${build.sources}/`))
  const mains = compiled.length > 0 ? compiled : found
  const wanted = mains.find((m) => m.name === word)
  const said = mains.find((m) => m.name === process?.mainClass)
  const main = once(() => (wanted ? fact(wanted.name, wanted.evidence) : said ? fact(said.name, process!.evidence) : chooseMain(mains, presentMain(own, mains, build.mainClass, build.file, warnings) ?? frameworkMain(build, data), { file: build.file }, warnings)))
  const sources = readSources(own, language, mains.map((m) => m.evidence.file))
  const server = readServer(sources)
  const called = build.dependencies.has('functions-framework-api') ? functionOf(project, build, sources) : undefined
  const served = isWar(build, mains.length > 0 || build.mainClass !== undefined) ? serverOf(project, build, data.servers, sources, warnings) : undefined
  const packaging = packagingOf(build, () => main()?.value, flagsOf(build, data), quarkusPackage(build, settings), served?.artifact, called && { runner: data.runner, target: called.value })

  const health = healthOf(build, spec, settings, sources)
  const services = spec?.id === 'dropwizard' && fixedDatabase(settings, warnings) ? [] : servicesOf(build, language.services, settings)
  // the platform's address holds the login too, and what reads it past the framework has no other: https://devcenter.heroku.com/articles/connecting-to-relational-databases-on-heroku-with-java
  const platform = new Set(settings.names.filter((n) => /^\$\{JDBC_DATABASE_/.test(settings.get(n)!.value)).map(variableOf))
  // a driver that does not block has an address of its own
  const names = (service: string): string[] => language.services[service]!.filter((n) => build.dependencies.has(n)).flatMap((n) => data.drivers[n] ?? data.known[spec?.id ?? '']?.[service] ?? []).map((n) => calledIn(build.boot, n, data))
  const known = services.flatMap((s) => [...new Set(names(s.value))].flatMap((name) => (platform.has(name) ? [] : [fact(name, ...s.evidence)])))
  const asks = sources.all('variable').map((m) => fact(m.groups[0]!, m.evidence))
  const replaced = new Set(known.map((k) => k.value))
  // what only makes up a setting that is told as a whole
  const variables = [...settings.variables.filter((v) => asks.some((a) => a.value === v.value) || !settings.takenBy(v.value).every((name) => replaced.has(variableOf(name)))), ...asks]
  const serves = servesFact(build, spec, framework, settings, server, sources)
  const databases = fileDatabases(settings, warnings)
  const closed = closedAddress(spec, settings)
  const properties = [...(spec?.flags as string[] | undefined ?? []), ...(closed && isHocon(closed.found) ? [`-D${closed.key}=0.0.0.0`] : []), ...(spec?.override ? databases.map(([name, url]) => `-D${spec.override}${name}=${url}`) : []), ...withoutPort(process?.flags ?? [], spec?.portVariable ? (spec.portKeys as string[] | undefined ?? []).concat('http.port') : [])]
  const args = [...properties, ...packaging.run, ...arguments_.words]
  const manager = language.managers.find((m) => m.id === build.manager)!
  const jdks = jdksOf(build, language, warnings)
  const asked = build.release ?? notedVersion(project)
  const line = version(language, { ...build, newest: removedLimit(build, asked, sources, data) ?? served?.newest ?? build.newest }, asked, data.oldest, jdks, warnings)
  // what was written for Java 11 or before may reach into what 17 has closed
  const opens = build.preview ? ['--enable-preview'] : asked && majorOf(asked) <= 11 && Number(chosen.version ?? line?.value) >= 17 ? data.opens : []
  // a framework that takes its port from a variable is told it there, whatever its sources say of other ports
  const fixed = spec?.fixedPort ? sources.match(new RegExp(String(spec.fixedPort))) : undefined
  const port = (fixed && fact(Number(fixed.groups[0]), fixed.evidence)) ?? portOf(spec, settings) ?? (spec?.portVariable ? undefined : (server.port ?? ownPort(own, build.module) ?? earlierPort(build, spec)))
  const folders = data.folders.filter((f) => project.isFolder(under(build.module, f)) && sources.match(new RegExp(`"(?:\\./)?${f}(?:/[^"]*)?"`)))
  // templates that a plugin compiles beside the build file: https://jte.gg/pre-compiling
  if (['jte-maven-plugin', 'gg.jte.gradle'].some((p) => build.plugins.has(p)) && sources.match(/"(?:\.\/)?jte-classes"/)) folders.push('jte-classes')
  // an address with a default in plain sight is no secret
  const open = (v: Fact<string>): boolean => v.evidence[0]?.text?.includes(`\${${v.value}:http`) === true
  const play = spec?.id === 'play' ? playSecret(settings, warnings) : []
  const secrets = [...play, ...secretNames(variables.filter((v) => !open(v))), ...known].filter((s, i, all) => all.findIndex((o) => o.value === s.value) === i)
  const env = { ...environmentOf(spec, settings, health.live ?? health.ready, serves.value), ...(spec?.override ? {} : Object.fromEntries(databases.map(([name, url]) => [variableOf(name), url]))) }
  packedKeys(project, build, settings, warnings)
  warnings.push(...notesOf(build, serves.value, sources, data))
  const verbatim = word && word !== build.module && !wanted ? chosen.start : undefined
  const host = hostVariable(spec, settings, sources)
  const bound = spec?.host || host || (spec?.hostKeys && !fixed) ? [] : sources.all('loopback')
  const opened = bound.length > 0 ? openLoopback(bound, filesOf(sources.all('listens')), warnings) : []

  return {
    framework,
    version: line,
    manager: fact(build.manager, { file: build.file }),
    ...(project.has('gradle.lockfile') && build.manager === 'gradle' ? { lockFile: fact('gradle.lockfile', { file: 'gradle.lockfile' }) } : {}),
    ...(build.name ? { name: build.name } : {}),
    ...(build.version ? { appVersion: build.version } : {}),
    start: verbatim ? fact(verbatim) : packaging.run.length === 0 ? undefined : { ...(called ?? main.known() ?? fact('', (mains.find((m) => m.application) ?? mains[0])?.evidence ?? { file: build.file })), value: ['java', ...data.flags, ...opens, ...args] },
    ...(data.frontends.some((p) => build.plugins.has(p)) ? { parts: ['node'] } : {}),
    develop: assumed(['java', '-XX:TieredStopAtLevel=1', ...opens, ...properties, ...packaging.develop, ...arguments_.words]),
    serves,
    port,
    portVariable: spec?.portVariable ? undefined : server.portVariable,
    hostVariable: host,
    health: spec?.portVariable ? health.live : (health.live ?? server.health),
    ready: spec?.portVariable ? health.ready : (health.ready ?? server.ready),
    services,
    urls: jdbcAddresses(project, build, services, variables, sources, data),
    secrets,
    settings: variables.filter((v, i, all) => all.findIndex((o) => o.value === v.value) === i),
    unsuitable: fonts(build, sources, data.fonts),
    env,
    writable: writableFolders(own, build, settings, sources, warnings),
    ...served?.facts,
    ...(isClosed(build) ? closedProgram(build, warnings) : {}),
    build: {
      tomcat: isTomcat(served?.artifact),
      server: served?.artifact ?? '',
      bare: build.manager === 'bare',
      opened: opened.map((o) => ({ ...o })),
      compiled: build.manager !== 'bare' || build.file.endsWith('.java'),
      // Maven fetches what serves a WAR that no build made
      baseValues: buildersOf(build, build.manager === 'bare' && served ? language.managers.find((m) => m.id === 'maven')! : manager, jdks),
      toolchain: jdks?.beside ? String(jdks.beside) : '',
      toolchainImage: jdkImage(jdks?.beside ?? 0),
      wrapper: build.wrapper,
      gradle: build.manager === 'gradle',
      sbt: build.manager !== 'sbt' ? '' : build.launcher?.startsWith('1.') ? build.launcher : data.launcher,
      portable: !build.plugins.has('os-maven-plugin') && !build.plugins.has('com.google.osdetector'),
      manifests: build.manifests,
      resolve: packaging.resolve,
      command: packaging.command,
      jarFolder: packaging.jarFolder,
      jarName: packaging.jarName,
      collect: packaging.collect,
      libraries: packaging.command.includes('/init.gradle'),
      multiplatform: build.plugins.has('org.jetbrains.kotlin.multiplatform'),
      runner: called ? data.runner : '',
      extract: packaging.extract,
      test: packaging.test,
      copies: packaging.copies,
      beside: [...folders, ...[...new Set([...arguments_.files, ...besideFiles(project, build, sources)])]].map((f) => ({ from: `/src/${under(build.module, f)}`, to: f.includes('.') ? './' : `./${f}` })),
    },
    warnings,
  }
}

/** Throws InputError where the only build is one that nothing here runs. */
function refuseUnbuilt(project: Project, unbuilt: Data['unbuilt']): void {
  const [file, tool] = Object.entries(unbuilt).find(([name]) => project.has(name)) ?? []
  if (file) throw new InputError({ message: `this project is built by ${tool}, which no build here runs`, file, hint: 'add a build of Maven or Gradle, or run this tool in a folder that holds the jar that is made' })
}

/** The settings that the program is told or packed with; those of a profile that they make active win. */
function settingsOf(project: Project, build: BuildFile, data: Data, told: readonly string[]): Settings {
  const places = (names: string[]): string[] => build.folders.flatMap((folder) => names.map((f) => under(folder, `src/main/resources/${f}`)).concat(build.manager === 'sbt' ? under(folder, 'conf/application.conf') : [], build.manager === 'bare' ? names.flatMap((f) => [f, `BOOT-INF/classes/${f}`]) : []))
  const files = [...told.map((f) => under(build.module, f)), ...places(data.settings)]
  const settings = readSettings(project, files)
  const profiles = (settings.value('spring.profiles.active') ?? '').split(/\s*,\s*/).filter((p) => /^[\w-]+$/.test(p))
  if (profiles.length === 0) return settings
  // of several the last one wins
  const active = profiles.reverse().flatMap((p) => data.settings.filter((f) => /application\.(properties|ya?ml)$/.test(f)).map((f) => f.replace('application.', `application-${p}.`)))
  return readSettings(project, [...places(active), ...files])
}

/** What such an address is parsed from by programs that take it apart themselves, as Heroku gives it. */
const PARSED = /\bnew (?:java\.net\.)?URI\(|\bURI\.create\(|\bURI\(/

/** Addresses of databases as JDBC has them, with the login in them where no variable holds it. */
function jdbcAddresses(project: Project, build: BuildFile, services: readonly Fact<string>[], variables: readonly Fact<string>[], sources: Sources, data: Data): Record<string, string> {
  const out: Record<string, string> = {}
  const reactive = new RegExp(data.reactive)
  for (const [artifact, id] of Object.entries(data.jdbc)) {
    if (!build.dependencies.has(artifact) || !services.some((s) => s.value === id) || [...build.dependencies.keys()].some((d) => reactive.test(d))) continue
    const named = variables.some((v) => project.read(v.evidence[0]!.file)?.includes(`jdbc:${JDBC[id]!.split(':')[0]}`))
    if (!named && sources.match(PARSED)) continue
    const apart = variables.some((v) => /(?:^|_)(?:DB|DATABASE|SQL|JDBC|PG|POSTGRES|POSTGRESQL|MYSQL|MARIADB)_?(?:USER|USERNAME|USER_NAME)$/.test(v.value))
    out[id] = `jdbc:${JDBC[id]}${apart ? '' : `?user=app&password=\${${id.toUpperCase()}_PASSWORD}`}`
  }
  return out
}

const JDBC: Record<string, string> = { postgres: 'postgresql://postgres:5432/app', mysql: 'mysql://mysql:3306/app', mariadb: 'mariadb://mariadb:3306/app' }

/** Whether the address of a database stands in Dropwizard's file, which nothing but a property of the JVM changes. */
function fixedDatabase(settings: Settings, warnings: Warning[]): boolean {
  const found = settings.get('database.url')
  if (!found || found.value.includes('${') || !/^jdbc:(?:postgresql|mysql|mariadb):/.test(found.value)) return false
  warnings.push({ message: 'the address of the database stands in this file, and the environment does not change it', file: found.evidence[0]!.file, line: found.evidence[0]!.line, hint: 'take it from there with an EnvironmentVariableSubstitutor, url: ${DATABASE_URL}, or start the program with -Ddw.database.url=…' })
  return true
}

/** What is never read beside a program, or never reaches an image. */
const NO_DATA = /^(?:pom\.xml|.*\.(?:java|kt|kts|scala|groovy|gradle|sbt|jar|war|class|env|key|pem|p12|jks|pfx|md))$/

/** Files beside the build file that the sources name. */
function besideFiles(project: Project, build: BuildFile, sources: Sources): string[] {
  const names = project.names(build.module).filter((n) => /\w\.\w+$/.test(n) && !NO_DATA.test(n) && !n.startsWith('.'))
  const named = names.filter((n) => sources.files.some((f) => project.read(f)?.includes(`${n}"`)))
  return named.length === 0 ? [] : sources.matches(new RegExp(`"(?:\\./)?(${named.map((n) => n.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})"`)).map((m) => m.groups[0]!)
}

/** The class that a parent's framework is started by, by the parent's version. */
function frameworkMain(build: BuildFile, data: Data): string | undefined {
  for (const [parent, version] of build.parents) {
    const found = data.mains[parent]?.find((m) => Number.parseInt(version, 10) < m.below)
    if (found) return found.class
  }
  return undefined
}

/** What Quarkus makes by the settings of the program and of its build. */
function quarkusPackage(build: BuildFile, settings: Settings): QuarkusPackage {
  const said = (...names: string[]): string | undefined => names.map((n) => settings.value(n) ?? build.property(n)).find((v) => v !== undefined)
  const type = said('quarkus.package.jar.type', 'quarkus.package.type')
  const native = /^native/.test(type ?? '') || said('quarkus.native.enabled') === 'true'
  return { ...(native ? {} : { type }), native, suffix: said('quarkus.package.jar.add-runner-suffix', 'quarkus.package.add-runner-suffix') !== 'false' }
}

/** What Maven is told: what it need not do, and what it would take from a developer's habits. */
function flagsOf(build: BuildFile, data: Data): string[] {
  const skips = Object.entries(data.skips).flatMap(([plugin, flag]) => (build.plugins.has(plugin) ? [flag] : []))
  const profiles = Object.entries(data.profiles).flatMap(([name, id]) => (build.dependencies.has(name) && build.profiles?.includes(id) ? [`-P${id}`] : []))
  // without a word of the build, plugins before 3.11 compile for a Java that is refused now
  const level = build.release || build.parents.size > 0 ? [] : ['-Dmaven.compiler.source=8', '-Dmaven.compiler.target=8']
  return [...new Set([...profiles, ...level, ...skips])]
}

/** What a person should know of the build before they rely on it. */
function notesOf(build: BuildFile, serves: boolean, sources: Sources, data: Data): Warning[] {
  const out: Warning[] = []
  if (build.early) out.push({ message: `the wrapper's Maven ${build.early} is too old for today's plugins, so the Maven of the image builds`, file: '.mvn/wrapper/maven-wrapper.properties', hint: 'update it: mvn wrapper:wrapper' })
  for (const [parent, version] of build.parents) if (/-SNAPSHOT$/.test(version)) out.push({ message: `the parent ${parent} ${version} is no part of this folder, and public repositories hold no snapshots`, file: build.file, hint: 'run the tool in the folder that holds the parent' })
  const typed = sources.match(/\bSystem\.in\.read\(\)|\breadln\(\)|\bStdIn\.readLine\(/)
  if (typed) out.push({ message: 'the program waits for a key, and in a container its input is at its end, so it may end at once', file: typed.evidence.file, line: typed.evidence.line, hint: 'wait for the server instead' })
  const ends = serves ? undefined : data.ends.map((d) => build.dependencies.get(d)).find(Boolean)
  if (ends) out.push({ message: 'the program seems to end by itself, and a Deployment starts it again and again', file: ends.file, line: ends.line, hint: 'run it as a Job with the same pod' })
  return out
}

/** The class of the function that the project is: the one that the build names, else the first that its sources show. */
function functionOf(project: Project, build: BuildFile, sources: Sources): Fact<string> | undefined {
  const named = build.plugins.get('function-maven-plugin')?.setting('functionTarget')
  if (named && !named.includes('${')) return fact(named, { file: build.file, text: `functionTarget ${named}` })
  const found = sources.matches(/\bclass\s+(\w+)\b[^{\n]*\b(?:Http|RawBackground|Background|CloudEvents|Typed)Function\b/)
  const at = found[0]
  if (!at) return undefined
  const space = /^\s*package\s+([\w.]+)/m.exec(project.read(at.evidence.file) ?? '')?.[1]
  return { ...fact(`${space ? `${space}.` : ''}${at.groups[0]}`, at.evidence), ...(found.length > 1 ? { guess: true } : {}) }
}

/** A value that is made when it is first asked for; `known` is what was made so far. */
function once<T>(make: () => T): (() => T) & { known: () => T | undefined } {
  let made: { value: T } | undefined
  return Object.assign(() => (made ??= { value: make() }).value, { known: () => made?.value })
}

function chooseFramework(language: Language, build: BuildFile, chosen: string | undefined): Fact<string> | undefined {
  if (chosen) return fact(chosen)
  for (const f of language.frameworks) {
    const prefixes = [f.prefix ?? []].flat() as string[]
    const name = f.dependencies?.find((d) => build.dependencies.has(d)) ?? [...build.dependencies.keys()].find((d) => prefixes.some((p) => d.startsWith(p)))
    if (name) return fact(f.id, build.dependencies.get(name)!)
    // where Maven names dependencies and none is the framework's, its plugin only packages
    if ((build.manager === 'gradle' || build.dependencies.size === 0) && ((f.plugins as string[] | undefined) ?? []).some((p) => build.plugins.has(p))) return fact(f.id, { file: build.file })
  }
  return undefined
}

/**
 * The oldest line with support that is not older than what the build asks for, nor newer than its tools run on. A toolchain is
 * taken as it is where there is a line of it.
 */
function version(language: Language, build: BuildFile, asked: Fact<string> | undefined, oldest: number, jdks: Jdks | undefined, warnings: Warning[]): Fact<string> | undefined {
  const number = asked && majorOf(asked)
  const lines = language.versions.lines.map((l) => Number(l.id)).sort((a, b) => a - b)
  if (jdks) return jdks.run
  const [major = 0, minor = 0] = (build.boot ?? '9').split('.').map(Number)
  // https://docs.spring.io/spring-boot/docs/2.0.9.RELEASE/reference/html/getting-started-system-requirements.html: what makes its proxies is refused by Java 17, and Java 11 lacks JAXB
  const early = (major < 2 || (major === 2 && minor < 1)) && (number || 8) <= 8
  const newest = early && !((build.newest?.value ?? Infinity) <= 8) ? fact(8, { file: build.file, text: `Spring Boot ${build.boot}` }) : build.newest
  const limit = newest?.value ?? Infinity
  // what Spring Boot brings before 3.2, Lombok above all, is older than Java 21
  const fallback = major < 3 || (major === 3 && minor < 2) ? oldest : Number(language.versions.default)
  // its tools run on it where its author has it
  const exact = build.exact ? lines.find((l) => l === number) : undefined
  const wanted = exact ?? lines.find((l) => l >= oldest && l >= (number ?? fallback)) ?? lines.at(-1)!
  const line = wanted <= limit || exact ? wanted : (lines.filter((l) => l <= limit).at(-1) ?? lines[0]!)
  if (line !== wanted && asked) warnings.push({ message: `${newest!.evidence[0]!.text} runs on Java ${limit} at most, so ${line} is used`, file: newest!.evidence[0]!.file, hint: 'update it' })
  if (build.exact && line !== number) warnings.push({ message: `the build wants a toolchain of Java ${number}, and the image has ${line}`, file: asked!.evidence[0]?.file, line: asked!.evidence[0]?.line, hint: `ask for ${line}, or add the plugin org.gradle.toolchains.foojay-resolver-convention, which downloads it` })
  if (build.preview && number && line !== number) warnings.push({ message: `the build uses features of Java ${number} that are not final, which no other Java compiles, and the image has ${line}`, file: asked!.evidence[0]?.file, line: asked!.evidence[0]?.line, hint: 'ask for a release with support (21, 25), or do without them' })
  if (asked && line === wanted) return fact(String(line), ...asked.evidence)
  return asked || build.boot || line !== wanted ? { value: String(line), evidence: asked?.evidence ?? [{ file: build.file }], guess: true } : undefined
}

/** What a setting of Spring Boot is called in a version. */
function calledIn(boot: string | undefined, name: string, data: Data): string {
  const other = data.renamed[name]
  const major = Number.parseInt(boot ?? '3', 10)
  return other && (major < (other.below ?? 0) || major >= (other.from ?? Infinity)) ? other.name : name
}

/** Java 8, where a program written for it imports what was part of it then and no library brings now. */
function removedLimit(build: BuildFile, asked: Fact<string> | undefined, sources: Sources, { removed }: Data): Fact<number> | undefined {
  if (!asked || majorOf(asked) > 8 || [...build.dependencies.keys()].some((d) => new RegExp(removed.brought).test(d))) return undefined
  const found = sources.match(new RegExp(removed.imports, 'm'))
  return found && fact(8, { ...found.evidence, text: found.groups[0]! })
}

/** 8 of 1.8 and of 8.0.402. */
const majorOf = (asked: Fact<string>): number => Number(asked.value.replace(/^1\./, '').split('.')[0])

const NOTED = /^[ \t]*java\b[\w.]*[^\n]*?[\s="'-](?:1\.)?(\d+)/m
const VERSION_FILES: [file: string, expression: RegExp][] = [
  ['.java-version', /^[^\n]*?(?:^|[\s="'-])(?:1\.)?(\d+)/],
  ...['.sdkmanrc', '.tool-versions', 'mise.toml', '.mise.toml', 'system.properties'].map((f): [string, RegExp] => [f, NOTED]),
  ['project.toml', /\b(?:BP_JVM_VERSION|GOOGLE_RUNTIME_VERSION)\b[^[]*?value\s*=\s*["'](?:1\.)?(\d+)/],
]

/** The version that a version manager's or a buildpack's file names. */
function notedVersion(project: Project): Fact<string> | undefined {
  for (const [file, expression] of VERSION_FILES) {
    const text = project.read(file)
    const found = text === undefined ? undefined : expression.exec(text)
    const lines = found && text!.slice(0, found.index + found[0].length).split('\n')
    if (lines) return fact(found[1]!, { file, line: lines.length, text: text!.split('\n')[lines.length - 1] })
  }
  return undefined
}

/** Whether the program listens: its framework's own dependency says so, else its sources do. */
function servesFact(build: BuildFile, spec: Framework | undefined, framework: Fact<string> | undefined, settings: Settings, server: ReturnType<typeof readServer>, sources: Sources): Fact<boolean> {
  const none = settings.get('spring.main.web-application-type')
  if (spec?.id === 'spring' && none?.value.toLowerCase() === 'none') return fact(false, ...none.evidence)
  const web = spec?.web as string | undefined
  const dependency = web === undefined ? undefined : [...build.dependencies].find(([name]) => new RegExp(web).test(name))?.[1]
  if (framework && (web === undefined || dependency)) return fact(true, dependency ?? framework.evidence[0] ?? { file: build.file })
  return server.listens ?? (sources.first('portVariable') ? fact(true, sources.first('portVariable')!.evidence) : assumed(false))
}

/** What a program is told after its name: what the Procfile says, else the build, else Dropwizard's command and its file. */
function argumentsOf(project: Project, build: BuildFile, spec: Framework | undefined, process: Process | undefined): { words: string[]; files: string[] } {
  const told = withoutPort(process?.args ?? build.args ?? [], spec?.portVariable ? (spec.portKeys as string[] | undefined ?? []) : [])
  if (told.length > 0) return { words: told, files: told.filter((w) => /\.\w+$/.test(w) && project.has(under(build.module, w))) }
  if (spec?.id !== 'dropwizard') return { words: [], files: [] }
  const file = ['', 'config', 'src/main/resources'].flatMap((folder) => (folder === '' || project.isFolder(under(build.module, folder)) ? project.names(folder ? under(build.module, folder) : build.module).map((n) => under(folder, n)) : [])).find((n) => /\.ya?ml$/.test(n) && /^(server|logging|database)\s*:/m.test(project.read(under(build.module, n)) ?? ''))
  return { words: ['server', ...(file ? [file.split('/').at(-1)!] : [])], files: file ? [file] : [] }
}

/** Run-time settings that the files rely on. */
function environmentOf(spec: Framework | undefined, settings: Settings, health: Fact<string> | undefined, serves: boolean): Record<string, string> {
  const port = serves && spec?.portVariable ? settings.get(((spec.portKeys as string[]) ?? []).find((k) => settings.get(k)) ?? '') : undefined
  const variable = port && /\$\{?\??([A-Z][A-Z0-9_]*)/.exec(port.value)?.[1]
  return {
    // outside of Kubernetes the groups for probes are off
    ...(spec?.id === 'spring' && health ? { MANAGEMENT_ENDPOINT_HEALTH_PROBES_ENABLED: 'true' } : {}),
    // what else reads that variable finds the same port
    ...(variable && variable !== spec?.portVariable ? { [variable]: '{port}' } : {}),
  }
}

/** The port that earlier versions of a framework listened on, where none is said. */
function earlierPort(build: BuildFile, spec: Framework | undefined): Fact<number> | undefined {
  const { below, port } = (spec?.earlier ?? {}) as { below?: number; port?: number }
  const version = below === undefined ? undefined : build.versionOf?.(spec!.dependencies!.find((d) => build.dependencies.has(d)) ?? '')
  return version && Number.parseInt(version.value, 10) < below! ? fact(port!, version.evidence[0]!) : undefined
}

/** The setting by which a framework listens on loopback. */
const closedAddress = (spec: Framework | undefined, settings: Settings): { key: string; found: Fact<string> } | undefined =>
  ((spec?.hostKeys as string[] | undefined) ?? []).flatMap((key) => (/^(localhost|127\.0\.0\.1|::1)$/.test(settings.value(key) ?? '') ? [{ key, found: settings.get(key)! }] : []))[0]

/** Properties of the JVM stand above such a file, the environment does not: https://github.com/lightbend/config#standard-behavior */
const isHocon = (found: Fact<string>): boolean => found.evidence[0]!.file.endsWith('.conf')

/** A setting or a variable by which a program that listens on loopback is told otherwise. */
function hostVariable(spec: Framework | undefined, settings: Settings, sources: Sources): Fact<Record<string, string>> | undefined {
  const address = closedAddress(spec, settings)
  if (address && !isHocon(address.found)) return fact({ [address.key.toUpperCase().replace(/[.-]/g, '_')]: '0.0.0.0' }, ...address.found!.evidence)
  const found = sources.match(/(?:getenv|getOrDefault|get)(?:<\w+>)?\(\s*"((?:SERVER_|HTTP_|APP_|BIND_)?(?:HOST|BIND|ADDRESS|BIND_ADDRESS))"/)
  return found?.groups[0] && !spec?.host ? fact({ [found.groups[0]]: '0.0.0.0' }, found.evidence) : undefined
}

/** Programs that draw text need fonts, which distroless has not. */
function fonts(build: BuildFile, sources: Sources, names: string[]): LanguageFacts['unsuitable'] {
  const evidence: Evidence | undefined = names.map((n) => build.dependencies.get(n)).find(Boolean) ?? sources.match(/^import java\.awt\.(?:Font|Graphics2D|FontMetrics|\*)/)?.evidence
  return evidence ? ['distroless', 'chainguard', 'dhi'].map((base) => ({ base, reason: `the program draws text, and the ${base} image has no fonts`, evidence: [evidence] })) : []
}

