import { type Evidence, type Fact, fact, type Warning } from '../facts.ts'
import { lineOf, type Project } from '../project.ts'

/** A class that the JVM can start. */
export interface Main {
  /** as `java` takes it */
  name: string
  evidence: Evidence
  /** what the class says of itself: Spring Boot's application */
  application: boolean
}

const LIKELY = /(Application|Main|App|Server|Bootstrap|Launcher)(Kt)?$/
/** What asks a server that the build has beside it. */
const CLIENT = /Client\w*$/
const AWAY = /(^|\/)(buildSrc|build-logic|examples?|samples?|benchmarks?|jmh|it|integration-?[tT]ests?|functionalTest|src\/\w*[tT]est\w*|tests?)\//

/** Every class with a main method, of any language of the JVM; nearest to the root first. */
export function findMains(project: Project): Main[] {
  return project.files().flatMap((file) => {
    const kind = /\.(java|kt|scala|groovy)$/.exec(file)?.[1]
    const text = kind && !AWAY.test(file.replace(/(?<=^|\/)src\/main\/.*/, '')) ? project.read(file) : undefined
    if (text === undefined || !/\bmain\b|extends\s+[\w.]*(?:App|Main(?:Routes)?\b)/.test(text)) return []
    const found = kind === 'kt' ? kotlin(file, text) : kind === 'scala' ? scala(text) : java(file, text)
    if (!found) return []
    const namespace = /^\s*package\s+([\w.]+)/m.exec(text)?.[1]
    return [{ name: namespace ? `${namespace}.${found.name}` : found.name, evidence: { file, line: lineOf(text, found.at) }, application: /@SpringBootApplication\b/.test(text) }]
  })
}

interface Found {
  name: string
  at: string
}

const stem = (file: string): string => file.split('/').at(-1)!.replace(/\.\w+$/, '')

/** A file without a class is one of its name: https://openjdk.org/jeps/512 */
export const isCompact = (text: string): boolean => /^(?:static\s+)?void\s+main\s*\(/m.test(text) && !/^(?:[\w@]+\s+)*(?:class|interface|record|enum)\s+\w+[^;]*\{[\s\S]*\bmain\s*\(/m.test(text)

function java(file: string, text: string): Found | undefined {
  if (isCompact(text)) return { name: stem(file), at: /^(?:static\s+)?void\s+main\s*\(/m.exec(text)![0] }
  const at = /^[^/*\n]*\bstatic\s+(?:public\s+)?(?:final\s+|synchronized\s+)*void\s+main\s*\(/m.exec(text)?.[0]
  return at ? { name: stem(file), at } : undefined
}

/** A function at the top of a file belongs to a class that is named after the file. */
function kotlin(file: string, text: string): Found | undefined {
  const top = /^(?:suspend\s+)?fun\s+main\s*\(/m.exec(text)?.[0]
  if (top) return { name: /@file:\s*JvmName\("(\w+)"\)/.exec(text)?.[1] ?? `${stem(file).replace(/^[a-z]/, (c) => c.toUpperCase()).replace(/\W/g, '_')}Kt`, at: top }
  const inner = /@JvmStatic\s+fun\s+main\s*\(/.exec(text)?.[0]
  if (!inner) return undefined
  return { name: /^(?:open\s+|data\s+|internal\s+)*(?:class|object)\s+(\w+)/m.exec(text)?.[1] ?? stem(file), at: inner }
}

function scala(text: string): Found | undefined {
  const method = /^[ \t]+def\s+main\s*\(/m.exec(text)
  // the nearest object above the method is the one that has it
  const at = /^object\s+(\w+)[^\n{]*\bextends\s+[\w.]*(?:App\w*|Main(?:Routes)?\b)/m.exec(text) ?? (method ? [...text.slice(0, method.index).matchAll(/^object\s+(\w+)[^{]*[{:]/gm)].at(-1) : undefined)
  const three = /^@main\s+def\s+(\w+)/m.exec(text)
  return at ? { name: at[1]!, at: at[0].split('\n')[0]! } : three ? { name: three[1]!, at: three[0] } : undefined
}

/** The main class that the build names, unless it would be the project's own and no source has it: then the build is out of date. */
export function presentMain(project: Project, mains: readonly Main[], named: string | undefined, file: string, warnings: Warning[]): string | undefined {
  if (named === undefined || mains.length === 0 || mains.some((m) => m.name === named)) return named
  const at = named.lastIndexOf('.')
  const simple = named.slice(at + 1).replace(/Kt$|\$$/, '')
  const own = at < 0 || mains.some((m) => m.name.startsWith(named.slice(0, at + 1)))
  const declared = (text: string): boolean => new RegExp(`\\b(?:class|object|interface|enum|record)\\s+${simple}\\b|JvmName\\("${named.slice(at + 1)}"`).test(text)
  if (!own || project.files().some((f) => /\.(?:java|kt|scala|groovy)$/.test(f) && (stem(f).toLowerCase() === simple.toLowerCase() || declared(project.read(f) ?? '')))) return named
  warnings.push({ message: `the build names the main class ${named}, which no source has`, file, hint: 'name the class that is to run' })
  return undefined
}

/**
 * The class that is started: the one that the build names, the only one, or the one whose name says it. Where that is a guess
 * the warning names the others.
 */
export function chooseMain(mains: readonly Main[], named: string | undefined, evidence: Evidence, warnings: Warning[]): Fact<string> | undefined {
  if (named) return fact(named, mains.find((m) => m.name === named)?.evidence ?? evidence)
  const application = mains.filter((m) => m.application)
  const servers = mains.filter((m) => !CLIENT.test(m.name))
  const likely = [LIKELY, /Server/].map((like) => servers.filter((m) => like.test(m.name))).find((found) => found.length > 0) ?? servers
  const one = application.length === 1 ? application[0] : (likely[0] ?? mains[0])
  if (!one) return undefined
  if (mains.length === 1 || application.length === 1) return fact(one.name, one.evidence)
  const others = mains.filter((m) => m !== one).map((m) => m.name)
  warnings.push({ message: `there are ${mains.length} main classes; ${one.name} is taken`, file: one.evidence.file, line: one.evidence.line, hint: `choose another: --start ${others[0]}${others.length > 1 ? ` (or ${others.slice(1, 5).join(', ')})` : ''}` })
  return { ...fact(one.name, one.evidence), guess: true }
}
