import { type Fact, fact } from '../facts.ts'
import type { DetectContext, Framework } from '../language.ts'
import type { Django } from './django.ts'
import { type Entry, findFunction, findScript, findTargets, findUnknown, calledTarget, importRoot, importsOf, moduleOf, ranked, resolveTarget } from './entry.ts'
import { type Manifests, normalize } from './manifests.ts'
import { serve } from './server.ts'
import { pinFor } from './version.ts'
import { lineOf, type Project } from '../project.ts'
import { table, text } from '../toml.ts'
import { splitCommand } from '../words.ts'

/** What is started: the words, where they were read, and what they imply. */
export interface Start {
  argv?: Fact<string[]>
  develop?: string[]
  /** the server's package that is installed because the project lacks it, "gunicorn==27.0.1" */
  added?: string
  sigterm?: boolean
  /** packages that its settings load and the project does not list */
  loaded?: string[]
  /** where the framework does not say it */
  serves?: Fact<boolean>
  env: Record<string, string>
  /** folder that imports start at, below the project's root */
  root: string
  file?: string
}

/** Decides what is started, strongest sign first: what the project says, the application object, a command, a script. */
export function chooseStart(context: DetectContext, manifests: Manifests, files: readonly string[], spec: Framework | undefined, said: Entry | undefined, django: Django | undefined, line: string): Start {
  const { project, language } = context
  if (django && !said?.target) return serve(context, manifests, spec!, { module: django.module, object: django.object, factory: false, file: django.file, evidence: django.evidence }, django.root, line, django)
  const root = (file: string): string => importRoot(project, file)
  const target = said?.target ?? (said?.script && !said.weak ? undefined : spec && (findTargets(project, files, spec, root)[0] ?? (spec.interface === 'asgi' ? calledTarget(project, files, root) : undefined)))
  const folder = said?.target ? said.root : target ? root(target.file) : ''
  // a server that imports such a file would wait for what the file itself starts
  const blocked = target && !said?.target && !/^(?:flask|dash|fasthtml)$/.test(spec!.id) ? BLOCKS.exec(project.read(target.file) ?? '') : null
  if (blocked && spec!.id === 'bottle') Object.assign(target!, { module: 'bottle', object: target!.module === 'bottle' ? target!.object : `load_app('${target!.module}:${target!.object}')` })
  else if (blocked) return runScript(project, files, spec, { script: target!.file, root: folder, evidence: { file: target!.file, line: lineOf(project.read(target!.file)!, blocked[0], blocked.index), text: blocked[0] } }, language.data!.entries as string[])
  if (spec && target && spec.interface !== 'script' && !String(spec.argv).includes('{file}')) return serve(context, manifests, spec, target, folder, line, django, said?.options)
  if (!spec && said?.target) {
    const asgi = new RegExp(`^async def ${said.target.object}\\(`, 'm').test(project.read(said.target.file) ?? '')
    const served = asgi || /uvicorn|hypercorn|daphne|granian/i.test(said.evidence.text ?? '') ? 'asgi' : 'wsgi'
    return { ...serve(context, manifests, { id: '', title: '', interface: served }, said.target, folder, line, undefined, said.options), serves: fact(true, said.evidence) }
  }
  const entries = language.data!.entries as string[]
  const own = spec && ownCommand(context, manifests, files, spec, said, line)
  if (own) return own
  const command = !said?.script && commandOf(context, manifests)
  if (command) return { argv: command.argv, env: {}, root: '', develop: command.argv.value, file: resolveTarget(project, command.called, ['', 'src'], command.argv.evidence[0]!)?.target.file }
  const unknown = spec || said?.script ? undefined : findUnknown(project, files, entries, root)
  if (unknown) {
    const served = serve(context, manifests, { id: '', title: '', interface: unknown.interface }, unknown.target, root(unknown.target.file), line, undefined)
    return { ...served, argv: { ...served.argv!, guess: true }, serves: fact(true, unknown.target.evidence) }
  }
  return runScript(project, files, spec, said, entries)
}

