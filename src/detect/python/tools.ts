import { packageOf, type Started } from '../programs.ts'
import { lineOf, type Project } from '../project.ts'

/** What a program is started by: a list of words or a line for a shell, as an argument or set to a name before. */
const STARTS = /\b(?:subprocess\.\w+|Popen|check_output|check_call|create_subprocess_(?:exec|shell)|os\.(?:system|popen)|(?:shutil\.)?which)\(\s*(?:args\s*=\s*)?(?:\(|\[)?\s*[rf]?(["'])([\w-]+)(?=\1|\s)|(?:=|\()\s*\[\s*[rf]?(["'])([\w-]+)\3\s*,|\b(?:cmd|command|args)\s*=\s*[rf]?(["'])([\w-]+)(?=\s)/g

/** Programs that the sources start by name, each where it is started first. */
export function readTools(project: Project, files: readonly string[]): Started[] {
  const found = new Map<string, Started>()
  for (const file of files) {
    const source = project.read(file) ?? ''
    if (!source.includes('subprocess') && !source.includes('os.system(') && !source.includes('os.popen(')) continue
    for (const match of source.matchAll(STARTS)) {
      const name = (match[2] ?? match[4] ?? match[6])!
      if (packageOf(name) === undefined || found.has(name)) continue
      const line = lineOf(source, match[0], match.index)!
      const text = source.split('\n')[line - 1]!.trim()
      if (!text.startsWith('#')) found.set(name, { name, evidence: { file, line, text: text.slice(0, 120) } })
    }
  }
  return [...found.values()]
}
