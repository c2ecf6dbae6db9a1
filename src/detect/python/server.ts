import { fact } from '../facts.ts'
import type { DetectContext, Framework } from '../language.ts'
import type { Django } from './django.ts'
import { STOPS, type Target } from './entry.ts'
import type { Manifests } from './manifests.ts'
import type { Start } from './start.ts'
import { pinFor, releaseBefore } from './version.ts'
import type { Project } from '../project.ts'

interface Server {
  interface: string
  sigterm: boolean
  argv: string[]
  factory: string
  env?: Record<string, string>
}

/** The words of the server that serves a target: one that the project has, else the usual one at a pinned version. */
export function serve({ language, project }: DetectContext, manifests: Manifests, spec: Framework, target: Target, root: string, line: string, django: Django | undefined, options: readonly string[] = []): Start {
  const data = language.data!
  const env: Record<string, string> = root && !django ? { PYTHONPATH: `/app/${root}` } : {}
  const name = `${target.module}:${target.object}`
  // an unguarded app.run() would start Flask's own server while the module is imported; Flask's own switch keeps it from that
  if ((spec.id === 'flask' && new RegExp(`^${target.object}\\.run\\(`, 'm').test(project.read(target.file) ?? '')) || (spec.id === 'dash' && /^\w+\.run(?:_server)?\(/m.test(project.read(target.file) ?? ''))) env.FLASK_RUN_FROM_CLI = 'true'
  if (spec.argv) {
    const argv = (spec.argv as string[]).map((w) => w.replace('{app}', name).replace('{celery}', name))
    if (target.factory && spec.id === 'sanic') argv.push('--factory')
    return { argv: fact(argv, target.evidence), develop: argv, env, root, file: target.file, sigterm: spec.handlesSigterm }
  }
  const kind = spec.id === 'django' && (django?.asgi || /asgi$/.test(target.module)) ? 'asgi' : String(spec.interface)
  // a call with arguments is understood by gunicorn alone
  const servers = Object.entries(data.servers as Record<string, Server>).filter(([id, s]) => s.interface === kind && (id === 'gunicorn' || !target.object.includes('(')))
  const direct = servers.find(([id]) => manifests.dependencies.has(id) || brings(manifests, id))
  const [id, server] = direct ?? servers[0]!
  const pin = manifests.locked.get(id) ?? pinFor((data.pins as Record<string, Record<string, string>>)[id] ?? {}, line)
  const sockets = kind === 'asgi' && id === 'uvicorn' && /websocket/i.test(project.read(target.file) ?? '')
  Object.assign(env, server.env)
  const worker = id === 'gunicorn' ? workerOf(manifests, [...options, ...settled(project, options, django?.root ?? '')]) : undefined
  const app = target.factory && server.factory === 'call' ? `${name}()` : name
  const argv = [server.argv[0]!, ...(target.factory && server.factory.startsWith('--') ? [server.factory] : []), ...server.argv.slice(1)].map((w) => w.replace('{app}', app))
  // threads are the usual worker's
  if (worker) argv.splice(argv.indexOf('--threads'), worker.includes('--worker-class') ? 2 : 0, ...worker)
  const manage = django && `${django.root ? `${django.root}/` : ''}manage.py`
  const develop = manage && project.has(manage) ? ['python', 'manage.py', 'runserver', '0.0.0.0:{port}'] : spec.id === 'flask' ? ['flask', '--app', app, 'run', '--debug', '--host', '0.0.0.0', '--port', '{port}'] : ['uvicorn', 'gunicorn', 'hypercorn'].includes(id) ? [...argv, '--reload'] : argv
  return { argv: fact(argv, target.evidence), develop, ...(direct ? {} : { added: `${id}${sockets ? '[standard]' : ''}==${pin}` }), env, root: django?.root ?? root, file: target.file, sigterm: server.sigterm }
}

/** What is said against a settings' file that gunicorn reads, by itself where no line names one: it may not stop the container, nor start workers for each processor of a machine that it has a part of. */
function settled(project: Project, options: readonly string[], root: string): string[] {
  const named = options.indexOf('--config')
  const text = project.read(named < 0 ? `${root ? `${root}/` : ''}gunicorn.conf.py` : options[named + 1]!.replace('/app/', '')) ?? ''
  if (named < 0 && STOPS.test(text)) return ['--config', '/dev/null']
  return text.includes('cpu_count') ? ['--workers', '2'] : []
}

/** The options of gunicorn's that the image can have: a class of workers needs its package. */
function workerOf({ dependencies, locked }: Manifests, options: readonly string[]): string[] | undefined {
  const at = options.indexOf('--worker-class')
  const name = options[at + 1]?.split('.')[0]
  const there = at < 0 || ['tornado', 'eventlet', 'gevent', 'geventwebsocket', 'flask_sockets', 'meinheld', 'uvicorn'].some((n) => n === name && [n, n.replace('_', '-'), 'gevent-websocket'].some((p) => dependencies.has(p) || locked.has(p)))
  const out = there ? [...options] : options.filter((_, i) => i !== at && i !== at + 1)
  return out.length > 0 ? out : undefined
}

/** Packages whose extras bring a server along. */
function brings(manifests: Manifests, server: string): boolean {
  // before its fourth release it was the server of channels itself
  if (server === 'daphne' && releaseBefore(manifests, 'channels', '4.0.0') !== undefined) return true
  const extras = (name: string): string[] => manifests.dependencies.get(name)?.extras ?? []
  if (server === 'daphne' && extras('channels').includes('daphne')) return true
  return server === 'uvicorn' && (manifests.dependencies.has('python-fasthtml') || [...extras('fastapi'), ...extras('litestar'), ...extras('fastapi-cli')].some((e) => e === 'standard' || e === 'all'))
}
