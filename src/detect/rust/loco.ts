import { type Fact, fact } from '../facts.ts'
import { lineOf, type Project } from '../project.ts'

/** What the settings of an app of Loco say (https://loco.rs/docs/the-app/your-project): a YAML file for each environment, with variables in it. */
export interface Loco {
  env: Record<string, string>
  variables: Fact<string>[]
  /** its database is a file unless it is told another */
  sqlite: boolean
}

const ASKS = /\bget_env\(name="([A-Z][A-Z0-9_]+)"(?:,\s*default="([^"]*)")?/g

/** Reads the settings of production, or those of development where the app has no others. */
export function readLoco(project: Project, folder: string): Loco {
  const at = (name: string): string => `${folder === '.' ? '' : `${folder}/`}config/${name}.yaml`
  const production = /^server:/m.test(project.read(at('production')) ?? '')
  const file = at(production ? 'production' : 'development')
  const text = project.read(file) ?? ''
  const asked = [...text.matchAll(ASKS)]
  return {
    env: production ? { LOCO_ENV: 'production' } : {},
    variables: asked.filter((m) => !/^(?:PORT|BINDING)$/.test(m[1]!)).map((m) => fact(m[1]!, { file, line: lineOf(text, m[0]) })),
    sqlite: /^\s*uri:[^\n]*\bsqlite:/m.test(text),
  }
}
