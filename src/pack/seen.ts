/** The second look at rules: what rendered files, or those on the disk, say. It reads them whole, so it is loaded when it is needed. */
import { services } from '../../generated/services.ts'
import { type AuditFile, readFiles } from '../audit/audit.ts'
import { isOverride } from '../audit/compose.ts'
import type { YamlFile } from '../audit/manifests.ts'
import { at, listOf, mapOf, workloadsOf } from '../audit/workloads.ts'
import type { Audited } from '../controls/control.ts'
import type { Problem } from '../errors.ts'
import type { Plan } from '../plan/plan.ts'
import { allows, must } from './combine.ts'
import type { Rule } from './manifest.ts'
import { hintOf } from './rules.ts'

/** A value that a file says, and where. */
interface Seen {
  value: string
  file: string
  line?: number
}

/** What each key looks like in the files: the second look at a rule, which no template gets round. */
const SEEN: Record<string, (files: Audited, plan: Plan) => Seen[]> = {
  languageVersion: languageVersions,
  services: servicesIn,
  port: (files, plan) => [...instructions(files, 'EXPOSE').map((s) => ({ ...s, value: s.value.replace(/\/tcp$/, '') })), ...own(files, plan).flatMap((c) => listOf(mapOf(c.value).ports).map((p, i) => ({ value: String(mapOf(p).containerPort), ...c.place('ports', i, 'containerPort') })))],
  'runtime.uid': (files, plan) => [
    ...instructions(files, 'USER').map((s) => ({ ...s, value: s.value.split(':')[0]! })),
    ...workloadsOf(files.manifests).flatMap((w) => seenAt(w.file, [...w.path, 'securityContext', 'runAsUser'])),
    ...own(files, plan).flatMap((c) => seenAt(c.file, [...c.path, 'securityContext', 'runAsUser'])),
    ...files.compose.filter((f) => !isOverride(f.path)).flatMap((f) => seenAt(f, ['services', plan.name, 'user']).map((s) => ({ ...s, value: s.value.split(':')[0]! }))),
  ],
  image: (files, plan) => own(files, plan).flatMap((c) => [{ value: String(mapOf(c.value).image), ...c.place('image') }]),
  name: (files) => files.manifests.filter((f) => f.kind === 'Deployment').flatMap((f) => seenAt(f, ['metadata', 'name'])),
  namespace: (files) => files.manifests.filter((f) => !['Namespace', 'Kustomization'].includes(f.kind)).flatMap((f) => seenAt(f, ['metadata', 'namespace'])),
  healthPath: (files, plan) => own(files, plan).flatMap((c) => seenAt(c.file, [...c.path, 'livenessProbe', 'httpGet', 'path'])),
  readyPath: (files, plan) => own(files, plan).flatMap((c) => seenAt(c.file, [...c.path, 'readinessProbe', 'httpGet', 'path'])),
  cpuLimit: (files, plan) => limits(files, plan, 'limits', 'cpu'),
  'resources.cpu': (files, plan) => limits(files, plan, 'requests', 'cpu'),
  'resources.memory': (files, plan) => [...limits(files, plan, 'requests', 'memory'), ...limits(files, plan, 'limits', 'memory')],
  start,
  'network.egress': egress,
  'network.ingressNamespace': letIn,
  'network.gateway': (files) => files.manifests.flatMap((f) => listOf(at(f.value, ['spec', 'parentRefs'])).flatMap((_, i) => seenAt(f, ['spec', 'parentRefs', i, 'name']))),
  'network.host': (files) => files.manifests.flatMap((f) => [...listOf(at(f.value, ['spec', 'rules'])).flatMap((_, i) => seenAt(f, ['spec', 'rules', i, 'host'])), ...listOf(at(f.value, ['spec', 'hostnames'])).flatMap((_, i) => seenAt(f, ['spec', 'hostnames', i]))]),
}

