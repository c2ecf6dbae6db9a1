/**
 * Checks files against the controls: expectations at their paths and coded checks, each finding once, with file and line.
 * With a plan, values are compared with what the plan says; without one, with what the controls accept from anybody.
 */
import { parse } from 'yaml'
import type { Audited, Control, Expectation, Finding, Report, Value } from '../controls/control.ts'
import { OWN } from '../plan/exceptions.ts'
import type { Plan } from '../plan/plan.ts'
import { type Context, contextOf } from '../render/context.ts'
import { fill, holds, keysOf, scopeOf } from '../render/expression.ts'
import { splitPath } from '../render/skeleton.ts'
import { isOverride } from './compose.ts'
import { readDockerfile } from './dockerfile.ts'
import { readDockerignore } from './dockerignore.ts'
import { readYaml, type YamlFault, type YamlFile } from './manifests.ts'
import { at, listOf, mapOf, podPath } from './workloads.ts'

export interface AuditFile {
  /** relative to the project, with "/" */
  path: string
  text: string
}

type Path = (string | number)[]

/**
 * @param files texts, or what was read of them already
 * @param plan what the files were made from, when it is known: controls that it switches off are not checked
 * @param exact values must be those of the plan; what a control accepts from others does not do
 */
export function audit(files: readonly AuditFile[] | Audited, controls: readonly Control[], plan?: Plan, exact = false): Finding[] {
  const audited = 'manifests' in files ? files : readFiles(files, plan)
  const context = plan && contextOf(plan)
  const found = controls
    .filter((c) => plan?.controls[c.id]?.on !== false && !plan?.exceptions.some((e) => e.linter === OWN && e.id === c.id))
    .flatMap((c) => [...expectationReports(c, audited, context, exact), ...(c.check?.(audited) ?? [])].map((r): Finding => ({ control: c.id, severity: c.severity, ...r })))
  const key = (f: Finding): string => JSON.stringify([f.control, f.file, f.line, f.message])
  const unique = [...new Map(found.map((f) => [key(f), f])).values()]
  return unique.sort((a, b) => compare(a.file, b.file) || (a.line ?? 0) - (b.line ?? 0) || compare(a.control, b.control))
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Sorts files into what each is, by its name and for YAML by its content. */
export function readFiles(files: readonly AuditFile[], plan?: Plan): Audited {
  const audited: Audited = { manifests: [], compose: [], faults: [], plan }
  for (const { path, text } of files) {
    const name = path.split('/').at(-1)!
    if (/^(Dockerfile|Containerfile)(\.[\w-]+)?$/.test(name) && !audited.dockerfile) audited.dockerfile = readDockerfile(path, text)
    else if (/^(.+\.)?\.?dockerignore$/.test(name)) audited.dockerignore ??= readDockerignore(path, text)
    else if (/\.ya?ml$/.test(name)) {
      const faults: YamlFault[] = []
      const documents = readYaml(path, text, faults)
      audited.faults.push(...faults.map((f) => ({ ...f, file: path })))
      if (/(^|\/)\.github\/workflows\/[^/]+$/.test(path)) audited.workflows = [...(audited.workflows ?? []), ...documents]
      audited.manifests.push(...documents.filter((d) => d.kind !== ''))
      audited.compose.push(...documents.filter((d) => d.kind === '' && 'services' in mapOf(d.value)))
    }
  }
  return audited
}

/** Kinds of objects that an artifact's expectations hold for, where it is not the one that the artifact is named after. */
const KINDS: Record<string, string[]> = {
  deployment: ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob', 'Pod'],
  service: ['Service'],
  serviceaccount: ['ServiceAccount'],
  namespace: ['Namespace'],
  networkpolicy: ['NetworkPolicy'],
  hpa: ['HorizontalPodAutoscaler'],
  pdb: ['PodDisruptionBudget'],
  ingress: ['Ingress'],
  gateway: ['HTTPRoute'],
  configmap: ['ConfigMap'],
  secret: ['Secret'],
}

function filesOf(artifact: string, audited: Audited): YamlFile[] {
  if (artifact === 'compose') return audited.compose.filter((f) => !isOverride(f.path))
  return audited.manifests.filter((f) => KINDS[artifact]?.includes(f.kind))
}

function expectationReports(control: Control, audited: Audited, context: Context | undefined, exact: boolean): Report[] {
  return (control.expects ?? []).flatMap((e, i, all) =>
    filesOf(e.artifact, audited).flatMap((file) => {
      if (!applies(e, file, audited, context)) return []
      // several forms of one place, of which the plan takes one: any of them does
      const forms = all.filter((o) => o.artifact === e.artifact && o.at === e.at && applies(o, file, audited, context))
      if (forms[0] !== e) return []
      return placesOf(e, file, context, exact)
        .filter((p) => !forms.some((f) => satisfied(f, p, context, exact)))
        .map((p) => ({ message: `${nameOf(p.path)} is ${p.value === undefined ? 'not set' : JSON.stringify(p.value)}; ${wanted(e, p, context)}`, file: file.path, line: file.line(p.path) }))
    }),
  )
}

/** The conditions of expectations, read off the files where there is no plan. */
function applies(e: Expectation, file: YamlFile, audited: Audited, context: Context | undefined): boolean {
  if (e.when === undefined) return true
  if (context) return holds(e.when, context)
  const pod = podPath(file.kind)
  const listens = pod === undefined || listOf(at(file.value, [...pod, 'containers'])).some((c) => listOf(mapOf(c).ports).length > 0)
  if (e.when === 'serves' || e.when.startsWith('probe.')) return listens
  if (e.when === 'worker') return !listens
  if (e.when === 'replicated') return Number(at(file.value, ['spec', 'replicas']) ?? 1) > 1 || audited.manifests.some((m) => m.kind === 'HorizontalPodAutoscaler')
  return true
}

interface Place {
  path: Path
  value: unknown
}

/** What a pod says for all of its containers unless one says otherwise (Pod Security Standards). */
const INHERITED = new Set(['runAsNonRoot', 'runAsUser', 'runAsGroup', 'seccompProfile'])

/** Where an expectation looks in a file. Containers stand for init containers too; what they inherit from the pod counts. */
function placesOf(e: Expectation, file: YamlFile, context: Context | undefined, exact: boolean): Place[] {
  const steps = splitPath(e.at)
  const pod = podPath(file.kind)
  if (e.artifact !== 'deployment' || !pod) return walk(file.value, steps, context)
  const inPod = e.at.startsWith('spec.template.spec.')
  if (!inPod) return file.kind === 'Deployment' ? walk(file.value, steps, context) : []
  const rest = steps.slice(3)
  const field = rest.slice(rest.indexOf('securityContext') + 1)
  if (!exact && rest.includes('securityContext') && INHERITED.has(field[0]!)) return effective(file, pod, field)
  const found = walk(file.value, [...pod, ...rest], context)
  if (rest[0] !== 'containers' || /Probe$|^lifecycle$/.test(rest[2] ?? '')) return found
  return [...found, ...walk(file.value, [...pod, 'initContainers', ...rest.slice(1)], context)]
}

function effective(file: YamlFile, pod: string[], field: string[]): Place[] {
  const shared: Path = [...pod, 'securityContext', ...field]
  const own = ['containers', 'initContainers'].flatMap((key) => listOf(at(file.value, [...pod, key])).map((_, i): Path => [...pod, key, i, 'securityContext', ...field]))
  return own.map((path) => (at(file.value, path) === undefined ? { path: shared, value: at(file.value, shared) } : { path, value: at(file.value, path) }))
}

function walk(value: unknown, steps: readonly string[], context: Context | undefined, done: Path = []): Place[] {
  const [head, ...rest] = steps
  if (head === undefined) return [{ path: done, value }]
  if (head === '[]') return listOf(value).flatMap((v, i) => walk(v, rest, context, [...done, i]))
  const keys = head === '*' || (head.startsWith('{{') && !context) ? Object.keys(mapOf(value)) : context ? keysOf(head, done.map(String), context) : [head]
  return keys.flatMap((key) => walk(mapOf(value)[key], rest, context, [...done, key]))
}

function satisfied(e: Expectation, place: Place, context: Context | undefined, exact: boolean): boolean {
  if (!exact && e.accepts?.(place.value)) return true
  if (!context && e.accepts && JSON.stringify(e.value).includes('{{')) return false
  if (context) return same(place.value, expected(e.value, scopeOf(place.path, context), context))
  return JSON.stringify(e.value).includes('{{') ? place.value !== undefined : same(place.value, expected(e.value))
}

/** The value as a YAML reader sees it once it is written: texts of a control are YAML source. */
function expected(value: Value, scope?: Context, root?: Context): unknown {
  if (Array.isArray(value)) return value.map((v) => expected(v, scope, root))
  if (typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, expected(v, scope, root)]))
  return typeof value === 'string' ? scalarOf(scope ? fill(value, scope, root) : value) : value
}

/** Texts of controls as YAML reads them; the same few stand in every project. */
const scalars = new Map<string, unknown>()
function scalarOf(text: string): unknown {
  if (!scalars.has(text)) scalars.set(text, parse(text))
  return scalars.get(text)
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
const sorted = (v: unknown): unknown =>
  Array.isArray(v) ? v.map(sorted) : typeof v === 'object' && v !== null ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => compare(a, b)).map(([k, w]) => [k, sorted(w)])) : v

const nameOf = (path: Path): string => path.map((p, i) => (typeof p === 'number' ? `[${p}]` : i === 0 ? p : `.${p}`)).join('')

function wanted(e: Expectation, place: Place, context: Context | undefined): string {
  if (!context && JSON.stringify(e.value).includes('{{')) return 'it should be set'
  const value = expected(e.value, context && scopeOf(place.path, context), context)
  return `it should be ${JSON.stringify(value)}`
}
