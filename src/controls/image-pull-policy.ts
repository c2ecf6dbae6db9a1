import { control } from './control.ts'

export default control({
  id: 'image-pull-policy',
  title: 'The image is resolved at every start',
  why: 'A tag that was pushed again, or an image that a neighbour pulled with credentials this pod does not have, would otherwise be taken from the node’s cache. Only the manifest is asked for; layers stay cached.',
  comment: 'the registry is asked each time; layers stay cached',
  severity: 'low',
  points: ['SUP-2'],
  sources: ['CKV_K8S_15', 'kube-score container-image-pull-policy', 'Polaris pullPolicyNotAlways'],
  expects: [{ artifact: 'deployment', at: 'spec.template.spec.containers[].imagePullPolicy', value: 'Always' }],
  linters: { checkov: ['CKV_K8S_15'], 'kube-score': ['container-image-pull-policy'] },
  failing: [{ 'k8s/deployment.yaml': 'kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n          imagePullPolicy: IfNotPresent\n' }],
})
