import { type Fact, fact, type Warning } from './facts.ts'
import { lineOf, type Project } from './project.ts'

const SECRET = /(^|_)(URL|URI|DSN|SECRET|SECRETS|TOKEN|PASSWORD|PASSWD|PASS|CREDENTIALS|KEY|APIKEY)$/
/** Addresses of the program itself and of public things hold no secret. */
const PUBLIC = /(^|_)(PUBLIC|BASE|SITE|APP|SELF|CALLBACK|FRONTEND|BACKEND)_UR[LI]$|^UR[LI]$|_PUBLIC_KEY$|^KEY$/

/** Of the environment variables that a program reads, those that hold a secret or a database's address; each once, by its first place. */
export function secretNames(variables: readonly Fact<string>[]): Fact<string>[] {
  return variables.filter((v, i) => SECRET.test(v.value) && !PUBLIC.test(v.value) && variables.findIndex((o) => o.value === v.value) === i)
}

const EXAMPLES = ['.env.example', '.env.sample', '.env.template', '.env.dist', 'env.example', 'example.env']

/** The variables that a program reads, and what else an example of .env lists: names with their places, never a value. */
export function withExamples(project: Project, read: readonly Fact<string>[]): Fact<string>[] {
  const listed = EXAMPLES.flatMap((file) => (project.read(file) ?? '').split('\n').flatMap((text, i) => {
    const name = /^(?:export\s+)?([A-Z][A-Z0-9_]+)\s*=/.exec(text)?.[1]
    return name ? [fact(name, { file, line: i + 1 })] : []
  }))
  return [...read, ...listed].filter((v, i, all) => all.findIndex((o) => o.value === v.value) === i)
}

/** What an example of .env, or one's own, gives a variable. */
export function exampleOf(project: Project, name: string): Fact<string> | undefined {
  for (const file of [...EXAMPLES, '.env']) {
    const text = project.read(file)
    const found = text === undefined ? undefined : new RegExp(`^(?:export[ \\t]+)?${name}[ \\t]*=[ \\t]*["']?([^"'\\s#]*)`, 'm').exec(text)
    if (found) return fact(found[1]!, { file, line: lineOf(text!, found[0]) })
  }
  return undefined
}

/** What says no more than how the program behaves: a number, a switch, a level, a name of a queue. */
const HARMLESS = /^(?:true|false|\d+(?:\.\d+){0,3}(?:ms|[smhd])?|[a-z][a-z0-9]*(?:[_.-][a-z0-9]+){0,4})$/i
const NUMBER = /^(?:true|false|\d+(?:\.\d+)?(?:ms|[smhd])?)$/
/** Names of a development's own settings, of other machines and stores, and of places and people. */
const OWN = /(?:^|_)(?:ENV|ENVIRONMENT|MODE|STAGE|PROFILE|DEBUG)(?:_|$)|(?:^|_)(?:HOST|HOSTNAME|ADDR|ADDRESS|DIR|PATH|FILE|URL|USER|USERNAME|EMAIL|ID|ENDPOINT|DOMAIN)$|(?:^|_)(?:DB|DATABASE|POSTGRES|PG|MYSQL|MARIADB|MONGO|MONGODB|REDIS|RABBITMQ|AMQP|SMTP|MAIL)(?:$|_?(?:NAME|DB|DATABASE|PORT)$)/
const PLACEHOLDER = /^(?:localhost|change.?me.*|your.*|x+|todo|example.*|secret.*|pass.*|admin|root|none|null)$/i

/**
 * Values of plain settings that a program reads and its example of .env gives, without which many a program ends at its start. Only what
 * holds no secret: a .env of somebody's own gives numbers and switches. @param beside other files that give variables values as TOML or .env does
 */
export function exampleValues(project: Project, read: readonly Fact<string>[], warnings: Warning[], beside: readonly string[] = []): Record<string, string> {
  const names = new Set(read.map((v) => v.value).filter((name) => !SECRET.test(name) && !OWN.test(name)))
  const out: Record<string, string> = {}
  let from: string | undefined
  for (const file of names.size > 0 ? [...EXAMPLES, ...beside, '.env'] : [])
    for (const [, name, quoted, bare] of (project.read(file) ?? '').matchAll(/^(?:export[ \t]+)?([A-Z][A-Z0-9_]+)[ \t]*=[ \t]*(?:["']([^"'\n]*)["']|([^\s#"']+))[ \t]*(?:#.*)?$/gm)) {
      const value = quoted ?? bare!
      if (names.has(name!) && out[name!] === undefined && (file === '.env' ? NUMBER : HARMLESS).test(value.replace(/\/$/, '')) && !PLACEHOLDER.test(value)) (out[name!] = value, from ??= file)
    }
  if (from) warnings.push({ message: `${Object.keys(out).join(', ')} ${Object.keys(out).length > 1 ? 'have the values' : 'has the value'} of ${from}`, file: from, hint: 'look whether they suit production, and change them where the program is run' })
  return out
}
