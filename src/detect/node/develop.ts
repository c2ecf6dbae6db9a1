import { assumed, type Fact, fact } from '../facts.ts'
import type { Manager } from '../language.ts'
import { readCommand } from './command.ts'
import { dataOf } from './data.ts'
import { type Read, runs } from './read.ts'

/** What the development stage runs, with reload: the project's own script, told to listen where the container is reached, else node --watch. */
export function readDevelop(read: Read): Fact<string[]> | undefined {
  const { context: { language }, manifest, framework, start, installer, workspace } = read
  const manager = installer.spec
  const { scripts, keyAt } = manifest
  const data = dataOf(language)
  const reloads = /\b(nodemon|watch|--watch|--hot|dev|serve|start|develop|tsnd|ts-node-dev|concurrently|vite|webpack|turbo)\b/
  const name = data.developScripts.find((s) => scripts[s] !== undefined && (s !== 'local' || reloads.test(scripts[s]!))) ?? (framework?.cli && ['start', 'serve'].find((s) => scripts[s] !== undefined && readCommand(scripts[s]!, scripts)?.argv[0] === framework?.cli && !/\b(build|preview|start)$/.test(scripts[s]!.split(' ').slice(0, 2).join(' '))))
  if (name) {
    const direct = readCommand(scripts[name]!, scripts)
    // arguments reach the last program of a script, which is the framework's only where it stands alone
    const extra = direct && direct.argv[0] === framework?.cli && direct.before.length === 0 ? (framework?.developArguments ?? []) : []
    return fact([...runs(read, name).split(' '), ...(extra.length > 0 && manager.runArguments ? [String(manager.runArguments)] : []), ...extra], keyAt(name))
  }
  // the stage stands at the root of a workspace, where its manager runs the scripts of the app
  const folder = workspace?.path ?? start.cwd
  const there = (argv: string[]): Fact<string[]> => assumed(folder ? ['sh', '-c', 'cd "$0" && exec "$@"', folder, ...argv] : argv)
  if (framework?.develop) return there(['npx', ...framework.develop])
  if (start.static || !start.argv) return undefined
  const [program, ...rest] = start.argv.value
  const build = scripts.build
  if (start.output !== '' && build !== undefined && !start.framework && program === 'node') return assumed(['sh', '-c', rebuilding(runs(read, 'build'), build, manager, start.argv.value, folder)])
  return there(start.bun ? [program!, '--watch', ...rest] : program === 'node' && !start.framework ? ['node', '--watch', ...rest] : start.argv.value)
}

/** Builds, then starts what was built; the compiler goes on watching where it is all that the build runs. */
function rebuilding(run: string, build: string, manager: Manager, argv: readonly string[], folder?: string): string {
  const watches = /^(tsc|nest build|tsup)(\s[^&|;]*)?$/.test(build.trim())
  const program = argv.slice(1).join(' ')
  const enter = folder ? `cd ${folder} && ` : ''
  return watches ? `${run} && { ${run}${manager.runArguments ? ` ${String(manager.runArguments)}` : ''} --watch & ${enter}exec node --watch ${program}; }` : `${run} && ${enter}exec node ${program}`
}
