import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync, accessSync, constants } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { artifacts, controlIds, linters, presets, version } from '../../generated/catalog.ts'
import { services } from '../../generated/services.ts'
import { apply, type Write } from '../apply/apply.ts'
import { ANSWERS_FILE, LOCK_FILE, type Lock } from '../apply/state.ts'
import { detect } from '../detect/detect.ts'
import type { BaseId } from '../detect/language.ts'
import { openProject } from '../detect/project.ts'
import { EXIT, InputError, type Problem } from '../errors.ts'
import { type Catalog, makePlan, type Preset } from '../plan/make.ts'
import { type Answers, layer } from '../policy/answers.ts'
import { type Change, reconcile } from '../reconcile/reconcile.ts'
import { render } from '../render/render.ts'
import type { Io } from './main.ts'
import { answersOf, answersOfEnvironment, type Parsed } from './parse.ts'

/** The main command: looks at the project, decides, writes. The data flow of the whole tool, top to bottom. */
export async function generate(words: string[], flags: Parsed['flags'], io: Io): Promise<number> {
  const root = folderOf(words, io)
  const lock = readLock(root)
  const saved = savedAnswers(root, lock)
  const given = answersOf(flags)
  const resolved = layer([
    { origin: 'hardened.yaml', answers: saved },
    { origin: 'environment', answers: answersOfEnvironment(io.env) },
    { origin: 'flag', answers: given },
  ])
  const { answers } = resolved
  const preset = choosePreset(answers)
  const project = openProject(answers.app ? join(root, answers.app) : root)
  const { facts, loaded } = await detect(project, answers.language, { framework: answers.framework, manager: answers.packageManager, version: answers.languageVersion, start: answers.start, base: answers.base as BaseId | undefined })
  const catalog = { version, artifacts, controlIds, linters, services } as unknown as Catalog
  const plan = makePlan({ facts, language: loaded.language, resolved, preset, catalog, folder: basename(root), today: new Date().toISOString().slice(0, 10) })
  if (flags.plan) {
    io.stdout.write(`${JSON.stringify({ ...plan, facts }, null, 2)}\n`)
    return EXIT.ok
  }
  const rendered = render(plan, loaded.templates)
  if (answers.control || answers.set) (await import('../audit/verify.ts')).verifyRendered(plan, rendered)
  const changes = rendered.map((r) => reconcile(r.path, lock?.files[r.path], readText(join(root, r.path)), r.text))
  const writes = decide(changes, flags)
  if (!flags['dry-run']) {
    const next: Lock = { lockVersion: 1, tool: version, answersHash: '', answers: saved, files: Object.fromEntries(rendered.map((r) => [r.path, r.text])) }
    apply(project.root, [...writes, { path: LOCK_FILE, text: `${JSON.stringify(next, null, 1)}\n` }])
  }
  for (const c of changes) io.stdout.write(`${c.kind.padEnd(9)}${c.path}\n`)
  for (const w of plan.warnings) io.stderr.write(`warning: ${w.message}${w.file ? ` (${w.file}${w.line ? `:${w.line}` : ''})` : ''}\n${w.hint ? `         ${w.hint}\n` : ''}`)
  return EXIT.ok
}

function folderOf(words: string[], io: Io): string {
  const root = resolve(io.cwd, words[0] ?? '.')
  const problem = (message: string, hint: string): never => {
    throw new InputError({ message, file: words[0] ?? '.', hint })
  }
  if (words.length > 1) throw new InputError({ message: `one folder at a time: ${words.join(' ')}`, where: 'command line' })
  if (!existsSync(root)) problem('there is no such folder', 'name the folder of the project')
  if (!statSync(root).isDirectory()) problem('that is a file', 'name the folder of the project')
  try {
    accessSync(root, constants.W_OK)
  } catch {
    problem('the folder cannot be written to', 'mend its permissions')
  }
  return root
}

function choosePreset(answers: Answers): Preset {
  const id = answers.preset?.at(-1) ?? 'restricted'
  const preset = (presets as unknown as Preset[]).find((p) => p.id === id)
  if (!preset) throw new InputError({ message: `there is no preset "${id}"`, where: '--preset', hint: `one of ${(presets as unknown as Preset[]).map((p) => p.id).join(', ')}` })
  return preset
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function readLock(root: string): Lock | undefined {
  const text = readText(join(root, LOCK_FILE))
  return text === undefined ? undefined : (JSON.parse(text) as Lock)
}

function savedAnswers(_root: string, _lock: Lock | undefined): Answers {
  return {}
}

/** What is written, given what a person said of files that somebody else wrote. Throws InputError (conflict) naming them all. */
function decide(changes: readonly Change[], flags: Parsed['flags']): Write[] {
  const conflicts = changes.filter((c) => c.kind === 'conflict')
  if (conflicts.length > 0 && !flags.force && !flags['skip-existing'] && !flags.backup)
    throw new InputError(
      conflicts.map((c): Problem => ({ message: c.reason === 'foreign' ? 'exists and was not written by this tool' : 'was edited since it was written', file: c.path, hint: '--force to replace, --skip-existing to leave, --backup to keep a copy' })),
      EXIT.conflict,
    )
  return changes.filter((c) => c.kind === 'create' || c.kind === 'update' || (c.kind === 'conflict' && !flags['skip-existing'])).map((c) => ({ path: c.path, text: c.after, backup: c.kind === 'conflict' && flags.backup === true }))
}

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
