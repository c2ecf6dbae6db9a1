import { at, listOf, mapOf, namespaceOf, selects, workloadsOf } from '../audit/workloads.ts'
import { leftOut } from '../audit/plans.ts'
import { control } from './control.ts'
import type { YamlFile } from '../audit/manifests.ts'

const typesOf = (policy: YamlFile): unknown[] => listOf(at(policy.value, ['spec', 'policyTypes']))

export default control({
  id: 'default-deny',
  title: 'Pods talk to nothing but what is allowed',
  why: 'Without policies every pod reaches every other one and the internet: one break-in walks on to the next service and carries the data out. Each direction is closed first; what is needed is opened.',
  comment: 'closed first, then what is needed',
  severity: 'high',
  points: ['NET-1'],
  sources: ['CKV2_K8S_6', 'kube-score pod-networkpolicy', 'KSV-0038', 'CIS-K 5.3.2', 'NSA 2.0', 'OWASP-Docker R5'],
  check: ({ manifests, plan }) => {
    const policies = manifests.filter((m) => m.kind === 'NetworkPolicy')
    const open = policies.flatMap((p) => openRanges(p))
    const uncovered = workloadsOf(manifests).flatMap((w) => {
      const own = policies.filter((p) => namespaceOf(p) === w.namespace && selects(at(p.value, ['spec', 'podSelector']), w.labels))
      const denies = own.some((p) => Object.keys(mapOf(at(p.value, ['spec', 'podSelector']))).length === 0 && typesOf(p).length === 2 && !listOf(at(p.value, ['spec', 'ingress'])).length && !listOf(at(p.value, ['spec', 'egress'])).length)
      const missing = ['Ingress', 'Egress'].filter((type) => !own.some((p) => typesOf(p).includes(type)))
      const report = (message: string) => ({ message, file: w.file.path, line: w.file.line(['metadata', 'name']) })
      return [
        ...(missing.length > 0 && !leftOut(plan, 'networkpolicy') ? [report(`no NetworkPolicy of ${w.namespace} covers ${missing.join(' and ')} of these pods`)] : []),
        ...(!denies && !leftOut(plan, 'networkpolicy-default') ? [report(`the namespace ${w.namespace} has no policy that denies everything else`)] : []),
      ]
    })
    return [...uncovered, ...open]
  },
  linters: { checkov: ['CKV2_K8S_6'], trivy: ['KSV-0038'], 'kube-score': ['pod-networkpolicy'] },
  failing: [
    { 'k8s/pod.yaml': 'kind: Pod\nmetadata:\n  namespace: a\nspec:\n  containers:\n    - name: a\n' },
    { 'k8s/policy.yaml': 'kind: NetworkPolicy\nmetadata:\n  namespace: a\nspec:\n  podSelector: {}\n  policyTypes: [Egress]\n  egress:\n    - to:\n        - ipBlock:\n            cidr: 0.0.0.0/0\n' },
  ],
})

function openRanges(policy: YamlFile): { message: string; file: string; line: number }[] {
  return ['ingress', 'egress'].flatMap((way) =>
    listOf(at(policy.value, ['spec', way])).flatMap((rule, i) =>
      listOf(mapOf(rule)[way === 'ingress' ? 'from' : 'to']).flatMap((peer) => {
        const block = mapOf(mapOf(peer).ipBlock)
        return block.cidr === '0.0.0.0/0' && listOf(block.except).length === 0 ? [{ message: `${way} is open to every address`, file: policy.path, line: policy.line(['spec', way, i]) }] : []
      }),
    ),
  )
}
