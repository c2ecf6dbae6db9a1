import { control, type Expectation } from './control.ts'

const at = (name: string): string => `spec.template.spec.containers[].${name}Probe`
const given = (found: unknown): boolean => found !== undefined

/** One probe in its three forms; which one is rendered is the plan's. */
function forms(name: 'startup' | 'liveness' | 'readiness', comment: string, timing: Record<string, string | number>): Expectation[] {
  const probe = (kind: string, how: Record<string, unknown>): Expectation => ({
    artifact: 'deployment',
    at: at(name),
    value: { ...how, ...timing } as Expectation['value'],
    when: `probe.${name}.${kind}`,
    comment,
    accepts: given,
  })
  return [
    probe('http', { httpGet: { path: `{{json probe.${name}.path}}`, port: '{{portName}}' } }),
    probe('tcp', { tcpSocket: { port: '{{portName}}' } }),
    probe('grpc', { grpc: { port: '{{runtime.port}}' } }),
  ]
}

export default control({
  id: 'probes',
  title: 'Startup, liveness and readiness are probed',
  why: 'Without readiness a pod gets requests before it can answer; without liveness a hung one is never restarted; without startup a slow one is restarted for ever. Liveness never asks a dependency: an outage of the database would restart every pod.',
  comment: 'is it up, does it hang, may it get requests',
  severity: 'high',
  points: ['PRB-1'],
  sources: ['CKV_K8S_8', 'CKV_K8S_9', 'kube-score pod-probes', 'kube-score pod-probes-identical', 'kube-linter no-readiness-probe'],
  expects: [
    ...forms('startup', 'the other probes wait until this one has passed', { periodSeconds: 2, timeoutSeconds: 2, failureThreshold: '{{runtime.startupFailures}}' }),
    ...forms('liveness', 'restarted after half a minute without an answer; asks no dependency', { periodSeconds: 10, timeoutSeconds: 2, failureThreshold: 3 }),
    ...forms('readiness', 'gets requests only while it answers', { periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 2 }),
  ],
  linters: { checkov: ['CKV_K8S_8', 'CKV_K8S_9'], 'kube-score': ['pod-probes'] },
  failing: [{ 'k8s/deployment.yaml': 'kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n          ports:\n            - containerPort: 8080\n' }],
})
