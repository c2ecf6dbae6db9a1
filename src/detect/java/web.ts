import { type Evidence, type Fact, fact, type Warning } from '../facts.ts'
import type { BuildFile } from './build.ts'
import type { Settings } from './settings.ts'
import type { Framework } from '../language.ts'
import { lineOf, type Project } from '../project.ts'
import type { Sources } from '../sources.ts'

/** Probe paths that a dependency brings and nothing moves away or guards. Where that is not sure there are none, and TCP is asked. */
export interface Health {
  live?: Fact<string>
  ready?: Fact<string>
}

/** The paths under which a framework's own health checks answer, by its settings. */
export function healthOf(build: BuildFile, framework: Framework | undefined, settings: Settings, sources: Sources): Health {
  const pair = (evidence: Evidence, live: string | undefined, ready: string): Health => ({ ...(live ? { live: fact(live, evidence) } : {}), ready: fact(ready, evidence) })
  const path = (name: string): string => (settings.value(name) ?? '').replace(/\/$/, '').replace(/^(?=[^/])/, '/')
  switch (framework?.id) {
    case 'spring': {
      const actuator = build.dependencies.get('spring-boot-starter-actuator')
      const guarded = [...build.dependencies.keys()].some((d) => /^spring-boot-starter-(security|oauth2)|^spring-security-/.test(d)) && !sources.match(/actuator|EndpointRequest/)
      const changed = settings.matching(/^management\.(server\.(port|ssl)|endpoints\.(enabledbydefault|access)|endpoint\.health\.(enabled|access|probes\.addadditionalpaths)|endpoints\.web\.(pathmapping|exposure\.exclude))/)
      const exposed = settings.value('management.endpoints.web.exposure.include')
      if (!actuator || guarded || changed.length > 0 || (exposed && !/\*|health/.test(exposed)) || secured(settings)) return {}
      const base = settings.get('management.endpoints.web.base-path') ? path('management.endpoints.web.base-path') : '/actuator'
      const root = `${path('server.servlet.context-path')}${path('spring.webflux.base-path')}${path('spring.mvc.servlet.path')}${base}/health`
      const [major = 3, minor = 3] = (build.boot ?? '').split('.').filter(Boolean).map(Number)
      // groups of the health endpoint came with 2.3; before it, the whole of it looks at databases too
      return major < 2 ? {} : major === 2 && minor < 3 ? pair(actuator, undefined, root) : pair(actuator, `${root}/liveness`, `${root}/readiness`)
    }
    case 'quarkus': {
      const health = build.dependencies.get('quarkus-smallrye-health')
      const moved = settings.matching(/^quarkus\.(http\.(rootpath|nonapplicationrootpath|ssl|insecurerequests)|smallryehealth\.|management\.enabled)/)
      return health && moved.length === 0 ? pair(health, '/q/health/live', '/q/health/ready') : {}
    }
    case 'micronaut': {
      const management = build.dependencies.get('micronaut-management')
      const guarded = [...build.dependencies.keys()].some((d) => /^micronaut-security/.test(d))
      const moved = settings.matching(/^(endpoints\.(all|health)\.|micronaut\.server\.(contextpath|ssl)|micronaut\.ssl)/)
      return management && !guarded && moved.length === 0 ? pair(management, '/health/liveness', '/health/readiness') : {}
    }
    case 'helidon': {
      const health = build.dependencies.get('helidon-microprofile') ?? build.dependencies.get('helidon-microprofile-health')
      return health && settings.matching(/^health\./).length === 0 ? pair(health, '/health/live', '/health/ready') : {}
    }
  }
  return {}
}

/** Whether the server speaks TLS, which no probe of ours asks with. */
export const secured = (settings: Settings): boolean => settings.matching(/^server\.ssl\.(keystore|certificate|bundle)$/).length > 0 && settings.value('server.ssl.enabled') !== 'false'

