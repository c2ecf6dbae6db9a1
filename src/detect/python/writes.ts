import { posix } from 'node:path'
import type { Evidence, Fact, Warning } from '../facts.ts'
import { lineOf, type Project } from '../project.ts'

/** Where a program writes beside /tmp, as far as its sources say it with literals. */
export interface Writes {
  /** folders of their own, absolute: each becomes a bounded mount */
  folders: string[]
  /** files beside the sources, absolute: each is linked into /tmp, since a mount there would hide the sources */
  links: string[]
  /** those of the links that the project holds a database of: each container begins with a copy of it */
  begun: string[]
  /** files that are kept in one of the two, absolute */
  kept: string[]
  /** folders of files to serve that have to be there and are not, below /app */
  served: string[]
}

/** Folders of the image that no mount may hide. */
const SYSTEM = /^$|^\/(?:$|bin|boot|dev|etc|lib|lib64|proc|root|run|sbin|sys|tmp|usr|home|app\/?$|var\/?$|var\/(?:tmp|cache)?\/?$)/
const TEXT = `["']([\\w./ -]+)["']`
const QUOTED = `["'][\\w./ -]+["']`
/** A folder beside the file or the project's root: BASE_DIR / "x" / "y", os.path.join(basedir, "x", "y"); the group holds the parts with their quotes. */
const BASED = `(?:[\\w.]*(?:base|root|dir|here|path)\\w*\\s*/\\s*|os\\.path\\.join\\(\\s*(?:[\\w.]*(?:base|root|dir|here|path)\\w*|os\\.getcwd\\(\\)|os\\.path\\.(?:dirname|abspath)\\([^"'\\n]*\\)+)\\s*,\\s*)(${QUOTED}(?:\\s*[,/]\\s*${QUOTED})*)`

/** A database in a file, by a name that could be a word of a shell. */
const DATABASE = /^[\w./-]+\.(?:db|sqlite3?)$/

/** Whether Django's database is of this machine alone, which .dockerignore leaves out as .gitignore does. */
export const isLocal = (project: Project, path: string): boolean => path.endsWith('/db.sqlite3') && /sqlite/.test(project.read('.gitignore') ?? '')

interface Found {
  path: string
  /** beside the file or project root rather than the folder that the program is started in */
  based: boolean
  evidence: Evidence
}

/**
 * Reads the folders that the image of before and the start's own words name, and what sources make: folders (mkdir, log files, Flask's instance folder) and SQLite databases. A folder that the
 * project has files in is left alone, because a mount would hide them.
 */
