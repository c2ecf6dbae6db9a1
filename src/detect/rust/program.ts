import { InputError } from '../../errors.ts'
import { type Fact, fact, type Warning } from '../facts.ts'
import type { Language } from '../language.ts'
import { lineOf, type Project } from '../project.ts'
import { matchesOf, patternOf } from '../sources.ts'
import { type Binary, closureOf, type Crate, type Crates } from './crates.ts'

/**
 * The binary that is meant: the chosen one, the default one, the only one, the only one that is a server, the one named like
 * its package, or one whose name says it. Throws InputError with the choices; undefined where there is no binary.
 */
export function chooseBinary(project: Project, language: Language, crates: Crates, start: string[] | undefined, warnings: Warning[]): { binary: Binary; guess: boolean } | undefined {
  const every = crates.all.filter((c) => c.member).flatMap((c) => c.binaries)
  const wanted = start?.[0]!.split('/').at(-1)
  const named = wanted && (every.find((b) => b.name === wanted) ?? every.find((b) => b.crate.name === wanted))
  if (named) return { binary: named, guess: false }
  if (wanted && every.length > 0) throw new InputError({ message: `there is no program "${wanted}"`, where: '--start', hint: `one of ${shorten(every.map((b) => b.name)).join(', ')}, with its arguments`, near: { given: wanted, among: every.map((b) => b.name) } })
  // https://github.com/matklad/cargo-xtask: what it runs is a developer's tool
  const delivered = every.filter((b) => b.crate.name !== 'xtask')
  const all = crates.defaults.flatMap((c) => c.binaries).length > 0 ? crates.defaults.flatMap((c) => c.binaries) : delivered
  const only = (list: Binary[]): Binary | undefined => (list.length === 1 ? list[0] : undefined)
  const sure = only(all) ?? only(all.filter((b) => b.crate.defaultRun === b.name))
  if (sure || all.length === 0) return sure && { binary: sure, guess: false }
  const names = language.data!.programs as { likely: string; unlikely: string }
  const likely = new RegExp(names.likely)
  const main = all.filter((b) => !new RegExp(names.unlikely).test(b.name))
  const servers = main.filter((b) => isServer(project, language, b))
  const same = all.filter((b) => b.name === b.crate.name)
  const guess = only(servers) ?? (crates.all.length === 1 ? only(same) : undefined) ?? only((servers.length > 0 ? servers : main).filter((b) => likely.test(b.name))) ?? only(main)
  const choices = all.map((b) => b.name)
  if (!guess) throw new InputError({ message: `there are ${all.length} programs: ${shorten(choices).join(', ')}`, where: '--start', file: crates.all[0]!.manifest, hint: `choose one: ${shorten(choices).slice(0, 4).map((name) => `--start ${name}`).join(' or ')}`, choices })
  warnings.push({ message: `there are ${all.length} programs (${shorten(choices).join(', ')}); ${guess.name} is taken`, file: guess.path, hint: `choose another: --start ${choices.find((c) => c !== guess.name)}` })
  return { binary: guess, guess: true }
}

/** The place of the program's first line, as evidence of what is started. */
export function startOf(project: Project, binary: Binary, argv: string[], guess: boolean): Fact<string[]> {
  return { ...fact(argv, { file: binary.path, line: lineOf(project.read(binary.path) ?? '', /fn main\(|#\[launch\]/) }), ...(guess ? { guess } : {}) }
}

/** Files that belong to a binary: the crates that it is made of, without a framework's own, the entry files of other binaries and tests. */
export function filesOf(project: Project, language: Language, binary: Binary, all: readonly Crate[]): Project {
  const frameworks = new Set(language.frameworks.flatMap((f) => f.dependencies ?? []))
  const closure = closureOf(binary.crate, all, false, (name) => frameworks.has(name))
  const entries = new Set(all.flatMap((c) => c.binaries).map((b) => b.path))
  const outside = all.filter((c) => !closure.some((o) => o.folder === c.folder) && c.folder !== '.').map((c) => `${c.folder}/`)
  const inside = (file: string): boolean => closure.some((c) => c.folder === '.' || file.startsWith(`${c.folder}/`)) && !outside.some((o) => file.startsWith(o)) && (file === binary.path || !entries.has(file))
  let files: string[] | undefined
  return { ...project, files: () => (files ??= project.files().filter(inside)), read: (file) => (file.endsWith('.rs') ? untested(project.read(file)) : project.read(file)) }
}

/** A source without the module of tests that stands at its end by convention. */
function untested(text: string | undefined): string | undefined {
  const at = text?.search(/^#\[cfg\(test\)\]\s*(?:#\[[^\n]*\s*)*mod \w+ \{/m) ?? -1
  return at < 0 ? text : text!.slice(0, at)
}

/** Whether a binary's own file listens, or it is the only one of a crate with a web framework. */
function isServer(project: Project, language: Language, binary: Binary): boolean {
  if ((language.patterns.listens ?? []).some((p) => [...matchesOf(project.read(binary.path) ?? '', patternOf(p))].length > 0)) return true
  const frameworks = language.frameworks.filter((f) => f.serves !== false).flatMap((f) => f.dependencies ?? [])
  return binary.crate.binaries.length === 1 && frameworks.some((f) => binary.crate.dependencies.has(f))
}

/** How many names a message holds. */
const MAX_NAMES = 12
const shorten = (names: string[]): string[] => (names.length > MAX_NAMES ? [...names.slice(0, MAX_NAMES), '…'] : names)