/** The port in a file of settings that only the program itself reads: a guess. */
export function ownPort(project: Project, folder: string): Fact<number> | undefined {
  const at = `${folder ? `${folder}/` : ''}src/main/resources`
  for (const name of project.isFolder(at) ? project.names(at).filter((n) => n.endsWith('.properties')) : []) {
    const text = project.read(`${at}/${name}`) ?? ''
    const [line, port] = /^[ \t]*(?:(?:server|http|app|web)[._-]?)?port[ \t]*[=:][ \t]*(\d{4,5})[ \t]*$/im.exec(text) ?? []
    if (port) return { ...fact(Number(port), { file: `${at}/${name}`, line: lineOf(text, line!) }), guess: true }
  }
  return undefined
}

/** A port that settings name; 0 stands for any, which no Service can find. */
export function portOf(framework: Framework | undefined, settings: Settings): Fact<number> | undefined {
  for (const key of (framework?.portKeys as string[] | undefined) ?? []) {
    const port = Number(settings.value(key))
    if (Number.isInteger(port) && port > 0) return fact(port, ...settings.get(key)!.evidence)
  }
  return undefined
}

/** Kinds of databases that live in the program's own process. */
const EMBEDDED = ['h2', 'hsqldb', 'derby', 'sqlite-jdbc']
const RELATIONAL = ['postgres', 'mysql', 'mariadb']

/**
 * The services that dependencies lead to. A relational database is one only where the settings do not say another, and no
 * database in the program's own process stands in for it.
 */
export function servicesOf(build: BuildFile, services: Record<string, string[]>, settings: Settings): Fact<string>[] {
  const found = Object.entries(services).flatMap(([id, names]) => names.filter((n) => build.dependencies.has(n)).slice(0, 1).map((n) => fact(id, build.dependencies.get(n)!)))
  const url = settings.matching(/jdbc|datasource.*url|r2dbc.*url/).map((s) => /\b(?:jdbc|r2dbc):(?:p6spy:|tc:)?(\w+)/.exec(s.value)?.[1]).find(Boolean)
  const embedded = EMBEDDED.some((d) => build.dependencies.has(d))
  const kind = url && (/^postgres/.test(url) ? 'postgres' : url)
  return found.filter(({ value: id }) => {
    if (!RELATIONAL.includes(id)) return true
    if (kind) return kind === id || (kind === 'mysql' && id === 'mysql')
    return !embedded
  })
}

/** Settings of programs, not of frameworks, that name a folder. */
const FOLDER_SETTING = /^(?!spring\.|server\.|management\.|logging\.|quarkus\.|micronaut\.).*(dir|directory|folder|location|path)$/i

