import type { Evidence, Warning } from '../facts.ts'
import { lineOf, type Project } from '../project.ts'
import { built } from './constraint.ts'
import { below, type Module, type Modules } from './module.ts'

/** A path that is imported, with its first place. */
export interface Imported {
  path: string
  evidence: Evidence
}

/** What a program is compiled of, nearest to its main package first. */
export interface Program {
  files: string[]
  /** packages of other modules and of the standard library */
  imports: Imported[]
  /** paths that are embedded, below the root, with their places */
  embeds: { path: string; evidence: Evidence }[]
}

/** How many packages are followed. */
const MAX_PACKAGES = 300

/** Follows the imports of the package in `folder` through the project's own modules, as the compiler does. */
export function follow(project: Project, modules: Modules, folder: string, files: readonly string[], tags: readonly string[], warnings: Warning[]): Program {
  const out: Program = { files: [...files], imports: [], embeds: [] }
  const seen = new Set([folder])
  const known = new Set<string>()
  const queue: { folder: string; files: readonly string[] }[] = [{ folder, files }]
  for (let next = queue.shift(); next && seen.size < MAX_PACKAGES; next = queue.shift()) {
    for (const file of next.files) {
      const text = project.read(file)!
      out.embeds.push(...embedsOf(file, next.folder, text))
      for (const path of importsOf(text)) {
        const evidence = { file, line: lineOf(text, `"${path}"`), text: path }
        const own = folderOf(modules.list, path)
        if (own === undefined) {
          if (known.has(path)) continue
          known.add(path)
          out.imports.push({ path, evidence })
        } else if (!seen.has(own)) {
          seen.add(own)
          const found = filesOf(project, own, tags)
          if (found.length === 0) warnings.push({ message: `the package ${path} is imported, but not there`, file, line: evidence.line, hint: 'generate it before the build, and keep it in the repository' })
          out.files.push(...found)
          queue.push({ folder: own, files: found })
        }
      }
    }
  }
  return out
}

/** Source files of one package, as far as they are built on Linux. */
function filesOf(project: Project, folder: string, tags: readonly string[]): string[] {
  return project
    .names(folder)
    .filter((name) => name.endsWith('.go') && !name.endsWith('_test.go'))
    .map((name) => (folder ? `${folder}/${name}` : name))
    .filter((file) => {
      const text = project.read(file)
      return text !== undefined && built(file.split('/').at(-1)!, text, tags)
    })
}

function importsOf(text: string): string[] {
  const out: string[] = []
  for (const [, line, block, one] of text.matchAll(/^import\s*(?:\(([^)\n]*)\)|\(([\s\S]*?)^\s*\)|(?:[\w.]+\s+)?"([^"\n]+)")/gm)) {
    if (one) out.push(one)
    else for (const [, path] of (line ?? block)!.matchAll(/(?:^|;)\s*(?:[\w.]+\s+)?"([^"\n]+)"/gm)) out.push(path!)
  }
  return out
}

/** The folder of a package of the project, below the root; undefined for everybody else's. */
function folderOf(list: readonly Module[], path: string): string | undefined {
  const module = list.filter((m) => m.path && (path === m.path || path.startsWith(`${m.path}/`))).sort((a, b) => b.path.length - a.path.length)[0]
  return module && below(module.folder, path.slice(module.path.length + 1))
}

/** https://pkg.go.dev/embed: patterns are relative to the package's folder. */
function embedsOf(file: string, folder: string, text: string): Program['embeds'] {
  return [...text.matchAll(/^[ \t]*\/\/go:embed[ \t]+(.+)$/gm)].flatMap(({ 0: all, 1: patterns }) =>
    (patterns!.match(/"[^"]*"|`[^`]*`|\S+/g) ?? []).flatMap((pattern) => {
      const path = below(folder, pattern.replace(/^["`]|["`]$/g, '').replace(/^all:/, ''))
      return path ? [{ path, evidence: { file, line: lineOf(text, all), text: all } }] : []
    }),
  )
}
