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
  /** control id → "on", or "off" with the reason */
  control?: Record<string, { on: boolean; reason?: string; until?: string }>
  set?: Record<string, string>
  kubernetesVersion?: string
  cpuLimit?: string
  namespace?: string
  services?: string[]
  with?: string[]
  without?: string[]
}

/** Answers of every origin laid over each other, with where each came from. */
export interface Resolved {
  answers: Answers
  origins: Partial<Record<keyof Answers, Origin>>
}

/** Lays layers over each other, weakest first. Maps are merged by key, all else is replaced. */
export function layer(layers: readonly { origin: Origin; answers: Answers }[]): Resolved {
  const answers: Record<string, unknown> = {}
  const origins: Resolved['origins'] = {}
  for (const { origin, answers: given } of layers) {
    for (const [key, value] of Object.entries(given)) {
      if (value === undefined) continue
      const before = answers[key]
      answers[key] = isMap(value) && isMap(before) ? { ...before, ...value } : value
      origins[key as keyof Answers] = origin
    }
  }
  return { answers: answers as Answers, origins }
}

const isMap = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v)
