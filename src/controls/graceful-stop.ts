import { control } from './control.ts'

const enough = (seconds: unknown): boolean => seconds === undefined || Number(seconds) >= 10

export default control({
  id: 'graceful-stop',
  title: 'Stopping leaves time for what is under way',
  why: 'A pod is told to stop at the moment in which it is taken out of the Service; load balancers learn of it seconds later. The pause before SIGTERM serves those last requests, and the grace period is longer than the drain.',
  comment: 'requests under way are answered first',
  severity: 'medium',
  points: ['SIG-1'],
  sources: ['KEP-3960 preStop.sleep', 'OWASP-Node 6', 'Kubernetes: Pod termination'],
  expects: [
    { artifact: 'deployment', at: 'spec.template.spec.terminationGracePeriodSeconds', value: '{{runtime.grace}}', when: 'serves', comment: 'longer than the pause and the drain together', accepts: enough },
    { artifact: 'deployment', at: 'spec.template.spec.terminationGracePeriodSeconds', value: '{{runtime.grace}}', when: 'worker', comment: 'what is under way is finished', accepts: enough },
    { artifact: 'deployment', at: 'spec.template.spec.containers[].lifecycle.preStop.sleep.seconds', value: '{{runtime.preStop}}', when: 'serves', comment: 'load balancers learn that it leaves', accepts: (v) => Number(v) > 0 },
  ],
  failing: [{ 'k8s/deployment.yaml': 'kind: Deployment\nspec:\n  template:\n    spec:\n      terminationGracePeriodSeconds: 1\n      containers:\n        - name: a\n          ports:\n            - containerPort: 8080\n' }],
})
