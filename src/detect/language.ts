import type { Project } from './project.ts'
import type { Fact, LanguageFacts, Scalar } from './facts.ts'

/** The ids of the bases a person can choose. Not every language has each. */
export const BASES = ['debian', 'alpine', 'distroless', 'chainguard', 'dhi', 'scratch'] as const
export type BaseId = (typeof BASES)[number]

/** A release line of a language. Dates are ISO; `eol` in the past is warned about. */
export interface VersionLine {
  id: string
  eol: string
  /** suite of the official image where it is not the language's usual one */
  suite?: string
  /** bases that have an image of this line; absent: all of the language's */
  bases?: BaseId[]
}

/** A base image pair. Text fields are templates: {version}, {suite} and the keys of the version line are filled in. */
export interface Base {
  /** image of the stages that build */
  build: string
  /** image of the last stage; "scratch" allowed */
  runtime: string
  /** numeric user of the last stage: the image's own when above 10000, else 10001 */
  uid: number
  /** package manager of the build image: decides how system packages get installed */
  packages: 'apt' | 'apk' | 'none'
  /** true where the last stage has a shell */
  shell: boolean
  /** absolute paths of programs whose name in PATH does not do ("node" → "/nodejs/bin/node") */
  programs?: Record<string, string>
  /** the only version lines this base has */
  versions?: string[]
  /** says why a person would want another base, printed by `list` */
  note?: string
}

/** How a package manager installs. Commands are whole shell words, laid into RUN; templates read them as `manager.*`. */
export interface Manager {
  id: string
  title: string
  /** lock files by preference; the first that exists is enforced */
  locks: string[]
  /** further fields are the language's own: install, installProduction, cache, files … */
  [key: string]: Scalar | string[] | undefined
}

/** A framework: how it is recognised and what it changes. */
export interface Framework {
  id: string
  title: string
  /** dependency names; one of them present says this framework. The order of the list in language.yaml is the order of preference */
  dependencies?: string[]
  /** files whose presence says this framework */
  files?: string[]
  port?: number
  portVariable?: string
  /** environment that binds the server to all interfaces */
  host?: Record<string, string>
  health?: string
  ready?: string
  handlesSigterm?: boolean
  /** the signal that ends it where SIGTERM does not */
  stopSignal?: string
  /** false: this is a worker framework */
  serves?: boolean
  env?: Record<string, string>
  writable?: string[]
  kind?: string
  /** ten lines that add health routes, shown in the next steps when none was found */
  healthHint?: string
  [key: string]: unknown
}

/** Resources of one kind of program (facts: images.md B.0 "Resources"). Quantities as Kubernetes writes them. */
export interface ResourceKind {
  cpu: string
  cpuLimit: string
  memory: string
  ephemeral: string
  /** seconds */
  grace: number
  /** seconds until it must answer */
  startup: number
}

/** A regular expression of language.yaml. The build adds what src/detect/needle.ts finds in it. */
export type SourcePattern = string | { source: string; needles: string[] }

/** Regular expressions, applied line by line to the sources. Group 1 is the value where one is needed. */
export interface SourcePatterns {
  /** the port as a literal */
  port?: SourcePattern[]
  /** a read of an environment variable that holds the port; group 1 the variable, group 2 the default where the line has it */
  portVariable?: SourcePattern[]
  /** the program listens on some port */
  listens?: SourcePattern[]
  /** it binds to loopback; group 1 the address */
  loopback?: SourcePattern[]
  /** a route that only says "alive" or "ready"; group 1 the path */
  route?: SourcePattern[]
  /** it handles SIGTERM */
  sigterm?: SourcePattern[]
  /** a read of any environment variable; group 1 the name */
  variable?: SourcePattern[]
}

/** One language: templates/<id>/language.yaml. */
export interface Language {
  id: string
  title: string
  /** files at the app's root, one of which says this language */
  markers: string[]
  /** looked at only where no program of another language was found */
  fallback?: boolean
  /** file name endings of its sources, with the dot */
  sources: string[]
  versions: { default: string; suite: string; lines: VersionLine[] }
  bases: Partial<Record<BaseId, Base>>
  /** preferred base first; the first that suits the project is taken */
  preferred: BaseId[]
  managers: Manager[]
  frameworks: Framework[]
  /** port when nothing says another */
  port: number
  patterns: SourcePatterns
  /** service id → dependency names that lead to it */
  services: Record<string, string[]>
  /** probe commands of the image's HEALTHCHECK: {program}, {port}, {path} are filled in */
  health: { http: string[]; tcp: string[] }
  /** false where PID 1 without a handler ignores SIGTERM, so that an init is laid in (images.md B.0) */
  handlesSigterm: boolean
  env: Record<string, string>
  /** how compose.dev.yaml reloads: sync copies changed files into the container, rebuild makes the image anew */
  develop: { action: 'sync' | 'sync+restart' | 'rebuild'; ignore?: string[]; rebuild?: string[] }
  resources: Record<string, ResourceKind>
  /** resources, by id above, of a program with no other kind */
  kind: string
  /** further data of the language's own, for its detector and templates */
  data?: Record<string, unknown>
}

/** What a detector may use: the project's files through the bounded door, and what was already decided. */
export interface DetectContext {
  project: Project
  language: Language
  /** answers that change what is looked for */
  chosen: {
    language?: string
    framework?: string
    manager?: string
    version?: string
    start?: string[]
    /** the folder below the project, which is part of its build, whose program is meant */
    member?: string
    /** the folder below the project that the build starts in, where what it needs lies beside it */
    top?: string
    base?: BaseId
  }
}

/**
 * Reads what a language's data cannot say. Returns undefined when the folder holds no program of this language.
 * Throws InputError for a malformed manifest (file:line:column).
 */
export type Detector = (context: DetectContext) => LanguageFacts | undefined

export type { Fact }
