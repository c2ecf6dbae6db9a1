import { control } from './control.ts'

export default control({
  id: 'build-checks',
  title: 'The Dockerfile’s own checks are errors',
  why: 'BuildKit knows twenty-two mistakes, from a secret in ENV to an undefined variable, and only warns. With the directive the build stops.',
  comment: 'a mistake stops the build',
  severity: 'low',
  points: ['BLD-3'],
  sources: ['Docker: build checks', 'BuildKit frontend/dockerfile/linter', 'D52'],
  slots: [{ slot: 'header', text: '# syntax=docker/dockerfile:1\n# check=error=true' }],
  check: ({ dockerfile }) =>
    dockerfile && !/^#\s*check=.*error=true/m.test(dockerfile.text) ? [{ message: 'no `# check=error=true` directive', file: dockerfile.path, line: 1 }] : [],
  failing: [{ Dockerfile: 'FROM debian:trixie-slim\n' }],
})
