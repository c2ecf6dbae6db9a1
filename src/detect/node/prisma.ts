import type { Project } from '../project.ts'
import type { Manifest } from './manifest.ts'

/** What `prisma generate` reads, and how it is called. */
export interface Prisma {
  files: { files: string[]; to: string }[]
  command: string
}

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
  return {
    files: [copy(around), ...(config ? [copy(config)] : [])],
    command: `${address}prisma generate${folder || (said && !config) ? ` --schema=${folder}${schema}` : ''}`,
  }
}
