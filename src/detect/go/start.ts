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

/**
 * The arguments that the program is started with: those of the Procfile's process, or the subcommand that serves where the
 * program does nothing without one (spf13/cobra, urfave/cli).
 */
export function readArguments(project: Project, sources: Sources, program: Program, binary: string, procfile: Fact<string[]> | undefined, warnings: Warning[]): string[] {
  if (procfile && procfile.value[0]!.split('/').at(-1) === binary && procfile.value.length > 1) return procfile.value.slice(1)
  if (!program.imports.some((i) => /^github\.com\/(spf13\/cobra|urfave\/cli(\/v\d)?)$/.test(i.path))) return []
  const found = sources.match(/\b(?:Use|Name):\s*"(serve|server|start|run|web|api|http|daemon)\b/)
  if (!found?.groups[0] || rootRuns(project, sources.files)) return []
  warnings.push({ message: `the program is started with "${found.groups[0]}", the command that serves`, file: found.evidence.file, line: found.evidence.line, hint: 'name another: --start' })
  return [found.groups[0]]
}

/** Whether cobra's root command does something by itself. */
function rootRuns(project: Project, files: readonly string[]): boolean {
  return files.some((file) => /\b\w*[rR]oot\w*\s*:?=\s*&cobra\.Command\{(?:(?!^\s*\}$)[\s\S])*?\bRunE?:/m.test(project.read(file) ?? ''))
}