/** A server that a file starts while it is imported. */
const BLOCKS = /^(?:(?:uvicorn|hypercorn|bottle)\.run|(?:waitress\.)?serve|run|run_simple|asyncio\.run|(?:web\.)?run_app|(?:app|application|api)\.run|with (?:\w+\.)?make_server|\w+\.serve_forever)\(.*/m

/** What a framework's own command is told: the function that it calls, or the file that it runs. */
function ownCommand(context: DetectContext, manifests: Manifests, files: readonly string[], spec: Framework, said: Entry | undefined, line: string): Start | undefined {
  const { project } = context
  if (spec.id === 'functions-framework') {
    const called = findFunction(project, files)
    const file = called?.evidence[0]!.file
    const source = (file && project.read(file)) ?? ''
    // a decorated function says of itself what it takes
    const type = source.includes('@functions_framework.') ? null : new RegExp(`^def ${called?.value}\\(\\s*(?:(?:event|data)\\s*[:,]|(cloud_?event)\\b)`, 'm').exec(source)
    const argv = called && [...(spec.argv as string[]).map((w) => w.replace('{function}', called.value).replace('{file}', file!)), ...(type ? [`--signature-type=${type[1] ? 'cloudevent' : 'event'}`] : [])]
    return argv && { argv: { ...called, value: argv }, develop: [...argv, '--debug'], env: {}, root: '', file, sigterm: spec.handlesSigterm, ...(manifests.dependencies.has(spec.id) ? {} : { added: `${spec.id}==${pinFor((context.language.data!.pins as Record<string, Record<string, string>>)[spec.id]!, line)}` }) }
  }
  if (Array.isArray(spec.paste)) return pasted(context, manifests, spec, line)
  if (typeof spec.worker === 'string') return workerCommand(project, files, spec, new RegExp(spec.worker, 'gm'))
  if (!spec.argv || !JSON.stringify(spec.argv).includes('{file}')) return undefined
  const file = said?.script ?? ranked(files.filter((f) => importsOf(spec)!.test(project.read(f) ?? '')), ['streamlit_app.py', 'Home.py', 'home.py', 'Main.py', 'dashboard.py', ...(context.language.data!.entries as string[])])[0]
  return file ? { argv: fact((spec.argv as string[]).map((w) => w.replace('{file}', file)), { file, line: 1 }), env: {}, root: '', file, sigterm: spec.handlesSigterm } : undefined
}

/** A worker's own command, told the modules or the object of its tasks; one that the Procfile has goes before. */
function workerCommand(project: Project, files: readonly string[], spec: Framework, sign: RegExp): Start | undefined {
  const found = files.flatMap((file) => [...(project.read(file) ?? '').matchAll(sign)].slice(0, 1).map((m) => ({ file, object: m[1] ?? '', evidence: { file, line: lineOf(project.read(file)!, m[0], m.index), text: m[0] } })))
  const [first] = found
  if (!first) return undefined
  const root = importRoot(project, first.file)
  const procfile = project.read('Procfile')
  const said = new RegExp(`^\\w+:[ \\t]*(${(spec.argv as string[])[0]}\\b[^\\n$]*)$`, 'm').exec(procfile ?? '')
  const words = said && splitCommand(said[1]!)
  const modules = found.map((f) => moduleOf(f.file, root)).slice(0, 5)
  const made = (spec.argv as string[]).flatMap((w) => (w === '{module}' ? modules : w.replace('{module}', modules[0]!).replace('{object}', first.object)))
  return { argv: words ? fact(words, { file: 'Procfile', line: lineOf(procfile!, said[0]), text: said[0].slice(0, 120) }) : fact(made, first.evidence), env: { PYTHONPATH: `/app${root ? `/${root}` : ''}` }, root, file: first.file, sigterm: spec.handlesSigterm }
}

/** A program that a settings' file of Paste Deployment puts together, served by gunicorn, which takes the address from its own words. */
function pasted({ project, language }: DetectContext, manifests: Manifests, spec: Framework, line: string): Start | undefined {
  const files = project.names().filter((n) => n.endsWith('.ini') && /^\[(?:app|composite|pipeline):/m.test(project.read(n) ?? ''))
  const file = ['production.ini', 'development.ini'].find((n) => files.includes(n)) ?? files[0]
  if (!file) return undefined
  const argv = fact((spec.paste as string[]).map((w) => w.replace('{file}', file)), { file, line: lineOf(project.read(file)!, /^\[(?:app|composite|pipeline):/m) })
  const pin = pinFor((language.data!.pins as Record<string, Record<string, string>>).gunicorn!, line)
  // tools of developers, as a rule
  const included = /^pyramid\.includes\s*=((?:.*\n)(?:[ \t]+\S.*\n?)*)/m.exec(project.read(file)!)?.[1]?.match(/\bpyramid_\w+/g) ?? []
  const loaded = included.map(normalize).filter((name) => !manifests.dependencies.has(name))
  return { argv, develop: ['pserve', file, '--reload'], env: {}, root: '', sigterm: true, loaded, ...(manifests.dependencies.has('gunicorn') ? {} : { added: `gunicorn==${pin}` }) }
}

/** A script by its path, or by its module where it lies deeper than what it imports. */
function runScript(project: Project, files: readonly string[], spec: Framework | undefined, said: Entry | undefined, entries: readonly string[]): Start {
  const importing = spec && spec.interface !== 'cli' ? files.filter((f) => importsOf(spec)?.test(project.read(f) ?? '')) : []
  // a client of the same package's stands beside its server
  const serving = typeof spec?.serving === 'string' ? importing.filter((f) => new RegExp(spec.serving as string).test(project.read(f) ?? '')) : []
  const runnable = serving.length > 0 ? serving : importing
  const script = said?.script ? fact(said.script, said.evidence) : (findScript(project, runnable, entries) ?? findScript(project, files, entries))
  if (!script) return { env: {}, root: '' }
  const from = importRoot(project, script.value)
  const deep = script.value.includes('/') && from !== script.value.slice(0, script.value.lastIndexOf('/'))
  const args = said?.script ? (said.args ?? []) : []
  const argv = [...(script.value.endsWith('/__main__.py') || deep ? ['python', '-m', moduleOf(script.value, from).replace(/\.__main__$/, '')] : ['python', script.value]), ...args]
  return { argv: { ...script, value: argv }, ...(args.some((w) => w.includes('{port}')) ? { serves: fact(true, script.evidence[0]!) } : {}), env: deep && from ? { PYTHONPATH: `/app/${from}` } : {}, root: from, file: script.value, develop: argv }
}

/** A command of the project's own: the one with the project's name, one of a usual name, or the only one. */
function commandOf({ project }: DetectContext, manifests: Manifests): { argv: Fact<string[]>; called: string } | undefined {
  const scripts = consoleScripts(project, manifests)
  const names = [...scripts.keys()]
  const own = text(table(manifests.pyproject, 'project'), 'name') ?? text(table(manifests.pyproject, 'tool', 'poetry'), 'name')
  const name = names.find((n) => n === own) ?? names.find((n) => /^(start|serve|server|run|web|api|main|app|worker|bot)$/.test(n)) ?? (names.length === 1 ? names[0] : undefined)
  if (!name) return undefined
  const { called, file } = scripts.get(name)!
  const line = lineOf(project.read(file)!, new RegExp(`(?:^\\s*|["'])${name.replace(/[.]/g, '\\.')}["']?\\s*=`, 'm'))
  return { called, argv: { ...fact([name], { file, line, text: `${name} = ${called}` }), ...(names.length > 1 && name !== own ? { guess: true } : {}) } }
}

/** Commands by their names, and the file that lists them: [project.scripts], Poetry's, the console_scripts of setup.py and setup.cfg. */
function consoleScripts(project: Project, manifests: Manifests): Map<string, { called: string; file: string }> {
  const listed = { ...table(manifests.pyproject, 'tool', 'poetry', 'scripts'), ...table(manifests.pyproject, 'project', 'scripts') }
  const out = new Map(Object.entries(listed).map(([name, called]) => [name, { called: String(called), file: 'pyproject.toml' }]))
  for (const file of out.size > 0 ? [] : ['setup.py', 'setup.cfg']) {
    const list = /\bconsole_scripts\b["']?\s*[=:]\s*(\[[^\]]*\]|(?:.*\n)(?:[ \t]+\S.*\n?)*)/.exec(project.read(file) ?? '')?.[1] ?? ''
    for (const [, name, called] of list.matchAll(/(?:^|["'[])[ \t]*([\w.-]+)[ \t]*=[ \t]*([\w.]+:[\w.]+)/gm)) out.set(name!, { called: called!, file })
  }
  return out
}

/** Whether the program is started by a command that only an installed project has. */
export const projectCommand = (project: Project, manifests: Manifests, { argv }: Start): boolean => argv !== undefined && consoleScripts(project, manifests).has(argv.value[0]!)

/** The files that say on which port the program itself listens: the one that is started, and what lies beside it. */
export function startSources(project: Project, start: Start, files: readonly string[]): string[] {
  if (!start.file) return files.slice(0, 5)
  const folder = start.file.slice(0, start.file.lastIndexOf('/') + 1)
  return [start.file, ...files.filter((f) => f !== start.file && f.startsWith(folder) && /^(config|settings|main|run|server|app|__main__|cli)\.py$/.test(f.slice(folder.length)))]
}

/** Where the program is started: in the folder of its own where it reads files there by relative names, else in /app. */
export function workdirOf(project: Project, start: Start, django: Django | undefined): string {
  const root = django?.root ?? start.root
  if (!root) return '/app'
  if (django) return `/app/${root}`
  const source = (start.file && project.read(start.file)) ?? ''
  const named = [...source.matchAll(/["']\.?\/?([\w-]+(?:\/[\w.-]+)*(?:\.\w+)?)["']/g)].map((m) => m[1]!)
  return named.some((n) => !project.has(n) && project.has(`${root}/${n}`) && !n.endsWith('.py')) ? `/app/${root}` : '/app'
}
