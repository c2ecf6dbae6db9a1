import type { Facts } from '../detect/facts.ts'
import type { Service } from './plan.ts'

/** Secret settings of a program, what compose tells it, and the one step that makes the secrets. */
export interface Settings {
  secrets: string[]
  compose: { name: string; value: string }[]
  step: string
}

/**
 * Which secrets the program reads: those its sources name, and for each chosen service the setting that holds its address
 * (the first of the service's usual names that the sources read). Values never appear; compose takes them from `.env`.
 */
export function settingsOf(facts: Facts, services: readonly Service[]): Settings {
  const read = new Set([...(facts.secrets ?? []), ...(facts.settings ?? [])].map((s) => s.value))
  const compose: Settings['compose'] = []
  const names = new Set((facts.secrets ?? []).map((s) => s.value))
  const passwords: string[] = []
  for (const service of services) {
    const variables = (service.variables as string[] | undefined) ?? []
    const variable = variables.find((v) => read.has(v)) ?? variables[0]
    if (!variable || compose.some((c) => c.name === variable)) continue
    names.add(variable)
    compose.push({ name: variable, value: String(service.address) })
    if (service.secret) passwords.push(String(service.secret))
  }
  for (const name of names) if (!compose.some((c) => c.name === name)) compose.push({ name, value: `\${${name}:-}` })
  const step = passwords.length > 0 ? `for s in ${passwords.join(' ')}; do echo "$s=$(openssl rand -hex 24)"; done >> .env` : ''
  return { secrets: [...names].sort(), compose: compose.sort((a, b) => (a.name < b.name ? -1 : 1)), step }
}
