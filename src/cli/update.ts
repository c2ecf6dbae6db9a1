import { readText } from '../apply/state.ts'
import type { Evidence, Facts } from '../detect/facts.ts'
import type { Loaded } from '../detect/detect.ts'
import { EXIT, InputError, type Problem } from '../errors.ts'
import type { Preset } from '../plan/input.ts'
import type { Plan } from '../plan/plan.ts'
import type { Resolved } from '../policy/answers.ts'
import { resolve } from '../policy/preset.ts'
import { ordered, savedText } from '../policy/saved.ts'
import type { Change } from '../reconcile/reconcile.ts'
import type { Rendered } from '../render/render.ts'
import { coloured, paint } from './colour.ts'
import { catalog, changesOf, detectFor, generate, given, type Known, leaveOut, planFor, readInput, renderFor, resolveFor, snapshot } from './generate.ts'
import type { Io } from './io.ts'
import type { Parsed } from './parse.ts'

type Flags = Parsed['flags']

/** Writes the files anew without a question and keeps every edit; with --check, only says whether that is due. */
export async function run(words: string[], flags: Flags, io: Io): Promise<number> {
  if (/[*?]/.test(String(flags.app ?? ''))) return (await import('./apps.ts')).forEachApp(words, flags, io, run)
  if (flags.strict && !flags.check) throw new InputError({ message: '--strict goes with --check', where: '--strict', hint: 'create-hardened-container update --check --strict' })
  const { known, interrupted } = await readInput(words, flags, io)
  if (known.lock === undefined && known.saved.text === undefined && !interrupted)
    throw new InputError({ message: 'nothing was written here yet, so there is nothing to update', file: known.root, hint: 'begin with: create-hardened-container' })
  return flags.check ? check(words, flags, io) : generate(words, { ...flags, yes: true }, io)
}

/** One file that an update would change, or that was edited, with the reasons. */
interface Drift {
  path: string
  change: Change['kind']
  causes: string[]
}

/** Reads, renders and compares; writes nothing. Exit 5 where the policy is broken, 4 where files are due, else 0. */
async function check(words: string[], argvFlags: Flags, io: Io): Promise<number> {
  const { known, flags, notes } = await readInput(words, argvFlags, io)
  for (const note of notes) io.stderr.write((await import('./report.ts')).problemText(note, 'warning'))
  const { resolved, preset } = resolveFor(known)
  const { facts, loaded } = await detectFor(known, resolved)
  const plan = planFor(known, facts, loaded, resolved, preset)
  const whole = { ...plan, artifacts: plan.artifacts }
  const gone = leaveOut(plan, known, flags)
  const rendered = await renderFor(known, plan, loaded)
  const changes = await changesOf(known, rendered, gone, await savedText(known.saved, ordered(given(resolved))), flags)
  const due = changes.filter(isDue)
  const edited = changes.filter((c) => c.kind === 'kept' || ((c.kind === 'merged' || c.kind === 'conflict') && c.reason !== 'foreign'))
  const causes = due.length > 0 ? await causesOf(known, { facts, loaded, resolved, preset, whole, rendered }) : new Map<string, string[]>()
  const drift: Drift[] = [
    ...due.map((c) => ({ path: c.path, change: c.kind, causes: causeOf(c, causes) })),
    ...(flags.strict ? edited.filter((c) => !due.includes(c)).map((c): Drift => ({ path: c.path, change: c.kind, causes: ['edited here'] })) : []),
  ]
  const problems = [...ended(resolved), ...(edited.length + gone.length > 0 ? await broken(known, plan, rendered, [...edited, ...gone]) : []), ...(known.packs ? await onDisk(known, plan, rendered) : [])]
  const code = problems.length > 0 ? EXIT.policy : drift.length > 0 ? EXIT.drift : EXIT.ok
  if (flags.json) io.stdout.write(`${JSON.stringify({ schemaVersion: 1, ok: code === EXIT.ok, exitCode: code, drift, edited: edited.map((c) => c.path), problems, warnings: plan.warnings }, null, 2)}\n`)
  else await tell(drift, edited, problems, due, flags, io)
  if (io.env.GITHUB_ACTIONS) for (const line of annotations(drift, problems)) io.stdout.write(line)
  return code
}

/** Whether an update would write, remove or refuse this file, or tell for the first time that it is gone. */
const isDue = (c: Change): boolean => c.kind !== 'same' && c.kind !== 'kept' && c.reason !== 'known'

