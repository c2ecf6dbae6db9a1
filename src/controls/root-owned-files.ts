import { control } from './control.ts'

export default control({
  id: 'root-owned-files',
  title: 'The program’s files belong to root and are readable by all',
  why: 'The process cannot change its own code, also where the image runs without a read-only root. Files that a strict umask made unreadable still work.',
  comment: 'readable by the user of the image, writable by nobody',
  severity: 'medium',
  points: ['IMG-4'],
  sources: ['D18', 'OWASP-Docker R8', 'KICS: Chown Flag Exists'],
  slots: [{ slot: 'copy', text: '--chmod=u=rwX,go=rX' }],
  check: ({ dockerfile, plan }) => {
    const copies = dockerfile?.final.all('COPY') ?? []
    const owned = copies.filter((c) => /--chown=(?!0(:0)?\b|root)/.test(c.arguments)).map((c) => ({ message: 'files are copied with the user of the process as their owner', file: dockerfile!.path, line: c.line }))
    // what somebody else wrote may rely on the permissions that files have; what is written here never does
    const unset = plan && copies.length > 0 && !copies.some((c) => c.arguments.includes('--chmod='))
    return unset ? [...owned, { message: 'files keep the permissions that they have where they are built', file: dockerfile!.path, line: copies[0]!.line }] : owned
  },
  failing: [{ Dockerfile: 'FROM debian:trixie-slim\nCOPY --chown=app:app a /a\n' }],
})
