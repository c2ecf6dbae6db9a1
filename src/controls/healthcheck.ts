import { control } from './control.ts'

export default control({
  id: 'healthcheck',
  title: 'The image can tell whether it is healthy, without a shell or curl',
  why: 'Docker and Compose know of a hang only by a health check. It uses the program’s own runtime, because every tool added to the image is a tool for a break-in.',
  comment: 'Docker and Compose learn of a hang',
  severity: 'low',
  points: ['PRB-2'],
  sources: ['DS-0026', 'CKV_DOCKER_2', 'CIS-D 4.6', 'CIS-D 5.27'],
  slots: [
    { slot: 'health', text: 'HEALTHCHECK --interval=30s --timeout=3s --start-period={{runtime.startSeconds}}s --start-interval=2s --retries=3 CMD {{json runtime.healthcheck}}', when: 'healthchecked' },
  ],
  check: ({ dockerfile }) => {
    if (!dockerfile) return []
    const health = dockerfile.final.last('HEALTHCHECK')
    // where nothing listens, the engine sees when the process ends; NONE makes `docker compose up --wait` fail
    if (!health && !dockerfile.final.last('EXPOSE')) return []
    if (!health) return [{ message: 'the last stage has no HEALTHCHECK', file: dockerfile.path, line: dockerfile.final.line }]
    return /^NONE$|CMD\s+\[/i.test(health.arguments) ? [] : [{ message: 'HEALTHCHECK is not in exec form', file: dockerfile.path, line: health.line }]
  },
  linters: { trivy: ['DS-0026'], checkov: ['CKV_DOCKER_2'] },
  failing: [{ Dockerfile: 'FROM debian:trixie-slim\nEXPOSE 8080\n' }, { Dockerfile: 'FROM debian:trixie-slim\nHEALTHCHECK CMD curl -f http://localhost/\n' }],
})
