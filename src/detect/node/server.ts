import { assumed, type Evidence, type Fact, fact, type Warning } from '../facts.ts'
import type { Project } from '../project.ts'
import { lineOf } from '../project.ts'
import { isOfAnother } from './listener.ts'
import { isForeign } from '../others.ts'
import { type Match, OWN_PORT, readServer, type Sources } from '../sources.ts'
import type { NodeFramework } from './data.ts'
import { top } from './argv.ts'
import type { Reached } from './reach.ts'
import type { Start } from './start.ts'

export type Server = ReturnType<typeof readServer>

/** The address that a server listens on, by the names that people give it. */
const ADDRESS = /(?:process|Bun)\.env\.((?:(?:APP|SERVER|HTTP|WEB|LISTEN|BIND|NODE|SERVICE|FASTIFY|API)_)?(?:HOST|HOSTNAME|ADDRESS|ADDR|IP|BIND)|BIND|LISTEN)\b\s*\)?\s*(?:\|\||\?\?)\s*["'`]?((?:\d+\.){3}\d+|localhost|::1?)?/

/** An address that is open only where a hosting platform's variable is there. */
const OPENED = /(?:["'](\w+)["'] in process\.env\s*\)?|process\.env\.(\w+))\s*\?\s*["'`]0\.0\.0\.0["'`]\s*:/
/** Files of tools that serve something themselves while they build or test. */
const TOOLS = /(^|\/)(?:karma|protractor|wdio|webpack|vite|vitest|rollup|playwright|cypress|gulpfile|Gruntfile|nodemon|nightwatch|storybook)[\w.-]*\.[cm]?[jt]s$/

/** Port, its variable and its place: what the command line says, then the program's own variable, then a literal. */
export function readPort(sources: Sources, start: Start, project: Project, exported?: Fact<boolean>): { port?: Fact<number>; variable?: Fact<string>; argv?: Fact<string[]> } {
  if (start.framework) return (start.argv && argumentOf(start.argv)) ?? scriptPort(start)
  const said = start.argv ? argumentOf(start.argv) : undefined
  if (said) return said
  if (isFastifyCli(start)) return { variable: fact('PORT', ...start.argv!.evidence) }
  const reads = sources.all('portVariable').filter((m) => m.groups[0] && !TOOLS.test(m.evidence.file) && !isForeign(m.groups[0]))
  // what lies beside the program says more than tools in folders of their own
  const near = reads.toSorted((a, b) => Number(top(b.evidence.file) === top(start.sources[0])) - Number(top(a.evidence.file) === top(start.sources[0])))
  const own = reads.find((m) => m.groups[0] === 'PORT' && m.groups[1]) ?? reads.find((m) => m.groups[0] === 'PORT') ?? near.find((m) => m.groups[1]) ?? near[0]
  const literal = sources.all('port').find((m) => valid(m.groups[0]) && !TOOLS.test(m.evidence.file))
  const variable = own && fact(own.groups[0]!, own.evidence)
  if (own && valid(own.groups[1])) return { port: fact(Number(own.groups[1]), own.evidence), variable }
  if (own) {
    const near = literal?.evidence.file === own.evidence.file ? fact(Number(literal.groups[0]), literal.evidence) : undefined
    return { port: near, variable }
  }
  if (literal) return { port: fact(Number(literal.groups[0]), literal.evidence) }
  if (exported) return portOfExport(project, exported)
  return { port: configured(project) }
}

/** The port of what Bun serves from an export: its own, else what PORT says. */
function portOfExport(project: Project, { evidence }: Fact<boolean>): { port?: Fact<number>; variable?: Fact<string> } {
  const { file } = evidence[0]!
  const text = project.read(file)!
  const found = /\bport:\s*(\d{2,5})\b/.exec(text)
  return found ? { port: fact(Number(found[1]), { file, line: lineOf(text, found[0]) }) } : { variable: fact('PORT', ...evidence) }
}

/** A port that the script gives to the framework's server, which gets it by its variable here. */
function scriptPort({ argv }: Start): { port?: Fact<number>; variable?: Fact<string>; argv?: Fact<string[]> } {
  const found = /(?:^|\s)(?:-p|--port|PORT)[ =](\d{2,5})\b/.exec(argv?.evidence[0]?.text ?? '')?.[1]
  return valid(found) ? { port: fact(Number(found), ...argv!.evidence) } : {}
}

/** A port in the command line, `--port 4000`: taken as the port, and the word is made to follow it. */
function argumentOf(argv: Fact<string[]>): { port?: Fact<number>; argv: Fact<string[]>; variable?: Fact<string> } | undefined {
  const words = argv.value
  if (words.some((w) => w.includes('{port}'))) {
    const usual = /\bPORT:?[-=](\d{2,5})\}/.exec(argv.evidence[0]?.text ?? '')?.[1]
    return { argv, variable: undefined, ...(valid(usual) ? { port: fact(Number(usual), ...argv.evidence) } : {}) }
  }
  const at = words.findIndex((w, i) => i > 0 && /^(-p|--port|-l|--listen)$/.test(words[i - 1]!) && valid(w))
  const joined = words.findIndex((w) => valid(/^(?:--port|--listen|-p)=(\d+)$/.exec(w)?.[1]))
  const index = at >= 0 ? at : joined
  if (index < 0) return undefined
  const port = Number(/(\d+)$/.exec(words[index]!)![1])
  return { port: fact(port, ...argv.evidence), argv: { ...argv, value: words.map((w, i) => (i === index ? w.replace(/\d+$/, '{port}') : w)) } }
}

/** A port in a configuration file of the project: config/default.json and its kin. */
function configured(project: Project): Fact<number> | undefined {
  for (const file of ['config/production.json', 'config/default.json', 'config/config.json', 'config.json', 'config/default.yaml', 'config/default.yml']) {
    const text = project.read(file)
    const found = text && /["']?\bport["']?\s*:\s*["']?(\d{2,5})\b/i.exec(text)
    if (found && valid(found[1])) return { ...fact(Number(found[1]), { file, line: lineOf(text, found[0]) }), guess: true }
  }
  return undefined
}

/** The command line of Fastify listens itself, https://github.com/fastify/fastify-cli#options. */
const isFastifyCli = ({ argv }: Start): boolean => argv?.value[1]?.startsWith('node_modules/fastify-cli/') === true

/** How a program with a loopback default comes to listen on all interfaces. */
export interface Address {
  /** environment that says so */
  variable?: Fact<Record<string, string>>
  /** nothing says so: its port is opened before it begins, by a module of the image's own */
  opened?: boolean
}

/** The module that does that, where node finds it from any folder. */
export const OPENER = '/opened.cjs'

/** Reads that from the sources, with a warning where the program itself cannot be told. */
export function readAddress(project: Project, sources: Sources, framework: NodeFramework | undefined, start: Start, reached: () => Reached | undefined, warnings: Warning[]): Address {
  if (start.framework && framework?.host) return { variable: fact(framework.host, ...(start.argv?.evidence ?? [])) }
  if (isFastifyCli(start)) return { variable: fact({ FASTIFY_ADDRESS: '0.0.0.0' }, ...start.argv!.evidence) }
  const host = sources.match(ADDRESS)
  if (host?.groups[0] && (host.groups[1] !== undefined || /^(HOST|HOSTNAME|ADDRESS|BIND)$/.test(host.groups[0]))) return { variable: fact({ [host.groups[0]]: '0.0.0.0' }, host.evidence) }
  const opened = sources.match(OPENED)
  if (opened && !start.framework) return { variable: fact({ [(opened.groups[0] ?? opened.groups[1])!]: 'true' }, opened.evidence) }
  const bound = start.framework ? undefined : sources.all('loopback').find((m) => isBound(project, m, start) && reached()?.has(m.evidence.file) !== false)
  const missing = framework?.loopback ? sources.match(new RegExp(framework.loopback)) : undefined
  const found = bound ?? missing
  if (!found) return {}
  const opens = ['node', 'bun'].includes(start.argv?.value[0] ?? '')
  const who = bound ? 'the program listens on loopback only' : `${framework!.title} listens on loopback only unless it is told a host`
  warnings.push({
    message: `${who}, where nothing outside of the container reaches it${opens ? `; ${OPENER} opens its port there` : ''}`,
    file: found.evidence.file,
    line: found.evidence.line,
    hint: "listen on '0.0.0.0', or take the address from HOST",
  })
  return { opened: opens }
}

/** Addresses of others: what connects to one, or calls it. */
const ELSEWHERE = /:\/\/|\bDB_|database|redis|mongo|postgres|mysql|smtp|redirect|cors|origin/i
const CONNECTS = /\b(?:\w*Pool|\w*Client|create(?:Connection|Pool|Client|Transport)|Sequelize|DataSource|Redis|knex|connect|http\.(?:get|request))\(/

/** Whether a loopback address is the one that the program listens on. */
function isBound(project: Project, { evidence: { file, line = 1, text = '' } }: Match, start: Start): boolean {
  if ((start.cwd === undefined && isOfAnother(project, file)) || !/listen|\bhost(name)?\b|address|bind/i.test(text) || ELSEWHERE.test(text)) return false
  const source = project.read(file) ?? ''
  if (/["'`](?:0\.0\.0\.0|::)["'`]/.test(source)) return false
  // a file that only knows a host may make a URL of it, or ask it
  if (!/\.listen\(|\bserve\(/.test(source) && (!/\bhostname\b/.test(source) || /\brequest\(/.test(source) || source.split('\n').slice(line, line + 2).join('\n').includes('://'))) return false
  return !CONNECTS.test(source.split('\n').slice(Math.max(0, line - 4), line).join('\n'))
}

const UNLESS_PRODUCTION = /if\s*\(\s*process\.env\.NODE_ENV\s*!==?\s*["'`]production["'`]\s*\)\s*(?:\{(?:[^{}]|\{[^{}]*\})*?)?[\w$.]*\.listen\(/

/** What a platform that listens in a program's place makes of it: it listens elsewhere than in production only, so that it would end at once. */
export function listensElsewhere(project: Project, sources: Sources, warnings: Warning[]): Record<string, string> {
  const guard = sources.match(/NODE_ENV\s*!==?\s*["'`]production["'`]/)
  if (!guard) return {}
  const { file, line } = guard.evidence
  const text = project.read(file)!
  if (!UNLESS_PRODUCTION.test(text) || text.split('.listen(').length !== 2 || sources.all('listens').some((m) => m.evidence.file !== file && LISTENS.test(m.evidence.text ?? ''))) return {}
  warnings.push({ message: 'it listens only where NODE_ENV is not production, and would end at once: NODE_ENV=development is set', file, line, hint: 'let it listen there too' })
  return { NODE_ENV: 'development' }
}

const LISTENS = /\.listen\(/

const ENDS = /exit|close|stop|shut|\bend\b|kill|destroy|quit|disconnect|drain|terminat|clean|abort|resolve|emit|dispose|\bdown\b/i

/** Warns of a handler of SIGTERM that ends nothing: Node.js leaves ending to it, so that the program runs on until it is killed. */
export function readStop(project: Project, { handlesSigterm }: Server, warnings: Warning[]): void {
  const { file, line, text } = handlesSigterm?.evidence[0] ?? {}
  if (!file || !line || !/\.(?:on|once)\(\s*["']SIGTERM["']\s*,.*\{\s*$/.test(text ?? '')) return
  const after = (project.read(file) ?? '').split('\n').slice(line, line + 20)
  const end = after.findIndex((l) => /^\s{0,2}\}\)/.test(l))
  if (end < 0 || ENDS.test(after.slice(0, end).join('\n').replace(/\/\/.*|(["'`]).*?\1/g, ''))) return
  warnings.push({ message: 'SIGTERM is handled, but the program is not ended: it runs on until it is killed', file, line, hint: 'close the server and end the program there: server.close(() => process.exit(0))' })
}

/** What a handler that asks other programs calls: such a route fails with them, which is no reason to restart this one. */
const ASKS = new Set(
  'db database prisma mongoose sequelize knex typeorm datasource pool client redis cache connection query queryraw authenticate ping fetch axios terminus healthcheckservice readystate'.split(' '),
)
/** What makes requests without credentials fail, for every route behind it. */
const GUARD = /\.use\(\s*(?:\w+\.)?\w*(?:auth|passport|jwt|guard|protect|verifyToken|basicAuth|apiKey)\w*/i

/**
 * Health routes that a probe can rely on: neither one whose handler asks a database, nor one behind a guard of all routes.
 */
export function readHealth(project: Project, server: Server): { health?: Fact<string>; ready?: Fact<string> } {
  const usable = (route: Fact<string> | undefined): Fact<string> | undefined => {
    const { file, line } = route?.evidence[0] ?? {}
    const above = file && line ? (project.read(file) ?? '').split('\n').slice(0, line).join('\n') : ''
    return above.includes('.use(') && GUARD.test(above) ? undefined : route
  }
  const health = usable(server.health)
  const ready = usable(server.ready)
  const { file, line } = health?.evidence[0] ?? {}
  if (!health || !file || !line) return { ready }
  const handler = (project.read(file) ?? '').split('\n').slice(line - 1, line + 14)
  const end = handler.findIndex((l, i) => i > 0 && /^\s*(?:app|router|server|fastify)\.|^\}\)/.test(l))
  const text = handler.slice(0, end < 0 ? undefined : end).join('\n').replace(health.value, '')
  return text.toLowerCase().split(/\W+/).some((word) => ASKS.has(word)) ? { ready } : { health, ready }
}

/** Whether the program listens on a port at all: a framework's own server does, a library only where the sources call it. */
export function readServes(framework: NodeFramework | undefined, place: Evidence[], start: Start, server: Server, port: ReturnType<typeof readPort>, sources: Sources): Fact<boolean> {
  const silent = framework?.silent ? sources.match(new RegExp(framework.silent)) : undefined
  if (silent) return fact(false, silent.evidence)
  if (framework?.serves !== undefined) return fact(framework.serves, ...place)
  if (start.framework || port.argv || isFastifyCli(start)) return fact(true, ...(place.length > 0 ? place : (start.argv?.evidence ?? [])))
  if (server.listens) return fact(true, ...server.listens.evidence)
  // where nothing listens, a port may be anybody's unless its name says whose
  const shown = port.variable && port.variable.value !== 'PORT' && !OWN_PORT.test(port.variable.value) ? undefined : (port.port ?? port.variable)
  if (framework && (shown || start.sources.length === 0)) return fact(true, ...place)
  return shown && !framework ? fact(true, ...shown.evidence) : assumed(false)
}

function valid(text: string | undefined): boolean {
  const n = Number(text)
  return text !== undefined && Number.isInteger(n) && n > 0 && n < 65536
}
