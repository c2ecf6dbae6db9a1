import { existsSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { artifacts, controlIds, linters, version } from '../../generated/catalog.ts'
import { services } from '../../generated/services.ts'
import { apply } from '../apply/apply.ts'
import { JOURNAL } from '../apply/journal.ts'
import { ANSWERS_FILE, type Lock, LOCK_FILE, lockText, readLock, readText } from '../apply/state.ts'
import { detect, type Loaded } from '../detect/detect.ts'
import type { Facts } from '../detect/facts.ts'
import type { BaseId } from '../detect/language.ts'
import { evidenceOf } from '../detect/existing.ts'
import { EVIDENCE, openProject } from '../detect/project.ts'
import { EXIT, InputError, type Problem, together } from '../errors.ts'
import type { Catalog, Preset } from '../plan/input.ts'
import type { PackRun } from '../pack/run.ts'
import { makePlan } from '../plan/make.ts'
import type { Plan } from '../plan/plan.ts'
import { problemsOfAnswers } from '../plan/said.ts'
import { type Answers, isPerson, type Layer, type Resolved } from '../policy/answers.ts'
import { answersFrom, userAnswers } from '../policy/files.ts'
import { answersOfFlags, placedBy, readEnvironment, refuseSwallowed } from '../policy/layers.ts'
import { isPack, resolve } from '../policy/preset.ts'
import { ordered, readSaved, type Saved, savedText } from '../policy/saved.ts'
import { type Change, hasMarkers, reconcile, reconcileOrphan } from '../reconcile/reconcile.ts'
import { type Rendered, render } from '../render/render.ts'
import { inCi } from './colour.ts'
import { type Choice, choiceOf, conflictError, doubled, writesOf } from './decide.ts'
import type { Io } from './io.ts'
import { nextSteps, repeatCommand } from './next.ts'
import { changeLines, nextLines, planText, summary } from './output.ts'
import type { Parsed } from './parse.ts'
import { checkWritable, folderOf } from './target.ts'

/** A project as far as it is known before a plan: where, what was answered so far and by whom, what was detected. */
export interface Known {
  root: string
  lock?: Lock
  saved: Saved
  layers: Layer[]
  /** the packs of this project */
  packs?: PackRun
  /** what was said and cannot be used: told with what detection and the plan find, so that one error says it all */
  problems?: readonly Problem[]
}

/** The policy of an administrator, which holds for every project of the machine. */
export const MANAGED_POLICY = '/etc/create-hardened-container/policy.yaml'

/** The names that docker compose looks for, in its order (https://docs.docker.com/compose/intro/compose-application-model/#the-compose-file) */
const COMPOSE = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml']

export const catalog = { version, artifacts, controlIds, linters, services } as unknown as Catalog

/** The main command: looks at the project, decides, writes. The data flow of the whole tool, top to bottom. */
export async function generate(words: string[], argvFlags: Parsed['flags'], io: Io): Promise<number> {
  const { known, flags, notes } = await readInput(words, argvFlags, io, true)
  const looks = looksOf(flags)
  if (!looks) checkWritable(known.root)
  const asks = !looks && !flags.yes && !inCi(io.env) && io.inputIsTTY && io.stderr.isTTY
  for (const note of notes) io.stderr.write((await import('./report.ts')).problemText((await import('./report.ts')).withNearest(note), 'warning'))

  if (asks && known.problems!.length > 0) throw new InputError([...known.problems!])
  const asked = asks ? await (await import('../ask/wizard.ts')).ask(known, io) : {}
  if (asked.app !== undefined) return generate(words, { ...argvFlags, app: asked.app }, io)
  const { resolved, preset } = resolveFor(known, asked)
  const found = await detectFor(known, resolved).catch(onlyAppOf)
  if ('choice' in found) {
    const { choice, beside, began } = found
    io.stderr.write(began ? `${choice}/ is what becomes of ${began}/, so its files are written there\n` : `the only program${beside.length > 0 ? ' that answers requests' : ''} is in ${choice}/, so its files are written there\n`)
    if (beside.length > 0) io.stderr.write(`the pages beside it are no part of its image, and get files of their own with ${beside.map((path) => `--app ${path}`).join(', ')}\n`)
    return generate(words, { ...argvFlags, app: choice }, io)
  }
  const { facts, loaded } = found
  const plan = planFor(known, facts, loaded, resolved, preset)
  const whole = { ...plan, artifacts: plan.artifacts }
  const gone = leaveOut(plan, known, flags)
  const passed = plan.artifacts.some((a) => a.path === COMPOSE[0]) ? COMPOSE.slice(1).filter((name) => existsSync(join(known.root, name))) : []
  for (const file of passed) plan.warnings.push({ message: `docker compose reads ${COMPOSE[0]} and passes this one over`, file, hint: `move what is yours into ${COMPOSE[0]} or compose.override.yaml and delete it; or stay with it: --without compose` })
  const kept = ordered(given(resolved))
  const repeat = repeatCommand(version, words[0], given(resolved))
  const near = relative(io.cwd, known.root)
  const steps = nextSteps(plan, repeat, near.startsWith(join('..', '..')) ? known.root : near)
  plan.nextSteps = steps.map((s) => s.command)
  if (flags.plan) return print(planText(plan, facts), io)

  // that a file is missing which a person deleted is not for a run to refuse: update --check tells what it breaks
  const verified = await verifiedFor(known, whole, loaded, resolved)
  const rendered = gone.length === 0 ? verified : await renderFor(known, plan, loaded)
  const answersText = await savedText(known.saved, kept)
  const differing = await changesOf(known, rendered, gone, answersText, flags)
  const changes = flags['rebase-lock'] ? differing.map(asEdited) : differing
  const choices = choicesOf(changes, flags)
  plan.warnings.push(...doubled(changes))
  if (looks && looks !== 'dry-run') return look(plan, changes, choices, flags, io)
  const framework = loaded.language.frameworks.find((f) => f.id === plan.framework?.id)
  if (asks) {
    const go = await (await import('../ask/confirm.ts')).confirmWrites(plan, changes, choices, flags, io)
    if (!go) return EXIT.ok
  } else {
    io.stderr.write(summary(plan, flags, io))
    requireChoices(changes, choices)
  }
  if (!looks) write(known, rendered, facts, changes, choices, { text: answersText, values: kept }, flags['rebase-lock'] === true)
  // who confirmed the list has just read it
  if (!asks) io.stdout.write(changeLines(changes, choices, flags, io))
  io.stderr.write(nextLines(steps, plan, framework, flags, io))
  const marked = changes.filter((c) => choices.get(c.path) === 'merge' && hasMarkers(c.marked ?? ''))
  // a whole run uses most functions, so the next one of any kind finds them
  if (!looks) io.keepCompiled()
  for (const { path } of marked) io.stderr.write(`marked: ${path} holds places for you to decide\n`)
  return marked.length > 0 ? EXIT.conflict : EXIT.ok
}

/** The app below the one that was looked at that is taken without a question. Throws every other error on. */
function onlyAppOf(error: unknown): NonNullable<Problem['only']> {
  const [problem] = (error as Partial<InputError>).problems ?? []
  if (!problem?.only) throw error
  return problem.only
}

/** The flag that asks to look and to write nothing. */
const looksOf = (flags: Parsed['flags']): string | undefined => ['plan', 'print', 'diff', 'json', 'dry-run'].find((name) => flags[name] !== undefined && flags[name] !== false)

/**
 * Everything that was said before a question: flags, environment, answer files, each as a layer of its own. What an interrupted
 * run left is finished first, when this one `writes`.
 */
export async function readInput(words: string[], argvFlags: Parsed['flags'], io: Io, writes = false): Promise<{ known: Known; flags: Parsed['flags']; notes: Problem[]; interrupted: boolean }> {
  refuseSwallowed(argvFlags, io.env)
  const first = readEnvironment(io.env)
  const flags = { ...first.flags, ...argvFlags }
  try {
    return await readFrom(words, flags, first, io, writes)
  } catch (error) {
    // a folder or a pack that is not there leaves unknown which settings there are
    const { set: _, ...others } = flags
    const problems = first.problems.filter((p) => p.where !== 'CHC_SET')
    answersOfFlags(others, undefined, problems)
    throw together(problems, error)
  }
}

async function readFrom(words: string[], flags: Parsed['flags'], first: ReturnType<typeof readEnvironment>, io: Io, writes: boolean): ReturnType<typeof readInput> {
  const root = folderOf(words, (flags.app as string | undefined) ?? first.answers.app, io)
  const interrupted = existsSync(join(root, JOURNAL))
  const notes = interrupted ? await settle(root, writes && !looksOf(flags)) : []
  // a damaged lock is not read when it is to be made anew
  const lock = flags['rebase-lock'] ? undefined : readLock(root)
  const packs = await packsOf(root, flags, first.answers.preset, lock, io)
  const settings = packs?.policy.settings
  const environment = packs ? readEnvironment(io.env, settings) : first
  const problems: Problem[] = []
  const user = await userAnswers(io.env, settings, problems)
  const saved = await readSaved(root, lock, settings, problems)
  // packs that were typed as paths are kept as seen from the app
  const placed = async (answers: Answers): Promise<Answers> => {
    if (!packs || !answers.preset) return answers
    const { fromRoot } = await import('./packs.ts')
    return { ...answers, preset: answers.preset.map((p) => fromRoot(p, root, io.cwd)) }
  }
  const layers: Layer[] = [
    { origin: 'user file', answers: user },
    { origin: 'hardened.yaml', answers: saved.answers },
    { origin: 'answers file', answers: flags.answers === undefined ? {} : await answersFrom(String(flags.answers), io.cwd, settings, problems) },
    { origin: 'environment', answers: await placed(environment.answers) },
    { origin: 'flag', answers: await placed(answersOfFlags(flags, settings, problems)) },
  ]
  problems.push(...environment.problems)
  return { known: { root, lock, saved, layers, ...(packs ? { packs } : {}), problems }, flags, notes: [...notes, ...environment.warnings], interrupted }
}

/** Flags that name what packs may bring. */
const OF_PACKS = ['set', 'control', 'with', 'without']

/** What cannot be used of flags by themselves, beside one that is not understood. Without the packs nobody knows what there is of theirs. */
export function problemsOfFlags(flags: Parsed['flags']): Problem[] {
  const problems: Problem[] = []
  const answers = answersOfFlags(Object.fromEntries(Object.entries(flags).filter(([name]) => !OF_PACKS.includes(name))), undefined, problems)
  return [...problems, ...problemsOfAnswers({ resolved: { answers, origins: {} }, catalog })]
}

/** The packs that flags, the environment, a file of answers or an administrator name; none is the usual case and costs nothing. */
async function packsOf(root: string, flags: Parsed['flags'], fromEnvironment: string[] | undefined, lock: Lock | undefined, io: Io): Promise<PackRun | undefined> {
  const named = [...((flags.preset as string[] | undefined) ?? []), ...(fromEnvironment ?? [])].some(isPack)
  const text = readText(root, ANSWERS_FILE)
  const saved = lock && text === lock.answers.text ? (lock.answers.values.preset?.some(isPack) ?? false) : text !== undefined && text.includes('preset')
  if (!named && !saved && flags.answers === undefined && flags.policy === undefined && !existsSync(MANAGED_POLICY)) return undefined
  return (await import('./packs.ts')).packsFor(root, flags, fromEnvironment, lock, io)
}

async function settle(root: string, writes: boolean): Promise<Problem[]> {
  const { interrupted, repair } = await import('../apply/repair.ts')
  return writes ? repair(root) : interrupted(root)
}

/** Answers of every layer, with what was asked, under the preset and the packs of the project. A preset that there is not is told with the plan's problems. */
export function resolveFor(known: Known, asked: Answers = {}): ReturnType<typeof resolve> {
  const problems = [...(known.problems ?? [])]
  try {
    return resolve([...known.layers, { origin: 'prompt', answers: asked }], known.packs, (known.problems = problems))
  } catch (error) {
    throw together(problems, error)
  }
}

/** Options that detection follows: where one of them is not understood, what it then finds means nothing. */
const LEADING = ['language', 'framework', 'package-manager', 'language-version', 'start', 'app']

export async function detectFor({ root, packs, lock, problems = [] }: Pick<Known, 'root' | 'packs' | 'lock' | 'problems'>, resolved: Resolved): Promise<{ facts: Facts; loaded: Loaded }> {
  const { language, framework, packageManager: manager, languageVersion: version, start, base } = resolved.answers
  try {
    return await detect(openProject(root, lock && (lock.replaced ?? {})), language, { framework, manager, version, start, base: base as BaseId | undefined }, '.', packs)
  } catch (error) {
    const { problems: found, exitCode } = error as InputError
    // the run goes on in the folder of the only program
    if (!found || found.some((p) => p.only)) throw error
    const sure = problems.some((p) => LEADING.includes(p.about ?? '')) ? found.filter((p) => p.near) : found
    const said = problemsOfAnswers({ resolved, catalog: packs ? packs.catalog(catalog) : catalog })
    throw together(problems, whereSaid(new InputError([...sure, ...said], exitCode), resolved, root))
  }
}

export function planFor({ root, packs, problems = [] }: Pick<Known, 'root' | 'packs' | 'problems'>, facts: Facts, loaded: Loaded, resolved: Resolved, preset: Preset): Plan {
  try {
    const plan = makePlan({ facts, language: loaded.language, resolved, preset, catalog: packs ? packs.catalog(catalog) : catalog, folder: basename(root), today: new Date().toISOString().slice(0, 10) })
    if (problems.length === 0) return packs ? packs.plan(plan) : plan
  } catch (error) {
    throw together(problems, whereSaid(error as Error, resolved, root))
  }
  throw new InputError([...problems])
}

/** The error with each answer's place, where nobody gave the flag that it names. */
function whereSaid(error: Error, { origins }: Resolved, root: string): Error {
  const { problems, exitCode } = error as InputError
  return problems ? new InputError(problems.map((p) => placedBy(p, origins, () => readText(root, ANSWERS_FILE) ?? '')), exitCode) : error
}

export const renderFor = async ({ packs }: Pick<Known, 'packs'>, plan: Plan, loaded: Loaded): Promise<Rendered[]> => (packs ? packs.render(plan, loaded) : render(plan, loaded.templates))

/** The files; where a pack, --control or --set took part, after a look at what came out. Throws InputError naming what does not hold. */
async function verifiedFor(known: Known, plan: Plan, loaded: Loaded, { answers }: Resolved): Promise<Rendered[]> {
  if (known.packs) return known.packs.verified(plan, loaded)
  const rendered = render(plan, loaded.templates)
  if (answers.control || answers.set) (await import('../audit/verify.ts')).verifyRendered(plan, rendered)
  return rendered
}

/** What somebody said, without what presets and packs say. */
export function given({ answers, origins }: Resolved): Answers {
  return Object.fromEntries(
    Object.entries(answers).flatMap(([key, value]) => {
      if (key !== 'set' && key !== 'control') return isPerson(origins[key]) ? [[key, value]] : []
      const own = Object.entries(value as object).filter(([id]) => origins[`${key}.${id}`] !== undefined && isPerson(origins[`${key}.${id}`]))
      return own.length > 0 ? [[key, Object.fromEntries(own)]] : []
    }),
  )
}

/** Files that the last run wrote or left away and that a person deleted: taken out of the plan, unless --with names them. Returns them. */
export function leaveOut(plan: Plan, { root, lock }: Known, flags: Parsed['flags']): Change[] {
  if (!lock) return []
  const wanted = ((flags.with as string[] | undefined) ?? []).flatMap((w) => w.split(','))
  const isWanted = (id: string): boolean => wanted.includes(id) || wanted.includes(catalog.artifacts.find((a) => a.id === id)?.group ?? '')
  const gone = plan.artifacts.filter((a) => (lock.files[a.path] !== undefined || lock.deleted?.includes(a.path)) && !existsSync(join(root, a.path)) && !isWanted(a.id))
  plan.artifacts = plan.artifacts.filter((a) => !gone.includes(a))
  return gone.map(({ path }) => ({ path, kind: 'gone', after: '', ...(lock.deleted?.includes(path) ? { reason: 'known' } : {}) }))
}

/** What happens to each file: the rendered ones, those that a person deleted, those that are no longer written, and the answers. */
export async function changesOf({ root, lock, saved }: Known, rendered: readonly Rendered[], gone: readonly Change[], answersText: string, flags: Parsed['flags']): Promise<Change[]> {
  const now = new Set(rendered.map((r) => r.path))
  const orphans = Object.entries(lock?.files ?? {}).filter(([path]) => !now.has(path))
  const changes = [
    ...rendered.map((r) => reconcile(r.path, lock?.files[r.path], readText(root, r.path), r.text)),
    ...gone,
    ...orphans.flatMap(([path, base]) => reconcileOrphan(path, base, readText(root, path)) ?? []),
    reconcile(ANSWERS_FILE, saved.text, saved.text, answersText),
  ]
  // who says what is to become of edited files does not want them merged
  if (flags.force || flags.backup || flags['skip-existing'] || !changes.some((c) => c.kind === 'conflict')) return changes
  const { solve } = await import('../reconcile/merge.ts')
  return changes.map((c) => solve(c, lock?.files[c.path], flags.merge === true))
}

function choicesOf(changes: readonly Change[], flags: Parsed['flags']): Map<string, Choice> {
  const choice = choiceOf(flags)
  return new Map(choice ? changes.filter((c) => c.kind === 'conflict' && !(choice === 'merge' && c.reason === 'markers')).map((c) => [c.path, choice]) : [])
}

function requireChoices(changes: readonly Change[], choices: ReadonlyMap<string, Choice>): void {
  const open = changes.filter((c) => c.kind === 'conflict' && !choices.has(c.path))
  if (open.length > 0) throw conflictError(open)
}

async function look(plan: Plan, changes: Change[], choices: Map<string, Choice>, flags: Parsed['flags'], io: Io): Promise<number> {
  const { diffText, document, printText } = await import('./look.ts')
  if (flags.print !== undefined) return print(printText(String(flags.print), changes), io)
  if (flags.diff && !flags.json) return print(diffText(changes, flags, io, choices), io)
  const open = changes.filter((c) => c.kind === 'conflict' && !choices.has(c.path))
  const error = open.length > 0 ? conflictError(open) : undefined
  print(document(plan, changes, choices, error), io)
  return error?.exitCode ?? EXIT.ok
}

function print(text: string, io: Io): number {
  io.stdout.write(text)
  return EXIT.ok
}

/** Without a lock what differs counts as edited, and what is not there as deleted: nothing of a person's is touched. */
function asEdited(c: Change): Change {
  if (c.kind === 'conflict') return { path: c.path, kind: 'kept', before: c.before, after: c.before!, reason: 'edited' }
  return c.kind === 'create' && c.path !== ANSWERS_FILE ? { path: c.path, kind: 'gone', after: '' } : c
}

/** Everything in one go, the lock last: it says that all before it is there. */
function write({ root, lock, packs }: Known, rendered: readonly Rendered[], facts: Facts, changes: readonly Change[], choices: ReadonlyMap<string, Choice>, answers: Lock['answers'], rebased: boolean): void {
  const deleted = changes.filter((c) => c.kind === 'gone').map((c) => c.path)
  // what is no longer written and was edited is merged again on the day on which it is written again
  const orphans = Object.fromEntries(changes.flatMap((c) => (c.reason === 'orphan' ? [[c.path, lock!.files[c.path]!]] : [])))
  // a second run has to find what the first one found
  const replaced = lock || rebased ? (lock?.replaced ?? {}) : Object.fromEntries(changes.flatMap((c) => (EVIDENCE.includes(c.path) && c.kind !== 'same' && c.before !== undefined ? [[c.path, evidenceOf(c.path, c.before)]] : [])))
  const next = lockText({ lockVersion: 1, tool: version, answers, facts: snapshot(facts), ...(packs ? { packs: packs.locked } : {}), files: { ...orphans, ...Object.fromEntries(rendered.filter((r) => !deleted.includes(r.path)).map((r) => [r.path, r.text])) }, ...(Object.keys(replaced).length > 0 ? { replaced } : {}), ...(deleted.length > 0 ? { deleted } : {}) })
  const writes = writesOf(changes, choices)
  const stale = lock === undefined || lockText(lock) !== next
  const unchanged = (now: string | undefined): boolean => rebased || (now === undefined || lock === undefined ? now === lock : lockText(JSON.parse(now) as Lock) === lockText(lock))
  apply(root, stale ? [...writes, { path: LOCK_FILE, text: next, unchanged }] : writes)
}

/** Facts without their places, which move with every edit of a source, and without what is told only once. */
export function snapshot(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snapshot)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).flatMap(([k, v]) => (v === undefined || ['evidence', 'guess', 'warnings'].includes(k) ? [] : [[k, snapshot(v)]])))
}
