import { type Evidence, type Fact, fact } from '../facts.ts'
import type { Project } from '../project.ts'

/** The settings that a program is packed with: application.properties, application.yml, application.conf. */
export interface Settings {
  /** a setting with its place; names are compared as frameworks do, without "-", "_" and case */
  get(name: string): Fact<string> | undefined
  /** the value with the defaults of its placeholders filled in; undefined where a placeholder has none */
  value(name: string): string | undefined
  /** names of environment variables that placeholders take their value from */
  variables: Fact<string>[]
  /** names of the settings whose value a variable is part of */
  takenBy(variable: string): string[]
  /** settings whose name matches, in lower case and without "-" and "_" */
  matching(name: RegExp): Fact<string>[]
  /** every name as it is written */
  names: readonly string[]
}

/** Reads settings files, the later ones first: what they say wins. Profiles other than the default one are left out. */
export function readSettings(project: Project, files: readonly string[]): Settings {
  const found = new Map<string, Fact<string>>()
  const variables: Fact<string>[] = []
  const names: string[] = []
  for (const file of files) {
    const text = project.read(file)
    if (text === undefined) continue
    for (const [name, value] of file.endsWith('.properties') ? properties(file, text) : file.endsWith('.conf') ? hocon(file, text) : yaml(file, text)) {
      if (!found.has(canonical(name))) names.push(name)
      if (!found.has(canonical(name))) found.set(canonical(name), value)
      for (const m of value.value.matchAll(/\$\{?\??(?:env[.:])?([A-Z][A-Z0-9_]*)\b/g)) if (!variables.some((v) => v.value === m[1])) variables.push(fact(m[1]!, ...value.evidence))
    }
  }
  const get = (name: string): Fact<string> | undefined => found.get(canonical(name))
  return {
    get,
    value: (name) => filled(get(name)?.value),
    variables,
    names,
    takenBy: (variable) => names.filter((name) => new RegExp(`\\$\\{?\\??(?:env[.:])?${variable}\\b`).test(get(name)!.value)),
    matching: (name) => [...found].filter(([key]) => name.test(key)).map(([, value]) => value),
  }
}

const canonical = (name: string): string => name.replace(/[-_"'[\]]/g, '').toLowerCase()

/** The environment variable that frameworks read a setting from. */
export const variableOf = (name: string): string => name.replace(/-/g, '').replace(/[^A-Za-z0-9]/g, '_').toUpperCase()

/** A value whose placeholders are replaced by their defaults, the innermost first: ${A:${B:8080}}, $PORT:8080, ${?A}. */
function filled(value: string | undefined): string | undefined {
  let text = value?.replace(/^\$([A-Z_]+):/, '')
  for (let i = 0; i < 5 && text !== undefined && text.includes('${'); i++) {
    const open = /\$\{([^{}:]+)(?::-?([^{}]*))?\}/.exec(text)
    if (!open) return undefined
    if (open[2] === undefined) return undefined
    text = text.replace(open[0], () => open[2]!)
  }
  return text
}

type Entry = [name: string, value: Fact<string>]
const entry = (name: string, value: string, file: string, line: number, text: string): Entry => [name, fact(value, { file, line, text: text.trim().slice(0, 120) } satisfies Evidence)]

/** https://docs.oracle.com/javase/8/docs/api/java/util/Properties.html#load-java.io.Reader- ; of documents apart by "#---" those of a profile are left out. */
function properties(file: string, text: string): Entry[] {
  const documents: Entry[][] = [[]]
  for (const [i, line] of text.split('\n').entries()) {
    if (/^[#!]---\s*$/.test(line)) documents.push([])
    const found = /^\s*([^#!\s=:][^\s=:]*)\s*[=:\s]\s*(.*?)\s*$/.exec(line)
    // Quarkus puts a profile before the name
    if (found && !/^%(?!prod\.)/.test(found[1]!)) documents.at(-1)!.push(entry(found[1]!.replace(/^%prod\./, ''), found[2]!, file, i + 1, line))
  }
  return unprofiled(documents)
}

/** The scalars of nested maps. Anchors, flow style and texts of several lines are passed over: no port or path is written so. */
function yaml(file: string, text: string): Entry[] {
  const documents: Entry[][] = [[]]
  let path: { indent: number; name: string }[] = []
  for (const [i, raw] of text.split('\n').entries()) {
    if (/^---/.test(raw)) {
      documents.push([])
      path = []
      continue
    }
    const line = raw.replace(/^(\s*)- /, '$1  ')
    const found = /^(\s*)(?:"([^"]+)"|'([^']+)'|([^\s#"'{[][^#:]*?(?::[^\s#:]+)*))\s*:(?:\s+(.*?))?\s*$/.exec(line)
    if (!found) continue
    const indent = found[1]!.length
    const name = found[2] ?? found[3] ?? found[4]!
    path = path.filter((p) => p.indent < indent)
    const value = (found[5] ?? '').replace(/\s+#.*$/, '').replace(/^(["'`])(.*)\1$/, '$2')
    const full = [...path.map((p) => p.name), name].join('.').replace(/^%prod\./, '')
    if (value === '' || value.startsWith('#')) path.push({ indent, name })
    else if (!full.startsWith('%')) documents.at(-1)!.push(entry(full, value, file, i + 1, raw))
  }
  return unprofiled(documents)
}

const unprofiled = (documents: Entry[][]): Entry[] => documents.filter((d) => !d.some(([name]) => /^spring\.(config\.activate\.on-profile|profiles)$/.test(name))).flat()

/** Ktor's application.conf, as far as it is blocks and plain values: https://github.com/lightbend/config/blob/main/HOCON.md */
function hocon(file: string, text: string): Entry[] {
  const out: Entry[] = []
  const path: string[] = []
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.replace(/(^|\s)(#|\/\/).*$/, '').trim()
    const block = /^([\w.-]+)\s*[:=]?\s*\{$/.exec(line)
    if (block) path.push(block[1]!)
    else if (/^\}/.test(line)) path.pop()
    const value = /^([\w.-]+)\s*[:=]\s*(?!\{$)(.+?),?$/.exec(line)
    if (value) out.push(entry([...path, value[1]!].join('.'), value[2]!.replace(/^"(.*)"$/, '$1'), file, i + 1, raw))
  }
  return out
}
