import { environmentOf, servicesOf } from '../audit/compose.ts'
import { secretSetting, secretValue } from '../audit/secrets.ts'
import { at, listOf, mapOf, workloadsOf } from '../audit/workloads.ts'
import { control, type Report } from './control.ts'

/** A value that names a secret without being one: a variable, a path, a switch, or nothing. */
const reference = (value: string): boolean => /^(|yes|no|true|false|\d)$/i.test(value) || value.includes('${') || /^\$\w+$/.test(value) || value.startsWith('/run/secrets/')
const literal = (name: string, value: string): boolean => secretValue(value) || (secretSetting(name) && !reference(value))

export default control({
  id: 'runtime-secrets',
  title: 'Secrets are referred to, never written down',
  why: 'What stands in a manifest stands in the repository, its history and every copy of it. A reference to a Secret, or a variable of the machine, can be changed without a commit.',
  comment: 'referred to, never written down',
  severity: 'critical',
  points: ['SEC-2'],
  sources: ['kube-linter env-var-secret', 'KSV-0109', 'KSV-01010', 'Polaris sensitiveContainerEnvVar', 'CIS-K 5.4.1', 'OWASP-Docker R12'],
  check: ({ compose, manifests }) => {
    const report = (name: string, file: string, line: number): Report => ({ message: `${name} holds a secret as plain text`, file, line })
    return [
      ...servicesOf(compose).flatMap((s) => environmentOf(s).filter((e) => literal(e.name, e.value ?? '')).map((e) => report(e.name, s.file.path, s.line('environment', e.key)))),
      ...workloadsOf(manifests).flatMap((w) => w.containers.flatMap((c) => listOf(c.value.env).flatMap((e, i) => (literal(String(mapOf(e).name), String(mapOf(e).value ?? '')) ? [report(String(mapOf(e).name), w.file.path, w.file.line([...c.path, 'env', i, 'value']))] : [])))),
      ...manifests.filter((m) => m.kind === 'ConfigMap').flatMap((m) => Object.entries(mapOf(at(m.value, ['data']))).filter(([name, value]) => literal(name, String(value))).map(([name]) => report(name, m.path, m.line(['data', name])))),
      ...manifests.filter((m) => m.kind === 'Secret').flatMap((m) => ['data', 'stringData'].flatMap((key) => Object.entries(mapOf(at(m.value, [key]))).filter(([, value]) => !reference(String(value ?? ''))).map(([name]) => report(name, m.path, m.line([key, name]))))),
    ]
  },
  linters: { trivy: ['KSV-0109', 'KSV-01010'] },
  failing: [
    { 'compose.yaml': 'services:\n  a:\n    image: a:1\n    environment:\n      POSTGRES_PASSWORD: hunter2\n' },
    { 'compose.yaml': 'services:\n  a:\n    image: a:1\n    environment:\n      - DATABASE_URL=postgres://app:hunter2@db/app\n' },
    { 'k8s/configmap.yaml': 'kind: ConfigMap\ndata:\n  API_KEY: abc\n' },
    { 'k8s/secret.yaml': 'kind: Secret\nstringData:\n  A: b\n' },
    { 'k8s/deployment.yaml': 'kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n          env:\n            - name: DB_PASSWORD\n              value: hunter2\n' },
  ],
})
