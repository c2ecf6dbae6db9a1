import { control } from './control.ts'

const all = (found: unknown): boolean => Array.isArray(found) && found.some((v) => String(v).toUpperCase() === 'ALL')

export default control({
  id: 'drop-capabilities',
  title: 'All Linux capabilities are dropped',
  why: 'Capabilities are slices of root: change file owners, open raw sockets, load modules. A web service needs none, so none is left for a break-in.',
  comment: 'slices of root, of which the program needs none',
  severity: 'critical',
  points: ['USR-3'],
  sources: ['PSS restricted: capabilities', 'KSV-0003', 'CKV_K8S_37', 'CKV_K8S_28', 'CIS-K 5.2.9', 'CIS-D 5.4', 'OWASP-Docker R3'],
  expects: [
    { artifact: 'deployment', at: 'spec.template.spec.containers[].securityContext.capabilities.drop', value: ['ALL'], accepts: all },
    { artifact: 'compose', at: 'services.*.cap_drop', value: ['ALL'], accepts: all },
  ],
  linters: { trivy: ['KSV-0003', 'KSV-0004', 'KSV-0106'], checkov: ['CKV_K8S_28', 'CKV_K8S_37'] },
  failing: [{ 'k8s/deployment.yaml': 'kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n          securityContext:\n            capabilities:\n              drop: [NET_RAW]\n' }],
})
