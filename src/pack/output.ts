import { EXIT, InputError, type Problem } from '../errors.ts'
import type { Plan } from '../plan/plan.ts'
import type { Policy } from './policy.ts'
import { pathProblem } from './tree.ts'

/** Files that are the tool's own, or that decide what code runs where the repository is used. */
const RESERVED = /^(hardened\.(yaml|lock)|pack\.yaml)$/i

/**
 * What is wrong with the paths of packs' artifacts once their names are filled in: nothing may leave the folder, whatever a name
 * holds (CVE-2025-55214: a file name that a template built).
 */
export function outputProblems(plan: Plan, policy: Policy): InputError | undefined {
  const problems: Problem[] = []
  const taken = new Map<string, string>()
  const places = new Map<string, Partial<Problem>>()
  for (const { id, path } of plan.artifacts) {
    const by = policy.artifacts.find((a) => a.id === id)
    const place = by ? by.pack.read.at('artifacts', (by.pack.read.manifest.artifacts ?? []).findIndex((a) => a.id === id)) : {}
    const wrong = by && (pathProblem(path) ?? (RESERVED.test(path) ? 'is written by this tool itself' : /[{}]/.test(path) ? 'has braces in it; only {{name}} is filled in' : undefined))
    if (wrong) problems.push({ message: `the path ${JSON.stringify(path)} of the artifact ${id} ${wrong}`, ...place, hint: 'name a file below the folder of the app' })
    const key = path.normalize('NFC').toLowerCase()
    if (taken.has(key)) problems.push({ message: `${id} and ${taken.get(key)} would both be ${path}`, ...place, hint: 'choose another path, or forbid the other artifact' })
    taken.set(key, id)
    places.set(key, place)
  }
  const said = new Set<string>()
  for (const [path, id] of taken) {
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
      const other = taken.get(path.slice(0, at))
      if (other !== undefined && said.size < said.add(other).size) problems.push({ message: `${other} would be the file ${path.slice(0, at)}, and ${id} lies in a folder of that name`, ...places.get(path.slice(0, at)), ...places.get(path), hint: 'choose another path, or forbid the other artifact' })
    }
  }
  return problems.length > 0 ? new InputError(problems, EXIT.pack) : undefined
}
