import { control } from './control.ts'

export default control({
  id: 'no-privilege-escalation',
  title: 'No process gains more rights than it started with',
  why: 'A setuid program in the image would give a break-in the rights of its owner, usually root. The kernel ignores the setuid bit when this is set.',
  comment: 'setuid programs gain nothing',
  severity: 'high',
  points: ['USR-3'],
  sources: ['PSS restricted: allowPrivilegeEscalation', 'KSV-0001', 'CKV_K8S_20', 'CIS-K 5.2.6', 'CIS-D 5.26', 'NSA 1.7', 'OWASP-Docker R4'],
  expects: [
    { artifact: 'deployment', at: 'spec.template.spec.containers[].securityContext.allowPrivilegeEscalation', value: false },
    { artifact: 'deployment', at: 'spec.template.spec.containers[].securityContext.privileged', value: false, comment: 'no device and no kernel setting of the node', accepts: (v) => v === undefined },
    { artifact: 'compose', at: 'services.*.security_opt', value: ['no-new-privileges:true'], accepts: (v) => Array.isArray(v) && v.some((o) => /^no-new-privileges([:=]true)?$/.test(String(o))) },
  ],
  linters: { trivy: ['KSV-0001'], checkov: ['CKV_K8S_20'] },
  failing: [{ 'k8s/deployment.yaml': 'kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n' }, { 'compose.yaml': 'services:\n  a:\n    image: a:1\n' }],
})
