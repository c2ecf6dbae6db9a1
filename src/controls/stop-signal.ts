import { control } from './control.ts'

export default control({
  id: 'stop-signal',
  title: 'The image says which signal stops it gracefully',
  why: 'nginx and php-fpm drop requests on SIGTERM and finish them on SIGQUIT. Whoever stops the container should not have to know.',
  comment: 'finishes what is under way',
  severity: 'low',
  points: ['SIG-1'],
  sources: ['D38', 'OWASP-Node 6', 'Dockerfile reference: STOPSIGNAL'],
  slots: [{ slot: 'stop', text: 'STOPSIGNAL {{runtime.stopSignal}}' }],
  check: ({ dockerfile }) => (dockerfile && !dockerfile.final.last('STOPSIGNAL') ? [{ message: 'the last stage has no STOPSIGNAL', file: dockerfile.path, line: dockerfile.final.line }] : []),
  failing: [{ Dockerfile: 'FROM debian:trixie-slim\n' }],
})
