import { type Fact, fact } from '../facts.ts'
import { lineOf, type Project } from '../project.ts'

const SETTINGS = /\.(ya?ml|toml|json|ini|conf|env|properties)$/
/** A line that says where a server listens; a database's port is told by its number. */
const PORT = /^[ \t]*["']?(?:(?:http|server|app|listen|web)_?)?(?:port|addr(?:ess)?|listen)["']?[ \t]*[:=][ \t]*["']?(?:[\w.]*:)?(?!(?:22|25|53|465|587|3306|5432|5672|6379|9092|11211|27017)\b)(\d{2,5})["']?,?[ \t]*(?:#.*)?$/im
const MAX_FILES = 10

/** The port that a settings file names which the program reads; a guess, since another file may be read in its place. */
export function settingsPort(project: Project, copies: readonly { from: string }[]): Fact<number> | undefined {
  const files = copies.flatMap(({ from }) => (project.isFolder(from) ? project.names(from).map((n) => `${from}/${n}`) : [from])).filter((f) => SETTINGS.test(f))
  for (const file of files.slice(0, MAX_FILES)) {
    const text = project.read(file) ?? ''
    const port = Number(PORT.exec(text)?.[1])
    if (port > 0 && port < 65536) return { ...fact(port, { file, line: lineOf(text, PORT) }), guess: true }
  }
  return undefined
}
