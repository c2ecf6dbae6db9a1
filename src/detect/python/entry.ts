import { type Evidence, type Fact, fact } from '../facts.ts'
import type { Framework } from '../language.ts'
import { lineOf, type Project } from '../project.ts'
import { splitCommand } from '../words.ts'

/** The object that a server is told to serve: `module:object` below an import root. */
export interface Target {
  module: string
  /** name of the object, or of a function that makes it */
  object: string
  factory: boolean
  file: string
  evidence: Evidence
}

/** A target or a script, with the folder that imports start at ("" for the project's root). */
export interface Entry {
  target?: Target
  /** the file that is run where there is no target */
  script?: string
  /** command of [project.scripts] */
  command?: string
  root: string
  evidence: Evidence
  /** options of gunicorn's that the line gives and the server needs */
  options?: string[]
  /** what stands behind the script on its line: a command of its own, a settings' file */
  args?: string[]
  /** said of another image or host: an application object stands before its script */
  weak?: boolean
}

const FACTORY = /^(?:create|make|get|build|init)_(?:app|application|api|server|asgi|wsgi)$/

/** Every source that imports one of the frameworks' modules: "aiohttp.web" is `from aiohttp import web` too. */
export function importsOf(framework: Framework): RegExp | undefined {
  const names = (framework.imports as string[] | undefined) ?? []
  if (names.length === 0) return undefined
  const forms = names.map((name) => {
    const [head, ...rest] = name.split('.')
    return rest.length > 0 ? `from ${head} import [^\\n]*\\b${rest.join('.')}\\b|(?:from|import) ${head}\\.${rest.join('\\.')}\\b` : `(?:from|import(?: [\\w., ]+,)?) ${head}\\b`
  })
  return new RegExp(`^[ \\t]*(?:${forms.join('|')})`, 'm')
}

/** Files by the preference of their names and their nearness to the root. */
export function ranked(files: readonly string[], entries: readonly string[]): string[] {
  const rank = (f: string): number => {
    const name = entries.indexOf(f.slice(f.lastIndexOf('/') + 1))
    return (f.split('/').length - 1) * 100 + (name < 0 ? 50 : name)
  }
  return [...files].sort((a, b) => rank(a) - rank(b))
}

/**
 * The application objects that sources make at the top level, best first: an object of a constructor, one that a factory
 * returned, and last the factories themselves, where they can be called without arguments.
 */
