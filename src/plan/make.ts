import { assumed, type Facts, type Warning } from '../detect/facts.ts'
import type { Base, BaseId, Framework, Language, Manager } from '../detect/language.ts'
import { InputError, type Problem } from '../errors.ts'
import type { Artifact } from '../render/artifacts.ts'
import type { Resolved } from '../policy/answers.ts'
import { exceptionsOf, moves } from './exceptions.ts'
import { settingsOf } from './settings.ts'
import { oneLine, refusals, URL_PATH } from './texts.ts'
import { isLabel, parseImage, toLabel, toTag } from './names.ts'
import type { ControlState, Origin, Plan, Probe, Service } from './plan.ts'

export interface Preset {
  id: string
  title: string
  description: string
  defaults: Record<string, unknown>
  off: { id: string; reason: string }[]
}

/** The parts of the catalog that a plan is made of. */
export interface Catalog {
  version: string
  artifacts: Artifact[]
  controlIds: string[]
  linters: Record<string, Record<string, string[]>>
  services: Record<string, Record<string, unknown>>
}

export interface PlanInput {
  facts: Facts
  language: Language
  resolved: Resolved
  preset: Preset
  catalog: Catalog
  /** the folder's name, for projects whose manifest has none */
  folder: string
  /** today, ISO: release lines whose support has ended are warned about */
  today: string
}

/**
 * Makes the plan: the one place where facts, answers and policy become decisions.
 * Throws InputError with every problem at once.
 */
