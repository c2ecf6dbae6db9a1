/** What the manifests of a project say about pods, for checks that no single path can express. */
import type { YamlFile } from './manifests.ts'

export type Json = Record<string, unknown>

/** A container of a pod, with the path to it. */
export interface Container {
  name: string
  init: boolean
  value: Json
  path: (string | number)[]
}

/** An object that makes pods. */
export interface Workload {
  file: YamlFile
  namespace: string
  /** labels of its pods */
  labels: Record<string, string>
  pod: Json
  /** path to the pod's spec */
  path: (string | number)[]
  containers: Container[]
  /** undefined where the object has no such field */
  replicas?: number
}

const POD: Record<string, string[]> = {
  Pod: ['spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  ...Object.fromEntries(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job'].map((kind) => [kind, ['spec', 'template', 'spec']])),
}

/** Path to the pod's spec in objects of this kind, undefined for kinds that make no pods. */
export const podPath = (kind: string): string[] | undefined => POD[kind]

/** A map, or an empty one: what a manifest holds may be anything. */
export const mapOf = (value: unknown): Json => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {})
/** A list, or an empty one. */
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** The value at a path, undefined where a part of it is missing. */
export const at = (value: unknown, path: readonly (string | number)[]): unknown =>
  path.reduce((v: unknown, key) => (Array.isArray(v) ? v[Number(key)] : mapOf(v)[key]), value)

export const namespaceOf = (file: YamlFile): string => String(at(file.value, ['metadata', 'namespace']) ?? 'default')

/** Every object of the manifests that makes pods. */
export function workloadsOf(files: readonly YamlFile[]): Workload[] {
  return files.flatMap((file) => {
    const path = podPath(file.kind)
    if (!path) return []
    const pod = mapOf(at(file.value, path))
    const labels = mapOf(at(file.value, [...path.slice(0, -1), 'metadata', 'labels'])) as Record<string, string>
    const replicas = at(file.value, ['spec', 'replicas'])
    return [{ file, namespace: namespaceOf(file), labels, pod, path, containers: containersOf(pod, path), ...(replicas === undefined ? {} : { replicas: Number(replicas) }) }]
  })
}

function containersOf(pod: Json, path: string[]): Container[] {
  return ['containers', 'initContainers'].flatMap((key) =>
    listOf(pod[key]).map((value, i): Container => ({ name: String(mapOf(value).name ?? i), init: key !== 'containers', value: mapOf(value), path: [...path, key, i] })),
  )
}

/** The named and numbered ports of a workload's containers. */
export function portsOf(workload: Workload): { name?: string; port: number; path: (string | number)[] }[] {
  return workload.containers.flatMap((c) => listOf(c.value.ports).map((p, i) => ({ name: mapOf(p).name as string | undefined, port: Number(mapOf(p).containerPort), path: [...c.path, 'ports', i] })))
}

/** Whether a label selector (matchLabels or a plain map) takes pods with these labels. An empty selector takes all. */
export function selects(selector: unknown, labels: Record<string, string>): boolean {
  const map = mapOf(selector)
  const wanted = 'matchLabels' in map || 'matchExpressions' in map ? mapOf(map.matchLabels) : map
  const expressions = listOf(map.matchExpressions).every((e) => expressionHolds(mapOf(e), labels))
  return expressions && Object.entries(wanted).every(([key, value]) => labels[key] === value)
}

function expressionHolds({ key, operator, values }: Json, labels: Record<string, string>): boolean {
  const found = labels[String(key)]
  if (operator === 'Exists') return found !== undefined
  if (operator === 'DoesNotExist') return found === undefined
  const listed = found !== undefined && listOf(values).includes(found)
  return operator === 'NotIn' ? !listed : listed
}
