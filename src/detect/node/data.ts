import type { Framework, Language } from '../language.ts'

/** A framework as language.yaml describes it; the comment above the list there says what each field means. */
export interface NodeFramework extends Framework {
  development?: boolean
  requires?: string[]
  /** the major version that it is not any more */
  below?: number
  lacks?: string[]
  config?: { files: string[]; matches?: string }
  script?: string
  cli?: string
  start?: string[]
  defaults?: string[]
  /** what names, as group 1, the function that its server is to call; the first that the program's file has */
  calls?: string[]
  build?: string
  output?: string
  configOutput?: string
  scriptOutput?: string
  /** what names, as group 1, the folder that the output lies below: in the build script, and in the configuration */
  root?: { script: string; config: string }
  complete?: boolean
  copies?: { from: string; to: string; optional?: boolean }[]
  beside?: string[]
  /** names in the output that only the build has use for */
  dropped?: string[]
  static?: boolean
  spa?: boolean
  buildEnv?: string[]
  developArguments?: string[]
  develop?: string[]
  loopback?: string
  /** folders below the app's own that its server writes to */
  scratch?: string[]
  /** folders that it makes for itself where they are missing, which a read-only image has to bring */
  folders?: string[]
  /** its program takes the words of the script, and these where they lack the first */
  words?: string[]
  /** what the sources say where it listens on nothing */
  silent?: string
  /** packages that start it and that no manifest names: what they bring lies in /node_modules */
  tools?: string[]
  /** it starts node by its name, which only a base with a shell has on its PATH */
  spawns?: boolean
  older?: { major: number; start: string[] }
  notice?: string
  noticeHint?: string
  refuse?: string
  /** no program where a workspace has others */
  aside?: boolean
  refuseHint?: string
}

export interface Runner {
  argv: string[]
  module?: string[]
  packages?: string[]
  whole?: boolean
  instead?: string
}

/** What a package needs of the system. */
export interface SystemNeeds {
  build: string[]
  runtime: string[]
  buildApk: string[]
  runtimeApk: string[]
  env?: Record<string, string>
  buildEnv?: string[]
  kind?: string
  notice?: string
}

export interface NodeData {
  codenames: Record<string, string>
  startScripts: string[]
  developScripts: string[]
  entries: string[]
  runtimeFolders: string[]
  leftOut: { folders: string[]; files: string[]; starts: string[]; tools: string[]; documents: string[]; ends: string[] }
  runners: Record<string, Runner>
  programs: Record<string, string | string[]>
  fileServers: string[]
  started: { passed: string[]; system: string[]; packages: Record<string, string> }
  hooks: string
  native: string[]
  md4: Record<string, number>
  newest: Record<string, Record<string, string>>
  /** by major version, what a package demands of Node.js from there on */
  needs: Record<string, Record<string, string>>
  system: Record<string, SystemNeeds>
  spared: Record<string, string>
  noSettings: string[]
  publicSettings: string[]
  bun: { image: string; alpineImage: string; runtime: Record<string, { image: string; uid: number }> }
}

export const dataOf = (language: Language): NodeData => language.data as unknown as NodeData
