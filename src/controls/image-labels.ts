import { control } from './control.ts'

export default control({
  id: 'image-labels',
  title: 'The image says what it is and where it comes from',
  why: 'In an incident the first question is which commit runs. The labels answer it from the image alone.',
  comment: 'which version and commit is this',
  severity: 'info',
  points: ['OBS-1'],
  sources: ['OCI image spec: annotations', 'DL3049', 'D34'],
  slots: [
    {
      slot: 'labels',
      text: 'ARG VERSION={{dockerfile version}}\nARG REVISION=unknown\nLABEL org.opencontainers.image.title={{dockerfile title}} \\\n    org.opencontainers.image.version=$VERSION \\\n    org.opencontainers.image.revision=$REVISION \\\n    org.opencontainers.image.base.name={{dockerfile base.runtime}}',
    },
  ],
  check: ({ dockerfile }) =>
    dockerfile && !dockerfile.final.all('LABEL').some((l) => l.arguments.includes('org.opencontainers.image.')) ? [{ message: 'the last stage has no org.opencontainers.image labels', file: dockerfile.path, line: dockerfile.final.line }] : [],
  failing: [{ Dockerfile: 'FROM debian:trixie-slim\n' }],
})
