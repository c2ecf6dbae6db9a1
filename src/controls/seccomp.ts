import { control } from './control.ts'

export default control({
  id: 'seccomp',
  title: 'System calls are filtered by the runtime’s default profile',
  why: 'About sixty system calls that programs do not need, and kernel exploits do, are refused.',
  comment: 'system calls that no service needs are refused',
  severity: 'high',
  points: ['USR-4'],
  sources: ['PSS restricted: seccompProfile', 'KSV-0030', 'KSV-0104', 'CKV_K8S_31', 'CIS-K 5.7.2', 'NSA 1.10'],
  expects: [
    {
      artifact: 'deployment',
      at: 'spec.template.spec.securityContext.seccompProfile.type',
      value: 'RuntimeDefault',
      accepts: (v) => v === 'Localhost',
    },
    { artifact: 'deployment', at: 'spec.template.spec.containers[].securityContext.seccompProfile.type', value: 'RuntimeDefault', comment: '', accepts: (v) => v === 'Localhost' || v === undefined },
  ],
  linters: { trivy: ['KSV-0030', 'KSV-0104'], checkov: ['CKV_K8S_31'] },
  failing: [{ 'k8s/deployment.yaml': 'kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n' }],
})
