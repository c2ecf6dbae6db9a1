import { at } from '../audit/workloads.ts'
import { control } from './control.ts'

const CLUSTER = new Set(['Namespace', 'Kustomization', 'ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition', 'PersistentVolume', 'StorageClass', 'PriorityClass', 'IngressClass', 'GatewayClass'])

/** Whether an object without a namespace is in "default": one of another group may be no object of the cluster at all. */
const isDefault = (value: unknown): boolean => {
  const namespace = String(at(value, ['metadata', 'namespace']) ?? '')
  const [group = ''] = String(at(value, ['apiVersion']) ?? '').split('/')
  return namespace === '' ? !group.includes('.') || group.endsWith('.k8s.io') : /^(default|kube-.*)$/.test(namespace)
}

export default control({
  id: 'own-namespace',
  title: 'Every object is in a namespace of the application',
  why: 'Policies, quotas and rights are given by namespace. In "default" the application shares them with whatever else nobody named a place for.',
  comment: 'its own policies and rights',
  severity: 'low',
  points: ['IDN-1'],
  sources: ['CKV_K8S_21', 'KSV-0110', 'KSV-0037', 'CIS-K 5.7.1', 'CIS-K 5.7.4', 'NSA 1.12'],
  check: ({ manifests }) =>
    manifests
      .filter((m) => !CLUSTER.has(m.kind) && isDefault(m.value))
      .map((m) => ({ message: `${m.kind} ${m.name} is in no namespace of its own`, file: m.path, line: m.line(['metadata', 'namespace']) })),
  linters: { checkov: ['CKV_K8S_21'], trivy: ['KSV-0110'] },
  failing: [{ 'k8s/service.yaml': 'kind: Service\nmetadata:\n  name: a\n' }, { 'k8s/service.yaml': 'kind: Service\nmetadata:\n  name: a\n  namespace: kube-system\n' }],
})
