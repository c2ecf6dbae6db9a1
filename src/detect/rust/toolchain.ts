import { InputError } from '../../errors.ts'
import type { Warning } from '../facts.ts'
import { lineOf, type Project } from '../project.ts'
import type { Sources } from '../sources.ts'
import { readToml, table, text } from '../toml.ts'

/** The compiler: the tag of its image, or a file that makes rustup fetch another one. */
export interface Toolchain {
  channel: string
  /** Debian suite of the image of that channel */
  suite: string
  /** alpine's tags of older releases have no suite */
  alpine: string
  /** the file that rustup reads, where the image's own compiler does not do */
  file: string
  /** commands that bring crates of the lock file to a release that it takes */
  renew: string[]
}

/** Releases of a crate that newer compilers refuse or miscompile, and the one of the same line that is taken in their place. */
export interface Break {
  since?: string
  before: string
  take: string
  why: string
}

const UNSTABLE = /^#!\[feature\(/m

/** The first releases whose images are made of Debian 12, and of Debian 13. */
const BOOKWORM_SINCE = 70
const TRIXIE_SINCE = 89

/**
 * Reads rust-toolchain.toml, or rust-toolchain in either of its forms (https://rust-lang.github.io/rustup/overrides.html). A nightly
 * that no source uses a feature of gives way to the stable compiler; without a file, what that refuses of the lock file is brought up to date.
 * Throws InputError where a feature is used and no compiler named.
 */
export function readToolchain(project: Project, sources: Sources, lock: string, breaks: Record<string, Break[]>, warnings: Warning[]): Toolchain {
  const file = ['rust-toolchain.toml', 'rust-toolchain'].find((f) => project.read(f) !== undefined)
  const source = file ? project.read(file)! : ''
  const channel = /^\s*\[toolchain\]/m.test(source) ? text(table(readToml(file!, source), 'toolchain'), 'channel') : source.trim().split('\n')[0]
  const release = /^\d+\.\d+(?:\.\d+)?(?=-|$)/.exec(channel ?? '')?.[0]
  // what is older than those images is fetched into the newest one, whose libraries are the ones that run
  if (release) return Number(release.split('.')[1]) < BOOKWORM_SINCE && release.startsWith('1.') ? { ...imageOf('1'), file: file! } : imageOf(release)
  const unnamed = channel ? undefined : sources.files.find((f) => UNSTABLE.test(project.read(f) ?? ''))
  if (unnamed) throw new InputError({ message: 'the sources use features that no stable compiler has, and nothing names another one', file: unnamed, line: lineOf(project.read(unnamed)!, UNSTABLE), hint: 'name it in rust-toolchain.toml: [toolchain] channel = "nightly-2026-01-31"; or take releases that do without' })
  if (channel && /^(nightly|beta)/.test(channel)) {
    const line = lineOf(source, channel)
    const feature = sources.files.find((f) => /^\s*#!\[(?:cfg_attr\([^\n]*)?feature\(/m.test(project.read(f) ?? ''))
    const unstable = /^[^#\n]*(?:-Z|build-std|unstable)/m.test(project.read('.cargo/config.toml') ?? '')
    if (feature || unstable) {
      warnings.push({ message: `the build fetches the toolchain ${channel}, which the sources need`, file: feature ?? file, line: feature ? lineOf(project.read(feature)!, 'feature(') : line, hint: 'name a date (nightly-2026-01-31), so that two builds take the same compiler' })
      return { ...imageOf('1'), file: file! }
    }
    warnings.push({ message: `${channel} is named, but nothing uses what only it has: the stable compiler is used`, file, line, hint: 'name "stable" there' })
  }
  // where the crates lie in the repository, nothing newer can be had
  const vendored = /^\s*directory\s*=/m.test(project.read('.cargo/config.toml') ?? project.read('.cargo/config') ?? '')
  return { ...imageOf('1'), renew: renewed(lock, breaks, vendored, warnings) }
}

/** Commands for the crates of a lock file that today's compiler does not take, each with a warning. */
function renewed(lock: string, breaks: Record<string, Break[]>, vendored: boolean, warnings: Warning[]): string[] {
  const out: string[] = []
  for (const [name, lines] of Object.entries(breaks)) {
    if (!lock.includes(`name = "${name}"\n`)) continue
    for (const [, version] of lock.matchAll(new RegExp(`^name = "${name}"\\nversion = "([^"]+)"`, 'gm'))) {
      const found = lines.find(({ since, before }) => isBefore(version!, before) && !(since && isBefore(version!, since)))
      if (!found) continue
      if (!vendored) out.push(`cargo update -p ${name}@${version} --precise ${found.take}`)
      warnings.push({ message: `${name} ${version} ${found.why}${vendored ? '' : `: the build takes ${found.take}`}`, file: 'Cargo.lock', line: lineOf(lock, `name = "${name}"`), hint: `cargo update -p ${name}@${version} --precise ${found.take}, and commit Cargo.lock` })
    }
  }
  return out
}

const imageOf = (channel: string): Toolchain => {
  const minor = channel.includes('.') ? Number(channel.split('.')[1]) : 999
  return { channel, suite: minor < TRIXIE_SINCE ? 'bookworm' : 'trixie', alpine: channel === '1' ? '1-alpine3.24' : `${channel}-alpine`, file: '', renew: [] }
}

/** Whether a version is of the same release line (first two numbers) as another one, and before it. */
function isBefore(version: string, other: string): boolean {
  const [a, b] = [version, other].map((v) => v.split(/[.+-]/).map(Number)) as [number[], number[]]
  return a[0] === b[0] && a[1] === b[1] && a[2]! < b[2]!
}
