import { servicesOf } from '../audit/compose.ts'
import { execForm } from '../audit/shell.ts'
import { control, type Report } from './control.ts'

/** Programs that start another one and do not hand signals on. */
const WRAPPERS = /^(.*\/)?(npm|npx|yarn|pnpm|sh|bash|dash|ash)$/

/** A shell that ends in exec is not there any more when the program runs; what it is told may stand in CMD. */
const replaces = (words: readonly string[], rest = ''): boolean => /\bexec\s+\S[^;&|]*$/.test((words.length > 1 ? words : (execForm(rest) ?? [])).find((w, i, all) => all[i - 1] === '-c') ?? '')

export default control({
  id: 'exec-form',
  title: 'The program is the first process, not a shell or a package manager',
  why: 'A shell or npm as the first process keeps SIGTERM to itself: the program never learns that it has to stop, and is killed with its requests under way.',
  comment: 'signals reach the program',
  severity: 'high',
  points: ['SIG-1'],
  sources: ['DL3025', 'BuildKit JSONArgsRecommended', 'OWASP-Node 5', 'OWASP-Node 6'],
  check: ({ dockerfile, compose }) => {
    const started = ['ENTRYPOINT', 'CMD'].flatMap((keyword) => {
      const instruction = dockerfile?.final.last(keyword)
      if (!dockerfile || !instruction) return []
      const words = execForm(instruction.arguments)
      if (!words) return [{ message: `${keyword} is in shell form`, file: dockerfile.path, line: instruction.line }]
      const first = keyword === 'ENTRYPOINT' || !dockerfile.final.last('ENTRYPOINT')
      return first && WRAPPERS.test(words[0] ?? '') && !replaces(words, dockerfile.final.last('CMD')?.arguments) ? [{ message: `${words[0]} is the first process and keeps signals to itself`, file: dockerfile.path, line: instruction.line }] : []
    })
    const entry: Report[] = servicesOf(compose).filter((s) => typeof s.value.entrypoint === 'string').map((s) => ({ message: `entrypoint of ${s.name} is in shell form`, file: s.file.path, line: s.line('entrypoint') }))
    return [...started, ...entry]
  },
  linters: { hadolint: ['DL3025'] },
  failing: [{ Dockerfile: 'FROM debian:trixie-slim\nCMD node server.js\n' }, { Dockerfile: 'FROM debian:trixie-slim\nCMD ["npm", "start"]\n' }, { 'compose.yaml': 'services:\n  a:\n    image: a:1\n    entrypoint: node server.js\n' }],
})
