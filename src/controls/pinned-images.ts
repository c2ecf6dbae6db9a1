import { servicesOf } from '../audit/compose.ts'
import { unpinned } from '../audit/images.ts'
import { flagsOf } from '../audit/shell.ts'
import { workloadsOf } from '../audit/workloads.ts'
import { control, type Report } from './control.ts'

export default control({
  id: 'pinned-images',
  title: 'Every image is named by a definite version',
  why: 'A tag that moves makes two builds of one commit different, and hides which version runs. A version with its suite, better with its digest, can be built again and rolled back to.',
  comment: 'the same image today and tomorrow',
  severity: 'high',
  points: ['SUP-1'],
  sources: ['DL3006', 'DL3007', 'DS-0001', 'CKV_DOCKER_7', 'KSV-0013', 'CKV_K8S_14', 'kube-score container-image-tag', 'OWASP-Node 1', 'dclint service-image-require-explicit-tag'],
  check: ({ dockerfile, compose, manifests }) => {
    const names = new Set(dockerfile?.stages.flatMap((s) => (s.name ? [s.name.toLowerCase()] : [])))
    const external = (image: string): boolean => !names.has(image.toLowerCase()) && !/^\d+$/.test(image)
    const report = (image: string, file: string, line: number): Report[] => (unpinned(image) ? [{ message: unpinned(image)!, file, line }] : [])
    const froms = (dockerfile?.stages ?? []).flatMap((stage) => [
      ...(external(stage.from) ? report(stage.from, dockerfile!.path, stage.line) : []),
      ...stage.own.flatMap((i) => flagsOf(i).flags.flatMap((f) => /^--from=(.*)$|^--mount=.*\bfrom=([^,]*)/.exec(f)?.slice(1) ?? []).filter((n): n is string => n !== undefined && external(n)).flatMap((n) => report(n, dockerfile!.path, i.line))),
    ])
    return [
      ...froms,
      ...servicesOf(compose).filter((s) => s.value.image !== undefined && !s.value.build).flatMap((s) => report(String(s.value.image), s.file.path, s.line('image'))),
      ...workloadsOf(manifests).flatMap((w) => w.containers.filter((c) => c.value.image !== undefined).flatMap((c) => report(String(c.value.image), w.file.path, w.file.line([...c.path, 'image'])))),
    ]
  },
  linters: { hadolint: ['DL3006', 'DL3007'], trivy: ['DS-0001', 'KSV-0013'], checkov: ['CKV_DOCKER_7', 'CKV_K8S_14'], 'kube-score': ['container-image-tag'] },
  failing: [
    { Dockerfile: 'FROM node\n' },
    { Dockerfile: 'FROM debian:trixie-slim\nCOPY --from=busybox:latest /bin/sh /sh\n' },
    { 'compose.yaml': 'services:\n  a:\n    image: a:latest\n' },
    { 'k8s/deployment.yaml': 'kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n          image: ghcr.io/a/b\n' },
  ],
})
