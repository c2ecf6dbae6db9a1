import type { DetectContext } from '../language.ts'
import type { Sources } from '../sources.ts'
import type { NodeFramework } from './data.ts'
import type { Installer } from './manager.ts'
import type { Manifest } from './manifest.ts'
import type { Start } from './start.ts'
import type { Member, Workspace } from './workspace.ts'

/** What was read of a project before its stages are worked out. */
export interface Read {
  /** its project is the app's folder */
  context: DetectContext
  manifest: Manifest
  framework?: NodeFramework
  installer: Installer
  start: Start
  sources: Sources
  workspace?: Workspace
  /** packages of the workspace that the app belongs to, or is the root of */
  packages: Pick<Workspace, 'members' | 'needed'> & { started?: Member }
}

/** Where the app stands in the image. */
export const workdirOf = (workspace: Workspace | undefined): string => (workspace ? `/app/${workspace.path}` : '/app')

/** A script of the app's package.json, as the manager runs it from the root. */
export function runs({ installer, workspace }: Pick<Read, 'installer' | 'workspace'>, script: string, member = workspace && { path: workspace.path, name: undefined as string | undefined }): string {
  const { spec } = installer
  if (!member) return `${String(spec.run)} ${script}`
  const name = member.name ?? (workspace?.members.find((m) => m.path === member.path)?.manifest.json.name ?? member.path)
  return String(spec.runMember).replace('{path}', member.path).replace('{name}', name).replace('{script}', script)
}
