import type { Evidence, Warning } from './facts.ts'
import type { DetectContext } from './language.ts'
import { posix } from 'node:path'
import { lineOf, type Project } from './project.ts'

/** System packages that an existing Dockerfile installs and the new one installs too, under today's names. */
export interface Carried {
  build: string[]
  runtime: string[]
  evidence: Evidence[]
}

/** `dockerPackages` of a language: what is passed over, what is carried to the build or to where the program runs, by Debian's names. */
interface DockerPackages {
  passed: string
  /** other names for them, of older releases and of Alpine */
  renamed: Record<string, string>
  build: string[]
  runtime: string[]
}

/** Lists of Debian packages that platforms install: Heroku, Binder, Streamlit. */
const LISTS = ['Aptfile', 'apt.txt', 'packages.txt']

const INSTALLS = /\b(?:apt(?:-get)?\s+(?:-\S+\s+)*install|apk\s+(?:-\S+\s+)*add)\s+([^&;|\n]*)/g

/**
 * Reads the apt-get and apk lines of the project's own Dockerfile, and the lists of platforms. Only names that the image's release of Debian has are carried over,
 * since one that it lacks stops the build; the others are said.
 */
export function carriedPackages({ project, language }: DetectContext, known: ReadonlySet<string>, warnings: Warning[]): Carried {
  const out: Carried = { build: [], runtime: [], evidence: [] }
  const source = project.original('Dockerfile')
  const lists = LISTS.flatMap((file) => (project.read(file) ?? '').split('\n').map((text) => text.trim()).filter((text) => /^[a-z0-9][a-z0-9.+-]+$/.test(text)).map((name) => ({ file, name })))
  const installs = source && /\bap[tk]\b/.test(source) ? [...source.replace(/^[ \t]*#.*\n/gm, '').replace(/\\[ \t]*\n/g, ' ').matchAll(INSTALLS)] : []
  if (lists.length + installs.length === 0) return out
  const data = language.data!.dockerPackages as DockerPackages
  const passed = new RegExp(`^(?:${data.passed})$`)
  const missing: { name: string; at: Evidence }[] = []
  const carry = (name: string, at: Evidence): void => {
    const now = data.renamed[name] ?? name
    if (data.runtime.includes(now)) (out.runtime.push(now), out.evidence.push(at))
    else if (data.build.includes(now)) out.build.push(now)
    else if (!known.has(now)) missing.push({ name, at })
  }
  for (const [line, list] of installs)
    for (const word of list!.split(/\s+/)) {
      const name = /^[a-z0-9][a-z0-9.+-]+/.exec(word)?.[0]
      // headers of Alpine's are for a build there
      if (!name || known.has(name) || passed.test(name) || (line.startsWith('apk') && name.endsWith('-dev'))) continue
      carry(name, { file: 'Dockerfile', line: lineOf(source!, name), text: name })
    }
  for (const { file, name } of lists) if (!known.has(name) && !passed.test(name)) carry(name, { file, line: lineOf(project.read(file)!, name), text: name })
  if (missing.length > 0) warnings.push({ message: `${missing[0]!.at.file === 'Dockerfile' ? 'the Dockerfile' : missing[0]!.at.file} installs ${[...new Set(missing.map((m) => m.name))].join(', ')}, which is not carried over`, ...missing[0]!.at, hint: 'where the program needs it, install it in the last stage of the new Dockerfile' })
  return { ...out, build: [...new Set(out.build)], runtime: [...new Set(out.runtime)] }
}

/** What no image carries: dependencies, history, compiled sources, what .dockerignore keeps away. */
export const NEVER_CARRIED = /(^|\/)(node_modules|\.git|vendor|target)(\/|$)|\.(go|mod|sum|rs|md)$|(^|\/)\.env(\.|$)|\.(pem|key|p12|pfx|jks)$|^(k8s|helm|secrets|bin)(\/|$)|(^|\/)(Cargo\.|Dockerfile|docker-compose|compose)[^/]*$/

const SYSTEM = /^(?:bin|boot|etc|home|lib|opt|root|run|sbin|srv|tmp|usr|var)(?:\/|$)/

/**
 * Files and folders of the project that the last stage of its own Dockerfile holds beside a compiled program, by their places below
 * the folder that this starts in; none where one stage does it all, which holds everything.
 */
export function carriedFiles(project: Project): { from: string; to: string }[] {
  const source = (project.original('Dockerfile') ?? '').replace(/^[ \t]*#.*\n/gm, '').replace(/\\[ \t]*\n/g, ' ')
  const stages = source.split(/^(?=FROM\s)/im).filter((s) => /^FROM\s/i.test(s))
  const last = stages.at(-1)
  if (stages.length < 2 || !last) return []
  const folderOf = (stage: string): string => [...stage.matchAll(/^WORKDIR[ \t]+(\S+)/gim)].reduce((at, [, to]) => posix.resolve(at, to!), '/')
  const home = folderOf(last)
  const out: { from: string; to: string }[] = []
  for (const [line, words] of last.matchAll(/^COPY[ \t]+([^[\n]+)$/gim)) {
    const named = /--from=(\S+)/.exec(words!)?.[1]
    const stage = stages.find((s) => new RegExp(`\\bAS[ \\t]+${(named ?? '').replace(/\W/g, '\\$&')}[ \\t]*$`, 'im').test(s.split('\n', 1)[0]!)) ?? (/^\d+$/.test(named ?? '') ? stages[Number(named)] : undefined)
    if (named && !stage) continue
    // where the sources were laid
    const laid = stage ? folderOf(stage.slice(0, Math.max(0, stage.search(/^(?:COPY|ADD)[ \t]+(?:--\S+[ \t]+)*\.\/?[ \t]/im)))) : '/'
    const paths = words!.trim().split(/\s+/).filter((w) => !w.startsWith('--'))
    const target = paths.pop()
    if (target === undefined || line.includes('$')) continue
    for (const path of paths) {
      const from = posix.relative(laid, posix.resolve(laid, named ? path : `.${posix.resolve('/', path)}`))
      const folder = from !== '' && project.isFolder(from)
      if (from === '' || from.startsWith('..') || /[*?]/.test(from) || NEVER_CARRIED.test(from) || (!folder && !project.has(from))) continue
      const at = posix.resolve(home, target)
      const to = posix.relative(home, !folder && (/\/$|^\.$/.test(target) || at === home || paths.length > 1) ? posix.join(at, posix.basename(from)) : at)
      // scripts start the program there, and folders of the system are no place beside it
      if (to !== '' && !/^\.\.|\.sh$/.test(to) && !(home === '/' && SYSTEM.test(to))) out.push({ from, to })
    }
  }
  return out
}
