import { InputError } from '../errors.ts'
import { assumed, type Evidence, type Fact, fact, type LanguageFacts, type Warning } from './facts.ts'
import { type BuildFile, readGradle, readMaven } from './java-build.ts'
import { packagingOf } from './java-package.ts'
import type { DetectContext, Language } from './language.ts'
import { lineOf, type Project } from './project.ts'
import { secretNames } from './settings.ts'
import { readServer, readSources } from './sources.ts'

/** Reads a Java or Kotlin project: the build file, the framework's settings, the main class. */
export function detect({ project, language, chosen }: DetectContext): LanguageFacts | undefined {
  if (!language.markers.some((m) => project.has(m))) return undefined
  const build = project.has('pom.xml') && chosen.manager !== 'gradle' ? readMaven(project) : readGradle(project)
  const warnings: Warning[] = []
  if (build.modules.length > 0 && !project.isFolder('src/main'))
    throw new InputError({ message: `this build has several modules: ${build.modules.join(', ')}`, file: build.file, hint: `choose the one that is to run: --app ${build.modules[0]}` })
  if (build.packaging === 'war' && !build.plugins.has('spring-boot-maven-plugin'))
    throw new InputError({ message: 'this project makes a WAR, which needs a servlet container to run', file: build.file, hint: 'package it as an executable jar (Spring Boot, or an embedded Jetty or Tomcat)' })

  const framework = chosen.framework ? fact(chosen.framework) : chooseFramework(language, build)
  const main = findMain(project)
  const sources = readSources(project, language, main ? [main.file] : [])
  const server = readServer(sources)
  const spring = framework?.value === 'spring'
  const data = language.data as { flags: string[]; spring: Record<string, string[]> }
  const packaging = packagingOf(build, framework?.value, main?.name)
  const settings = spring ? springSettings(project) : {}
  const services = Object.entries(language.services).flatMap(([id, names]) => names.flatMap((n) => (build.dependencies.has(n) ? [fact(id, build.dependencies.get(n)!)] : [])).slice(0, 1))
  const variables = sources.all('variable').map((m) => fact(m.groups[0]!, m.evidence))
  const known = spring ? services.flatMap((s) => (data.spring[s.value] ?? []).map((name) => fact(name, ...s.evidence))) : []
  const manager = language.managers.find((m) => m.id === build.manager)!
  const health = healthOf(build, framework?.value, settings, sources)
  const web = !spring || language.frameworks.find((f) => f.id === 'spring')!.dependencies!.some((d) => d !== 'spring-boot-starter' && build.dependencies.has(d))
  const builder = build.wrapper ? { builder: 'eclipse-temurin:{version}-jdk-noble', builderAlpine: 'eclipse-temurin:{version}-jdk-alpine-3.24', builderDhi: 'dhi.io/eclipse-temurin:{version}-jdk-debian13-dev' } : { builder: String(manager.builder), builderAlpine: String(manager.builderAlpine), builderDhi: String(manager.builderDhi) }

  return {
    framework,
    version: version(language, build, project),
    manager: fact(build.manager, { file: build.file }),
    ...(build.name ? { name: fact(build.name, { file: build.file, line: lineOf(project.read(build.file) ?? '', build.name) }) } : {}),
    ...(build.version ? { appVersion: fact(build.version, { file: build.file }) } : {}),
    start: fact(chosen.start ?? ['java', ...data.flags, ...packaging.run, ...(framework?.value === 'dropwizard' ? ['server'] : [])], main ? { file: main.file, line: main.line } : { file: build.file }),
    develop: assumed(packaging.develop),
    serves: framework && web ? fact(true, framework.evidence[0] ?? { file: build.file }) : (server.listens ?? assumed(false)),
    port: settings.port ?? server.port,
    portVariable: spring ? undefined : server.portVariable,
    health: health?.live ?? (spring ? undefined : server.health),
    ready: health?.ready ?? (spring ? undefined : server.ready),
    services,
    secrets: [...secretNames(variables), ...known].filter((s, i, all) => all.findIndex((o) => o.value === s.value) === i),
    settings: variables,
    env: spring && health ? { MANAGEMENT_ENDPOINT_HEALTH_PROBES_ENABLED: 'true' } : {},
    build: {
      baseValues: builder,
      manifests: manifests(project, build),
      resolve: packaging.resolve,
      command: packaging.command,
      collect: packaging.collect,
      extract: packaging.extract,
      test: packaging.test,
      copies: packaging.copies,
    },
    warnings,
  }
}

function chooseFramework(language: Language, build: BuildFile): Fact<string> | undefined {
  for (const f of language.frameworks) {
    const name = f.dependencies?.find((d) => build.dependencies.has(d))
    if (name) return fact(f.id, build.dependencies.get(name)!)
  }
  return undefined
}

