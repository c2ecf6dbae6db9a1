/** Sources that listen on loopback only: what the build changes, so that the program is reached from outside of its container. */
import type { Warning } from './facts.ts'
import type { Match } from './sources.ts'

/** A text of a source, what stands in its place, and the file, each as the command of the build has it. */
export interface Opened {
  file: string
  from: string
  to: string
  /** the only line that is meant, where others read the same */
  at: string
}

/** Texts that mean the loopback address, each with the port beside it, so that no other server's address is met. */
const FORMS: readonly (readonly [form: RegExp, address: RegExp, open: string])[] = [
  [/(["'])(?:127\.0\.0\.1|localhost|\[::1\])(?::[^"'\n]*)?\1(?:(?:\.to_string\(\)|\.to_owned\(\)|\.into\(\))?\s*,\s*\d{2,5})?/, /127\.0\.0\.1|localhost|\[::1\]/, '0.0.0.0'],
  [/[[(]127,\s*0,\s*0,\s*1[\])]/, /127,\s*0,\s*0,\s*1/, '0, 0, 0, 0'],
  [/Ipv[46]Addr::LOCALHOST/, /LOCALHOST/, 'UNSPECIFIED'],
]

/** Ports of mail, databases, brokers and collectors. */
const ANOTHER = /:(?:25|465|587|1025|3306|4317|4318|5432|5672|6379|6831|9092|11211|14268|27017)\b/
/** A line that gives an address without a port its name: another string may be anything. */
const NAMED = /\b\w*(?:host|addr|address|bind|listen|ip|interface)\w*["']?\)?\s*(?::\s*&?(?:'static )?\w+\s*)?(?::?=|:|,|\()/i
const MESSAGE = 'the program listens on loopback only, where nothing outside of the container reaches it'

/** What the build changes in lines that listen on loopback, each with a warning; a line of another form is only warned about. @param listening files that listen, where an address may stand without its port */
export function openLoopback(lines: readonly Match[], listening: ReadonlySet<string>, warnings: Warning[]): Opened[] {
  const out: Opened[] = []
  for (const { evidence: { file, line, text: shown = '' }, text = shown } of lines) {
    const [form, address, open] = FORMS.find(([f]) => f.test(text)) ?? []
    const from = form?.exec(text)?.[0]
    if (from === undefined) {
      warnings.push({ message: MESSAGE, file, line, hint: 'listen on all interfaces, or take the address from the environment' })
      continue
    }
    if (ANOTHER.test(from)) continue
    const to = from.replace(address!, open!)
    const next = replaced(file, from, to)
    if (out.some((o) => o.file === next.file && o.from === next.from) || (!/\d["']?$|:|[\])]$/.test(from) && !(NAMED.test(text) && listening.has(file)))) continue
    out.push(next)
    warnings.push({ message: `${MESSAGE}: the build makes it ${to}`, file, line, hint: 'change it in the source' })
  }
  return out
}

/** A text of a file, and what stands in its place, as sed reads them between a shell's single quotes; the file as a shell's word. */
export const replaced = (file: string, from: string, to: string): Opened => ({ file: /^[\w./@+-]+$/.test(file) ? file : `'${quoted(file)}'`, from: pattern(from), to: quoted(to.replace(/[\\/&]/g, '\\$&')), at: '' })

const quoted = (text: string): string => text.replaceAll("'", "'\\''")

/** A text as a basic regular expression between slashes. */
const pattern = (text: string): string => quoted(text.replace(/[\\/.*[\]^$]/g, '\\$&'))
