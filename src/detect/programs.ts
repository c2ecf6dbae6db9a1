/** Programs of the system that sources start: what the image installs for them, and what a person is told of. */
import { programs } from '../../generated/programs.ts'
import type { Evidence, LanguageFacts, Warning } from './facts.ts'

/** A program by its name, and where it is started. */
export interface Started {
  name: string
  evidence: Evidence
}

/** What the last stage installs for the programs that are started, and the bases that have no such packages. */
export interface Programs {
  apt: string[]
  apk: string[]
  unsuitable: NonNullable<LanguageFacts['unsuitable']>
}

let packages: Map<string, string> | undefined

/** The package of Debian's that has a program, undefined where the name is not known. */
export function packageOf(name: string): string | undefined {
  packages ??= new Map(Object.entries(programs.names as Record<string, string>).flatMap(([id, names]) => names.split('|').map((n): [string, string] => [n, id])))
  return packages.get(name)
}

/** Decides what is installed. @param there packages that the last stage has already @param bare bases that install nothing */
export function installPrograms(started: readonly Started[], there: readonly string[], bare: readonly string[], warnings: Warning[]): Programs {
  const out: Programs = { apt: [], apk: [], unsuitable: [] }
  const seen = new Set(there)
  const installed = programs.installed as Record<string, string>
  for (const { name, evidence } of started) {
    const id = packageOf(name)
    if (id === undefined || seen.has(id)) continue
    seen.add(id)
    const apk = installed[id]
    const place = { file: evidence.file, line: evidence.line }
    if (apk === undefined) {
      warnings.push({ message: `the program runs ${name}, which the image lacks`, ...place, hint: `where it is needed, install ${id} in the last stage of the Dockerfile` })
      continue
    }
    out.apt.push(id)
    out.apk.push(apk)
    out.unsuitable.push(...bare.map((base) => ({ base, reason: `the program runs ${name}, which the ${base} image has not`, evidence: [evidence] })))
    warnings.push({ message: `the program runs ${name}, so ${id} is installed`, ...place, hint: `where it does not need it, take ${id} out of the last stage of the Dockerfile` })
  }
  return out
}
