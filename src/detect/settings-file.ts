import { type Fact, fact, type Warning } from './facts.ts'
import { openLoopback, type Opened, replaced } from './opened.ts'
import { lineOf, type Project } from './project.ts'

const SETTINGS = /\.(ya?ml|toml|json|ini|conf|env|properties)$/
/** A line that says where a server listens; a database's port is told by its number. */
const PORT = /^[ \t]*["']?(?:(?:http|server|app|listen|web|bind)_?)?(?:port|addr(?:ess)?|listen|bind|host(?=["']?[ \t]*[:=][ \t]*["']?(?:127\.0\.0\.1|localhost|0\.0\.0\.0):))["']?[ \t]*[:=][ \t]*["']?(?:([\w.]*):)?(?!(?:22|25|53|465|587|3306|5432|5672|6379|9092|11211|27017)\b)(\d{2,5})["']?,?[ \t]*(?:#.*)?$/im
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
    else opened.push(...hostBeside(text, line!, file, warnings))
    return { ...fact(port, { file, line }), guess: true }
  }
  return undefined
}

const HOST = /^([ \t]*)(["']?(?:host|addr(?:ess)?|bind|listen|ip)["']?[ \t]*[:=][ \t]*["']?)(localhost|127\.0\.0\.1)["']?,?[ \t]*$/i

/** A host that nothing reaches, on a line beside that of the port and as far in. */
function hostBeside(text: string, line: number, file: string, warnings: Warning[]): Opened[] {
  const lines = text.split('\n')
  const indent = /^[ \t]*/.exec(lines[line - 1]!)![0]
  for (const at of [line - 2, line, line - 3, line + 1]) {
    const [, before, name, host] = HOST.exec(lines[at] ?? '') ?? []
    if (host === undefined || before !== indent) continue
    warnings.push({ message: `the program listens on ${host}, where nothing outside of the container reaches it: the build makes it 0.0.0.0`, file, line: at + 1, hint: 'change it there, or set it by the environment' })
    // another server's host may read the same
    return [{ ...replaced(file, `${name}${host}`, `${name}0.0.0.0`), at: String(at + 1) }]
  }
  return []
}
