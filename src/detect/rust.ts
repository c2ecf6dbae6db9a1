import { assumed, type Evidence, type Fact, fact, type LanguageFacts, type Warning } from './facts.ts'
import { type Frontend, readFrontends, servedFrontends, stagesOf } from './frontend.ts'
import type { DetectContext, Language } from './language.ts'
import { detectAbove, detectMember } from './member.ts'
import type { Opened } from './opened.ts'
import { installPrograms, packageOf, type Started } from './programs.ts'
import { lineOf, type Project } from './project.ts'
import { type Binary, closureOf, type Crate, join, outsideOf, readCrates } from './rust/crates.ts'
import { CARGO_SETTINGS, ownFolder, ownPlatform, stageOf, warnOfBuiltIn, warnOfFixedStores } from './rust/cargo.ts'
import { readConfiguration } from './rust/configuration.ts'
import { type Files, readFiles } from './rust/files.ts'
import { readLoco } from './rust/loco.ts'
import { type Checked, checkedQueries, warnOfMigrations } from './rust/queries.ts'
import { chooseBinary, filesOf, startOf } from './rust/program.ts'
import { refuseFunctions, refuseOthers, refusePages, warnOfPages } from './rust/refuse.ts'
import { clapOptions, isTop, readAddress, rocketPort } from './rust/server.ts'
import { type Needs, readNeeds, readSystem, staleIn } from './rust/system.ts'
import { type Break, readToolchain } from './rust/toolchain.ts'
import { settingsPort } from './settings-file.ts'
import { exampleValues, secretNames, withExamples } from './settings.ts'
import { readServer, readSources, type Sources } from './sources.ts'

/** Features by which a crate that is pure otherwise leads to C or to OpenSSL. */
const TLS = /tls|ssl|acme|quinn|http3/

