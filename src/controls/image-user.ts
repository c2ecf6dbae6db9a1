import { control } from './control.ts'

export default control({
  id: 'image-user',
  title: 'The image runs as a numeric user that is not root',
  why: 'Without USER the program is root wherever the image runs without a policy. A name does not do: the kubelet cannot tell that it is not root.',
  comment: 'numeric, so that the cluster can tell that it is not root',
  severity: 'high',
  points: ['USR-1'],
  sources: ['DL3002', 'DL3066', 'DS-0002', 'CKV_DOCKER_3', 'CIS-D 4.1', 'OWASP-Docker R2'],
  slots: [{ slot: 'user', text: '# numeric, so that the cluster can tell that it is not root\nUSER {{runtime.uid}}:{{runtime.gid}}' }],
  check: ({ dockerfile }) => {
    if (!dockerfile) return []
    const user = dockerfile.final.last('USER')
    if (!user) return [{ message: 'the last stage has no USER', file: dockerfile.path, line: dockerfile.final.line }]
    const id = user.arguments.split(':')[0]!
    if (/^(0+|root)$/.test(id)) return [{ message: 'the last stage runs as root', file: dockerfile.path, line: user.line }]
    return /^\d+$/.test(id) || id.startsWith('$') ? [] : [{ message: `USER ${id} is a name; the cluster cannot tell that it is not root`, file: dockerfile.path, line: user.line }]
  },
  linters: { hadolint: ['DL3002'], trivy: ['DS-0002'], checkov: ['CKV_DOCKER_3'] },
  failing: [{ Dockerfile: 'FROM debian:trixie-slim\nCMD ["sh"]\n' }, { Dockerfile: 'FROM debian:trixie-slim\nUSER app\n' }],
})
