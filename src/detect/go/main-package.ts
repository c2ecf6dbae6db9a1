import { InputError } from '../../errors.ts'
import type { Evidence, Warning } from '../facts.ts'
import { lineOf, type Project } from '../project.ts'
import { built, constraintOf, ownTags } from './constraint.ts'
import type { Module, Modules } from './module.ts'

/** A program of the project. */
export interface Main {
  /** as the compiler names it from the root: "." or "./cmd/server" */
  package: string
  /** below the root, "" for the root itself */
  folder: string
  module: Module
  /** name of the program that is built */
  binary: string
  files: string[]
  /** where its main function is */
  evidence: Evidence
  /** tags without which it has no main function */
  tags: string[]
  guess?: boolean
  /** one file that is built by its name, since a constraint keeps it out of its package */
  alone?: boolean
  /** what the build makes a program of: an import path, and the name that a function is registered by */
  called?: { path: string; name: string }
}

const FUNCTION = /^func main\(\)/m
/** Programs beside the one that is delivered. */
const ASIDE = /(^|\/)(_?examples?|tools?|hack|scripts?|testdata|tests?|e2e|docs?|bench(marks?)?|mocks?|migrations?|generate|gen|seed(er|s)?|client|cli)(\/|$)/

/**
 * The program that is built: the one that was chosen, the only one, the one that the Procfile names, the one at the root, or
 * the one whose name says it. Throws InputError with the choices where none stands out.
 */
export function chooseMain(project: Project, modules: Modules, { start, member, top = '' }: { start?: readonly string[]; member?: string; top?: string }, procfile: string | undefined, likely: readonly string[], warnings: Warning[]): Main | undefined {
  const mains = findMains(project, modules).filter((m) => !member || `${m.folder}/`.startsWith(`${member}/`))
  if (start) {
    const wanted = start[0]!.replace(/^\.?\/+/, '').replace(/\/+$/, '').replace(/^\.$/, '')
    const one = mains.find((m) => m.folder === wanted) ?? mains.find((m) => m.binary === wanted.split('/').at(-1))
    if (one) return one
    if (mains.length > 0) throw choices(`no program of this project is "${start[0]}"`, mains)
  }
  // what is built by tags alone, a script that builds the rest among it, stands behind what is always built
  const always = mains.filter((m) => m.tags.length === 0 && !ASIDE.test(m.folder))
  const delivered = always.length > 0 ? always : mains.filter((m) => !ASIDE.test(m.folder))
  const some = delivered.length > 0 ? delivered : mains
  const said = some.find((m) => m.binary === procfile)
  if (some.length === 0 && top === '') return leftOut(project, modules, member, warnings)
  if (some.length < 2 || said) return said ?? some[0]
  const root = some.find((m) => m.folder === top)
  if (root) return root
  const last = lastOf(modules.list[0]!.path)
  // where "shop" and "shopd" stand beside each other, the second is the daemon
  for (const wanted of [`${last}d`, last, `${last}-server`, ...likely]) {
    const named = some.filter((m) => m.folder.split('/').at(-1) === wanted && (m.folder.split('/').length <= 2 || m.folder.includes('cmd/')))
    if (named.length !== 1) continue
    const other = some.find((m) => m !== named[0])!
    warnings.push({ message: `there are ${some.length} programs (${listed(some)}); ${named[0]!.package} is taken`, file: named[0]!.evidence.file, line: named[0]!.evidence.line, hint: `choose another: --start ${other.package}` })
    return { ...named[0]!, guess: true }
  }
  throw choices(`there are ${some.length} programs: ${listed(some)}`, some)
}

