import { dirname } from 'node:path'
import { InputError } from '../../errors.ts'
import { type Evidence, fact } from '../facts.ts'
import type { DetectContext } from '../language.ts'
import { lineOf, type Project } from '../project.ts'
import type { Start } from './start.ts'

interface Target {
  executor?: string
  outputs?: string[]
  options?: { outputPath?: string | { base?: string; browser?: string }; main?: string; target?: string; outputFileName?: string }
}

interface App {
  name: string
  output: string
  /** what starts it; undefined for files */
  argv?: string[]
  main?: string
  next: boolean
  evidence: Evidence
}

/**
 * The app of an Nx repository without package.json files of its own: project.json says what builds it and where to,
 * https://nx.dev/reference/project-configuration. Undefined where no app is understood. Throws InputError where several are, of
 * which none was chosen.
 */
export function resolveNx({ project, chosen }: DetectContext, scripts: readonly string[]): Start | undefined {
  const files = chosen.member ? [`${chosen.member}/project.json`] : project.files().filter((f) => f === 'project.json' || f.endsWith('/project.json'))
  const apps = files.flatMap((f) => appOf(project, f) ?? [])
  const named = (text: string): App[] => apps.filter((a) => a.output !== '' && text.includes(`${a.output}/`))
  const said = scripts.map(named).find((a) => a.length === 1)
  const found = chosen.start ? named(chosen.start.join(' ')) : (said ?? apps)
  if (found.length > 1)
    throw new InputError({
      message: `this Nx repository has several programs: ${found.map((a) => `${a.name} (${a.argv ? a.argv.join(' ') : a.output ? `files in ${a.output}` : 'built in a way that is not understood'})`).join(', ')}`,
      file: 'nx.json',
      where: '--app',
      hint: `choose one: ${found.slice(0, 3).map((a) => `--app ${dirname(a.evidence.file)}`).join(' or ')}`,
      choices: found.map((a) => dirname(a.evidence.file)),
    })
  const [app] = found
  if (!app?.output && chosen.member) throw new InputError({ message: 'this app is built in a way that is not understood', file: files[0], where: '--start', hint: 'name what starts it, where that is in the tree: --start "node server.js"' })
  if (!app?.output) return undefined
  const build = `NX_DAEMON=false NX_NO_CLOUD=true nx build ${app.name}`
  const base = { env: {}, before: [], sources: app.main ? [app.main] : [], output: app.output, build }
  if (!app.argv) return { ...base, static: { folder: app.output, spa: true, evidence: app.evidence } }
  return { ...base, argv: fact(chosen.start ?? app.argv, app.evidence), framework: app.next }
}

function appOf(project: Project, file: string): App | undefined {
  const text = project.read(file)!
  let json: { name?: string; projectType?: string; targets?: Record<string, Target | undefined> }
  try {
    json = JSON.parse(text) as typeof json
  } catch {
    return undefined
  }
  const { build, serve } = json.targets ?? {}
  const folder = file === 'project.json' ? '' : file.slice(0, -'project.json'.length)
  const config = ['webpack.config.js', 'rspack.config.js', 'rsbuild.config.ts', 'vite.config.ts', 'vite.config.mts', 'vite.config.js'].find((f) => project.has(folder + f))
  const settings = config ? (project.read(folder + config) ?? '') : ''
  const executor = build?.executor ?? (config ? `inferred:${config.split('.', 1)[0]!}` : '')
  // where nothing says it to the bundler, what is cached is what it makes
  const cached = build?.outputs?.[0]?.replace(/^\{workspaceRoot\}\//, '').replace('{projectRoot}', folder.slice(0, -1))
  const output = outputOf(build, folder, settings) ?? (cached?.includes('{') ? undefined : cached)
  if (json.projectType === 'library' || (!build && !config)) return undefined
  const name = json.name ?? folder.slice(0, -1).replaceAll('/', '-').replace(/^apps-/, '')
  const evidence = { file, line: lineOf(text, /"build"\s*:/) }
  if (!output || !/next:|webpack|esbuild|js:|node:|vite|angular|web:|rspack|rsbuild|rollup/.test(executor)) return { name, output: '', next: false, evidence }
  if (executor.includes('next:')) return { name, output, argv: ['node', 'node_modules/next/dist/bin/next', 'start', output], next: true, evidence }
  const server = /(?:js|node):node$|node:execute/.test(serve?.executor ?? '') || /esbuild|js:|nrwl\/node:/.test(executor) || build?.options?.target === 'node' || /target:\s*['"]node['"]/.test(settings)
  if (!server) return { name, output, next: false, evidence }
  const main = build?.options?.main ?? `${folder}src/main.ts`
  const program = build?.options?.outputFileName ?? `${main.slice(main.lastIndexOf('/') + 1).replace(/\.[cm]?[jt]sx?$/, '')}.js`
  return { name, output, argv: ['node', `${output}/${program}`], main, next: false, evidence }
}

/** The folder that a build fills: what the target says, or the bundler's own configuration. */
function outputOf(build: Target | undefined, folder: string, settings: string): string | undefined {
  const path = build?.options?.outputPath
  if (typeof path === 'object') return [path.base, path.browser ?? 'browser'].filter(Boolean).join('/')
  if (path) return build?.executor?.endsWith(':application') ? `${path}/browser` : path
  const said = /(?:outDir\s*:\s*|path\s*:\s*join\(__dirname,\s*)['"]([^'"]+)['"]/.exec(settings)?.[1]
  if (said === undefined) return undefined
  const parts: string[] = []
  for (const part of `${folder}${said}`.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}
