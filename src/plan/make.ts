import type { Facts, Warning } from '../detect/facts.ts'
import type { Language, Manager } from '../detect/language.ts'
import { InputError } from '../errors.ts'
import { exceptionsOf, moves } from './exceptions.ts'
import { chooseArtifacts, chooseBase, chooseControls, choosePort, chooseServices, chooseVersion } from './choose.ts'
import type { PlanInput } from './input.ts'
import { SETTINGS } from '../policy/convert.ts'
import { settingsOf } from './settings.ts'
import { problemsOfAnswers, TAKEN_NAMESPACES } from './said.ts'
import { oneLine, refusals } from './texts.ts'
import { parseImage, toLabel, toTag } from './names.ts'
import type { Origin, Plan, Probe } from './plan.ts'

/**
 * Makes the plan: the one place where facts, answers and policy become decisions.
 * Throws InputError with every problem at once.
 */
export function makePlan(input: PlanInput): Plan {
  const { facts, language, resolved, preset, catalog } = input
  const { answers } = resolved
  const problems = problemsOfAnswers(input)
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
  const manager = language.managers.find((m) => m.id === (facts.manager?.value ?? answers.packageManager)) ?? language.managers[0]
  if (manager) note('packageManager', from('packageManager', facts.manager ? 'detected' : 'built-in'), facts.manager)
  const base = chooseBase(input, version, problems)
  note('base', answers.base ? from('base') : 'built-in')

  const services = chooseServices(input)
  const found = toLabel(facts.name?.value ?? '') ?? toLabel(input.folder) ?? 'app'
  // beside a service of its own name (a demonstration of Redis in the folder redis) the program is the other one
  const name = answers.name ?? (services.some((s) => s.id === found) ? `${found}-app` : found)
  if (services.some((s) => s.id === name)) problems.push({ message: `"${name}" is the name of a service that it needs`, where: '--name', hint: `another one, like ${name}-app` })
  note('name', answers.name ? from('name') : facts.name ? 'detected' : 'built-in', facts.name)

  const appVersion = toTag(!facts.appVersion || facts.appVersion.value === 'latest' ? '0.1.0' : facts.appVersion.value)
  const image = parseImage(answers.image ?? `${name}:${appVersion}`)

  const port = choosePort(input, framework, warnings)
  const serves = port !== undefined
  if (serves) note('port', answers.port !== undefined ? from('port') : facts.port ? 'detected' : 'built-in', facts.port)
  else if (facts.serves) note('port', from('port'), facts.serves)

  // a detector knows what was asked for, and where that lies in the image
  const argv = facts.start?.value ?? answers.start
  if (!argv || argv.length === 0) problems.push({ message: `no program to start was found in this ${language.title} project`, where: '--start', hint: `pass it: --start "${language.id === 'node' ? 'node server.js' : 'program argument…'}"` })
  else note('start', answers.start ? from('start') : 'detected', facts.start)

  const health = answers.healthPath ?? facts.health?.value ?? framework?.health
  const ready = answers.readyPath ?? facts.ready?.value ?? framework?.ready
  if (health) note('healthPath', from('healthPath'), facts.health)
  if (ready) note('readyPath', from('readyPath'), facts.ready)

  const artifacts = chooseArtifacts(input)
  const namespace = answers.namespace ?? (TAKEN_NAMESPACES.includes(name) ? `${name}-app` : name)

  const { cpuLimit } = answers
  const cpu = answers.set?.['resources.cpu']
  const most = cpuLimit === 'none' ? undefined : (cpuLimit ?? language.resources[facts.kind ?? framework?.kind ?? language.kind]?.cpuLimit)
  if (cpu && most && Number(cores(cpu)) > Number(cores(most))) problems.push({ message: `the CPU request ${cpu} is above the limit ${most}`, where: '--set resources.cpu', hint: `raise the limit too: --cpu-limit ${cpu}` })

  const controls = chooseControls(input, warnings)
  // the port stands in the source: the other rights stay away all the same
  if (port !== undefined && port < 1024 && controls['unprivileged-ports']?.origin === 'built-in') controls['unprivileged-ports'] = { on: false, origin: 'detected', reason: `the program listens on port ${port} and takes no other` }
  note('services', from('services'), facts.services?.[0] && { evidence: facts.services.flatMap((s) => s.evidence) })
  note('preset', from('preset', 'built-in'))
  for (const key of ['image', 'namespace', 'cpuLimit', 'kubernetesVersion', 'with', 'without']) note(key, from(key, 'built-in'))
  for (const key of Object.keys(answers.set ?? {})) note(key, from(`set.${key}`))
  if (problems.length > 0 || !base || !version || !image || !argv) throw new InputError(problems.length > 0 ? problems : { message: 'no plan could be made' })

  const kind = language.resources[facts.kind ?? framework?.kind ?? language.kind]!
  const set = answers.set ?? {}
  const uid = Number(set['runtime.uid'] ?? base.uid)
  // what is served by another program than the language's own has no use for the language's settings
  const static_ = facts.build.static === true
  const guessed = facts.port ? facts.port.guess === true : framework?.port === undefined || framework.examples === true
  if (serves && guessed && origins.port?.origin === 'built-in') origins.port.guess = true
  // where the port is a guess, a program that asks its environment in a way that was not seen is told it
  const portVariable = facts.portVariable?.value ?? framework?.portVariable ?? (guessed && !static_ && !argv.some((w) => w.includes('{port}')) ? 'PORT' : undefined)
  const env: Record<string, string> = { ...(static_ ? {} : language.env), ...framework?.env, ...facts.env }
  if (serves && portVariable) env[portVariable] = String(port)
  if (serves) Object.assign(env, facts.hostVariable?.value ?? framework?.host)
  const program = (word: string): string => base.programs?.[word] ?? word
  const host = set['network.host'] ?? `${name}.example.com`
  const fill = (text: string): string => text.replaceAll('{port}', String(port ?? ''))
  const { release } = facts
  // a file that every container begins without gets its tables before the program starts, which then is the first process; where they cannot be made, the program is to say so itself
  const begun = linksOf(facts).filter((l) => l.begun)
  for (const { path } of begun) warnings.push(base.shell ? { message: `each container begins with a copy of ${path}: what it writes there is gone when the container is, and each pod has its own`, file: path, hint: 'use a database server for what must stay' } : { message: `${path} can only be read, since the ${base.id} image has no shell that copies it`, file: path, hint: 'choose a base that has one: --base debian' })
  const begins = base.shell ? [...begun.map((l) => `[ -e ${l.to} ] || cp /app/${l.path}.begun ${l.to}`), ...(release?.alone ? [release.command] : [])] : []
  const prepared = begins.length > 0 ? ['sh', '-c', `${begins.join('; ')}; exec "$0" "$@"`] : []
  const command = [...prepared, ...[program(argv[0]!), ...argv.slice(1)].map(fill)]
  if (release && !(release.alone && base.shell)) warnings.push({ message: `the tables of the database are made by "${release.command}", which a start does not do`, ...release.evidence[0], hint: `run it once for a release: docker compose run --rm --entrypoint ${JSON.stringify(release.command)} ${name}, or in the cluster: kubectl -n ${namespace} exec deploy/${name} -- ${release.command}` })

  const environment = Object.entries(env).map(([key, value]) => ({ name: key, value: fill(value).replaceAll('{name}', name).replaceAll('{host}', host) }))
  const handles = facts.handlesSigterm?.value ?? framework?.handlesSigterm ?? language.handlesSigterm
  const grpc = facts.build.grpc === true
  const probe = (at: string | undefined): Probe => (grpc ? { grpc: true } : at ? { http: { path: at } } : { tcp: true })
  const liveness = probe(health ?? undefined)
  const readiness = ready ? probe(ready) : probe(health)
  // an image without the language's own program is asked by what it has
  const own = (facts.build.healthCommands as Record<string, string[]> | undefined)?.[base.id]
  const checked = serves && (own ?? (health ? language.health.http : language.health.tcp))
  const writable = ['/tmp', ...(framework?.writable ?? []), ...(facts.writable ?? [])].filter((p, i, all) => all.indexOf(p) === i)
  const settings = settingsOf(facts, services)
  const quantity = set['resources.memory'] ?? kind.memory
  const memory = mebibytes(quantity)

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
    context: { path: facts.context ?? '.', dockerfile: facts.context ? `${facts.app}/Dockerfile` : 'Dockerfile' },
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
      addresses: settings.addresses,
      secrets: settings.secrets,
      // what the image, the ConfigMap or the Secret sets is no open setting
      settings: (facts.settings ?? []).map((s) => s.value).filter((s) => !Object.hasOwn(env, s) && !settings.secrets.includes(s) && !settings.addresses.some((a) => a.name === s)),
      ...(serves ? { port } : {}),
      init: !handles && !static_,
      stopSignal: framework?.stopSignal ?? (static_ ? 'SIGQUIT' : 'SIGTERM'),
      grace: kind.grace + (serves ? 5 : 0),
      preStop: 5,
      ...(checked ? { healthcheck: checked.map((w) => w.replaceAll('{program}', () => command[0]!).replaceAll('{port}', String(port)).replaceAll('{path}', () => health ?? '')) } : {}),
      ...(serves ? { probes: { startup: liveness, liveness, readiness } } : {}),
      startupFailures: Math.ceil(kind.startup / 2) + (prepared.length > 0 ? 15 : 0),
      writable: writable.map((p) => ({ path: p, size: p === '/tmp' ? 64 : 128, name: p.replace(/^\/+/, '').replace(/[^a-z0-9]+/gi, '-').replace(/^-+|-+$/g, '').toLowerCase() || 'scratch' })),
    },
    resources: {
      cpu: set['resources.cpu'] ?? kind.cpu,
      cpuLimit: cpuLimit ?? kind.cpuLimit,
      memory: quantity,
      memoryLimit: quantity,
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
      ingressNamespace: set['network.ingressNamespace'] ?? 'ingress',
      gateway: set['network.gateway'] ?? 'gateway',
      egress: (set['network.egress'] ?? '').split(',').filter(Boolean),
    },
    labels: Object.entries(set).flatMap(([key, value]) => (key.startsWith('label.') ? [{ name: key.slice(6), value }] : [])),
    settings: Object.fromEntries(Object.entries(set).filter(([key]) => !key.startsWith('label.') && !Object.hasOwn(SETTINGS, key))),
    // what no shell can copy stays where it is read
    build: base.shell || begun.length === 0 ? facts.build : { ...facts.build, links: linksOf(facts).filter((l) => !l.begun) },
    controls,
    // beside a Dockerfile that is not at the top of its context, the build looks for a file of this name
    artifacts: artifacts.map((a) => (facts.context && a.id === 'dockerignore' ? { ...a, path: 'Dockerfile.dockerignore' } : a)),
    exceptions: [],
    origins,
    warnings,
    nextSteps: [],
  }
  const open = ['ingress', 'gateway'].filter((id) => artifacts.some((a) => a.id === id))
  const unsaid = [...(open.length > 0 ? ['host', 'ingressNamespace'] : []), ...(open.includes('gateway') ? ['gateway'] : [])].filter((key) => set[`network.${key}`] === undefined)
  if (serves && unsaid.length > 0) warnings.push({ message: `the way in has examples of ${unsaid.map((key) => `network.${key} (${plan.kubernetes[key as 'host']})`).join(', ')}`, hint: `name yours: ${unsaid.map((key) => `--set network.${key}=…`).join(' ')}` })
  if (moves(plan)) warnings.push({ message: `the tag of ${plan.base.runtime} moves: two builds may start from different images`, hint: 'pin the digests of its images before production' })
  problems.push(...refusals(plan))
  if (problems.length > 0) throw new InputError(problems)
  plan.exceptions = exceptionsOf(plan, catalog.linters)
  plan.artifacts = plan.artifacts.filter(({ id }) => catalog.artifacts.find((a) => a.id === id)!.when?.every((c) => holds(plan, c)) ?? true)
  return plan
}

