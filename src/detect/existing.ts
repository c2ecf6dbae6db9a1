/** What a Dockerfile, a compose file and an example of settings that the project has of its own say beside its sources. */
import { secretValue } from '../audit/secrets.ts'
import { type Fact, fact, type LanguageFacts, type Warning } from './facts.ts'
import { lineOf, type Project } from './project.ts'

const MAX_KEPT = 20_000

/** What is kept of a file that is written over: the lines that facts are read from, no variables, and nothing that looks like a secret. */
export function evidenceOf(path: string, text: string): string {
  const lines = path === 'Dockerfile' ? text.replace(/\\[ \t]*\n/g, ' ').split('\n').filter((l) => /^\s*(?:FROM|RUN|COPY|WORKDIR|EXPOSE|VOLUME|ENTRYPOINT|CMD)\s/i.test(l)) : text.split('\n').filter((l) => /^\s*(?:[\w.-]+:\s*(?:#.*)?|(?:image|build):.*|-\s*["']?[\d.:]+["']?\s*)$/.test(l))
  return `${lines.filter((l) => !l.split(/[\s=]+/).some((word) => secretValue(word))).join('\n')}\n`.slice(0, MAX_KEPT)
}

const COMPOSE = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml']

/** Ports by which pages are usually asked for, where several are exposed. */
const USUAL = /^(?:8\d{3}|3000|5000|9000)$/

/** The port that is exposed there, a guess, where the project shows none itself; what this tool wrote says nothing new. A program of which nothing shows that it listens does so where its Dockerfile exposes a port. */
export function exposed(project: Project, { port, serves }: LanguageFacts): Pick<LanguageFacts, 'port' | 'serves'> {
  if ((port && port.evidence.length > 0) || (port && !port.guess) || (serves?.value === false && !serves.guess)) return {}
  const text = project.original('Dockerfile') ?? ''
  const all = [...text.matchAll(/^EXPOSE[ \t]+((?:\d{4,5}(?:\/tcp)?[ \t]*)+)$/gim)].flatMap(([line, ports]) => [...ports!.matchAll(/\d{4,5}/g)].map((n) => ({ line, port: Number(n[0]) }))).filter((e) => e.port < 65536)
  const said = all.length === 1 ? undefined : published(project)
  const one = all.length === 1 ? all[0] : all.find((e) => USUAL.test(String(e.port)))
  if (said?.port || !one) return serves?.value === false ? {} : said!
  const evidence = { file: 'Dockerfile', line: lineOf(text, one.line) }
  return { port: { ...fact(one.port, evidence), guess: true }, ...(serves?.value === false ? { serves: { ...fact(true, evidence), guess: true } } : {}) }
}

/** The port in the container of the only service that a compose file builds. */
function published(project: Project): Pick<LanguageFacts, 'port'> {
  const file = COMPOSE.find((f) => project.original(f) !== undefined)
  const text = file === undefined ? '' : project.original(file)!
  const services = /^services:[ \t]*\n((?:[ \t]+.*\n|[ \t]*(?:#.*)?\n)*)/m.exec(`${text}\n`)?.[1] ?? ''
  const indent = /^[ \t]+(?=[\w-]+:)/m.exec(services)?.[0] ?? ''
  const built = services.split(new RegExp(`^${indent}(?=[\\w-]+:)`, 'm')).filter((s) => /^\s+build:/m.test(s))
  const mapped = built.length === 1 ? [...built[0]!.matchAll(/^\s+-[ \t]*["']?(?:[\d.]+:)?\d{2,5}:(\d{4,5})["']?[ \t]*$/gm)] : []
  const number = Number(mapped[0]?.[1])
  return mapped.length === 1 && number < 65536 ? { port: { ...fact(number, { file: file!, line: lineOf(text, mapped[0]![0].trim()) }), guess: true } } : {}
}

/** Servers of which a program uses one, whichever drivers it has; how a compose file and a URL name them. */
const SQL: Record<string, RegExp> = {
  postgres: /\bimage:\s*['"]?\S*postgres|\bpostgres(?:ql)?:\/\/|^\w+_(?:TYPE|DRIVER|DIALECT|CONNECTION|ENGINE)\s*=\s*["']?(?:postgres|pgsql|pgx)/im,
  mysql: /\bimage:\s*['"]?\S*mysql|\bmysql:\/\/|^\w+_(?:TYPE|DRIVER|DIALECT|CONNECTION|ENGINE)\s*=\s*["']?mysql/im,
  mariadb: /\bimage:\s*['"]?\S*mariadb|\bmariadb:\/\/|^\w+_(?:TYPE|DRIVER|DIALECT|CONNECTION|ENGINE)\s*=\s*["']?mariadb/im,
}

/** Whether a program uses one of such servers, whichever drivers it has. */
export const isSqlServer = (service: string): boolean => SQL[service] !== undefined

/**
 * Of the database servers that drivers are there for, the ones that the project's own compose file or example of settings names, when these
 * name some of them and not all. What has drivers of several and a compose file that starts none of them can talk to many and needs none.
 * @param file whether it keeps its data in a file too, which is what it does where nothing names a server
 */
export function namedServers(project: Project, services: Fact<string>[] | undefined, file: boolean, warnings: Warning[]): Fact<string>[] | undefined {
  const able = services?.filter((s) => isSqlServer(s.value)) ?? []
  if (able.length < 2) return services
  const said = [...COMPOSE, '.env.example', '.env.sample', '.env.template'].map((f) => project.original(f) ?? '').join('\n')
  const named = able.filter((s) => SQL[s.value]!.test(said))
  const compose = COMPOSE.find((f) => /^services:/m.test(project.original(f) ?? ''))
  if (named.length > 0 || file || !compose) return named.length === 0 && !file ? services : services!.filter((s) => !able.includes(s) || named.includes(s))
  const started = services!.filter((s) => new RegExp(`\\bimage:\\s*['"]?\\S*${s.value.slice(0, 5)}`, 'i').test(said))
  warnings.push({ message: `it has drivers of ${services!.map((s) => s.value).join(', ')}, of which ${compose} starts ${started.map((s) => s.value).join(', ') || 'none'}: so does this`, file: services![0]!.evidence[0]?.file, line: services![0]!.evidence[0]?.line, hint: `where it needs others: --services ${services![0]!.value}` })
  return started
}
