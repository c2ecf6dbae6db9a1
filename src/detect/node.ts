import { type Evidence, type Fact, fact, type LanguageFacts, type Warning } from './facts.ts'
import type { DetectContext } from './language.ts'
import { readCopies } from './node/copies.ts'
import { dataOf, type NodeFramework } from './node/data.ts'
import { readDevelop } from './node/develop.ts'
import { chooseFramework } from './node/framework.ts'
import { readInstall, readSystem, type System } from './node/install.ts'
import { chooseManager, type Installer } from './node/manager.ts'
import { type Manifest, readManifest } from './node/manifest.ts'
import { readPrisma } from './node/prisma.ts'
import { readSteps } from './node/steps.ts'
import { readAddress, readPort, readServes } from './node/server.ts'
import { readVariables } from './node/settings.ts'
import { resolveStart, type Start } from './node/start.ts'
import { chooseNodeVersion } from './node/version.ts'
import { readServer, readSources } from './sources.ts'

/** Reads a Node.js project: package.json, lock file, version files, the start script down to the program itself, sources. */
export function detect(context: DetectContext): LanguageFacts | undefined {
  const { project, language } = context
  const manifest = readManifest(project)
  if (!manifest) return undefined
  const warnings: Warning[] = []
  const framework = chooseFramework(context, manifest)
  const spec = language.frameworks.find((f) => f.id === framework?.value) as NodeFramework | undefined
  const installer = chooseManager(context, manifest, warnings)
  const start = resolveStart(context, manifest, spec, () => readSources(project, language).first('listens')?.evidence.file)
  const sources = readSources(project, language, start.sources)
  const server = readServer(sources)
  const port = readPort(sources, start, project)
  const argv = port.argv ?? start.argv
  const place = framework?.evidence ?? []
  const install = readInstall(context, manifest, installer, warnings)
  const system = readSystem(context, manifest, installer, warnings)
  const prisma = readPrisma(project, manifest)
  const steps = readSteps(context, manifest, spec, installer, start, install, prisma, warnings)
  const address = start.static ? undefined : readAddress(sources, spec, start, server.loopback, warnings)
  const variables = readVariables(context, sources, [port.variable?.value ?? '', ...Object.keys(address?.value ?? {}), ...Object.keys(start.env)])
  const shared = {
    framework,
    version: chooseNodeVersion(context, [manifest], warnings),
    manager: installer.fact,
    ...(installer.lockFile ? { lockFile: fact(installer.lockFile, { file: installer.lockFile }) } : {}),
    ...(manifest.json.name ? { name: fact(manifest.json.name, manifest.keyAt('name')) } : {}),
    ...(manifest.json.version ? { appVersion: fact(manifest.json.version, manifest.keyAt('version')) } : {}),
    develop: readDevelop(context, manifest, installer.spec, spec, start),
  }
  const build = {
    managerVersion: installer.version,
    ...steps,
    systemPackages: system.build,
    systemPackagesApk: system.buildApk,
    runtimePackages: start.static ? [] : system.runtime,
    runtimePackagesApk: start.static ? [] : system.runtimeApk,
    compile: system.compile,
    installEnv: system.buildEnv,
    arguments: variables.public.filter((v) => !SECRET_ARGUMENT.test(v)),
    copies: readCopies(context, manifest, spec, start, sources).map((c) => ({ ...c })),
    static: start.static !== undefined,
    output: start.static?.folder ?? '',
    spa: start.static?.spa === true,
    ignored: ignoredOutputs(start, manifest, project.has('.gitignore') ? (project.read('.gitignore') ?? '') : ''),
    hidden: install.hidden,
    bun: installer.spec.id === 'bun' || start.bun === true,
    bunImage: dataOf(language).bun.image.replace('{bun}', bunLine(installer)),
    bunImageAlpine: dataOf(language).bun.alpineImage.replace('{bun}', bunLine(installer)),
    bunRuntime: start.bun === true,
  }
  if (start.static) return { ...shared, ...staticFacts(context, start), build: { ...build, ...staticImage(context) }, warnings }
  return {
    ...shared,
    start: argv,
    serves: readServes(spec, place, server, port),
    port: port.port,
    portVariable: port.variable,
    ...(address ? { hostVariable: address } : {}),
    health: server.health,
    ready: server.ready,
    handlesSigterm: start.framework ? undefined : server.handlesSigterm,
    services: Object.entries(language.services).flatMap(([id, names]) => names.filter((n) => manifest.production[n] !== undefined).slice(0, 1).map((n) => fact(id, manifest.keyAt(n)))),
    secrets: variables.secrets,
    settings: variables.settings,
    unsuitable: unsuitable(context, argv, start, system, installer, manifest),
    env: { ...plain(start.env), ...system.env },
    ...(system.kind ? { kind: system.kind } : {}),
    build: { ...build, ...(start.bun ? { runtimeImage: dataOf(language).bun.runtime } : {}) },
    warnings,
  }
}

