import { type Evidence, type Fact, fact, type Warning } from '../facts.ts'
import { lineOf, type Project } from '../project.ts'
import type { Sources } from '../sources.ts'
import { splitCommand } from '../words.ts'
import type { Main } from './main-package.ts'
import { below } from './module.ts'
import type { Program } from './packages.ts'

/** The web process of a Procfile, else its worker, else what a Dockerfile or a Makefile of the project's own starts. `$PORT` becomes the plan's port. */
export function processOf(project: Project): Fact<string[]> | undefined {
  const lines = (project.read('Procfile') ?? '').split('\n')
  for (const kind of ['web:', 'worker:']) {
    const at = lines.findIndex((l) => l.startsWith(kind))
    const command = at < 0 ? undefined : splitCommand(lines[at]!.slice(kind.length).trim().replace(/\$\{?PORT\}?/g, '@PORT@'))
    if (command) return fact(command.map((w) => w.replace('@PORT@', '{port}')), { file: 'Procfile', line: at + 1 })
  }
  const image = imageProcess(project.original('Dockerfile') ?? '')
  return image ?? taskProcess(project)
}

/** Where people keep what they type: make, task, just, air, goreleaser. */
export const TASKS = ['Makefile', 'Taskfile.yml', 'Taskfile.yaml', 'justfile', '.air.toml', '.goreleaser.yaml', '.goreleaser.yml']

