import type { Evidence, Warning } from '../facts.ts'
import type { Project } from '../project.ts'
import { lineOf } from '../project.ts'

/** What the settings of a Django project say that the image and the workload depend on. */
export interface Django {
  /** folder of manage.py, "" for the root */
  root: string
  /** module of the WSGI or ASGI application, "shop.wsgi" */
  module: string
  /** its name in there, or the call that makes it */
  object: string
  file: string
  settings: string
  evidence: Evidence
  asgi: boolean
  /** words of the collectstatic command, or "" where there is no STATIC_ROOT */
  collect: string
  /** parts of Django's own that need system libraries, by the names in the settings */
  parts: Map<string, Evidence>
  /** run-time environment that lets the names of the Service and the way in through ALLOWED_HOSTS */
  env: Record<string, string>
}

/** Reads manage.py, wsgi.py and the settings. Undefined when it is no Django project that can be served. */
export function readDjango(project: Project, asgiServer: boolean, warnings: Warning[]): Django | undefined {
  // not the sources: a Django project may be called example
  const files = project.files().filter((f) => f.endsWith('.py'))
  const manage = files.find((f) => /(^|\/)manage\.py$/.test(f))
  const root = manage?.includes('/') ? manage.slice(0, manage.lastIndexOf('/')) : ''
  const prefix = root ? `${root}/` : ''
  const serves = (f: string): boolean => /get_[aw]sgi_application|django/.test(project.read(f) ?? '')
  const named = (name: string): string | undefined => files.find((f) => f.startsWith(prefix) && f.endsWith(`/${name}.py`) && serves(f)) ?? files.find((f) => f === `${prefix}${name}.py` && serves(f))
  const asgiFile = asgiServer ? named('asgi') : undefined
  // a project without a module for servers is served by what makes the object of such modules
  const bare = manage && settingsModule(project.read(manage)) ? manage : undefined
  const MADE = /^(\w+)\s*=\s*get_([aw])sgi_application\(/m
  const single = (): string | undefined => files.find((f) => f.startsWith(prefix) && MADE.test(project.read(f) ?? ''))
  const file = asgiFile ?? named('wsgi') ?? named('asgi') ?? single() ?? bare
  if (!file) return undefined
  const made = /[aw]sgi\.py$/.test(file) || file === manage ? null : MADE.exec(project.read(file)!)
  const asgi = file.endsWith('asgi.py') || made?.[2] === 'a'
  const module = file === manage ? 'django.core.wsgi' : file.slice(prefix.length).replace(/\.py$/, '').replaceAll('/', '.')
  const settings = settingsModule(project.read(file)) ?? settingsModule(manage && project.read(manage)) ?? `${module.split('.').slice(0, -1).join('.')}.settings`
  const chain = settingsFiles(project, prefix, settings)
  const at = (expression: RegExp): { file: string; line?: number; text: string } | undefined => {
    for (const f of chain) {
      const found = expression.exec(project.read(f)!)
      if (found) return { file: f, line: lineOf(project.read(f)!, expression), text: found[1] ?? found[0] }
    }
    return undefined
  }
  const collects = manage && at(/^STATIC_ROOT\s*=/m) && at(/["']django\.contrib\.staticfiles["']/)
  const required = dummyEnvironment(chain.map((f) => project.read(f)!))
  const dummies = collects ? required : []
  const collect = collects ? [...(settings ? [`DJANGO_SETTINGS_MODULE=${settings}`] : []), ...dummies, 'python', `${prefix}manage.py`, 'collectstatic', '--noinput'].join(' ') : ''
  warn(at, warnings)
  const parts = new Map(['django.contrib.gis', 'django.contrib.gis.db.backends.spatialite'].flatMap((name): [string, Evidence][] => {
    const found = at(new RegExp(`["']${name}["']`))
    return found ? [[name, found]] : []
  }))
  const env = { ...(file === manage ? { DJANGO_SETTINGS_MODULE: settings } : {}), ...namesOf(required), ...hostEnvironment(at, warnings) }
  return { root, module, object: file === manage ? 'get_wsgi_application()' : (made?.[1] ?? 'application'), file, settings, evidence: { file, line: lineOf(project.read(file)!, file === manage ? 'DJANGO_SETTINGS_MODULE' : made ? MADE : /^application\s*=/m) }, asgi, collect, parts, env }
}

const settingsModule = (source: string | undefined): string | undefined => /DJANGO_SETTINGS_MODULE["']\s*,\s*["']([\w.]+)["']/.exec(source ?? '')?.[1]

/** The settings' file and what it imports with a star, the importing one first. */
function settingsFiles(project: Project, prefix: string, module: string): string[] {
  const out: string[] = []
  const visit = (path: string): void => {
    const file = [`${path}.py`, `${path}/__init__.py`].find((f) => project.read(f) !== undefined)
    if (!file || out.includes(file)) return
    out.push(file)
    const folder = file.slice(0, file.lastIndexOf('/'))
    for (const found of project.read(file)!.matchAll(/^\s*from\s+(\.*)([\w.]*)\s+import\s+\*/gm)) {
      const below = found[2]!.replaceAll('.', '/')
      visit(found[1] ? `${folder}/${below}` : `${prefix}${below}`)
    }
  }
  visit(prefix + module.replaceAll('.', '/'))
  return out
}

/** Values for the settings that have none at build time: Django imports its settings to find the static files. */
function dummyEnvironment(sources: readonly string[]): string[] {
  const out = new Map<string, string>()
  for (const source of sources)
    for (const found of source.matchAll(/\b(?:environ\[|getenv\(|environ\.get\(|config\(|env(?:\.\w+)?\()\s*["']([A-Z][A-Z0-9_]*)["']([^)\]\n]*)(\)[.[])?/g)) {
      const [all, name, rest, used] = found
      const number = /\bint\(\s*(?:os\.)?$/.test(source.slice(Math.max(0, found.index - 12), found.index))
      const secret = /SECRET|KEY/.test(name!)
      const required = all.startsWith('environ[') || (/^(config|env(\.\w+)?)\(/.test(all) && !/,\s*(?:default|["'\w])/.test(rest!.replace(/\bcast\s*=[^,]*/, '')))
      if (!required && !((secret || used || number) && !/,/.test(rest!))) continue
      const value = /cast\s*=\s*bool|env\.bool/.test(all) ? 'False' : number || /cast\s*=\s*int|env\.int|PORT$/.test(all + name) ? '1' : /DATABASE_URL|DB_URL/.test(name!) ? 'sqlite:///tmp.db' : /_URL$|_DSN$|ORIGINS?$/.test(name!) ? 'https://localhost/' : /DEBUG/.test(name!) ? 'False' : 'build-only'
      out.set(name!, value)
    }
  return [...out].map(([name, value]) => `${name}=${value}`)
}

type Find = (expression: RegExp) => { file: string; line?: number; text: string } | undefined

/** ALLOWED_HOSTS out of an environment variable is told the names that the program is asked by. */
function hostEnvironment(at: Find, warnings: Warning[]): Record<string, string> {
  const hosts = at(/^ALLOWED_HOSTS\s*(?::[^=\n]*)?=\s*((?:\[[^\]]*\]|.*))/m)
  if (hosts && /["']\*["']/.test(hosts.text)) return {}
  const variable = /["']([A-Z][A-Z0-9_]*HOSTS?)["']/.exec(hosts?.text ?? '')?.[1]
  if (hosts && variable) {
    const separator = /split\(\s*["']\s["']\s*\)|split\(\)/.test(hosts.text) ? ' ' : ','
    return { [variable]: ['localhost', '127.0.0.1', '{name}', '{host}'].join(separator) }
  }
  const place = hosts ?? at(/^[ \t]+ALLOWED_HOSTS\s*=/m)
  warnings.push({
    message: 'Django answers 400 to every host that is not in ALLOWED_HOSTS, the name of the Service and the address of the pod among them, so the probes only open a connection',
    file: place?.file,
    line: place?.line,
    hint: 'take it from the environment: ALLOWED_HOSTS = os.environ["ALLOWED_HOSTS"].split(",")',
  })
  return {}
}

/** Settings without a default that say under which name the program is reached. */
function namesOf(required: readonly string[]): Record<string, string> {
  const named = required.map((r) => r.slice(0, r.indexOf('='))).flatMap((name): [string, string][] => (/ORIGINS?$/.test(name) ? [[name, 'https://{host}']] : /^(?:[A-Z]+_)?DOMAIN(?:_NAME)?$/.test(name) ? [[name, '{host}']] : []))
  return Object.fromEntries(named)
}

function warn(at: Find, warnings: Warning[]): void {
  const debug = at(/^DEBUG\s*=\s*True\b/m)
  if (debug) warnings.push({ message: 'DEBUG is on, which shows settings and sources to everybody', file: debug.file, line: debug.line, hint: 'DEBUG = os.environ.get("DEBUG") == "true"' })
}
