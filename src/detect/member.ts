import { existsSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import type { LanguageFacts } from './facts.ts'
import type { DetectContext } from './language.ts'
import { openProject, type Project } from './project.ts'

/** How far above a folder the build that it is part of is looked for. */
const MAX_UP = 6

/** Facts of the app in the folder `path` below the root that they were read from; what says its place already keeps it. */
const placed = (path: string, facts: LanguageFacts): LanguageFacts => ({ app: path, context: path.split('/').map(() => '..').join('/'), ...facts })

/** The folder that is so many levels above another one, within the repository. */
function folderAbove(folder: string, levels: number): string | undefined {
  if (levels === 0) return folder
  return levels > MAX_UP || dirname(folder) === folder || existsSync(join(folder, '.git')) ? undefined : folderAbove(dirname(folder), levels - 1)
}

/**
 * Detects a program from the folder above it that holds what it is made of. @param outside folders that lie outside of the project,
 * each with the manifest `file`; undefined where there are none, or where one is not there or not of the repository
 */
export function detectAbove(context: DetectContext, detect: (context: DetectContext) => LanguageFacts | undefined, outside: readonly string[], file: string): LanguageFacts | undefined {
  const { project, chosen } = context
  const root = folderAbove(project.root, Math.max(0, ...outside.map((folder) => folder.split('/').filter((part) => part === '..').length)))
  if (outside.length === 0 || root === undefined || !outside.every((folder) => existsSync(join(project.root, folder, file)))) return undefined
  const path = relative(root, project.root).split(sep).join('/')
  const member = chosen.member === undefined ? {} : { member: posix.join(path, chosen.member) }
  const facts = detect({ ...context, project: openProject(root), chosen: { ...chosen, ...member, top: posix.join(path, chosen.top ?? '.') } })
  return facts && placed(posix.join(path, chosen.member ?? chosen.top ?? '.'), facts)
}

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
  return facts && placed(found!.path, facts)
}