export function makePlan(input: PlanInput): Plan {
  const { facts, language, resolved, preset, catalog } = input
  const { answers } = resolved
  const problems: Problem[] = []
  const warnings: Warning[] = [...facts.warnings]
  const origins: Plan['origins'] = {}
  const from = (key: string, fallback: Origin = 'detected'): Origin => resolved.origins[key] ?? fallback
  const note = (key: string, origin: Origin, found?: { evidence: { file: string }[]; guess?: boolean }): void => {
    origins[key] = { origin, ...(found && origin === 'detected' ? { evidence: found.evidence, guess: found.guess } : {}) }
  }

  const framework = language.frameworks.find((f) => f.id === (answers.framework ?? facts.framework?.value))
  if (answers.framework && !framework) problems.push({ message: `${language.title} has no framework "${answers.framework}" here`, where: '--framework', hint: `one of ${language.frameworks.map((f) => f.id).join(', ')}`, near: { given: answers.framework, among: language.frameworks.map((f) => f.id) } })
  note('language', from('language'), facts.language)
  if (framework) note('framework', from('framework'), facts.framework)

  const version = chooseVersion(input, problems, warnings)
  note('languageVersion', answers.languageVersion ? from('languageVersion') : facts.version ? 'detected' : 'built-in', facts.version)
  const manager = language.managers.find((m) => m.id === (answers.packageManager ?? facts.manager?.value)) ?? language.managers[0]
  if (manager) note('packageManager', from('packageManager', facts.manager ? 'detected' : 'built-in'), facts.manager)
  const base = chooseBase(input, version, problems)
  note('base', answers.base ? from('base') : 'built-in')

  const name = answers.name ?? toLabel(facts.name?.value ?? '') ?? toLabel(input.folder) ?? 'app'
  if (!isLabel(name)) problems.push({ message: `"${shown(name)}" cannot name Kubernetes objects`, where: '--name', hint: 'at most 50 of a-z, 0-9 and "-", starting with a letter' })
  note('name', answers.name ? from('name') : facts.name ? 'detected' : 'built-in', facts.name)

  const appVersion = toTag(facts.appVersion?.value ?? '0.1.0')
  const image = parseImage(answers.image ?? `${name}:${appVersion}`)
  if (!image && answers.image !== undefined) problems.push({ message: `"${shown(answers.image)}" is no image reference`, where: '--image', hint: 'like ghcr.io/acme/demo or ghcr.io/acme/demo:1.2.3, in lower case' })
  if (image?.tag === 'latest') problems.push({ message: 'the tag "latest" says nothing about what runs', where: '--image', hint: 'name a version, or leave the tag out' })
  if (image?.digest) problems.push({ message: 'the image cannot have a digest before it is built', where: '--image', hint: 'CI writes it after the push: kustomize edit set image' })

  const port = choosePort(input, framework, problems, warnings)
  const serves = port !== undefined
  if (serves) note('port', answers.port !== undefined ? from('port') : facts.port ? 'detected' : 'built-in', facts.port)

  const argv = answers.start ?? facts.start?.value
  if (!argv || argv.length === 0) problems.push({ message: `no program to start was found in this ${language.title} project`, where: '--start', hint: `pass it: --start "${language.id === 'node' ? 'node server.js' : 'program argument…'}"` })
  else note('start', answers.start ? from('start') : 'detected', facts.start)

  const path = (flag: '--health-path' | '--ready-path', value: string | undefined): string | undefined => {
    if (value !== undefined && !URL_PATH.test(value)) problems.push({ message: `"${shown(value)}" is no path of a URL`, where: flag, hint: 'it starts with "/" and has no blanks, quotes, "$" or "#"' })
    return value
  }
  const health = path('--health-path', answers.healthPath) ?? facts.health?.value ?? framework?.health
  const ready = path('--ready-path', answers.readyPath) ?? facts.ready?.value ?? framework?.ready
  if (health) note('healthPath', from('healthPath'), facts.health)
  if (ready) note('readyPath', from('readyPath'), facts.ready)

  const services = chooseServices(input, problems)
  const { artifacts, problems: unknown } = chooseArtifacts(input)
  problems.push(...unknown)
  const namespace = answers.namespace ?? name
  if (!isLabel(namespace) || ['default', 'kube-system', 'kube-public', 'kube-node-lease'].includes(namespace))
    problems.push({ message: `"${shown(namespace)}" cannot be the namespace`, where: '--namespace', hint: 'a name of its own: a-z, 0-9 and "-"; not default or kube-*' })

  const cpuLimit = answers.cpuLimit
  if (cpuLimit !== undefined && !/^(none|\d+m|\d+(\.\d+)?)$/.test(cpuLimit)) problems.push({ message: `"${shown(cpuLimit)}" is no amount of CPU`, where: '--cpu-limit', hint: 'like 500m, 1 or 1.5; none to leave it out' })

  const controls = chooseControls(input, problems, warnings)
  // the port stands in the source: the other rights stay away all the same
  if (port !== undefined && port < 1024 && controls['unprivileged-ports']?.origin === 'built-in') controls['unprivileged-ports'] = { on: false, origin: 'detected', reason: `the program listens on port ${port} and takes no other` }
  note('services', from('services'), facts.services?.[0] && { evidence: facts.services.flatMap((s) => s.evidence) })
  note('preset', from('preset', 'built-in'))
  for (const key of ['image', 'namespace', 'cpuLimit', 'kubernetesVersion', 'with', 'without']) note(key, from(key, 'built-in'))
  for (const key of Object.keys(answers.set ?? {})) note(key, from(`set.${key}`))
  if (problems.length > 0 || !base || !version || !image || !argv) throw new InputError(problems.length > 0 ? problems : { message: 'no plan could be made' })

  const kind = language.resources[facts.kind ?? framework?.kind ?? language.kind]!
  const uid = base.uid
  const portVariable = facts.portVariable?.value ?? framework?.portVariable
  // what is served by another program than the language's own has no use for the language's settings
  const static_ = facts.build.static === true
  const env: Record<string, string> = { ...(static_ ? {} : language.env), ...framework?.env, ...facts.env }
  if (serves && portVariable) env[portVariable] = String(port)
  if (serves) Object.assign(env, facts.hostVariable?.value ?? framework?.host)
  const program = (word: string): string => base.programs?.[word] ?? word
  const host = answers.set?.['network.host'] ?? `${name}.example.com`
  const fill = (text: string): string => text.replaceAll('{port}', String(port ?? ''))
  const command = [program(argv[0]!), ...argv.slice(1)].map(fill)

  const environment = Object.entries(env).map(([key, value]) => ({ name: key, value: fill(value).replaceAll('{name}', name).replaceAll('{host}', host) }))
  const handles = facts.handlesSigterm?.value ?? framework?.handlesSigterm ?? language.handlesSigterm
  const grpc = facts.build.grpc === true
  const probe = (at: string | undefined): Probe => (grpc ? { grpc: true } : at ? { http: { path: at } } : { tcp: true })
  const liveness = probe(health ?? undefined)
  const readiness = ready ? probe(ready) : probe(health)
  const checked = serves && (health ? language.health.http : language.health.tcp)
  const writable = ['/tmp', ...(framework?.writable ?? []), ...(facts.writable ?? [])].filter((p, i, all) => all.indexOf(p) === i)
  const settings = settingsOf(facts, services)
  const memory = mebibytes(kind.memory)

  const plan: Plan = {
    schemaVersion: 1,
    tool: catalog.version,
    name,
    version: appVersion,
    title: oneLine(facts.name?.value ?? '') || name,
    app: facts.app,
    language: { id: language.id, title: language.title, version },
    ...(framework ? { framework: { id: framework.id, title: framework.title } } : {}),
    preset: preset.id,
    image: { repository: image.repository, tag: image.tag ?? appVersion, reference: `${image.repository}:${image.tag ?? appVersion}` },
    base: { id: base.id, build: base.build, runtime: base.runtime, uid, packages: base.packages, shell: base.shell, reason: base.reason },
    ...(manager ? { manager: managerOf(manager, language, facts) } : {}),
    runtime: {
      uid,
      gid: uid,
      workdir: '/app',
      argv: command,
      develop: facts.develop?.value.map(fill),
      env: environment,
      config: environment.filter((e) => e.name !== portVariable),
      secrets: settings.secrets,
      settings: (facts.settings ?? []).map((s) => s.value),
      ...(serves ? { port } : {}),
      init: !handles && !static_,
      stopSignal: static_ ? 'SIGQUIT' : 'SIGTERM',
      grace: kind.grace + (serves ? 5 : 0),
      preStop: 5,
      ...(checked ? { healthcheck: checked.map((w) => w.replaceAll('{program}', () => command[0]!).replaceAll('{port}', String(port)).replaceAll('{path}', () => health ?? '')) } : {}),
      ...(serves ? { probes: { startup: liveness, liveness, readiness } } : {}),
      startupFailures: Math.ceil(kind.startup / 2),
      writable: writable.map((p) => ({ path: p, size: p === '/tmp' ? 64 : 128, name: p.replace(/^\/+/, '').replace(/[^a-z0-9]+/gi, '-').replace(/^-+|-+$/g, '').toLowerCase() || 'scratch' })),
    },
    resources: {
      cpu: kind.cpu,
      cpuLimit: cpuLimit ?? kind.cpuLimit,
      memory: kind.memory,
      memoryLimit: kind.memory,
      ephemeral: kind.ephemeral,
      ephemeralLimit: `${mebibytes(kind.ephemeral) * 2}Mi`,
      memoryMiB: memory,
      memoryBytes: memory * 1048576,
      pids: 200,
      cpus: cores(cpuLimit && cpuLimit !== 'none' ? cpuLimit : kind.cpuLimit),
    },
    services,
    compose: { environment: settings.compose, step: settings.step },
    develop: { action: language.develop.action, ignore: language.develop.ignore ?? [], rebuild: language.develop.rebuild ?? [] },
    kubernetes: {
      version: answers.kubernetesVersion ?? '1.35',
      namespace,
      replicas: serves ? 2 : 1,
      minReplicas: 2,
      maxReplicas: 10,
      host,
      ingressNamespace: answers.set?.['network.ingressNamespace'] ?? 'ingress',
      gateway: answers.set?.['network.gateway'] ?? 'gateway',
      egress: (answers.set?.['network.egress'] ?? '').split(',').filter(Boolean),
    },
    build: facts.build,
    controls,
    artifacts,
    exceptions: [],
    origins,
    warnings,
    nextSteps: [],
  }
  if (moves(plan)) warnings.push({ message: `the tag of ${plan.base.runtime} moves: two builds may start from different images`, hint: 'pin the digests of its images before production' })
  problems.push(...refusals(plan))
  if (problems.length > 0) throw new InputError(problems)
  plan.exceptions = exceptionsOf(plan, catalog.linters)
  plan.artifacts = plan.artifacts.filter(({ id }) => catalog.artifacts.find((a) => a.id === id)!.when?.every((c) => holds(plan, c)) ?? true)
  return plan
}

