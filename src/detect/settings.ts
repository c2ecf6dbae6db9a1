import { type Fact, fact } from './facts.ts'
import type { Project } from './project.ts'

const SECRET = /(^|_)(URL|URI|DSN|SECRET|SECRETS|TOKEN|PASSWORD|PASSWD|PASS|CREDENTIALS|KEY|APIKEY)$/
/** Addresses of the program itself and of public things hold no secret. */
const PUBLIC = /(^|_)(PUBLIC|BASE|SITE|APP|SELF|CALLBACK|FRONTEND|BACKEND)_UR[LI]$|^UR[LI]$|_PUBLIC_KEY$|^KEY$/

/** Of the environment variables that a program reads, those that hold a secret or a database's address; each once, by its first place. */
export function secretNames(variables: readonly Fact<string>[]): Fact<string>[] {
  return variables.filter((v, i) => SECRET.test(v.value) && !PUBLIC.test(v.value) && variables.findIndex((o) => o.value === v.value) === i)
}

const EXAMPLES = ['.env.example', '.env.sample', '.env.template', '.env.dist', 'env.example', 'example.env']

/** The variables that a program reads, and what else an example of .env lists: names with their places, never a value. */
export function withExamples(project: Project, read: readonly Fact<string>[]): Fact<string>[] {
  const listed = EXAMPLES.flatMap((file) => (project.read(file) ?? '').split('\n').flatMap((text, i) => {
    const name = /^(?:export\s+)?([A-Z][A-Z0-9_]+)\s*=/.exec(text)?.[1]
    return name ? [fact(name, { file, line: i + 1 })] : []
  }))
  return [...read, ...listed].filter((v, i, all) => all.findIndex((o) => o.value === v.value) === i)
}
