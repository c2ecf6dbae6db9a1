import { flagsOf } from '../audit/shell.ts'
import { control } from './control.ts'

export default control({
  id: 'copies-visible',
  title: 'What is copied is not ignored',
  why: 'A COPY of a file that .dockerignore hides stops the build, or, with a pattern, copies nothing and says nothing.',
  comment: 'the build can see what it copies',
  severity: 'medium',
  points: ['IMG-3'],
  sources: ['BuildKit CopyIgnoredFile', 'I06'],
  check: ({ dockerfile, dockerignore }) =>
    (dockerfile && dockerignore ? dockerfile.stages.flatMap((s) => s.own) : [])
      .filter((i) => (i.keyword === 'COPY' || i.keyword === 'ADD') && !flagsOf(i).flags.some((f) => f.startsWith('--from=')) && !/<<|^\[/.test(flagsOf(i).rest))
      .flatMap((i) => flagsOf(i).rest.split(/\s+/).slice(0, -1).filter((p) => p !== '.' && !/[*?[$:]/.test(p) && dockerignore!.ignores(p.replace(/\/$/, ''))).map((p) => ({ message: `${p} is copied, but ${dockerignore!.path} hides it`, file: dockerfile!.path, line: i.line }))),
  failing: [{ Dockerfile: 'FROM debian:trixie-slim\nCOPY dist /app\n', '.dockerignore': '**/dist\n' }],
})