export function findTargets(project: Project, files: readonly string[], framework: Framework, root: (file: string) => string): Target[] {
  const constructors = (framework.constructors as string[] | undefined) ?? []
  const attribute = framework.attribute as string | undefined
  const objects: Target[] = []
  const made: Target[] = []
  const factories: Target[] = []
  for (const file of files) {
    const source = project.read(file) ?? ''
    // Alembic's own file makes the application to read its tables
    if (/^from alembic import/m.test(source)) continue
    const target = (object: string, index: number, factory = false): Target => {
      const line = source.slice(0, index).split('\n').length
      return { module: moduleOf(file, root(file)), object, factory, file, evidence: { file, line, text: source.split('\n')[line - 1]!.trim().slice(0, 120) } }
    }
    for (const found of source.matchAll(/^(\w+)(?:\s*,\s*\w+)*\s*(?::[^=\n]+)?=\s*([\w.]+)\(/gm)) {
      const last = found[2]!.split('.').at(-1)!
      if (constructors.some((c) => c === found[2] || (!c.includes('.') && c === last))) objects.push(target(found[1]!, found.index))
      else if (FACTORY.test(last) && /^(app|application|api|server|asgi|wsgi|asgi_app|wsgi_app)$/.test(found[1]!)) made.push(target(found[1]!, found.index))
    }
    if (attribute) for (const found of source.matchAll(new RegExp(`^(\\w+)\\s*(?::[^=\\n]+)?=\\s*\\w+\\.${attribute}\\s*$`, 'gm'))) objects.push(target(found[1]!, found.index))
    if (/(^|\/)[aw]sgi\.py$/.test(file)) for (const found of source.matchAll(/^from\s+[\w.]+\s+import\s+(?:.*\bas\s+)?(app|application)\s*(?:#.*)?$/gm)) made.push(target(found[1]!, found.index))
    if (constructors.some((c) => source.includes(`${c.split('.').at(-1)}(`)))
      for (const found of source.matchAll(/^(?:async )?def (\w+)\(([^)]*)\)/gm)) {
        const required = found[2]!.split(',').filter((a) => a.trim() && !a.includes('=') && !a.trim().startsWith('*'))
        if (FACTORY.test(found[1]!) && required.length === 0) factories.push(target(found[1]!, found.index, true))
      }
  }
  // Bottle's decorators without an object make routes of an application that its loader hands out
  if (framework.id === 'bottle' && objects.length + made.length + factories.length === 0)
    for (const file of files) {
      const source = project.read(file) ?? ''
      const found = /^@(?:bottle\.)?(?:route|get|post)\(/m.exec(source)
      if (found && importsOf(framework)!.test(source)) return [{ module: 'bottle', object: `load_app('${moduleOf(file, root(file))}')`, factory: false, file, evidence: { file, line: lineOf(source, found[0]), text: found[0] } }]
    }
  const named = (t: Target): number => (/^(app|application)$/.test(t.object) ? 0 : 1)
  const best = objects.length > 0 ? objects.filter((o) => o.file === objects[0]!.file).sort((a, b) => named(a) - named(b)) : []
  // a file made for servers (wsgi.py) stands before the object that it imports
  return [...made.filter((m) => /[aw]sgi\.py$/.test(m.file)), ...best, ...made, ...factories]
}

/** "app/main.py" below the import root "" is app.main; a package's __init__.py is the package. */
export function moduleOf(file: string, root: string): string {
  const below = root && file.startsWith(`${root}/`) ? file.slice(root.length + 1) : file
  return below.replace(/\.py$/, '').replace(/(^|\/)__init__$/, '').replaceAll('/', '.')
}

/**
 * The folder that a file's imports start at: the one of its own and its parents' in which most of the imported names are.
 * Without a sign it is the project's root, or src where the file is below it.
 */
export function importRoot(project: Project, file: string): string {
  const source = project.read(file) ?? ''
  const folders = file.split('/').slice(0, -1)
  const names = [...new Set([...source.matchAll(/^[ \t]*(?:from|import)\s+([A-Za-z_]\w*)/gm)].map((m) => m[1]!))]
  // a package of a workspace: what its manifest installs starts at its src
  const src = folders.lastIndexOf('src')
  const part = folders.slice(0, src).join('/')
  if (src > 0 && !names.includes('src') && (project.has(`${part}/pyproject.toml`) || project.has(`${part}/setup.py`))) return `${part}/src`
  const relative = /^[ \t]*from\s+\.+\w*\s+import/m.test(source) || file.endsWith('/__init__.py')
  let best = folders[0] === 'src' && !project.has('src/__init__.py') && !(relative && folders.length === 1) ? 'src' : ''
  let score = -1
  for (let depth = 0; depth <= folders.length - (relative ? 1 : 0); depth++) {
    const root = folders.slice(0, depth).join('/')
    const prefix = root ? `${root}/` : ''
    const found = names.filter((n) => project.has(`${prefix}${n}.py`) || project.isFolder(`${prefix}${n}`)).length
    if (found > Math.max(score, 0)) {
      best = root
      score = found
    }
  }
  return best
}

/** `module:object` as a command or a call names it, resolved to a file below one of the folders. */
export function resolveTarget(project: Project, text: string, roots: readonly string[], evidence: Evidence): { target: Target; root: string } | undefined {
  const found = /^([A-Za-z_][\w.]*)(?::([A-Za-z_]\w*)(\(.*\))?)?$/.exec(text)
  if (!found) return undefined
  const path = found[1]!.replaceAll('.', '/')
  for (const root of roots) {
    const prefix = root ? `${root}/` : ''
    for (const file of [`${prefix}${path}.py`, `${prefix}${path}/__init__.py`])
      // without an object's name it may be any word of the command
      if (found[2] ? project.read(file) !== undefined : /^(?:application\b|(?:async )?def application\b|from .+ import .*\bapplication\b)/m.test(project.read(file) ?? '')) return { root, target: { module: found[1]!, object: found[2] ?? 'application', factory: found[3] !== undefined || makes(project.read(file)!, found[2]), file, evidence } }
  }
  return undefined
}

/** Whether a name is that of a function without arguments, which makes the application. */
const makes = (source: string, name: string | undefined): boolean => name !== undefined && source.includes(`def ${name}(`) && new RegExp(`^def ${name}\\(\\s*\\)`, 'm').test(source)

/** What a project's own words say it starts: [tool.fastapi], a Procfile, a host's file, the Dockerfile of before, or `uvicorn.run("main:app")`. */
export function saidEntry(project: Project, files: readonly string[], entrypoint: string | undefined): Entry | undefined {
  if (entrypoint) {
    const found = resolveTarget(project, entrypoint, ['', 'src'], { file: 'pyproject.toml', line: lineOf(project.read('pyproject.toml')!, entrypoint), text: entrypoint })
    if (found) return { ...found, evidence: found.target.evidence }
  }
  const said = procfileEntry(project) ?? hostEntry(project)
  if (said) return said
  for (const file of files) {
    const source = project.read(file) ?? ''
    const call = /uvicorn\.run\(\s*(?:app\s*=\s*)?["']([\w.]+:\w+)["']/.exec(source)
    if (!call) continue
    const folders = file.split('/').slice(0, -1)
    const roots = folders.map((_, i) => folders.slice(0, folders.length - i).join('/')).concat('')
    const found = resolveTarget(project, call[1]!, roots, { file, line: lineOf(source, call[0]), text: call[0] })
    if (found) return { ...found, evidence: found.target.evidence }
  }
  return undefined
}

/** What a call of uvicorn's is given, where its name is there when the file is imported: "container.app", made by a factory or not. */
export function calledTarget(project: Project, files: readonly string[], root: (file: string) => string): Target | undefined {
  for (const file of files) {
    const source = project.read(file) ?? ''
    const [call, object] = /uvicorn\.run\(\s*(?:app\s*=\s*)?([A-Za-z_][\w.]*)\s*[,)][^)]*/.exec(source) ?? []
    if (!object || !new RegExp(`^(?:${object.split('.')[0]}\\s*(?::[^=\\n]+)?=|from .+ import .*\\b${object.split('.')[0]}\\b)`, 'm').test(source)) continue
    return { module: moduleOf(file, root(file)), object, factory: /\bfactory\s*=\s*True\b/.test(call!), file, evidence: { file, line: lineOf(source, call!), text: call!.split('\n')[0]! } }
  }
  return undefined
}

/** The web (else worker) line of a Procfile: the served object, the script or the module behind its flags. */
function procfileEntry(project: Project): Entry | undefined {
  const content = project.read('Procfile')
  const line = content === undefined ? undefined : (/^web:\s*(.+)$/m.exec(content) ?? /^(?:worker|bot|release_worker):\s*(.+)$/m.exec(content))
  return line ? commandEntry(project, line[1]!, { file: 'Procfile', line: lineOf(content!, line[0]), text: line[0].slice(0, 120) }) : undefined
}

/** Where hosts' files and an image of before say a command; group 1 is it. */
const COMMANDS: { file: string; value: RegExp }[] = [
  { file: 'Dockerfile', value: /^(?:CMD|ENTRYPOINT)[ \t]+(.+)$/gim },
  { file: 'render.yaml', value: /^\s*startCommand:[ \t]*["']?([^\n]+?)["']?$/gm },
  { file: '.do/app.yaml', value: /^\s*run_command:[ \t]*["']?([^\n]+?)["']?$/gm },
  { file: 'app.yaml', value: /^entrypoint:[ \t]*["']?([^\n]+?)["']?$/gm },
  { file: '.platform.app.yaml', value: /^\s*start:[ \t]*["']?([^\n]+?)["']?$/gm },
  { file: 'railway.json', value: /"startCommand":\s*"((?:[^"\\]|\\.)*)"/g },
  { file: 'railway.toml', value: /^startCommand\s*=\s*["'](.+)["']$/gm },
  { file: 'nixpacks.toml', value: /^cmd\s*=\s*["'](.+)["']$/gm },
  { file: 'fly.toml', value: /^\s*(?:app|web)\s*=\s*["'](.+)["']$/gm },
  { file: 'heroku.yml', value: /^\s*web:[ \t]*["']?([^\n]+?)["']?$/gm },
  { file: 'manifest.yml', value: /^\s*command:[ \t]*["']?([^\n]+?)["']?$/gm },
  { file: 'apprunner.yaml', value: /^\s*command:[ \t]*["']?([^\n]+?)["']?$/gm },
  { file: 'startup.sh', value: /^[ \t]*(?:exec[ \t]+)?(.+)$/gm },
  { file: 'startup.txt', value: /^[ \t]*(.+)$/gm },
  { file: 'Pipfile', value: /^(?:start|web|serve|server|run)\s*=\s*["'](.+)["']$/gm },
  { file: 'Makefile', value: /^(?:start|serve|server|run)\b[^\n=]*:[^\n=]*\n(?:[ \t]+[@#-]?\w*echo[^\n]*\n)*\t[@-]?(.+)$/gm },
]

/** What another tool's file starts. A script there may be a development server's: it stands behind an application object. */
function hostEntry(project: Project): Entry | undefined {
  for (const { file, value } of COMMANDS) {
    const text = file === 'Dockerfile' ? project.original(file) : project.read(file)
    const content = text?.replace(/\\[ \t]*\n/g, ' ')
    const commands = content === undefined ? [] : [...content.matchAll(value)].map(([all, command]) => ({ command: command!, words: execForm(command!), evidence: { file, line: lineOf(text!, all.trim().slice(0, 20)), text: all.trim().slice(0, 120) } }))
    // what is started for good stands last in a Dockerfile; CMD may hold the arguments of ENTRYPOINT
    if (file === 'Dockerfile') commands.reverse()
    if (file === 'Dockerfile' && commands[0]?.words && commands[1]?.words && /^ENTRYPOINT/i.test(commands[1].evidence.text)) commands.unshift({ ...commands[0]!, words: [...commands[1].words, ...commands[0].words] })
    for (const { command, words, evidence } of commands) {
      const found = words && !/^(?:\S*\/)?(?:ba)?sh$/.test(words[0] ?? '') ? wordsEntry(project, words, '', evidence) : commandEntry(project, words?.at(-1) ?? command, evidence)
      // what is deployed with words of its own is more than the object that it serves
      if (found) return { ...found, weak: /^(?:Pipfile|Makefile)$/.test(file) || !found.args?.some((w) => !/^-|^\{port\}$|^[\d.:]+$/.test(w)) }
    }
  }
  return undefined
}

/** The words of a list as Docker writes it, undefined for a line for a shell. */
const execForm = (command: string): string[] | undefined => (/^\[.*\]\s*$/.test(command) ? [...command.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((m) => m[1]!) : undefined)

/** What a line for a shell starts, which may change the folder before. */
function commandEntry(project: Project, command: string, evidence: Evidence): Entry | undefined {
  let folder = ''
  for (const part of command.split(/\s*(?:&&|;)\s*/)) {
    const moved = /^cd\s+([\w./-]+)$/.exec(part.trim())
    if (moved) folder = moved[1]!.replace(/^\.?\/+|\/+$/g, '')
    const words = splitCommand(part.replace(/\$(?:\w*PORT\b|[{(]\w*PORT\b[^})]*[})])/g, '{port}').replace(/\$\{\w+:?-([\w.]+)\}/g, '$1').replace(/\$\{?\w+(?::-?\w+)?\}?|\$\(\w+\)/g, VARIABLE).replace(/\[::\]/g, '0.0.0.0'))
    const found = words && wordsEntry(project, words, folder, evidence)
    if (found) return found
  }
  return undefined
}

/** What a script for the shell starts in the end. */
function shellEntry(project: Project, file: string, evidence: Evidence): Entry | undefined {
  const lines = (project.read(file) ?? '').replace(/\\[ \t]*\n/g, ' ').split('\n').map((l) => l.trim()).filter((l) => /\b(?:python|gunicorn|uvicorn|hypercorn|daphne|waitress-serve|granian|fastapi|sanic|streamlit)/.test(l) && !l.startsWith('#') && !l.includes('.sh'))
  for (const line of lines.reverse()) {
    const found = commandEntry(project, line.replace(/^exec\s+/, ''), evidence)
    if (found) return found
  }
  return undefined
}

/** Stands for a variable of a shell's of which the value is not known. */
const VARIABLE = '{variable}'

/** The words behind a script. Without a value for one of them they say nothing; reloading is for developers. */
const argumentsOf = (words: readonly string[]): string[] => (words.some((w) => w.includes(VARIABLE)) ? [] : words.filter((w) => !/^--?(?:reload|debug|dev)$/.test(w)))

const SERVERS = /^(?:gunicorn|uvicorn|hypercorn|daphne|waitress-serve|granian|fastapi|sanic)$/

function wordsEntry(project: Project, words: readonly string[], start: string, evidence: Evidence): Entry | undefined {
  let folder = start
  const server = words.findIndex((w) => SERVERS.test(w.slice(w.lastIndexOf('/') + 1)))
  const at = server >= 0 ? server : words.findIndex((w) => /^(?:python3?(?:\.\d+)?|streamlit|chainlit)$/.test(w))
  const script = at < 0 ? words.map((w) => w.replace(/^(?:\.\/|\/\w+\/(?=[\w.-]+$)|\/)/, '')).find((w) => w.endsWith('.sh') && project.read(w) !== undefined) : undefined
  if (script) return shellEntry(project, script, evidence)
  if (at < 0) return undefined
  const moving = words.findIndex((w) => /^--(chdir|app-dir|pythonpath)(=|$)/.test(w))
  if (moving >= 0) folder = (words[moving]!.split('=')[1] ?? words[moving + 1] ?? '').replace(/^\.?\/+|\/+$/g, '')
  const below = (path: string): string => (folder ? `${folder}/${path}` : path).replace(/^\.\//, '')
  if (server < 0) {
    const module = words[at + 1] === '-m' ? words[at + 2]?.replaceAll('.', '/') : undefined
    const named = words.slice(at + 1).filter((w) => w.endsWith('.py'))
    const path = (module ? [`${module}.py`, `${module}/__main__.py`] : named).map(below).find((p) => project.read(p) !== undefined)
    if (!path || /(?:^|\/)(?:manage|setup)\.py$/.test(path)) return undefined
    const args = argumentsOf(words.slice(module ? at + 3 : words.findIndex((w) => w.endsWith('.py') && below(w) === path) + 1))
    return { script: path, root: folder, evidence, ...(args.length > 0 ? { args } : {}) }
  }
  for (const word of words.slice(at + 1)) {
    const found = resolveTarget(project, word, folder ? [folder] : ['', 'src'], evidence)
    if (found) return { ...found, evidence, options: gunicornOptions(project, words.slice(at)), target: { ...found.target, factory: found.target.factory || words.includes('--factory') } }
  }
  return undefined
}

/** What in a settings' file of gunicorn's stops a container: going to the background, and writing where nothing can be written. */
export const STOPS = /^\s*(?:daemon|pidfile|user|group|chroot)\s*=|log\s*=\s*f?["'](?!-["']|["']|\/(?:dev|proc|tmp)\/)/m

/** The worker class and the settings' file of a line for gunicorn, as arguments. */
function gunicornOptions(project: Project, [server, ...words]: readonly string[]): string[] {
  if (!server?.endsWith('gunicorn')) return []
  const value = (short: string, long: string): string | undefined => {
    const i = words.findIndex((w) => w === short || w === long || w.startsWith(`${long}=`))
    return i < 0 ? undefined : words[i]!.startsWith(`${long}=`) ? words[i]!.slice(long.length + 1) : words[i + 1]
  }
  const worker = value('-k', '--worker-class')
  const config = value('-c', '--config')?.replace(/^\.\//, '')
  const usable = config !== undefined && !STOPS.test(project.read(config) ?? 'daemon=')
  return [...(worker && !/^(?:sync|gthread)$/.test(worker) ? ['--worker-class', worker] : []), ...(usable ? ['--config', `/app/${config}`] : [])]
}

/** The function that the Functions Framework is to call: the one that a command names, else the first that is registered, else the first that takes a request. */
export function findFunction(project: Project, files: readonly string[]): Fact<string> | undefined {
  const target = /functions[-_]framework\b[^\n]*--target(?:=|["',\s]+)(\w+)/.exec(`${project.read('Procfile') ?? ''}\n${project.original('Dockerfile') ?? ''}`)?.[1]
  for (const pattern of [...(target ? [new RegExp(`^(?:async )?def (${target})\\(.*`, 'm')] : []), /^@functions_framework\.[\w.]+(?:\([^)]*\))?\s*\n(?:@.*\n)*(?:async )?def (\w+)\(/m, /^def (\w+)\(\s*(?:request|req|event|cloud_?event|data)\b/m])
    for (const file of files) {
      const source = project.read(file) ?? ''
      const found = pattern.exec(source)
      if (found) return fact(found[1]!, { file, line: lineOf(source, found[0]), text: found[0].split('\n').at(-1)! })
    }
  return undefined
}

/** An application object of an unknown framework, by its name: what a server is told of. The last two are the protocols themselves. */
const OBJECT = /^(?:(app|application|api|asgi|wsgi|asgi_app|wsgi_app)\s*(?::[^=\n]+)?=\s*[A-Za-z_][\w.]*\(|async def (\w+)\(\s*scope\b[^)]*\breceive\b|def (\w+)\(\s*environ\b[^)]*\bstart_response\b)/m
const RUNS = /^if\s+__name__\s*(?:==|in\b)|^\w*\.(?:run|start|serve|listen|launch|mainloop)\(|^(?:asyncio|uvicorn|anyio)\.run\(|^with (?:\w+\.)?make_server\(/m

/** An application object that nothing in its file runs, in a file of a usual name: of a framework that is not known, or of none. */
export function findUnknown(project: Project, files: readonly string[], entries: readonly string[], root: (file: string) => string): { target: Target; interface: 'asgi' | 'wsgi' } | undefined {
  for (const file of ranked(files.filter((f) => files.length === 1 || /(^|\/)[aw]sgi\.py$/.test(f) || entries.includes(f.slice(f.lastIndexOf('/') + 1))), entries)) {
    const source = project.read(file) ?? ''
    const found = OBJECT.exec(source)
    if (!found || RUNS.test(source)) continue
    const asgi = /(^|\/)asgi\.py$/.test(file) || found[2] !== undefined || (found[3] === undefined && !/(^|\/)wsgi\.py$/.test(file) && /^[ \t]*async def /m.test(source))
    const object = found.slice(1).find(Boolean)!
    return { interface: asgi ? 'asgi' : 'wsgi', target: { module: moduleOf(file, root(file)), object, factory: false, file, evidence: { file, line: lineOf(source, found[0]), text: found[0].slice(0, 120) } } }
  }
  return undefined
}

/** A statement that does something when the file is run; a library only defines. */
const ACTS = /^(?:(?:await )?[\w.]+\(|\w[\w, ]*=\s*[\w.]+\(|while\b|for\b|with\b|async\b(?! def))/m

/** The same without names that are given a value, as a library's logger is. */
const STATES = /^(?:(?:await )?[\w.]+\(|while\b|for\b|with\b|async\b(?! def))/m
const acts = (source: string): boolean => (/^(?:async )?def |^class /m.test(source) ? STATES : ACTS).test(source)

/** Whether a file only defines what others call. */
const defines = (source: string): boolean => /^(?:async )?def |^class /m.test(source) && !ACTS.test(source)

/** The script of a program without an application object: a usual name, the only file, or the only one with a main part. */
export function findScript(project: Project, files: readonly string[], entries: readonly string[]): Fact<string> | undefined {
  const runs = (f: string): boolean => /^if\s+__name__\s*(?:==|in\b)/m.test(project.read(f) ?? '') || (f.endsWith('__main__.py') && acts(project.read(f) ?? ''))
  const scripts = ranked(files.filter((f) => !/(^|\/)(setup|conftest|manage|wsgi|asgi|noxfile|fabfile|tasks|__init__)\.py$/.test(f)), entries)
  const named = scripts.filter((f) => entries.includes(f.slice(f.lastIndexOf('/') + 1)))
  const main = named.find((f) => runs(f)) ?? named.find((f) => !f.includes('/') && !f.endsWith('__main__.py') && !defines(project.read(f) ?? ''))
  if (main) return fact(main, { file: main, line: lineOf(project.read(main)!, /^if\s+__name__/m) ?? 1 })
  const running = scripts.filter(runs)
  const likely = running.length > 1 ? running.filter((f) => /_(?:server|app|main|bot|worker)\.py$/.test(f)) : running
  const only = likely.length === 1 ? likely[0] : scripts.length === 1 && acts(project.read(scripts[0]!) ?? '') ? scripts[0] : undefined
  return only ? { ...fact(only, { file: only, line: 1 }), guess: true } : undefined
}
