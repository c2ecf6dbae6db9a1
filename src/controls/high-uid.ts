import { control } from './control.ts'

const high = (found: unknown): boolean => Number(found) > 10000

export default control({
  id: 'high-uid',
  title: 'User and group ids are fixed, numeric and above 10000',
  why: 'A number below 10000 may belong to a real user of the node, who then owns what the container writes. The same number in the image and in every manifest keeps file permissions true.',
  comment: 'no user of the node has this number',
  severity: 'low',
  points: ['USR-2'],
  sources: ['KSV-0020', 'KSV-0021', 'CKV_K8S_40', 'kube-score container-security-context-user-group-id', 'CIS-D 4.1'],
  expects: [
    { artifact: 'deployment', at: 'spec.template.spec.securityContext.runAsUser', value: '{{runtime.uid}}', accepts: high },
    { artifact: 'deployment', at: 'spec.template.spec.securityContext.runAsGroup', value: '{{runtime.gid}}', comment: '', accepts: high },
    { artifact: 'deployment', at: 'spec.template.spec.securityContext.fsGroup', value: '{{runtime.gid}}', comment: 'volumes belong to the group of the process', accepts: high },
    { artifact: 'deployment', at: 'spec.template.spec.securityContext.fsGroupChangePolicy', value: 'OnRootMismatch', comment: 'large volumes are not walked at every start', accepts: () => true },
    { artifact: 'deployment', at: 'spec.template.spec.containers[].securityContext.runAsUser', value: '{{runtime.uid}}', comment: '', accepts: high },
    { artifact: 'deployment', at: 'spec.template.spec.containers[].securityContext.runAsGroup', value: '{{runtime.gid}}', comment: '', accepts: high },
    { artifact: 'compose', at: 'services.{{yaml name}}.user', value: '"{{runtime.uid}}:{{runtime.gid}}"', comment: 'as in the image and in the cluster', accepts: (v) => String(v).split(':').every((n) => Number(n) > 0) },
  ],
  linters: { trivy: ['KSV-0020', 'KSV-0021'], checkov: ['CKV_K8S_40'], 'kube-score': ['container-security-context-user-group-id'] },
  failing: [{ 'k8s/deployment.yaml': 'kind: Deployment\nspec:\n  template:\n    spec:\n      securityContext:\n        runAsUser: 1000\n      containers:\n        - name: a\n' }],
})
