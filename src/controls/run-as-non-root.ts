import { control } from './control.ts'

export default control({
  id: 'run-as-non-root',
  title: 'The pod may not run as root',
  why: 'A process that breaks out of its container as root is root on the node. With this line the kubelet refuses to start an image whose user is root.',
  comment: 'the kubelet refuses an image that runs as root',
  severity: 'high',
  points: ['USR-2'],
  sources: ['PSS restricted: runAsNonRoot', 'KSV-0012', 'CKV_K8S_23', 'CIS-K 5.2.7', 'NSA 1.0'],
  expects: [
    { artifact: 'deployment', at: 'spec.template.spec.securityContext.runAsNonRoot', value: true },
    // one of the sysctls that Pod Security allows; some nodes have it by default (containerd 2)
    { artifact: 'deployment', at: 'spec.template.spec.securityContext.sysctls', value: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '"0"' }], when: 'lowPort', comment: 'the port below 1024 needs no right', accepts: () => true },
  ],
  linters: { trivy: ['KSV-0012'], checkov: ['CKV_K8S_23'] },
  failing: [{ 'k8s/deployment.yaml': 'kind: Deployment\nspec:\n  template:\n    spec:\n      securityContext:\n        runAsNonRoot: false\n      containers:\n        - name: a\n' }],
})
