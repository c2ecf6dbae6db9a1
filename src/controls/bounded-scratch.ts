import { control } from './control.ts'

export default control({
  id: 'bounded-scratch',
  title: 'Scratch space is declared and bounded',
  why: 'A program that fills the disk of its node stops every pod there. Each writable path is a mount with a size, and logs are rotated.',
  comment: "a full disk stays this pod's problem",
  severity: 'low',
  points: ['RES-2'],
  sources: ['kube-score container-ephemeral-storage-request-and-limit', 'Kyverno add-emptydir-sizelimit', 'OWASP-Docker R10'],
  expects: [
    { artifact: 'deployment', at: 'spec.template.spec.containers[].resources.requests.ephemeral-storage', value: '"{{resources.ephemeral}}"', comment: '', accepts: (v) => v !== undefined },
    { artifact: 'deployment', at: 'spec.template.spec.containers[].resources.limits.ephemeral-storage', value: '"{{resources.ephemeralLimit}}"', accepts: (v) => v !== undefined },
    { artifact: 'compose', at: 'services.*.logging', value: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '"3"' } }, comment: 'logs are rotated', accepts: (v) => v !== undefined },
  ],
  linters: { 'kube-score': ['container-ephemeral-storage-request-and-limit'] },
  failing: [{ 'k8s/deployment.yaml': 'kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n' }],
})
