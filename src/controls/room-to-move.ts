import { leftOut } from '../audit/plans.ts'
import { at, mapOf, selects, workloadsOf } from '../audit/workloads.ts'
import { control, type Report } from './control.ts'
import type { YamlFile } from '../audit/manifests.ts'

const number = (file: YamlFile, key: string): number | undefined => {
  const value = at(file.value, ['spec', key])
  return value === undefined ? undefined : Number(value)
}

export default control({
  id: 'room-to-move',
  title: 'A node can be drained and load can grow without an outage',
  why: 'One pod is away whenever its node is. A budget that allows nothing blocks every drain, and a fixed number of replicas beside an autoscaler resets it at each apply.',
  comment: 'one pod may go at any time',
  severity: 'medium',
  points: ['AVL-1'],
  sources: ['kube-score deployment-replicas', 'kube-score deployment-has-poddisruptionbudget', 'kube-score deployment-targeted-by-hpa-does-not-have-replicas-configured', 'kube-linter pdb-max-unavailable', 'kube-linter pdb-unhealthy-pod-eviction-policy', 'Polaris hpaMinAvailability', 'Polaris hpaMaxAvailability'],
  check: ({ manifests, plan }) => {
    const scalers = manifests.filter((m) => m.kind === 'HorizontalPodAutoscaler')
    const budgets = manifests.filter((m) => m.kind === 'PodDisruptionBudget')
    const pods = workloadsOf(manifests).filter((w) => w.file.kind === 'Deployment' && w.containers.some((c) => c.value.ports !== undefined))
    const report = (message: string, file: YamlFile, ...path: string[]): Report => ({ message, file: file.path, line: file.line(path) })
    return [
      ...pods.flatMap((w) => {
        const scaler = scalers.find((s) => mapOf(at(s.value, ['spec', 'scaleTargetRef'])).name === w.file.name)
        const covered = budgets.some((b) => selects(at(b.value, ['spec', 'selector']), w.labels))
        return [
          ...(scaler && w.replicas !== undefined ? [report('a number of replicas beside an autoscaler resets it at each apply', w.file, 'spec', 'replicas')] : []),
          ...(!scaler && (w.replicas ?? 1) < 2 ? [report('there is one pod only', w.file, 'spec', 'replicas')] : []),
          ...(!covered && !leftOut(plan, 'pdb') ? [report('no PodDisruptionBudget covers these pods', w.file, 'metadata', 'name')] : []),
        ]
      }),
      ...scalers.flatMap((s) => [
        ...((number(s, 'minReplicas') ?? 1) < 2 ? [report('the autoscaler goes down to one pod', s, 'spec', 'minReplicas')] : []),
        ...((number(s, 'maxReplicas') ?? 0) <= (number(s, 'minReplicas') ?? 1) ? [report('the autoscaler has no room', s, 'spec', 'maxReplicas')] : []),
      ]),
      ...budgets.flatMap((b) => [
        ...(String(at(b.value, ['spec', 'maxUnavailable'])) === '0' || String(at(b.value, ['spec', 'minAvailable'])) === '100%' ? [report('the budget allows nothing, so no node can be drained', b, 'spec')] : []),
        ...(at(b.value, ['spec', 'unhealthyPodEvictionPolicy']) !== 'AlwaysAllow' ? [report('a broken pod blocks the drain of its node', b, 'spec')] : []),
      ]),
    ]
  },
  linters: { 'kube-score': ['deployment-replicas', 'deployment-has-poddisruptionbudget', 'horizontalpodautoscaler-replicas'] },
  failing: [
    { 'k8s/deployment.yaml': 'kind: Deployment\nspec:\n  replicas: 1\n  template:\n    spec:\n      containers:\n        - name: a\n          ports:\n            - containerPort: 8080\n' },
    { 'k8s/hpa.yaml': 'kind: HorizontalPodAutoscaler\nspec:\n  minReplicas: 3\n  maxReplicas: 3\n' },
    { 'k8s/pdb.yaml': 'kind: PodDisruptionBudget\nspec:\n  maxUnavailable: 0\n' },
  ],
})
