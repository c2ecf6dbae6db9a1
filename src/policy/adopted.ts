import { isMap, parseAllDocuments } from 'yaml'
import { readDockerfile, type Stage } from '../audit/dockerfile.ts'
import type { Project } from '../detect/project.ts'
import { splitCommand } from '../detect/words.ts'

/** What a file of the project's own says about one option, and where. */
export interface Said {
  /** name of the flag */
  option: string
  value: string
  file: string
  line?: number
  /** it is said of programs in this language only */
  language?: string
}

/** All that the files say, strongest first, and those of them that were read. */
export interface Own {
  said: Said[]
  /** files with what they hold */
  files: { path: string; holds: string }[]
  /** files that could not be read, with the reason */
  unread: { path: string; reason: string }[]
}

type Value = Record<string, unknown>

const DOCKERFILES = ['Dockerfile', 'Containerfile', 'docker/Dockerfile', 'build/Dockerfile']
const COMPOSE = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml']
const FOLDERS = ['k8s', 'kubernetes', 'kube', 'manifests', 'deploy', 'deployment', 'deployments', '.k8s']
const MAX_FILES = 200

/**
 * Reads the answers out of the Dockerfile, compose file and manifests that a project has. Manifests say what runs, so they come
 * first; then compose; then the Dockerfile.
 */
export function readOwn(project: Project, services: Record<string, unknown>): Own {
  const own: Own = { said: [], files: [], unread: [] }
  for (const path of FOLDERS.flatMap((f) => yamlBelow(project, f)).slice(0, MAX_FILES)) readManifests(project, path, own)
  for (const path of COMPOSE.filter((p) => project.has(p))) readCompose(project, path, services, own)
  for (const path of DOCKERFILES.filter((p) => project.has(p) && !project.isFolder(p))) readImage(project, path, own)
  return own
}

function yamlBelow(project: Project, folder: string, depth = 2): string[] {
  if (!project.isFolder(folder)) return []
  return project.names(folder).flatMap((name) => {
    const path = `${folder}/${name.replace(/\/$/, '')}`
    if (name.endsWith('/')) return depth > 0 ? yamlBelow(project, path, depth - 1) : []
    return /\.ya?ml$/.test(name) ? [path] : []
  })
}

