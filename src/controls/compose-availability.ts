import { control, type Expectation } from './control.ts'

const health = (service: string, test: string, timeout: string, start: string, comment: string): Expectation => ({
  artifact: 'compose',
  at: `services.${service}.healthcheck`,
  value: { test, interval: '30s', timeout, retries: 3, start_period: start, start_interval: '2s' },
  comment,
  accepts: (v) => v !== undefined,
})

export default control({
  id: 'compose-availability',
  title: 'A container that ends is started again, and its health is known',
  why: 'Without a restart policy one crash ends the service; without a health check nothing that depends on it knows when it can start.',
  comment: 'started again, also after a reboot',
  severity: 'low',
  points: ['AVL-1', 'PRB-2'],
  sources: ['CIS-D 5.15', 'CIS-D 5.27', 'KICS restart_policy_on_failure_not_set_to_5'],
  expects: [
    { artifact: 'compose', at: 'services.*.restart', value: 'unless-stopped', accepts: (v) => /^(on-failure|always|unless-stopped)/.test(String(v)) },
    { ...health('{{yaml name}}', '{{json runtime.composeHealthcheck}}', '3s', '{{runtime.startSeconds}}s', 'a program that hangs still runs: this tells'), when: 'healthchecked' },
    // its own tools start a virtual machine first (RabbitMQ, Kafka)
    health('{{id}}', '{{json healthcheck}}', '10s', '60s', ''),
  ],
  failing: [{ 'compose.yaml': 'services:\n  a:\n    image: a:1\n' }],
})
