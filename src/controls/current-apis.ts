import { at } from '../audit/workloads.ts'
import { control } from './control.ts'

/** Versions that are served by the oldest supported cluster, by kind. */
const CURRENT: Record<string, string[]> = {
  Deployment: ['apps/v1'],
  StatefulSet: ['apps/v1'],
  DaemonSet: ['apps/v1'],
  ReplicaSet: ['apps/v1'],
  Job: ['batch/v1'],
  CronJob: ['batch/v1'],
  HorizontalPodAutoscaler: ['autoscaling/v2', 'autoscaling/v1'],
  PodDisruptionBudget: ['policy/v1'],
  NetworkPolicy: ['networking.k8s.io/v1'],
  Ingress: ['networking.k8s.io/v1'],
  HTTPRoute: ['gateway.networking.k8s.io/v1'],
  Role: ['rbac.authorization.k8s.io/v1'],
  RoleBinding: ['rbac.authorization.k8s.io/v1'],
  ClusterRole: ['rbac.authorization.k8s.io/v1'],
  ClusterRoleBinding: ['rbac.authorization.k8s.io/v1'],
  PodSecurityPolicy: [],
}

export default control({
  id: 'current-apis',
  title: 'Objects use API versions that clusters still serve',
  why: 'A version that was removed makes the next upgrade of the cluster the day on which nothing can be deployed any more.',
  comment: 'served by every supported cluster',
  severity: 'high',
  points: ['BLD-3'],
  sources: ['KSV-0107', 'kube-linter no-extensions-v1beta', 'kube-score stable-version', 'KYV check-deprecated-apis'],
  check: ({ manifests }) =>
    manifests.flatMap((m) => {
      const version = at(m.value, ['apiVersion'])
      const served = CURRENT[m.kind]
      return served && version !== undefined && !served.includes(String(version)) ? [{ message: `${m.kind} of ${String(version)} is not served any more${served[0] ? `; use ${served[0]}` : ''}`, file: m.path, line: m.line(['apiVersion']) }] : []
    }),
  failing: [{ 'k8s/hpa.yaml': 'apiVersion: autoscaling/v2beta2\nkind: HorizontalPodAutoscaler\n' }, { 'k8s/psp.yaml': 'apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\n' }],
})
