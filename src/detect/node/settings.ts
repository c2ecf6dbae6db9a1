import { type Fact, fact } from '../facts.ts'
import type { DetectContext } from '../language.ts'
import { lineOf } from '../project.ts'
import { matchesOf, patternOf, type Sources } from '../sources.ts'
import { dataOf } from './data.ts'

/** Variables of the environment that the program reads: secrets, plain settings, and those that the build writes into files for browsers. */
export interface Variables {
  secrets: Fact<string>[]
  settings: Fact<string>[]
  public: string[]
}

const SECRET = /(^|_)(URL|URI|DSN|SECRET|TOKEN|PASS|PASSWORD|PASSWD|PWD|KEYS?|APIKEY|CREDENTIALS?|AUTH|SALT|CONNECTION_STRING|PRIVATE_KEY)$|(^|_)(SECRET|PASSWORD|TOKEN|PRIVATE|CREDENTIAL)(_|$)/
/** Addresses of other programs that hold no password; those of data stores do. */
const ADDRESS = /^(BASE|APP|SITE|PUBLIC|API|FRONTEND|CLIENT|SERVER|BACKEND|HOST|SELF|ROOT|AUTH|NEXTAUTH|CALLBACK|REDIRECT|WEB|CORS|ALLOWED)?_?(BASE_|CALLBACK_|REDIRECT_|ORIGIN_)?(URL|URI)$|_(BASE_URL|PUBLIC_URL|SITE_URL|CALLBACK_URL|REDIRECT_URL|REDIRECT_URI|ENDPOINT)$/
const EXAMPLES = ['.env.example', '.env.sample', '.env.template', '.env.dist', 'env.example', 'example.env', '.env.defaults', '.env.local.example']

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
    for (const m of text.matchAll(/\{([^{}]{1,2000})\}\s*=\s*process\.env\b(?!\.)/g)) for (const [, name] of m[1]!.matchAll(/(?:^|[,\s])([A-Z][A-Z0-9_]+)\b/g)) note(name!, file, lineOf(text, m[0]))
  }
  for (const file of EXAMPLES) {
    const text = project.read(file)
    for (const [, name] of text?.matchAll(/^(?:export\s+)?([A-Z][A-Z0-9_]*)\s*=/gm) ?? []) note(name!, file, lineOf(text!, new RegExp(`^(?:export\\s+)?${name}\\s*=`, 'm')))
  }
  const all = [...found.values()].filter((v) => v.value.length > 1)
  const secret = (name: string): boolean => SECRET.test(name) && !ADDRESS.test(name) && !/^NEXT_PUBLIC_|PUBLIC_KEY$|_FILE$|_PATH$/.test(name)
  const runtime = all.filter((v) => !open(v.value))
  return {
    secrets: runtime.filter((v) => secret(v.value)),
    settings: runtime.filter((v) => !secret(v.value)),
    public: all.filter((v) => open(v.value)).map((v) => v.value),
  }
}
