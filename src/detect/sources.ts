import type { Evidence, Fact } from './facts.ts'
import { fact } from './facts.ts'
import type { Language, SourcePattern, SourcePatterns } from './language.ts'
import { needlesOf } from './needle.ts'
import { lineOf, type Project } from './project.ts'

/** How many source files, and how many characters in all, are read for patterns. */
const MAX_FILES = 200
const MAX_CHARACTERS = 2_000_000
/** A longer line was made by a tool. */
const MAX_LINE = 2000

/** A match of a source pattern with its groups and place. */
export interface Match {
  groups: (string | undefined)[]
  evidence: Evidence
  /** the whole line, which the evidence shortens */
  text?: string
}

/** Reads a project's sources for the patterns of its language. Files are read once, entry files first. */
export interface Sources {
  /** every match of one kind of pattern, in the order of the files; comment lines are passed over */
  all(kind: keyof SourcePatterns): Match[]
  first(kind: keyof SourcePatterns): Match | undefined
  /** the files that are read, entry files first */
  readonly files: readonly string[]
  /** the first match of any expression, line by line; used by detectors for what their data does not hold */
  match(expression: RegExp): Match | undefined
  /** every match of it */
  matches(expression: RegExp): Match[]
}

/** The files in which something was found. */
export const filesOf = (found: readonly Match[]): ReadonlySet<string> => new Set(found.map((m) => m.evidence.file))

