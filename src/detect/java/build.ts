import type { Evidence, Fact } from '../facts.ts'
import type { Project } from '../project.ts'

/** A plugin of a build, as far as it decides how the program is packaged. */
export interface Plugin {
  version?: string
  /** some phase or task runs it */
  runs: boolean
  /** text of a setting of its configuration, wherever it stands in it */
  setting: (name: string) => string | undefined
}

/** What the build files of one program say, Maven's or Gradle's. Paths are relative to the root and end in no "/". */
export interface BuildFile {
  /** the build file of the module that runs */
  file: string
  /** "bare" without any */
  manager: 'maven' | 'gradle' | 'sbt' | 'bare'
  wrapper: boolean
  /** the version of a wrapper's Maven that is too old for today's plugins, so that the image's is taken */
  early?: string
  /** the version of Gradle that a wrapper without its jar names */
  pinned?: string
  /** it is compiled with features that are not final */
  preview?: boolean
  /** folder of the module that runs, "" for the root */
  module: string
  /** sbt's name of the project that runs, "" for the root's; and the version of sbt that the build pins */
  part?: string
  launcher?: string
  /** folders of the modules that it is made of, its own first */
  folders: string[]
  /** what the build reads before it reads sources */
  manifests: { files: string[]; to: string }[]
  name?: Fact<string>
  version?: Fact<string>
  /** "war" cannot be run by itself */
  packaging: string
  release?: Fact<string>
  /** the release is that of a toolchain, which has to be there exactly */
  exact?: boolean
  /** the Java that Gradle compiles with, and the newest that it runs on itself */
  toolchain?: { java: Fact<string>; limit: number | undefined }
  /** artifact ids of the dependencies that are there at run time, with their places */
  dependencies: Map<string, Evidence>
  /** Spring Boot's version, where a build file names one */
  boot?: string
  /** by artifact id (Maven) or plugin id (Gradle) */
  plugins: Map<string, Plugin>
  /** the parent that lies outside of the project: artifact id and version */
  parents: Map<string, string>
  mainClass?: string
  /** what the build tells the program that it runs */
  args?: string[]
  /** tasks of Gradle that are left out: they want a repository, or run tests before a jar is made */
  without?: string[]
  /** ids of Maven's profiles */
  profiles?: string[]
  /** the only folder that is compiled, where the build names one */
  sources?: string
  /** the version that the build names for an artifact */
  versionOf?: (artifact: string) => Fact<string> | undefined
  /** a property of the build */
  property: (name: string) => string | undefined
  /** the newest Java that the build's own tools run on, where the project pins one of them */
  newest?: Fact<number>
  /** whether the project's own tests are there */
  tests: boolean
}

/** Joins folders of a project; undefined where the result lies outside of it. */
export function inside(...parts: string[]): string | undefined {
  const out: string[] = []
  for (const part of parts.join('/').split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') out.push(part)
    else if (out.pop() === undefined) return undefined
  }
  return out.join('/')
}

/** A file in a folder of the project, "" for the root. */
export const under = (folder: string, file: string): string => (folder ? `${folder}/${file}` : file)

/** The project narrowed to some of its folders, so that another module's sources say nothing about this one. */
export function within(project: Project, folders: readonly string[]): Project {
  // parts of the build itself are no part of the program
  const files = (): readonly string[] => project.files().filter((f) => !/^(\.mvn|gradle|buildSrc|build-logic)\//.test(f) && folders.some((folder) => folder === '' || f.startsWith(`${folder}/`)))
  return { ...project, files }
}
