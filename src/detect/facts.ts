/** Facts: what was read off a project. Every fact carries the place it was read from. */

/** A place in the project's files. `line` is 1-based. */
export interface Evidence {
  file: string
  line?: number
  /** the text that was read, shortened */
  text?: string
}

/** A value read off the project. `guess` is true where the evidence only suggests it; the summary says so. */
export interface Fact<T> {
  value: T
  evidence: Evidence[]
  guess?: boolean
}

/** Something a person should know before they rely on the files. Never stops the run. */
export interface Warning {
  message: string
  file?: string
  line?: number
  /** what to do about it */
  hint?: string
}

export type Scalar = string | number | boolean
/** Facts that only the templates of one language understand: plain data, no functions (Handlebars would call them). */
export type BuildValue = Scalar | readonly BuildValue[] | { readonly [key: string]: BuildValue }
export type BuildValues = Record<string, BuildValue>

/** What a language's detector returns. The caller adds the language, the services and the ports that source patterns show. */
export interface LanguageFacts {
  /** id of a framework in language.yaml */
  framework?: Fact<string>
  /** id of a version line in language.yaml, "26" or "3.14" */
  version?: Fact<string>
  /** id of a manager in language.yaml */
  manager?: Fact<string>
  /** the lock file that the manager enforces; absent where the project has none */
  lockFile?: Fact<string>
  /** the project's own name and version, as its manifest says them */
  name?: Fact<string>
  appVersion?: Fact<string>
  /** the program and its arguments, run in the work directory of the last stage; first word as in PATH ("node", "python") or absolute */
  start?: Fact<string[]>
  /** the same for the development stage, with reload where the language has one */
  develop?: Fact<string[]>
  /** the command line that makes a database's tables; `alone` where that is a file of the container's own, so that each one has to */
  release?: { command: string; alone: boolean; evidence: Evidence[] }
  /** false for a worker, job or bot; absent where nothing was found either way */
  serves?: Fact<boolean>
  port?: Fact<number>
  /** environment variable that the program takes its port from */
  portVariable?: Fact<string>
  /** environment variables and values that make the program listen on all interfaces */
  hostVariable?: Fact<Record<string, string>>
  health?: Fact<string>
  ready?: Fact<string>
  /** ids of services in templates/workload/services.yaml */
  services?: Fact<string>[]
  /** the scheme of a service's URLs, by its id, where the program's driver is named in it: "postgresql+asyncpg" */
  urlSchemes?: Record<string, string>
  /** what the program's drivers take in place of a service's URL, by its id */
  urls?: Record<string, string>
  /** names of settings that hold a host and a port, whatever they are called: REDIS_URL of "localhost:6379" */
  addresses?: string[]
  /** true where the program handles SIGTERM itself, so that it needs no init as PID 1 */
  handlesSigterm?: Fact<boolean>
  /** ids of bases that this project cannot use, with the reason a person is told */
  unsuitable?: { base: string; reason: string; evidence: Evidence[] }[]
  /** run-time environment that is no secret */
  env?: Record<string, string>
  /** directories the program writes to beside /tmp, absolute */
  writable?: string[]
  /** names of settings that hold secrets (DATABASE_URL), each becoming a key of the Secret */
  secrets?: Fact<string>[]
  /** names of plain settings that the program reads and the tool does not set */
  settings?: Fact<string>[]
  /** ids of languages whose manifests here are built by this program's own build, as its front end */
  parts?: string[]
  /** names of folders beside the app's own whose pages its build makes too */
  beside?: string[]
  /** id of the kind of resources in language.yaml, when not the language's own ("static", "ssr") */
  kind?: string
  /** path of the app that was found below the folder of the run */
  app?: string
  /** the build's context where it lies above the folder of the run: "../.." */
  context?: string
  /** what the templates of this language read under `build` */
  build: BuildValues
  warnings: Warning[]
}

export interface Facts extends LanguageFacts {
  language: Fact<string>
  /** path of the app below the project's root, "." for the root */
  app: string
}

/** A fact without evidence in a file: a default that was taken because nothing said otherwise. */
export const assumed = <T>(value: T): Fact<T> => ({ value, evidence: [], guess: true })

export const fact = <T>(value: T, ...evidence: Evidence[]): Fact<T> => ({ value, evidence })
