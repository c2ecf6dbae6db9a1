import { type Fact, fact, type Warning } from '../facts.ts'
import type { Project } from '../project.ts'
import type { Sources } from '../sources.ts'
import { splitCommand } from '../words.ts'
import type { Program } from './packages.ts'

/** The web process of a Procfile, else its worker. `$PORT` becomes the plan's port. */
export function processOf(project: Project): Fact<string[]> | undefined {
  const lines = (project.read('Procfile') ?? '').split('\n')
  for (const kind of ['web:', 'worker:']) {
    const at = lines.findIndex((l) => l.startsWith(kind))
    const command = at < 0 ? undefined : splitCommand(lines[at]!.slice(kind.length).trim().replace(/\$\{?PORT\}?/g, '@PORT@'))
    if (command) return fact(command.map((w) => w.replace('@PORT@', '{port}')), { file: 'Procfile', line: at + 1 })
  }
  return undefined
}

/** Names of commands that serve, the clearest first. */
const SERVING = ['serve', 'server', 'web', 'http', 'api', 'start', 'daemon', 'run']

/**
 * The arguments that the program is started with: those of the Procfile's process, or the subcommand that serves where the
 * program does nothing without one (spf13/cobra, urfave/cli).
 */
export function readArguments(project: Project, sources: Sources, program: Program, binary: string, procfile: Fact<string[]> | undefined, warnings: Warning[]): string[] {
  if (procfile && procfile.value[0]!.split('/').at(-1) === binary && procfile.value.length > 1) return procfile.value.slice(1)
  if (!program.imports.some((i) => /^github\.com\/(spf13\/cobra|urfave\/cli(\/v\d)?)$/.test(i.path))) return []
  const commands = sources.matches(/(?<!Flag\{\s*)\b(?:Use|Name):\s*"(serve|server|start|run|web|api|http|daemon)[" ]/)
  const found = SERVING.map((name) => commands.find((c) => c.groups[0] === name)).find(Boolean)
  if (!found?.groups[0] || rootRuns(project, sources.files)) return []
  warnings.push({ message: `the program is started with "${found.groups[0]}", the command that serves`, file: found.evidence.file, line: found.evidence.line, hint: 'name another: --start' })
  return [found.groups[0]]
}

/** An option that says where to listen and means the loopback interface unless it is given: flag, spf13/pflag, jessevdk/go-flags. */
const LOOPBACK_OPTION = new RegExp(
  String.raw`\.String(?:Var)?P?\(\s*(?:&[\w.]+,\s*)?"(NAME)",\s*(?:"\w?",\s*)?"(?:127\.0\.0\.1|localhost)(:\d+)?"|\blong:"(NAME)"[^\`\n]*\bdefault:"(?:127\.0\.0\.1|localhost)(:\d+)?"`.replaceAll('NAME', 'http|(?:http|listen|bind|server)?[.-]?(?:addr|address|bind|listen)'),
)

/** The argument that opens such a server to the outside, and where its option stands. */
export function openAddress(sources: Sources): Fact<string> | undefined {
  const found = sources.matches(LOOPBACK_OPTION).find((m) => !/connect|dial|remote|client|database|redis/i.test(m.evidence.text ?? ''))
  if (!found) return undefined
  const [a, b, c, d] = found.groups
  return fact(`--${a ?? c}=0.0.0.0${b || d ? ':{port}' : ''}`, found.evidence)
}

/** Whether cobra's root command does something by itself. */
function rootRuns(project: Project, files: readonly string[]): boolean {
  return files.some((file) => /\b\w*[rR]oot\w*\s*:?=\s*&cobra\.Command\{(?:(?!^\s*\}$)[\s\S])*?\bRunE?:/m.test(project.read(file) ?? ''))
}
