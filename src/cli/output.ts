import type { Facts } from '../detect/facts.ts'
import type { Plan } from '../plan/plan.ts'
import type { Change } from '../reconcile/reconcile.ts'
import { coloured, paint } from './colour.ts'
import type { Choice } from './decide.ts'
import type { Io } from './io.ts'
import { type nextSteps, shellWord } from './next.ts'
import type { Parsed } from './parse.ts'

type Flags = Parsed['flags']

const DONE: Record<Choice, string> = { replace: 'replace', skip: 'skip', backup: 'backup', merge: 'marked' }
const WHY: Record<string, string> = { edited: 'edited here, and nothing new to write', orphan: 'no longer written, but it was edited: yours now', foreign: 'not written by this tool' }

/** One line a file: what happens, its path, and why where that is not plain. */
export function changeLines(changes: readonly Change[], choices: ReadonlyMap<string, Choice>, flags: Flags, io: Io): string {
  const p = paint(coloured(flags, io.env, io.stdout))
  const colour: Record<string, (s: string) => string> = { create: p.green, update: p.yellow, merged: p.yellow, marked: p.red, conflict: p.red, remove: p.red, same: p.dim }
  return changes
    .filter((c) => c.reason !== 'known')
    .map((c) => {
      const choice = choices.get(c.path)
      const word = c.kind === 'conflict' && choice ? DONE[choice] : c.kind
      const why = c.kind === 'gone' ? `   ${p.dim('deleted here, and stays so; --with brings it back')}` : c.kind === 'merged' ? `   ${p.dim('your edits and the new text')}` : c.kind === 'kept' ? `   ${p.dim(WHY[c.reason ?? ''] ?? '')}` : c.kind === 'conflict' && !choice ? `   ${p.dim(c.reason === 'foreign' ? WHY.foreign! : 'edited since it was written')}` : ''
      return `${(colour[word] ?? ((s: string) => s))(word.padEnd(9))}${c.path}${why}\n`
    })
    .join('')
}

/** What was found and decided, with its evidence; guesses say so. For standard error. */
export function summary(plan: Plan, flags: Flags, io: Io): string {
  const p = paint(coloured(flags, io.env, io.stderr))
  const { runtime } = plan
  const probe = runtime.probes?.liveness
  const rows: [string, string, string][] = [
    ['start', runtime.argv.map(shellWord).join(' '), 'start'],
    ['port', runtime.port === undefined ? 'none: nothing listens' : String(runtime.port), 'port'],
    ['health', !probe ? 'nothing to probe' : 'http' in probe ? probe.http.path : 'grpc' in probe ? 'gRPC health checking' : 'the port opens (no health route was found)', 'healthPath'],
    ['services', plan.services.map((s) => s.id).join(', '), 'services'],
    ['base', `${plan.base.runtime}, user ${plan.base.uid}`, 'base'],
  ]
  const head = [`${plan.language.title} ${plan.language.version}`, plan.framework?.title, plan.manager?.title, `preset ${plan.preset}`].filter(Boolean).join(', ')
  return `${p.bold(plan.name)}: ${head}\n${rows
    .filter(([, value]) => value !== '')
    .map(([label, value, key]) => `  ${label.padEnd(9)} ${value}${origin(plan, key, p.dim, p.yellow)}\n`)
    .join('')}${off(plan)}${warnings(plan, p.yellow)}`
}

function origin(plan: Plan, key: string, dim: (s: string) => string, loud: (s: string) => string): string {
  const from = plan.origins[key]
  if (!from) return ''
  const at = from.evidence?.[0]
  const usual = key === 'port' && from.origin === 'built-in' ? `usual for ${plan.framework?.title ?? plan.language.title}` : ''
  const place = at ? `${at.file}${at.line ? `:${at.line}` : ''}` : from.origin === 'built-in' || from.origin === 'detected' ? usual : from.origin
  return `${place ? dim(` — ${place}`) : ''}${from.guess ? loud(' (a guess)') : ''}`
}

function off(plan: Plan): string {
  return Object.entries(plan.controls)
    .filter(([, state]) => !state.on)
    .map(([id, state]) => `  ${'off'.padEnd(9)} ${id}: ${state.reason} (${state.origin})\n`)
    .join('')
}

export function warnings(plan: Plan, loud: (s: string) => string = (s) => s): string {
  return plan.warnings.map((w) => `${loud('warning')}: ${w.file ? `${w.file}${w.line ? `:${w.line}` : ''}: ` : ''}${w.message}\n${w.hint ? `         ${w.hint}\n` : ''}`).join('')
}

/** The next steps, and where no health route was found, how to get one. */
export function nextLines(steps: ReturnType<typeof nextSteps>, plan: Plan, framework: { title: string; healthHint?: string } | undefined, flags: Flags, io: Io): string {
  const p = paint(coloured(flags, io.env, io.stderr))
  const lines = steps.map((s) => `  ${s.label.padEnd(8)} ${p.cyan(s.command)}\n`).join('')
  const unprobed = plan.runtime.probes && 'tcp' in plan.runtime.probes.liveness
  const hint = unprobed ? `no health route was found, so the probes only see whether the port opens; ${framework?.healthHint ? `ten lines for ${framework.title}: create-hardened-container explain healthPath` : 'name one: --health-path /healthz'}\n` : ''
  const has = (id: string): boolean => plan.artifacts.some((a) => a.id === id)
  const own = has('compose') ? plan.compose.environment.filter((e) => e.value === '').map((e) => e.name) : []
  const places = [...(own.length > 0 ? [`${own.join(', ')} in .env for compose`] : []), ...(has('secret') ? [`${plan.runtime.secrets.join(', ')} for the cluster, as k8s/secret.yaml.example shows`] : [])]
  const wanted = plan.runtime.secrets.length > 0 && places.length > 0 ? `its ${plan.services.length > 0 && plan.runtime.addresses.length === 0 ? 'secrets, and where its services are,' : 'secrets'} are yours to set: ${places.join('; ')}\n` : ''
  const near = has('configmap') && plan.runtime.addresses.length > 0 ? `${plan.runtime.addresses.map((a) => a.name).join(', ')} in k8s/configmap.yaml say where its services are: change them where those are not in this namespace\n` : ''
  return `${hint}${wanted}${near}${p.bold('next')}\n${lines}`
}

/** The plan with the facts behind it, as --plan prints it. */
export const planText = (plan: Plan, facts: Facts): string => `${JSON.stringify({ ...plan, facts }, null, 2)}\n`
