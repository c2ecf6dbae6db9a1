/** Helpers of the templates. Each turns plain data into text that the target format reads back as the same value. */

/** A JSON array or string: exec form in Dockerfiles, double-quoted scalars in YAML. */
export const json = (value: unknown): string => (Array.isArray(value) ? `[${value.map(quoted).join(', ')}]` : quoted(value))

/** JSON with escapes for what YAML readers refuse to see in a file: DEL, C1 controls, line and paragraph separators, byte order marks. */
const quoted = (value: unknown): string => JSON.stringify(value).replace(/[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** Words for a RUN or COPY line; a word with a space makes COPY read as a JSON array, so it is refused at the plan. */
export const words = (value: readonly string[]): string => value.join(' ')

/** A value of ENV, LABEL or ARG in a Dockerfile: bare when it can be, else double-quoted with \, " and $ escaped. */
export function dockerfile(value: string): string {
  return /^[\w.,:/@%+=-]+$/.test(value) ? value : `"${value.replace(/[\\"$]/g, '\\$&')}"`
}

/** What YAML 1.1 readers, Kubernetes' among them, take for something other than a string. */
const MISREAD = /^(~|null|true|false|yes|no|on|off|y|n|[-+]?[\d.][\d_.,:eoxa-f+-]*|\d{4}-\d\d?-\d\d?[Tt].*|[-+]?e[-+]?\d+|[-+]?\.(inf|nan)|<<|=)?$/i
const PLAIN = /^[A-Za-z0-9_./][\w./@%+-]*(?::[\w./@%+-]+)*$/

/** Names stand in a set of files many times. */
const scalars = new Map<string, string>()

/** A YAML string scalar: plain where every reader takes it for that string, else double-quoted. */
export function yaml(value: string): string {
  let text = scalars.get(value)
  if (text === undefined) scalars.set(value, (text = PLAIN.test(value) && !MISREAD.test(value) ? value : quoted(value)))
  return text
}

/** A YAML string scalar in single quotes, as compose style guides want ports. */
export const single = (value: string): string => `'${value.replaceAll("'", "''")}'`

/** A value of compose's `environment`, where $ starts a variable and $$ is a dollar. */
export const compose = (value: string): string => yaml(value.replaceAll('$', '$$$$'))

export const and = (...args: unknown[]): boolean => args.every(Boolean)
export const or = (...args: unknown[]): boolean => args.some(Boolean)

export const HELPERS = { json, words, dockerfile, yaml, single, compose, and, or } as const
