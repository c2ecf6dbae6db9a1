import { servicesOf } from '../audit/compose.ts'
import { listOf, mapOf, portsOf, workloadsOf } from '../audit/workloads.ts'
import { control, type Report } from './control.ts'

const low = (port: number): boolean => port > 0 && port < 1024

/** The port inside the container of a compose entry, in either of its two forms. */
const target = (entry: unknown): number => Number(typeof entry === 'object' ? mapOf(entry).target : String(entry).split('/')[0]!.split(':').at(-1))

export default control({
  id: 'unprivileged-ports',
  title: 'The program listens on a port that needs no rights',
  why: 'Ports below 1024 want a capability that the container does not have, so the program would not start. Outside, the Service still answers on 80.',
  comment: 'needs no capability',
  severity: 'medium',
  points: ['NET-2'],
  sources: ['KSV-0117', 'CIS-D 5.8', 'kube-linter privileged-ports', 'DS-0004', 'CKV_DOCKER_1', 'kube-linter ssh-port'],
  check: ({ dockerfile, compose, manifests }) => {
    const report = (port: number, file: string, line: number): Report[] => (low(port) ? [{ message: `port ${port} needs rights that the container does not have`, file, line }] : [])
    return [
      ...(dockerfile?.final.all('EXPOSE') ?? []).flatMap((i) => i.arguments.split(/\s+/).flatMap((p) => report(Number.parseInt(p, 10), dockerfile!.path, i.line))),
      ...servicesOf(compose).flatMap((s) => listOf(s.value.ports).flatMap((p, i) => report(target(p), s.file.path, s.line('ports', i)))),
      ...workloadsOf(manifests).flatMap((w) => portsOf(w).flatMap((p) => report(p.port, w.file.path, w.file.line([...p.path, 'containerPort'])))),
    ]
  },
  linters: { trivy: ['KSV-0117', 'DS-0004'], checkov: ['CKV_DOCKER_1'] },
  failing: [
    { Dockerfile: 'FROM debian:trixie-slim\nEXPOSE 80\n' },
    { 'compose.yaml': "services:\n  a:\n    image: a:1\n    ports:\n      - '127.0.0.1:8080:80'\n" },
    { 'k8s/deployment.yaml': 'kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n          ports:\n            - containerPort: 22\n' },
  ],
})
