import { join } from 'node:path'
import { type Evidence, type Fact, fact } from '../facts.ts'
import type { DetectContext } from '../language.ts'
import { lineOf, openProject, type Project } from '../project.ts'
import { fileOf, filesIn, pathOf, top, withoutDevelopment } from './argv.ts'
import { type Command, readCommand } from './command.ts'
import { dataOf, type NodeFramework } from './data.ts'
import { leadsInto } from './folder.ts'
import { chooseFramework, outputOf } from './framework.ts'
import { isOfAnother } from './listener.ts'
import { type Manifest, readManifest } from './manifest.ts'
import { resolveNx } from './nx.ts'
import { processText, shellText } from './texts.ts'
import { builtFrom, builtPath } from './typescript.ts'

/** What production runs, and what follows from it. */
export interface Start {
  argv?: Fact<string[]>
  env: Record<string, string>
  /** shell text that the start script runs before the program */
  before: string[]
  /** files that the program begins in, for reading the sources */
  sources: string[]
  /** top-level folder that the build makes and the program lies in; "" where the program lies in the tree */
  output: string
  /** id of a runner in language.yaml: the program is started as it stands in the sources */
  runner?: string
  /** a program on Bun instead of node */
  bun?: boolean
  /** files for a web server */
  static?: { folder: string; spa: boolean; evidence: Evidence }
  /** what is started is the framework's own server, from the files that it builds */
  framework?: boolean
  /** what builds it where that is no script of package.json */
  build?: string
  /** the folder below the app's own that the program runs in */
  cwd?: string
}

const NOTHING = { env: {}, before: [], sources: [], output: '' }

/** Decides what is started: the answer, the framework's server, the scripts, Procfile, main, the usual files, the one that listens. */
export function resolveStart(context: DetectContext, manifest: Manifest, framework: NodeFramework | undefined, listening: () => string | undefined): Start {
  const { chosen, project } = context
  const nx = project.has('nx.json') ? resolveNx(context, dataOf(context.language).startScripts.flatMap((n) => manifest.scripts[n] ?? [])) : undefined
  if (nx) return nx
  if (chosen.start) return program(context, manifest, { argv: chosen.start, env: {}, before: [] }, [], false)!
  const scripts = candidates(context, manifest)
  const own = scripts.find((c) => (c.cwd !== undefined && project.isFolder(c.cwd)) || isOwnProgram(c.command, framework, project, context))
  if (framework?.static && !own) {
    const usual = outputOf(framework, project, manifest)
    // a folder that a script serves and that is not there yet is where the build puts its files, or moves them to
    const served = scripts.map((c) => ({ files: c.cwd === undefined && c.command.argv[0] !== 'vite' ? fileServer(context, c.command) : undefined, evidence: c.evidence })).find(({ files }) => files && files.folder !== '.' && !/[{}$]/.test(files.folder) && !project.isFolder(files.folder))
    const moved = new RegExp(`\\bmv\\s+(?:\\./)?${usual.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}/?\\s+(?:\\./)?([\\w./-]+)`).exec(manifest.scripts.build ?? '')?.[1]
    return { ...NOTHING, static: { folder: served?.files?.folder ?? moved?.replace(/\/$/, '') ?? usual, spa: framework.spa === true || served?.files?.spa === true, evidence: served?.evidence ?? manifest.keyAt(framework.dependencies![0]!) } }
  }
  if (framework?.calls && !own) return callingStart(context, manifest, framework, scripts[0])
  // a command line that does nothing without words starts where a script gives it some
  const silent = framework?.words && framework.start!.length < 3 && scripts[0]?.command.argv[0] !== framework.cli
  if (framework?.start && !own && !silent) return frameworkStart(project, manifest, framework, scripts[0])
  for (const { command, evidence, cwd } of scripts) {
    if (cwd !== undefined) {
      const found = startBelow(context, manifest, command, evidence, cwd)
      if (found) return found
      continue
    }
    // beside a program of the project's own the framework's command is for development
    if (command.argv[0] === framework?.cli && (framework?.defaults || framework?.refuse || framework?.static)) continue
    const instead = isTool(project, command) ? pages(project, manifest) : undefined
    if (instead) return instead
    const files = fileServer(context, command)
    if (files) return { ...NOTHING, static: { ...files, evidence } }
    const found = program(context, manifest, command, [evidence], false)
    if (found) return found
  }
  const named = mainFile(context, manifest, framework, listening)
  return named ?? pages(project, manifest) ?? { ...NOTHING }
}