function documents(project: Project, path: string, own: Own): Value[] {
  const text = project.read(path) ?? ''
  // a template of Helm or another program
  if (/\{\{/.test(text)) return own.unread.push({ path, reason: 'a template, not plain YAML' }), []
  try {
    return parseAllDocuments(text, { uniqueKeys: false }).flatMap((d) => {
      if (d.errors.length > 0) throw d.errors[0]!
      return isMap(d.contents) ? [d.toJS({ maxAliasCount: 50 }) as Value] : []
    })
  } catch (error) {
    own.unread.push({ path, reason: (error as Error).message.split('\n')[0]! })
    return []
  }
}

const map = (v: unknown): Value => (typeof v === 'object' && v !== null && !Array.isArray(v) ? (v as Value) : {})
const list = (v: unknown): Value[] => (Array.isArray(v) ? v.map(map) : [])

function readManifests(project: Project, path: string, own: Own): void {
  const docs = documents(project, path, own)
  const kinds = docs.flatMap((d) => (typeof d.kind === 'string' ? [d.kind] : []))
  if (kinds.length > 0) own.files.push({ path, holds: kinds.join(', ') })
  const text = project.read(path) ?? ''
  for (const doc of docs) {
    if (!['Deployment', 'StatefulSet'].includes(String(doc.kind))) continue
    const say = sayer(own, path, text)
    const container = list(map(map(map(doc.spec).template).spec).containers)[0] ?? {}
    say('name', map(doc.metadata).name, 'name:')
    say('namespace', map(doc.metadata).namespace, 'namespace:')
    say('image', container.image, 'image:')
    say('port', list(container.ports)[0]?.containerPort, 'containerPort:')
    say('health-path', map(map(container.livenessProbe).httpGet).path, 'livenessProbe:')
    say('ready-path', map(map(container.readinessProbe).httpGet).path, 'readinessProbe:')
    say('cpu-limit', map(map(container.resources).limits).cpu, 'limits:')
    return
  }
}

function readCompose(project: Project, path: string, known: Record<string, unknown>, own: Own): void {
  const services = map(documents(project, path, own)[0]?.services)
  own.files.push({ path, holds: Object.keys(services).join(', ') })
  const text = project.read(path) ?? ''
  const images = Object.values(services).map((s) => String(map(s).image ?? '').replace(/[:@].*$/, '').split('/').at(-1)!)
  const found = images.filter((i) => Object.hasOwn(known, i))
  sayer(own, path, text)('services', found.join(','), `image:.*${found[0]}`)
}

/** Images of languages, by name. */
const IMAGES: Record<string, string> = { node: 'node', python: 'python', golang: 'go', rust: 'rust', 'eclipse-temurin': 'java', openjdk: 'java', amazoncorretto: 'java' }

/** Programs that run a source file, so that the same words start it in another image too. */
const INTERPRETERS = /^(node|python3?|gunicorn|uvicorn|hypercorn|granian|deno|bun)$/

function readImage(project: Project, path: string, own: Own): void {
  const text = project.read(path) ?? ''
  const dockerfile = readDockerfile(path, text)
  if (!dockerfile) return void own.unread.push({ path, reason: 'it has no FROM' })
  own.files.push({ path, holds: `${dockerfile.stages.length === 1 ? 'one stage' : `${dockerfile.stages.length} stages`} on ${dockerfile.final.base}` })
  const { final } = dockerfile
  const at = (option: string, value: unknown, line: number | undefined): void => sayer(own, path, text)(option, value, undefined, line)
  const ports = [...new Set(final.all('EXPOSE').flatMap((i) => i.arguments.split(/\s+/)).map((p) => p.replace(/\/tcp$/, '')))].filter((p) => /^\d+$/.test(p))
  if (ports.length === 1) at('port', ports[0], final.last('EXPOSE')?.line)
  at('base', baseOf(final.base), final.line)
  for (const stage of dockerfile.stages) {
    const [, image = '', version] = /(?:^|\/)([\w-]+):(\d+(?:\.\d+)?)/.exec(stage.base) ?? []
    const language = Object.hasOwn(IMAGES, image) ? IMAGES[image] : undefined
    if (language && !own.said.some((s) => s.language)) own.said.push({ option: 'language-version', value: ['node', 'java'].includes(language) ? version!.replace(/\..*/, '') : version!, file: path, line: stage.line, language })
  }
  const start = startOf(final)
  if (start) at('start', start, (final.last('CMD') ?? final.last('ENTRYPOINT'))?.line)
  const check = final.last('HEALTHCHECK')
  at('health-path', /https?:\/\/[^/\s"']+(\/[\w./-]+)/.exec(check?.arguments ?? '')?.[1], check?.line)
}

function baseOf(image: string): string | undefined {
  if (image === 'scratch') return 'scratch'
  if (/distroless/.test(image)) return 'distroless'
  if (/(^|\/)chainguard\/|^cgr\.dev\//.test(image)) return 'chainguard'
  if (/^dhi\.io\//.test(image)) return 'dhi'
  return /alpine/.test(image) ? 'alpine' : undefined
}

/** The start as words, where it is one program that runs a source file by a relative path, with no shell about it. */
function startOf(stage: Stage): string | undefined {
  const words = [wordsOf(stage.last('ENTRYPOINT')?.arguments), wordsOf(stage.last('CMD')?.arguments)]
  if (words.includes(undefined)) return undefined
  const all = words.flat() as string[]
  const plain = all.every((w) => /^[\w@%+=:,./-]+$/.test(w) && !w.startsWith('/') && !w.includes('..'))
  return plain && all.length > 1 && INTERPRETERS.test(all[0]!) ? all.join(' ') : undefined
}

/** Words of an instruction in exec or shell form; undefined when only a shell would understand it. */
function wordsOf(text: string | undefined): string[] | undefined {
  if (text === undefined) return []
  if (!text.startsWith('[')) return splitCommand(text)
  try {
    return (JSON.parse(text) as unknown[]).map(String)
  } catch {
    return undefined
  }
}

/** Notes what a file says, unless a stronger one has said it. */
const sayer =
  (own: Own, file: string, text: string) =>
  (option: string, value: unknown, key: string | undefined, line = key === undefined ? undefined : lineOf(text, key)): void => {
    if (value === undefined || value === null || value === '' || typeof value === 'object' || own.said.some((s) => s.option === option)) return
    own.said.push({ option, value: String(value), file, ...(line ? { line } : {}) })
  }

function lineOf(text: string, key: string): number | undefined {
  const at = text.split('\n').findIndex((l) => new RegExp(`(^|[\\s{,])${key}`).test(l))
  return at < 0 ? undefined : at + 1
}
