import { posix } from 'node:path'
import type { Evidence } from '../facts.ts'
import { lineOf, type Project } from '../project.ts'

/** What reads a file of settings, each with what its name is where none is given: github.com/joho/godotenv, spf13/viper, ilyakaznacheev/cleanenv. */
const READS = /\b(?:godotenv\.(?:Load|Overload|Read)\(([^()\n]*)\)|viper\.SetConfigFile\(\s*("[^"\n]*\.env")\s*\)|cleanenv\.ReadConfig\(\s*("[^"\n]*\.env"))/g
/** What a program does soon after that ends it, or hands the mistake to what does. */
const ENDS = /\b(?:Fatal\w*|panic|Panic\w*|os\.Exit|Must)\(|\breturn\b[^\n]*\berr\b/
/** How far behind the call that stands. */
const NEAR = 250

/** The files of settings without which a program ends at its start and that no image carries, absolute, each with its place. */
export function readDotenv(project: Project, files: readonly string[]): { path: string; evidence: Evidence }[] {
  const found = new Map<string, Evidence>()
  for (const file of files) {
    const text = project.read(file) ?? ''
    if (!text.includes('.env"') && !text.includes('godotenv.')) continue
    for (const m of text.matchAll(READS)) {
      // no farther than the end of the function
      const behind = text.slice(m.index + m[0].length, m.index + m[0].length + NEAR).split('\n}')[0]!
      const before = text.slice(text.lastIndexOf('\n', m.index) + 1, m.index)
      if (/\/\//.test(before) || !ENDS.test(before + behind)) continue
      const named = [...(m[1] ?? m[2] ?? m[3]!).matchAll(/"([\w./-]+)"/g)].map((n) => n[1]!)
      for (const name of named.length > 0 ? named : ['.env']) if (name === '.env' || name.endsWith('/.env') || !project.has(posix.normalize(name))) found.set(posix.resolve('/app', name), { file, line: lineOf(text, m[0]) })
    }
  }
  return [...found].map(([path, evidence]) => ({ path, evidence }))
}
