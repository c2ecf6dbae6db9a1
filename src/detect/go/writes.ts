import { posix } from 'node:path'
import type { Evidence, Warning } from '../facts.ts'
import { lineOf, type Project } from '../project.ts'
import { literalsOf } from './literals.ts'

/** Where a program writes beside /tmp, as far as its sources say it with strings. */
export interface Writes {
  /** each becomes a bounded mount */
  folders: string[]
  /** files where no mount can be, absolute; each becomes a link into /tmp */
  links: { path: string; to: string }[]
}

/** Expressions of language.yaml; group 1 of `files` and `folders` is a name that stands for the path. */
export interface WritePatterns {
  files: string
  folders: string
  /** a whole string that names a database */
  database: string
}

/** Folders of the image that no mount may hide. */
const SYSTEM = /^\/(?:|bin|boot|dev|etc|lib|lib64|proc|root|run|sbin|sys|tmp(?:\/.*)?|usr|home|app|var(?:\/(?:tmp|cache|run|lib|log))?)$/
const MAX_FOLDERS = 5

/** Reads which files and folders the sources make, and which a Dockerfile of the project's own keeps apart. A folder that holds files of the project is left alone: a mount would hide them. */
export function readWrites(project: Project, files: readonly string[], patterns: WritePatterns, warnings: Warning[]): Writes {
  const folders = new Map<string, Evidence>()
  const links = new Map<string, Evidence>()
  const held = new Set<string>()
  const database = new RegExp(patterns.database)

  const addFolder = (path: string, evidence: Evidence): void => {
    if (SYSTEM.test(path) || folders.has(path) || held.has(path) || folders.size >= MAX_FOLDERS) return
    if (!path.startsWith('/app/') || !project.names(path.slice(5)).some((n) => !n.startsWith('.'))) return void folders.set(path, evidence)
    held.add(path)
    warnings.push({ message: `${path} is written to, but holds files of the project: it stays read-only`, file: evidence.file, line: evidence.line, hint: 'let the program write to a folder of its own' })
  }
  const addFile = (path: string, evidence: Evidence): void => {
    const folder = posix.dirname(path)
    if (folder === '/app' || folder === '/') links.set(path, evidence)
    else addFolder(folder, evidence)
  }

  const image = project.original('Dockerfile') ?? ''
  for (const [all, paths] of image.matchAll(/^VOLUME[ \t]+(.+)$/gim)) for (const path of paths!.match(/\/[\w./-]*[\w-]/g) ?? []) addFolder(path, { file: 'Dockerfile', line: lineOf(image, all) })
  for (const file of files) {
    const source = project.read(file) ?? ''
    const makesFile = calls(source, patterns.files)
    const makesFolder = calls(source, patterns.folders)
    for (const { text, line, evidence } of literalsOf(file, source)) {
      const path = absolute(text)
      // below a folder that is not known here
      if (!path || /\bJoin\([^()"`]*,\s*["`]$/.test(line.slice(0, line.indexOf(text)))) continue
      const [, held, assigned, value] = FLAG.exec(line) ?? []
      if (value !== undefined && value !== text) continue
      const name = held ?? assigned ?? /(?:^|[;\s])(\w+)(?:\s+string)?\s*:?=\s*["`]/.exec(line)?.[1]
      if (makesFolder(line, name)) addFolder(path, evidence)
      else if (database.test(text) || (/[./]/.test(text) && makesFile(line, name))) addFile(path, evidence)
    }
  }
  for (const [path, { file, line }] of links) warnings.push({ message: `${path} is kept in /tmp: it is gone when the container is, and each pod has its own`, file, line, hint: 'use a database server for what must stay, and standard output for logs' })
  for (const [path, { file, line }] of folders) warnings.push({ message: `${path} is written to: it is mounted, empty at each start, and each pod has its own`, file, line, hint: 'give it a PersistentVolumeClaim, or keep the data in a service' })
  return { folders: [...folders.keys()], links: [...links.keys()].map((path) => ({ path, to: `/tmp/${posix.basename(path)}` })) }
}

/** An option with the path that it means unless it is given: flag, spf13/pflag. */
const FLAG = /(?:(?:^|\s)(\w+)\s*:?=\s*\w+\.StringP?\(|\.StringVarP?\(\s*&(?:\w+\.)*(\w+),)\s*"[\w.-]+",\s*(?:"\w?",\s*)?"([^"]*)"/

/** Tells whether a line calls `pattern` with a string, or gives a name to the string that another line calls it with. */
function calls(source: string, pattern: string): (line: string, name: string | undefined) => boolean {
  const names = new Set([...source.matchAll(new RegExp(pattern, 'g'))].flatMap((m) => (m[1] ? [m[1]] : [])))
  const expression = new RegExp(pattern)
  return (line, name) => {
    const found = expression.exec(line)
    return (found !== null && found[1] === undefined) || (name !== undefined && names.has(name))
  }
}

/** A path as the program sees it, or undefined where the string is none. SQLite's own forms of a path are taken apart. */
function absolute(text: string): string | undefined {
  const path = text.replace(/^(?:sqlite3?|file):(?:\/\/(?!\/))?/, '').replace(/[?%].*$/, '')
  if (!/^[\w./-]{2,120}$/.test(path) || !/[a-zA-Z]/.test(path)) return undefined
  return posix.resolve('/app', path)
}
