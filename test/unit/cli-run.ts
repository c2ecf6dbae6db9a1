import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
export const BIN = join(root, 'bin', 'create-hardened-container.cjs')

const made: string[] = []
afterAll(() => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

/** A copy of an example in a temporary folder, with further files; the name has a blank and a letter outside of ASCII. */
export function project(files: Record<string, string> = {}, example = 'node-express'): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'chc-')), 'my prøject')
  made.push(dirname(folder))
  if (example) cpSync(join(root, 'examples', example), folder, { recursive: true })
  else mkdirSync(folder, { recursive: true })
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

export interface Ran {
  code: number | null
  out: string
  err: string
}

/** Runs the built program in a folder, without a terminal and without what the environment of the tests holds for it. */
export function run(cwd: string, args: string[], { env = {}, input = '' }: { env?: Record<string, string>; input?: string } = {}): Ran {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([k]) => !/^(npm_|CHC_|CI$|NO_COLOR|FORCE_COLOR|XDG_CONFIG_HOME)/.test(k)))
  const done = spawnSync(process.execPath, [BIN, ...args], { cwd, input, encoding: 'utf8', env: { ...clean, XDG_CONFIG_HOME: '/nonexistent', ...env } })
  return { code: done.status, out: done.stdout, err: done.stderr }
}

/** Every file below a folder with its text, to see whether anything changed. */
export function tree(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((e) => e.isFile())
      .map((e) => join(e.parentPath, e.name))
      .sort()
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]),
  )
}
