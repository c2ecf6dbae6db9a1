import { isOverride, servicesOf } from '../audit/compose.ts'
import { mapOf } from '../audit/workloads.ts'
import { control } from './control.ts'

export default control({
  id: 'compose-networks',
  title: 'Services share named networks, and data has one without a way out',
  why: 'On the shared default bridge every container reaches every other one. A database on an internal network is reached by the program alone, and has no way to the internet.',
  comment: 'no way out for the data',
  severity: 'medium',
  points: ['NET-1'],
  sources: ['CIS-D 5.30', 'OWASP-Docker R5', 'KICS: networks not set'],
  expects: [{ artifact: 'compose', at: 'networks.data.internal', value: true, when: 'withData', accepts: () => true }],
  check: ({ compose, plan }) =>
    servicesOf(compose.filter((f) => !isOverride(f.path))).flatMap((s) => {
      const networks = Array.isArray(s.value.networks) ? s.value.networks.map(String) : Object.keys(mapOf(s.value.networks))
      const report = (message: string) => ({ message, file: s.file.path, line: s.line() })
      if (networks.length === 0) return [report(`${s.name} names no network`)]
      const declared = mapOf(mapOf(s.file.value).networks)
      const data = plan?.services.some((d) => d.id === s.name) ?? /^(postgres|mysql|mariadb|mongo|redis|valkey|rabbitmq|kafka|elasticsearch)/.test(String(s.value.image ?? '').split('/').at(-1)!)
      return data && !networks.every((n) => mapOf(declared[n]).internal === true) ? [report(`${s.name} is on a network with a way out`)] : []
    }),
  failing: [{ 'compose.yaml': 'services:\n  a:\n    image: a:1\n' }, { 'compose.yaml': 'services:\n  db:\n    image: postgres:18\n    networks:\n      - data\nnetworks:\n  data: {}\n' }],
})
