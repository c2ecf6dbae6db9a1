import type { Evidence, Warning } from '../facts.ts'
import { lineOf, type Project } from '../project.ts'

/** What a program is started by: a list of words or a line for a shell, as an argument or set to a name before. */
const STARTS = /\b(?:subprocess\.\w+|Popen|check_output|check_call|create_subprocess_(?:exec|shell)|os\.(?:system|popen)|(?:shutil\.)?which)\(\s*(?:args\s*=\s*)?(?:\(|\[)?\s*[rf]?(["'])([\w-]+)(?=\1|\s)|(?:=|\()\s*\[\s*[rf]?(["'])([\w-]+)\3\s*,|\b(?:cmd|command|args)\s*=\s*[rf]?(["'])([\w-]+)(?=\s)/g

/**
 * Warns of programs that the sources run and that no package of the image brings. @param tools the names of programs by the
 * package that has them; @param installed the packages that the last stage installs
 */
export function warnOfTools(project: Project, files: readonly string[], tools: Record<string, string>, installed: readonly string[], warnings: Warning[]): void {
  const found = new Map<string, { name: string; evidence: Evidence }>()
  let packages: Map<string, string> | undefined
  for (const file of files) {
    const source = project.read(file) ?? ''
    if (!source.includes('subprocess') && !source.includes('os.system(') && !source.includes('os.popen(')) continue
    packages ??= new Map(Object.entries(tools).flatMap(([id, names]) => names.split('|').map((name): [string, string] => [name, id])))
    for (const match of source.matchAll(STARTS)) {
      const name = (match[2] ?? match[4] ?? match[6])!
      const id = packages.get(name)
      if (id === undefined || installed.includes(id) || found.has(id)) continue
      const line = lineOf(source, match[0], match.index)!
      const text = source.split('\n')[line - 1]!.trim()
      if (!text.startsWith('#')) found.set(id, { name, evidence: { file, line, text: text.slice(0, 120) } })
    }
  }
  for (const [id, { name, evidence }] of found) warnings.push({ message: `the program runs ${name}, which the image lacks`, file: evidence.file, line: evidence.line, hint: `where it is needed, install ${id} in the last stage of the Dockerfile` })
}
