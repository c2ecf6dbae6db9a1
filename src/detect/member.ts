import { existsSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import type { LanguageFacts } from './facts.ts'
import type { DetectContext } from './language.ts'
import { openProject, type Project } from './project.ts'

/** How far above a folder the build that it is part of is looked for. */
const MAX_UP = 6

/**
 * Detects a folder that cannot be built by itself from the root of the build that it is part of: the highest folder above with
 * one of `manifests` for which `belongs` holds, within the repository. Undefined where there is none; a malformed manifest above is
 * another project's matter.
 */
export function detectMember(context: DetectContext, detect: (context: DetectContext) => LanguageFacts | undefined, manifests: readonly string[], belongs: (root: Project, path: string) => boolean): LanguageFacts | undefined {
  const { project, chosen } = context
  let found: { root: Project; path: string } | undefined
  for (let folder = project.root, turns = 0; turns < MAX_UP && dirname(folder) !== folder && !existsSync(join(folder, '.git')); turns++) {
    folder = dirname(folder)
    if (!manifests.some((m) => existsSync(join(folder, m)))) continue
    const root = openProject(folder)
    const path = relative(root.root, project.root).split(sep).join('/')
    try {
      if (belongs(root, path)) found = { root, path }
    } catch {}
  }
  const facts = found && detect({ ...context, project: found.root, chosen: { ...chosen, member: found.path } })
  return facts && { ...facts, app: found!.path, context: found!.path.split('/').map(() => '..').join('/') }
}
