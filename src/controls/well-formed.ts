import { flagsOf } from '../audit/shell.ts'
import type { DockerfileFacts } from '../audit/dockerfile.ts'
import { control, type Report } from './control.ts'

export default control({
  id: 'well-formed',
  title: 'Files say what they seem to say',
  why: 'A key that is there twice, a second CMD or a relative WORKDIR is accepted and silently means something else than what stands there.',
  comment: 'means what it says',
  severity: 'medium',
  points: ['BLD-3'],
  sources: ['DL3000', 'DL3012', 'DL3021', 'DL3024', 'DL4000', 'DL4003', 'DL4004', 'BuildKit DuplicateStageName', 'BuildKit LegacyKeyValueFormat', 'BuildKit MultipleInstructionsDisallowed', 'kubeconform'],
  check: ({ dockerfile, faults }) => [...faults, ...(dockerfile ? mistakes(dockerfile) : [])],
  failing: [
    { Dockerfile: 'FROM debian:trixie-slim\nCMD ["a"]\nCMD ["b"]\n' },
    { Dockerfile: 'FROM debian:trixie-slim\nWORKDIR app\n' },
    { Dockerfile: 'FROM debian:trixie-slim AS a\nFROM debian:trixie-slim AS A\n' },
    { Dockerfile: 'FROM debian:trixie-slim\nMAINTAINER me\n' },
    { 'compose.yaml': 'services:\n  a:\n    image: a:1\n    image: b:1\n' },
  ],
})

function mistakes({ path, stages }: DockerfileFacts): Report[] {
  const report = (message: string, line: number): Report => ({ message, file: path, line })
  const names = stages.map((s) => s.name?.toLowerCase())
  return stages.flatMap((stage, n) => [
    ...(stage.name && names.indexOf(stage.name.toLowerCase()) < n ? [report(`two stages are named ${stage.name}`, stage.line)] : []),
    ...['CMD', 'ENTRYPOINT', 'HEALTHCHECK'].flatMap((keyword) => stage.own.filter((i) => i.keyword === keyword).slice(1).map((i) => report(`a second ${keyword} replaces the first`, i.line))),
    ...stage.own.flatMap((i) => {
      if (i.keyword === 'WORKDIR' && !/^["']?([/$]|[A-Za-z]:)/.test(i.arguments)) return [report('WORKDIR is relative to that of the base', i.line)]
      if (i.keyword === 'MAINTAINER') return [report('MAINTAINER is deprecated; LABEL org.opencontainers.image.authors says it', i.line)]
      if (i.keyword === 'ENV' && !i.arguments.includes('=')) return [report('ENV in its old form; write NAME=value', i.line)]
      const from = flagsOf(i).flags.find((f) => f.startsWith('--from='))?.slice(7)
      const words = flagsOf(i).rest.split(/\s+/)
      if (i.keyword === 'COPY' && !/[<["]/.test(i.arguments) && words.length > 2 && !words.at(-1)!.endsWith('/') && words.at(-1) !== '.') return [report('several files are copied to one name; end it with /', i.line)]
      return from && names.indexOf(from.toLowerCase()) > n ? [report(`${from} is a later stage`, i.line)] : []
    }),
  ])
}
