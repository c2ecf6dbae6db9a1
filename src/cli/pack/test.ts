import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { presets } from '../../../generated/catalog.ts'
import { EXIT, InputError, type Problem } from '../../errors.ts'
import type { PackRun } from '../../pack/run.ts'
import type { Preset } from '../../plan/input.ts'
import type { Answers } from '../../policy/answers.ts'
import { readAnswers } from '../../policy/read.ts'
import type { Change } from '../../reconcile/reconcile.ts'
import type { Rendered } from '../../render/render.ts'
import { coloured, paint } from '../colour.ts'
import { detectFor, planFor, resolveFor } from '../generate.ts'
import type { Io } from '../io.ts'
import { diffText } from '../look.ts'
import type { Parsed } from '../parse.ts'
import { problemText, withNearest } from '../report.ts'
import { ownPack } from './own.ts'
import { SAMPLES } from './samples.ts'

/** One golden case of a pack: tests/NAME with answers.yaml, project/ and expected/. */
interface Case {
  name: string
  folder: string
  answers: Answers
}

interface Outcome {
  name: string
  ok: boolean
  problems: Problem[]
  changes: Change[]
}

/**
 * Renders a pack's own cases and compares them with what is expected, then holds it to the tool's laws: for every language and
 * preset what it renders must pass the audit. With --update what is expected is written anew.
 */
export async function run(words: string[], flags: Parsed['flags'], io: Io): Promise<number> {
  const { pack, run: packs, folder } = await ownPack(words, flags, io)
  const cases = casesOf(folder, packs)
  const outcomes: Outcome[] = []
  for (const c of cases) outcomes.push(await golden(c, packs, flags.update === true))
  const given = Object.assign({}, ...cases.map((c) => c.answers)) as Answers
  for (const [language, files] of Object.entries(SAMPLES)) for (const preset of [...(presets as unknown as Preset[]), ...packs.presets]) outcomes.push(await law(language, files, preset.id, given, packs))
  const failed = outcomes.filter((o) => !o.ok)
  if (flags.json) io.stdout.write(`${JSON.stringify({ schemaVersion: 1, ok: failed.length === 0, exitCode: failed.length === 0 ? EXIT.ok : EXIT.fault, tests: outcomes.map(({ name, ok, problems, changes }) => ({ name, ok, problems: problems.map(withNearest), changed: changes.map((c) => c.path) })) }, null, 2)}\n`)
  else {
    const p = paint(coloured(flags, io.env, io.stdout))
    for (const o of outcomes) {
      io.stdout.write(`${o.ok ? p.green('ok    ') : p.red('failed')} ${o.name}\n`)
      if (o.changes.length > 0) io.stdout.write(diffText(o.changes, flags, io))
      for (const problem of o.problems) io.stderr.write(problemText(withNearest(problem), p.red('error')))
    }
    if (cases.length === 0) io.stderr.write(`${pack.name} has no cases of its own: tests/NAME/{answers.yaml,project/}, then pack test --update\n`)
    io.stdout.write(`\n${outcomes.length - failed.length} passed, ${failed.length} failed\n`)
  }
  return failed.length === 0 ? EXIT.ok : EXIT.fault
}

function casesOf(folder: string, packs: PackRun): Case[] {
  const tests = join(folder, 'tests')
  if (!existsSync(tests)) return []
  return readdirSync(tests, { withFileTypes: true })
    .filter((e) => e.isDirectory())
    .map(({ name }) => {
      const file = join(tests, name, 'answers.yaml')
      if (!existsSync(join(tests, name, 'project'))) throw new InputError({ message: `the case ${name} has no project`, file: join('tests', name), hint: 'put the smallest project that shows it into project/' }, EXIT.pack)
      return { name, folder: join(tests, name), answers: existsSync(file) ? readAnswers(`tests/${name}/answers.yaml`, readFileSync(file, 'utf8'), packs.policy.settings) : {} }
    })
}

async function rendered(root: string, answers: Answers, packs: PackRun): Promise<Rendered[]> {
  const known = { root, saved: { answers: {} }, layers: [{ origin: 'hardened.yaml' as const, answers }], packs }
  const { resolved, preset } = resolveFor(known)
  const { facts, loaded } = await detectFor(known, resolved)
  const plan = planFor(known, facts, loaded, resolved, preset)
  return packs.verified(plan, loaded)
}

async function golden({ name, folder, answers }: Case, packs: PackRun, update: boolean): Promise<Outcome> {
  const outcome: Outcome = { name: `case ${name}`, ok: true, problems: [], changes: [] }
  try {
    const files = await rendered(join(folder, 'project'), answers, packs)
    const expected = join(folder, 'expected')
    const before = existsSync(expected) ? readdirSync(expected, { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name).slice(expected.length + 1).replaceAll('\\', '/')) : []
    if (update) {
      rmSync(expected, { recursive: true, force: true })
      for (const f of files) {
        mkdirSync(dirname(join(expected, f.path)), { recursive: true })
        writeFileSync(join(expected, f.path), f.text)
      }
      return outcome
    }
    const text = (path: string): string | undefined => (before.includes(path) ? readFileSync(join(expected, path), 'utf8') : undefined)
    for (const f of files) if (text(f.path) !== f.text) outcome.changes.push({ path: f.path, kind: text(f.path) === undefined ? 'create' : 'update', before: text(f.path), after: f.text })
    for (const path of before) if (!files.some((f) => f.path === path)) outcome.changes.push({ path, kind: 'remove', before: text(path), after: '' })
    outcome.ok = outcome.changes.length === 0
  } catch (error) {
    if (!(error as InputError).problems) throw error
    Object.assign(outcome, { ok: false, problems: (error as InputError).problems })
  }
  return outcome
}

/** What a person has to answer in every project is taken from the cases; what names a project or its language is not. */
const OWN = ['name', 'start', 'port', 'language', 'framework', 'languageVersion', 'packageManager', 'base', 'healthPath', 'readyPath', 'app', 'preset']

async function law(language: string, files: Record<string, string>, preset: string, given: Answers, packs: PackRun): Promise<Outcome> {
  const outcome: Outcome = { name: `${language}, preset ${preset}`, ok: true, problems: [], changes: [] }
  const folder = mkdtempSync(join(tmpdir(), 'pack-test-'))
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    const answers = Object.fromEntries(Object.entries(given).filter(([key]) => !OWN.includes(key))) as Answers
    await rendered(folder, { ...answers, name: 'sample', language, preset: [preset] }, packs)
  } catch (error) {
    if (!(error as InputError).problems) throw error
    Object.assign(outcome, { ok: false, problems: (error as InputError).problems })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return outcome
}
