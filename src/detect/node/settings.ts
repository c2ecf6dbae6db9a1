import { type Fact, fact } from '../facts.ts'
import type { DetectContext } from '../language.ts'
import { lineOf } from '../project.ts'
import { FOREIGN } from '../others.ts'
import { matchesOf, patternOf, type Sources } from '../sources.ts'
import { dataOf } from './data.ts'

/** Variables of the environment that the program reads: secrets, plain settings, and those that the build writes into files for browsers. */
export interface Variables {
  secrets: Fact<string>[]
  settings: Fact<string>[]
  public: string[]
  /** what a check of the environment demands, as the example of .env has it: a program that lacks it does not start */
  demanded: Record<string, string>
}

const SECRET = /(^|_)(URL|URI|DSN|SECRET|TOKEN|PASS|PASSWORD|PASSWD|PWD|KEYS?|APIKEY|CREDENTIALS?|AUTH|SALT|CONNECTION_STRING|PRIVATE_KEY)$|(^|_)(SECRET|PASSWORD|TOKEN|PRIVATE|CREDENTIAL)(_|$)/
/** Addresses of other programs that hold no password; those of data stores do. */
const ADDRESS = /^(BASE|APP|SITE|PUBLIC|API|FRONTEND|CLIENT|SERVER|BACKEND|HOST|SELF|ROOT|AUTH|NEXTAUTH|CALLBACK|REDIRECT|WEB|CORS|ALLOWED)?_?(BASE_|CALLBACK_|REDIRECT_|ORIGIN_)?(URL|URI)$|_(BASE_URL|PUBLIC_URL|SITE_URL|CALLBACK_URL|REDIRECT_URL|REDIRECT_URI|ENDPOINT)$/
const EXAMPLES = /^(?:\.?env[.-](?:local[.-])?(?:example|sample|template|dist|defaults)\b[\w.-]*|\.env\.\w+\.(?:example|sample)|(?:example|sample)\.env)$/
/** What checks all settings when the program starts. */
const CHECKS = /\b(?:[zjJ]oi|z|yup|v|Type|t)\.(?:object|strictObject|Object)\(|\bcleanEnv\(|\bEnv\.(?:create|rules)\(|\bcreateEnv\(|\bvalidateSync\(|\bconvict\(|\benvSchema\(|@fastify\/env/
/** Values that stand for one that a person has to fill in. */
const PLACEHOLDER = /^(?:<.*>|\[.*\]|\{.*\}|x{3,}|\.{3}|changeme|todo)$|\byour[-_ ]|\bYOUR\b|\$\{/i

/** Reads the names of settings from the sources and from an example of .env; never a value. */
export function readVariables({ project, language }: DetectContext, sources: Sources, taken: readonly string[]): Variables {
  const data = dataOf(language)
  const none = (name: string): boolean => data.noSettings.some((n) => (n.endsWith('*') ? name.startsWith(n.slice(0, -1)) : name === n))
  const open = (name: string): boolean => data.publicSettings.some((p) => name.startsWith(p))
  const found = new Map<string, Fact<string>>()
  const note = (name: string, file: string, line: number | undefined): void => void (none(name) || taken.includes(name) || found.has(name) || found.set(name, fact(name, { file, line })))
  const reads = (language.patterns.variable ?? []).map((p) => patternOf(p))
  for (const file of sources.files) {
    const text = project.read(file) ?? ''
    // what configures a tool of the build is not read where the program runs
    if (file.includes('.config.')) continue
    for (const pattern of reads) for (const m of matchesOf(text, pattern)) if (!found.has(m[1]!)) note(m[1]!, file, lineOf(text, m[0]))
    if (!text.includes('process.env') || !/=\s*process\.env\b(?!\.)/.test(text)) continue
    for (const m of text.matchAll(/\{([^{}]{1,2000})\}\s*=\s*process\.env\b(?!\.)/g)) for (const [, name] of m[1]!.matchAll(/(?:^|,)\s*([A-Z][A-Z0-9_]+)\b/g)) note(name!, file, lineOf(text, m[0]))
  }
  const examples = new Map<string, string>()
  for (const file of project.names().filter((n) => EXAMPLES.test(n))) {
    const text = project.read(file) ?? ''
    for (const [, name, value] of text.matchAll(/^(?:export\s+)?([A-Z][A-Z0-9_]*)[ \t]*=[ \t]*(.*)$/gm)) {
      note(name!, file, lineOf(text, new RegExp(`^(?:export\\s+)?${name}\\s*=`, 'm')))
      if (!examples.has(name!)) examples.set(name!, value!.replace(/^(["'`])(.*)\1\s*(?:#.*)?$|\s+#.*$/, '$2').trim())
    }
  }
  const all = [...found.values()].filter((v) => v.value.length > 1)
  const secret = (name: string): boolean => SECRET.test(name) && !ADDRESS.test(name) && !/^NEXT_PUBLIC_|PUBLIC_KEY$|_FILE$|_PATH$/.test(name)
  const runtime = all.filter((v) => !open(v.value))
  return {
    secrets: runtime.filter((v) => secret(v.value)),
    settings: runtime.filter((v) => !secret(v.value)),
    public: all.filter((v) => open(v.value)).map((v) => v.value),
    demanded: demandedOf(runtime.filter((v) => !secret(v.value)).map((v) => v.value)),
  }

  /** Of these, what a file that checks the environment names, with the example's value; where a store is, its service says. */
  function demandedOf(names: readonly string[]): Record<string, string> {
    const known = names.filter((n) => !isOfStore(n) && (examples.get(n) ?? '') !== '' && !PLACEHOLDER.test(examples.get(n)!))
    if (known.length === 0) return {}
    const checks = sources.files.map((f) => project.read(f) ?? '').filter((t) => CHECKS.test(t) || (t.includes('@Is') && /^\s*[A-Z][A-Z0-9_]+[!?]?:\s/m.test(t)))
    return Object.fromEntries(known.filter((n) => checks.some((t) => t.includes(n) && new RegExp(`\\b${n}\\b`).test(t))).map((n) => [n, examples.get(n)!]))
  }
}

/** Whether a variable says where a data store is, or how to get in. */
const isOfStore = (name: string): boolean => FOREIGN.has(name.split('_', 1)[0]!) && /_(?:HOST|HOSTNAME|PORT|USER|USERNAME|NAME|DB|DATABASE|ENDPOINT|NODE|BROKERS?)$/.test(name)
