import { type Evidence, type Fact, fact, type Warning } from '../facts.ts'
import { lineOf, type Project } from '../project.ts'
import { openLoopback, type Opened } from '../opened.ts'
import { exampleOf } from '../settings.ts'
import { filesOf, type Match, type Sources } from '../sources.ts'
import { readToml, table } from '../toml.ts'
import { join } from './crates.ts'

/** Variables of other machines' addresses. */
const OTHERS = /(^|_)(DB|POSTGRES|POSTGRESQL|PG|MYSQL|MARIADB|REDIS|MONGO|MONGODB|SMTP|MAIL|EMAIL|RABBIT|RABBITMQ|AMQP|KAFKA|NATS|DATABASE|MQTT|S3|LDAP|LDAPS|PROXY|UPSTREAM|REMOTE|REDIRECT)(_|$|HOST|IP)/
/** Names of the program's own address: PAYMENT_HOST is another machine, unless there is a PAYMENT_PORT to listen on. */
const OWN = /^(?:(?:APP|APPLICATION|API|WEB|HTTP|GRPC|SERVER|SERVICE|BACKEND|SOCKET|RUST)_?)*(?:HOST|HOSTNAME|ADDRESS|ADDR|INTERFACE|IP)$|BIND|LISTEN/
const LOOPBACK = String.raw`127\.0\.0\.1|localhost|\[?::1\]?`

/** How the program is told to listen on all interfaces, as far as it can be told. */
export interface Address {
  /** variables and their values */
  variable?: Fact<Record<string, string>>
  /** the port that an example gives with the address */
  port?: Fact<number>
  /** arguments of the program */
  arguments: string[]
  /** what the build changes, where nothing tells the program */
  opened: Opened[]
}

/**
 * Reads where the address comes from: a variable, an argument of clap whose default is loopback, or Rocket.toml. A loopback address
 * that stands in the source is changed by the build. Where it listens tells its address from those of others.
 */
