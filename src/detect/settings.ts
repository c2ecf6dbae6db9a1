import type { Fact } from './facts.ts'

const SECRET = /(^|_)(URL|URI|DSN|SECRET|SECRETS|TOKEN|PASSWORD|PASSWD|PASS|CREDENTIALS|KEY|APIKEY)$/
/** Addresses of the program itself and of public things hold no secret. */
const PUBLIC = /(^|_)(PUBLIC|BASE|SITE|APP|SELF|CALLBACK|FRONTEND|BACKEND)_UR[LI]$|^UR[LI]$|_PUBLIC_KEY$|^KEY$/

/** Of the environment variables that a program reads, those that hold a secret or a database's address; each once, by its first place. */
export function secretNames(variables: readonly Fact<string>[]): Fact<string>[] {
  return variables.filter((v, i) => SECRET.test(v.value) && !PUBLIC.test(v.value) && variables.findIndex((o) => o.value === v.value) === i)
}
