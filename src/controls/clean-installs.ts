import { cached, commandsOf, type Command, flagsOf } from '../audit/shell.ts'
import { control, type Report } from './control.ts'

/** What is wrong with one command, in words. */
function fault(command: Command, all: readonly Command[]): string | undefined {
  const [program, ...words] = command.words as [string, ...string[]]
  const has = (flag: RegExp): boolean => words.some((w) => flag.test(w))
  const within = all.filter((c) => c.run === command.run)
  if (program === 'sudo' || program === 'su') return `${program} has no place in a build`
  if (program === 'cd') return 'cd changes the folder of one line only; WORKDIR does for all'
  if (/^(ssh|vim?|nano|shutdown|service|top|mount|ifconfig)$/.test(program)) return `${program} has no place in a build`
  if (program === 'apt') return 'apt is for people; apt-get is for scripts'
  if (/^(apt-get|yum|dnf|microdnf|zypper)$/.test(program) && words.includes('dist-upgrade')) return `${program} dist-upgrade changes the release`
  if (program === 'apt-get' && words.includes('install')) {
    if (!has(/^(-[a-z]*y[a-z]*|--yes|--assume-yes)$/) && !has(/^-q?q?y/)) return 'apt-get install asks; it needs -y'
    if (!has(/^--no-install-recommends$/)) return 'apt-get installs what is recommended too; it needs --no-install-recommends'
    if (!within.some((c) => c.words[0] === 'apt-get' && c.words.includes('update'))) return 'apt-get install without update in the same RUN takes stale lists from a layer'
    const removed = within.some((c) => c.words[0] === 'rm' && c.words.some((w) => w.startsWith('/var/lib/apt/lists')))
    if (!removed && !cached(command.run, /\/var\/lib\/apt/)) return 'the lists of apt-get stay in the layer'
  }
  if (program === 'apt-get' && words.includes('update') && !within.some((c) => c.words.includes('install') || c.words.includes('upgrade'))) return 'apt-get update on a line of its own is taken from the cache for ever'
  if (program === 'apk' && words.includes('add') && !has(/^--no-cache$/)) return 'apk leaves its index in the layer; it needs --no-cache'
  if (/^pip3?$/.test(program) && words[0] === 'install' && !has(/^--no-cache-dir$/) && !cached(command.run, /./)) return 'pip leaves its cache in the layer; it needs a cache mount or --no-cache-dir'
  return undefined
}

export default control({
  id: 'clean-installs',
  title: 'Packages are installed cleanly and files are copied, not added',
  why: 'Package lists and caches that stay in a layer make every pull slower and keep stale versions. ADD unpacks and downloads behind your back; COPY does what it says.',
  comment: 'nothing of the installation stays behind',
  severity: 'medium',
  points: ['IMG-4'],
  sources: ['DL3004', 'DL3009', 'DL3014', 'DL3015', 'DL3019', 'DL3020', 'DL3027', 'DL3042', 'DS-0005', 'DS-0017', 'DS-0021', 'DS-0025', 'DS-0029', 'CKV_DOCKER_4', 'CIS-D 4.7', 'CIS-D 4.9'],
  check: ({ dockerfile }) => {
    if (!dockerfile) return []
    const commands = commandsOf(dockerfile)
    const report = (message: string, line: number): Report => ({ message, file: dockerfile.path, line })
    const added = dockerfile.stages.flatMap((s) => s.own).filter((i) => i.keyword === 'ADD' && !/^(https?:|git@|ssh:)|\.(tar|tgz|tbz2?|txz|tar\.\w+)(\s|$)/.test(flagsOf(i).rest))
    return [...commands.flatMap((c) => (fault(c, commands) ? [report(fault(c, commands)!, c.line)] : [])), ...added.map((i) => report('ADD unpacks and downloads; COPY does what it says', i.line))]
  },
  linters: { hadolint: ['DL3009', 'DL3014', 'DL3015', 'DL3019', 'DL3020'], trivy: ['DS-0005', 'DS-0017', 'DS-0021', 'DS-0025', 'DS-0029'] },
  failing: [
    { Dockerfile: 'FROM debian:trixie-slim\nRUN apt-get update && apt-get install -y curl\n' },
    { Dockerfile: 'FROM debian:trixie-slim\nRUN apt-get update\n' },
    { Dockerfile: 'FROM alpine:3.24\nRUN apk add curl\n' },
    { Dockerfile: 'FROM debian:trixie-slim\nADD . /app\n' },
  ],
})
