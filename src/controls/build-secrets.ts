import { secretInBuild, secretValue } from '../audit/secrets.ts'
import { commandsOf, flagsOf, variablesOf } from '../audit/shell.ts'
import { control, type Report } from './control.ts'

const FILES = /(^|\/)(\.env(\.(?!example|sample|template)\w+)?|\.npmrc|\.pypirc|\.netrc|id_(rsa|ed25519|ecdsa)|credentials(\.json)?|kubeconfig|.*\.(pem|key|p12|pfx|jks))$/

export default control({
  id: 'build-secrets',
  title: 'No secret enters the image',
  why: 'ARG, ENV and copied files are readable in the history of the image for everybody who can pull it, for ever. A secret mount is there for one line and leaves nothing behind.',
  comment: 'mounted for one line, in no layer',
  severity: 'critical',
  points: ['SEC-1'],
  sources: ['DL3064', 'BuildKit SecretsUsedInArgOrEnv', 'DS-0031', 'CIS-D 4.10', 'DKL CIS-DI-0010', 'OWASP-Node 10'],
  check: ({ dockerfile }) => {
    if (!dockerfile) return []
    const report = (message: string, line: number): Report => ({ message, file: dockerfile.path, line })
    return dockerfile.stages.flatMap((stage) => [
      ...stage.own.filter((i) => i.keyword === 'ARG' || i.keyword === 'ENV').flatMap((i) => variablesOf(i).filter((v) => secretInBuild(v.name) || secretValue(v.value ?? '')).map((v) => report(`${i.keyword} ${v.name} looks like a secret`, i.line))),
      ...stage.own.filter((i) => i.keyword === 'COPY' || i.keyword === 'ADD').flatMap((i) => flagsOf(i).rest.split(/\s+/).slice(0, -1).filter((p) => FILES.test(p) && !flagsOf(i).flags.some((f) => f.startsWith('--from='))).map((p) => report(`${p} may hold a secret and is copied into the image`, i.line))),
      ...commandsOf(dockerfile, [stage]).filter((c) => c.words.some((w) => secretValue(w) || /_authToken=(?!\$)\S+/.test(w))).map((c) => report('a secret stands in a RUN line', c.line)),
    ])
  },
  linters: { hadolint: ['DL3064'], trivy: ['DS-0031'] },
  failing: [
    { Dockerfile: 'FROM debian:trixie-slim\nARG NPM_TOKEN\n' },
    { Dockerfile: 'FROM debian:trixie-slim\nENV DB_PASSWORD=hunter2\n' },
    { Dockerfile: 'FROM debian:trixie-slim\nCOPY .env ./\n' },
    { Dockerfile: 'FROM debian:trixie-slim\nRUN git clone https://me:s3cr3t@example.com/a.git\n' },
  ],
})
