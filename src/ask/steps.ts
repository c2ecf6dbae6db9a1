import type { Fact } from '../detect/facts.ts'
import type { BaseId, Language } from '../detect/language.ts'
import type { Preset } from '../plan/input.ts'
import { isLabel } from '../plan/names.ts'
import type { Plan } from '../plan/plan.ts'
import type { Answers } from '../policy/answers.ts'
import type { Artifact } from '../render/artifacts.ts'
import type { Prompts } from './prompts.ts'

/** What questions know: the plan as it would be without any, and the catalog to choose from. */
export interface Context {
  plan: Plan
  language: Language
  services: Record<string, { title: string }>
  found: { services?: Fact<string>[] }
  artifacts: readonly Artifact[]
  presets: readonly Preset[]
  /** why a base does not suit this project; undefined where it does */
  unsuitable(base: BaseId): string | undefined
}

/** One question: the answer that it is about, when it is asked, and what it gives. What equals the default gives nothing. */
export interface Step<C = Context> {
  answer: keyof Answers
  when?: (context: C) => boolean
  ask: (context: C, prompts: Prompts) => Promise<Answers>
}

/** "Port — server.js:12": the question with where its default was found. */
export function asking(text: string, plan: Pick<Plan, 'origins'>, key: string): string {
  const from = plan.origins[key]
  const at = from?.evidence?.[0]
  const place = at ? ` — ${at.file}${at.line ? `:${at.line}` : ''}` : ''
  return `${text}${place}${from?.guess ? ' (a guess)' : ''}`
}

const unless = (same: boolean, answers: Answers): Answers => (same ? {} : answers)

const name: Step<Pick<Context, 'plan'>> = {
  answer: 'name',
  async ask({ plan }, { input }) {
    const given = await input({ message: asking('Name of the image and of the objects', plan, 'name'), default: plan.name, validate: (v) => isLabel(v) || 'at most 50 of a-z, 0-9 and "-", starting with a letter' })
    return unless(given === plan.name, { name: given })
  },
}

const port: Step<Pick<Context, 'plan'>> = {
  answer: 'port',
  when: ({ plan }) => plan.runtime.port !== undefined,
  async ask({ plan }, { input }) {
    const valid = (v: string): boolean | string => (/^\d+$/.test(v) && Number(v) >= 1024 && Number(v) <= 65535) || 'a whole number from 1024 to 65535: lower ones need rights that are taken away'
    const given = Number(await input({ message: asking('Port that the program listens on', plan, 'port'), default: String(plan.runtime.port), validate: valid }))
    return unless(given === plan.runtime.port, { port: given })
  },
}

const health: Step<Pick<Context, 'plan'>> = {
  answer: 'healthPath',
  when: ({ plan }) => plan.runtime.probes !== undefined && !('grpc' in plan.runtime.probes.liveness),
  async ask({ plan }, { input }) {
    const probe = plan.runtime.probes!.liveness
    const found = 'http' in probe ? probe.http.path : ''
    const message = found ? asking('Path that answers while it is alive', plan, 'healthPath') : 'Path that answers while it is alive (none was found; empty: the port only)'
    const given = await input({ message, ...(found ? { default: found } : {}), validate: (v) => v === '' || /^\/[\w./~%:@!$&'()*+,;=?-]*$/.test(v) || 'it starts with "/" and has no blanks, quotes or "#"' })
    return unless(given === found, { healthPath: given })
  },
}

const base: Step<Pick<Context, 'plan' | 'language' | 'unsuitable'>> = {
  answer: 'base',
  async ask({ plan, language, unsuitable }, { select }) {
    const choices = (Object.keys(language.bases) as BaseId[]).map((id) => {
      const reason = unsuitable(id)
      return { name: id, value: id, description: language.bases[id]!.note ?? (language.bases[id]!.shell ? 'has a shell' : 'no shell and no package manager'), ...(reason ? { disabled: `(${reason})` } : {}) }
    })
    const given = await select<BaseId>({ message: `Base image (${plan.base.reason})`, default: plan.base.id, choices })
    return unless(given === plan.base.id, { base: given })
  },
}

const services: Step<Pick<Context, 'plan' | 'services' | 'found'>> = {
  answer: 'services',
  async ask({ plan, services, found }, { checkbox }) {
    const evidence = (id: string): string => {
      const at = found.services?.find((s) => s.value === id)?.evidence[0]
      return at ? ` — ${at.file}${at.line ? `:${at.line}` : ''}` : ''
    }
    const now = plan.services.map((s) => s.id)
    const given = await checkbox<string>({ message: 'Services that it needs', choices: Object.entries(services).map(([id, s]) => ({ name: `${s.title}${evidence(id)}`, value: id, checked: now.includes(id) })) })
    return unless([...given].sort().join() === [...now].sort().join(), { services: given.length > 0 ? given : ['none'] })
  },
}

const files: Step<Pick<Context, 'plan' | 'artifacts'>> = {
  answer: 'with',
  async ask({ plan, artifacts }, { checkbox }) {
    const groups = [...new Set(artifacts.map((a) => a.group))].filter((g) => g !== 'image')
    const extras = artifacts.filter((a) => a.default === false)
    const written = (test: (a: Artifact) => boolean): boolean => artifacts.some((a) => test(a) && plan.artifacts.some((p) => p.id === a.id))
    const choices = [
      ...groups.map((g) => ({ name: g, value: g, checked: written((a) => a.group === g), description: artifacts.filter((a) => a.group === g && a.default !== false).map((a) => a.path).join(', ') })),
      ...extras.map((a) => ({ name: a.id, value: a.id, checked: written((b) => b.id === a.id), description: a.why })),
    ]
    const given = await checkbox<string>({ message: 'Files beside the Dockerfile', choices })
    const added = choices.filter((c) => !c.checked && given.includes(c.value)).map((c) => c.value)
    const left = choices.filter((c) => c.checked && !given.includes(c.value)).map((c) => c.value)
    return { ...(added.length > 0 ? { with: added } : {}), ...(left.length > 0 ? { without: left } : {}) }
  },
}

const preset: Step<Pick<Context, 'plan' | 'presets'>> = {
  answer: 'preset',
  async ask({ plan, presets }, { select }) {
    const given = await select<string>({ message: 'Preset', default: plan.preset, choices: presets.map((p) => ({ name: p.title, value: p.id, description: p.description })) })
    return unless(given === plan.preset, { preset: [given] })
  },
}

/** The questions in their order. With the confirmation at the end that is eight. */
export const STEPS: readonly Step[] = [name, port, health, services, base, preset, files]
