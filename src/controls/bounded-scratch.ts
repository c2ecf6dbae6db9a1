import { servicesOf } from '../audit/compose.ts'
import { listOf, mapOf, workloadsOf } from '../audit/workloads.ts'
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
  check: ({ manifests, compose }) => [
    ...workloadsOf(manifests).flatMap((w) =>
      listOf(w.pod.volumes).flatMap((v, i) => {
        const { name, emptyDir } = mapOf(v)
        return emptyDir !== undefined && !mapOf(emptyDir).sizeLimit ? [{ message: `the volume ${String(name)} has no size`, file: w.file.path, line: w.file.line([...w.path, 'volumes', i]) }] : []
      }),
    ),
    ...servicesOf(compose).flatMap((s) => [s.value.tmpfs ?? []].flat().flatMap((t, i) => (/[:,]size=/.test(String(t)) ? [] : [{ message: `the tmpfs ${String(t)} of ${s.name} has no size`, file: s.file.path, line: s.line('tmpfs', i) }]))),
  ],
  linters: { 'kube-score': ['container-ephemeral-storage-request-and-limit'] },
  failing: [{ 'k8s/deployment.yaml': 'kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n' }, { 'k8s/pod.yaml': 'kind: Pod\nspec:\n  containers: []\n  volumes:\n    - name: tmp\n      emptyDir: {}\n' }, { 'compose.dev.yaml': 'services:\n  a:\n    image: a:1\n    tmpfs:\n      - /tmp\n' }],
})