/** Whether a condition of an artifact's front matter holds: serves, config, secrets, or linting.NAME for exceptions of a linter. */
function holds(plan: Plan, condition: string): boolean {
  if (condition.startsWith('linting.')) return plan.exceptions.some((e) => e.linter === condition.slice('linting.'.length))
  const conditions: Record<string, boolean> = { serves: plan.runtime.port !== undefined, config: plan.runtime.config.length > 0, secrets: plan.runtime.secrets.length > 0 }
  const value = conditions[condition]
  if (value === undefined) throw new Error(`an artifact asks for the unknown condition "${condition}"`)
  return value
}

/** Text of a person, safe to print in a message. */
const shown = (s: string): string => JSON.stringify(s).slice(1, -1).slice(0, 80)

/** A manager as templates see it: every field that any manager of the language has, and {managerVersion} filled in. */
function managerOf(manager: Manager, language: Language, facts: Facts): NonNullable<Plan['manager']> {
  const version = String(facts.build.managerVersion ?? manager.version ?? '')
  const fields = Object.fromEntries(language.managers.flatMap((m) => Object.keys(m)).map((key) => [key, manager[key] ?? '']))
  const filled = Object.entries({ ...fields, ...manager }).map(([key, value]) => [key, typeof value === 'string' ? value.replaceAll('{managerVersion}', version) : value])
  return { ...Object.fromEntries(filled), lockFile: facts.lockFile?.value ?? '' } as NonNullable<Plan['manager']>
}

