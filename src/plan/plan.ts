import type { BaseId } from '../detect/language.ts'
import type { BuildValues, Evidence, Warning } from '../detect/facts.ts'

/** Where a value came from, weakest first. What a pack enforces stands above all. */
export const ORIGINS = ['built-in', 'detected', 'preset', 'pack', 'user file', 'hardened.yaml', 'answers file', 'environment', 'flag', 'prompt', 'enforced'] as const
export type Origin = (typeof ORIGINS)[number]

/** How something is asked whether it lives: exactly one of the kinds. */
export type Probe = { http: { path: string } } | { tcp: true } | { grpc: true }

export interface Service {
  id: string
  title: string
  image: string
  port: number
  [key: string]: unknown
}

/** One control's state for this plan. A control that is off carries the reason that a person gave. */
export interface ControlState {
  on: boolean
  origin: Origin | `preset ${string}`
  reason?: string
}

/** The typed, validated, JSON-printable description of the container and its workload. After the plan nothing reads Answers. */
export interface Plan {
  schemaVersion: 1
  tool: string
  /** DNS label (RFC 1123), the name of every object */
  name: string
  /** version of the application, a valid label value and image tag */
  version: string
  /** what the application is, one line */
  title: string
  app: string
  language: { id: string; title: string; version: string }
  framework?: { id: string; title: string }
  preset: string
  /** what `docker build` gets: its context, told from the folder of the files, and the Dockerfile below that */
  context: { path: string; dockerfile: string }
  /** the application's own image: one reference in every artifact */
  image: { repository: string; tag: string; reference: string }
  base: { id: BaseId; build: string; runtime: string; uid: number; packages: string; shell: boolean; reason: string }
  manager?: { id: string; title: string; lockFile?: string; [key: string]: unknown }
  runtime: {
    uid: number
    gid: number
    workdir: string
    /** the whole command line; the first is the program */
    argv: string[]
    develop?: string[]
    /** set in the image */
    env: { name: string; value: string }[]
    /** the part of it that an operator may change, in the ConfigMap; the port is not: every object names it */
    config: { name: string; value: string }[]
    /** where its services are by their names in the same namespace, in the ConfigMap as well */
    addresses: { name: string; value: string }[]
    /** names of settings whose values are secret */
    secrets: string[]
    settings: string[]
    port?: number
    /** an init in front of the program, because PID 1 without a handler ignores SIGTERM */
    init: boolean
    stopSignal: string
    /** seconds from SIGTERM to SIGKILL, more than drain */
    grace: number
    /** seconds that the endpoint removal needs before the program is told to stop */
    preStop: number
    healthcheck?: string[]
    probes?: { startup: Probe; liveness: Probe; readiness: Probe }
    /** how many times, every 2 s, the startup probe may fail */
    startupFailures: number
    /** the only paths that are written to; each is a bounded scratch mount. `size` in MiB */
    writable: { path: string; size: number; name: string }[]
  }
  resources: { cpu: string; cpuLimit: string; memory: string; memoryLimit: string; ephemeral: string; ephemeralLimit: string; memoryMiB: number; memoryBytes: number; pids: number; cpus: string }
  services: Service[]
  compose: {
    /** what the program is told in compose: addresses of services, and secrets taken from the environment */
    environment: { name: string; value: string }[]
    /** the one command that makes the secrets before the first start, empty when there are none */
    step: string
  }
  /** how compose.dev.yaml reloads */
  develop: { action: string; ignore: string[]; rebuild: string[] }
  kubernetes: { version: string; namespace: string; replicas: number; minReplicas: number; maxReplicas: number; host: string; gateway: string; ingressNamespace: string; egress: string[] }
  /** labels of every object, its pods and the image, beside the recommended ones */
  labels: { name: string; value: string }[]
  /** settings of packs, by key: what only their templates and rules read */
  settings: Record<string, string>
  /** values that only the templates of this language understand */
  build: BuildValues
  controls: Record<string, ControlState>
  artifacts: { id: string; path: string }[]
  /** exceptions that linters need, because a control is off or cannot hold here */
  exceptions: { linter: string; id: string; reason: string }[]
  /** where each decided value came from, by its key */
  origins: Record<string, { origin: Origin; evidence?: Evidence[]; guess?: boolean }>
  warnings: Warning[]
  nextSteps: string[]
}
