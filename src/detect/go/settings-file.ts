import { type Fact, fact, type Warning } from '../facts.ts'
import { openLoopback, type Opened } from '../opened.ts'
import { lineOf, type Project } from '../project.ts'

const SETTINGS = /\.(ya?ml|toml|json|ini|conf|env|properties)$/
/** A line that says where a server listens; a database's port is told by its number. */
const PORT = /^[ \t]*["']?(?:(?:http|server|app|listen|web|bind)_?)?(?:port|addr(?:ess)?|listen|bind)["']?[ \t]*[:=][ \t]*["']?(?:([\w.]*):)?(?!(?:22|25|53|465|587|3306|5432|5672|6379|9092|11211|27017)\b)(\d{2,5})["']?,?[ \t]*(?:#.*)?$/im
const MAX_FILES = 10

/** The port that a settings file names which the program reads; a guess, since another file may be read in its place. A host that nothing reaches is changed by the build. */
export function settingsPort(project: Project, copies: readonly { from: string }[], opened: Opened[], warnings: Warning[]): Fact<number> | undefined {
  const files = copies.flatMap(({ from }) => (project.isFolder(from) ? project.names(from).map((n) => `${from}/${n}`) : [from])).filter((f) => SETTINGS.test(f))
  for (const file of files.slice(0, MAX_FILES)) {
    const text = project.read(file) ?? ''
    const [, host, number] = PORT.exec(text) ?? []
    const port = Number(number)
    if (!(port > 0 && port < 65536)) continue
    const line = lineOf(text, PORT)
    if (/^(localhost|127\.0\.0\.1)$/.test(host ?? '')) opened.push(...openLoopback([{ groups: [], evidence: { file, line, text: `"${host}:${number}"` } }], new Set(), warnings).map((o) => ({ ...o, from: o.from.slice(1, -1), to: o.to.slice(1, -1) })))
    return { ...fact(port, { file, line }), guess: true }
  }
  return undefined
}