/** Names of build arguments that tools take for secrets: such a value does not belong into a build. */
const SECRET_ARGUMENT = /(^|_)(apikey|auth|credentials?|key|password|pword|passwd|secret|token)(_|$)|api_?key|client_?key|private|username/i

/** The facts of a project whose build makes files for a web server. */
function staticFacts({ language }: DetectContext, start: Start): Pick<LanguageFacts, 'start' | 'serves' | 'port' | 'health' | 'kind' | 'env' | 'unsuitable'> {
  const { evidence } = start.static!
  const images = dataOf(language).static
  return {
    start: fact(['nginx', '-g', 'daemon off;'], evidence),
    serves: fact(true, evidence),
    port: fact(8080, evidence),
    health: fact('/healthz', evidence),
    kind: 'static',
    env: {},
    unsuitable: Object.keys(language.bases).filter((b) => images[b] === undefined).map((base) => ({ base, reason: `files are served by nginx, which has no ${base} image here`, evidence: [evidence] })),
  }
}

const staticImage = ({ language }: DetectContext): { runtimeImage: Record<string, string>; healthCommands: Record<string, string[]> } => {
  const images = Object.entries(dataOf(language).static)
  return { runtimeImage: Object.fromEntries(images.map(([base, s]) => [base, s.image])), healthCommands: Object.fromEntries(images.map(([base, s]) => [base, s.health])) }
}

/** Bases that lack what the program needs. */
function unsuitable({ language }: DetectContext, argv: Fact<string[]> | undefined, start: Start, system: System, installer: Installer, manifest: Manifest): NonNullable<LanguageFacts['unsuitable']> {
  const out: NonNullable<LanguageFacts['unsuitable']> = []
  const without = (bases: string[], reason: string, evidence: Evidence[]): void => out.push(...bases.map((base) => ({ base, reason, evidence }))) as unknown as void
  const noShell = Object.entries(language.bases).filter(([, b]) => !b!.shell).map(([id]) => id)
  const noPackages = Object.entries(language.bases).filter(([, b]) => b!.packages === 'none').map(([id]) => id)
  if (system.because) without([...new Set([...noShell, ...noPackages])], `${system.because} needs ${system.runtime.join(', ')} where the program runs, which it has no packages for`, [manifest.keyAt(system.because)])
  else if (system.build.length > 0) without(noPackages, 'it has no packages to compile native modules with', [])
  if (start.bun) without(Object.keys(language.bases).filter((b) => dataOf(language).bun.runtime[b] === undefined), 'Bun has no image of that kind here', argv?.evidence ?? [])
  const program = argv?.value[0]
  if (program !== undefined && !['node', 'bun', 'nginx'].includes(program)) without(noShell, `${program} needs a shell or a program that it has not`, argv!.evidence)
  if (argv?.value[1]?.startsWith('node_modules/.bin/') && installer.spec.id === 'pnpm') without(noShell, `pnpm starts ${argv.value[1].slice(18)} by a shell script`, argv.evidence)
  return out
}

/** Environment of a start script without what holds a secret or an address of one machine. */
const plain = (env: Record<string, string>): Record<string, string> => Object.fromEntries(Object.entries(env).filter(([name, value]) => !/SECRET|PASSWORD|TOKEN|KEY|_URL$/.test(name) && name !== 'PORT' && name !== 'NODE_ENV' && !value.includes('{port}') && /^[\w.,:/@%+= -]*$/.test(value)))

/** Outputs that are made inside of the image, so that those of one machine stay out. A folder that is committed is a source. */
function ignoredOutputs(start: Start, manifest: Manifest, gitignore: string): string[] {
  if (!manifest.scripts.build) return []
  const names = [...new Set([start.output, start.static?.folder.split('/')[0] ?? '', 'dist', 'build', 'out', '.svelte-kit', '.docusaurus', '.angular', '.vercel'])].filter((n) => n !== '' && n !== '.')
  return names.filter((n) => n === start.output || new RegExp(`^/?${n.replace('.', '\\.')}/?\\**\\s*$`, 'm').test(gitignore))
}

const bunLine = (installer: Installer): string => (installer.spec.id === 'bun' ? installer.version : '1.4')

