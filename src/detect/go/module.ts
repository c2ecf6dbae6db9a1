import { posix } from 'node:path'
import { InputError } from '../../errors.ts'
import type { Project } from '../project.ts'
import { beginsHere, importsFrom, ownPath } from './before.ts'

/** A module of the project: the folder's path below the root, "" for the root itself. */
export interface Module {
  folder: string
  /** false for one that only stands in place of another */
  main: boolean
  /** go.mod's path; undefined for a program without one */
  file?: string
  /** by which its packages are imported; "" where a program without go.mod has none */
  path: string
  go?: Directive
  toolchain?: Directive
  requires: Map<string, { version: string; line: number; indirect: boolean }>
  /** folders that stand in place of other modules */
  replaces: { path: string; line: number }[]
}

interface Directive {
  version: string
  line: number
}

/** Every module that is built together: those of go.work, or the one of go.mod with the folders that replace others. */
export interface Modules {
  list: Module[]
  work: boolean
  /** the go and toolchain lines that the compiler has to satisfy, with their places */
  versions: (Directive & { file: string })[]
}

const BLOCKS = 'require|replace|exclude|retract|tool|ignore|godebug|use'

/** Reads go.work or go.mod (https://go.dev/ref/mod). Throws InputError with file, line and column for what is malformed or lies outside. @param top the folder of go.mod */
export function readModules(project: Project, top = ''): Modules | undefined {
  const work = top === '' ? project.read('go.work') : undefined
  if (work !== undefined) return readWork(project, work)
  const text = project.read(manifestOf(top))
  if (text === undefined) return hasProgram(project) ? { list: [{ folder: '', main: true, path: ownPath(project), requires: new Map(), replaces: [] }], work: false, versions: [] } : undefined
  const list = withReplaced(project, [readModule(manifestOf(top), top, text, true)])
  return { list, work: false, versions: versionsOf(list) }
}

/** Whether a folder without go.mod is where a program begins: one that lies here, or one below that is made of packages of here. */
function hasProgram(project: Project): boolean {
  const isMain = (f: string): boolean => f.endsWith('.go') && /^package main\b/m.test(project.read(f) ?? '')
  return project.names().some(isMain) || (beginsHere(project) && project.files().some(isMain))
}

/** Folders outside of the project that stand in place of modules which go.mod requires. */
export function outsideOf(project: Project, top: string): string[] {
  const text = project.read('go.work') === undefined || top !== '' ? project.read(manifestOf(top)) : undefined
  return text === undefined ? [] : readModule(manifestOf(top), top, text, true).replaces.flatMap(({ path }) => (below(top, path) === undefined && !path.startsWith('/') ? [posix.join(top, path)] : []))
}

/** Whether a folder is built by what lies above: the module that it is a package of, or a workspace that has what it requires. */
export function partOf(project: Project): (root: Project, path: string) => boolean {
  const own = project.read('go.mod')
  if (own === undefined && !project.names().some((n) => n.endsWith('.go'))) return () => false
  let module = own === undefined ? undefined : project.root
  return (root, path) => {
    if (module === undefined && root.has('go.mod')) return (module = root.root) !== undefined
    if (module === undefined) return importsFrom(root, path)
    if (!root.has('go.work')) return false
    const folder = module.slice(root.root.length + 1).replaceAll('\\', '/')
    const list = readModules(root)!.list.filter((m) => m.main)
    const one = list.find((m) => m.folder === folder)
    return one !== undefined && list.some((m) => one.requires.has(m.path)) && path !== ''
  }
}

function readWork(project: Project, text: string): Modules {
  const list: Module[] = []
  const versions: Modules['versions'] = []
  for (const { verb, words, line, column } of directives('go.work', text)) {
    if (verb === 'go' || verb === 'toolchain') versions.push({ version: words[0]!.replace(/^go/, ''), line, file: 'go.work' })
    if (verb !== 'use') continue
    const folder = below('', words[0]!)
    if (folder === undefined) throw outside('go.work', words[0]!, line)
    const file = manifestOf(folder)
    const manifest = project.read(file)
    if (manifest === undefined) throw new InputError({ message: `go.work uses ${words[0]}, which has no go.mod`, file: 'go.work', line, column, hint: 'add the module, or drop the line: go work edit -dropuse' })
    list.push(readModule(file, folder, manifest, true))
  }
  if (list.length === 0) throw new InputError({ message: 'go.work uses no module', file: 'go.work', line: 1, hint: 'add one: go work use ./app' })
  const all = withReplaced(project, list)
  return { list: all, work: true, versions: [...versions, ...versionsOf(all)] }
}

