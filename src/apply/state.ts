import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT, InputError } from '../errors.ts'
import { type Option, OPTIONS } from '../cli/options.ts'
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
  /** what files said of the project that somebody else wrote and that were there before, by path */
  replaced?: Record<string, string>
  /** files of those that a person deleted, which was said */
  deleted?: string[]
}

export const LOCK_FILE = 'hardened.lock'
export const ANSWERS_FILE = 'hardened.yaml'

/** Text of a file, undefined when there is none. Throws InputError when it is there and cannot be read. */
export function readText(root: string, path: string): string | undefined {
  try {
    // most files are not there yet, and each error that is thrown costs as much as writing a file
    return statSync(join(root, path), { throwIfNoEntry: false }) && readFileSync(join(root, path), 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // what stands in the way (a folder, a link that leads round) is named when it would be written
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR' || code === 'ELOOP') return undefined
    throw new InputError({ message: `cannot be read (${code})`, file: path, hint: 'mend its permissions' })
  }
}

const LEADS_OUT = /^([/\\]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)/

/** The lock of a folder; undefined before the first run. Throws InputError when it is damaged or of a newer tool. */
export function readLock(root: string): Lock | undefined {
  const text = readText(root, LOCK_FILE)
  if (text === undefined) return undefined
  const damaged = (what: string, at: number | undefined = undefined): never => {
    throw new InputError({ message: `${LOCK_FILE} is damaged: ${what}`, file: LOCK_FILE, ...placeOf(text, at), hint: 'restore it from version control, or make it anew from the files that are there: create-hardened-container update --rebase-lock' }, EXIT.usage)
  }
  let lock: Lock
  try {
    lock = JSON.parse(text) as Lock
  } catch (error) {
    const marker = /^(<{7} |={7}$)/m.exec(text)
    const at = /position (\d+)/.exec((error as Error).message)?.[1]
    return marker ? damaged('it holds markers of a merge', marker.index) : damaged((error as Error).message, at === undefined ? text.length : Number(at))
  }
  if (!isMap(lock) || !Number.isInteger(lock.lockVersion)) return damaged('it has no lockVersion')
  const wrong = (key: keyof Lock, what: string): never => damaged(`${key} ${what}`, text.indexOf(`"${key}":`))
  if (lock.lockVersion > 1)
    throw new InputError({ message: `${LOCK_FILE} was written by a newer version (${String(lock.tool)})`, file: LOCK_FILE, ...placeOf(text, text.indexOf('"lockVersion":')), hint: `use that version: npx create-hardened-container@${String(lock.tool)}` })
  if (lock.lockVersion !== 1) return wrong('lockVersion', `${String(lock.lockVersion)} is not known`)
  const { files, answers, packs, replaced, deleted } = lock
  if (!isMap(files) || !Object.values(files).every((v) => typeof v === 'string')) return wrong('files', 'is not a map of texts')
  if (Object.keys(files).some((path) => LEADS_OUT.test(path))) return wrong('files', 'names a path that leads out of the folder')
  if (!isMap(answers) || typeof answers.text !== 'string' || !isMap(answers.values) || !Object.entries(answers.values).every(([key, v]) => isAnswer(OPTIONS.find((o) => o.answer === key), v))) return wrong('answers', 'is not understood')
  if (replaced !== undefined && !(isMap(replaced) && Object.values(replaced).every((v) => typeof v === 'string'))) return wrong('replaced', 'is not a map of texts')
  if (deleted !== undefined && !isTexts(deleted)) return wrong('deleted', 'is not a list of texts')
  if (packs !== undefined && !(Array.isArray(packs) && packs.every(isLockedPack))) return wrong('packs', 'is not understood')
  return lock
}

const isTexts = (v: unknown): boolean => Array.isArray(v) && v.every((t) => typeof t === 'string')

/** Whether a value has the form that the answer of an option has. */
function isAnswer(option: Option | undefined, v: unknown): boolean {
  if (!option) return false
  if (option.name === 'control') return isMap(v) && Object.values(v).every((c) => isMap(c) && typeof c.on === 'boolean')
  if (option.name === 'set') return isMap(v) && isTexts(Object.values(v))
  if (option.type === 'list' || option.name === 'start') return isTexts(v)
  return option.type === 'integer' ? Number.isInteger(v) : typeof v === 'string'
}

const isLockedPack = (p: unknown): boolean => isMap(p) && ['spec', 'name', 'version', 'resolved', 'integrity'].every((key) => typeof p[key] === 'string') && isTexts(p.extends) && isTexts(p.rules) && isMap(p.files)

/** Line and column of an offset, both from 1; nothing where it is not known. */
function placeOf(text: string, at: number | undefined): { line?: number; column?: number } {
  if (at === undefined || at < 0) return {}
  const before = text.slice(0, at).split('\n')
  return { line: before.length, column: before.at(-1)!.length + 1 }
}

export const lockText = (lock: Lock): string => `${JSON.stringify(lock, null, 1)}\n`

const isMap = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v)
