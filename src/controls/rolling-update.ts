import { control } from './control.ts'

const typeOf = (strategy: unknown): string | undefined => (strategy as { type?: string } | undefined)?.type

export default control({
  id: 'rolling-update',
  title: 'An update never takes a pod away before its successor is ready',
  why: 'The default strategy stops a quarter of the pods first. With one more instead of one less, no request meets a missing pod. A worker is replaced one after the other, so that no work is done twice.',
  comment: 'one more, never one less',
  severity: 'medium',
  points: ['AVL-1'],
  sources: ['kube-score deployment-strategy', 'kube-linter no-rolling-update-strategy', 'C-0305'],
  expects: [
    { artifact: 'deployment', at: 'spec.revisionHistoryLimit', value: 5, comment: 'enough to roll back', accepts: () => true },
    { artifact: 'deployment', at: 'spec.progressDeadlineSeconds', value: 300, comment: 'an update that hangs is reported', accepts: () => true },
    { artifact: 'deployment', at: 'spec.strategy', value: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }, when: 'serves', accepts: (v) => typeOf(v) === 'RollingUpdate' },
    { artifact: 'deployment', at: 'spec.strategy', value: { type: 'Recreate' }, when: 'worker', comment: 'the old one ends first: two could do the same work twice', accepts: (v) => typeOf(v) !== undefined },
  ],
  linters: { 'kube-score': ['deployment-strategy'] },
  failing: [{ 'k8s/deployment.yaml': 'kind: Deployment\nspec:\n  strategy:\n    type: Recreate\n  template:\n    spec:\n      containers:\n        - name: a\n          ports:\n            - containerPort: 8080\n' }],
})
