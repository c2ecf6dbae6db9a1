import { ANSWERS_FILE, type Lock, readText } from '../apply/state.ts'
import { OPTIONS } from '../cli/options.ts'
import type { Problem } from '../errors.ts'
import { json, yaml } from '../render/helpers.ts'
import type { Answers } from './answers.ts'
import { type Settings, SETTINGS } from './convert.ts'

/** hardened.yaml as it stands: its text with LF ends, and the answers in it. */
export interface Saved {
  text?: string
  answers: Answers
}

/** Reads hardened.yaml; while it is as the lock remembers it, from there. Throws InputError where it is no YAML; what cannot be used in it is added to `later`. */
export async function readSaved(root: string, lock: Lock | undefined, settings: Settings = SETTINGS, later?: Problem[]): Promise<Saved> {
  const text = readText(root, ANSWERS_FILE)?.replaceAll('\r\n', '\n')
  if (text === undefined) return { answers: {} }
  if (lock && lock.answers.text === text) return { text, answers: lock.answers.values }
  const { readAnswers } = await import('./read.ts')
  return { text, answers: readAnswers(ANSWERS_FILE, text, settings, later) }
}

/** What is not part of a project's answers: the app's folder is where hardened.yaml lies. */
const UNSAVED = ['app']

/** Answers in the order of the option table, so that equal answers are equal texts. */
export function ordered(answers: Answers): Answers {
  const keys = OPTIONS.flatMap((o) => (o.answer && !UNSAVED.includes(o.answer) ? [o.answer] : []))
  return Object.fromEntries(keys.flatMap((k) => (answers[k as keyof Answers] === undefined ? [] : [[k, answers[k as keyof Answers]]])))
}

/** hardened.yaml with these answers: unchanged when it says them already, otherwise edited in place, so that comments stay. */
export async function savedText(saved: Saved, answers: Answers): Promise<string> {
  const next = ordered(answers)
  if (saved.text === undefined) return emit(next)
  if (JSON.stringify(ordered(saved.answers)) === JSON.stringify(next)) return saved.text
  const { editAnswers } = await import('./edit.ts')
  return editAnswers(saved.text, ordered(saved.answers), next)
}

const HEADER = `# yaml-language-server: $schema=./node_modules/create-hardened-container/dist/hardened.schema.json
# The answers for create-hardened-container. What is not here is detected or a default: create-hardened-container explain
`

/** The first hardened.yaml, written without a library. */
function emit(answers: Answers): string {
  const lines = Object.entries(answers).map(([key, value]) => `${key}:${emitValue(key, value)}\n`)
  return HEADER + lines.join('')
}

function emitValue(key: string, value: unknown): string {
  if (Array.isArray(value)) return ` ${json(value)}`
  if (typeof value === 'number') return ` ${value}`
  if (typeof value === 'string') return ` ${yaml(value)}`
  return Object.entries(value as object).map(([id, v]) => `\n  ${yaml(id)}: ${key === 'control' ? emitControl(v as NonNullable<Answers['control']>[string]) : yaml(String(v))}`).join('')
}

const emitControl = ({ on, reason, until }: NonNullable<Answers['control']>[string]): string => (on ? '"on"' : `{ off: ${JSON.stringify(reason)}${until ? `, until: ${until}` : ''} }`)
