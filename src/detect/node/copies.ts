import type { DetectContext } from '../language.ts'
import type { Project } from '../project.ts'
import type { Sources } from '../sources.ts'
import { configNeeds } from './config.ts'
import { dataOf, type NodeData } from './data.ts'
import type { Manifest } from './manifest.ts'
import { type Read, workdirOf } from './read.ts'
import { localPath } from './install.ts'
import type { Start } from './start.ts'

export interface Copy {
  from: string
  to: string
  excluded: string[]
}

/**
 * What the last stage takes from the build beside node_modules: a framework's output, the output of a compiler with what the
 * program reads beside it, or the project without what only development has.
 */
export function readCopies(read: Read): Copy[] {
  const { context, manifest, framework, start, sources, workspace, packages } = read
  const { project } = context
  const root = workdirOf(workspace)
  const plain = (from: string, to: string): Copy => ({ from: `${root}/${from}`, to, excluded: [] })
  if (start.static) return [{ from: `${root}/${start.static.folder === '.' ? '' : `${start.static.folder}/`}`, to: '/srv/', excluded: start.static.folder === '.' ? [...(project.read('index.html')?.includes('node_modules/') ? [] : ['node_modules']), manifest.file, ...leftOut(context, sources, start, manifest)] : [] }]
  if (framework?.copies && start.framework) return framework.copies.filter((c) => !c.optional || project.has(c.from)).map((c) => plain(c.from, c.to))
  if (framework?.complete && start.framework) return [plain(framework.output!, `./${framework.output!}`)]
  if (manifest.absent?.takes) return manifest.absent.takes.map((n) => plain(n, `${root}/${n}`))
  const libraries = packages.needed.map((m) => ({ from: `/app/${m.path}`, to: `/app/${m.path}`, excluded: ['node_modules'] }))
  const whole = (n: string): Copy => ({ ...plain(n, start.cwd ? `${root}/${n}` : `./${n}`), excluded: start.framework && n === start.output ? (framework?.dropped ?? []) : [] })
  if (start.output) {
    const linked = Object.values(manifest.production).flatMap((v) => localPath(v) ?? []).filter((f) => project.isFolder(f))
    const beside = [...linked, ...(start.framework ? configNeeds(project, framework).files : []), ...(framework?.beside ?? []).filter((n) => project.has(n)), ...(start.framework ? [] : readBeside(context, start.output, sources))]
    return [...libraries, ...[start.output, ...new Set(beside)].map(whole), plain(manifest.file, start.cwd ? `${root}/` : './')]
  }
  return [...(workspace ? libraries : []), { from: root, to: start.cwd ? `${root}/` : './', excluded: ['node_modules', ...leftOut(context, sources, start, manifest), ...nestedModules(project, start)] }]
}

/** Top-level names that a built server reads at run time: folders that servers usually have, and whatever its sources name. */
function readBeside({ project, language }: DetectContext, output: string, sources: Sources): string[] {
  const names = project.names().map((n) => ({ name: n.replace(/\/$/, ''), folder: n.endsWith('/') }))
  const usual = dataOf(language).runtimeFolders
  const open = names.filter(({ name, folder }) => name !== output && name !== 'node_modules' && !name.startsWith('.') && (folder ? !/^(src|tests?|__tests__|docs?|e2e|scripts|coverage|k8s|helm)$/.test(name) : /\.(json|ya?ml|graphql|gql|proto|html|txt|csv|sql|xml|toml|ini|pem|db|sqlite)$/.test(name) && !/^(package|package-lock|tsconfig|nest-cli|pnpm-|compose|docker-compose|nx|turbo|lerna|\.|biome|jest|deno|bun)/.test(name)))
  const wanted = open.filter(({ name, folder }) => folder && usual.includes(name)).map((o) => o.name)
  const rest = open.filter((o) => !wanted.includes(o.name))
  return [...wanted, ...named(rest.map((r) => r.name), project, sources)]
}

/** Which of these names stand in the sources as a part of a path. */
function named(names: readonly string[], project: Project, sources: Sources): string[] {
  if (names.length === 0) return []
  const expression = new RegExp(`["'\`/](${names.map((n) => n.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})(?=["'\`/])`, 'g')
  return [...new Set(sources.files.flatMap((file) => [...(project.read(file) ?? '').matchAll(expression)].map((m) => m[1]!)))]
}

const CONFIGURATION = ['js', 'cjs', 'mjs', 'ts', 'mts', 'cts', 'json', 'jsonc', 'yaml', 'yml', 'toml']

/** Whether a top-level name (a folder's ends in "/") is one that only development has. */
function isLeftOut(name: string, { folders, files, starts, tools, documents, ends }: NodeData['leftOut']): boolean {
  if (name.endsWith('/')) return folders.includes(name.slice(0, -1))
  const [stem = ''] = name.split(/[.-]/, 1)
  if (files.includes(name) || starts.some((s) => name.startsWith(s)) || ends.some((e) => name.endsWith(e)) || documents.includes(stem)) return true
  return CONFIGURATION.includes(name.slice(name.lastIndexOf('.') + 1)) && tools.some((t) => name.startsWith(`${t}.`))
}

/** Top-level names that only development has. What the sources name stays. */
function leftOut({ project, language }: DetectContext, sources: Sources, start: Start, { every }: Manifest): string[] {
  const data = dataOf(language).leftOut
  // what compiles while it loads reads its configuration then
  const compiles = start.runner === 'babel-node' || every['@babel/register'] !== undefined || every['babel-register'] !== undefined
  const names = project.names().filter((n) => isLeftOut(n, data) && !(compiles && /^(\.babelrc|babel\.config)\b/.test(n)))
  const kept = new Set(named(names.map((n) => n.replace(/\/$/, '')), project, sources))
  return names.map((n) => n.replace(/\/$/, '')).filter((n) => n !== 'node_modules' && !/\s/.test(n) && !kept.has(n) && !start.sources.some((s) => s.startsWith(`${n}/`)))
}

/** Dependencies of a front end that was built in a folder of its own. */
function nestedModules(project: Project, start: Start): string[] {
  return project.names().filter((n) => n.endsWith('/') && project.has(`${n}package.json`) && !start.sources.some((s) => s.startsWith(n))).map((n) => `${n}node_modules`)
}
