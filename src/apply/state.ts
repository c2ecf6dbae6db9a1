import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT, InputError } from '../errors.ts'
import type { LockedPack } from '../pack/locked.ts'
import type { Answers } from '../policy/answers.ts'

/** hardened.lock: the tool's own state. JSON, one file, so that no linter takes the copies in it for manifests. */
export interface Lock {
  lockVersion: 1
  /** version of the tool that wrote it */
  tool: string
  /** hardened.yaml as it was read or written last, and what is in it: while the text is the same, no YAML reader is loaded */
  answers: { text: string; values: Answers }
  /** what was read off the project, without the places: `update --check` tells from it what changed there */
  facts?: unknown
  /** the last render of each file, by path */
  files: Record<string, string>
  /** the packs that it was made with */
  packs?: LockedPack[]
  /** files of those that a person deleted, which was said */
  deleted?: string[]
}

export const LOCK_FILE = 'hardened.lock'
export const ANSWERS_FILE = 'hardened.yaml'

/** Text of a file, undefined when there is none. Throws InputError when it is there and cannot be read. */
export function readText(root: string, path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // what stands in the way (a folder, a link that leads round) is named when it would be written
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR' || code === 'ELOOP') return undefined
    throw new InputError({ message: `cannot be read (${code})`, file: path, hint: 'mend its permissions' })
  }
}

/** The lock of a folder; undefined before the first run. Throws InputError when it is damaged or of a newer tool. */
export function readLock(root: string): Lock | undefined {
  const text = readText(root, LOCK_FILE)
  if (text === undefined) return undefined
  const damaged = (what: string): never => {
    throw new InputError({ message: `${LOCK_FILE} is damaged: ${what}`, file: LOCK_FILE, hint: 'restore it from version control, or make it anew from the files that are there: create-hardened-container update --rebase-lock' }, EXIT.usage)
  }
  let lock: Lock
  try {
    lock = JSON.parse(text) as Lock
  } catch (error) {
    return damaged(/^<{7} |^={7}$/m.test(text) ? 'it holds markers of a merge' : (error as Error).message)
  }
  if (typeof lock !== 'object' || lock === null || !Number.isInteger(lock.lockVersion)) return damaged('it has no lockVersion')
  if (lock.lockVersion > 1)
    throw new InputError({ message: `${LOCK_FILE} was written by a newer version (${String(lock.tool)})`, file: LOCK_FILE, hint: `use that version: npx create-hardened-container@${String(lock.tool)}` })
  if (lock.lockVersion !== 1) return damaged(`lockVersion ${String(lock.lockVersion)} is not known`)
  const { files, answers } = lock
  if (!isMap(files) || !Object.values(files).every((v) => typeof v === 'string')) return damaged('files is not a map of texts')
  if (!isMap(answers) || typeof answers.text !== 'string' || !isMap(answers.values)) return damaged('answers is not understood')
  return lock
}

export const lockText = (lock: Lock): string => `${JSON.stringify(lock, null, 1)}\n`

const isMap = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v)
