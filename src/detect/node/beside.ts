import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { DetectContext } from '../language.ts'
import { openProject, type Project } from '../project.ts'
import { dataOf } from './data.ts'
import { type Manifest, readManifest } from './manifest.ts'

/** A path that leads out of the server's folder into the files that a build makes beside it, as one text or put together: the folder, and what is in it. */
const OUTSIDE = /(?:["'`/]\.\.["'`]?\s*[/,]\s*["'`]?)+([\w-]+)["'`]?\s*[/,]\s*["'`]?(dist|build|out|public)\b/g
/** What hands out files. */
const HANDS_OUT = /static|sendFile|sendfile/

/**
 * The front end beside the project's folder that the project's sources hand out, where it has a build. The folder of a repository
 * has nothing beside it.
 */
function clientBeside(project: Project, files: readonly string[]): { folder: string; output: string } | undefined {
  if (existsSync(join(project.root, '.git'))) return undefined
  for (const file of files) {
    const text = project.read(file) ?? ''
    if (!text.includes('..') || !HANDS_OUT.test(text)) continue
    for (const [, folder = '', output = ''] of text.matchAll(OUTSIDE)) {
      const beside = join(dirname(project.root), folder)
      if (!project.has(folder) && existsSync(join(beside, 'package.json')) && readManifest(openProject(beside))?.scripts.build !== undefined) return { folder, output }
    }
  }
  return undefined
}

/** A server and the front end beside it, as one project. */
export interface Together {
  root: Project
  /** the server's folder and the front end's, below the root */
  server: string
  client: string
  /** what a package.json of the root would say */
  manifest: Manifest
}

/** A server with the front end beside it that it hands out, both built from the folder above. @param files sources of the server @param argv what starts it */
export function withClient({ project, language }: DetectContext, own: Manifest, files: readonly string[], argv: readonly string[]): Together | undefined {
  const client = clientBeside(project, files)
  if (client === undefined) return undefined
  const server = basename(project.root)
  const script = dataOf(language).startScripts.find((s) => own.scripts[s] !== undefined)
  const build = [client.folder, ...(own.scripts.build === undefined ? [] : [server])].map((f) => `npm run build --prefix ${f}`).join(' && ')
  const manifest = absent({ build, start: `cd ${server} && ${script ? `npm run ${script}` : argv.join(' ')}` }, [server, `${client.folder}/${client.output}`])
  return { root: openProject(dirname(project.root)), server, client: client.folder, manifest }
}

/** A manifest that is not there, with what its scripts would be. */
export function absent(scripts: Record<string, string> = {}, takes?: string[]): Manifest {
  const place = { file: 'package.json' }
  return { ...place, absent: takes ? { takes } : {}, json: {}, scripts, production: {}, every: {}, at: () => place, keyAt: () => place }
}
