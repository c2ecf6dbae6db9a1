import { at, listOf, mapOf } from '../audit/workloads.ts'
import { control } from './control.ts'

const WIDE = new Set(['*', 'escalate', 'bind', 'impersonate'])

export default control({
  id: 'least-rights',
  title: 'Roles name what they allow',
  why: 'A role with a star, or one that may give rights to others, is the cluster to whoever takes over the pod that has it.',
  comment: 'names what it allows',
  severity: 'critical',
  points: ['IDN-1'],
  sources: ['CKV_K8S_49', 'CKV_K8S_155', 'KSV-0044', 'KSV-0046', 'CIS-K 5.1.1', 'CIS-K 5.1.3', 'CIS-K 5.1.8', 'C-0035'],
  check: ({ manifests }) => [
    ...manifests.filter((m) => /^(Cluster)?Role$/.test(m.kind)).flatMap((m) =>
      listOf(at(m.value, ['rules'])).flatMap((rule, i) => {
        const wide = ['verbs', 'resources', 'apiGroups'].flatMap((key) => listOf(mapOf(rule)[key])).filter((v) => WIDE.has(String(v)))
        return wide.length > 0 ? [{ message: `a rule allows ${String(wide[0])}`, file: m.path, line: m.line(['rules', i]) }] : []
      }),
    ),
    ...manifests.filter((m) => /^(Cluster)?RoleBinding$/.test(m.kind) && mapOf(at(m.value, ['roleRef'])).name === 'cluster-admin').map((m) => ({ message: 'cluster-admin is bound', file: m.path, line: m.line(['roleRef']) })),
  ],
  failing: [{ 'k8s/role.yaml': 'kind: Role\nrules:\n  - verbs: ["*"]\n' }, { 'k8s/binding.yaml': 'kind: ClusterRoleBinding\nroleRef:\n  name: cluster-admin\n' }],
})
