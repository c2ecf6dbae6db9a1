import { type Fact, fact } from '../facts.ts'
import type { Project } from '../project.ts'
import type { Match, Sources } from '../sources.ts'

/** A field whose struct's variables all begin alike: caarlos0/env, cleanenv, sethvargo/go-envconfig, jessevdk/go-flags. */
const PREFIXED = /^\s*\w+\s+\*?(?:\w+\.)?(\w+)\s+`[^`\n]*\b(?:envPrefix:|env-prefix:|env:",\s*prefix=|env-namespace:)"?([A-Z][A-Z0-9_]*)/

/** Tells the whole name of a variable that a struct's tag names: with what stands before those of its struct. */
export function wholeNames(project: Project, sources: Sources): (match: Match) => string {
  const prefixes = new Map(sources.matches(PREFIXED).map(({ groups: [type, prefix], evidence }) => [type!, /env-namespace:/.test(evidence.text ?? '') ? `${prefix}_` : prefix!]))
  return ({ groups: [name], evidence }) => {
    if (prefixes.size === 0 || !/`[^`]*\benv:"/.test(evidence.text ?? '')) return name!
    const above = (project.read(evidence.file) ?? '').split('\n').slice(0, evidence.line)
    const type = above.map((l) => /^type\s+(\w+)\s+struct\b/.exec(l)?.[1]).findLast(Boolean)
    return `${prefixes.get(type ?? '') ?? ''}${name}`
  }
}

const KEY = /\bviper\.(?:Get(?:String|Int|Bool)?|SetDefault|BindEnv)\(\s*"((?:[\w-]+[._-])?(?:db|database|dsn|postgres|pg|mysql|mongo|mongodb|redis|amqp|rabbitmq|kafka|nats|secret|jwt|token|smtp)[\w.-]*|[\w.-]+(?:_dsn|secret|password))"/i

/** Variables of services and secrets that spf13/viper takes in place of keys, where AutomaticEnv says so. */
export function boundNames(sources: Sources): Fact<string>[] {
  if (!sources.match(/\bviper\.AutomaticEnv\(/)) return []
  const prefix = sources.match(/\bviper\.SetEnvPrefix\(\s*"(\w+)"/)?.groups[0]
  const replaced = sources.match(/\bSetEnvKeyReplacer\(/) !== undefined
  return sources.matches(KEY).flatMap(({ groups: [key], evidence }) => (!replaced && /[.-]/.test(key!) ? [] : [fact(`${prefix ? `${prefix}_` : ''}${key!.replace(/[.-]/g, '_')}`.toUpperCase(), evidence)]))
}

/** A variable that a client takes its address from, or that means one by its default: a host and a port, and no URL. */
const ADDRESS = /\bAddrs?:\s*(?:\[\]string\{)?\w+(?:\.\w+)?\(\s*"([A-Z][A-Z0-9_]+)"|\b(?:\w+\.)?\w*[eE]nv\w*\(\s*"([A-Z][A-Z0-9_]+)",\s*"[\w.-]+:\d{2,5}"|\benv:"([A-Z][A-Z0-9_]+)"[^`\n]*\b(?:envDefault|env-default|default):"[\w.-]+:\d{2,5}"/

/** Names of such variables, whatever they are called. */
export const addressNames = (sources: Sources): string[] => sources.matches(ADDRESS).map(({ groups: [a, b, c] }) => (a ?? b ?? c)!)
