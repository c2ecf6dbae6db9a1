import { InputError } from '../errors.ts'
import { assumed, type Evidence, type Fact, fact, type LanguageFacts, type Warning } from './facts.ts'
import type { DetectContext, Language } from './language.ts'
import { lineOf, type Project } from './project.ts'
import { secretNames } from './settings.ts'
import { readServer, readSources, type Sources } from './sources.ts'
import { chooseLine } from './versions.ts'

const MANIFEST = 'go.mod'

/** go.mod, read line by line: its syntax is one directive or block a line (https://go.dev/ref/mod#go-mod-file). */
interface Module {
  path: string
  go?: { version: string; line: number }
  toolchain?: { version: string; line: number }
  requires: Map<string, number>
}

/** Reads a Go project: go.mod, the main packages, and what the sources of the chosen one show. */
export function detect({ project, language, chosen }: DetectContext): LanguageFacts | undefined {
  const text = project.read(MANIFEST)
  if (text === undefined && project.has('go.work')) return workspace(project)
  const warnings: Warning[] = []
  // a program of one folder needs no go.mod as long as it uses the standard library alone
  const module = text === undefined ? { path: 'app', requires: new Map<string, number>() } : readModule(text)
  const data = language.data as { cgo: string[]; systemPackages: Record<string, { apt: string[]; apk: string[] }>; folders: string[]; likely: string[] }
  const main = chooseMain(project, module, chosen.start, data.likely, warnings)
  if (!main) return undefined
  const sources = readSources(project, language, main.files)
  const server = readServer(sources)
  const required = (name: string): Evidence | undefined => (module.requires.has(name) ? { file: MANIFEST, line: module.requires.get(name) } : undefined)
  const framework = chosen.framework ? fact(chosen.framework) : chooseFramework(language, required)
  const grpc = framework?.value === 'grpc' && sources.match(/RegisterHealthServer\(/)
  const cgo = data.cgo.flatMap((name) => (required(name) ? [required(name)!] : []))[0] ?? sources.match(/^import "C"$/)?.evidence
  const vendor = project.has('vendor/modules.txt')
  const binary = main.package === '.' ? (module.path.split('/').filter((p) => !/^v\d+$/.test(p)).at(-1) ?? 'app') : main.package.split('/').at(-1)!
  const variables = sources.all('variable').map((m) => fact(m.groups[0]!, m.evidence))
  const loopback = server.loopback && /Listen|Run|Start|Addr|flag\./.test(server.loopback.evidence.text ?? '') ? server.loopback : undefined
  if (loopback) warnings.push({ message: 'the program listens on loopback only, where nothing outside of the container reaches it', file: loopback.evidence.file, line: loopback.evidence.line, hint: 'listen on ":8080", or take the address from the environment' })
  const packages = Object.entries(data.systemPackages).filter(([name]) => required(name)).map(([, p]) => p)
  const unsuitable = cgo ? ['scratch', 'chainguard', 'dhi'].map((base) => ({ base, reason: `cgo links the C library, which the ${base} image has not`, evidence: [cgo] })) : []

  return {
    framework,
    version: version(language, module, warnings),
    ...(project.has('go.sum') ? { lockFile: fact('go.sum', { file: 'go.sum' }) } : {}),
    name: fact(binary === 'main' || data.likely.includes(binary) ? (module.path.split('/').filter((p) => !/^v\d+$/.test(p)).at(-1) ?? binary) : binary, text === undefined ? { file: main.files[0]! } : { file: MANIFEST, line: 1 }),
    start: { ...main.fact, value: [`/app/${binary}`, ...(chosen.start?.slice(1) ?? [])] },
    develop: assumed(['go', 'run', main.package]),
    serves: server.listens ?? (framework ? fact(true, framework.evidence[0]!) : assumed(false)),
    port: server.port,
    portVariable: server.portVariable,
    hostVariable: hostVariable(sources),
    health: server.health,
    ready: server.ready,
    handlesSigterm: server.handlesSigterm,
    services: Object.entries(language.services).flatMap(([id, names]) => names.flatMap((n) => (required(n) ? [fact(id, required(n)!)] : [])).slice(0, 1)),
    secrets: secretNames(variables),
    settings: variables,
    unsuitable,
    env: {},
    build: {
      grpc: Boolean(grpc),
      cgo: cgo !== undefined,
      cgoEnabled: cgo ? '1' : '0',
      vendor,
      download: text !== undefined && !vendor,
      manifests: text === undefined ? [] : [{ files: ['go.mod', ...(project.has('go.sum') ? ['go.sum'] : [])], to: './' }],
      systemPackages: packages.flatMap((p) => p.apt),
      systemPackagesApk: [...(cgo ? ['gcc', 'musl-dev'] : []), ...packages.flatMap((p) => p.apk)],
      flags: ['-trimpath', ...(vendor ? ['-mod=vendor'] : [])],
      binary,
      package: text === undefined ? main.files.join(' ') : main.package,
      folders: foldersBeside(project, sources, data.folders),
      ...(cgo ? { runtimeImage: { distroless: { image: 'gcr.io/distroless/cc-debian13:nonroot', uid: 65532 } } } : {}),
    },
    warnings,
  }
}

/** A workspace has several modules; each is an app of its own. */
function workspace(project: Project): undefined {
  const text = project.read('go.work')
  const modules = [...(text ?? '').matchAll(/^\s*(?:use\s+)?(\.\/?[\w./-]*)\s*$/gm)].map((m) => m[1]!)
  throw new InputError({ message: `go.work names several modules: ${modules.join(', ')}`, file: 'go.work', line: 1, hint: `choose the one that is to run: --app ${modules[0] ?? 'PATH'}` })
}

function readModule(text: string): Module {
  const module: Module = { path: '', requires: new Map() }
  let block = ''
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.replace(/\/\/.*$/, '').trim()
    if (line === '') continue
    if (line === ')') block = ''
    else if (/^(require|replace|exclude|retract|tool|ignore|godebug)\s*\($/.test(line)) block = line.split(/[\s(]/)[0]!
    else {
      const [word, ...rest] = (block ? [block, ...line.split(/\s+/)] : line.split(/\s+/)) as [string, ...string[]]
      if (word === 'module') module.path = rest[0]!.replace(/"/g, '')
      else if (word === 'go') module.go = { version: rest[0]!, line: i + 1 }
      else if (word === 'toolchain') module.toolchain = { version: rest[0]!.replace(/^go/, ''), line: i + 1 }
      else if (word === 'require') module.requires.set(rest[0]!, i + 1)
      else if (!/^(replace|exclude|retract|tool|ignore|godebug)$/.test(word))
        throw new InputError({ message: `go.mod is not valid: "${line.slice(0, 60)}" is no directive`, file: MANIFEST, line: i + 1, column: raw.search(/\S/) + 1, hint: 'mend it, then run again' })
    }
  }
  if (!module.path) throw new InputError({ message: 'go.mod names no module', file: MANIFEST, line: 1, column: 1, hint: 'begin it with: module example.com/name' })
  return module
}

/** The oldest line that is supported and not older than go.mod asks for; the toolchain line wins where it is newer. */
function version(language: Language, module: Module, warnings: Warning[]): Fact<string> | undefined {
  const asked = module.toolchain ?? module.go
  if (!asked) return undefined
  const newest = chooseLine(language, `>=${asked.version.split('.').slice(0, 2).join('.')}`, { file: MANIFEST, line: asked.line, text: asked.version }, warnings)
  return newest
}

interface Main {
  /** as the compiler names it: "." or "./cmd/server" */
  package: string
  files: string[]
  fact: Fact<string[]>
}

const EXCLUDED = /(^|\/)(examples?|_examples?|tools?|hack|scripts?|testdata|test|tests|internal\/tools|docs?|bench(marks)?)\//

/** The main package: the one that was chosen, the only one, the one at the root, or the one whose name says it. */
function chooseMain(project: Project, module: Module, start: string[] | undefined, likely: string[], warnings: Warning[]): Main | undefined {
  const found = new Map<string, string[]>()
  for (const file of project.files()) {
    if (!file.endsWith('.go') || file.endsWith('_test.go') || EXCLUDED.test(file)) continue
    const text = project.read(file)
    if (!text || !/^package main\b/m.test(text) || /^\/\/(go:build ignore| \+build ignore)/m.test(text)) continue
    const folder = file.includes('/') ? `./${file.slice(0, file.lastIndexOf('/'))}` : '.'
    const files = found.get(folder) ?? []
    if (/^func main\(\)/m.test(text)) files.unshift(file)
    else files.push(file)
    found.set(folder, files)
  }
  const mains = [...found].filter(([, files]) => /^func main\(\)/m.test(project.read(files[0]!)!))
  const made = ([folder, files]: [string, string[]], guess?: boolean): Main => ({ package: folder, files, fact: { value: [], evidence: [{ file: files[0]!, line: lineOf(project.read(files[0]!)!, /^func main\(\)/m) }], ...(guess ? { guess } : {}) } })
  if (start) {
    const wanted = `./${start[0]!.replace(/^\.?\//, '').replace(/\/$/, '')}`.replace(/^\.\/$/, '.')
    const one = mains.find(([folder]) => folder === wanted || folder.split('/').at(-1) === wanted.split('/').at(-1))
    if (one) return made(one)
  }
  const root = mains.find(([folder]) => folder === '.')
  if (mains.length <= 1 || root) return root ? made(root) : mains[0] && made(mains[0])
  const last = module.path.split('/').filter((p) => !/^v\d+$/.test(p)).at(-1)!
  for (const name of [last, ...likely]) {
    const one = mains.filter(([folder]) => folder.split('/').at(-1) === name)
    if (one.length !== 1) continue
    warnings.push({ message: `there are ${mains.length} programs (${mains.map(([f]) => f).join(', ')}); ${one[0]![0]} is taken`, file: one[0]![1][0], hint: `choose another: --start ${mains.find((m) => m !== one[0])![0]}` })
    return made(one[0]!, true)
  }
  throw new InputError({ message: `there are ${mains.length} programs: ${mains.map(([f]) => f).join(', ')}`, where: '--start', file: mains[0]![1][0], hint: `choose one: ${mains.map(([f]) => `--start ${f}`).join(' or ')}` })
}

function chooseFramework(language: Language, required: (name: string) => Evidence | undefined): Fact<string> | undefined {
  for (const f of language.frameworks) {
    const evidence = f.dependencies?.map(required).find(Boolean)
    if (evidence) return fact(f.id, evidence)
  }
  return undefined
}

/** A variable that the address is taken from. */
function hostVariable(sources: Sources): Fact<Record<string, string>> | undefined {
  const found = sources.match(/(?:Getenv|LookupEnv|getEnv|getenv|GetEnv)\w*\(\s*"([A-Z_]*(?:HOST|BIND|BIND_ADDRESS|LISTEN_HOST))"/)
  // names of other machines, a database's, are no address to listen on
  return found?.groups[0] && !/(DB|POSTGRES|PG|MYSQL|REDIS|MONGO|SMTP|MAIL|RABBIT|AMQP|KAFKA|NATS|DATABASE)/.test(found.groups[0]) ? fact({ [found.groups[0]]: '0.0.0.0' }, found.evidence) : undefined
}

/** Folders that the sources name as a path and do not embed: they have to be beside the program. */
function foldersBeside(project: Project, sources: Sources, names: string[]): string[] {
  return names.filter((name) => project.isFolder(name) && sources.match(new RegExp(`["\`](?:\\./)?${name}(?:/[^"\`]*)?["\`]`)) !== undefined)
}
