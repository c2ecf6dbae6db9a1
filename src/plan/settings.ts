import type { Facts } from '../detect/facts.ts'
import type { Service } from './plan.ts'

/** Secret settings of a program, what compose tells it, and the one step that makes the secrets. */
export interface Settings {
  secrets: string[]
  compose: { name: string; value: string }[]
  step: string
}

/**
 * Which settings of the environment the program gets in compose and by the Secret: those that its sources name, and for each
 * chosen service the ones that programs usually read its address from (services.yaml). Values of secrets never appear: compose
 * takes passwords from `.env`, and an empty value stands for: set only where the environment has it, so that the program's own
 * default holds.
 */
export function settingsOf(facts: Facts, services: readonly Service[]): Settings {
  const read = new Set([...(facts.secrets ?? []), ...(facts.settings ?? [])].map((s) => s.value))
  const values = new Map<string, string>([...(facts.secrets ?? [])].map((s) => [s.value, '']))
  const passwords: string[] = []
  const taken = new Set<string>()
  for (const service of services) {
    const settings = service.settings as Record<string, string>
    const known = Object.keys(settings).filter((name) => read.has(name) && !taken.has(name))
    for (const name of known.length > 0 ? known : [String(service.default)]) {
      if (taken.has(name)) continue
      taken.add(name)
      values.set(name, settings[name]!)
    }
    if (service.secret) passwords.push(String(service.secret))
  }
  const names = [...values.keys()].sort()
  return {
    secrets: names,
    compose: names.map((name) => ({ name, value: values.get(name)! })),
    step: passwords.length > 0 ? `for s in ${passwords.join(' ')}; do echo "$s=$(openssl rand -hex 24)"; done >> .env` : '',
  }
}
