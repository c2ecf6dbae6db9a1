import type { Facts } from '../detect/facts.ts'
import type { Language } from '../detect/language.ts'
import type { Resolved } from '../policy/answers.ts'
import type { Artifact } from '../render/artifacts.ts'

export interface Preset {
  id: string
  title: string
  description: string
  defaults: Record<string, unknown>
  off: { id: string; reason: string }[]
}

/** The parts of the catalog that a plan is made of. */
export interface Catalog {
  version: string
  artifacts: Artifact[]
  controlIds: string[]
  linters: Record<string, Record<string, string[]>>
  services: Record<string, Record<string, unknown>>
}

export interface PlanInput {
  facts: Facts
  language: Language
  resolved: Resolved
  preset: Preset
  catalog: Catalog
  /** the folder's name, for projects whose manifest has none */
  folder: string
  /** today, ISO: release lines whose support has ended are warned about */
  today: string
}
