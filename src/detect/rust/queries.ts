import type { LanguageFacts, Warning } from '../facts.ts'
import type { Project } from '../project.ts'
import type { Sources } from '../sources.ts'
import { type Crate, join } from './crates.ts'
import type { Needs } from './system.ts'

/** How the build makes a database for the macros of sqlx: data of language.yaml, {files} are its migrations. */
export interface Checked {
  packages: string[]
  command: string
}

/** What stands before a build whose queries are checked against a database. */
interface Checking {
  packages: string[]
  command: string
  unsuitable: NonNullable<LanguageFacts['unsuitable']>
}

/**
 * Queries that sqlx checks while it compiles, without the answers of `cargo sqlx prepare`: where migrations are there, the build makes a
 * database of them for that step (https://docs.rs/sqlx/latest/sqlx/macro.query.html); else a person is told.
 */
export function checkedQueries(project: Project, crate: Crate, sources: Sources, needs: Needs, databases: Record<string, Checked>, warnings: Warning[]): Checking | undefined {
  const query = sources.match(/\bquery(?:_as|_scalar)?!\(/)
  if (!query) return undefined
  const { file, line } = query.evidence
  const used = Object.keys(databases).filter((name) => needs.asked(name))
  const folder = migrationsOf(project, crate, sources)
  if (used.length !== 1 || folder === undefined) {
    warnings.push({ message: 'sqlx checks this query against a database, which the build has not', file, line, hint: 'cargo sqlx prepare, and commit .sqlx' })
    return undefined
  }
  warnings.push({ message: `sqlx checks this query against a database: the build makes one of ${folder}, for itself alone`, file, line, hint: 'cargo sqlx prepare, and commit .sqlx' })
  const { packages, command } = databases[used[0]!]!
  const files = `$(find ${folder} -name '*.sql' ! -name '*.down.sql' | sort)`
  const unsuitable = ['alpine', 'scratch', 'chainguard', 'dhi'].map((base) => ({ base, reason: 'sqlx checks its queries against a database while it is compiled, which is made with packages of Debian', evidence: [query.evidence] }))
  return { packages, command: command.replace('{files}', files), unsuitable }
}

/** Says of migrations that the program does not run itself. */
export function warnOfMigrations(project: Project, crate: Crate, sources: Sources, needs: Needs, warnings: Warning[]): void {
  const tool = needs.asked('sqlx') ? 'sqlx migrate run' : needs.asked('diesel') ? 'diesel migration run' : undefined
  const folder = tool && migrationsOf(project, crate, sources)
  if (!folder || sources.match(/\bmigrate!\(|\bMigrator\b|embed_migrations!\(|run_pending_migrations|\brefinery\b/)) return
  warnings.push({ message: `the tables of the database are made by "${tool}", which a start does not do`, file: folder, hint: 'run it against the database once for a release, or call it when the program starts' })
}

/** The folder of the migrations: the one that the sources name, else migrations. */
function migrationsOf(project: Project, crate: Crate, sources: Sources): string | undefined {
  const named = sources.match(/\bmigrate!\(\s*"([^"]+)"/)?.groups[0]
  return [...(named ? [join(crate.folder, named)] : []), join(crate.folder, 'migrations'), 'migrations'].find((folder) => project.names(folder).some((n) => n.endsWith('.sql') || project.has(`${folder}/${n}up.sql`)))
}