interface Candidate {
  command: Command
  evidence: Evidence
  cwd?: string
}

/** A program that a script starts in a folder below: one with a manifest of its own, or one that is there or gets built. */
function startBelow(context: DetectContext, manifest: Manifest, command: Command, evidence: Evidence, cwd: string): Start | undefined {
  const { project } = context
  const exists = project.isFolder(cwd)
  const inner = exists ? { ...context, project: openProject(join(project.root, cwd)) } : context
  const own = (exists ? readManifest(inner.project) : undefined) ?? manifest
  const framework = context.language.frameworks.find((f) => f.id === (own === manifest ? undefined : chooseFramework(inner, own)?.value)) as NodeFramework | undefined
  if (framework?.static || framework?.refuse) return undefined
  const found = program(inner, own, command, [evidence], false)
  if (!found) return undefined
  return { ...found, cwd, output: exists ? '' : cwd.split('/')[0]!, sources: exists ? found.sources.map((s) => `${cwd}/${s}`) : builtFrom(project, `${cwd}/${pathOf(command.argv) ?? ''}`), before: own === manifest ? found.before : found.before.map((b) => `cd ${cwd} && ${b}`) }
}

/** What may start the program in production, strongest first: the Procfile's web process, the scripts, another process of the Procfile. */
function candidates({ language, project }: DetectContext, { scripts, at }: Manifest): Candidate[] {
  const out: Candidate[] = []
  const read = (said: string): { command: Command; cwd?: string } | undefined => {
    const text = shellText(project, said) ?? processText(project, said) ?? said
    const into = leadsInto(project, text)
    const command = readCommand(into?.text ?? text, (into && readManifest(project, `${into.folder}/`)?.scripts) ?? scripts)
    return command && { command, ...(into ? { cwd: into.folder } : {}) }
  }
  for (const name of dataOf(language).startScripts) {
    const found = scripts[name] === undefined ? undefined : read(scripts[name]!)
    if (found) out.push({ ...found, command: scripts[`pre${name}`] ? { ...found.command, before: [scripts[`pre${name}`]!, ...found.command.before] } : found.command, evidence: { ...at(new RegExp(`"${name}"\\s*:`)), text: scripts[name] } })
  }
  const procfile = project.read('Procfile')
  const process = /^web:\s*(.+)$/m.exec(procfile ?? '') ?? /^(?:worker|bot):\s*(.+)$/m.exec(procfile ?? '')
  const found = process && read(process[1]!)
  if (!found || (found.command.argv.length === 1 && scripts[found.command.argv[0]!])) return out
  const said = { ...found, evidence: { file: 'Procfile', line: lineOf(procfile!, process![0]), text: process![0] } }
  return process![0].startsWith('web') ? [said, ...out] : [...out, said]
}

/** Whether a script starts a program of the project, rather than the framework's server or a tool. */
function isOwnProgram({ argv }: Command, framework: NodeFramework | undefined, project: Project, { language }: DetectContext): boolean {
  if (argv[0] === framework?.cli) return false
  const isRunner = dataOf(language).runners[argv[0]!] !== undefined
  if (argv[0] !== 'node' && argv[0] !== 'bun' && !isRunner) return false
  const file = fileOf(project, argv)
  // what an ejected starter keeps under scripts/ is its development server
  return file !== undefined && !/^(scripts|config|build|tools)\//.test(file) && !/\b(dev|start)(-server)?\.[cm]?js$/.test(file)
}

/** The framework's own server. A script that names its program with arguments of its own is taken as it is. */
function frameworkStart(project: Project, manifest: Manifest, framework: NodeFramework, script: Candidate | undefined): Start {
  const name = framework.dependencies!.find((d) => manifest.every[d] !== undefined) ?? framework.dependencies![0]!
  const output = outputOf(framework, project, manifest)
  const major = Number(/\d+/.exec(manifest.every[name] ?? '')?.[0] ?? Infinity)
  const usual = (framework.older && major < framework.older.major ? framework.older.start : framework.start!).map((w) => w.replace(/dist\/\{project\}/, output))
  const said = script && script.command.argv[0] === 'node' && /^(\.\/)?(build|dist|\.output)(\/|$)/.test(script.command.argv.find((w, i) => i > 0 && !w.startsWith('-')) ?? '')
  const words = framework.words && script?.command.argv[0] === framework.cli ? script!.command.argv.slice(1) : undefined
  const more = framework.words && !(words ?? []).includes(framework.words[0]!) ? framework.words : []
  const argv = said ? fact(withoutDevelopment(script.command.argv, manifest), script.evidence) : fact(framework.words ? [...usual.slice(0, 2), ...(words ?? usual.slice(2)), ...more] : usual, script?.command.argv[0] === framework.cli ? script!.evidence : manifest.keyAt(name))
  return { ...NOTHING, argv, env: script?.command.argv[0] === framework.cli || said ? script!.command.env : {}, before: script && (said || script.command.argv[0] === framework.cli) ? script.command.before : [], output: framework.complete ? '' : output, framework: true }
}