function chooseVersion({ facts, language, resolved, today }: PlanInput, problems: Problem[], warnings: Warning[]): string | undefined {
  const wanted = resolved.answers.languageVersion ?? facts.version?.value ?? language.versions.default
  const line = language.versions.lines.find((l) => l.id === wanted)
  if (!line) {
    problems.push({ message: `${language.title} ${wanted} is not known here`, where: '--language-version', hint: `one of ${language.versions.lines.map((l) => l.id).join(', ')}` })
    return undefined
  }
  if (line.eol < today)
    warnings.push({ message: `${language.title} ${line.id} has had no security fixes since ${line.eol}`, file: facts.version?.evidence[0]?.file, line: facts.version?.evidence[0]?.line, hint: `ask for ${language.versions.default}: --language-version ${language.versions.default}` })
  return line.id
}

function chooseBase({ facts, language, resolved }: PlanInput, version: string | undefined, problems: Problem[]): (Base & { id: BaseId; reason: string }) | undefined {
  const line = language.versions.lines.find((l) => l.id === version)
  if (!line) return undefined
  const why = (id: BaseId): string | undefined => {
    const base = language.bases[id]
    if (!base) return `${language.title} has no ${id} base here`
    if (line.bases && !line.bases.includes(id)) return `there is no ${id} image of ${language.title} ${line.id}`
    if (base.versions && !base.versions.includes(line.id)) return `${id} has ${language.title} ${base.versions.join(', ')} only`
    return facts.unsuitable?.find((u) => u.base === id)?.reason
  }
  const asked = resolved.answers.base as BaseId | undefined
  if (asked) {
    const reason = why(asked)
    if (reason) {
      const others = (Object.keys(language.bases) as BaseId[]).filter((b) => !why(b))
      problems.push({ message: `the base ${asked} does not do: ${reason}`, where: '--base', hint: `one of ${others.join(', ')}` })
      return undefined
    }
  }
  const id = asked ?? language.preferred.find((b) => !why(b))
  if (!id) {
    problems.push({ message: `no base suits this project: ${language.preferred.map((b) => why(b)).join('; ')}`, where: '--base' })
    return undefined
  }
  const passed = language.preferred.slice(0, language.preferred.indexOf(id)).map((b) => why(b)).filter(Boolean)
  const base = language.bases[id]!
  const values: Record<string, string> = { version: line.id, suite: language.versions.suite, ...(line as unknown as Record<string, string>), ...(facts.build.baseValues as Record<string, string>) }
  const fill = (text: string): string => text.replace(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? `{${key}}`))
  const other = (facts.build.runtimeImage as Record<string, string | { image: string; uid: number }> | undefined)?.[id]
  const runtime = typeof other === 'object' ? other.image : (other ?? base.runtime)
  return { ...base, ...(other ? { uid: typeof other === 'object' ? other.uid : 10001 } : {}), id, build: fill(fill(base.build)), runtime: fill(runtime), reason: asked ? 'asked for' : passed.length > 0 ? passed.join('; ') : 'the smallest that suits' }
}

