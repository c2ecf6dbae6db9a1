import { type Evidence, type Fact, fact, type Warning } from '../facts.ts'
import type { DetectContext } from '../language.ts'
import type { Manifests } from './manifests.ts'
import { lineOf } from '../project.ts'
import { table, text } from '../toml.ts'
import { chooseLine, inRange } from '../versions.ts'

/** Where a project says its Python version: the file, and the expression whose group 1 is the version or range. */
const PLACES: { file: string; value: RegExp }[] = [
  { file: '.python-version', value: /^(?:cpython-|python-)?(\d[\w.]*)\s*$/m },
  { file: 'runtime.txt', value: /^(?:python-)?(\d[\d.]*)/m },
  { file: '.tool-versions', value: /^python\s+(\d[\d.]*)/m },
  { file: 'environment.yml', value: /(?:^[ \t]*-[ \t]+|[[,][ \t]*)["']?python[ \t]*[=>]=?[ \t]*["']?(\d[\d.]*)/m },
  // a name's value may be a list, of which the first is in use, or a table
  ...['mise.toml', '.mise.toml', '.config/mise.toml'].map((file) => ({ file, value: /^python\s*=\s*(?:\[\s*)?(?:\{[^}\n]*\bversion\s*=\s*)?["'](\d[\d.]*)/m })),
  { file: 'Pipfile', value: /^python_(?:full_)?version\s*=\s*["'](\d[\d.]*)["']/m },
]

/**
 * The release line: what the project asks for, inside it the default line, and where nothing is asked for a line that the
 * pinned compiled packages have wheels for.
 */
export function choosePythonVersion({ chosen, language, project }: DetectContext, manifests: Manifests, lockFile: string | undefined, warnings: Warning[]): Fact<string> | undefined {
  if (chosen.version) return undefined
  for (const { file, value } of PLACES) {
    const content = project.read(file)
    const found = content === undefined ? null : value.exec(content)
    if (!found || /^\d+$/.test(found[1]!)) continue
    const evidence = { file, line: lineOf(content!, found[0]), text: found[0].trim() }
    const asked = found[1]!.split('.').slice(0, 2).join('.')
    const oldest = language.versions.lines.at(-1)!.id
    if (!asked.startsWith('3.') || !older(asked, oldest)) return chooseLine(language, asked, evidence, warnings)
    // a lock, and a list of pins, holds releases of its time; without one the newest are installed
    const old = lockFile ?? (manifests.dependencies.size > 0 && [...manifests.dependencies.values()].every((d) => d.pinned) ? file : undefined)
    warnings.push({ message: `Python ${asked} has no image here${old ? `; ${oldest} is nearest to it and used` : ', so another is used'}`, file, line: evidence.line, hint: 'choose another: --language-version' })
    if (old) return { value: oldest, evidence: [evidence], guess: true }
  }
  const range = manifests.range ?? rangeOf(project.read('pyproject.toml'), manifests) ?? setupRange(project.read('setup.py'), 'setup.py') ?? setupRange(project.read('setup.cfg'), 'setup.cfg')
  const fits = range ? language.versions.lines.filter((l) => inRange(l.id, range.text)).map((l) => l.id) : []
  // without the usual line the one before it, else the next one: packages have wheels for these first
  const next = fits.length > 0 && !fits.includes(language.versions.default) ? (fits.find((id) => older(id, language.versions.default)) ?? fits.at(-1)) : undefined
  const asked = range && (next ? fact(next, range.evidence) : chooseLine(language, range.text, range.evidence, warnings))
  const lines = language.versions.lines.filter((l) => !range || inRange(l.id, range.text))
  const start = Math.max(0, lines.findIndex((l) => l.id === (asked?.value ?? language.versions.default)))
  const newest = lockFile ? lockedFor(lockFile, project) : undefined
  const tooNew = (line: string): Blocked | undefined => (newest && older(newest, line) ? { name: lockFile!, version: `(of Python ${newest})`, evidence: { file: lockFile! } } : undefined)
  const absent = (line: string): Blocked | undefined => absentFrom(line, language.data!.absent as Record<string, string>, manifests)
  const blocked = new Map(lines.slice(start).map((l) => [l.id, withoutWheels(l.id, language.data!.wheels as WheelTable, manifests) ?? absent(l.id) ?? tooNew(l.id)]))
  const line = lines.slice(start).find((l) => !blocked.get(l.id))
  const dockerfile = existingImage(project.original('Dockerfile'))
  const inUse = dockerfile && lines.find((l) => l.id === dockerfile.line)
  // a line without support is taken from there only where a newer one would not do
  // nor one that something has to be compiled for, without the compiler that is installed there
  const compiled = inUse && line && !/\b(?:gcc|build-essential|build-base)\b/.test(project.original('Dockerfile')!) ? withoutWheels(inUse.id, language.data!.wheels as WheelTable, manifests) : undefined
  if (inUse && !compiled && (inUse.bases?.length !== 1 || blocked.get(lines[start]?.id ?? ''))) return fact(inUse.id, dockerfile.evidence)
  const why = compiled ?? blocked.get(lines[start]?.id ?? '')
  const oldestFit = lines.at(-1)
  if (why && !line && oldestFit && lockFile !== undefined && why.name !== lockFile) {
    manifests.compiles = true
    warnings.push({ message: `${why.name} ${why.version} has no wheel for any Python that the project allows, so it is compiled for ${oldestFit.id}`, file: why.evidence?.file, line: why.evidence?.line, hint: 'take a newer release, or choose: --language-version' })
    return { value: oldestFit.id, evidence: range ? [range.evidence] : [], guess: true }
  }
  if (!why || !line) return asked
  warnings.push({ message: `${why.name} ${why.version} came before Python ${compiled ? inUse!.id : lines[start]!.id}, so Python ${line.id} is used`, file: why.evidence?.file, line: why.evidence?.line, hint: 'take newer releases, or choose: --language-version' })
  return { value: line.id, evidence: why.evidence ? [why.evidence] : [], guess: true }
}

/** The line of the image that an existing Dockerfile starts from. */
function existingImage(source: string | undefined): { line: string; evidence: Evidence } | undefined {
  const found = /^FROM\s+(?:--\S+\s+)?(?:docker\.io\/)?(?:library\/)?python:(3\.\d+)/im.exec(source ?? '')
  return found ? { line: found[1]!, evidence: { file: 'Dockerfile', line: lineOf(source!, found[0]), text: found[0] } } : undefined
}

interface Blocked {
  name: string
  version: string
  evidence?: Evidence
}

type WheelTable = Record<string, Record<string, string>>

/** What lock files say of the tool that wrote them, and the newest Python of its time: releases of PDM 2.8 and 2.17, Poetry 1.3, 1.7 and 1.8.4. */
const WRITERS: Record<string, { version: RegExp; since: [version: string, python: string][] }> = {
  'pdm.lock': { version: /^lock_version = "([\d.]+)"/m, since: [['4.5', '3.13'], ['4.4', '3.12'], ['4', '3.11']] },
  'poetry.lock': { version: /^# .*generated by Poetry ([\d.]+)/m, since: [['1.8.4', '3.13'], ['1.7', '3.12'], ['1.3', '3.11']] },
}

/** The newest Python that any wheel in a lock file was made for, or of its writer's time: its releases know no later one. */
function lockedFor(lock: string, project: DetectContext['project']): string | undefined {
  const content = project.read(lock) ?? ''
  const minors = [...content.matchAll(/-cp3(\d{1,2})-(?!abi3)/g)].map((m) => Number(m[1]))
  if (minors.length > 0) return `3.${Math.max(...minors)}`
  const writer = WRITERS[lock]
  const version = writer?.version.exec(content)?.[1]
  const since = version && writer!.since.find(([first]) => !older(version, first))?.[1]
  // the newest of this list is no bound
  return since === writer?.since[0]![1] ? undefined : since
}

/** The first pinned package that is older than its first release with wheels for `line`. */
function withoutWheels(line: string, wheels: WheelTable, manifests: Manifests): Blocked | undefined {
  for (const [name, first] of Object.entries(wheels)) {
    const dependency = manifests.dependencies.get(name)
    const needed = Object.keys(first).filter((l) => !older(line, l)).sort((a, b) => (older(a, b) ? 1 : -1))[0]
    const version = needed && releaseBefore(manifests, name, first[needed]!)
    if (version) return { name, version, evidence: dependency?.evidence }
  }
  return undefined
}

/** The first package of which no release works on `line`. */
function absentFrom(line: string, absent: Record<string, string>, { dependencies }: Manifests): Blocked | undefined {
  for (const [name, first] of Object.entries(absent)) {
    const dependency = dependencies.get(name)
    if (dependency && !older(line, first)) return { name, version: dependency.pinned ?? 'of any version', evidence: dependency.evidence }
  }
  return undefined
}

/** What says that a dependency is older than a release, as a message names it: its pin, its lock, else its upper bound. */
export function releaseBefore({ dependencies, locked }: Manifests, name: string, release: string): string | undefined {
  const dependency = dependencies.get(name)
  const version = dependency?.pinned ?? locked.get(name)
  if (version) return older(version, release) ? version : undefined
  return dependency?.below && !older(release, dependency.below) ? `below ${dependency.below.replace(/\.0\.0\.1$/, '.1')}` : undefined
}

/** Whether release `a` came before `b`; both are dotted numbers, what follows them is passed over. */
export function older(a: string, b: string): boolean {
  const [x, y] = [a, b].map((v) => v.split('.').map((p) => Number.parseInt(p, 10) || 0))
  for (let i = 0; i < Math.max(x!.length, y!.length); i++) {
    const d = (x![i] ?? 0) - (y![i] ?? 0)
    if (d !== 0) return d < 0
  }
  return false
}

function rangeOf(source: string | undefined, { pyproject }: Manifests): { text: string; evidence: Evidence } | undefined {
  if (source === undefined) return undefined
  const range = text(table(pyproject, 'project'), 'requires-python') ?? text(table(pyproject, 'tool', 'poetry', 'dependencies'), 'python')
  return range ? { text: range, evidence: { file: 'pyproject.toml', line: lineOf(source, range), text: range } } : undefined
}

function setupRange(source: string | undefined, file: string): { text: string; evidence: Evidence } | undefined {
  const found = /python_requires\s*=\s*["']?([^"'\n]+)/.exec(source ?? '')
  return found ? { text: found[1]!.trim(), evidence: { file, line: lineOf(source!, 'python_requires'), text: found[0].trim() } } : undefined
}

/** What a pin is at a line: its own release where the newest no longer supports the line. */
export const pinFor = (pins: Record<string, string>, line: string): string => pins[line] ?? pins['']!

