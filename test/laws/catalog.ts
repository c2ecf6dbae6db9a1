/** The whole catalog as plans: every example project × base × preset, and the artifact sets. Derived from folders and generated/. */
import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { artifacts, controlIds, languages, linters, presets, version } from '../../generated/catalog.ts'
import { controls } from '../../generated/controls.ts'
import { services } from '../../generated/services.ts'
import { detect, type Loaded } from '../../src/detect/detect.ts'
import type { BaseId } from '../../src/detect/language.ts'
import type { Facts } from '../../src/detect/facts.ts'
import { openProject } from '../../src/detect/project.ts'
import type { InputError } from '../../src/errors.ts'
import type { Catalog, Preset } from '../../src/plan/input.ts'
import { makePlan } from '../../src/plan/make.ts'
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

export const examples = readdirSync(join(root, 'examples')).filter((e) => e !== 'packs').sort()

/** Answers that change which files there are. */
export const SETS: Record<string, Answers> = {
  ingress: { with: ['ingress'], set: { 'network.egress': '10.20.0.0/16,192.0.2.0/24' } },
  ci: { with: ['ci'] },
  'ci, own registry': { with: ['workflow'], image: 'registry.acme.example/apps/demo' },
  gateway: { with: ['gateway'], image: 'ghcr.io/acme/demo:1.2.3' },
  'no compose': { without: ['compose'] },
  'no kubernetes': { without: ['kubernetes'] },
  'no hpa, pdb': { without: ['hpa', 'pdb'] },
  'no network policies': { without: ['networkpolicy', 'networkpolicy-default'] },
  'all services': { services: Object.keys(services) },
  settings: { set: { 'runtime.uid': '20001', 'resources.memory': '512Mi', 'resources.cpu': '250m', 'label.team': 'payments', 'label.acme.example/cost-centre': '104711' } },
  'no services, no CPU limit': { services: ['none'], cpuLimit: 'none' },
}

/** The day of every plan, so that no release line goes out of support meanwhile. */
const TODAY = '2026-11-01'

/** What sources may say that no example does. */
const OTHER_FACTS: Partial<Facts>[] = [{ port: { value: 80, evidence: [] }, portVariable: undefined, framework: undefined }, { health: undefined, ready: undefined, handlesSigterm: { value: false, evidence: [] }, writable: ['/app/data', '/var/cache/a.b'] }]

/**
 * The plan of an example with these answers; undefined where the tool refuses the combination with a message.
 * A language whose detector is missing has no example that works, and the laws say so.
 */
export async function planOf(example: string, answers: Answers, presetId = 'restricted', change: Partial<Facts> = {}): Promise<Member | undefined> {
  try {
    return await planIn(join(root, 'examples', example), example, answers, presetId, change)
  } catch (error) {
    if ((error as InputError).problems) return undefined
    throw new Error(`${example} ${JSON.stringify(answers)}: ${(error as Error).stack}`)
  }
}

/** The plan of a folder with these answers. @throws InputError where the tool refuses the combination. */
export async function planIn(folder: string, name: string, answers: Answers, presetId = 'restricted', change: Partial<Facts> = {}): Promise<Member> {
  const { resolved, preset } = resolve([{ origin: 'flag', answers: { ...answers, preset: [presetId] } }])
  const { facts, loaded } = await detected(folder, answers)
  const plan = makePlan({ facts: { ...facts, warnings: [...facts.warnings], ...change }, language: loaded.language, resolved, preset, catalog, folder: basename(folder), today: TODAY })
  return { name: [name, presetId, JSON.stringify(answers), ...(Object.keys(change).length > 0 ? [`facts ${JSON.stringify(change)}`] : [])].join(' '), plan, loaded }
}

const known = new Map<string, ReturnType<typeof detect>>()

/** What is detected in a folder, read once for all that is asked in the same way. */
function detected(folder: string, answers: Answers): ReturnType<typeof detect> {
  const chosen = { framework: answers.framework, manager: answers.packageManager, version: answers.languageVersion, start: answers.start, base: answers.base as BaseId | undefined }
  const key = JSON.stringify([folder, answers.language, chosen])
  const found = known.get(key) ?? detect(openProject(folder), answers.language, chosen)
  known.set(key, found)
  return found
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
  for (const example of firsts(out)) for (const change of OTHER_FACTS) push(out, await planOf(example, {}, 'restricted', change))
  return out
}

/** One example of each language that has members. */
export const firsts = (members: readonly Member[]): string[] => [...new Map(members.map((m) => [m.plan.language.id, m.name.split(' ')[0]!])).values()]

/** Each framework, package manager and version of each language, on the first of its examples that takes it. */
export async function variants(): Promise<Member[]> {
  const plain = (await Promise.all(examples.map((e) => planOf(e, {})))).filter((m) => m !== undefined)
  const out: Member[] = []
  for (const language of new Map(plain.map((m) => [m.plan.language.id, m.loaded.language])).values()) {
    const own = plain.filter((m) => m.plan.language.id === language.id).map((m) => m.name.split(' ')[0]!)
    const asked = [...language.frameworks.map((f) => ({ framework: f.id })), ...language.managers.map((m) => ({ packageManager: m.id })), ...language.versions.lines.map((v) => ({ languageVersion: v.id }))]
    for (const answers of asked)
      for (const example of own) {
        const member = await planOf(example, answers)
        push(out, member)
        if (member) break
      }
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
