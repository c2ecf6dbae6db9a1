import { control } from './control.ts'

export default control({
  id: 'no-api-token',
  title: 'No token of the cluster’s API is mounted',
  why: 'The token is a credential for the cluster. A program that never calls the API has no use for it; a break-in does.',
  comment: "the program does not call the cluster's API",
  severity: 'medium',
  points: ['IDN-1'],
  sources: ['CKV_K8S_38', 'KSV-0036', 'CIS-K 5.1.6', 'NSA 1.11', 'Polaris automountServiceAccountToken'],
  expects: [
    { artifact: 'serviceaccount', at: 'automountServiceAccountToken', value: false },
    { artifact: 'deployment', at: 'spec.template.spec.automountServiceAccountToken', value: false },
    { artifact: 'deployment', at: 'spec.template.spec.enableServiceLinks', value: false, comment: 'addresses of other Services stay out of the environment' },
  ],
  linters: { trivy: ['KSV-0036'], checkov: ['CKV_K8S_38'] },
  failing: [{ 'k8s/deployment.yaml': 'kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n' }],
})
