/** Programs of the days before go.mod: by which name their packages are imported, where they begin, and which releases they were made with. */
import type { Project } from '../project.ts'

const STANDARD = /^(archive|bufio|bytes|cmp|compress|container|context|crypto|database|debug|embed|encoding|errors|expvar|flag|fmt|go|hash|html|image|index|io|iter|log|maps|math|mime|net|os|path|plugin|reflect|regexp|runtime|slices|sort|strconv|strings|structs|sync|syscall|testing|text|time|unicode|unique|unsafe|weak)(\/|$)/
/** What managers of those days leave at the top. */
const MANAGED = ['Gopkg.toml', 'Gopkg.lock', 'glide.yaml', 'glide.lock', 'Godeps/Godeps.json', 'vendor/vendor.json', 'vendor/manifest', 'vendor.conf']
/** Hosts whose repositories have an owner and a name. */
const HOSTED = /^(?:github\.com|gitlab\.com|bitbucket\.org|gitee\.com|codeberg\.org)\//
/** How many sources are read for the name. */
const MAX_READ = 100

/** Whether libraries lie in vendor as a compiler of those days takes them. */
export const isVendored = (project: Project): boolean => project.names('vendor').some((n) => /\.\w+\/$/.test(n))

/** Whether a folder without go.mod, and without a program at its top, is where a program below begins: by what a manager left, by its folder of commands, or since packages there import it. */
export const beginsHere = (project: Project): boolean => !project.has('go.mod') && (isVendored(project) || MANAGED.some((f) => project.has(f)) || project.isFolder('cmd') || ownPath(project) !== '')

/** Whether a folder's program imports packages of another folder around it, or what lies in the vendor of that. */
export function importsFrom(root: Project, path: string): boolean {
  if (root.has('go.mod')) return false
  const own = ownPath(root)
  const files = root.names(path).filter((n) => n.endsWith('.go')).map((n) => `${path}/${n}`)
  return files.some((f) => importsIn(root.read(f) ?? '').some((p) => (own !== '' && (p === own || p.startsWith(`${own}/`))) || root.isFolder(`vendor/${p}`)))
}

/** By which name a program of those days calls packages that lie beside it, or a tool of those days calls it; "" where nothing says it. */
export function ownPath(project: Project): string {
  const counts = new Map<string, number>()
  const files = project.files().filter((f) => f.endsWith('.go') && !f.endsWith('_test.go')).slice(0, MAX_READ)
  const top = files.filter((f) => !f.includes('/')).map((f) => /^package (\w+)/m.exec(project.read(f) ?? '')?.[1]).find((name) => name !== undefined && name !== 'main')
  for (const file of files)
    for (const path of importsIn(project.read(file) ?? '')) {
      const parts = path.split('/')
      if (STANDARD.test(path) || parts.length < 2 || project.isFolder(`vendor/${path}`)) continue
      const at = parts.findIndex((_, i) => i > 0 && project.names(parts.slice(i).join('/')).some((n) => n.endsWith('.go')))
      const own = at > 0 ? parts.slice(0, at).join('/') : top !== undefined && file.includes('/') && parts.at(-1) === top ? path : ''
      // an owner alone has many repositories
      if (own && !(HOSTED.test(`${own}/`) && own.split('/').length < 3)) counts.set(own, (counts.get(own) ?? 0) + 1)
    }
  const said = saidPath(project)
  const [counted] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? []
  return counted === undefined || (said && counts.has(said)) ? said : counted
}

/** The name that a manager's file or a Dockerfile of the project's own says. */
function saidPath(project: Project): string {
  const said = /"ImportPath":\s*"([\w./-]+)"/.exec(project.read('Godeps/Godeps.json') ?? '') ?? /"rootPath":\s*"([\w./-]+)"/.exec(project.read('vendor/vendor.json') ?? '') ?? /^package:\s*([\w./-]+)\s*$/m.exec(project.read('glide.yaml') ?? '')
  return said?.[1] ?? /^WORKDIR[ \t]+\S*\/src\/([\w-]+\.\w+(?:\/[\w.-]+)+?)\/?[ \t]*$/m.exec(project.original('Dockerfile') ?? '')?.[1] ?? ''
}

/** Paths that a file imports. */
function importsIn(text: string): string[] {
  return [...text.matchAll(/^import\s*(?:\(([\s\S]*?)^\s*\)|(?:[\w.]+\s+)?"([^"\n]+)")/gm)].flatMap(([, block, one]) => (one ? [one] : [...block!.matchAll(/^\s*(?:[\w.]+\s+)?"([^"\n]+)"/gm)].map((m) => m[1]!)))
}

/** A library in the files of managers: its path, its release or commit. Each notation has its own order. */
const PINS: readonly (readonly [file: string, expression: RegExp])[] = [
  ['Gopkg.lock', /^\s*name = "([^"]+)"\n(?:(?!\[\[)[^\n]*\n)*?\s*revision = "([^"]+)"(?:\n\s*version = "([^"]+)")?/gm],
  ['glide.lock', /^- name: (\S+)\n\s+version: (\S+)/gm],
  ['Godeps/Godeps.json', /"ImportPath":\s*"([^"]+)",(?:\s*"Comment":\s*"[^"]*",)?\s*"Rev":\s*"([^"]+)"/g],
  ['vendor/vendor.json', /"path":\s*"([^"]+)",\s*"revision":\s*"([^"]+)"/g],
  ['vendor/manifest', /"importpath":\s*"([^"]+)",[^{}]*?"revision":\s*"([^"]+)"/g],
]

/** Of the libraries that a program imports, those whose release the lock of an older manager names, as "path@release". */
export function pinsOf(project: Project, imports: readonly string[]): string[] {
  const out = new Map<string, string>()
  for (const [file, expression] of PINS)
    for (const [, path, revision, version] of (project.read(file) ?? '').matchAll(expression)) {
      const module = HOSTED.test(path!) ? path!.split('/').slice(0, 3).join('/') : path!
      const release = version && /^v\d+\.\d+\.\d+$/.test(version) ? version : revision!
      if (!out.has(module) && /^[\w.~/-]+$/.test(module) && /^[\w.+-]+$/.test(release) && imports.some((i) => i === module || i.startsWith(`${module}/`))) out.set(module, release)
    }
  return [...out].map(([path, release]) => `${path}@${release}`)
}
