import { control } from './control.ts'

export default control({
  id: 'run-as-non-root',
  title: 'The pod may not run as root',
  why: 'A process that breaks out of its container as root is root on the node. With this line the kubelet refuses to start an image whose user is root.',
  comment: 'the kubelet refuses an image that runs as root',
  severity: 'high',
  points: ['USR-2'],
  sources: ['PSS restricted: runAsNonRoot', 'KSV-0012', 'CKV_K8S_23', 'CIS-K 5.2.7', 'NSA 1.0'],
  expects: [{ artifact: 'deployment', at: 'spec.template.spec.securityContext.runAsNonRoot', value: true }],
  linters: { trivy: ['KSV-0012'], checkov: ['CKV_K8S_23'] },
  failing: [{ 'k8s/deployment.yaml': 'kind: Deployment\nspec:\n  template:\n    spec:\n      securityContext:\n        runAsNonRoot: false\n      containers:\n        - name: a\n' }],
})
