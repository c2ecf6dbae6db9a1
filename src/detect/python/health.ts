import { type Fact, fact, type Warning } from '../facts.ts'
import type { Framework } from '../language.ts'
import { type Opened, openLoopback } from '../opened.ts'
import type { Project } from '../project.ts'
import { isForeign } from '../others.ts'
import { filesOf, type Match, type Sources } from '../sources.ts'

const LIVE = /^\/(healthz?|livez?|health\/live(ness)?|_?health|health[_-]?check|status|ping|up|alive|heartbeat|api\/healthz?|api\/health\/live)\/?$/i
const READY = /^\/(readyz?|ready|readiness|health\/ready|api\/readyz?|_?ready)\/?$/i

/**
 * Health routes that are surely at the path that they name: on the application object itself or on a router without any
 * prefix. One whose handler asks a database says ready, not alive. Where hosts are checked the address of a pod is refused.
 */
export function chooseHealth(project: Project, sources: Sources, spec: Framework | undefined, runsItself: boolean): { health?: Fact<string>; ready?: Fact<string> } {
  if (spec?.health) return {}
  if (spec?.id === 'django' || sources.match(/\b(?:TrustedHostMiddleware|AllowedHosts|AllowedHostsConfig|TRUSTED_HOSTS)\b/)) return {}
  if (runsItself && sources.all('route').length === 0) return {}
  const prefixed = sources.match(/\b(?:url_)?prefix\s*=|\.mount\(|\broot_path\s*=|\.add_subapp\(/)
  const out: { health?: Fact<string>; ready?: Fact<string> } = {}
  for (const route of sources.all('route')) {
    const path = route.groups[0]!
    if (/methods\s*=\s*\[(?![^\]]*GET)/.test(route.evidence.text ?? '')) continue
    const source = project.read(route.evidence.file)!
    const receiver = /^\s*@(\w+)\./.exec(route.evidence.text ?? '')?.[1]
    const direct = receiver !== undefined && new RegExp(`^\\s*${receiver}\\s*(?::[^=\\n]+)?=\\s*[\\w.]*(?:FastAPI|Flask|APIFlask|Quart|Sanic|Bottle|Starlette)\\(`, 'm').test(source)
    if (prefixed && !direct) continue
    const handler = source.split('\n').slice(route.evidence.line! - 1, route.evidence.line! + 14).join('\n').split(/\n(?=@)/)[0]!
    const checks = /\b(?:db|database|session|engine|execute|cursor|redis|cache|Depends|connection|pool|login_required|auth)\b/i.test(handler.slice(handler.indexOf('\n')))
    if (LIVE.test(path)) {
      if (checks) out.ready ??= fact(path, route.evidence)
      else out.health ??= fact(path, route.evidence)
    }
    if (READY.test(path)) out.ready ??= fact(path, route.evidence)
  }
  return out.ready && !out.health && /login_required|auth/i.test(out.ready.evidence[0]?.text ?? '') ? {} : out
}

/** A line about another program, which is a client of it. */
const CLIENT = /connect|client|redis|mongo|postgres|psycopg|mysql|rabbit|pika|kafka|smtp|mail|database|\bdb\b/i

/** The variable of an address, and what it is without one: the address itself, or a name that has it. */
const BY_VARIABLE = /(?:getenv|environ\.get)\(\s*["']([A-Z_]*(?:HOST|BIND|ADDRESS|ADDR))["']\s*,\s*(?:["'](127\.0\.0\.1|localhost|0\.0\.0\.0|::)["']|(\w+)\s*\))/

/** A name that is given a value, which may be what the program connects to as well. */
const GIVEN = /^\w+(?:\s*:\s*str)?(?:\s*,\s*\w+)?\s*=/

/** Whether a file gives a name such an address. */
const namesAddress = (source: string, name: string): boolean => new RegExp(`^${name}\\s*(?::\\s*str\\s*)?=\\s*["'](?:127\\.0\\.0\\.1|localhost|0\\.0\\.0\\.0|::)["']`, 'm').test(source)

/** Environment that makes a program with a loopback default listen on all interfaces; else what the build changes for that. */
export function bindsByVariable(project: Project, sources: Sources, loopback: readonly Match[], opened: Opened[], warnings: Warning[]): Fact<Record<string, string>> | undefined {
  const host = sources.matches(BY_VARIABLE).find((m) => !isForeign(m.groups[0]!) && (m.groups[1] !== undefined || namesAddress(project.read(m.evidence.file) ?? '', m.groups[2]!)))
  if (host) return fact({ [host.groups[0]!]: '0.0.0.0' }, host.evidence)
  const listening = filesOf(sources.all('listens'))
  const own = loopback.filter(({ evidence: { file, line = 1, text = '' } }) => !(GIVEN.test(text) && !listening.has(file)) && !CLIENT.test((project.read(file) ?? '').split('\n').slice(Math.max(0, line - (GIVEN.test(text) ? 1 : 2)), line).join('\n')))
  opened.push(...openLoopback(own, new Set(own.map((m) => m.evidence.file)), warnings))
  return undefined
}