export function readAddress(project: Project, sources: Sources, { port, portVariable }: { port?: number; portVariable?: string }, ownAddress: boolean, warnings: Warning[]): Address {
  const own = (name: string): boolean => !OTHERS.test(name) && (OWN.test(name) || name.replace(/_[A-Z]+$/, '') === portVariable?.replace(/_?PORT$/, ''))
  const found = [...sources.matches(/\bvar(?:_os)?\(\s*"([A-Z_]*(?:HOST|HOSTNAME|ADDRESS|ADDR|BIND|LISTEN|INTERFACE|IP))"\s*\)(?:[^;]{0,120}?"([^"]*:\d+)")?/), ...sources.matches(/\b(?:env|option|arg)\w*\(\s*"([A-Z_]*(?:HOST|ADDRESS|ADDR|BIND|LISTEN))"\s*(?:,\s*"([^"]*:\d+)")?/)].find((m) => own(m.groups[0]!))
  if (found?.groups[0]) {
    // without a default an example of .env tells whether the port stands with it
    const example = found.groups[1] === undefined && port === undefined ? exampleOf(project, found.groups[0]) : undefined
    const given = /:(\d{2,5})$/.exec(example?.value ?? '')?.[1]
    return { variable: fact({ [found.groups[0]]: withPort(found.groups[1] ?? example?.value) }, found.evidence), ...(given ? { port: fact(Number(given), example!.evidence[0]!) } : {}), arguments: [], opened: [] }
  }
  for (const option of clapOptions(sources)) {
    const value = option.default ?? ''
    if (!new RegExp(`^(?:${LOOPBACK})(?::\\d+)?$`).test(value) || OTHERS.test(option.env ?? option.field.toUpperCase())) continue
    if (option.env) return { variable: fact({ [option.env]: withPort(value) }, option.evidence), arguments: [], opened: [] }
    if (option.long) return { arguments: [`--${option.long}`, withPort(value)], opened: [] }
  }
  const bound = ({ evidence: { text: shown = '' }, text = shown }: Match): boolean => (/bind|listen|serve|run\(|addr|host|server|parse\(/i.test(text) || new RegExp(`[:, ]${port}\\b`).test(text)) && !ANOTHER.test(text)
  return { arguments: [], opened: ownAddress ? [] : openLoopback(sources.all('loopback').filter(bound), filesOf(sources.all('listens')), warnings) }
}

/** A line that asks another server, compares, or says an address of a page. */
const ANOTHER = /connect|url|redirect|default_value|==|redis|postgres|mysql|mongodb|https?:|origin|cors|:(?:3306|4317|5432|5672|6379|9092|11211|27017)\b/i

/** An address that ends in a port holds the port; ::1 ends in none. */
const withPort = (value: string | undefined): string => (/:\d{2,5}$/.test(value ?? '') ? '0.0.0.0:{port}' : '0.0.0.0')

/** One option of a program that clap reads: #[arg(long, env = "PORT", default_value_t = 3000)] port: u16. */
export interface ClapOption {
  field: string
  long?: string
  env?: string
  default?: string
  evidence: Evidence
}

/** The options that clap's derive macros declare (https://docs.rs/clap/latest/clap/_derive/), and those that its builder is given. */
export function clapOptions(sources: Sources): ClapOption[] {
  const out: ClapOption[] = []
  for (const { groups, evidence } of sources.matches(/\bArg::(?:new|with_name)\(\s*"([\w-]+)"\s*\)((?:(?!\bArg::)[^;]){0,600})/)) {
    const value = (method: string): string | undefined => new RegExp(`\\.${method}\\(\\s*"([^"]*)"`).exec(groups[1]!)?.[1]
    const [long, env] = [value('long'), value('env')]
    out.push({ field: groups[0]!, ...(long ? { long } : {}), ...(env ? { env } : {}), default: value('default_value'), evidence })
  }
  for (const { groups, evidence } of sources.matches(/#\[(?:arg|clap|structopt)\(((?:[^()"\]]|"[^"]*"|\([^)]*\))*)\)\]\s*(?:(?:#\[[^\]]*\]|\/\/[^\n]*)\s*)*(?:pub(?:\([^)]*\))?\s+)?(\w+)\s*:/)) {
    const [attributes = '', field = ''] = groups
    const value = (name: string): string | undefined => new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|([\\w.]+))`).exec(attributes)?.slice(1).find((v) => v !== undefined)
    const flag = (name: string): boolean => new RegExp(`(?:^|,)\\s*${name}\\s*(?:,|$)`).test(attributes)
    const long = value('long') ?? (flag('long') ? field.replaceAll('_', '-') : undefined)
    const env = value('env') ?? (flag('env') ? field.toUpperCase() : undefined)
    out.push({ field, ...(long ? { long } : {}), ...(env ? { env } : {}), default: value('default_value') ?? value('default_value_t'), evidence })
  }
  return out
}

/** The port that Rocket.toml says, for the profile that a release build takes (https://rocket.rs/guide/v0.5/configuration). */
export function rocketPort(project: Project, folder: string): Fact<number> | undefined {
  const file = ['Rocket.toml', join(folder, 'Rocket.toml')].find((f) => project.has(f))
  const text = file && project.read(file)
  if (!text) return undefined
  const toml = readToml(file, text)
  const port = [table(toml, 'release'), table(toml, 'production'), table(toml, 'default'), table(toml, 'global')].map((t) => t.port).find((p) => typeof p === 'number')
  return port === undefined ? undefined : fact(port as number, { file, line: lineOf(text, new RegExp(`^\\s*port\\s*=\\s*${port}`, 'm')) })
}

const NESTED = /\.nest\(\s*"\/\w|\bscope\(\s*"\/\w|\.mount\(\s*"\/\w|\.nest_service\(|path_prefix/

/**
 * Whether a route stands where no prefix can be before it. A program without nested routers has none; elsewhere the route has to
 * stand in the expression that nests the others, outside of them.
 */
export function isTop(project: Project, sources: Sources, route: Fact<string>): boolean {
  const evidence = route.evidence[0]!
  if (!sources.match(NESTED)) return true
  const text = project.read(evidence.file) ?? ''
  const at = text.split('\n').slice(0, evidence.line! - 1).join('\n').length + (evidence.line! > 1 ? 1 : 0)
  const here = text.indexOf(route.value, at)
  const [from, to] = [text.lastIndexOf(';', here) + 1, text.indexOf(';', here)]
  const expression = text.slice(from, to < 0 ? undefined : to)
  if (!NESTED.test(expression)) return false
  const before = text.slice(from, here)
  const opened = [...before.matchAll(new RegExp(NESTED, 'g'))].at(-1)
  if (!opened) return true
  let depth = 0
  for (const c of before.slice(opened.index)) depth += c === '(' ? 1 : c === ')' ? -1 : 0
  return depth <= 1 && before.slice(opened.index).includes(')')
}
