import { at, mapOf, workloadsOf } from '../audit/workloads.ts'
import { control } from './control.ts'

const WANTED = ['app.kubernetes.io/name', 'app.kubernetes.io/instance', 'app.kubernetes.io/version']

export default control({
  id: 'recommended-labels',
  title: 'Objects and pods carry the recommended labels',
  why: 'Dashboards, cost reports and policies find what belongs together by these labels, and an incident is narrowed down by version with one selector.',
  comment: 'what belongs together, and which version',
  severity: 'low',
  points: ['OBS-1'],
  sources: ['Kubernetes: recommended labels', 'C-0076', 'C-0077', 'KYV require-labels', 'Polaris metadataAndInstanceMismatched'],
  check: ({ manifests }) =>
    workloadsOf(manifests).flatMap((w) => {
      const own = mapOf(at(w.file.value, ['metadata', 'labels'])) as Record<string, string>
      const missing = WANTED.filter((label) => own[label] === undefined || (w.file.kind !== 'Pod' && w.labels[label] === undefined))
      const instance = own['app.kubernetes.io/instance']
      const report = (message: string) => ({ message, file: w.file.path, line: w.file.line(['metadata', 'labels']) })
      return [...(missing.length > 0 ? [report(`${missing.join(', ')} missing on the object or its pods`)] : []), ...(instance !== undefined && instance !== w.file.name ? [report('app.kubernetes.io/instance is not the name of the object')] : [])]
    }),
  failing: [{ 'k8s/deployment.yaml': 'kind: Deployment\nmetadata:\n  name: a\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n' }],
})
