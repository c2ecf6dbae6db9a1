import { type Evidence, fact, type LanguageFacts } from './facts.ts'
import type { Language } from './language.ts'

/** What serves files, by base; its image has no runtime that could ask for a page, so its shell does. */
const IMAGES: Record<string, { image: string; health: string[] }> = {
  debian: {
    image: 'nginxinc/nginx-unprivileged:1.30',
    health: ['bash', '-c', "exec 3<>/dev/tcp/127.0.0.1/{port} && printf 'GET {path} HTTP/1.0\\r\\n\\r\\n' >&3 && grep -q '200 OK' <&3"],
  },
  alpine: { image: 'nginxinc/nginx-unprivileged:1.30-alpine-slim', health: ['wget', '-q', '-O', '/dev/null', 'http://127.0.0.1:{port}{path}'] },
}

/** The facts of a project whose files a web server serves, known by the place `evidence`. */
export function staticFacts(language: Language, evidence: Evidence): Pick<LanguageFacts, 'start' | 'serves' | 'port' | 'health' | 'kind' | 'env' | 'unsuitable'> {
  return {
    start: fact(['nginx', '-g', 'daemon off;'], evidence),
    serves: fact(true, evidence),
    port: fact(8080, evidence),
    health: fact('/healthz', evidence),
    kind: 'static',
    env: {},
    unsuitable: Object.keys(language.bases).filter((b) => IMAGES[b] === undefined).map((base) => ({ base, reason: `files are served by nginx, which has no ${base} image here`, evidence: [evidence] })),
  }
}

/** The images that serve files, and how each is asked for its health. */
export function staticImages(): { runtimeImage: Record<string, string>; healthCommands: Record<string, string[]> } {
  const images = Object.entries(IMAGES)
  return { runtimeImage: Object.fromEntries(images.map(([base, s]) => [base, s.image])), healthCommands: Object.fromEntries(images.map(([base, s]) => [base, s.health])) }
}