function choosePort({ facts, language, resolved, preset }: PlanInput, framework: Framework | undefined, problems: Problem[], warnings: Warning[]): number | undefined {
  const asked = resolved.answers.port
  const serves = asked !== undefined || (facts.serves?.value ?? framework?.serves ?? true)
  if (!serves) return undefined
  const port = asked ?? facts.port?.value ?? framework?.port ?? language.port
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    problems.push({ message: `${port} is no port`, where: '--port', hint: 'a whole number from 1024 to 65535' })
    return port
  }
  if (port >= 1024) return port
  if (asked !== undefined) {
    problems.push({
      message: `port ${port} needs rights that the preset "${preset.id}" takes away (ports below 1024 want CAP_NET_BIND_SERVICE)`,
      where: '--port',
      hint: `listen on ${port + 8000} inside; the Service gives it port 80 outside`,
    })
    return port
  }
  const place = { file: facts.port?.evidence[0]?.file, line: facts.port?.evidence[0]?.line }
  if (facts.portVariable?.value ?? framework?.portVariable) {
    warnings.push({ message: `port ${port} is below 1024, which wants rights; the program is told to listen on ${port + 8000}`, ...place })
    return port + 8000
  }
  warnings.push({ message: `the program listens on port ${port} and takes no other; the pod is allowed it by a sysctl, Docker allows it by default`, ...place, hint: 'let it take its port from PORT' })
  return port
}

function chooseServices({ facts, resolved, catalog }: PlanInput, problems: Problem[]): Service[] {
  const ids = resolved.answers.services ?? (facts.services ?? []).map((s) => s.value)
  return [...new Set(ids)].filter((id) => id !== 'none').flatMap((id): Service[] => {
    const service = catalog.services[id]
    if (!service) {
      problems.push({ message: `there is no service "${shown(id)}"`, where: '--services', hint: `any of ${Object.keys(catalog.services).join(', ')}; none for none`, near: { given: id, among: Object.keys(catalog.services) } })
      return []
    }
    const memoryMiB = Number(service.memory ?? 256)
    return [{ ...service, id, resources: { cpus: '1', memoryMiB, pids: 500 } } as unknown as Service]
  })
}

function chooseArtifacts({ resolved, catalog, preset }: PlanInput): { artifacts: Plan['artifacts']; problems: Problem[] } {
  const problems: Problem[] = []
  const groups = new Set(catalog.artifacts.map((a) => a.group))
  const known = (flag: string, ids: string[]): string[] => {
    for (const id of ids)
      if (!groups.has(id) && !catalog.artifacts.some((a) => a.id === id)) problems.push({ message: `there is no artifact "${shown(id)}"`, where: flag, hint: `one of ${catalog.artifacts.map((a) => a.id).join(', ')}; or a group: ${[...groups].join(', ')}`, near: { given: id, among: [...groups, ...catalog.artifacts.map((a) => a.id)] } })
    return ids
  }
  const wanted = known('--with', resolved.answers.with ?? [])
  const refused = known('--without', resolved.answers.without ?? []).concat(((preset.defaults.without as string[]) ?? []).filter((id) => !wanted.includes(id)))
  const named = (list: string[], a: Artifact): boolean => list.includes(a.id) || list.includes(a.group)
  const artifacts = catalog.artifacts
    .filter((a) => !named(refused, a) && (a.default !== false || named(wanted, a)))
    .map(({ id, path }) => ({ id, path }))
  return { artifacts, problems }
}

function chooseControls({ resolved, catalog, preset, today }: PlanInput, problems: Problem[], warnings: Warning[]): Record<string, ControlState> {
  const asked = resolved.answers.control ?? {}
  for (const id of Object.keys(asked)) if (!catalog.controlIds.includes(id)) problems.push({ message: `there is no control "${shown(id)}"`, where: '--control', hint: 'create-hardened-container list controls', near: { given: id, among: catalog.controlIds } })
  for (const [id, { until }] of Object.entries(asked)) if (until && until < today) warnings.push({ message: `the exception for ${id} ended on ${until}`, hint: 'switch the control on again, or give a new reason and day' })
  return Object.fromEntries(
    catalog.controlIds.map((id): [string, ControlState] => {
      const given = asked[id]
      if (given) return [id, { on: given.on, origin: resolved.origins[`control.${id}`] ?? 'flag', ...(given.reason ? { reason: given.reason } : {}) }]
      const off = preset.off.find((o) => o.id === id)
      return [id, off ? { on: false, origin: `preset ${preset.id}`, reason: off.reason } : { on: true, origin: 'built-in' }]
    }),
  )
}

/** "256Mi" or "1Gi" in mebibytes. */
export function mebibytes(quantity: string): number {
  const [, n, unit] = /^(\d+)(Mi|Gi)$/.exec(quantity) ?? []
  return Number(n ?? 256) * (unit === 'Gi' ? 1024 : 1)
}

/** "250m" or "1" in cores, as compose writes them. */
function cores(quantity: string): string {
  return quantity.endsWith('m') ? String(Number(quantity.slice(0, -1)) / 1000) : quantity
}


