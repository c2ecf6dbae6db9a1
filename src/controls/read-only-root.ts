import { control } from './control.ts'

export default control({
  id: 'read-only-root',
  title: 'The root file system is read-only',
  why: 'What breaks in cannot change the program, leave a tool behind or survive a restart. The paths that the program does write to are mounted, and bounded.',
  comment: 'a break-in cannot change the program',
  severity: 'high',
  points: ['USR-5'],
  sources: ['KSV-0014', 'KYV block-images-with-volumes', 'CKV_K8S_22', 'CIS-D 5.13', 'NSA 1.1', 'OWASP-Docker R8', 'kube-score container-security-context-readonlyrootfilesystem'],
  expects: [
    { artifact: 'deployment', at: 'spec.template.spec.containers[].securityContext.readOnlyRootFilesystem', value: true },
    { artifact: 'compose', at: 'services.*.read_only', value: true },
  ],
  check: ({ dockerfile }) => (dockerfile?.final.all('VOLUME') ?? []).map((v) => ({ message: 'VOLUME makes a path writable wherever the image runs; mounts belong to who runs it', file: dockerfile!.path, line: v.line })),
  linters: { trivy: ['KSV-0014'], checkov: ['CKV_K8S_22'], 'kube-score': ['container-security-context-readonlyrootfilesystem'] },
  failing: [{ 'k8s/deployment.yaml': 'kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n' }, { Dockerfile: 'FROM debian:trixie-slim\nVOLUME /data\n' }],
})
