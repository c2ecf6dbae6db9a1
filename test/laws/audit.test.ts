import { describe, expect, test } from 'vitest'
import { audit, type AuditFile } from '../../src/audit/audit.ts'
import { verifyRendered } from '../../src/audit/verify.ts'
import type { InputError } from '../../src/errors.ts'
import { render } from '../../src/render/render.ts'
import { controls, planOf } from './catalog.ts'

/** Findings of one control as "file:line". */
function places(control: string, ...files: AuditFile[]): string[] {
  return audit(files, controls.filter((c) => c.id === control)).map((f) => `${f.file}:${f.line}`)
}
const yaml = (text: string, path = 'k8s/app.yaml'): AuditFile => ({ path, text })

describe('pods as the Pod Security Standards read them', () => {
  test('what the pod says holds for its containers', () => {
    expect(places('run-as-non-root', yaml('kind: Pod\nspec:\n  securityContext:\n    runAsNonRoot: true\n  containers:\n    - name: a\n    - name: b\n'))).toEqual([])
    expect(places('seccomp', yaml('kind: Pod\nspec:\n  securityContext:\n    seccompProfile:\n      type: Localhost\n  containers:\n    - name: a\n'))).toEqual([])
  })
  test('a container that says otherwise is weaker', () => {
    expect(places('run-as-non-root', yaml('kind: Pod\nspec:\n  securityContext:\n    runAsNonRoot: true\n  containers:\n    - name: a\n    - name: b\n      securityContext:\n        runAsNonRoot: false\n'))).toEqual(['k8s/app.yaml:9'])
  })
  test('every container saying it does as well', () => {
    expect(places('run-as-non-root', yaml('kind: Pod\nspec:\n  containers:\n    - name: a\n      securityContext:\n        runAsNonRoot: true\n'))).toEqual([])
  })
  test('init containers are containers, but are not probed', () => {
    const pod = 'kind: Pod\nspec:\n  initContainers:\n    - name: i\n  containers:\n    - name: a\n      ports:\n        - containerPort: 8080\n      startupProbe: {}\n      livenessProbe: {}\n      readinessProbe: {}\n      securityContext:\n        readOnlyRootFilesystem: true\n'
    expect(places('read-only-root', yaml(pod))).toEqual(['k8s/app.yaml:4'])
    expect(places('probes', yaml(pod))).toEqual([])
  })
  test('the pods of a CronJob are further down, and what a Deployment alone has is not asked of it', () => {
    const job = 'kind: CronJob\nspec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          containers:\n            - name: a\n'
    expect(places('drop-capabilities', yaml(job))).toEqual(['k8s/app.yaml:8'])
    expect(places('rolling-update', yaml(job))).toEqual([])
  })
  test('a thing that is missing is reported once, where it belongs', () => {
    expect(places('run-as-non-root', yaml('kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n        - name: b\n'))).toEqual(['k8s/app.yaml:4'])
  })
})

describe('files', () => {
  test('an override of a compose file need not repeat what the first says, but may not weaken it', () => {
    expect(places('read-only-root', yaml('services:\n  a:\n    image: a:1\n', 'compose.dev.yaml'))).toEqual([])
    expect(places('host-isolation', yaml('services:\n  a:\n    privileged: true\n', 'compose.dev.yaml'))).toEqual(['compose.dev.yaml:3'])
  })
  test('several documents, each with its own lines', () => {
    expect(places('own-namespace', yaml('kind: Service\nmetadata:\n  name: a\n  namespace: x\n---\nkind: Service\nmetadata:\n  name: b\n'))).toEqual(['k8s/app.yaml:7'])
  })
  test('what cannot be parsed is said, and does not hide the rest', () => {
    expect(places('well-formed', yaml('a: [\n'))).not.toEqual([])
    expect(places('own-namespace', yaml('a: [\n'), yaml('kind: Service\nmetadata:\n  name: b\n', 'k8s/b.yaml'))).toEqual(['k8s/b.yaml:2'])
  })
  test('other files are none of its business', () => {
    expect(audit([{ path: 'README.md', text: '# a' }, { path: 'package.json', text: '{}' }], controls)).toEqual([])
  })
})

describe('the audit before writing', () => {
  test('lets through what is as planned, also with a control off', async () => {
    const member = (await planOf('node-express', { control: { 'read-only-root': { on: false, reason: 'meant so' } } }))!
    expect(() => verifyRendered(member.plan, render(member.plan, member.loaded.templates))).not.toThrow()
  })
  test('stops with every finding, file and line, and exit code 5', async () => {
    const { plan, loaded } = (await planOf('node-express', {}))!
    const weakened = render(plan, loaded.templates).map((f) => ({ ...f, text: f.text.replace('readOnlyRootFilesystem: true', 'readOnlyRootFilesystem: false').replace(/^USER .*\n/m, '') }))
    try {
      verifyRendered(plan, weakened)
      expect.unreachable()
    } catch (error) {
      const { problems, exitCode } = error as InputError
      expect(exitCode).toBe(5)
      expect(problems.map((p) => `${p.file}: ${p.message}`)).toEqual(['Dockerfile: image-user: the last stage has no USER', 'k8s/deployment.yaml: read-only-root: spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem is false; it should be true'])
      expect(problems.every((p) => (p.line ?? 0) > 0 && p.hint)).toBe(true)
    }
  })
})