/** Modules in folders of the project that stand in place of published ones: the build reads their go.mod as well. */
function withReplaced(project: Project, list: Module[]): Module[] {
  for (const module of list)
    for (const { path, line } of module.replaces) {
      const folder = below(module.folder, path)
      if (folder === undefined) throw outside(module.file!, path, line)
      const file = manifestOf(folder)
      const text = project.read(file)
      if (text !== undefined && !list.some((m) => m.folder === folder)) list.push(readModule(file, folder, text, false))
    }
  return list
}

const manifestOf = (folder: string): string => (folder === '' ? 'go.mod' : `${folder}/go.mod`)

const outside = (file: string, path: string, line: number): InputError =>
  new InputError({ message: `${file} names ${path}, which is outside of this folder, so that the build cannot see it`, file, line, hint: 'run it in the folder that holds both, with a go.work there: go work init, go work use -r .' })

function versionsOf(list: readonly Module[]): Modules['versions'] {
  return list.flatMap((m) => [m.go, m.toolchain].flatMap((d) => (d ? [{ ...d, file: m.file! }] : [])))
}

function readModule(file: string, folder: string, text: string, main: boolean): Module {
  const module: Module = { folder, main, file, path: '', requires: new Map(), replaces: [] }
  for (const { verb, words, line, comment } of directives(file, text)) {
    if (verb === 'module') module.path = words[0]!
    else if (verb === 'go') module.go = { version: words[0]!, line }
    else if (verb === 'toolchain' && words[0] !== 'default') module.toolchain = { version: words[0]!.replace(/^go/, ''), line }
    else if (verb === 'require') module.requires.set(words[0]!, { version: words[1] ?? '', line, indirect: /\bindirect\b/.test(comment) })
    else if (verb === 'replace') {
      const target = words[words.indexOf('=>') + 1]
      if (target && /^\.{1,2}(\/|$)/.test(target)) module.replaces.push({ path: target, line })
    }
  }
  if (!module.path) throw new InputError({ message: `${file} names no module`, file, line: 1, column: 1, hint: 'begin it with: module example.com/name' })
  return module
}

interface Line {
  verb: string
  words: string[]
  line: number
  column: number
  comment: string
}

/** One directive a line, alone or in a block of its verb: that is all the syntax there is. */
function directives(file: string, text: string): Line[] {
  const out: Line[] = []
  let block = ''
  for (const [i, raw] of text.split('\n').entries()) {
    const at = /(^|\s)\/\//.exec(raw)
    const code = (at ? raw.slice(0, at.index) : raw).trim()
    const column = raw.search(/\S/) + 1
    if (code === '') continue
    if (block && code === ')') {
      block = ''
      continue
    }
    const opened = new RegExp(`^(${BLOCKS})\\s*\\($`).exec(code)
    if (opened) {
      block = opened[1]!
      continue
    }
    const words = (block ? `${block} ${code}` : code).split(/\s+/).map((w) => w.replace(/^["`](.*)["`]$/, '$1'))
    const verb = words.shift()!
    if (!new RegExp(`^(module|go|toolchain|${BLOCKS})$`).test(verb) || words.length === 0)
      throw new InputError({ message: `${file} is not valid: "${code.slice(0, 60)}" is no directive`, file, line: i + 1, column, hint: 'mend it, then run again' })
    out.push({ verb, words, line: i + 1, column, comment: at ? raw.slice(at.index) : '' })
  }
  return out
}

/** A relative path from a folder below the root, or undefined where it leads out. */
export function below(folder: string, path: string): string | undefined {
  if (path.startsWith('/')) return undefined
  const out = folder ? folder.split('/') : []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') out.push(part)
    else if (out.pop() === undefined) return undefined
  }
  return out.join('/')
}
