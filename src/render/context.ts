import type { Plan, Probe } from '../plan/plan.ts'

/** What templates see. Every key is always there: a name that is missing is a mistake in a template, and a law finds it. */
export type Context = Record<string, unknown>

interface Listed {
  id: string
  reason: string
}

/** Texts that packs put at the named places of the built-in templates. */
export interface Slots {
  labels: string
  runtime: string
  ignore: string
}

/** Turns a plan into the templates' context: strings and plain data only (Handlebars adds adjacent numbers and calls functions). */
export function contextOf(plan: Plan, slots: Slots = { labels: '', runtime: '', ignore: '' }): Context {
  const { runtime } = plan
  const has = (id: string): boolean => plan.artifacts.some((a) => a.id === id)
  // a shell that makes ready and then is replaced takes whatever command a person gives the image
  const first = runtime.argv[1] === '-c' && runtime.argv.length > 3 ? 3 : 1
  const init = runtime.init ? ['/tini', '--'] : []
  const data = plan.services
  const exceptions = (linter: string): Listed[] | '' => {
    const found = plan.exceptions.filter((e) => e.linter === linter).map(({ id, reason }) => ({ id, reason }))
    return found.length > 0 ? found : ''
  }
  const score = plan.exceptions.filter((e) => e.linter === 'kube-score')
  const derived = {
    runtime: {
      ...runtime,
      port: runtime.port ?? '',
      entrypoint: [...init, ...runtime.argv.slice(0, first)],
      command: runtime.argv.slice(first),
      develop: runtime.develop ?? runtime.argv,
      environment: runtime.env,
      developEnvironment: runtime.env.filter((e) => e.name !== 'NODE_ENV').concat(plan.language.id === 'node' ? [{ name: 'NODE_ENV', value: 'development' }] : []),
      healthcheck: runtime.healthcheck ?? '',
      // in compose a dollar starts a variable
      composeHealthcheck: ['CMD', ...(runtime.healthcheck ?? [])].map((word) => word.replaceAll('$', '$$$$')),
      startSeconds: Math.max(5, Math.min(60, runtime.startupFailures)),
      writable: runtime.writable,
    },
    slots,
    image: { ...plan.image, registry: registryOf(plan.image.repository) },
    context: { ...plan.context, above: plan.context.path !== '.' },
    framework: plan.framework ?? '',
    // pip, uv and pnpm keep what they compiled under a name that does not tell musl from glibc
    manager: plan.manager ? { ...plan.manager, cacheMount: `target=${plan.manager.cache}${plan.manager.compiles && plan.base.id === 'alpine' ? `,id=musl${plan.manager.cache}` : ''}` } : '',
    base: { ...plan.base, apk: plan.base.packages === 'apk', apt: plan.base.packages === 'apt', scratch: plan.base.runtime === 'scratch', [plan.base.id]: true, ...only(plan.base.id) },
    on: Object.fromEntries(Object.entries(plan.controls).map(([id, state]) => [id, state.on])),
    serves: runtime.port !== undefined,
    worker: runtime.port === undefined,
    healthchecked: runtime.healthcheck !== undefined,
    portName: runtime.probes && 'grpc' in runtime.probes.liveness ? 'grpc' : 'http',
    probe: { startup: form(runtime.probes?.startup), liveness: form(runtime.probes?.liveness), readiness: form(runtime.probes?.readiness) },
    cpuLimited: plan.resources.cpuLimit !== 'none',
    scaled: has('hpa'),
    lowPort: runtime.port !== undefined && runtime.port < 1024,
    publishedPort: runtime.port === undefined ? '' : runtime.port < 1024 ? runtime.port + 8000 : runtime.port,
    replicated: has('hpa') || plan.kubernetes.replicas > 1,
    exposed: has('ingress') || has('gateway'),
    config: has('configmap'),
    secrets: runtime.secrets.length > 0,
    environment: has('configmap') || runtime.secrets.length > 0,
    services: data.map((s) => ({ note: '', hostname: '', volume: '', command: '', environment: '', tmpfs: [], ports: [], user: '', ...s, dockerfile: s.dockerfile ? [`FROM ${s.image}`, ...(s.dockerfile as string[])].join('\n') : '', ...list(s) })),
    withData: data.length > 0,
    volumes: data.filter((s) => s.volume).map((s) => `${s.id}-data`),
    compose: { ...plan.compose, asks: plan.compose.environment.some((e) => e.value === '') },
    develop: { ...plan.develop, sync: plan.develop.action !== 'rebuild' },
    resourcesFiles: plan.artifacts.filter((a) => a.path.startsWith('k8s/') && a.path.endsWith('.yaml') && a.id !== 'kustomization').map((a) => a.path.slice(4)),
    linting: {
      trivy: exceptions('trivy'),
      hadolint: exceptions('hadolint'),
      checkov: exceptions('checkov'),
      kubeScore: score.map((e) => e.id).join(','),
      kubeScoreReasons: [...new Set(score.map((e) => e.reason))].map((reason) => `${score.filter((e) => e.reason === reason).map((e) => e.id).join(', ')}: ${reason}`),
    },
  }
  return plain({ ...plan, ...derived }) as Context
}

/** The registry of an image's name; "" where the name has none. */
const registryOf = (repository: string): string => /^([\w-]+(?:[.:][\w.:-]+))\//.exec(repository)?.[1] ?? ''

const only = (id: string): Record<string, boolean> => Object.fromEntries(['debian', 'alpine', 'distroless', 'chainguard', 'dhi'].map((b) => [b, b === id]))

function form(probe: Probe | undefined): Record<string, unknown> {
  const http = probe && 'http' in probe
  return { http: Boolean(http), tcp: Boolean(probe && 'tcp' in probe), grpc: Boolean(probe && 'grpc' in probe), path: http ? probe.http.path : '' }
}

/** An environment map as a list, so that templates keep its order. */
function list(service: Record<string, unknown>): Record<string, unknown> {
  const environment = Object.entries((service.environment ?? {}) as Record<string, string>).map(([name, value]) => ({ name, value }))
  return { environment: environment.length > 0 ? environment : '' }
}

/** A deep copy whose numbers are strings and whose undefined is "". */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return String(value)
  if (typeof value === 'object') {
    const out: Record<string, unknown> = {}
    for (const [k, v] of Object.entries(value)) out[k] = plain(v)
    return out
  }
  return value
}
