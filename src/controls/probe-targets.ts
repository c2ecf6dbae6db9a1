import { listOf, mapOf, workloadsOf } from '../audit/workloads.ts'
import { control, type Report } from './control.ts'

export default control({
  id: 'probe-targets',
  title: 'Probes ask the container itself, on a port that it declares',
  why: 'A probe with a host of its own makes the kubelet call any address on behalf of whoever writes the pod. A probe of a port that nothing declares is usually a typing mistake, and restarts the pod for ever.',
  comment: 'asks the container itself',
  severity: 'medium',
  points: ['PRB-1'],
  sources: ['PSS baseline 1.34: probe host', 'kube-linter liveness-port', 'kube-linter readiness-port', 'kube-linter startup-port'],
  check: ({ manifests }) =>
    workloadsOf(manifests).flatMap((w) =>
      w.containers.flatMap((c) => {
        const ports = listOf(c.value.ports).flatMap((p) => [mapOf(p).name, mapOf(p).containerPort])
        const report = (message: string, path: string[]): Report => ({ message, file: w.file.path, line: w.file.line([...c.path, ...path]) })
        return ['startupProbe', 'livenessProbe', 'readinessProbe'].flatMap((probe) =>
          ['httpGet', 'tcpSocket', 'grpc'].flatMap((how) => {
            const { host, port } = mapOf(mapOf(c.value[probe])[how])
            return [...(host ? [report(`${probe} asks the host ${host}`, [probe, how, 'host'])] : []), ...(port !== undefined && !ports.includes(port) ? [report(`${probe} asks port ${port}, which is not declared`, [probe, how, 'port'])] : [])]
          }),
        )
      }),
    ),
  failing: [
    { 'k8s/pod.yaml': 'kind: Pod\nspec:\n  containers:\n    - name: a\n      ports:\n        - containerPort: 8080\n      livenessProbe:\n        httpGet:\n          host: 10.0.0.1\n          port: 8080\n' },
    { 'k8s/pod.yaml': 'kind: Pod\nspec:\n  containers:\n    - name: a\n      ports:\n        - containerPort: 8080\n      readinessProbe:\n        tcpSocket:\n          port: web\n' },
  ],
})
