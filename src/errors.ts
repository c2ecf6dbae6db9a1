/** Exit codes of the command line (DESIGN "exit codes"). */
export const EXIT = { ok: 0, fault: 1, usage: 2, conflict: 3, drift: 4, policy: 5, pack: 6, verify: 7, interrupted: 130 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** One thing that is wrong: what, where and what to do. */
export interface Problem {
  message: string
  /** a flag ("--port"), a setting, or a file */
  where?: string
  file?: string
  line?: number
  column?: number
  hint?: string
  /** the name of the option that it is about, wherever that was said */
  about?: string
  /** a word that is not known and the ones that are: the report names the nearest */
  near?: { given: string; among: readonly string[] }
  /** what a question could offer instead of this error */
  choices?: readonly string[]
  /** the choice that can be taken without a question, and those that are pages beside it, or what it began as */
  only?: { choice: string; beside: readonly string[]; began?: string }
  /** true where the reason is that nothing here is started: a library, an app for phones */
  idle?: boolean
}

/** Input that cannot be used. Carries every problem that was found, not the first. Recognised by `problems`, never by class: chunks are loaded apart. */
export class InputError extends Error {
  override name = 'InputError'
  readonly problems: Problem[]
  readonly exitCode: ExitCode
  constructor(problems: Problem | Problem[], exitCode: ExitCode = EXIT.usage) {
    const list = Array.isArray(problems) ? problems : [problems]
    super(list.map((p) => p.message).join('\n'))
    this.problems = list
    this.exitCode = exitCode
  }
}

/**
 * Lists problems that an earlier stage went on with, before those of the error that ended a later one. What a later stage says of
 * the same flag follows from the first and is left out. An error that is no bad input comes back as it is.
 */
export function together(earlier: readonly Problem[], error: unknown): unknown {
  const { problems } = error as Partial<InputError>
  if (!problems || earlier.length === 0) return error
  const said = (p: Problem): boolean => earlier.some((e) => e === p || (p.where !== undefined && (e.where === p.where || p.where === `--${e.about}`)))
  const later = problems.filter((p) => !said(p))
  return new InputError([...earlier, ...later])
}

/** file:line:column of a problem, or the flag it came from; empty when neither is known. */
export function place(problem: Problem): string {
  if (!problem.file) return problem.where ?? ''
  return [problem.file, problem.line, problem.line && problem.column].filter(Boolean).join(':')
}
