import type { Evidence } from '../facts.ts'
import { NEVER_CARRIED } from '../carried.ts'
import type { Project } from '../project.ts'
import { literalsOf } from './literals.ts'
import type { Main } from './main-package.ts'
import { below } from './module.ts'

/** Files that a program finds beside itself. */
export interface Reads {
  /** what is copied: the path below the root, and below the work directory */
  copies: { from: string; to: string }[]
  /** paths that are named, but not there; a front end's build may put them there */
  missing: { path: string; evidence: Evidence }[]
}

const GENERATED = /(\.pb|_gen|_generated|\.gen)\.go$/

/**
 * Finds the files and folders that strings of the sources name: relative to the module, the root or the main package.
 * `call` is what a line has to hold for a bare word to count as a path.
 */
export function readReads(project: Project, main: Main, files: readonly string[], call: RegExp): Reads {
  const bases = [...new Set([main.module.folder, '', main.folder])]
  const tops = new Map(bases.map((base) => [base, new Set(project.names(base).map((n) => n.replace(/\/$/, '')))]))
  const copies = new Map<string, string>()
  const missing: Reads['missing'] = []
  for (const file of files.filter((f) => !GENERATED.test(f)))
    for (const { text, line, evidence } of literalsOf(file, project.read(file) ?? '')) {
      const path = pathOf(text)
      if (path === undefined) continue
      const calls = call.test(line)
      const base = bases.find((b) => tops.get(b)!.has(path.split('/')[0]!))
      const from = below(base ?? main.module.folder, path)!
      if (NEVER_CARRIED.test(from)) continue
      const folder = base !== undefined && project.isFolder(from)
      if (folder ? (calls || text.includes('/')) && holdsData(project, from) : base !== undefined && project.has(from) && (calls || /\.\w+$/.test(path))) copies.set(from, path)
      else if (calls && text.includes('/') && !project.has(from)) missing.push({ path: from, evidence })
    }
  const all = [...copies]
  return { copies: all.filter(([from]) => !all.some(([other]) => from.startsWith(`${other}/`))).map(([from, to]) => ({ from, to })), missing }
}

/** The part of a string that can be a relative path: up to its first wildcard, without "./" and "file://". */
function pathOf(text: string): string | undefined {
  const plain = text.replace(/^file:(\/\/)?(?!\/)/, '')
  const wild = plain.search(/[*?{%[]/)
  const path = wild < 0 ? plain : plain.slice(0, plain.lastIndexOf('/', wild) + 1)
  if (!/^[\w./@-]{1,120}$/.test(path) || path.startsWith('/')) return undefined
  return below('', path) || undefined
}

/** Whether a folder holds something beside Go's own sources. */
function holdsData(project: Project, folder: string, depth = 0): boolean {
  const names = project.names(folder)
  if (names.some((n) => !n.startsWith('.') && !n.endsWith('/') && !NEVER_CARRIED.test(n))) return true
  return depth < 2 && names.some((n) => n.endsWith('/') && !NEVER_CARRIED.test(n) && holdsData(project, `${folder}/${n.slice(0, -1)}`, depth + 1))
}
