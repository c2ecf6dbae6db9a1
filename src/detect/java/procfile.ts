import type { Evidence, Warning } from '../facts.ts'
import type { Project } from '../project.ts'

/** What a host is told to start. */
export interface Process {
  /** folder of the module whose jar it starts, "" for the root's */
  module?: string
  /** name of the jar where it lies at the top */
  jar?: string
  mainClass?: string
  /** system properties; `{port}` stands for the plan's port */
  flags: string[]
  args: string[]
  evidence: Evidence
}

const PORT = '{port}'
/** Where builds put what runs, below the folder of their module. */
const BUILT = /(?:^|\/)(?:target|build\/(?:libs|install|distributions))\//
const OPTION_WITH_VALUE = /^(-cp|-classpath|--class-path|--add-opens|--add-exports|--add-modules|-p|--module-path)$/
/** What belongs to a person's settings, not to the program: profiles, and what only another variable of the host says. */
const PROFILES = /^-{1,2}D?spring[._]profiles[._]active=/

/** The web process of a Procfile, else its worker, where it starts a JVM or a start script of a build. https://devcenter.heroku.com/articles/procfile */
export function readProcess(project: Project, warnings: Warning[]): Process | undefined {
  const lines = (project.read('Procfile') ?? '').split('\n')
  const at = ['web:', 'worker:'].map((kind) => lines.findIndex((l) => l.startsWith(kind))).find((i) => i >= 0)
  if (at === undefined) return undefined
  const evidence = { file: 'Procfile', line: at + 1, text: lines[at]!.slice(0, 120) }
  const words = (lines[at]!.slice(lines[at]!.indexOf(':') + 1).match(/(?:"[^"]*"|'[^']*'|[^\s"']+)+/g) ?? []).map((w) => w.replace(/["']/g, '').replace(/\$\{?PORT(?::-\d+)?\}?/g, PORT))
  const java = words.findIndex((w) => /(^|\/)java$/.test(w))
  const script = words.findIndex((w) => BUILT.test(`/${w}`) && /\/bin\/[\w.-]+$/.test(w))
  if (java < 0 && script < 0) return undefined
  const found: Process = { flags: [], args: [], evidence }
  const profile = words.find((w) => PROFILES.test(w))
  if (profile) warnings.push({ message: `the Procfile chooses the profile ${profile.split('=')[1]}, which is left out`, file: 'Procfile', line: at + 1, hint: `set it where it runs: SPRING_PROFILES_ACTIVE=${profile.split('=')[1]}` })
  const rest = words.slice((java < 0 ? script : java) + 1)
  if (java < 0) found.module = folderOf(words[script]!)
  else
    for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
      if (word === '-jar') {
        const jar = rest.shift() ?? ''
        if (/webapp-runner|jetty-runner/.test(jar)) return undefined
        if (BUILT.test(`/${jar}`)) found.module = folderOf(jar)
        else if (!jar.includes('/')) found.jar = jar
        break
      }
      if (OPTION_WITH_VALUE.test(word)) rest.shift()
      else if (word.startsWith('-D')) found.flags.push(word)
      else if (/^[A-Za-z_][\w.$]*$/.test(word)) {
        found.mainClass = word
        break
      }
    }
  // a start script takes the JVM's properties among its arguments
  for (const word of rest) (java < 0 && word.startsWith('-D') ? found.flags : found.args).push(word)
  const own = (w: string): boolean => !w.includes('$') && !PROFILES.test(w)
  return { ...found, flags: found.flags.filter(own), args: found.args.filter((w) => own(w) && !/^-J|[|&;<>*]/.test(w)) }
}

/** The folder of the module that made a file. */
const folderOf = (path: string): string => path.replace(/^\.\//, '').split(/(?:^|\/)(?:target|build)\//)[0]!

/** What a framework that is told its port by a variable need not be told again: words that name the port, or that setting. */
export const withoutPort = (words: readonly string[], keys: readonly string[]): string[] => words.filter((w) => !keys.some((k) => new RegExp(`^-{1,2}D?${k.replaceAll('.', '\\.')}=`).test(w)))
