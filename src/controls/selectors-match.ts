import type { YamlFile } from '../audit/manifests.ts'
import { at, listOf, mapOf, namespaceOf, portsOf, selects, type Workload, workloadsOf } from '../audit/workloads.ts'
import { control, type Report } from './control.ts'

export default control({
  id: 'selectors-match',
  title: 'What refers to pods, ports and objects finds them',
  why: 'A selector with one wrong letter is valid YAML: the Service has no endpoint, the policy protects nothing and the autoscaler never scales, and nobody is told.',
  comment: 'finds what it refers to',
  severity: 'high',
  points: ['BLD-3', 'NET-2'],
  sources: ['kube-linter mismatching-selector', 'kube-linter dangling-service', 'kube-linter invalid-target-ports', 'kube-score service-targets-pod', 'kube-score networkpolicy-targets-pod', 'kube-score horizontalpodautoscaler-has-target', 'kube-score ingress-targets-service'],
  check: ({ manifests }) => {
    const workloads = workloadsOf(manifests)
    const own = workloads.filter((w) => !selects(at(w.file.value, ['spec', 'selector']) ?? {}, w.labels)).map((w) => ({ message: 'the selector does not take the pods of the template', file: w.file.path, line: w.file.line(['spec', 'selector']) }))
    return [...own, ...(workloads.length > 0 ? manifests.flatMap((m) => dangling(m, workloads, manifests)) : [])]
  },
  failing: [
    { 'k8s/deployment.yaml': 'kind: Deployment\nspec:\n  selector:\n    matchLabels:\n      app: a\n  template:\n    metadata:\n      labels:\n        app: b\n    spec:\n      containers:\n        - name: a\n' },
    { 'k8s/all.yaml': 'kind: Pod\nmetadata:\n  labels:\n    app: a\nspec:\n  containers:\n    - name: a\n---\nkind: Service\nspec:\n  selector:\n    app: b\n' },
  ],
})

/** References of an object that lead nowhere among the files. */
function dangling(m: YamlFile, all: readonly Workload[], manifests: readonly YamlFile[]): Report[] {
  const report = (message: string, ...path: (string | number)[]): Report => ({ message, file: m.path, line: m.line(['spec', ...path]) })
  const workloads = all.filter((w) => w.namespace === namespaceOf(m))
  const taken = (selector: unknown): Workload[] => workloads.filter((w) => selects(selector, w.labels))
  const spec = mapOf(at(m.value, ['spec']))
  if (m.kind === 'Service' && spec.selector) {
    const pods = taken(spec.selector)
    if (pods.length === 0) return [report('the Service selects no pod', 'selector')]
    const ports = pods.flatMap(portsOf).flatMap((p) => [p.name, p.port])
    return listOf(spec.ports).flatMap((p, i) => {
      const target = mapOf(p).targetPort ?? mapOf(p).port
      return ports.includes(target as number) ? [] : [report(`targetPort ${String(target)} is no port of the pods`, 'ports', i)]
    })
  }
  if (m.kind === 'NetworkPolicy') return taken(spec.podSelector).length === 0 ? [report('the policy selects no pod', 'podSelector')] : []
  if (m.kind === 'PodDisruptionBudget') return taken(spec.selector).length === 0 ? [report('the budget selects no pod', 'selector')] : []
  if (m.kind === 'HorizontalPodAutoscaler') {
    const target = mapOf(spec.scaleTargetRef)
    return workloads.some((w) => w.file.kind === target.kind && w.file.name === target.name) ? [] : [report(`there is no ${String(target.kind)} ${String(target.name)}`, 'scaleTargetRef')]
  }
  const services = manifests.filter((o) => o.kind === 'Service' && namespaceOf(o) === namespaceOf(m))
  return backends(m).flatMap(({ name, port }) => {
    const service = services.find((s) => s.name === name)
    if (!service) return [report(`there is no Service ${name}`)]
    return listOf(at(service.value, ['spec', 'ports'])).some((p) => mapOf(p).name === port || mapOf(p).port === port) ? [] : [report(`the Service ${name} has no port ${String(port)}`)]
  })
}

/** The Services that an Ingress or an HTTPRoute leads to. */
function backends(m: YamlFile): { name: string; port: unknown }[] {
  const rules = listOf(at(m.value, ['spec', 'rules'])).map(mapOf)
  if (m.kind === 'HTTPRoute') return rules.flatMap((r) => listOf(r.backendRefs).map(mapOf)).map((b) => ({ name: String(b.name), port: b.port }))
  if (m.kind !== 'Ingress') return []
  return rules.flatMap((r) => listOf(mapOf(r.http).paths)).map((p) => mapOf(mapOf(mapOf(p).backend).service)).map((s) => ({ name: String(s.name), port: mapOf(s.port).name ?? mapOf(s.port).number }))
}