/** A server that calls a function by its name: the name that the script says, else the first that the program's file registers. */
function callingStart({ project, language }: DetectContext, { json, production, at }: Manifest, { calls, start, dependencies }: NodeFramework, script: Candidate | undefined): Start {
  const words = script && production[dependencies![0]!] !== undefined && script.command.argv[0] === 'functions-framework' ? script.command.argv.slice(1) : undefined
  if (words?.some((w) => /^--target\b/.test(w))) return { ...NOTHING, argv: fact([...start!, ...words], script!.evidence), env: script!.command.env, before: script!.command.before, sources: sourcesOf(), framework: true }
  const sources = sourcesOf()
  for (const pattern of calls!)
    for (const file of sources) {
      const text = project.read(file)!
      const found = new RegExp(pattern, 'm').exec(text)
      if (found) return { ...NOTHING, argv: fact([...start!, `--target=${found[1]}`, ...(words ?? [])], { file, line: lineOf(text, found[0]), text: found[0] }), env: script?.command.env ?? {}, before: [], sources, framework: true }
    }
  return { ...NOTHING }

  function sourcesOf(): string[] {
    const main = json.main || 'index.js'
    const file = fileOf(project, ['node', main.replace(/^\.\//, '')]) ?? (json.main ? undefined : ['function.js', 'src/index.js'].find((f) => project.read(f) !== undefined))
    return file ? [file] : builtFrom(project, main)
  }
}

/** What a build says of its folders: its words without those that only name the build, and what a runner of tasks reads. */
function toldOf(project: Project, build: string): string {
  const tasks = /\b(?:gulp|grunt)\b/.test(build) ? ['gulpfile.js', 'gulpfile.mjs', 'gulpfile.babel.js', 'gulpfile.ts', 'Gruntfile.js'].map((f) => project.read(f) ?? '') : []
  return [build.replace(/\b[\w:-]+ build\b/g, ''), ...tasks].join('\n')
}

/** What a start script runs of the project's tools: a server for whoever works on it, which listens through another program. */
function isTool(project: Project, { argv }: Command): boolean {
  const file = argv[0] === 'node' ? fileOf(project, argv) : undefined
  return file !== undefined && /^(?:scripts|tools|tasks)\//.test(file) && !LISTENS.test(project.read(file)!)
}

/** Generators of pages that are programs of other languages. */
const MAKES_ELSEWHERE = /(?:^|[\s;&])(?:jekyll|hugo|mkdocs|pelican|zola|sphinx-build|bundle exec)\b/

/** Files that nothing of the project serves, and that a build of its own may complete: the folder that holds the first page, or gets it. */
function pages(project: Project, { json, production, scripts, keyAt }: Manifest): Start | undefined {
  const build = scripts.build ?? ''
  // what no package of npm makes is not there
  if (MAKES_ELSEWHERE.test(build)) return undefined
  // a page of a library shows what it does, and what only has tools is served as it lies
  if (build === '' && (Object.keys(production).length === 0 || (json.main ?? json.module ?? json.bin) !== undefined)) return undefined
  const told = toldOf(project, build)
  const made = ['dist', 'build', '_site'].find((f) => new RegExp(`(?:^|[\\s=:./'"\`])${f}(?:[/\\s'"\`),]|$)`, 'm').test(told))
  const folder = made !== undefined && !project.has('index.html') ? made : ['public', '', 'dist'].find((f) => project.has(f === '' ? 'index.html' : `${f}/index.html`))
  return folder === undefined || (folder === made && !project.has('src/index.html')) ? undefined : { ...NOTHING, static: { folder: folder || '.', spa: false, evidence: build === '' ? { file: folder ? `${folder}/index.html` : 'index.html' } : keyAt('build') } }
}

/** Whether the page beside a file loads it, so that browsers run it. */
function isOfPage(project: Project, file: string): boolean {
  const page = project.read('index.html') ?? ''
  return ['"', '"./', '"/', "'", "'./", "'/"].some((lead) => page.includes(`${lead}${file}${lead[0]}`)) && !LISTENS.test(project.read(file) ?? '')
}

/** A script that only serves a folder of files. */
function fileServer({ language, project }: DetectContext, { argv }: Command): { folder: string; spa: boolean } | undefined {
  const [name, ...words] = argv
  if (!dataOf(language).fileServers.includes(name!) && !(name === 'vite' && words[0] === 'preview')) return undefined
  const valued = /^(-l|-p|--listen|--port|-a|--host|-c|--config)$/
  const folder = name === 'vite' ? 'dist' : (words.find((w, i) => !w.startsWith('-') && !valued.test(words[i - 1] ?? '')) ?? '.')
  const plain = folder.replace(/^\.\/|\/$/g, '') || '.'
  if (plain === '.' && !project.has('index.html')) return undefined
  return { folder: plain, spa: words.some((w) => /^(-\w*s\w*|--single|--spa)$/.test(w)) || name === 'vite' }
}

/** A command as what production runs: node with a file, a runner, Bun, a program of a dependency. Undefined for a tool of development. */
function program(context: DetectContext, manifest: Manifest, command: Command, evidence: Evidence[], guess: boolean): Start | undefined {
  const { project, language, chosen } = context
  const { runners, programs } = dataOf(language)
  const [name, ...rest] = command.argv as [string, ...string[]]
  const base = { env: command.env, before: command.before }
  const said = (argv: string[]): Fact<string[]> => ({ ...fact(argv, ...evidence), ...(guess ? { guess } : {}) })
  if (name === 'node' || name === 'nodejs') {
    const argv = ['node', ...withoutDevelopment(rest, manifest)]
    const file = fileOf(project, argv)
    const path = pathOf(argv)
    if (!path && !argv.includes('-e')) return undefined
    return { ...base, argv: said(argv), sources: file ? [file] : builtFrom(project, path), output: file || !path ? '' : top(path) }
  }
  const runner = runners[name]
  if (runner) {
    const words = rest.filter((w) => !/^(watch|--watch|--respawn|--transpile-only|-T|--files|--esm|--swc|--clear-screen=false|--no-notify|--exit-child|--ignore-watch=?.*|--inspect\S*|--cls|--poll|--debug)$/.test(w))
    const at = words.findIndex((w) => /^(-P|--project|--tsconfig)$/.test(w))
    const env = at >= 0 ? { ...command.env, TS_NODE_PROJECT: words[at + 1]! } : command.env
    if (at >= 0) words.splice(at, 2)
    const argv = [...((manifest.json.type === 'module' || rest.includes('--esm') ? runner.module : undefined) ?? runner.argv), ...withoutDevelopment(words, manifest, true)]
    const file = fileOf(project, ['node', ...words])
    if (!file) return undefined
    return { ...base, env, argv: said(argv), sources: [file], output: '', runner: runner.instead ?? name }
  }
  if (name === 'bun') {
    const words = rest.filter((w) => !/^(--watch|--hot|run|--smol)$/.test(w) && !/^--env-file/.test(w))
    const file = fileOf(project, ['bun', ...words])
    return words.length > 0 ? { ...base, argv: said(['bun', ...words]), sources: file ? [file] : builtFrom(project, words[0]), output: file ? '' : top(words[0]), bun: true } : undefined
  }
  const path = [programs[name] ?? []].flat().find((p, _, all) => all.length === 1 || manifest.production[p.split('/')[0]!] !== undefined)
  const owner = path?.split('/').slice(0, path.startsWith('@') ? 2 : 1).join('/') ?? name
  if (path && manifest.production[owner] !== undefined) return { ...base, argv: said(['node', `node_modules/${path}`, ...rest]), sources: filesIn(project, rest), output: '' }
  // a program that a dependency brings along: a link in node_modules/.bin
  if (chosen.start || (manifest.production[name] !== undefined && !/^(dev|develop|watch|build|lint|test)$/.test(rest[0] ?? ''))) return { ...base, argv: said(chosen.start ?? ['node', `node_modules/.bin/${name}`, ...rest]), sources: filesIn(project, rest), output: '' }
  return undefined
}

const LISTENS = /\.listen\(|\bserve\(|\bcreateServer\(/

/** What is started where no script says it: the framework's default, main, the file that a reloader starts, a usual name, the only one that listens. */
function mainFile(context: DetectContext, manifest: Manifest, framework: NodeFramework | undefined, listening: () => string | undefined): Start | undefined {
  const { project, language } = context
  const { entries, developScripts } = dataOf(language)
  const { json, scripts, at } = manifest
  const run = (argv: string[], evidence: Evidence, guess: boolean): Start | undefined => program(context, manifest, { argv, env: {}, before: [] }, [evidence], guess)
  const byName = (stem: string): string[] => ['', '.js', '.mjs', '.cjs', '.ts', '.mts'].map((e) => `${stem}${e}`).filter((f) => /\.\w+$/.test(f) ? project.read(f) !== undefined : /^#!.*node/.test(project.read(f) ?? ''))
  if (framework?.defaults) {
    const built = builtPath(project, 'src/main.ts') ?? framework.defaults[1]!
    return run(['node', built], manifest.keyAt(framework.dependencies![0]!), true)
  }
  const main = typeof json.main === 'string' && json.main !== '' ? json.main.replace(/^\.\//, '') : undefined
  const text = (file: string): string => project.read(file) ?? ''
  // what only hands out an application stands behind the file that lets one listen
  const handsOut = (file: string): boolean => /^export default\b|^module\.exports\s*=|^export \{/m.test(text(file)) && !LISTENS.test(text(file))
  const usual = entries.flatMap(byName).filter((f) => !isOfAnother(project, f) && !isOfPage(project, f))
  const named = main && fileOf(project, ['node', main])
  const instead = named && handsOut(named) ? usual.find((f) => f !== named && LISTENS.test(text(f))) : undefined
  if (main && !instead && (named || (scripts.build !== undefined && /^(dist|build|lib|out)\//.test(main)))) return /\.[cm]?tsx?$/.test(main) ? starter(context, manifest, { argv: ['node', main], env: {}, before: [] }, main) : run(['node', main], at('"main"'), false)
  for (const name of developScripts) {
    const command = scripts[name] === undefined ? undefined : readCommand(scripts[name]!, scripts)
    const file = command && fileOf(project, command.argv)
    const found = file && starter(context, manifest, command!, file)
    if (found) return { ...found, env: {} , before: [] }
  }
  const entry = instead ?? (usual[0] !== undefined && handsOut(usual[0]) ? usual.find((f) => LISTENS.test(text(f))) : undefined) ?? usual[0] ?? listening()
  if (!entry) return undefined
  return starter(context, manifest, { argv: ['node', entry], env: {}, before: [] }, entry)
}

/** A source file as production starts it: what the build makes of it where it builds, else as it stands, by a runner that is there. */
function starter(context: DetectContext, manifest: Manifest, command: Command, file: string): Start | undefined {
  const { project, language } = context
  const evidence = { file, line: 1 }
  const typed = /\.[cm]?tsx?$/.test(file)
  const built = typed && manifest.scripts.build !== undefined && /\b(tsc|tsup|swc|esbuild|nest|ncc|rollup|unbuild|tsdown|bunchee)\b/.test(manifest.scripts.build) ? builtPath(project, file) : undefined
  if (built) return program(context, manifest, { argv: ['node', built], env: {}, before: [] }, [evidence], true)
  if (command.argv[0] === 'node' && asksBun(project, manifest, file, typed)) return program(context, manifest, { argv: ['bun', file], env: {}, before: [] }, [evidence], true)
  if (typed && command.argv[0] === 'node') {
    const runner = Object.entries(dataOf(language).runners).find(([, r]) => r.packages?.some((p) => manifest.every[p] !== undefined && p !== 'typescript'))?.[0]
    return program(context, manifest, { argv: [runner ?? 'node', file], env: {}, before: [] }, [evidence], true)
  }
  return program(context, manifest, command, [evidence], true)
}

/** Whether a file is for Bun: it calls Bun, or is TypeScript in a project of Bun. */
function asksBun(project: Project, manifest: Manifest, file: string, typed: boolean): boolean {
  if (/\bBun\.\w|['"]bun(?::\w+)?['"]/.test(project.read(file) ?? '')) return true
  return typed && (project.has('bun.lock') || project.has('bun.lockb') || ['@types/bun', 'bun-types'].some((d) => manifest.every[d] !== undefined))
}
