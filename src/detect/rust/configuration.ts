import { type Fact, fact, type Warning } from '../facts.ts'
import { lineOf, type Project } from '../project.ts'
import { exampleOf } from '../settings.ts'
import type { Sources } from '../sources.ts'
import type { Needs } from './system.ts'

/** What configuration files say of the address, and the variables that stand above them. */
export interface Configuration {
  port?: Fact<number>
  portVariable?: Fact<string>
  hostVariable?: Fact<Record<string, string>>
  /** variables that stand above what the files say of databases, caches and brokers */
  settings: Fact<string>[]
}

const FILE = /^(?:(?:config|configs|configuration|settings|conf)\/)?[\w.-]+\.(?:ya?ml|toml)$/
const NEVER = /(?:^|[/._-])tests?[._-]|^(?:Cargo|rust-toolchain|rustfmt|clippy|Rocket|docker-compose|compose|deny|Makefile|diesel|fly|railway|render|sqlx|openapi|spec|\.)/i
const SECTION = '(?:application|app|server|http|web|api|service|listen|net|network)'

/**
 * Reads the files that the crates config and figment read (https://docs.rs/config, https://docs.rs/figment): the port at the top
 * or in a section of the server, and the environment variables that override it, where the sources add that source.
 */
export function readConfiguration(project: Project, sources: Sources, needs: Needs, warnings: Warning[]): Configuration {
  const out = readFields(project, sources, needs)
  if (!needs.asked('config') && !needs.asked('figment')) return out
  const names = ['', 'config/', 'configs/', 'configuration/', 'settings/', 'conf/'].flatMap((folder) => project.names(folder).map((n) => folder + n))
  const variable = environmentOf(sources)
  for (const file of names) {
    const text = FILE.test(file) && !NEVER.test(file) ? project.read(file) : undefined
    if (!text) continue
    const fixed = variable ? undefined : storesOf(text).find(({ path, line }) => /^(?:.*_)?(?:host|url|uri|dsn)$/.test(path.at(-1)!) && /localhost|127\.0\.0\.1/.test(text.split('\n')[line - 1]!))
    if (fixed && sources.files.some((f) => project.read(f)?.includes(`"${file.replace(/\.\w+$/, '')}`)))
      warnings.push({ message: `the address of the ${fixed.path[0]} stands in this file, and the environment does not change it`, file, line: fixed.line, hint: 'add config::Environment above the file as a source, or mount the file' })
    const stores = variable ? storesOf(text).map(({ path, line }) => fact(variable(path), { file, line })) : []
    out.settings.push(...stores.filter((s) => !out.settings.some((o) => o.value === s.value)))
    const found = out.port ? undefined : sectionOf(text)
    if (!found) continue
    const { section, key, host } = found
    const place = { file, line: lineOf(text, found.text) }
    Object.assign(out, {
      port: fact(found.port, place),
      ...(variable && !found.together ? { portVariable: fact(variable([...section, key]), place) } : {}),
      ...(variable && host ? { hostVariable: fact({ [variable([...section, host])]: found.together ? '0.0.0.0:{port}' : '0.0.0.0' }, place) } : {}),
    })
  }
  return out
}

const PORT_FIELD = /^(?:(?:server|http|app|api|web|listen|bind|service)_)?port$/
const HOST_FIELD = /^(?:(?:server|http|app|api|web|listen|bind|service)_)?(?:host|address|addr|ip|interface)$/

/**
 * The variables that fields of a struct are read from, by envy (https://docs.rs/envy) or by config's Environment without files: the port, the
 * address, and those that an example of .env lists.
 */
