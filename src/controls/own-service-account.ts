import { workloadsOf } from '../audit/workloads.ts'
import { control } from './control.ts'

export default control({
  id: 'own-service-account',
  title: 'The pod has a service account of its own',
  why: 'Rights that anybody gives to the account "default" reach every pod without one of its own. With its own account a pod has the rights that were meant for it.',
  comment: 'no right given to others reaches this pod',
  severity: 'medium',
  points: ['IDN-1'],
  sources: ['CKV_K8S_41', 'CIS-K 5.1.5', 'kube-linter non-existent-service-account', 'kubesec ServiceAccountName', 'C-0034'],
  check: ({ manifests }) => {
    const accounts = manifests.filter((m) => m.kind === 'ServiceAccount').map((m) => m.name)
    return workloadsOf(manifests).flatMap((w) => {
      const name = w.pod.serviceAccountName as string | undefined
      const line = w.file.line([...w.path, 'serviceAccountName'])
      if (!name || name === 'default') return [{ message: 'the pod runs under the account "default"', file: w.file.path, line }]
      return accounts.length > 0 && !accounts.includes(name) ? [{ message: `there is no ServiceAccount ${name}`, file: w.file.path, line }] : []
    })
  },
  failing: [{ 'k8s/pod.yaml': 'kind: Pod\nspec:\n  containers:\n    - name: a\n' }, { 'k8s/pod.yaml': 'kind: Pod\nspec:\n  serviceAccountName: b\n  containers:\n    - name: a\n---\nkind: ServiceAccount\nmetadata:\n  name: a\n' }],
})