/** Folders below /app that the program writes to: log files of its settings, and folders that it makes itself. */
export function writableFolders(project: Project, build: BuildFile, settings: Settings, sources: Sources, warnings: Warning[]): string[] {
  const out = new Set<string>()
  const add = (path: string, evidence: Evidence): void => {
    const parts = path.replace(/^(\$\{user\.dir\}|\.)\//, '').split('/').filter(Boolean)
    const absolute = path.startsWith('/')
    const folder = absolute ? path.replace(/\/[^/]*\.\w+$|\/+$/, '') : parts[0] && !/\.\w+$/.test(parts[0]) ? `/app/${parts[0]}` : undefined
    if (!folder || !/^\/[\w./-]+$/.test(folder) || /^\/(tmp|proc|dev|sys|etc|usr)(\/|$)|^\/$/.test(folder) || out.has(folder)) return
    out.add(folder)
    warnings.push({ message: `the program writes to ${folder}, which is empty at every start`, file: evidence.file, line: evidence.line, hint: 'log to the console, keep data in a service' })
  }
  for (const name of ['logging.file.name', 'logging.file.path', 'logging.file', 'logging.path', 'quarkus.log.file.path', 'logging.appenders.currentLogFilename']) {
    const found = settings.get(name)
    const value = settings.value(name)
    if (found && value) add(/path$/.test(name) && !value.startsWith('/') ? `${value}/x.log` : value, found.evidence[0]!)
  }
  for (const file of project.files().filter((f) => /(^|\/)src\/main\/resources\/(logback|log4j2?)[\w-]*\.(xml|properties|yml)$/.test(f) && build.folders.some((folder) => folder === '' || f.startsWith(`${folder}/`)))) {
    const text = project.read(file) ?? ''
    if (!/FileAppender|<(Rolling)?(RandomAccess)?File\b/.test(text)) continue
    const values = new Map([...text.matchAll(/(?:<property\s+name="([^"]+)"\s+value="([^"]*)"|<Property\s+name="([^"]+)">([^<]*)<|<springProperty[^>]*name="([^"]+)"[^>]*defaultValue="([^"]*)")/g)].map((m) => [m[1] ?? m[3] ?? m[5]!, m[2] ?? m[4] ?? m[6]!]))
    for (const m of text.matchAll(/<file>\s*([^<\s]+)\s*<\/file>|fileName="([^"]+)"/gi)) {
      const path = (m[1] ?? m[2]!).replace(/\$\{([^}:]+)(?::-([^}]*))?\}/g, (all, name: string, other?: string) => values.get(name) ?? other ?? all).replace(/\$\{([^}:]+)(?::-([^}]*))?\}/g, (all, name: string, other?: string) => values.get(name) ?? other ?? all)
      add(path, { file, line: lineOf(text, m[0]) })
    }
  }
  const made = sources.match(/(?:createDirector(?:y|ies)|mkdirs?)\b/)
  if (made) {
    // where the folder that is made comes from: a setting, or the default of one in the sources
    for (const name of settings.names) {
      const value = settings.value(name)
      if (FOLDER_SETTING.test(name) && value && /^(\.{0,2}\/)?[\w-][\w./-]*$/.test(value) && !project.has(value)) add(`${value}/`, settings.get(name)!.evidence[0]!)
    }
    for (const { groups, evidence } of sources.matches(/@Value\("\$\{[\w.-]*(?:dir|directory|folder|location|path):(\.{0,2}\/?[\w][\w./-]*)\}"\)|\bString\s+\w*(?:[lL]ocation|[dD]ir|[dD]irectory|[fF]older)\s*=\s*"(\.{0,2}\/?[\w][\w./-]*)"/)) {
      const path = groups[0] ?? groups[1]!
      if (!project.has(path)) add(`${path}/`, evidence)
    }
  }
  if (made) for (const [, path] of (project.read(made.evidence.file) ?? '').matchAll(/(?:Paths\.get|Path\.of|Path|new File|File)\(\s*"((?:\.\/)?[\w-]+(?:\/[\w./-]*)?)"\s*[,)]/g)) if (!project.has(path!.split('/')[0]!)) add(`${path}/`, made.evidence)
  return [...out]
}

const FILE_DATABASE = /^(jdbc:(?:h2:(?:file:)?|hsqldb:file:|sqlite:(?:file:)?|derby:(?:directory:)?))(?!mem:|tcp:|ssl:|zip:|res:|:memory:|:resource:|\/tmp\/)([^;?]+)(.*)$/

/** Databases that are files beside the program, by the names of their settings: they are put where it may write, and the warning says what that means. */
export function fileDatabases(settings: Settings, warnings: Warning[]): [name: string, url: string][] {
  const out: [string, string][] = []
  for (const name of settings.names) {
    const [, kind, path, rest] = FILE_DATABASE.exec(settings.value(name) ?? '') ?? []
    if (!path) continue
    const place = settings.get(name)!.evidence[0]!
    out.push([name, `${kind}/tmp/${path.split('/').at(-1)}${rest}`])
    warnings.push({ message: 'the database is a file of the container, so it is empty at every start', file: place.file, line: place.line, hint: 'keep data in a service: PostgreSQL, MySQL' })
  }
  return out
}

/** Keys that the program reads from its own jar: they never reach the build, so it cannot start without them. */
export function packedKeys(project: Project, build: BuildFile, settings: Settings, warnings: Warning[]): void {
  for (const found of settings.matching(/./)) {
    const path = /classpath:\/?([^\s,;]+\.(?:pem|key|p12|pfx|jks))/.exec(found.value)?.[1]
    if (!path || /public/.test(path) || !build.folders.some((f) => project.has(`${f ? `${f}/` : ''}src/main/resources/${path}`))) continue
    warnings.push({ message: `${path} is a secret in the sources, which never reaches the image`, file: found.evidence[0]!.file, line: found.evidence[0]!.line, hint: 'mount it when the program starts, and name it by file: instead of classpath:' })
  }
}
