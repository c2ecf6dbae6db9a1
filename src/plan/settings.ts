import type { Facts } from '../detect/facts.ts'
import type { Service } from './plan.ts'

/** Secret settings of a program, what compose tells it, and the one step that makes the secrets. */
export interface Settings {
  secrets: string[]
  /** addresses and names of services, which are no secret, as they are in the program's own namespace */
  addresses: { name: string; value: string }[]
  compose: { name: string; value: string }[]
  step: string
}

/**
 * Which settings of the environment the program gets in compose and by the Secret: those that its sources name, and for each
 * chosen service the ones that programs usually read its address from (services.yaml). Values of secrets never appear: compose
 * takes passwords from `.env`, and an empty value stands for: set only where the environment has it, so that the program's own
 * default holds.
 */
export function settingsOf(facts: Facts, services: readonly Service[]): Settings {
  const read = new Set([...(facts.secrets ?? []), ...(facts.settings ?? [])].map((s) => s.value))
  const values = new Map<string, string>([...(facts.secrets ?? [])].map((s) => [s.value, '']))
  const passwords: string[] = []
  const taken = new Set<string>()
  for (const plain of services) {
    const url = facts.urls?.[plain.id]
    const service = url === undefined ? plain : ({ ...plain, parts: { ...(plain.parts as Record<string, string>), url, dsn: url } } as Service)
    const others = services.flatMap((s) => (s === plain ? [] : ((s.words as string[] | undefined) ?? [])))
    const whole = knownTo(service, others)
    const address = (service.parts as Record<string, string> | undefined)?.address
    const valueOf = (name: string): string | undefined => (address && whole(name) !== undefined && facts.addresses?.includes(name) ? address : whole(name))
    const known = [...read].filter((name) => valueOf(name) !== undefined && !taken.has(name))
    for (const name of known.length > 0 ? known : [String(service.default)]) {
      if (taken.has(name)) continue
      taken.add(name)
      const scheme = facts.urlSchemes?.[service.id]
      const value = valueOf(name)!
      values.set(name, scheme ? value.replace(/^[a-z]+(?=:\/\/)/, scheme) : value)
    }
    if (service.secret) passwords.push(String(service.secret))
  }
  const names = [...values.keys()].sort()
  passwords.push(...names.filter((n) => MADE.test(n)))
  const open = names.filter((n) => ADDRESS.test(values.get(n)!) && !USER.test(n))
  return {
    secrets: names.filter((n) => !open.includes(n)),
    addresses: open.map((name) => ({ name, value: values.get(name)! })),
    compose: names.map((name) => ({ name, value: values.get(name)! })),
    // a file .env that is there may have no line end behind its last line
    step: passwords.length > 0 ? `for s in ${passwords.join(' ')}; do printf '\\n%s=%s' $s $(openssl rand -hex 24); done >> .env` : '',
  }
}

/** A host, port or name of a database; what has a password in it is none, and a URL may have one. */
const ADDRESS = /^[\w.-]+(?::\d+)?$/
/** Credentials stay together. */
const USER = /USER(?:_?NAME)?$/

/** Keys that a program signs its own sessions and tokens with: any long random text will do, unlike a key that another service gave. */
const MADE = /^(?:APP_KEYS?|(?:ACCESS|REFRESH)_SECRET(?:_KEY)?|(?:(?:ADMIN|AUTH|APP|USER|API)_)?(?:(?:ACCESS|REFRESH|TRANSFER)_)?(?:JWT|TOKEN)(?:_(?:ACCESS|REFRESH))?_(?:SECRET|SALT)|ENCRYPTION_KEY|(?:DJANGO|FLASK|APP|SESSION|COOKIE|JWT|AUTH|NEXTAUTH|BETTER_AUTH|NUXT_SESSION|PLAY_HTTP)_(?:SECRET|SECRET_KEY)|SECRET_KEY|SECRET_KEY_BASE|JWT_KEY|COOKIE_KEY|SESSION_KEY)$/

/** What the end of a variable's name asks for, as `parts` of a service has it. */
const ENDS: Record<string, string> = {
  ...{ URL: 'url', URI: 'url', CONNECTION_STRING: 'url', DSN: 'dsn', HOST: 'host', HOSTNAME: 'host', HOST_NAME: 'host', SERVER: 'server', ADDR: 'address', ADDRESS: 'address', ENDPOINT: 'address', PORT: 'port' },
  ...{ USER: 'user', USERNAME: 'user', USER_NAME: 'user', PASSWORD: 'password', PASS: 'password', PASSWD: 'password', PWD: 'password' },
  ...{ NAME: 'database', DB: 'database', DATABASE: 'database', DBNAME: 'database', DB_NAME: 'database', DATABASE_NAME: 'database' },
}
/** What stands before it where another store is meant, or where everybody may read the value in the pages. */
const ELSEWHERE = /(?:^|_)(?:TEST|TESTING|SHADOW|REPLICA|READ|READONLY|OLD|LEGACY|PUBLIC|VITE|REACT_APP|VUE_APP)(?:_|$)/

/**
 * The value of a variable for a service, undefined where it means something else: by its whole name, or by its words
 * (SHOP_DB_HOST, PGPASSWORD). A name with a word of one of the `others` is of that one.
 */
function knownTo(service: Service, others: readonly string[]): (name: string) => string | undefined {
  const settings = service.settings as Record<string, string>
  const parts = service.parts as Record<string, string> | undefined
  if (!parts) return (name) => settings[name]
  const words = service.words as string[]
  return (name) => {
    if (settings[name] !== undefined) return settings[name]
    const { before, end } = partsOf(name, words) ?? { before: '', end: '' }
    return ELSEWHERE.test(before) || before.split('_').some((w) => others.includes(w) && !words.includes(w)) ? undefined : parts[ENDS[end] ?? '']
  }
}

/** A variable's name by a word of a service in it: SHOP_DB_HOST_DEV is SHOP before DB, with HOST at its end. The last such word counts. */
function partsOf(name: string, words: readonly string[]): { before: string; end: string } | undefined {
  const starts = [...name].flatMap((c, i) => (c === '_' && i > 0 ? [i + 1] : []))
  for (const from of [...starts.reverse(), 0]) {
    for (const word of words) {
      if (!name.startsWith(word, from)) continue
      const rest = name.slice(from + word.length).replace(/^__?/, '')
      const end = [rest, rest.replace(/_(?:DEV|DEVELOPMENT|PROD|PRODUCTION|LOCAL)$/, '')].find((r) => Object.hasOwn(ENDS, r))
      if (end) return { before: name.slice(0, Math.max(0, from - 1)), end }
    }
  }
  return undefined
}