/** Files that are linked to where they can be written; `begun` is a database that lies in the image. */
const linksOf = ({ build }: Facts): { path: string; to: string; begun?: boolean }[] => (build.links as { path: string; to: string; begun?: boolean }[] | undefined) ?? []

/** Whether a condition of an artifact's front matter holds: serves, config, secrets, or linting.NAME for exceptions of a linter. */
function holds(plan: Plan, condition: string): boolean {
  if (condition.startsWith('linting.')) return plan.exceptions.some((e) => e.linter === condition.slice('linting.'.length))
  const conditions: Record<string, boolean> = { serves: plan.runtime.port !== undefined, config: plan.runtime.config.length + plan.runtime.addresses.length > 0, secrets: plan.runtime.secrets.length > 0 }
  const value = conditions[condition]
  if (value === undefined) throw new Error(`an artifact asks for the unknown condition "${condition}"`)
  return value
}


/** A manager as templates see it: every field that any manager of the language has, and {managerVersion} filled in. */
function managerOf(manager: Manager, language: Language, facts: Facts): NonNullable<Plan['manager']> {
  const version = String(facts.build.managerVersion ?? manager.version ?? '')
  const fields = Object.fromEntries(language.managers.flatMap((m) => Object.keys(m)).map((key) => [key, manager[key] ?? '']))
  const filled = Object.entries({ ...fields, ...manager }).map(([key, value]) => [key, typeof value === 'string' ? value.replaceAll('{managerVersion}', version) : value])
  return { ...Object.fromEntries(filled), lockFile: facts.lockFile?.value ?? '' } as NonNullable<Plan['manager']>
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


