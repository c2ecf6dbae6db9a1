import type { Plan } from '../plan/plan.ts'

/** Whether the person who made the plan left an artifact out, so that its absence is meant. */
export const leftOut = (plan: Plan | undefined, artifact: string): boolean => plan !== undefined && !plan.artifacts.some((a) => a.id === artifact)
