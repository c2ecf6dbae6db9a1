import { existsSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { ANSWERS_FILE, LOCK_FILE } from '../apply/state.ts'
import { EXIT, type ExitCode, InputError } from '../errors.ts'
import type { Io, Output } from './io.ts'
import type { Parsed } from './parse.ts'
import { report } from './report.ts'
import { folderOf } from './target.ts'

type Run = (words: string[], flags: Parsed['flags'], io: Io) => Promise<number>

/** Folders that no app lies in, and how many of all others are looked at. */
const SKIPPED = new Set(['node_modules', '.git', 'vendor', 'target', 'dist', '.venv'])
const MAX_FOLDERS = 20_000

/** Of several codes the one to end with: what is worst first. */
const WORST: readonly ExitCode[] = [EXIT.fault, EXIT.pack, EXIT.usage, EXIT.conflict, EXIT.policy, EXIT.drift, EXIT.ok]

/**
 * Runs a command for every app that a pattern names and that is under care: `--app 'services/*'`, where `*` is any name and `**`
 * any path. What each prints stands below its folder; with --json it is one document. The exit code is the worst of all.
 */
export async function forEachApp(words: string[], flags: Parsed['flags'], io: Io, run: Run): Promise<number> {
  const root = folderOf(words, undefined, io)
  const apps = matching(root, String(flags.app))
  if (apps.length === 0) throw new InputError({ message: `no app under care matches ${String(flags.app)}`, where: '--app', hint: `folders with ${ANSWERS_FILE} or ${LOCK_FILE} are under care; quote the pattern, so that the shell leaves it alone` })
  const codes: number[] = []
  const documents: unknown[] = []
  for (const app of apps) {
    const [out, err] = [collector(io.stdout), collector(io.stderr)]
    const inner: Io = { cwd: io.cwd, env: io.env, stdout: out, stderr: err, keepCompiled: () => io.keepCompiled(), inputIsTTY: false, get streams() { return io.streams } }
    let code: number
    try {
      code = await run(words, { ...flags, app }, inner)
    } catch (error) {
      code = report(error as InputError, flags.json === true, inner)
    }
    codes.push(code)
    if (flags.json) documents.push({ app, ...(JSON.parse(out.text()) as object) })
    else {
      io.stdout.write(`${app}\n${indented(out.text())}`)
      io.stderr.write(indented(err.text()))
    }
  }
  const worst = WORST.find((c) => codes.includes(c)) ?? EXIT.fault
  if (flags.json) io.stdout.write(`${JSON.stringify({ schemaVersion: 1, ok: worst === EXIT.ok, exitCode: worst, apps: documents }, null, 2)}\n`)
  else io.stderr.write(`${apps.length} apps: ${codes.filter((c) => c === EXIT.ok).length} as they should be, ${codes.filter((c) => c !== EXIT.ok).length} not\n`)
  return worst
}

/** Folders under care that a pattern names, sorted. */
function matching(root: string, pattern: string): string[] {
  const steps = pattern.replaceAll('\\', '/').replace(/^\.\//, '').replace(/\/$/, '').split('/')
  const expression = new RegExp(`^${steps.map((s) => (s === '**' ? '(?:[^/]+/)*' : `${s.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*').replaceAll('?', '[^/]')}/`)).join('')}$`)
  const depth = steps.includes('**') ? 8 : steps.length
  const found: string[] = []
  let looked = 0
  const walk = (folder: string, level: number): void => {
    const path = relative(root, folder).split(sep).join('/')
    if (path !== '' && expression.test(`${path}/`) && [ANSWERS_FILE, LOCK_FILE].some((f) => existsSync(join(folder, f)))) found.push(path)
    if (level >= depth || ++looked > MAX_FOLDERS) return
    for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory() && !SKIPPED.has(entry.name) && !entry.name.startsWith('.')) walk(join(folder, entry.name), level + 1)
  }
  walk(root, 0)
  return found.sort()
}

function collector(like: Output): Output & { text(): string } {
  let all = ''
  return { isTTY: like.isTTY, write: (text) => void (all += text), text: () => all }
}

const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ')
