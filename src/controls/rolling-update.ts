import { control } from './control.ts'

export default control({
  id: 'rolling-update',
  title: 'An update never takes a pod away before its successor is ready',
  why: 'The default strategy stops a quarter of the pods first. With one more instead of one less, no request meets a missing pod.',
  comment: 'one more, never one less',
  severity: 'medium',
  points: ['AVL-1'],
  sources: ['kube-score deployment-strategy', 'kube-linter no-rolling-update-strategy', 'C-0305'],
  expects: [
    { artifact: 'deployment', at: 'spec.revisionHistoryLimit', value: 5, comment: 'enough to roll back', accepts: () => true },
    { artifact: 'deployment', at: 'spec.progressDeadlineSeconds', value: 300, comment: 'an update that hangs is reported', accepts: () => true },
    { artifact: 'deployment', at: 'spec.strategy', value: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }, accepts: (v) => (v as { type?: string })?.type === 'RollingUpdate' },
  ],
  linters: { 'kube-score': ['deployment-strategy'] },
  failing: [{ 'k8s/deployment.yaml': 'kind: Deployment\nspec:\n  strategy:\n    type: Recreate\n  template:\n    spec:\n      containers:\n        - name: a\n' }],
})
