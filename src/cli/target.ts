import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { resolve, sep } from 'node:path'
import { InputError, type Problem } from '../errors.ts'
import type { Io } from './io.ts'
import { COMMANDS } from './options.ts'

/** The folder that a run is about. Throws InputError when there is none, it is a file, or the app lies outside. */
export function folderOf(words: readonly string[], app: string | undefined, io: Io): string {
  if (words.length > 1) throw new InputError({ message: `one folder at a time: ${words.join(' ')}`, where: 'command line', near: { given: words[0]!, among: COMMANDS.map((c) => c.name) } })
  const named = words[0] ?? '.'
  const near = /[/\\]/.test(named) || words.length === 0 ? undefined : { given: named, among: COMMANDS.map((c) => c.name) }
  const root = existing(resolve(io.cwd, named), { file: named, ...(near ? { near } : {}) })
  if (app === undefined) return root
  const folder = existing(resolve(root, app), { file: app, where: '--app' })
  if (folder !== root && !folder.startsWith(root.endsWith(sep) ? root : root + sep)) throw new InputError({ message: `${app} is not inside of ${named}`, where: '--app', hint: 'give the path of the app below the folder' })
  return folder
}

function existing(path: string, problem: Omit<Problem, 'message'>): string {
  let real: string
  try {
    real = realpathSync.native(path)
  } catch {
    throw new InputError({ ...problem, message: 'there is no such folder', hint: 'name the folder of the project' })
  }
  if (!statSync(real).isDirectory()) throw new InputError({ ...problem, near: undefined, message: 'that is a file', hint: 'name the folder of the project' })
  return real
}

/** Throws InputError when nothing can be written into the folder, before anything is asked. */
export function checkWritable(root: string): void {
  try {
    accessSync(root, constants.W_OK)
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'EROFS' ? 'is on a read-only file system' : 'cannot be written to'
    throw new InputError({ message: `the folder ${reason}`, file: root, hint: 'mend that, or look only: --dry-run, --diff, --print' })
  }
}
