import type { Evidence, Warning } from '../facts.ts'
import type { DetectContext } from '../language.ts'
import { lineAt } from '../project.ts'
import { dataOf } from './data.ts'
import type { Reached } from './reach.ts'
import { ASIDE } from './writes.ts'

const IMPORTS = /["'](?:node:)?child_process["']|["']execa["']|["']shelljs["']/
/** A program by its name; what has a method of that name beside those modules, a regular expression above all, is none. */
const CALL = /(?:\b(\w+)\.|(?<![.\])}/\w]))(?:spawn|exec|execFile|execa|execaCommand|execAsync|execPromise)(?:Sync)?\(\s*(?:["']([^"'\n]+)["']|`([^`\n]+)`)/g
const MODULES = /^(?:cp|child|childProcess|child_process|shell|shelljs|sh)$/

/**
 * Reads which programs the files start by name, and warns of those that no image of Node.js brings. Returns the first place that
 * starts one of the system's own, which a base without a shell lacks. @param reached the files that run, where imports tell them
 */
export function readSpawns({ project, language }: DetectContext, files: readonly string[], reached: () => Reached | undefined, installed: readonly string[], warnings: Warning[]): Evidence | undefined {
  const { passed, system, packages } = dataOf(language).started
  const missing = new Map<string, Evidence>()
  let own: Evidence | undefined
  for (const file of files) {
    const text = ASIDE.test(file) ? '' : (project.read(file) ?? '')
    if (!IMPORTS.test(text) || reached()?.has(file) === false) continue
    for (const found of text.matchAll(CALL)) {
      const name = /^(?:sudo\s+)?([a-z][\w.+-]*)(?=\s|$)/.exec((found[2] ?? found[3] ?? '').trim())?.[1]
      const line = text.slice(text.lastIndexOf('\n', found.index) + 1).split('\n', 1)[0]!
      if (!name || (found[1] && !MODULES.test(found[1])) || /^\s*(\/\/|\*|#)/.test(line) || passed.includes(name)) continue
      const evidence = { file, line: lineAt(text, found.index), text: line.trim().slice(0, 120) }
      if (system.includes(name)) own ??= evidence
      else if (!installed.includes(packages[name] ?? name) && !missing.has(name)) missing.set(name, evidence)
    }
  }
  for (const [name, { file, line }] of missing) warnings.push({ message: `${name} is started here, which the image has not`, file, line, hint: `where the program needs it: --base debian, and install ${packages[name] ?? name} in the last stage of the Dockerfile` })
  return own
}