function readFields(project: Project, sources: Sources, needs: Needs): Configuration {
  const out: Configuration = { settings: [] }
  const envy = needs.asked('envy') && sources.match(/\benvy::(?:from_env|from_iter|prefixed\(\s*"(\w+)")/)
  const config = envy || sources.match(/\bFile::(?:with_name|from|new)\(/) ? undefined : needs.asked('config') && sources.match(/\bEnvironment::(?:default\(|with_prefix\(\s*"(\w+)")/)
  const reader = envy || config
  if (!reader) return out
  const prefix = envy ? (envy.groups[0] ?? '') : config && config.groups[0] ? `${config.groups[0]}_` : ''
  for (const { groups: [field], evidence } of sources.matches(/^[ \t]+(?:pub(?:\([^)]*\))?[ \t]+)?([a-z]\w*)[ \t]*:[ \t]*(?:Option<)?(?:u16|u32|u64|usize|i32|i64|f32|f64|bool|String|(?:std::net::)?Ip(?:v4|v6)?Addr)>?[ \t]*,?[ \t]*(?:\/\/.*)?$/)) {
    const name = `${prefix}${field}`.toUpperCase()
    const given = exampleOf(project, name)?.value
    if (PORT_FIELD.test(field!) && !out.portVariable) {
      out.portVariable = fact(name, evidence)
      if (/^\d{2,5}$/.test(given ?? '')) out.port = fact(Number(given), evidence)
    } else if ((HOST_FIELD.test(field!) || (field === 'server_url' && /^(?:127\.0\.0\.1|0\.0\.0\.0|localhost)$/.test(given ?? ''))) && !out.hostVariable) out.hostVariable = fact({ [name]: '0.0.0.0' }, evidence)
    else if (given !== undefined) out.settings.push(fact(name, evidence))
  }
  // an address stands beside its port; elsewhere it is another's
  if (out.hostVariable?.evidence[0]!.file !== out.portVariable?.evidence[0]!.file) delete out.hostVariable
  return out
}

const STORE = '(?:database|db|postgres|postgresql|mysql|mariadb|mongo|mongodb|redis|valkey|cache|rabbitmq|amqp|kafka|nats|memcached|elasticsearch|opensearch|minio|s3|clickhouse)'

/** Where a YAML or TOML file says something of a store: in a section of its name, or at the top by a key that starts with it. */
function storesOf(text: string): { path: string[]; line: number }[] {
  let section: string | undefined
  return text.split('\n').flatMap((l, i) => {
    const head = /^\[([\w-]+)\]\s*$|^([\w-]+):\s*$/.exec(l)
    if (head) section = head[1] ?? head[2]
    const [, indent, key] = /^([ \t]*)([\w-]+)\s*[:=]\s*\S/.exec(l) ?? []
    if (key === undefined) return []
    if (indent === '' && !l.includes('=')) section = undefined
    const path = section === undefined || (indent === '' && l.includes(':') && !l.includes('=')) ? [key] : [section, key]
    return new RegExp(path.length > 1 ? `^${STORE}$` : `^${STORE}_(?:url|uri|host|dsn)$`, 'i').test(path[0]!) ? [{ path, line: i + 1 }] : []
  })
}

/** What one section says: the port with its key, the line it stands in, the key of the address, and whether that holds the port too. */
interface Section {
  section: string[]
  key: string
  port: number
  text: string
  host?: string
  together: boolean
}

/** The first section of a server in a YAML or TOML file that has a port; the top where there is no such section. */
function sectionOf(text: string): Section | undefined {
  const lines = text.split('\n')
  const opens = new RegExp(`^(?:${SECTION}:\\s*$|\\[${SECTION}\\])`)
  const heads = lines.flatMap((l, i) => (opens.test(l) ? [i] : []))
  for (const head of heads.length > 0 ? heads : [-1]) {
    const found = portIn(lines, head)
    if (found) return found
  }
  return undefined
}

/** What the section says that a line opens; -1 for the top of the file. */
function portIn(lines: readonly string[], head: number): Section | undefined {
  const sectioned = head >= 0
  const from = head + 1
  const length = lines.slice(from).findIndex((l) => (sectioned ? /^(?:[\w-]+:|\[)/.test(l) : /^\[/.test(l)))
  const body = lines.slice(from, length < 0 ? undefined : from + length).join('\n')
  const indent = sectioned && lines[head]!.endsWith(':') ? '[ \\t]+' : ''
  const find = (rest: string): RegExpExecArray | null => new RegExp(`^${indent}${rest}`, 'm').exec(body)
  const section = sectioned ? [lines[head]!.replace(/[[\]:\s]/g, '')] : []
  const port = find(`((?:http_|server_|web_|api_|app_|listen_)?)port\\s*[:=]\\s*["']?(\\d{2,5})\\b.*$`)
  const [whole = '', named = '', number] = port ?? []
  const host = (prefix: string): string | undefined => find(`(${prefix}(?:host|address|addr|bind|ip|interface))\\s*[:=]`)?.[1]
  if (port) return { section, key: `${named}port`, port: Number(number), text: whole, host: host(named) ?? host(''), together: false }
  const both = find(`(host|address|addr|bind|listen)\\s*[:=]\\s*["']?[\\w.[\\]:]*:(\\d{2,5})["']?\\s*$`)
  return both ? { section, key: both[1]!, port: Number(both[2]), text: both[0], host: both[1], together: true } : undefined
}

/** Names of variables as config's Environment or figment's Env forms them; undefined where the sources add neither. */
function environmentOf(sources: Sources): ((path: string[]) => string) | undefined {
  const upper = (prefix: string, separator: string) => (path: string[]): string => `${prefix}${path.join(separator)}`.toUpperCase()
  const figment = sources.match(/\bEnv::(?:prefixed\(\s*"(\w*)"|raw\()(?:[^;]{0,200}?\.split\(\s*"([^"]+)"\s*\))?/)
  if (figment) return upper(figment.groups[0] ?? '', figment.groups[1] ?? '.')
  const found = sources.match(/\bEnvironment::(?:with_prefix\(\s*"(\w+)"|default\()([^;]{0,300})/)
  if (!found) return undefined
  const [prefix, rest = ''] = found.groups
  const separator = /[^_]separator\(\s*"([^"]+)"/.exec(rest)?.[1]
  const between = /prefix_separator\(\s*"([^"]+)"/.exec(rest)?.[1] ?? separator ?? '_'
  // without a separator only what stands at the top can be said
  return separator || prefix ? upper(prefix ? prefix + between : '', separator ?? '.') : undefined
}
