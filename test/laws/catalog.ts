/** The whole catalog as plans: every example project × base × preset, and the artifact sets. Derived from folders and generated/. */
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { artifacts, controlIds, languages, linters, presets, version } from '../../generated/catalog.ts'
import { controls } from '../../generated/controls.ts'
import { services } from '../../generated/services.ts'
import { detect, type Loaded } from '../../src/detect/detect.ts'
import type { BaseId } from '../../src/detect/language.ts'
import { openProject } from '../../src/detect/project.ts'
import type { InputError } from '../../src/errors.ts'
import { type Catalog, makePlan, type Preset } from '../../src/plan/make.ts'
import type { Plan } from '../../src/plan/plan.ts'
import type { Answers } from '../../src/policy/answers.ts'
import { resolve } from '../../src/policy/preset.ts'
import { type Context, contextOf } from '../../src/render/context.ts'
import { type Rendered, renderContext } from '../../src/render/render.ts'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
export const catalog = { version, artifacts, controlIds, linters, services } as unknown as Catalog
export const allPresets = presets as unknown as Preset[]
export const languageIds = Object.keys(languages)
export { controls }

/** One plan of the catalog. The name says how to make it again. */
export interface Member {
  name: string
  plan: Plan
  loaded: Loaded
}

export const examples = readdirSync(join(root, 'examples')).sort()

/** Answers that change which files there are. */
export const SETS: Record<string, Answers> = {
  ingress: { with: ['ingress'], set: { 'network.egress': '10.20.0.0/16,192.0.2.0/24' } },
  gateway: { with: ['gateway'], image: 'ghcr.io/acme/demo:1.2.3' },
  'no compose': { without: ['compose'] },
  'no kubernetes': { without: ['kubernetes'] },
  'no hpa, pdb': { without: ['hpa', 'pdb'] },
  'no network policies': { without: ['networkpolicy', 'networkpolicy-default'] },
  'all services': { services: Object.keys(services) },
  'no services, no CPU limit': { services: ['none'], cpuLimit: 'none' },
}

/**
 * The plan of an example with these answers; undefined where the tool refuses the combination with a message.
 * A language whose detector is missing has no example that works, and the laws say so.
 */
export async function planOf(example: string, answers: Answers, presetId = 'restricted', today = '2026-11-01'): Promise<Member | undefined> {
  const { resolved, preset } = resolve([{ origin: 'flag', answers: { ...answers, preset: [presetId] } }])
  try {
    const { facts, loaded } = await detect(openProject(join(root, 'examples', example)), answers.language, { framework: answers.framework, manager: answers.packageManager, version: answers.languageVersion, start: answers.start, base: answers.base as BaseId | undefined })
    const plan = makePlan({ facts, language: loaded.language, resolved, preset, catalog, folder: example, today })
    return { name: [example, presetId, JSON.stringify(answers)].join(' '), plan, loaded }
  } catch (error) {
    if ((error as InputError).problems) return undefined
    throw new Error(`${example} ${JSON.stringify(answers)}: ${(error as Error).stack}`)
  }
}

/** Every example × base × preset; a base that lacks the example's version is taken with one that it has. */
export async function matrix(presetIds = allPresets.map((p) => p.id)): Promise<Member[]> {
  const out: Member[] = []
  for (const example of examples) {
    const first = await planOf(example, {})
    if (!first) continue
    for (const [base, spec] of Object.entries(first.loaded.language.bases))
      for (const preset of presetIds) push(out, (await planOf(example, { base }, preset)) ?? (spec?.versions ? await planOf(example, { base, languageVersion: spec.versions[0]! }, preset) : undefined))
  }
  return out
}

/** Every example × artifact set on the default base and preset. */
export async function sets(): Promise<Member[]> {
  const out: Member[] = []
  for (const example of examples) for (const answers of [{}, ...Object.values(SETS)]) push(out, await planOf(example, answers))
  return out
}

/** Every example with each other framework, package manager and version of its language. */
export async function variants(): Promise<Member[]> {
  const out: Member[] = []
  for (const example of examples) {
    const first = await planOf(example, {})
    if (!first) continue
    const { language } = first.loaded
    for (const { id } of language.frameworks) if (id !== first.plan.framework?.id) push(out, await planOf(example, { framework: id }))
    for (const { id } of language.managers) if (id !== first.plan.manager?.id) push(out, await planOf(example, { packageManager: id }))
    for (const { id } of language.versions.lines) if (id !== first.plan.language.version) push(out, await planOf(example, { languageVersion: id }))
  }
  return out
}

const push = (list: Member[], member: Member | undefined): void => void (member && list.push(member))

/** A plan's files with other controls than it says: the context's conditions stay as they are. */
export function renderWith(member: Member, on: (control: string) => boolean): Rendered[] {
  return renderContext(member.plan.artifacts, contextWith(member, on), member.loaded.templates)
}

export function contextWith({ plan }: Member, on: (control: string) => boolean): Context {
  const context = contextOf(plan)
  return { ...context, on: Object.fromEntries(Object.keys(context.on as object).map((id) => [id, on(id)])) }
}

/** Fails with every problem on a line of its own. */
export function none(problems: readonly string[]): void {
  const shown = [...new Set(problems)]
  if (shown.length > 0) throw new Error(`${shown.length} problems\n${shown.slice(0, 60).join('\n')}`)
}

/** Runs a check over members and says what is wrong, each thing once with a member that shows it, so that it can be made again. */
export function problemsOf(members: readonly Member[], check: (member: Member) => readonly string[]): string[] {
  const found = new Map<string, string[]>()
  for (const m of members)
    for (const problem of tried(() => check(m))) {
      const names = found.get(problem)
      if (names) names.push(m.name)
      else found.set(problem, [m.name])
    }
  return [...found].map(([problem, names]) => `${problem}\n    [${names[0]}${names.length > 1 ? ` and ${names.length - 1} more` : ''}]`)
}

function tried(check: () => readonly string[]): readonly string[] {
  try {
    return check()
  } catch (error) {
    return [(error as Error).message]
  }
}