/** The one file with a server that is kept out of every package and started by its name: go run server.go. */
function leftOut(project: Project, modules: Modules, member: string | undefined, warnings: Warning[]): Main | undefined {
  const files = project.files().filter((f) => f.endsWith('.go') && !f.endsWith('_test.go') && (!member || f.startsWith(`${member}/`)))
  const found = files.filter((f) => {
    const text = project.read(f) ?? ''
    return constraintOf(text) === 'ignore' && /^package main\b/m.test(text) && FUNCTION.test(text) && /\bListenAndServe|\bnet\.Listen\(/.test(text)
  })
  const [file] = found
  const folder = file?.includes('/') ? file.slice(0, file.lastIndexOf('/')) : ''
  const module = found.length === 1 ? moduleOf(project, modules, folder) : undefined
  if (!file || !module) return undefined
  const evidence = { file, line: lineOf(project.read(file)!, FUNCTION) }
  warnings.push({ message: `no package is a program; ${file}, which a constraint keeps out of its package, is built by itself`, ...evidence })
  return { package: `./${file}`, folder, module, binary: file.split('/').at(-1)!.replace(/\.go$/, ''), files: [file], evidence, tags: [], guess: true, alone: true }
}

const FRAMEWORK = 'github.com/GoogleCloudPlatform/functions-framework-go'

const REGISTERS = /\bfunctions\.(?:HTTP|CloudEvent|Typed)\(\s*"([\w.-]+)"/g

/**
 * A package at a module's top, that of `member` where one is meant, whose functions the Functions Framework calls: the one that is
 * `wanted`, else the first that is registered. Throws InputError for functions that nothing registers.
 */
export function calledFunction(project: Project, { list }: Modules, wanted: string | undefined, member: string | undefined, warnings: Warning[]): Main | undefined {
  for (const module of list.filter((m) => m.main && (!member || m.folder === member))) {
    const prefix = module.folder ? `${module.folder}/` : ''
    const files = project.files().filter((f) => f.startsWith(prefix) && !f.slice(prefix.length).includes('/') && f.endsWith('.go') && !f.endsWith('_test.go'))
    if (files.some((f) => /^package main\b/m.test(project.read(f) ?? ''))) continue
    const found = module.requires.has(FRAMEWORK) ? files.flatMap((file) => [...(project.read(file) ?? '').matchAll(REGISTERS)].map((m) => ({ file, text: m[0], name: m[1]! }))) : []
    const one = wanted === undefined ? found[0] : found.find((f) => f.name === wanted)
    if (found.length === 0 && wanted === undefined) refuseUnregistered(project, files)
    if (!one && found.length > 0) throw new InputError({ message: `no function of this project is "${wanted}"`, where: '--start', file: found[0]!.file, hint: `choose one: ${found.slice(0, MAX_NAMED).map((f) => `--start ${f.name}`).join(' or ')}` })
    if (!one) continue
    const evidence = { file: one.file, line: lineOf(project.read(one.file)!, one.text), text: one.text }
    const others = found.filter((f) => f !== one).map((f) => f.name)
    const guess = wanted === undefined && others.length > 0
    if (guess) warnings.push({ message: `there are ${found.length} functions; ${one.name} is served`, file: evidence.file, line: evidence.line, hint: `choose another: --start ${others[0]}${others.length > 1 ? ` (or ${others.slice(1, 6).join(', ')})` : ''}` })
    const binary = lastOf(module.path)
    return { package: `./${prefix}serve-function`, folder: module.folder, module, binary: /^[\w.-]+$/.test(binary) ? binary : 'app', files: [one.file, ...files.filter((f) => f !== one.file)], evidence, tags: [], called: { path: module.path, name: one.name }, ...(guess ? { guess } : {}) }
  }
  return undefined
}

/** What a platform of functions calls by its name alone, as its first generation did: https://cloud.google.com/functions/1stgendocs/writing/write-http-functions */
function refuseUnregistered(project: Project, files: readonly string[]): void {
  const texts = files.map((file) => ({ file, text: project.read(file) ?? '' }))
  if (!texts.some(({ text }) => /Cloud Functions?\b/i.test(text))) return
  for (const { file, text } of texts) {
    const found = /^func ([A-Z]\w*)\((?:\w+ http\.ResponseWriter, \w+ \*http\.Request|ctx context\.Context, \w+ [\w.]+)\)/m.exec(text)
    if (found) throw new InputError({ message: `${found[1]} is a function of Cloud Functions that nothing registers, so no program can serve it`, file, line: lineOf(text, found[0]), hint: `register it with ${FRAMEWORK}: functions.${found[0].includes('http.') ? 'HTTP' : 'CloudEvent'}("${found[1]}", ${found[1]}) in an init function` })
  }
}

/** How many programs an error names. */
const MAX_NAMED = 12

const choices = (message: string, mains: readonly Main[]): InputError =>
  new InputError({ message, where: '--start', file: mains[0]!.evidence.file, hint: `choose one: ${mains.slice(0, MAX_NAMED).map((m) => `--start ${m.package}`).join(' or ')}` })

const listed = (mains: readonly Main[]): string => mains.slice(0, MAX_NAMED).map((m) => m.package).join(', ') + (mains.length > MAX_NAMED ? ' and more' : '')

/** A module's last word, without a major version. */
export const lastOf = (path: string): string => path.split('/').filter((p) => !/^v\d+$/.test(p)).at(-1)?.replace(/\.(v\d+|go)$/, '') || 'app'

/** Every main package of the modules that are built together. */
function findMains(project: Project, modules: Modules): Main[] {
  const folders = new Map<string, string[]>()
  for (const file of project.files()) {
    if (!file.endsWith('.go') || file.endsWith('_test.go')) continue
    const text = project.read(file)
    if (!text || !/^package main\b/m.test(text)) continue
    const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : ''
    folders.set(folder, [...(folders.get(folder) ?? []), file])
  }
  return [...folders].flatMap(([folder, all]): Main[] => {
    const module = moduleOf(project, modules, folder)
    if (!module) return []
    const isMain = (file: string): boolean => FUNCTION.test(project.read(file)!)
    const tags = buildable(project, all, []).some(isMain) ? [] : tagsOf(project, all.filter(isMain))
    const files = buildable(project, all, tags)
    const main = files.find(isMain)
    if (!main) return []
    const last = folder.split('/').at(-1)!
    const named = folder === module.folder || last === 'cmd' ? lastOf(module.path) : last
    return [
      {
        package: folder ? `./${folder}` : '.',
        folder,
        module,
        binary: /^[\w.-]+$/.test(named) ? named : 'app',
        files: [main, ...files.filter((f) => f !== main)],
        evidence: { file: main, line: lineOf(project.read(main)!, FUNCTION) },
        tags,
      },
    ]
  })
}

const buildable = (project: Project, files: readonly string[], tags: readonly string[]): string[] => files.filter((f) => built(f.split('/').at(-1)!, project.read(f)!, tags))

/** Tags that a file with a main function asks for. */
function tagsOf(project: Project, files: readonly string[]): string[] {
  for (const file of files) {
    const text = project.read(file)!
    const tags = ownTags(constraintOf(text) ?? '')
    if (tags.length > 0 && built(file.split('/').at(-1)!, text, tags)) return tags
  }
  return []
}

/** The module that a folder belongs to, when it is one that is built from the root: the nearest go.mod above says it. */
function moduleOf(project: Project, modules: Modules, folder: string): Module | undefined {
  for (let at = folder; ; at = at.includes('/') ? at.slice(0, at.lastIndexOf('/')) : '') {
    const module = modules.list.find((m) => m.folder === at)
    if (module) return module.main ? module : undefined
    if (at === '' || project.has(`${at}/go.mod`)) return undefined
  }
}