const COMMENT = /^\s*(\/\/|#(?!\[)|\*|\/\*|<!--|--\s)/
/** Folders of tests and of what shows how to use a library, and names of test files. */
const TEST_FOLDERS = new Set(['test', 'tests', '__tests__', 'spec', 'specs', 'e2e', 'example', 'examples', 'doc', 'docs', 'benches', 'fixtures', 'testdata'])
const TEST_NAMES = ['.test.', '-test.', '_test.', '.spec.', '-spec.', '_spec.']

/** Whether a file is no part of the program. What lies below src/main/ is named after packages, com/example among them. */
function isTest(path: string): boolean {
  const main = path.indexOf('src/main/')
  const folders = (main < 0 ? path : path.slice(0, main)).split('/')
  const name = main < 0 ? folders.pop()! : ''
  return folders.some((f) => TEST_FOLDERS.has(f)) || name.startsWith('test_') || name === 'conftest.py' || name === 'tests.rs' || name === 'test.rs' || name === 'testing.rs' || TEST_NAMES.some((t) => name.includes(t))
}

/** An expression and texts of which one stands in each of its matches; compiled when a file holds one of them. */
export interface Pattern {
  needles: string[] | undefined
  readonly expression: RegExp
}

/** A pattern of language.yaml, for many matches in whole files. */
export function patternOf(pattern: SourcePattern, flags = 'gm'): Pattern {
  const { source, needles } = typeof pattern === 'string' ? { source: pattern, needles: flags.includes('i') ? undefined : needlesOf(pattern) } : pattern
  let compiled: RegExp | undefined
  return {
    needles,
    get expression() {
      return (compiled ??= new RegExp(source, flags))
    },
  }
}

/** All matches of a pattern in a text, none where all of its needles are missing. */
export const matchesOf = (text: string, pattern: Pattern): Iterable<RegExpExecArray> => (pattern.needles?.every((n) => !text.includes(n)) ? [] : text.matchAll(pattern.expression))

/**
 * Collects the sources of `language` in `project`: `entries` first, then the rest, nearest to the root first; tests and
 * examples are left out. @param app the program's own folder, whatever the folders around it are called
 */
export function readSources(project: Project, language: Language, entries: readonly string[] = [], app = ''): Sources {
  let chosen: string[] | undefined
  const cache = new Map<keyof SourcePatterns, Match[]>()

  const files = (): string[] => {
    if (chosen) return chosen
    const wanted = project.files().filter((f) => language.sources.some((s) => f.endsWith(s)) && !isTest(app && f.startsWith(`${app}/`) ? f.slice(app.length + 1) : f))
    chosen = [...new Set([...entries.filter((e) => project.read(e) !== undefined), ...wanted])].slice(0, MAX_FILES)
    return chosen
  }

  /** Matches of any of the expressions, file by file, in the order of their places; on one line the first expression wins. */
  const scan = function* (patterns: Pattern[]): Generator<Match> {
    let budget = MAX_CHARACTERS
    for (const file of files()) {
      const text = project.read(file) ?? ''
      budget -= text.length
      if (budget < 0) return
      // whole files, not lines: a regular expression passes over what does not match faster than any loop; one that begins with white space may match from a line before
      const found = patterns.flatMap((p, rank) => Array.from(matchesOf(text, p), (m) => ({ m, rank, ...lineAt(text, m.index + m[0].search(/\S|$/)) })))
      found.sort((a, b) => a.from - b.from || a.rank - b.rank)
      for (const [i, { m, from, line }] of found.entries()) {
        if (found[i - 1]?.from === from || line.length > MAX_LINE || COMMENT.test(line)) continue
        yield { groups: m.slice(1), evidence: { file, line: lineOf(text, line, from), text: line.trim().slice(0, 120) }, text: line.trim() }
      }
    }
  }

  const compile = (kind: keyof SourcePatterns): Pattern[] => (language.patterns[kind] ?? []).map((p) => patternOf(p))

  return {
    all(kind) {
      let found = cache.get(kind)
      if (!found) cache.set(kind, (found = [...scan(compile(kind))]))
      return found
    },
    first(kind) {
      const cached = cache.get(kind)
      return cached ? cached[0] : scan(compile(kind)).next().value
    },
    match: (expression) => scan([global(expression)]).next().value,
    matches: (expression) => [...scan([global(expression)])],
    get files() {
      return files()
    },
  }
}

const global = (expression: RegExp): Pattern => patternOf(expression.source, `${expression.flags.replace(/[gm]/g, '')}gm`)

const LIVE = new Set(['/health', '/healthz', '/live', '/livez', '/health/live', '/health/liveness', '/_health', '/ping', '/up', '/alive', '/heartbeat', '/api/health', '/api/healthz', '/api/health/live'])
const READY = new Set(['/ready', '/readyz', '/readiness', '/health/ready', '/api/ready', '/api/readyz', '/_ready'])

/** A route as the sets above name it. */
const bare = (path: string): string => (path.endsWith('/') ? path.slice(0, -1) : path).toLowerCase()

/** A part of a program whose routes may hang below a prefix that stands elsewhere. */
const MOUNTED = /\b(?:\w*[rR]outer|bp|blueprint|\w+_bp|v\d+|\w*[gG]roup|routes?)\s*\.\s*\w+\(|[@#]\[?(?:get|Get|route)\b/
const PREFIX = /\.use\(\s*['"`]\/\w|url_prefix|\bprefix\s*[=:]\s*['"`]\/|setGlobalPrefix|\.Group\(\s*"\/|\.nest\(\s*"\/|\bscope\(\s*"\/|PathPrefix\(|\.route\(\s*['"`]\/\w[\w/-]*['"`]\s*,/

/** Ports of mail, databases and brokers: what names one means another machine's server. */
const OTHERS = new Set(['25', '465', '587', '3306', '5432', '5672', '6379', '9042', '9092', '9200', '11211', '27017'])

/** Names that say the program's own port among several. */
export const OWN_PORT = /^(?:APP|APPLICATION|SERVER|HTTP|WEB|API|SERVICE|LISTEN)_(?:HTTP_)?PORT$/

/** What the sources of a server show: port, its variable, health routes, loopback, SIGTERM. Only facts with a place. */
export function readServer(sources: Sources): {
  port?: Fact<number>
  portVariable?: Fact<string>
  listens?: Fact<boolean>
  /** where it listens, or asks for the port by its usual name */
  serves?: Fact<boolean>
  loopback?: Match
  health?: Fact<string>
  ready?: Fact<string>
  handlesSigterm?: Fact<boolean>
} {
  const out: ReturnType<typeof readServer> = {}
  const variables = sources.all('portVariable').filter((m) => !OTHERS.has(m.groups[1] ?? ''))
  // beside a port of its own a program may ask for that of a sidecar, or of its metrics
  const variable = variables.find((m) => m.groups[0] === 'PORT') ?? variables.find((m) => OWN_PORT.test(m.groups[0] ?? '')) ?? variables[0]
  if (variable?.groups[0]) out.portVariable = fact(variable.groups[0], variable.evidence)
  const literal = sources.all('port').find((m) => validPort(m.groups[0]) && (!OTHERS.has(m.groups[0]!) || /listen|serve|bind|default_port/i.test(m.evidence.text ?? '')))
  if (variable && validPort(variable.groups[1])) out.port = fact(Number(variable.groups[1]), variable.evidence)
  else if (literal) out.port = fact(Number(literal.groups[0]), literal.evidence)
  const listens = sources.first('listens')
  if (listens) out.listens = fact(true, listens.evidence)
  // nobody asks for PORT who does not listen on it
  out.serves = out.listens ?? (out.portVariable?.value === 'PORT' ? fact(true, variable!.evidence) : undefined)
  out.loopback = sources.first('loopback')
  let prefixed: boolean | undefined
  for (const route of sources.all('route')) {
    const path = route.groups[0]
    const live = path !== undefined && !out.health && LIVE.has(bare(path))
    const ready = path !== undefined && !out.ready && READY.has(bare(path))
    if (!live && !ready) continue
    // below an unknown prefix the path would be a wrong guess, and a wrong guess makes a crash loop
    if (MOUNTED.test(route.evidence.text ?? '') && (prefixed ??= sources.match(PREFIX) !== undefined)) continue
    if (live) out.health = fact(path, route.evidence)
    if (ready) out.ready = fact(path, route.evidence)
  }
  const sigterm = sources.first('sigterm')
  if (sigterm) out.handlesSigterm = fact(true, sigterm.evidence)
  return out
}

/** The line that holds an offset, and where it begins. */
function lineAt(text: string, at: number): { from: number; line: string } {
  const from = text.lastIndexOf('\n', at - 1) + 1
  const end = text.indexOf('\n', at)
  return { from, line: text.slice(from, end < 0 ? undefined : end) }
}

function validPort(text: string | undefined): boolean {
  const n = Number(text)
  return text !== undefined && Number.isInteger(n) && n > 0 && n < 65536
}
