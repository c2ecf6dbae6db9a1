import type { Problem } from '../errors.ts'
import type { Plan } from './plan.ts'

/** A path of a URL that is the same in a probe, in a command of the health check and in YAML. RFC 3986 without quotes and "$". */
export const URL_PATH = /^\/[\w./~%:@!&()*+,;=?-]*$/
const VARIABLE = /^[A-Za-z_]\w*$/
const FOLDER = /^\/[\w.@+-]+(\/[\w.@+-]+)*$/
const HOST = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/
const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/
const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const RANGE = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}/(?:3[0-2]|[12]?\\d)$`)
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/

/**
 * What a plan holds that some file cannot carry, or that would mean something else there: a line break in a start command,
 * a variable's name that no shell takes. What is not refused here comes back the same from every rendered file (a law).
 */
export function refusals(plan: Plan): Problem[] {
  const problems: Problem[] = []
  const refuse = (holds: boolean, message: string, where: string, hint: string): void => void (holds || problems.push({ message, where, hint }))
  const { runtime, kubernetes } = plan
  for (const word of [...runtime.argv, ...(runtime.develop ?? [])]) refuse(!/[\n\r\0]/.test(word), `the start command has a line break in it: ${shown(word)}`, '--start', 'write it as one line')
  for (const { name, value } of runtime.env) {
    refuse(VARIABLE.test(name), `${shown(name)} cannot name a variable of the environment`, 'environment', 'letters, digits and "_", starting with a letter')
    refuse(!CONTROL.test(value), `the value of ${shown(name)} has a line break or a control character in it`, 'environment', 'set it when the program starts')
  }
  for (const name of [...runtime.addresses.map((a) => a.name), ...runtime.secrets, ...runtime.settings]) refuse(VARIABLE.test(name), `${shown(name)} cannot name a variable of the environment`, 'environment', 'letters, digits and "_", starting with a letter')
  for (const [flag, probe] of [['--health-path', runtime.probes?.liveness], ['--ready-path', runtime.probes?.readiness]] as const)
    if (probe && 'http' in probe) refuse(URL_PATH.test(probe.http.path), `${shown(probe.http.path)} is no path that a probe can ask for`, flag, 'it starts with "/" and has no blanks, quotes, "$" or "#"')
  for (const { path } of runtime.writable) refuse(FOLDER.test(path), `${shown(path)} cannot be mounted`, 'writable paths', 'an absolute path of letters, digits, ".", "_" and "-"')
  for (const [id, { reason }] of Object.entries(plan.controls)) refuse(!CONTROL.test(reason ?? ''), `the reason for ${id} has a line break or a control character in it`, '--control', 'give it on one line')
  refuse(HOST.test(kubernetes.host), `${shown(kubernetes.host)} is no host name`, '--set network.host', 'like shop.example.com')
  refuse(LABEL.test(kubernetes.ingressNamespace), `${shown(kubernetes.ingressNamespace)} is no namespace`, '--set network.ingressNamespace', 'a-z, 0-9 and "-"')
  refuse(LABEL.test(kubernetes.gateway), `${shown(kubernetes.gateway)} is no name of a Gateway`, '--set network.gateway', 'a-z, 0-9 and "-"')
  for (const range of kubernetes.egress) refuse(RANGE.test(range), `${shown(range)} is no address range`, '--set network.egress', 'like 10.20.0.0/16')
  return problems
}

/** One line without control characters, for texts that only describe. */
export const oneLine = (text: string): string => text.replace(new RegExp(CONTROL.source, 'g'), ' ').replace(/\s+/g, ' ').trim()

const shown = (s: string): string => JSON.stringify(s).slice(0, 80)
