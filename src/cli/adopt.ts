import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { services } from '../../generated/services.ts'
import { LOCK_FILE } from '../apply/state.ts'
import { openProject } from '../detect/project.ts'
import { InputError } from '../errors.ts'
import type { Plan } from '../plan/plan.ts'
import { type Own, readOwn, type Said } from '../policy/adopted.ts'
import { answersOfFlags } from '../policy/layers.ts'
import { resolve } from '../policy/preset.ts'
import { coloured, paint } from './colour.ts'
import { detectFor, generate, type Known, planFor, readInput } from './generate.ts'
import type { Io } from './io.ts'
import { OPTIONS, variableOf } from './options.ts'
import type { Parsed } from './parse.ts'

type Flags = Parsed['flags']

/** What became of something that a file says. */
interface Taken extends Said {
  /** absent: it is an answer now */
  not?: string
}

/**
 * Takes files that somebody else wrote under care: reads the answers from them, and writes by the choice that a flag makes
 * (--merge, --backup, --force, --skip-existing); without one it shows the difference and writes nothing.
 */
export async function run(words: string[], flags: Flags, io: Io): Promise<number> {
  const { known } = await readInput(words, flags, io)
  const { root } = known
  if (existsSync(join(root, LOCK_FILE))) throw new InputError({ message: 'is under care already', file: root, hint: 'create-hardened-container update' })
  const own = readOwn(openProject(root), services)
  if (own.files.length === 0) throw new InputError({ message: 'there is no Dockerfile, compose file or manifest to adopt', file: root, hint: 'begin with: create-hardened-container' })
  const taken = await takeFrom(own.said, known, flags, io)
  tell(own, taken, flags, io)
  const answers = Object.fromEntries(taken.filter((t) => !t.not).map((t) => [t.option, OPTIONS.find((o) => o.name === t.option)!.type === 'list' ? [t.value] : t.value]))
  const shows = ['diff', 'print', 'plan', 'json'].some((f) => flags[f] !== undefined && flags[f] !== false)
  const chosen = ['merge', 'backup', 'force', 'skip-existing'].some((f) => flags[f] === true)
  // without a choice there is nothing that a dry run could do otherwise
  const code = await generate(words, { ...answers, ...flags, yes: true, ...(shows || chosen ? {} : { 'dry-run': false, diff: true }) }, io)
  if (!shows && !chosen) io.stderr.write('nothing was written; to write: create-hardened-container adopt with --merge (yours and the new in one file), --backup (yours beside it), --skip-existing or --force\n')
  return code
}

/** Which of the things said become answers: those that nobody has said otherwise, that are not detected anyway, and that can be. */
async function takeFrom(said: readonly Said[], known: Known, flags: Flags, io: Io): Promise<Taken[]> {
  const detected = await plan(known, {}).catch((error: InputError) => (error.problems ? undefined : Promise.reject(error)))
  const out: Taken[] = []
  const good: Flags = {}
  for (const s of said) {
    const option = OPTIONS.find((o) => o.name === s.option)!
    if (s.language && s.language !== detected?.language.id) continue
    if (flags[s.option] !== undefined || io.env[variableOf(option)]) out.push({ ...s, not: 'said otherwise by a flag or the environment' })
    else if (option.answer! in known.saved.answers) out.push({ ...s, not: 'hardened.yaml says it' })
    else if (detected && sameIn(detected, s)) out.push({ ...s, not: 'as detected' })
    else {
      const value = option.type === 'list' ? [s.value] : s.value
      try {
        // without the rest it may be impossible to plan; then it is tried with all of it by the run itself
        if (detected) await plan(known, { ...good, [s.option]: value })
        good[s.option] = value
        out.push(s)
      } catch (error) {
        if (!(error as InputError).problems) throw error
        out.push({ ...s, not: `not taken: ${(error as InputError).problems[0]!.message}` })
      }
    }
  }
  return out
}

async function plan(known: Known, flags: Flags): Promise<Plan> {
  const { resolved, preset } = resolve([...known.layers, { origin: 'flag', answers: answersOfFlags(flags, known.packs?.policy.settings) }], known.packs)
  const { facts, loaded } = await detectFor(known, resolved)
  return planFor(known, facts, loaded, resolved, preset)
}

function sameIn(plan: Plan, { option, value }: Said): boolean {
  const { runtime, base, name } = plan
  const path = (probe: unknown): unknown => (probe as { http?: { path: string } } | undefined)?.http?.path
  const now: Record<string, unknown> = {
    port: runtime.port,
    start: [runtime.argv[0]?.split('/').at(-1), ...runtime.argv.slice(1)].join(' '),
    'language-version': plan.language.version,
    base: base.id,
    name,
    'health-path': path(runtime.probes?.liveness),
    'ready-path': path(runtime.probes?.readiness),
    services: plan.services.map((s) => s.id).join(','),
  }
  return String(now[option]) === value
}

function tell(own: Own, taken: readonly Taken[], flags: Flags, io: Io): void {
  const p = paint(coloured(flags, io.env, io.stderr))
  for (const { path, holds } of own.files) io.stderr.write(`${p.green('read'.padEnd(9))}${path}   ${p.dim(holds)}\n`)
  for (const { path, reason } of own.unread) io.stderr.write(`${p.yellow('passed'.padEnd(9))}${path}   ${p.dim(reason)}\n`)
  for (const { option, value, file, line, not } of taken) io.stderr.write(`  ${option.padEnd(12)} ${value}${p.dim(` — ${file}${line ? `:${line}` : ''}`)}${not ? ` (${not})` : ''}\n`)
}
