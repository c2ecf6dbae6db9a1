import type { Evidence, Warning } from './facts.ts'
import type { DetectContext } from './language.ts'
import { lineOf } from './project.ts'

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