function causeOf(change: Change, causes: ReadonlyMap<string, string[]>): string[] {
  if (change.kind === 'gone') return ['file missing: --with brings it back, update leaves it away']
  if (change.reason === 'markers') return ['holds markers of a merge that was not finished']
  if (change.reason === 'foreign') return ['exists and was not written by this tool']
  const known = causes.get(change.path) ?? []
  if (change.kind === 'remove') return ['no longer written', ...known]
  return known.length > 0 ? known : change.path === 'hardened.yaml' ? ['answers changed'] : ['never written']
}

interface Now {
  facts: Facts
  loaded: Loaded
  resolved: Resolved
  preset: Preset
  /** the plan with the files that a person deleted */
  whole: Plan
  rendered: readonly Rendered[]
}

/**
 * Why each file differs from its last render: it is rendered again with what was known then, and one thing after the other is
 * brought up to date. What changes at a step is due to that step.
 */
async function causesOf(known: Known, now: Now): Promise<Map<string, string[]>> {
  const { lock } = known
  const causes = new Map<string, string[]>()
  if (!lock) return causes
  const moved = known.packs?.locked.filter((p) => lock.packs?.find((l) => l.name === p.name)?.integrity !== p.integrity).map((p) => `${p.name} ${lock.packs?.find((l) => l.name === p.name)?.version ?? 'new'} → ${p.version}`) ?? []
  const tool = moved.length > 0 ? `pack changed: ${moved.join(', ')}` : lock.tool === catalog.version ? 'preset, pack or templates newer' : `tool newer: ${lock.tool} → ${catalog.version}`
  // what the last run was given by flags and the environment is in the answers that it kept
  const then = resolve([{ origin: 'hardened.yaml', answers: lock.answers.values }], known.packs)
  const texts = async (make: () => Promise<readonly Rendered[]>): Promise<Map<string, string> | undefined> => {
    try {
      return new Map((await make()).map((r) => [r.path, r.text]))
    } catch {
      // what was said then does not go with today's tool or project: the next step tells
      return undefined
    }
  }
  const plain = (facts: unknown): Facts => revive(facts) as Facts
  const steps: [string, Map<string, string> | undefined][] = [
    [tool, lock.facts ? await texts(async () => renderFor(known, planFor(known, plain(lock.facts), now.loaded, then.resolved, then.preset), now.loaded)) : undefined],
    [`project changed${factsChanged(lock.facts, now.facts)}`, await texts(async () => renderFor(known, planFor(known, now.facts, now.loaded, then.resolved, then.preset), now.loaded))],
    [`answers changed${changed(lock.answers.values, ordered(given(now.resolved)))}`, await texts(() => renderFor(known, now.whole, now.loaded))],
    ['a file that it names was deleted', new Map(now.rendered.map((r) => [r.path, r.text]))],
  ]
  let before = new Map(Object.entries(lock.files))
  for (const [cause, after] of steps) {
    if (!after) continue
    for (const path of new Set([...before.keys(), ...after.keys()])) if (before.get(path) !== after.get(path)) causes.set(path, [...(causes.get(path) ?? []), cause])
    before = after
  }
  return causes
}

/** Facts of the lock have no places; where a fact is meant, an empty list stands for them. */
function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive)
  if (typeof value !== 'object' || value === null) return value
  const out = Object.fromEntries(Object.entries(value).map(([k, v]) => [k, k === 'build' ? v : revive(v)]))
  if ('language' in out) return { warnings: [], ...out }
  return 'value' in out || 'base' in out ? { evidence: [], ...out } : out
}

/** What differs between two sets of facts: "version 22 → 24 (.nvmrc:1)". */
function factsChanged(then: unknown, now: Facts): string {
  if (typeof then !== 'object' || then === null) return ''
  // what only templates read has no name that a person knows
  const { build: was, ...before } = then as Record<string, unknown>
  const { build: is, ...after } = snapshot(now) as Record<string, unknown>
  const told = changed(before, after, (key) => placeOf((now as unknown as Record<string, unknown>)[key]))
  return told || (JSON.stringify(was) === JSON.stringify(is) ? '' : ': what its build reads')
}

