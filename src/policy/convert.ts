import { secretValue } from '../audit/secrets.ts'
import { type Option, OPTIONS } from '../cli/options.ts'
import { splitCommand } from '../detect/words.ts'
import { InputError, type Problem } from '../errors.ts'
import type { Answers } from './answers.ts'

/** What was given for one option, as text, with how a message names it and where it stands. */
export interface Given {
  value: string | readonly string[]
  label: string
  place: Pick<Problem, 'where' | 'file' | 'line' | 'column'>
}

/** A setting that --set takes: what it accepts, and what that is. */
export interface Setting {
  accepts: RegExp
  describe: string
}

/** Settings that --set takes, by key; packs bring more. */
export type Settings = Readonly<Record<string, Setting>>

const QUANTITY = /^[1-9]\d{0,5}(Mi|Gi)$/
/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const LABEL_KEY = /^label\.([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/
const LABEL: Setting = { accepts: /^[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/, describe: "a label's value: at most 63 letters, digits, '-', '_' and '.'" }

/** The tool's own settings. */
export const SETTINGS: Settings = {
  'runtime.uid': { accepts: /^(?!10000$)([1-9]\d{4,8}|1\d{9}|20\d{8})$/, describe: 'user and group id that the program runs as, above 10000' },
  'resources.memory': { accepts: QUANTITY, describe: 'memory, request and limit alike, like 512Mi' },
  'resources.cpu': { accepts: /^([1-9]\d{0,4}m|\d{1,3}(\.\d{1,3})?)$/, describe: 'CPU request, like 250m' },
  'network.egress': { accepts: /^(\d{1,3}(\.\d{1,3}){3}\/\d{1,2})(,\d{1,3}(\.\d{1,3}){3}\/\d{1,2})*$/, describe: 'address ranges that the program may reach, like 10.20.0.0/16' },
  'network.host': { accepts: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/, describe: 'host name of the way in' },
  'network.ingressNamespace': { accepts: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, describe: 'namespace of the ingress controller or gateway' },
  'network.gateway': { accepts: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, describe: 'name of the Gateway' },
}

type Bad = (message: string, hint: string, near?: Problem['near']) => void

/** The setting of a key; undefined where there is none. `label.KEY` puts a label of that key on every object. */
export const settingFor = (key: string, settings: Settings): Setting | undefined => (Object.hasOwn(settings, key) ? settings[key] : LABEL_KEY.test(key) ? LABEL : undefined)

/**
 * Turns text from flags, the environment or a file into answers. What cannot be used is added to `later`, so that a run tells it
 * with what it finds then; without that list InputError is thrown, with every problem.
 */
export function answersOf(given: ReadonlyMap<Option, Given>, settings: Settings = SETTINGS, later?: Problem[]): Answers {
  const problems = later ?? []
  const answers: Record<string, unknown> = {}
  for (const [option, { value, label, place }] of given) {
    if (!option.answer) continue
    const bad: Bad = (message, hint, near) => void problems.push({ message, ...place, hint, about: option.name, ...(near ? { near } : {}) })
    const texts = typeof value === 'string' ? [value] : value
    if (texts.some((t) => /[\n\r\0]/.test(t))) {
      bad(`${label} has a line break in it`, 'give it on one line')
      continue
    }
    if (texts.some((t) => t.split(/[\s=]+/).some((word) => secretValue(word)))) {
      bad(`${label} holds what looks like a secret; answers are saved and committed`, 'keep it out: the program reads it from its environment, which k8s/secret.yaml.example and .env show')
      continue
    }
    const converted = convert(option, value, texts, label, settings, bad)
    if (converted !== undefined) answers[option.answer] = converted
  }
  if (!later && problems.length > 0) throw new InputError(problems)
  return answers as Answers
}

function convert(option: Option, value: Given['value'], texts: readonly string[], label: string, settings: Settings, bad: Bad): unknown {
  if (option.name === 'start') {
    if (typeof value !== 'string') return value.length > 0 ? value : undefined
    const words = splitCommand(value)
    if (!words) bad(`${label} needs a shell to be understood`, 'name the program and its arguments; no pipes, variables or &&')
    return words
  }
  if (option.name === 'control') return Object.fromEntries(texts.flatMap((t) => controlOf(t, label, bad)))
  if (option.name === 'set') return Object.fromEntries(texts.flatMap((t) => settingOf(t, label, settings, bad)))
  if (option.type === 'list') return texts.flatMap((t) => t.split(',')).map((t) => t.trim()).filter(Boolean)
  const text = texts[0] ?? ''
  if (texts.length !== 1) return void bad(`${label} takes one value`, `${label} ${option.value}`)
  if (option.type === 'integer') {
    if (/^\d{1,9}$/.test(text)) return Number(text)
    return void bad(`${label} ${JSON.stringify(text)} is no whole number`, `${label} 8080`)
  }
  if (option.choices && !option.choices.includes(text)) return void bad(`${label} has no choice ${JSON.stringify(text)}`, `one of ${option.choices.join(', ')}`, { given: text, among: option.choices })
  return text
}

/** ID=on, ID=off:REASON; a reason that ends in "until 2027-03-31" makes the exception end that day. */
function controlOf(text: string, label: string, bad: Bad): [string, { on: boolean; reason?: string; until?: string }][] {
  const [, id, state, reason = ''] = /^([\w-]+)=(on|off)(?::(.*))?$/.exec(text) ?? []
  const [, why = reason, until] = /^(.*?)\s*\buntil (\d{4}-\d\d-\d\d)$/.exec(reason) ?? []
  if (!id) bad(`${label} ${JSON.stringify(text)} is not understood`, 'like read-only-root=off:"writes its cache beside the program"')
  else if (state === 'off' && !why.trim()) bad(`${label} ${id}=off says no reason`, label === 'control' ? `${id}: { off: "why" }` : `${id}=off:"why"`)
  // Date.parse takes the 31st of February for a day in March
  else if (until && new Date(`${until}T00:00Z`).toJSON()?.slice(0, 10) !== until) bad(`${label} ${id}: there is no day ${until}`, 'like 2027-03-31')
  else return [[id, { on: state === 'on', ...(why.trim() ? { reason: why.trim() } : {}), ...(until ? { until } : {}) }]]
  return []
}

function settingOf(text: string, label: string, settings: Settings, bad: Bad): [string, string][] {
  const at = text.indexOf('=')
  const key = text.slice(0, Math.max(at, 0))
  const value = text.slice(at + 1)
  const setting = settingFor(key, settings)
  if (!setting) bad(`${label}: there is no setting ${JSON.stringify(key || text)}`, `one of ${Object.keys(settings).join(', ')}, label.KEY; as KEY=VALUE`, { given: key || text, among: Object.keys(settings) })
  else if (!setting.accepts.test(value)) bad(`${label} ${key}: ${JSON.stringify(value)} does not do`, setting.describe)
  else return [[key, value]]
  return []
}

/** Options by the key of the answers that they set. */
export const byAnswer = (): Map<string, Option> => new Map(OPTIONS.filter((o) => o.answer).map((o) => [o.answer!, o]))
