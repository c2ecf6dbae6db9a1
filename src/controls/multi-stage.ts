import { commandsOf, flagsOf } from '../audit/shell.ts'
import { control } from './control.ts'

const TOOLS = /^(build-essential|gcc|g\+\+|make|cmake|build-base|python3-dev|musl-dev|libc6-dev|git|maven|gradle|default-jdk|openjdk-\d+-jdk.*|cargo|rustc|golang.*)$/

export default control({
  id: 'multi-stage',
  title: 'The last stage holds run-time files only',
  why: 'Compilers, package managers and sources in the shipped image are tools for a break-in and most of its weight. Stages that build are left behind; named results are copied out of them.',
  comment: 'what builds is left behind',
  severity: 'high',
  points: ['IMG-1'],
  sources: ['CIS-D 4.3', 'OWASP-Node 2', 'OWASP-Node 8', 'DL3022', 'DL3023', 'DS-0006', 'DKL-LI-0003'],
  check: ({ dockerfile }) => {
    if (!dockerfile) return []
    const { path, stages, final } = dockerfile
    const report = (message: string, line: number) => ({ message, file: path, line })
    const single = stages.length < 2 && commandsOf(dockerfile).length > 0 ? [report('there is one stage only: what builds is shipped', final.line)] : []
    const copies = final.own.filter((i) => i.keyword === 'COPY').flatMap((copy) => {
      const { flags, rest } = flagsOf(copy)
      const from = flags.find((f) => f.startsWith('--from='))?.slice(7)
      const source = rest.split(/\s+/)[0]
      if (!from) return source === '.' || source === './' ? [report('the last stage copies the whole project', copy.line)] : []
      if (from === final.name) return [report('the last stage copies from itself', copy.line)]
      return source === '/' ? [report(`the last stage copies all of ${from}`, copy.line)] : []
    })
    const tools = commandsOf(dockerfile, [final]).flatMap((c) => c.words.filter((w) => /^(install|add)$/.test(c.words[1] ?? '') && TOOLS.test(w)).map((w) => report(`the last stage installs ${w}`, c.line)))
    return [...single, ...copies, ...tools]
  },
  failing: [
    { Dockerfile: 'FROM node:24-slim\nCOPY . .\nRUN npm ci\n' },
    { Dockerfile: 'FROM node:24 AS build\nRUN npm ci\nFROM node:24-slim\nCOPY --from=build / /\n' },
    { Dockerfile: 'FROM node:24 AS build\nRUN npm ci\nFROM debian:trixie-slim\nRUN apt-get install -y build-essential\n' },
  ],
})
