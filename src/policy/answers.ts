import type { Origin } from '../plan/plan.ts'

/** What a person, a flag, a pack or a default decided, by key. All optional: what is missing is detected or a default. */
export interface Answers {
  language?: string
  framework?: string
  languageVersion?: string
  packageManager?: string
  base?: string
  port?: number
  name?: string
  image?: string
  start?: string[]
  healthPath?: string
  readyPath?: string
  app?: string
  preset?: string[]
  /** control id → "on", or "off" with the reason and the day on which the exception ends */
  control?: Record<string, { on: boolean; reason?: string; until?: string }>
  set?: Record<string, string>
  kubernetesVersion?: string
  cpuLimit?: string
  namespace?: string
  services?: string[]
  with?: string[]
  without?: string[]
}

export interface Layer {
  origin: Origin
  answers: Answers
}

/** Answers of every origin laid over each other, with where each came from: by key, and for maps by `key.id` as well. */
export interface Resolved {
  answers: Answers
  origins: Partial<Record<string, Origin>>
}

/** Lists that people add to, layer by layer. What one of them says is taken back where a stronger layer says the opposite. */
const OPPOSITE: Record<string, string> = { with: 'without', without: 'with' }

/** Lays layers over each other, weakest first. Maps are merged by key, the files that people want or not are added up, all else is replaced. */
export function layer(layers: readonly Layer[]): Resolved {
  const answers: Record<string, unknown> = {}
  const origins: Resolved['origins'] = {}
  for (const { origin, answers: given } of layers) {
    for (const [key, other] of Object.entries(OPPOSITE)) {
      const said = (given as Record<string, unknown>)[key] as string[] | undefined
      const before = answers[other] as string[] | undefined
      if (said && before) answers[other] = without(before, said)
    }
    for (const [key, value] of Object.entries(given)) {
      if (value === undefined) continue
      const before = answers[key]
      if (key in OPPOSITE && before && isPerson(origins[key]) && isPerson(origin)) answers[key] = [...new Set([...(before as string[]), ...(value as string[])])]
      else answers[key] = isMap(value) && isMap(before) ? { ...before, ...value } : value
      origins[key] = origin
      if (isMap(value)) for (const id of Object.keys(value)) origins[`${key}.${id}`] = origin
    }
  }
  return { answers: answers as Answers, origins }
}

/** Undefined where nothing is left. */
function without(list: readonly string[], said: readonly string[]): string[] | undefined {
  const left = list.filter((id) => !said.includes(id))
  return left.length > 0 ? left : undefined
}

/** Whether it is a person who says something, so that it is kept as an answer: presets and packs have their own. */
export const isPerson = (origin: Origin | undefined): boolean => !['preset', 'pack', 'enforced'].includes(origin!)

const isMap = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v)
