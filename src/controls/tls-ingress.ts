import { at, listOf, mapOf } from '../audit/workloads.ts'
import { control, type Report } from './control.ts'

export default control({
  id: 'tls-ingress',
  title: 'The way in has a host name and TLS',
  why: 'Without TLS everybody on the way reads and changes what is sent. Without a host name the rule takes the requests of every name that leads to the cluster.',
  comment: 'read by nobody on the way',
  severity: 'high',
  points: ['NET-2'],
  sources: ['Polaris tlsSettingsMissing', 'KYV require-ingress-https', 'KYV disallow-empty-ingress-host', 'CKV_K8S_153', 'C-0263'],
  check: ({ manifests }) =>
    manifests.filter((m) => m.kind === 'Ingress').flatMap((m) => {
      const secured = listOf(at(m.value, ['spec', 'tls'])).flatMap((t) => listOf(mapOf(t).hosts))
      const report = (message: string, i: number): Report => ({ message, file: m.path, line: m.line(['spec', 'rules', i]) })
      const snippets = Object.keys(mapOf(at(m.value, ['metadata', 'annotations']))).filter((a) => a.endsWith('-snippet'))
      return [
        ...listOf(at(m.value, ['spec', 'rules'])).flatMap((r, i) => {
          const host = mapOf(r).host
          if (!host) return [report('a rule without a host takes the requests of every name', i)]
          return secured.includes(host) ? [] : [report(`${String(host)} is served without TLS`, i)]
        }),
        ...snippets.map((a) => ({ message: `${a} runs configuration of whoever writes it in the controller`, file: m.path, line: m.line(['metadata', 'annotations', a]) })),
      ]
    }),
  failing: [{ 'k8s/ingress.yaml': 'kind: Ingress\nspec:\n  rules:\n    - host: a.example.com\n' }, { 'k8s/ingress.yaml': 'kind: Ingress\nspec:\n  rules:\n    - http: {}\n' }],
})
