import type { YamlFile } from './manifests.ts'
import { type Json, listOf, mapOf } from './workloads.ts'

/** A service of a compose file. */
export interface ComposeService {
  file: YamlFile
  name: string
  value: Json
  line(...path: (string | number)[]): number
}

/** A file that is laid over another one, for one machine only: it need not repeat what the first says. */
export const isOverride = (path: string): boolean => /compose\.(dev|development|override|local|debug|test)\.ya?ml$/.test(path)

/** Every service of the compose files, overrides last. */
export function servicesOf(files: readonly YamlFile[]): ComposeService[] {
  return files.flatMap((file) =>
    Object.entries(mapOf(mapOf(file.value).services)).map(([name, value]) => ({ file, name, value: mapOf(value), line: (...path: (string | number)[]) => file.line(['services', name, ...path]) })),
  )
}

/** `environment` of a service as pairs, in either of its two forms. A name without a value is taken from the shell. */
export function environmentOf(service: ComposeService): { name: string; value?: string; key: string | number }[] {
  const given = service.value.environment
  if (Array.isArray(given))
    return given.map((line, key) => {
      const [, name = '', value] = /^([^=]*)(?:=([\s\S]*))?$/.exec(String(line)) ?? []
      return { name, value, key }
    })
  return Object.entries(mapOf(given)).map(([name, value]) => ({ name, key: name, ...(value === null || value === undefined ? {} : { value: String(value) }) }))
}

/** The source of each volume of a service: a host path or the name of a volume. */
export function mountsOf(service: ComposeService): { source: string; key: number }[] {
  return listOf(service.value.volumes).map((v, key) => ({ source: typeof v === 'string' ? v.split(':')[0]! : String(mapOf(v).source ?? ''), key }))
}
