import { commandsOf, flagsOf, variablesOf } from '../audit/shell.ts'
import { control, type Report } from './control.ts'

/** Variables that switch verification off, with the value that does. */
const VARIABLES: Record<string, RegExp> = {
  NODE_TLS_REJECT_UNAUTHORIZED: /^0$/,
  PYTHONHTTPSVERIFY: /^0$/,
  GIT_SSL_NO_VERIFY: /^(1|true)$/i,
  NPM_CONFIG_STRICT_SSL: /^false$/i,
  PIP_TRUSTED_HOST: /./,
  GONOSUMCHECK: /./,
  GOFLAGS: /-insecure/,
  GOINSECURE: /./,
}

const BYPASS: [RegExp, RegExp][] = [
  [/^curl$/, /^(-[a-zA-Z]*k[a-zA-Z]*|--insecure)$/],
  [/^wget$/, /^--no-check-certificate$/],
  [/^(pip3?|uv|python3?)$/, /^--(trusted-host|allow-insecure-host)(=.*)?$/],
  [/^apk$/, /^--allow-untrusted$/],
  [/^apt(-get)?$/, /^--(allow-unauthenticated|force-yes|allow-insecure-repositories)$/],
  [/^(yum|dnf|microdnf|zypper)$/, /^--(nogpgcheck|no-gpg-checks)$/],
  [/^rpm$/, /^--(nosignature|nodigest|noverify)$/],
  [/^(npm|yarn|pnpm)$/, /^--(no-strict-ssl|strict-ssl=false)$/],
  [/^git$/, /sslVerify=(false|0)/i],
  [/^mvnw?$|\/mvnw$/, /^-Dmaven\.wagon\.http\.ssl\.insecure=true$/],
]

export default control({
  id: 'trusted-sources',
  title: 'What is downloaded is verified',
  why: 'With TLS or signatures switched off, whoever sits on the network chooses what is installed. A script that is piped into a shell can be another one tomorrow.',
  comment: 'nobody on the network chooses what is installed',
  severity: 'high',
  points: ['SUP-2'],
  sources: ['CKV2_DOCKER_2', 'CKV2_DOCKER_6', 'CKV2_DOCKER_8', 'CIS-D 4.11', 'DL4006', 'OWASP-Docker R9'],
  check: ({ dockerfile }) => {
    if (!dockerfile) return []
    const report = (message: string, line: number): Report => ({ message, file: dockerfile.path, line })
    const commands = commandsOf(dockerfile).flatMap((c) => {
      const program = c.words[0]!
      const flag = BYPASS.flatMap(([p, f]) => (p.test(program) ? c.words.filter((w) => f.test(w)) : []))[0]
      if (flag) return [report(`${program} ${flag} switches verification off`, c.line)]
      return c.piped && /^(ba|da|z)?sh$|^(sudo|python3?|node|perl)$/.test(program) ? [report(`a download is piped into ${program}`, c.line)] : []
    })
    const instructions = dockerfile.stages.flatMap((s) => s.own)
    const variables = instructions.filter((i) => i.keyword === 'ENV' || i.keyword === 'ARG').flatMap((i) => variablesOf(i).filter((v) => VARIABLES[v.name.toUpperCase()]?.test(v.value ?? '')).map((v) => report(`${v.name} switches verification off`, i.line)))
    const remote = instructions.filter((i) => i.keyword === 'ADD' && /(^|\s)https?:\/\//.test(i.arguments) && !flagsOf(i).flags.some((f) => f.startsWith('--checksum='))).map((i) => report('a file is downloaded without a checksum', i.line))
    return [...commands, ...variables, ...remote]
  },
  failing: [
    { Dockerfile: 'FROM debian:trixie-slim\nRUN curl -fsSL https://example.com/install.sh | sh\n' },
    { Dockerfile: 'FROM debian:trixie-slim\nRUN curl -k https://example.com/a -o a\n' },
    { Dockerfile: 'FROM debian:trixie-slim\nENV NODE_TLS_REJECT_UNAUTHORIZED=0\n' },
    { Dockerfile: 'FROM debian:trixie-slim\nADD https://example.com/a.tar.gz /a\n' },
  ],
})
