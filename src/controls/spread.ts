import { control } from './control.ts'

const SELECTOR = { matchLabels: { 'app.kubernetes.io/name': '{{yaml name}}', 'app.kubernetes.io/instance': '{{yaml name}}' } }

export default control({
  id: 'spread',
  title: 'Pods are spread over nodes and zones, softly',
  why: 'Two pods on one node are lost together. The soft form still schedules on a cluster that has one node only.',
  comment: 'one node or zone less is not the end of the service',
  severity: 'low',
  points: ['AVL-1'],
  sources: ['kube-linter no-anti-affinity', 'kube-score deployment-has-host-podantiaffinity', 'Polaris topologySpreadConstraint'],
  expects: [
    {
      artifact: 'deployment',
      at: 'spec.template.spec.topologySpreadConstraints',
      value: [{ maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: SELECTOR }],
      when: 'replicated',
      accepts: (v) => Array.isArray(v),
    },
    {
      artifact: 'deployment',
      at: 'spec.template.spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution',
      value: [{ weight: 100, podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector: SELECTOR } }],
      when: 'replicated',
      comment: 'rather on another node',
      accepts: (v) => Array.isArray(v),
    },
  ],
  linters: { 'kube-score': ['deployment-has-host-podantiaffinity', 'pod-topology-spread-constraints'] },
  failing: [{ 'k8s/deployment.yaml': 'kind: Deployment\nspec:\n  replicas: 3\n  template:\n    spec:\n      containers:\n        - name: a\n' }],
})
