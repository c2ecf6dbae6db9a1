import type { Project } from '../project.ts'
import { TASKS } from './start.ts'

const RELEASES = [...TASKS, 'magefile.go']
const LINKED = /-X[ =]['"]?([\w./-]+\.\w*[vV]ersion)=/
const OWN = /^var(?:[ \t]+|[ \t]*\([^)]*?^[ \t]+)([vV]ersion)\b/m

/**
 * The variable that the linker sets to the version, as its -X names it: what the project's own build says, else the main
 * package's, which goreleaser sets by default (https://goreleaser.com/cookbooks/using-main.version). Empty where there is none.
 */
export function versionVariable(project: Project, files: readonly string[]): string {
  for (const file of RELEASES) {
    const found = LINKED.exec(project.read(file) ?? '')?.[1]
    if (found) return found
  }
  const own = files.map((f) => OWN.exec(project.read(f) ?? '')?.[1]).find(Boolean)
  return own ? `main.${own}` : ''
}