const nameOf = (image: string): string => image.replace(/[:@].*$/s, '').replace(/^.*\//, '')

/** Versions of the language in the tags of the stages that stand on its image, wherever that is mirrored. */
function languageVersions({ dockerfile }: Audited, { base, language }: Plan): Seen[] {
  return (dockerfile?.stages ?? []).flatMap(({ from, line }) => {
    const version = nameOf(from) === nameOf(base.build) ? /:v?(\d+(?:\.\d+)*)/.exec(from)?.[1] : undefined
    // 24.3 is 24 where that is how the tool says it
    return version === undefined ? [] : [{ value: `${version}.`.startsWith(`${language.version}.`) ? language.version : version, file: dockerfile!.path, line }]
  })
}

/** The services that a compose file starts, by their images. */
function servicesIn({ compose }: Audited, plan: Plan): Seen[] {
  const known = Object.entries(services as unknown as Record<string, { image: string }>)
  return compose.filter((f) => !isOverride(f.path)).flatMap((f) => {
    const found = Object.entries(mapOf(mapOf(f.value).services)).flatMap(([key, service]) => known.filter(([, s]) => key !== plan.name && nameOf(String(mapOf(service).image ?? '')) === nameOf(s.image)).slice(0, 1).map(([id]) => id))
    const order = [...plan.services.map((s) => s.id), ...known.map(([id]) => id)]
    return found.length === 0 ? [] : [{ value: [...new Set(found)].sort((a, b) => order.indexOf(a) - order.indexOf(b)).join(','), file: f.path, line: f.line(['services']) }]
  })
}

/** Ranges that the program may reach, beside those of the cluster's name server. */
function egress(files: Audited): Seen[] {
  return files.manifests.filter((f) => f.kind === 'NetworkPolicy').flatMap((f) => {
    const ranges = listOf(at(f.value, ['spec', 'egress'])).flatMap((rule) => listOf(mapOf(rule).to)).flatMap((to) => at(to, ['ipBlock', 'cidr']) ?? []).map(String)
    const value = ranges.filter((r) => r !== '169.254.20.10/32').join(',')
    return value === '' ? [] : [{ value, file: f.path, line: f.line(['spec', 'egress']) }]
  })
}

/** The namespaces that a policy lets in. */
function letIn(files: Audited): Seen[] {
  return files.manifests.filter((f) => f.kind === 'NetworkPolicy').flatMap((f) =>
    listOf(at(f.value, ['spec', 'ingress'])).flatMap((rule, i) => listOf(mapOf(rule).from).flatMap((_, j) => seenAt(f, ['spec', 'ingress', i, 'from', j, 'namespaceSelector', 'matchLabels', 'kubernetes.io/metadata.name']))),
  )
}

/** What the image starts where that is not what the plan says, which was looked at already. */
function start(files: Audited, plan: Plan): Seen[] {
  const words = [...instructions(files, 'ENTRYPOINT'), ...instructions(files, 'CMD')]
  const text = words.flatMap(({ value }) => execForm(value)).join(' ')
  const argv = plan.runtime.argv.join(' ')
  return text === `${plan.runtime.init ? '/tini -- ' : ''}${argv}` ? [] : words.slice(0, 1).map((s) => ({ ...s, value: text }))
}

function execForm(text: string): string[] {
  try {
    return (JSON.parse(text) as unknown[]).map(String)
  } catch {
    return [text]
  }
}

const limits = (files: Audited, plan: Plan, kind: string, what: string): Seen[] => own(files, plan).flatMap((c) => seenAt(c.file, [...c.path, 'resources', kind, what]))

const instructions = ({ dockerfile }: Audited, keyword: string): Seen[] => dockerfile?.final.all(keyword).slice(-1).map((i) => ({ value: i.arguments.trim(), file: dockerfile.path, line: i.line })) ?? []

/** The containers of the application. */
function own(files: Audited, plan: Plan): { value: unknown; file: YamlFile; path: (string | number)[]; place: (...path: (string | number)[]) => Omit<Seen, 'value'> }[] {
  return workloadsOf(files.manifests).flatMap((w) => w.containers.filter((c) => !c.init && (c.name === plan.name || w.containers.length === 1)).map((c) => ({ value: c.value, file: w.file, path: c.path, place: (...path) => ({ file: w.file.path, line: w.file.line([...c.path, ...path]) }) })))
}

function seenAt(file: YamlFile, path: (string | number)[]): Seen[] {
  const value = at(file.value, path)
  return value === undefined ? [] : [{ value: String(value), file: file.path, line: file.line(path) }]
}

/** Labels of objects that are applied to the cluster, and of their pods. */
function labels(files: Audited, name: string): Seen[] {
  return files.manifests.filter((f) => f.kind !== 'Kustomization' && f.path.startsWith('k8s/')).flatMap((f) => [['metadata', 'labels'], ...(f.kind === 'Deployment' ? [['spec', 'template', 'metadata', 'labels']] : [])].map((path) => ({ value: String(mapOf(at(f.value, path))[name] ?? ''), file: f.path, line: f.line([...path, name]) })))
}

/** The image that a Dockerfile's last stage stands on, under the name of the base that it is of. */
function bases({ dockerfile }: Audited, plan: Plan): Seen[] {
  return dockerfile ? [{ value: dockerfile.final.base === plan.base.runtime ? plan.base.id : dockerfile.final.base, file: dockerfile.path, line: dockerfile.final.line }] : []
}

/** What files say that a rule does not allow: the rendered ones, or those on the disk. */
export function violationsOfFiles(rules: readonly Rule[], plan: Plan, files: readonly AuditFile[], artifacts: readonly { id: string; group: string; path: string }[], read = readFiles(files, plan)): Problem[] {
  return rules.flatMap((rule): Problem[] => {
    if (rule.artifact) {
      const forbidden = artifacts.filter((a) => a.id === rule.artifact || a.group === rule.artifact).map((a) => a.path)
      return files.filter((f) => forbidden.includes(f.path)).map((f) => ({ message: `${f.path} is not allowed: no ${rule.artifact}`, file: f.path, hint: hintOf(rule) }))
    }
    const seen = rule.key === 'base' ? bases(read, plan) : rule.key.startsWith('label.') ? labels(read, rule.key.slice(6)) : (SEEN[rule.key]?.(read, plan) ?? [])
    return seen.filter((s) => !allows(rule, s.value)).map((s) => ({ message: `${rule.key} is ${s.value || 'not set'} here; ${must(rule)}`, file: s.file, ...(s.line ? { line: s.line } : {}), hint: hintOf(rule) }))
  })
}
