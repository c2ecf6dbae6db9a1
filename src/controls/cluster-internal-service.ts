import { control } from './control.ts'

export default control({
  id: 'cluster-internal-service',
  title: 'The Service is reachable inside the cluster only',
  why: 'NodePort and LoadBalancer open a way in that passes by the TLS, the host names and the policies of the gateway.',
  comment: 'the way in is an Ingress or a Gateway, with TLS',
  severity: 'medium',
  points: ['NET-2'],
  sources: ['kube-score service-type', 'Kyverno restrict-node-port', 'KSV-0108', 'C-0293'],
  expects: [{ artifact: 'service', at: 'spec.type', value: 'ClusterIP', accepts: (v) => v === undefined }],
  linters: { 'kube-score': ['service-type'] },
  failing: [{ 'k8s/service.yaml': 'kind: Service\nspec:\n  type: NodePort\n' }],
})
