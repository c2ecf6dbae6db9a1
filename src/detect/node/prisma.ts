import { type Evidence, type Fact, fact } from '../facts.ts'
import { lineOf, type Project } from '../project.ts'
import type { Manifest } from './manifest.ts'

/** What `prisma generate` reads, and how it is called. */
export interface Prisma {
  files: { files: string[]; to: string }[]
  command: string
  /** the database that the schema names, as a service */
  service?: Fact<string>
  /** where the schema says that the database is a file */
  sqlite?: Evidence
  /** settings that the schema takes its addresses from */
  secrets: Fact<string>[]
}

/** https://www.prisma.io/docs/orm/reference/prisma-schema-reference#datasource; SQLite is a file */
const PROVIDERS: Record<string, string> = { postgresql: 'postgres', postgres: 'postgres', mysql: 'mysql', mongodb: 'mongodb' }

/**
 * Prisma writes its client into node_modules or the sources, from the schema alone, so that it is done right behind the
 * installation. `folder` is that of a package of a workspace, "packages/db/". Undefined where there is no schema or no
 * command line of Prisma.
 */
export function readPrisma(project: Project, manifest: Manifest, folder: string): Prisma | undefined {
  if (manifest.every.prisma === undefined) return undefined
  const config = ['prisma.config.ts', 'prisma.config.js', 'prisma.config.mjs', '.config/prisma.ts'].find((f) => project.has(f))
  const text = config ? (project.read(config) ?? '') : ''
  const said = manifest.json.prisma?.schema ?? /schema\s*:\s*(?:path\.join\()?["'](?:\.\/)?([\w./-]+)["']/.exec(text)?.[1]
  const schema = [said, 'prisma/schema.prisma', 'prisma/schema', 'schema.prisma'].find((f): f is string => f !== undefined && project.has(f.replace(/^\.\//, '')))?.replace(/^\.\//, '')
  if (!schema) return undefined
  const copy = (name: string): { files: string[]; to: string } => ({ files: [folder + name], to: `./${folder}${name.endsWith('/') ? name : name.slice(0, name.lastIndexOf('/') + 1)}` })
  const around = schema.includes('/') ? `${schema.slice(0, schema.lastIndexOf('/'))}/` : schema
  // the address is only asked whether it is there
  const address = /env\(/.test(text) ? 'DATABASE_URL=postgresql://localhost/build ' : ''
  const file = [schema, `${schema}/schema.prisma`].find((f) => !project.isFolder(f) && project.has(f))
  const datasource = /^datasource\s+\w+\s*\{[^}]*\}/m.exec((file && project.read(file)) ?? '')?.[0] ?? ''
  const at = (part: string): Evidence => ({ file: folder + file, line: lineOf(project.read(file!)!, part) })
  const [provider, id] = /provider\s*=\s*"(\w+)"/.exec(datasource) ?? []
  return {
    ...(id && Object.hasOwn(PROVIDERS, id) ? { service: fact(PROVIDERS[id]!, at(provider!)) } : {}),
    ...(id === 'sqlite' ? { sqlite: at(provider!) } : {}),
    secrets: [...datasource.matchAll(/env\("(\w+)"\)/g)].map((m) => fact(m[1]!, at(m[0]))),
    files: [copy(around), ...(config ? [copy(config)] : [])],
    // pnpm, and others where versions differ, keep a package's programs with that package
    command: `${address}${folder ? `PATH=/app/${folder}node_modules/.bin:$PATH ` : ''}prisma generate${folder || (said && !config) ? ` --schema=${folder}${schema}` : ''}`,
  }
}
