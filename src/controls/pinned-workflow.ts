import type { YamlFile } from '../audit/manifests.ts'
import { listOf, mapOf } from '../audit/workloads.ts'
import { control } from './control.ts'

/** Values of an event that who opens an issue or a pull request chooses (https://docs.github.com/actions/reference/security/secure-use). */
const UNTRUSTED = /\$\{\{[^}]*\b(github\.event\.(issue|pull_request|comment|review|discussion|head_commit|commits)\b|github\.head_ref)/

interface Step {
  value: Record<string, unknown>
  path: (string | number)[]
}

const stepsOf = (file: YamlFile): Step[] =>
  Object.entries(mapOf(mapOf(file.value).jobs)).flatMap(([job, value]) => listOf(mapOf(value).steps).map((step, i) => ({ value: mapOf(step), path: ['jobs', job, 'steps', i] })))

export default control({
  id: 'pinned-workflow',
  title: 'CI workflows pin their actions by commit and hold few rights',
  why: 'A tag can be moved: in March 2026 76 tags of a scanner were pointed at code that stole the secrets of every workflow using them. A commit cannot, and a workflow without rights has little to steal.',
  comment: 'a tag can be moved, a commit cannot',
  severity: 'high',
  points: ['SUP-3'],
  sources: ['zizmor unpinned-uses', 'zizmor excessive-permissions', 'zizmor artipacked', 'zizmor template-injection', 'CKV2_GHA_1', 'CKV_GHA_2', 'CVE-2026-33634'],
  check: ({ workflows }) =>
    (workflows ?? []).flatMap((file) => {
      const report = (path: (string | number)[], message: string) => ({ message, file: file.path, line: file.line(path) })
      return [
        ...(mapOf(file.value).permissions === undefined ? [report([], 'the workflow names no permissions, so it gets those of the repository; permissions: {} takes all away')] : []),
        ...stepsOf(file).flatMap(({ value, path }) => {
          const uses = typeof value.uses === 'string' ? value.uses : undefined
          const local = uses === undefined || uses.startsWith('./') || /^docker:\/\/.+@sha256:/.test(uses)
          return [
            ...(!local && !/@[0-9a-f]{40}$/.test(uses) ? [report([...path, 'uses'], `${uses} is not pinned by a commit`)] : []),
            ...(uses?.startsWith('actions/checkout@') && String(mapOf(value.with)['persist-credentials']) !== 'false' ? [report([...path, 'uses'], 'the checkout leaves its token in .git: persist-credentials: false')] : []),
            ...(typeof value.run === 'string' && UNTRUSTED.test(value.run) ? [report([...path, 'run'], 'text of strangers is put into a shell; take it by an environment variable')] : []),
          ]
        }),
      ]
    }),
  failing: [
    { '.github/workflows/a.yaml': 'on: push\npermissions: {}\njobs:\n  a:\n    steps:\n      - uses: acme/x@v1\n' },
    { '.github/workflows/a.yaml': 'on: push\njobs:\n  a:\n    steps:\n      - run: "true"\n' },
    { '.github/workflows/a.yaml': 'on: push\npermissions: {}\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1\n' },
    { '.github/workflows/a.yaml': 'on: pull_request\npermissions: {}\njobs:\n  a:\n    steps:\n      - run: echo ${{ github.event.pull_request.title }}\n' },
  ],
})
