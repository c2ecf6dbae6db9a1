import { control } from './control.ts'

export default control({
  id: 'loopback-ports',
  title: 'Published ports are bound to the loopback address',
  why: 'Docker writes its own firewall rules: a port published without an address is open to the network, past the host’s firewall.',
  comment: 'not open to the network, which Docker would do past the firewall',
  severity: 'high',
  points: ['NET-2'],
  sources: ['CIS-D 5.14', 'OWASP-Docker R5a', 'dclint no-unbound-port-interfaces'],
  expects: [
    {
      artifact: 'compose',
      at: 'services.{{yaml name}}.ports',
      value: ["'127.0.0.1:{{publishedPort}}:{{runtime.port}}'"],
      when: 'serves',
      accepts: (v) => v === undefined || (Array.isArray(v) && v.every((p) => (typeof p === 'object' ? (p as { host_ip?: string }).host_ip : /^(127\.|\[::1\])/.test(String(p))))),
    },
  ],
  failing: [{ 'compose.yaml': 'services:\n  a:\n    image: a:1\n    ports:\n      - "8080:8080"\n' }],
})
