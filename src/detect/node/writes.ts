import { posix } from 'node:path'
import type { Evidence, Warning } from '../facts.ts'
import { lineAt, type Project } from '../project.ts'
import type { Reached } from './reach.ts'

/** Where a program writes beside /tmp, as far as its sources say it with literals. */
export interface Writes {
  /** absolute; each becomes a bounded mount */
  folders: string[]
  /** files beside the sources: each becomes a link into /tmp, since a mount there would hide the sources */
  links: { from: string; to: string }[]
}

/** Folders of the image that no mount may hide. */
const SYSTEM = /^\/(?:|(?:bin|boot|dev|lib|lib64|proc|sbin|sys|tmp)(?:\/.*)?|etc|root|run|usr|home|app|var(?:\/(?:tmp|cache|run|lib|log))?)$/
const MAX_FOLDERS = 5
/** A longer line was made by a tool. */
const MAX_LINE = 2000
const TEXT = '["\'`]([\\w./][\\w./ -]*)["\'`]'
/** A literal, one behind others that may be unset, or one that is joined to the file's or the program's folder; else a name. */
const PATH = `(?:[\\w.$]+(?:\\[[^\\]\\n]+\\]|\\(\\))?\\s*(?:\\|\\||\\?\\?)\\s*){0,4}(?:${TEXT}|(?:path\\.)?(?:join|resolve)\\(\\s*(__dirname|import\\.meta\\.dirname|process\\.cwd\\(\\))\\s*,\\s*((?:["'\`][\\w./ -]+["'\`]\\s*,?\\s*)+)\\)|((?:[A-Za-z_$][\\w$]*\\.)?[A-Za-z_$][\\w$]*)\\s*[,)}\\n])`
const FILES = new RegExp(`(?:\\bnew (?:\\w+\\.)?(?:Database|BetterSqlite3|DatabaseSync|JSONFile(?:Sync)?|FileSync|Datastore)\\(\\s*(?:\\{\\s*filename:\\s*)?|\\bJSONFile(?:Sync)?Preset\\(\\s*|\\bcreateWriteStream\\(\\s*|\\b(?:writeFile|appendFile)(?:Sync)?\\(\\s*|\\bfilename:\\s*|\\bstorage:\\s*)${PATH}`, 'g')
const FOLDERS = new RegExp(`(?:\\bmkdir(?:Sync)?\\(\\s*|\\bensureDir(?:Sync)?\\(\\s*|\\bmulter\\(\\{\\s*dest:\\s*|\\bcb\\(\\s*null\\s*,\\s*)${PATH}`, 'g')
const NEEDLES = /Database|JSONFile|FileSync|Datastore|WriteStream|writeFile|appendFile|filename|storage|mkdir|ensureDir|multer/
/** What is run by hand or for a build. */
export const ASIDE = /(^|\/)(\.[^/]+|scripts?|tools?|extras?|release|contrib|hack|ci|bin|build|config|migrations?|seed(er|s)?|bench(marks?)?|gulpfile\.[cm]?js|[\w.-]+\.config\.[cm]?[jt]s)(\/|$)/

/**
 * Reads which files and folders the sources make: databases in a file, uploads, logs. A folder that holds files of the project
 * is left alone: a mount would hide them. @param root the app's own folder in the image @param cwd the one below it that the program
 * runs in @param output the folder that the build puts the program into @param reached the files that run, where imports tell them
 */
export function readWrites(project: Project, files: readonly string[], { root, cwd, output, reached }: { root: string; cwd: string; output: string; reached: () => Reached | undefined }, warnings: Warning[]): Writes {
  const workdir = posix.join(root, cwd)
  const folders = new Map<string, Evidence>()
  const links = new Map<string, Evidence>()
  const addFolder = (path: string, evidence: Evidence): void => {
    if (SYSTEM.test(path) || !path.startsWith('/') || folders.has(path) || folders.size >= MAX_FOLDERS) return
    const below = path === root || path.startsWith(`${root}/`) ? path.slice(root.length + 1) : undefined
    if (below === undefined || (below !== '' && !project.names(below).some((n) => !n.startsWith('.')))) folders.set(path, evidence)
  }
  const addFile = (path: string, evidence: Evidence): void => {
    const folder = posix.dirname(path)
    if (folder !== workdir) addFolder(folder, evidence)
    else if (!project.has(path.slice(root.length + 1))) links.set(path, evidence)
  }

  for (const file of files) {
    if (ASIDE.test(file)) continue
    const source = project.read(file) ?? ''
    if (!NEEDLES.test(source)) continue
    const beside = posix.dirname(output !== '' && file.startsWith('src/') ? `${output}/${file.slice(4)}` : file)
    // a name stands for the literal that it is set to in the same file
    const pathOf = ([plain, base, joined, name]: (string | undefined)[], deep = false): string | undefined => {
      if (plain !== undefined) return posix.resolve(workdir, plain)
      if (joined !== undefined) return posix.resolve(base === 'process.cwd()' ? workdir : posix.join(root, beside), ...[...joined.matchAll(/["'`]([^"'`]+)["'`]/g)].map((m) => m[1]!))
      if (deep || name === undefined) return undefined
      const set = new RegExp(`(?:\\b(?:const|let|var|static)\\s+|\\.)${name.replace(/^.*\./, '').replaceAll('$', '\\$')}\\s*=\\s*${PATH}`, 'g')
      return [...source.matchAll(set)].map((m) => pathOf(m.slice(1), true)).find(Boolean)
    }
    for (const [pattern, add, isFile] of [[FILES, addFile, true], [FOLDERS, addFolder, false]] as const)
      for (const found of source.matchAll(pattern)) {
        const path = pathOf(found.slice(1))
        const text = source.slice(source.lastIndexOf('\n', found.index) + 1, found.index + found[0].length).trim()
        // a word without an ending is a name of something else ("storage: local")
        if (path && !path.startsWith('/tmp/') && text.length < MAX_LINE && !/^(\/\/|\*|#)/.test(text) && (!isFile || /\.\w+$/.test(path)) && reached()?.has(file) !== false) add(path, { file, line: lineAt(source, found.index), text: text.slice(0, 120) })
      }
  }
  for (const [path, { file, line }] of links) warnings.push({ message: `${path} is kept in /tmp: it is gone when the container is, and each pod has its own`, file, line, hint: 'use a database server for what must stay, and standard output for logs' })
  for (const [path, { file, line }] of folders) warnings.push({ message: `${path} is written to: it is mounted, empty at each start, and each pod has its own`, file, line, hint: 'give it a PersistentVolumeClaim, or keep the data in a service' })
  return { folders: [...folders.keys()], links: [...links.keys()].map((path) => ({ from: path.slice(workdir.length + 1), to: `/tmp/${posix.basename(path)}` })) }
}
