import { installOf } from '../audit/installs.ts'
import { commandsOf } from '../audit/shell.ts'
import { control } from './control.ts'

export default control({
  id: 'locked-dependencies',
  title: 'Dependencies are installed as the lock file says',
  why: 'Without an enforced lock file two builds of one commit hold different code, and a version that was taken over by somebody else comes in unseen.',
  comment: 'exactly what the lock file says',
  severity: 'high',
  points: ['BLD-2'],
  sources: ['OWASP-npm 2', 'OWASP-Node 2', 'DL3013', 'DL3016', 'DL3028', 'DL3062', 'D45'],
  check: ({ dockerfile, plan }) =>
    commandsOf(dockerfile).flatMap((c) => {
      const install = installOf(c.words)
      if (!install?.loose) return []
      // a project without a lock file cannot be held to one; the plan warns of it
      if (plan && install.needsLock && !plan.manager?.lockFile) return []
      return [{ message: install.loose, file: dockerfile!.path, line: c.line }]
    }),
  failing: [
    { Dockerfile: 'FROM node:24-slim\nRUN npm install\n' },
    { Dockerfile: 'FROM node:24-slim\nRUN npm install -g pnpm\n' },
    { Dockerfile: 'FROM python:3.14-slim\nRUN pip install flask\n' },
    { Dockerfile: 'FROM python:3.14-slim\nRUN uv sync\n' },
    { Dockerfile: 'FROM rust:1.95-slim\nRUN cargo build --release\n' },
  ],
})
