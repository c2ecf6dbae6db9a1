import { InputError } from '../../errors.ts'
import { type Fact, fact } from '../facts.ts'
import { lineOf, type Project } from '../project.ts'
import { refuseCalled } from '../platform.ts'
import type { Sources } from '../sources.ts'
import type { NodeFramework } from './data.ts'
import type { Manifest } from './manifest.ts'
import type { Start } from './start.ts'

/** The source file that listens on a port, where there is one nearest to the top. Throws InputError where several could be meant. */
export function theListener(project: Project, sources: Sources): string | undefined {
  const files = [...new Set(sources.all('listens').map((m) => m.evidence.file))].filter((f) => !isOfAnother(project, f) && !MODELS.test(f))
  const depth = (file: string): number => file.split('/').length
  const nearest = files.filter((f) => depth(f) === Math.min(...files.map(depth)))
  if (nearest.length < 2) return nearest[0]
  const shown = nearest.slice(0, 6)
  throw new InputError({
    message: `several programs listen here, and no script of package.json starts one: ${shown.join(', ')}${shown.length < nearest.length ? ' …' : ''}`,
    file: 'package.json',
    where: '--start',
    hint: `choose one: ${shown.slice(0, 2).map((f) => `--start "node ${f}"`).join(' or ')}`,
    choices: shown.map((f) => `node ${f}`),
  })
}

/** Folders of what a generator makes projects of. */
const MODELS = /(^|\/)(templates?|generators?)\//

/** Whether a file lies in a folder with dependencies of its own, which an installation at the top does not have. */
export function isOfAnother(project: Project, file: string): boolean {
  const folders = file.split('/').slice(0, -1)
  return folders.some((_, i) => project.read(`${folders.slice(0, i + 1).join('/')}/package.json`)?.includes('"dependencies"'))
}

/** Bun serves what the program's first file exports, https://bun.sh/docs/api/http#export-default-syntax. */
export function exportedServer(project: Project, files: readonly string[]): Fact<boolean> | undefined {
  const file = files.find((f) => /^export default\b/m.test(project.read(f) ?? ''))
  return file === undefined ? undefined : fact(true, { file, line: lineOf(project.read(file)!, /^export default\b/m) })
}

/** Lines at the left margin that only declare something, set something, or prepare what is handed out. */
const DECLARES = /^(?:(?:export|const|let|var|function|class|async\s+function|interface|type|enum|declare|namespace|abstract)\b|import\b(?!\s*["'(])|Object\.\w+\(|util\.inherits\(|[\w$.[\]"']+\s*=[^=>])/

/** Whether a file is nothing but declarations that others import. */
function onlyExports(text: string): boolean {
  if (!/\bmodule\.exports\b|\bexports\.\w|^export\b/m.test(text) || /require\.main|import\.meta\.main|\.env\.PORT\b|^#!/.test(text)) return false
  return text.replace(/\/\*[\s\S]*?\*\/|`[^`]*`/g, '').split('\n').every((line) => !/^[\w$(!+[]/.test(line) || DECLARES.test(line))
}

/**
 * Throws InputError for a program that is only guessed and would not serve: a framework that builds for another platform here, or
 * a server's library whose app nothing lets listen. What a script of the project starts is taken as it is.
 */
export function refuseUnserved(project: Project, { argv, sources }: Start, framework: NodeFramework | undefined, manifest: Manifest, listens: boolean): void {
  if (listens) return
  // what a script says has its text with it
  const unsaid = argv?.evidence.every((e) => e.text === undefined)
  const handsOut = unsaid && sources.some((f) => /^module\.exports\s*=\s*\w+;?\s*$|^export default\s+\w+;?\s*$/m.test(project.read(f) ?? ''))
  if ((unsaid || argv?.guess || handsOut) && !framework?.start) refuseCalled(project, 'Node.js')
  if (unsaid && !framework && sources.length > 0 && sources.every((f) => onlyExports(project.read(f) ?? '')))
    throw new InputError({ message: `this is a library: ${sources[0]} only hands out what others use, and nothing starts a program`, file: sources[0], where: '--start', hint: 'name the program, where there is one: --start "node server.js"', idle: true })
  if (argv && !argv.guess && !handsOut && !framework?.aside) return
  if (!framework || !(framework.refuse || (argv && !framework.start && !framework.static && !framework.defaults && framework.serves === undefined))) return
  const name = framework.dependencies!.find((d) => manifest.every[d] !== undefined)!
  if (framework.refuse) throw new InputError({ message: framework.refuse, where: '--start', file: manifest.file, line: manifest.keyAt(name).line, hint: framework.refuseHint, ...(framework.aside ? { idle: true } : {}) })
  throw new InputError({
    message: `${framework.title} is there, but nothing that ${sources[0] ?? argv!.value.join(' ')} starts listens on a port`,
    file: sources[0] ?? manifest.file,
    where: '--start',
    hint: 'it may be made for a platform that listens in its place; let it listen on PORT, or name the program that does: --start "node server.js"',
  })
}