/** The oldest line with support that is not older than what the build asks for. */
function version(language: Language, build: BuildFile, project: Project): Fact<string> | undefined {
  const file = project.read('.java-version') !== undefined ? '.java-version' : '.sdkmanrc'
  const noted = /(?:^|java=)(\d+(?:\.\d+)?)/m.exec(project.read(file) ?? '')?.[1]
  const asked = build.release?.version ?? noted
  if (!asked) return build.boot?.startsWith('2.') ? { value: '17', evidence: [{ file: build.file }], guess: true } : undefined
  const number = Number(asked.replace(/^1\./, '').split('.')[0])
  const line = [...language.versions.lines].reverse().find((l) => Number(l.id) >= number)
  return fact(line?.id ?? language.versions.lines[0]!.id, build.release?.evidence ?? { file, line: 1, text: asked })
}

/** The class with the main method; the one named like an application where there are several. */
function findMain(project: Project): { name: string; file: string; line?: number } | undefined {
  const found = project.files().flatMap((file) => {
    if (!/(^|\/)src\/main\/(java|kotlin)\/.*\.(java|kt)$/.test(file) && !/^[^/]+\.java$/.test(file)) return []
    const text = project.read(file) ?? ''
    const at = /public static void main\(|^\s*(?:suspend )?fun main\(/m.exec(text)
    if (!at) return []
    const simple = file.split('/').at(-1)!.replace(/\.java$/, '').replace(/\.kt$/, /^\s*(?:suspend )?fun main\(/m.test(text) ? 'Kt' : '')
    const namespace = /^\s*package\s+([\w.]+)/m.exec(text)?.[1]
    return [{ name: namespace ? `${namespace}.${simple}` : simple, file, line: lineOf(text, at[0]) }]
  })
  return found.find((f) => /(Application|Main|App|Server)(Kt)?$/.test(f.name)) ?? found[0]
}

interface SpringSettings {
  port?: Fact<number>
  context?: string
  management?: string
  managementPort?: boolean
}

/** The few settings of application.properties or application.yml that the files depend on; variables' defaults count. */
function springSettings(project: Project): SpringSettings {
  const out: SpringSettings = {}
  for (const file of ['application.properties', 'application.yml', 'application.yaml'].map((f) => `src/main/resources/${f}`)) {
    const text = project.read(file)
    if (text === undefined) continue
    const value = (properties: RegExp, yaml: RegExp): RegExpExecArray | null => (file.endsWith('.properties') ? properties : yaml).exec(text)
    const port = value(/^\s*server\.port\s*[=:]\s*(?:\$\{[^:}]+:)?(\d{2,5})/m, /^server:\s*\n(?:[ \t]+.*\n)*?[ \t]+port:\s*['"]?(?:\$\{[^:}]+:)?(\d{2,5})/m)
    if (port) out.port = fact(Number(port[1]), { file, line: lineOf(text, port[0].trim().split('\n').at(-1)!), text: port[0].trim().split('\n').at(-1) })
    out.context = value(/^\s*server\.servlet\.context-path\s*[=:]\s*(\/[\w/-]*)/m, /context-path:\s*['"]?(\/[\w/-]*)/)?.[1] ?? out.context
    out.management = value(/^\s*management\.endpoints\.web\.base-path\s*[=:]\s*(\/[\w/-]*)/m, /base-path:\s*['"]?(\/[\w/-]*)/)?.[1] ?? out.management
    out.managementPort = value(/^\s*management\.server\.port\s*[=:]/m, /^management:\s*\n(?:[ \t]+.*\n)*?[ \t]+server:\s*\n[ \t]+port:/m) !== null || out.managementPort
  }
  return out
}

/** Probe paths that a dependency brings. Behind Spring Security they answer only where the program says so. */
function healthOf(build: BuildFile, framework: string | undefined, settings: SpringSettings, sources: ReturnType<typeof readSources>): { live: Fact<string>; ready: Fact<string> } | undefined {
  const pair = (evidence: Evidence, live: string, ready: string): { live: Fact<string>; ready: Fact<string> } => ({ live: fact(live, evidence), ready: fact(ready, evidence) })
  const actuator = build.dependencies.get('spring-boot-starter-actuator')
  if (framework === 'spring' && actuator && !settings.managementPort) {
    if (build.dependencies.has('spring-boot-starter-security') && !sources.match(/actuator|EndpointRequest/)) return undefined
    const base = `${settings.context ?? ''}${settings.management ?? '/actuator'}/health`
    return pair(actuator, `${base}/liveness`, `${base}/readiness`)
  }
  const quarkus = build.dependencies.get('quarkus-smallrye-health')
  if (quarkus) return pair(quarkus, '/q/health/live', '/q/health/ready')
  return undefined
}

function manifests(project: Project, build: BuildFile): { files: string[]; to: string }[] {
  const present = (...names: string[]): string[] => names.filter((n) => project.read(n) !== undefined)
  const root = build.manager === 'maven' ? present('mvnw', 'pom.xml') : present('gradlew', 'build.gradle', 'build.gradle.kts', 'settings.gradle', 'settings.gradle.kts', 'gradle.properties', 'gradle.lockfile')
  const folders = (build.manager === 'maven' ? ['.mvn'] : ['gradle', 'buildSrc']).filter((f) => project.isFolder(f))
  return [{ files: root, to: './' }, ...folders.map((f) => ({ files: [f], to: `./${f}` }))]
}
