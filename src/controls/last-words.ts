import { control } from './control.ts'

export default control({
  id: 'last-words',
  title: 'The end of the log explains a crash',
  why: 'The status of a failed pod shows its last lines, also when its log is gone already.',
  comment: 'the status of a crashed pod shows its last lines',
  severity: 'info',
  points: ['OBS-1'],
  sources: ['Kubernetes: terminationMessagePolicy', 'OpenShift guidelines: terminationMessagePolicy FallbackToLogsOnError'],
  expects: [{ artifact: 'deployment', at: 'spec.template.spec.containers[].terminationMessagePolicy', value: 'FallbackToLogsOnError' }],
  failing: [{ 'k8s/deployment.yaml': 'kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n' }],
})
