import { control } from './control.ts'

const given = (found: unknown): boolean => found !== undefined && found !== ''

export default control({
  id: 'bounded-cpu-memory',
  title: 'CPU, memory and processes are bounded',
  why: 'One runaway program would otherwise take the node down with every neighbour on it. Memory is requested as high as its limit, so that the pod is not the first to be evicted.',
  comment: 'one runaway process does not take the node down',
  severity: 'medium',
  points: ['RES-1'],
  sources: ['KSV-0011', 'KSV-0015', 'KSV-0016', 'KSV-0018', 'CKV_K8S_10', 'CKV_K8S_11', 'CKV_K8S_12', 'CKV_K8S_13', 'CIS-D 5.11', 'CIS-D 5.29', 'OWASP-Docker R7'],
  expects: [
    { artifact: 'deployment', at: 'spec.template.spec.containers[].resources.requests.cpu', value: '"{{resources.cpu}}"', comment: '', accepts: given },
    { artifact: 'deployment', at: 'spec.template.spec.containers[].resources.requests.memory', value: '"{{resources.memory}}"', comment: 'as high as the limit: not the first to be evicted', accepts: given },
    { artifact: 'deployment', at: 'spec.template.spec.containers[].resources.limits.cpu', value: '"{{resources.cpuLimit}}"', when: 'cpuLimited', accepts: given },
    { artifact: 'deployment', at: 'spec.template.spec.containers[].resources.limits.memory', value: '"{{resources.memoryLimit}}"', comment: '', accepts: given },
    { artifact: 'compose', at: 'services.*.cpus', value: '{{resources.cpus}}', accepts: given },
    { artifact: 'compose', at: 'services.*.mem_limit', value: '{{resources.memoryMiB}}m', comment: '', accepts: given },
    { artifact: 'compose', at: 'services.*.pids_limit', value: '{{resources.pids}}', comment: 'a fork bomb ends here', accepts: given },
  ],
  linters: { trivy: ['KSV-0011', 'KSV-0015', 'KSV-0016', 'KSV-0018'], checkov: ['CKV_K8S_10', 'CKV_K8S_11', 'CKV_K8S_12', 'CKV_K8S_13'], 'kube-score': ['container-resources'] },
  failing: [{ 'k8s/deployment.yaml': 'kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n' }],
})
