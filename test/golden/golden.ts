/** Golden folders: what is written for a small real project, as a person reads it. `npm run golden -- --update` writes them anew. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse, stringify } from 'yaml'
import { parseArgv } from '../../src/cli/parse.ts'
import { answersOfFlags } from '../../src/policy/layers.ts'
import { render } from '../../src/render/render.ts'
import { planOf } from '../laws/catalog.ts'

/** case.yaml: a folder of examples/ and the flags of the command. */
export interface Case {
  name: string
  example: string
  flags: string[]
}

/** Every case, by its folder. */
export function cases(folder: string): Case[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((e) => e.isDirectory())
    .map((e) => ({ name: e.name, flags: [], ...(parse(readFileSync(join(folder, e.name, 'case.yaml'), 'utf8')) as { example: string; flags?: string[] }) }))
}

/** What the tool writes for a case, by path; undefined where it refuses. The day is fixed, so that no support ends meanwhile. */
export async function rendered(c: Case): Promise<Map<string, string> | undefined> {
  const { preset, ...answers } = answersOfFlags(parseArgv(c.flags).flags)
  const member = await planOf(c.example, answers, preset?.at(-1))
  return member && new Map(render(member.plan, member.loaded.templates).map((f) => [f.path, f.text]))
}

/** What stands in a case's expected/, by path. */
export function expected(folder: string, c: Case): Map<string, string> {
  const root = join(folder, c.name, 'expected')
  const files = existsSync(root) ? readdirSync(root, { recursive: true, withFileTypes: true }).filter((e) => e.isFile()) : []
  return new Map(files.map((e) => join(e.parentPath, e.name)).sort().map((path) => [path.slice(root.length + 1).replaceAll('\\', '/'), readFileSync(path, 'utf8')]))
}

/** What differs between what is written and what is expected, one line a file. */
export function differences(now: Map<string, string>, before: Map<string, string>): string[] {
  const paths = [...new Set([...now.keys(), ...before.keys()])].sort()
  return paths.flatMap((path) => {
    const [a, b] = [now.get(path), before.get(path)]
    if (a === b) return []
    if (a === undefined) return [`${path} is not written any more`]
    if (b === undefined) return [`${path} is new`]
    const [x, y] = [a.split('\n'), b.split('\n')]
    const at = x.findIndex((line, i) => line !== y[i])
    return [`${path}:${at + 1} is ${JSON.stringify(x[at] ?? '')}, expected ${JSON.stringify(y[at] ?? '')}`]
  })
}

/** Writes a case's expected/ anew. */
export function write(folder: string, c: Case, files: Map<string, string>): void {
  const root = join(folder, c.name, 'expected')
  rmSync(root, { recursive: true, force: true })
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

/** Adds a case without flags for an example that has none. */
export function add(folder: string, example: string): void {
  mkdirSync(join(folder, example), { recursive: true })
  writeFileSync(join(folder, example, 'case.yaml'), stringify({ example }))
}
