/** RUN lines as commands. Enough of a shell's grammar for the checks: quotes, separators, pipes; no expansion. */
import type { DockerfileFacts, Instruction, Stage } from './dockerfile.ts'

export interface Command {
  words: string[]
  /** reads the output of the command before it */
  piped: boolean
  line: number
  /** the instruction that it stands in */
  run: Instruction
  stage: Stage
}

/** The flags of an instruction, `--mount=…` and its kin, and what stands behind them. */
export function flagsOf(instruction: Instruction): { flags: string[]; rest: string } {
  const [flags = ''] = /^(?:--[\w-]+(?:=\S+)?\s+)*/.exec(instruction.arguments) ?? []
  return { flags: flags.trim().split(/\s+/).filter(Boolean), rest: instruction.arguments.slice(flags.length) }
}

/** Whether a RUN has a cache mount at a path that matches. */
export const cached = (run: Instruction, target: RegExp): boolean => flagsOf(run).flags.some((f) => f.startsWith('--mount=') && /type=cache/.test(f) && target.test(f))

/** Every command of every RUN, or of the stages given. */
export function commandsOf(dockerfile: DockerfileFacts | undefined, stages: readonly Stage[] = dockerfile?.stages ?? []): Command[] {
  return stages.flatMap((stage) => stage.own.filter((i) => i.keyword === 'RUN').flatMap((run) => split(run).map((c) => ({ ...c, line: run.line, run, stage }))))
}

function split(run: Instruction): { words: string[]; piped: boolean }[] {
  const rest = [flagsOf(run).rest.replace(/<<-?["']?\w+["']?/g, ''), run.heredoc].join('\n').trim()
  if (rest.startsWith('[')) return [{ words: execForm(rest) ?? [], piped: false }]
  const out: { words: string[]; piped: boolean }[] = []
  let piped = false
  let words: string[] = []
  const end = (next: boolean): void => {
    if (words.length > 0) out.push({ words, piped })
    words = []
    piped = next
  }
  for (const [token] of rest.matchAll(/(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s;|&"'\\])+|&&|\|\||[;|&\n]/g)) {
    if (token === '|') end(true)
    else if (/^(&&|\|\||[;&\n])$/.test(token)) end(false)
    else words.push(token.replace(/^(["'])([\s\S]*)\1$/, '$2'))
  }
  end(false)
  return out.map(({ words: w, piped: p }) => ({ words: withoutAssignments(w), piped: p })).filter((c) => c.words.length > 0)
}

/** Drops what stands before the program itself: assignments, env, exec. */
function withoutAssignments(words: string[]): string[] {
  const start = words.findIndex((w) => !/^[A-Za-z_]\w*=/.test(w) && !['env', 'exec', 'command', 'set', '('].includes(w))
  return start < 0 ? [] : words.slice(start)
}

/** The words of an exec form, undefined for the shell form. */
export function execForm(text: string): string[] | undefined {
  try {
    const value = JSON.parse(text) as unknown
    return Array.isArray(value) && value.every((v) => typeof v === 'string') ? value : undefined
  } catch {
    return undefined
  }
}

/** The name and value of each variable that ENV or ARG sets. ARG without a default has none. */
export function variablesOf(instruction: Instruction): { name: string; value?: string }[] {
  const pairs = [...instruction.arguments.matchAll(/([A-Za-z_][\w.-]*)=("(?:\\.|[^"\\])*"|'[^']*'|(?:\\.|[^\s\\])*)/g)]
  if (pairs.length > 0) return pairs.map(([, name, value]) => ({ name: name!, value: value!.replace(/^(["'])([\s\S]*)\1$/, '$2') }))
  const [, name = '', value] = /^(\S+)(?:\s+([\s\S]*))?$/.exec(instruction.arguments) ?? []
  return [{ name, ...(value === undefined ? {} : { value }) }]
}