/** The only command below cmd/ that such files build or run; a guess. Of what one builds and another releases nobody knows which is meant. */
function taskProcess(project: Project): Fact<string[]> | undefined {
  const found = TASKS.flatMap((file) => [...(project.read(file) ?? '').matchAll(/(?:\bgo (?:run|build|install)\b[^\n;&#]*?[\s/]|^\s*(?:- )?main:\s*["']?(?:\.\/)?)(cmd\/[\w/-]*\w)/gm)].map(([text, command]) => ({ file, command: command!, text })))
  const [first] = found
  if (!first || found.some((f) => f.command !== first.command)) return undefined
  return { ...fact([first.command], { file: first.file, line: lineOf(project.read(first.file)!, first.text.trim()) }), guess: true }
}

const SHELL = /(^|\/)(sh|bash|ash|tini|dumb-init|go|air|env|\S+\.sh)$/
/** An argument that names a file, which another image may hold elsewhere. */
const NAMES_FILE = /\/|\.(ya?ml|json|toml|conf|cfg|ini|env|db|pem)$/

/** What a Dockerfile that builds one Go program starts: the folder of its main package, else the program's name, with its arguments; a guess. */
function imageProcess(text: string): Fact<string[]> | undefined {
  const builds = [...text.matchAll(/\bgo (?:build|install)\b[^\n&;]*/g)]
  const last = (name: string): string | undefined => text.match(new RegExp(`^${name}[ \\t]+\\[.*\\][ \\t]*$`, 'gim'))?.at(-1)
  const words = ['ENTRYPOINT', 'CMD'].flatMap((name) => [...(last(name) ?? '').matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((m) => m[1]!))
  if (builds.length !== 1 || !words[0] || SHELL.test(words[0])) return undefined
  const folder = /\s\.?\/?((?:[\w.-]+\/)*[\w-]+)(?:\/(?:main\.go)?)?\s*$/.exec(builds[0]![0])?.[1]
  // what it keeps in a volume is there in the new image too
  const volumes = [...text.matchAll(/^VOLUME[ \t]+(.+)$/gim)].flatMap(([, paths]) => paths!.match(/\/[\w./-]*[\w-]/g) ?? [])
  const kept = (word: string): boolean => volumes.some((v) => word.replace(/^-[^=]*=/, '').startsWith(v))
  const rest = words.slice(1).some((w) => NAMES_FILE.test(w) && !kept(w)) ? [] : words.slice(1)
  return { ...fact([folder ?? words[0], ...rest], { file: 'Dockerfile', line: lineOf(text, last('ENTRYPOINT') ?? last('CMD')!) }), guess: true }
}

/** Names of commands that serve, the clearest first. */
const SERVING = ['serve', 'server', 'web', 'http', 'api', 'start', 'daemon', 'run']

/** Whether a command of cobra's is the one that the others are added to, which is the program itself and no word of it. */
function isRoot(source: string, name: string): boolean {
  const variable = new RegExp(`(\\w+)\\s*:?=\\s*&?cobra\\.Command\\{\\s*Use:\\s*"${name}[" ]`).exec(source)?.[1]
  return variable !== undefined && new RegExp(`\\b${variable}\\.(?:AddCommand|Execute)\\(`).test(source)
}

/**
 * The arguments that the program is started with: those of the Procfile's process, or the subcommand that serves where the
 * program does nothing without one (spf13/cobra, urfave/cli).
 */
export function readArguments(project: Project, sources: Sources, program: Program, main: Main, procfile: Fact<string[]> | undefined, warnings: Warning[]): string[] {
  const same = procfile && (procfile.value[0]!.split('/').at(-1) === main.binary || (procfile.guess && !main.guess))
  if (same && procfile.value.length > 1) return procfile.value.slice(1)
  if (!program.imports.some((i) => /^github\.com\/(spf13\/cobra|urfave\/cli(\/v\d)?)$/.test(i.path))) return []
  const commands = sources.matches(/(?<!Flag\{\s*)\b(?:Use|Name):\s*"(serve|server|start|run|web|api|http|daemon)[" ]/)
  const found = SERVING.map((name) => commands.find((c) => c.groups[0] === name && !isRoot(project.read(c.evidence.file) ?? '', c.groups[0]!))).find(Boolean)
  if (!found?.groups[0] || rootRuns(project, sources.files)) return []
  warnings.push({ message: `the program is started with "${found.groups[0]}", the command that serves`, file: found.evidence.file, line: found.evidence.line, hint: 'name another: --start' })
  return [found.groups[0]]
}

/** An option that says where to listen and means the loopback interface unless it is given: flag, spf13/pflag, jessevdk/go-flags. */
const LOOPBACK_OPTION = new RegExp(
  String.raw`\.String(?:Var)?P?\(\s*(?:&[\w.]+,\s*)?"(NAME)",\s*(?:"\w?",\s*)?"(?:127\.0\.0\.1|localhost)(:\d+)?"|\blong:"(NAME)"[^\`\n]*\bdefault:"(?:127\.0\.0\.1|localhost)(:\d+)?"`.replaceAll('NAME', 'http|host|(?:http|listen|bind|server)?[.-]?(?:addr|address|bind|listen)|(?:http|listen|bind|server)[.-]?(?:host|ip)'),
)

/** The argument that opens such a server to the outside, and where its option stands. */
export function openAddress(sources: Sources): Fact<string> | undefined {
  const found = sources.matches(LOOPBACK_OPTION).find((m) => !/connect|dial|remote|client|database|redis/i.test(m.evidence.text ?? ''))
  if (!found) return undefined
  const [a, b, c, d] = found.groups
  return fact(`--${a ?? c}=0.0.0.0${b || d ? ':{port}' : ''}`, found.evidence)
}

/** An option whose default is a port that wants rights. */
const LOW_PORT = /\.(String|U?[iI]nt)(?:16)?(?:Var)?P?\(\s*(?:&[\w.]+,\s*)?"([\w.-]+)",\s*(?:"\w?",\s*)?(?:"((?:[\w.]*:)?)\d{2,3}"|\d{2,3}\b)/

/** The argument that makes such a program listen on another port, and which. */
export function lowOption(port: Fact<number> | undefined, argued: readonly string[]): { argument: string; port: number } | undefined {
  const [, , name, before = ''] = (port && port.value < 1024 && LOW_PORT.exec(port.evidence[0]?.text ?? '')) || []
  return name && !argued.some((w) => w.replace(/^-+/, '').startsWith(name)) ? { argument: `--${name}=${before}{port}`, port: port!.value + 8000 } : undefined
}

/** An option whose default is a path that starts above the folder where the program runs. */
const ABOVE = /\.String(?:Var)?P?\(\s*(?:&[\w.]+,\s*)?"([\w.-]+)",\s*(?:"\w?",\s*)?"((?:\.\.\/)+[\w.\/-]+)"/

/** What such options are given where the path is there, seen from the folder of the main package: the argument, the path and its place. */
export function optionPaths(project: Project, sources: Sources, main: Main): { argument: string; path: string; evidence: Evidence }[] {
  return sources.matches(ABOVE).flatMap(({ groups: [name, above], evidence }) => {
    const path = below(main.folder, above!)
    return path && (project.has(path) || project.isFolder(path)) ? [{ argument: `--${name}=./${path}`, path, evidence }] : []
  })
}

/** Whether cobra's root command does something by itself. */
function rootRuns(project: Project, files: readonly string[]): boolean {
  return files.some((file) => /\b\w*[rR]oot\w*\s*:?=\s*&cobra\.Command\{(?:(?!^\s*\}$)[\s\S])*?\bRunE?:/m.test(project.read(file) ?? ''))
}
