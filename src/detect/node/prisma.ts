import type { Project } from '../project.ts'
import type { Manifest } from './manifest.ts'

/** What `prisma generate` reads, and how it is called. */
export interface Prisma {
  files: { files: string[]; to: string }[]
  command: string
}

/**
 * Prisma writes its client into node_modules or the sources, from the schema alone, so that it is done right behind the
 * installation. Undefined where the project has no schema or no command line of Prisma.
 */
export function readPrisma(project: Project, manifest: Manifest): Prisma | undefined {
  if (manifest.every.prisma === undefined) return undefined
  const config = ['prisma.config.ts', 'prisma.config.js', 'prisma.config.mjs', '.config/prisma.ts'].find((f) => project.has(f))
  const said = manifest.json.prisma?.schema ?? (config && /schema\s*:\s*(?:path\.join\()?["'](?:\.\/)?([\w./-]+)["']/.exec(project.read(config) ?? '')?.[1])
  const schema = [said, 'prisma/schema.prisma', 'prisma/schema', 'schema.prisma'].find((f): f is string => f !== undefined && project.has(f.replace(/^\.\//, '')))?.replace(/^\.\//, '')
  if (!schema) return undefined
  const folder = schema.includes('/') ? schema.slice(0, schema.lastIndexOf('/')) : undefined
  // the address is only asked whether it is there
  const address = config && /env\(/.test(project.read(config) ?? '') ? 'DATABASE_URL=postgresql://localhost/build ' : ''
  return {
    files: [folder ? { files: [`${folder}/`], to: `./${folder}/` } : { files: [schema], to: './' }, ...(config ? [{ files: [config], to: `./${config.includes('/') ? config.slice(0, config.lastIndexOf('/') + 1) : ''}` }] : [])],
    command: `${address}prisma generate${said ? ` --schema=${schema}` : ''}`,
  }
}
