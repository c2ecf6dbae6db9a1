import { control } from './control.ts'

const label = (mode: string, comment: string): { artifact: string; at: string; value: string; comment: string } => ({ artifact: 'namespace', at: `metadata.labels."pod-security.kubernetes.io/${mode}"`, value: 'restricted', comment })

export default control({
  id: 'namespace-restricted',
  title: 'The namespace admits hardened pods only',
  why: 'The cluster itself refuses a pod that a later edit made weaker, whoever applies it.',
  comment: 'a pod that is not hardened is refused',
  severity: 'medium',
  points: ['IDN-1'],
  sources: ['PSS restricted', 'CIS-K 5.2.1', 'KEP-2579'],
  expects: [label('enforce', 'a pod that is not hardened is refused'), label('audit', ''), label('warn', 'and says why at `kubectl apply`')],
  failing: [{ 'k8s/namespace.yaml': 'kind: Namespace\nmetadata:\n  labels:\n    pod-security.kubernetes.io/enforce: privileged\n' }],
})