/** What a package takes from the workspace around it. */
const OUTSIDE = /\bworkspace\s*=\s*true|\bpath\s*=\s*["']\.\.\//

/** Reads a Rust project: the manifests of the workspace, the binary that is meant, the lock file, the toolchain, the sources. */
export function detect(context: DetectContext): LanguageFacts | undefined {
  const { project, language, chosen } = context
  const top = chosen.top ?? '.'
  const manifest = project.read(join(top, 'Cargo.toml'))
  if (manifest === undefined) return undefined
  const member = chosen.member === undefined && top === '.' && OUTSIDE.test(manifest) ? detectMember(context, detect, ['Cargo.toml'], (root, path) => readCrates(root).all.some((c) => c.folder === path)) : undefined
  if (member) return member
  const warnings: Warning[] = []
  const every = readCrates(project, top)
  const crates = chosen.member === undefined ? every : { ...every, defaults: every.all.filter((c) => c.folder === chosen.member) }
  const choice = chooseBinary(project, language, crates, chosen.start, warnings)
  if (!choice) return undefined
  const { binary } = choice
  const { crate } = binary
  const wider = detectAbove(context, detect, outsideOf(crate, crates.all), 'Cargo.toml')
  if (wider) return wider
  const data = language.data!
  const lock = project.read(join(top, 'Cargo.lock'))
  if (lock === undefined) warnings.push({ message: 'there is no Cargo.lock, so two builds may take different versions', file: join(top, 'Cargo.toml'), hint: 'commit Cargo.lock' })
  const stale = lock === undefined ? undefined : staleIn(lock, crates.all.filter((c) => c.member))
  if (stale) warnings.push({ message: `Cargo.lock names another version of ${stale.name}, so the build brings it up to date`, file: stale.manifest, hint: 'cargo update --workspace, and commit Cargo.lock' })
  const needs = readNeeds(closureOf(crate, crates.all), lock)
  const sources = readSources(filesOf(project, language, binary, crates.all), language, [binary.path], crate.folder)
  const server = readServer(sources)
  const framework = chosen.framework ? fact(chosen.framework) : chooseFramework(language, needs)
  if (!chosen.start) refuseOthers(project, top, crate, needs, sources)
  if (!server.listens && !chosen.start) refuseFunctions(needs)
  if (!framework && !server.listens && !chosen.start) refusePages(project, crate)
  const checked = needs.asked('sqlx') && !isPrepared(project, crates.all) ? checkedQueries(project, crate, sources, needs, data.checked as Record<string, Checked>, warnings) : undefined
  warnOfMigrations(project, crate, sources, needs, warnings)
  const spec = language.frameworks.find((f) => f.id === framework?.value)
  const options = clapOptions(sources)
  const option = options.find((o) => o.field === 'port')
  const optionPort = /^\d{2,5}$/.test(option?.default ?? '') ? fact(Number(option!.default), option!.evidence) : undefined
  // an option without a default has to be given, unless it belongs to a command of its own
  const unset = option?.long && option.default === undefined && !option.env && !server.port && !server.portVariable && !sources.match(/derive\([^)]*\bSubcommand\b|\.subcommand\(/) ? [`--${option.long}`, '{port}'] : []
  const configuration = readConfiguration(project, sources, needs, warnings)
  const address = readAddress(project, sources, { port: server.port?.value, portVariable: server.portVariable?.value }, spec?.host !== undefined || configuration.hostVariable !== undefined, warnings)
  // a program that is only named is started as if it had been found
  const rest = (chosen.start?.length ?? 0) > 1 ? chosen.start!.slice(1) : [...((spec?.arguments as string[] | undefined) ?? []), ...unset, ...address.arguments]
  if (crates.all.length > 1) warnOfPages(project, crates.all, crate, warnings)
  warnOfBuiltIn(project, crates.all, sources, warnings)
  const system = readSystem(project, data, needs, lock === undefined ? closureOf(crate, crates.all).flatMap((c) => (c.member || c === crate ? [...c.dependencies].map(([name, { features }]) => (features.some((f) => TLS.test(f)) ? `${name}/tls` : name)) : [])) : [])
  const toolchain = readToolchain(project, sources, lock ?? '', data.breaks as Record<string, Break[]>, warnings)
  const frontends = readFrontends(project, servedFrontends(project, sources), warnings)
  const files = readFiles(project, sources, crate, top, options, needs, data, warnings)
  const programs = installPrograms(startedBy(sources, warnings), system.runtime, ['distroless', 'scratch', 'chainguard', 'dhi'], warnings)
  const told = spec?.host ?? address.variable ?? configuration.portVariable ?? configuration.hostVariable ?? server.portVariable ?? optionPort
  const written = told ? undefined : readWritten(project, files, (configuration.port ?? server.port)?.value, warnings)
  const opened = [...address.opened, ...(written?.opened ?? [])]
  const loco = spec?.id === 'loco' ? readLoco(project, crate.folder) : undefined
  const sqlite = loco?.sqlite ? (data.sqlite as Record<string, string>)['sqlx/sqlite'] : sqliteFile(sources, needs, data.sqlite as Record<string, string>)
  const read = [...sources.all('variable').map((m) => fact(m.groups[0]!, m.evidence)), ...(loco?.variables ?? [])]
  const values = exampleValues(project, [...read, ...configuration.settings].filter((v) => v.value !== server.portVariable?.value), warnings, CARGO_SETTINGS)
  // a folder that a setting names is read where the program runs
  for (const folder of Object.values(values)) if (project.isFolder(folder) && !files.copies.some((c) => c.to === `./${join('.', folder)}`)) files.copies.push({ from: `/app/${join('.', folder)}`, to: `./${join('.', folder)}` })
  const variables = withExamples(project, [...read, ...options.flatMap((o) => (o.env ? [fact(o.env, o.evidence)] : [])), ...configuration.settings, ...impliedSettings(data.settings as Record<string, string>, needs)])
  warnOfFixedStores(sources, variables.map((v) => v.value), warnings)
  const health = (found: Fact<string> | undefined): Fact<string> | undefined => (found && isTop(project, sources, found) ? found : undefined)
  const place = (expression: RegExp): Evidence => ({ file: crate.manifest, line: lineOf(project.read(crate.manifest)!, expression) })

  return {
    framework,
    ...(lock === undefined ? {} : { lockFile: fact('Cargo.lock', { file: join(top, 'Cargo.lock') }) }),
    name: fact(crate.name, place(/^name\s*=/m)),
    ...(crate.version ? { appVersion: fact(crate.version, place(/^version/m)) } : {}),
    start: startOf(project, binary, [`/app/${binary.name}`, ...rest], choice.guess),
    develop: assumed(['/usr/local/bin/app', ...rest]),
    serves: spec?.serves === false && !server.listens ? fact(false, framework!.evidence[0]!) : (server.serves ?? (framework ? fact(true, ...framework.evidence) : assumed(false))),
    port: (spec?.portVariable === 'ROCKET_PORT' ? rocketPort(project, crate.folder) : undefined) ?? optionPort ?? configuration.port ?? address.port ?? server.port ?? written?.port,
    portVariable: server.portVariable ?? (option?.env ? fact(option.env, option.evidence) : undefined) ?? configuration.portVariable,
    hostVariable: address.variable ?? configuration.hostVariable,
    health: health(server.health),
    ready: health(server.ready),
    handlesSigterm: readSigterm(server.handlesSigterm, spec?.id, needs, crate, project),
    // one lock file holds what all members of a workspace ask for together
    services: Object.entries(language.services).filter(([id]) => !loco?.sqlite || !/^(?:postgres|mysql)$/.test(id)).flatMap(([id, names]) => names.flatMap((n) => (crates.all.length > 1 ? needs.asked(n) : needs.has(n)) ?? []).slice(0, 1).map((e) => fact(id, e))),
    secrets: secretNames(variables.filter((v) => !(sqlite && v.value === 'DATABASE_URL'))),
    settings: variables,
    unsuitable: [...system.unsuitable, ...programs.unsuitable, ...(checked?.unsuitable ?? [])],
    env: { ...stageOf(sources, warnings), ...(sources.match(new RegExp(data.home as string)) ? { HOME: '/tmp' } : {}), ...values, ...loco?.env, ...(sqlite ? { DATABASE_URL: sqlite } : {}) },
    writable: files.writable,
    build: {
      baseValues: { channel: toolchain.channel, channelSuite: toolchain.suite, channelAlpine: toolchain.alpine },
      grpc: framework?.value === 'tonic' && needs.asked('tonic-health') !== undefined && sources.match(/health_reporter\(|HealthServer/) !== undefined,
      ...readBuild(project, crates.all, binary, top, lock !== undefined && !stale, toolchain.file, lock !== undefined),
      renew: [...ownPlatform(project, warnings), ...toolchain.renew.map((command) => (top === '.' ? command : `${command} --manifest-path ${join(top, 'Cargo.toml')}`))].join(' && '),
      systemPackages: [...system.build, ...(checked?.packages ?? [])],
      checked: checked?.command ?? '',
      systemPackagesApk: system.buildApk,
      runtimePackages: [...system.runtime, ...programs.apt],
      debianPackages: [...system.runtime, ...system.linked, ...programs.apt],
      // what is not linked statically asks for the compiler's own library too
      runtimePackagesApk: [...system.runtimeApk, ...(system.runtimeApk.length > 0 ? ['libgcc', ...system.linkedApk] : []), ...programs.apk],
      frontends: stagesOf(frontends, () => false),
      ...asData(withOutputs(files, frontends)),
      opened: opened.map((o) => ({ ...o })),
    },
    warnings,
  }
}

/** What the macros of sqlx know of the database without one, https://docs.rs/sqlx/latest/sqlx/macro.query.html#offline-mode */
const isPrepared = (project: Project, crates: readonly Crate[]): boolean => project.isFolder('.sqlx') || project.has('sqlx-data.json') || crates.some((c) => project.isFolder(`${c.folder}/.sqlx`))

/** The port of a settings file that the program reads by itself, and what the build changes there; undefined where its port is known to be another one. */
function readWritten(project: Project, files: Files, known: number | undefined, warnings: Warning[]): { port: Fact<number>; opened: Opened[] } | undefined {
  const [opened, told]: [Opened[], Warning[]] = [[], []]
  const port = settingsPort(project, files.copies.map(({ from }) => ({ from: from.replace(/^\/app\//, '') })), opened, told)
  if (!port || (known !== undefined && known !== port.value)) return undefined
  warnings.push(...told)
  return { port, opened }
}

/** What the stages that compile read: manifests, empty sources for the first stage, arguments and environment of cargo. */
function readBuild(project: Project, crates: readonly Crate[], binary: Binary, top: string, locked: boolean, toolchain: string, held: boolean): LanguageFacts['build'] {
  // what lies beside a workspace has manifests of other workspaces, which are not copied one by one
  const beside = top !== '.'
  const where = beside ? ['--manifest-path', join(top, 'Cargo.toml'), '--target-dir', 'target'] : []
  const targets = beside ? [] : crates.flatMap((c) => c.targets)
  const vendored = /^\s*directory\s*=\s*"([\w./-]+)"/m.exec(project.read('.cargo/config.toml') ?? '')?.[1]
  const folders = ['.cargo', ...(vendored ? [vendored] : [])].filter((f) => project.isFolder(f))
  const several = crates.filter((c) => c.member).length > 1
  const offline = isPrepared(project, crates)
  return {
    ignoreToolchain: toolchain === '',
    locked,
    where,
    manifests: beside ? [] : [
      { files: ['Cargo.toml', ...(held ? ['Cargo.lock'] : []), ...(toolchain ? [toolchain] : [])], to: './' },
      ...crates.filter((c) => c.folder !== '.').map((c) => ({ files: [c.manifest], to: `${c.folder}/` })),
      ...folders.map((f) => ({ files: [f], to: `./${f}` })),
    ],
    targets,
    targetFolders: [...new Set(targets.map((t) => (t.includes('/') ? t.slice(0, t.lastIndexOf('/')) : '.')))],
    environment: [...(offline ? ['SQLX_OFFLINE=true'] : []), ...ownFolder(project)],
    arguments: [...where, ...(locked ? ['--locked'] : []), ...(several ? ['-p', binary.crate.name] : []), ...(binary.features.length > 0 ? ['--features', binary.features.join(',')] : []), '--bin', binary.name],
    binary: binary.name,
  }
}

/** What of a front end's folder the program reads is what was built there. */
const withOutputs = (files: Files, frontends: readonly Frontend[]): Files => ({ ...files, copies: files.copies.map((c) => {
  const { output } = frontends.find((f) => c.from === `/app/${f.folder}`) ?? {}
  return output ? { from: `/app/${output}`, to: `./${output}` } : c
}) })

const asData = ({ copies, links, dotenv }: Files): LanguageFacts['build'] => ({ copies: copies.map((c) => ({ ...c })), links: links.map((l) => ({ ...l })), dotenv })

function chooseFramework(language: Language, needs: Needs): Fact<string> | undefined {
  for (const f of language.frameworks) {
    const evidence = f.dependencies?.map(needs.asked).find(Boolean)
    if (evidence) return fact(f.id, evidence)
  }
  return undefined
}

/** What no image lacks. */
const SHELL = /^(?:sh|bash|ls|cat|cp|mv|rm|mkdir|echo|env|true|false|sleep|date|uname|hostname|id)$/

/** Programs that it starts; of one whose package is not known a person is told. */
function startedBy(sources: Sources, warnings: Warning[]): Started[] {
  const all = sources.matches(/\bCommand::new\(\s*"([\w.+-]+)"\s*\)[^;]{0,300}\.(?:spawn|output|status)\(/).map(({ groups: [name], evidence }) => ({ name: name!, evidence }))
  const unknown = all.find(({ name }) => packageOf(name) === undefined && !SHELL.test(name))
  if (unknown) warnings.push({ message: `the program starts ${unknown.name}, which its image lacks`, file: unknown.evidence.file, line: unknown.evidence.line, hint: `choose --base debian, and install ${unknown.name} in the last stage of the Dockerfile` })
  return all
}

/** Handled by the sources, by ctrlc with its feature, or by the framework: Rocket does so since 0.5. */
function readSigterm(shown: Fact<boolean> | undefined, framework: string | undefined, needs: Needs, crate: Crate, project: Project): Fact<boolean> | undefined {
  if (shown) return shown
  const ctrlc = needs.asked('ctrlc/termination')
  if (ctrlc) return fact(true, ctrlc)
  if (framework !== 'rocket' || !/^[\^~=]?0\.[1-4]\b/.test(crate.dependencies.get('rocket')?.version ?? '')) return undefined
  return fact(false, { file: crate.manifest, line: lineOf(project.read(crate.manifest)!, /rocket/) })
}

/** A database file in scratch space, where SQLite is the only database and its address comes from DATABASE_URL. */
function sqliteFile(sources: Sources, needs: Needs, urls: Record<string, string>): string | undefined {
  const found = Object.entries(urls).find(([name]) => needs.asked(name))
  const others = ['sqlx/postgres', 'sqlx/mysql', 'diesel/postgres', 'diesel/mysql', 'sea-orm/sqlx-postgres', 'sea-orm/sqlx-mysql', 'tokio-postgres'].some(needs.asked)
  return found && !others && sources.match(/"DATABASE_URL"/) ? found[1] : undefined
}

/** Settings that a crate with a feature asks for itself. */
function impliedSettings(settings: Record<string, string>, needs: Needs): Fact<string>[] {
  return Object.entries(settings).flatMap(([name, setting]) => {
    const evidence = needs.asked(name)
    return evidence ? [fact(setting, evidence)] : []
  })
}