/** Keys whose values differ, with both and their place: ": port 3000 → 4000 (server.js:5)". */
function changed(before: object, after: object, at: (key: string) => string | undefined = () => undefined): string {
  const [a, b] = [before, after] as Record<string, unknown>[] as [Record<string, unknown>, Record<string, unknown>]
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((k) => JSON.stringify(a[k]) !== JSON.stringify(b[k]))
  const told = keys.map((key) => {
    const [from, to, place] = [brief(a[key]), brief(b[key]), at(key)]
    return `${key}${from === undefined && to === undefined ? '' : ` ${from ?? 'none'} → ${to ?? 'none'}`}${place ? ` (${place})` : ''}`
  })
  return told.length > 0 ? `: ${told.join(', ')}` : ''
}

function brief(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((v) => brief(v) ?? '').filter(Boolean).join('+') || undefined
  if (typeof value === 'object' && value !== null) return 'value' in value ? brief((value as { value: unknown }).value) : undefined
  return value === undefined ? undefined : String(value)
}

function placeOf(fact: unknown): string | undefined {
  const one = (Array.isArray(fact) ? fact[0] : fact) as { evidence?: Evidence[] } | undefined
  const at = one?.evidence?.[0]
  return at && `${at.file}${at.line ? `:${at.line}` : ''}`
}

/** Exceptions that have ended. */
function ended({ answers, origins }: Resolved): Problem[] {
  const today = new Date().toISOString().slice(0, 10)
  return Object.entries(answers.control ?? {}).flatMap(([id, { until }]) => (until && until < today ? [{ message: `the exception for ${id} ended on ${until}`, ...(origins[`control.${id}`] === 'hardened.yaml' ? { file: 'hardened.yaml' } : { where: origins[`control.${id}`] }), hint: 'switch the control on again, or give a new reason and day' }] : []))
}

/** What the files that are there say that a pack's rules do not allow: a rule that was tightened shows here. */
function onDisk({ root, packs }: Known, plan: Plan, rendered: readonly Rendered[]): Promise<Problem[]> {
  return packs!.violations(plan, rendered.flatMap(({ path }) => {
    const text = readText(root, path)
    return text === undefined ? [] : [{ path, text }]
  }))
}

/** Controls that do not hold since files were edited or deleted, with file and line: also in a file that refers to such a one. */
async function broken({ root, packs }: Known, plan: Plan, rendered: readonly Rendered[], edited: readonly Change[]): Promise<Problem[]> {
  const [{ audit }, { controls }] = await Promise.all([import('../audit/audit.ts'), import('../../generated/controls.ts')])
  const paths = new Set(edited.map((c) => c.path))
  const files = rendered.map((r) => (paths.has(r.path) ? { path: r.path, text: readText(root, r.path) ?? r.text } : r))
  return audit(files, (await packs?.controls()) ?? controls, plan).map((f) => ({ message: `${f.control}: ${f.message}`, file: f.file, line: f.line, hint: `undo the edit, or give the reason: --control ${f.control}=off:"why"` }))
}

async function tell(drift: readonly Drift[], edited: readonly Change[], problems: readonly Problem[], due: readonly Change[], flags: Flags, io: Io): Promise<void> {
  const p = paint(coloured(flags, io.env, io.stdout))
  if (flags.diff) io.stdout.write((await import('./look.ts')).diffText(due, flags, io))
  else {
    for (const d of drift) io.stdout.write(`${p.yellow('drift'.padEnd(9))}${d.path}   ${p.dim(d.causes.join('; '))}\n`)
    for (const c of edited) if (!drift.some((d) => d.path === c.path)) io.stdout.write(`${p.dim('edited'.padEnd(9))}${c.path}\n`)
  }
  if (problems.length > 0) {
    const { problemText } = await import('./report.ts')
    for (const problem of problems) io.stderr.write(problemText(problem, p.red('error')))
  }
  io.stderr.write(drift.length > 0 ? `${drift.length === 1 ? '1 file is' : `${drift.length} files are`} due: create-hardened-container update\n` : problems.length > 0 ? '' : 'nothing is due\n')
}

/** https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
function annotations(drift: readonly Drift[], problems: readonly Problem[]): string[] {
  const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
  const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
  return [
    ...drift.map((d) => `::error file=${property(d.path)},title=hardened files are due::${data(d.causes.join('; '))}\n`),
    ...problems.map((q) => `::error ${q.file ? `file=${property(q.file)},${q.line ? `line=${q.line},` : ''}` : ''}title=hardening is broken::${data(q.message)}\n`),
  ]
}
