import { join } from 'node:path'
import { openProject, type Project } from '../project.ts'
import { installs } from './framework.ts'
import { type Manifest, readManifest } from './manifest.ts'

/** A folder behind `cd`, or behind the flag by which each manager takes one. */
const FOLDER = '["\']?(?:\\.\\/)?(\\w[\\w./-]*?)\\/?["\']?(?=[\\s;&)]|$)'
const NAMED = new RegExp(`(?:\\bcd\\s+|--(?:prefix|cwd|dir)[ =]|\\s-C\\s+)${FOLDER}`, 'g')
const CHANGED = new RegExp(`^\\s*cd\\s+${FOLDER}\\s*&&\\s*(.+)$`, 's')
const FLAG = new RegExp(`\\s(?:--prefix|--cwd|--dir|-C)[ =]${FOLDER}`)

/** The folder that a command goes into before it starts something, and what it starts there. */
export function leadsInto(project: Project, text: string): { folder: string; text: string } | undefined {
  const [, changed, rest] = CHANGED.exec(text) ?? []
  if (changed) return { folder: changed, text: rest! }
  const folder = /^\s*(npm|pnpm|yarn)\s/.test(text) ? FLAG.exec(text)?.[1] : undefined
  return folder && project.has(`${folder}/package.json`) ? { folder, text: text.replace(FLAG, '') } : undefined
}

/** The manifest of a project together with that of the folder in which its program runs. */
export function withFolder(project: Project, manifest: Manifest, folder: string): { inner?: { project: Project; manifest: Manifest }; both: Manifest } {
  const own = folder !== '' && project.isFolder(folder) ? readManifest(project, `${folder}/`) : undefined
  if (!own) return { both: manifest }
  const both = { ...manifest, production: { ...own.production, ...manifest.production }, every: { ...own.every, ...manifest.every }, keyAt: (key: string) => (manifest.every[key] === undefined && own.every[key] !== undefined ? own.keyAt(key) : manifest.keyAt(key)) }
  return { inner: { project: openProject(join(project.root, folder)), manifest: own }, both }
}

/** Every command that the build of a project runs, through its scripts. */
function building({ scripts }: Manifest): string[] {
  const texts = ['preinstall', 'postinstall', 'prebuild', 'build', 'build:prod', 'build:production', 'postbuild', 'heroku-prebuild', 'heroku-postbuild', 'gcp-build', 'prestart'].flatMap((s) => scripts[s] ?? [])
  for (const text of texts) for (const [, name] of text.matchAll(/\brun(?:-s)? ([\w:.-]+)/g)) if (scripts[name!] !== undefined && !texts.includes(scripts[name!]!)) texts.push(scripts[name!]!)
  return texts
}

const foldersOf = (text: string): string[] => [...text.matchAll(NAMED)].map((m) => m[1]!)

/** Folders with dependencies of their own that the build goes into. */
export const builtFolders = (project: Project, manifest: Manifest): string[] => [...new Set(building(manifest).flatMap(foldersOf))].filter((f) => project.has(`${f}/package.json`))

/** Installs those of these folders that nothing in the build installs, by the lock files that lie in them: the files that this reads, and the command. */
export function folderInstalls(project: Project, manifest: Manifest, folders: readonly string[]): { files: string[]; to: string; command: string }[] {
  const installed = new Set(building(manifest).flatMap((t) => {
    const parts = t.split(/&&|;/)
    return parts.flatMap((part, i) => (installs(part, {}) ? (foldersOf(part).length > 0 ? foldersOf(part) : foldersOf(parts.slice(0, i).join(' && ')).slice(-1)) : []))
  }))
  return [...new Set(folders)].filter((f) => !installed.has(f) && project.has(`${f}/package.json`)).map((f) => {
    const lock = ['package-lock.json', 'npm-shrinkwrap.json', 'yarn.lock'].find((l) => project.has(`${f}/${l}`))
    const command = lock === 'yarn.lock' ? `yarn --cwd ${f} install --frozen-lockfile --production=false --ignore-engines` : `npm ${lock ? 'ci' : 'install'} --prefix ${f} --include=dev --no-audit --no-fund`
    return { files: ['package.json', ...(lock ? [lock] : []), ...(project.has(`${f}/.npmrc`) ? ['.npmrc'] : [])].map((n) => `${f}/${n}`), to: `./${f}/`, command }
  })
}