export function readWrites(project: Project, files: readonly string[], options: { workdir: string; root: string; instance: boolean; sql?: boolean; django: string | undefined; own: readonly string[]; start?: Fact<string[]> | undefined; made?: readonly string[] }, warnings: Warning[]): Writes {
  const folders = new Map<string, Evidence>()
  const links = new Map<string, Evidence>()
  const kept: string[] = []
  const begun: string[] = []
  const served = new Map<string, Evidence>()
  const instance = `/app/${options.root ? `${options.root}/` : ''}instance`
  const absolute = ({ path: parts, based, evidence }: Found): string => {
    const path = parts.replace(/["']\s*[,/]\s*["']/g, '/').replace(/["']/g, '')
    if (path.startsWith('/')) return path.replace(/\/+$/, '')
    const folder = evidence.file.includes('/') ? evidence.file.slice(0, evidence.file.lastIndexOf('/')) : ''
    const below = based ? (options.django ?? folder) : options.workdir.replace(/^\/app\/?/, '')
    return `/app/${below ? `${below}/` : ''}${path}`.replace(/\/(?:\.\/)+/g, '/').replace(/\/+$/, '')
  }
  const addFolder = (found: Found): void => {
    const path = absolute(found)
    if (SYSTEM.test(path) || path.includes('..') || folders.size >= 5) return
    const inProject = path.startsWith('/app/') && project.names(path.slice(5)).some((n) => !n.startsWith('.'))
    if (!inProject) folders.set(path, found.evidence)
  }
  const addServed = (found: Found): void => {
    const path = absolute(found)
    // where the base of a path lies is not always seen
    if (options.made?.some((output) => `${posix.normalize(path)}/`.includes(`/${output}/`))) return
    if (path.startsWith('/app/') && !path.includes('..') && !project.has(path.slice(5))) served.set(path.slice(5), found.evidence)
  }
  const addFile = (found: Found): void => {
    const path = absolute(found)
    const folder = path.slice(0, path.lastIndexOf('/'))
    if (folder.startsWith('/tmp') || path.includes('..')) return
    const there = project.has(path.slice(5)) && !isLocal(project, path)
    // nothing can be written to what lies in the image
    if (there && DATABASE.test(path) && !begun.includes(path)) begun.push(path)
    if (!there || begun.includes(path)) kept.push(path)
    if (!path.startsWith('/app/') || (folder !== '/app' && !project.isFolder(folder.slice(5)))) addFolder({ ...found, path: folder })
    else if (!there || begun.includes(path)) links.set(path, found.evidence)
  }

  // what the image of before keeps outside of itself
  const image = project.original('Dockerfile') ?? ''
  const home = [...image.matchAll(/^WORKDIR[ \t]+(\/\S*\w)/gim)].at(-1)?.[1] ?? '/app'
  for (const [all, paths] of image.matchAll(/^VOLUME[ \t]+(.+)$/gim))
    for (const path of paths!.match(/\/[\w./-]*\w/g) ?? []) addFolder({ path: path.startsWith(`${home}/`) ? `/app${path.slice(home.length)}` : path, based: false, evidence: { file: 'Dockerfile', line: lineOf(image, all), text: all.trim() } })
  for (const path of options.start?.value.filter((w) => /^(?:\/[\w-]+)+$/.test(w)) ?? []) addFolder({ path, based: false, evidence: options.start!.evidence[0]! })

  const settings = options.sql ? project.files().filter((f) => /^(?:[^/]+\/)?[^/]+\.(?:ya?ml|ini|toml|cfg|conf)$/.test(f) && !f.endsWith('alembic.ini')).slice(0, 20) : []
  for (const file of [...files, ...settings]) {
    const source = project.read(file) ?? ''
    if (!/mkdir|makedirs|FileHandler|filename|logger\.add|sqlite|instance_path|StaticFiles\(|add_static\(|open\(|Persistence\(|TinyDB\(/.test(source)) continue
    const each = (expression: RegExp, use: (groups: (string | undefined)[], evidence: Evidence) => void): void => {
      for (const found of source.matchAll(expression)) {
        const line = source.slice(0, found.index).split('\n').length
        const text = source.split('\n')[line - 1]!.trim()
        if (!text.startsWith('#')) use(found.slice(1), { file, line, text: text.slice(0, 120) })
      }
    }
    // a name stands for the literal that it is set to in the same file
    const literal = (name: string): { path: string; based: boolean } | undefined => {
      const set = new RegExp(`(?:^|[\\s"'\\[.])${name}["'\\]]*\\s*(?::[^=\\n]+)?=\\s*(?:Path\\(\\s*)?(?:${TEXT}|${BASED})`, 'im').exec(source)
      const path = set?.[1] ?? set?.[2]
      return path ? { path, based: set![1] === undefined } : undefined
    }
    each(new RegExp(`\\b(?:makedirs|mkdir)\\(\\s*(?:${TEXT}|${BASED})`, 'gi'), ([plain, based], evidence) => addFolder({ path: (plain ?? based)!, based: plain === undefined, evidence }))
    each(new RegExp(`\\bPath\\(\\s*${TEXT}\\s*\\)\\.mkdir\\(`, 'g'), ([path], evidence) => addFolder({ path: path!, based: false, evidence }))
    each(/\b(?:makedirs|mkdir)\(\s*(?:\w+\.config\[["'](\w+)["']\]|([A-Za-z_]\w*))\s*[,)]|\b([A-Za-z_]\w*)\.mkdir\(/g, ([config, name, object], evidence) => {
      const found = literal((config ?? name ?? object)!)
      if (found) addFolder({ ...found, evidence })
    })
    // both refuse to start where the folder is missing
    each(new RegExp(`\\bStaticFiles\\(\\s*(?:directory\\s*=\\s*)?(?:${TEXT}|${BASED}|([A-Za-z_]\\w*)\\s*[,)])|\\.add_static\\([^,\\n]+,\\s*(?:path\\s*=\\s*)?(?:${TEXT}|${BASED})`, 'gi'), ([plain, based, name, path, below], evidence) => {
      const found = name ? literal(name) : { path: (plain ?? path ?? based ?? below)!, based: (plain ?? path) === undefined }
      if (found) addServed({ ...found, evidence })
    })
    if (options.own.includes(file)) each(new RegExp(`\\b(?:open\\(\\s*${TEXT}\\s*,\\s*(?:mode\\s*=\\s*)?["'][wax]|(?:shelve\\.open|TinyDB|PicklePersistence)\\(\\s*(?:filepath\\s*=\\s*|filename\\s*=\\s*)?${TEXT})`, 'g'), ([opened, kept], evidence) => addFile({ path: (opened ?? kept)!, based: false, evidence }))
    each(/\binstance_path\b/g, (_, evidence) => {
      if (/makedirs|mkdir/.test(source)) folders.set(instance, evidence)
    })
    each(new RegExp(`(?:FileHandler|logger\\.add)\\(\\s*(?:filename\\s*=\\s*)?${TEXT}|basicConfig\\([^)]*filename\\s*=\\s*${TEXT}`, 'g'), ([handler, config], evidence) => addFile({ path: (handler ?? config)!, based: false, evidence }))
    each(/sqlite(?:\+\w+)?:\/\/\/(?!\/|:memory:)(?:\.\/|%\(here\)s\/)?([\w.-][\w./-]*)/g, ([path], evidence) => {
      if (options.instance) folders.set(instance, evidence)
      else addFile({ path: path!, based: false, evidence })
    })
    each(new RegExp(`sqlite(?:\\+\\w+)?:///["']\\s*\\+\\s*(?:str\\()?${BASED}`, 'gi'), ([path], evidence) => addFile({ path: path!, based: true, evidence }))
    each(/sqlite(?:\+\w+)?:\/\/\/(?:\.\/)?\{(\w+)\}(?:\/([\w.-]+))?/g, ([name, rest], evidence) => {
      const found = rest ? { path: rest, based: true } : literal(name!)
      if (found) addFile({ ...found, evidence })
    })
    each(new RegExp(`sqlite3?\\.connect\\(\\s*(?:database\\s*=\\s*)?(?:${TEXT}|${BASED}|(\\w+)\\s*[,)])`, 'gi'), ([plain, based, name], evidence) => {
      const found = name ? literal(name) : { path: (plain ?? based)!, based: plain === undefined }
      if (found && found.path !== ':memory:') addFile({ ...found, evidence })
    })
    // the folder of the file, however it is asked for
    each(/\bconnect\(\s*f["']\{[^}\n]*__file__[^}\n]*\}\/([\w./-]+)["']/g, ([path], evidence) => addFile({ path: path!, based: true, evidence }))
    if (options.django !== undefined) each(new RegExp(`["']NAME["']\\s*:\\s*(?:[\\w.]+\\(\\s*["']\\w+["']\\s*,\\s*(?:default\\s*=\\s*)?)?(?:str\\(\\s*)?${BASED}`, 'gi'), ([path], evidence) => addFile({ path: path!, based: true, evidence }))
  }
  for (const [path, evidence] of served)
    warnings.push({ message: `${path} is not in the repository, and what serves it wants it: it is made, and empty`, file: evidence.file, line: evidence.line, hint: 'build what it holds before the image' })
  for (const path of begun) warnings.push({ message: `${path.slice(5)} is a database, and in the image with all that it holds`, file: path.slice(5), hint: 'take it out of the repository (git rm --cached), and let migrations make the tables' })
  for (const [path, evidence] of [...links].filter(([path]) => !begun.includes(path)))
    warnings.push({ message: `${path} is kept in /tmp: it is gone when the container is, and each pod has its own`, file: evidence.file, line: evidence.line, hint: 'use a database server for what must stay, and standard output for logs' })
  for (const [path, evidence] of folders)
    warnings.push({ message: `${path} is written to: it is mounted, empty at each start, and each pod has its own`, file: evidence.file, line: evidence.line, hint: 'give it a PersistentVolumeClaim, or keep the data in a service' })
  return { folders: [...folders.keys()], links: [...links.keys()], begun, kept, served: [...served.keys()] }
}
