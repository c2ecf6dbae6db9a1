import { cached, commandsOf, flagsOf } from '../audit/shell.ts'
import type { Instruction, Stage } from '../audit/dockerfile.ts'
import { control } from './control.ts'
import { installOf } from '../audit/installs.ts'

/** Copies of the whole build context. */
const whole = (i: Instruction): boolean => {
  const { flags, rest } = flagsOf(i)
  return i.keyword === 'COPY' && !flags.some((f) => f.startsWith('--from=')) && /^\.\/?\s/.test(rest)
}

/** The instructions of a stage behind those of the stages that it starts from. */
const chain = (stage: Stage): Instruction[] => stage.all('*')

export default control({
  id: 'cache-order',
  title: 'Dependencies are installed before the sources are copied, with a cache',
  why: 'A change of one source file otherwise downloads every dependency again. With the manifests copied first and a cache mount, a second build installs nothing, and nothing of the cache stays in a layer.',
  comment: 'a change of the sources installs nothing again',
  severity: 'low',
  points: ['BLD-1'],
  sources: ['Docker: optimize cache usage', 'D51', 'DL3042', 'DL3060'],
  check: ({ dockerfile }) => {
    if (!dockerfile) return []
    const file = dockerfile.path
    const late = dockerfile.stages.flatMap((stage) => {
      const all = chain(stage)
      const copy = all.findIndex(whole)
      const first = all.findIndex((i) => i.keyword === 'RUN' && commandsOf(dockerfile, [{ ...stage, own: [i] }]).some((c) => installOf(c.words)))
      return copy >= 0 && first > copy && stage.own.includes(all[first]!) ? [{ message: 'dependencies are installed after the whole project was copied', file, line: all[first]!.line }] : []
    })
    const uncached = commandsOf(dockerfile).filter((c) => installOf(c.words)?.cache && !cached(c.run, /./)).map((c) => ({ message: `${c.words.slice(0, 2).join(' ')} has no cache mount`, file, line: c.line }))
    return [...late, ...uncached]
  },
  failing: [{ Dockerfile: 'FROM node:24-slim\nCOPY . .\nRUN --mount=type=cache,target=/root/.npm npm ci\n' }, { Dockerfile: 'FROM node:24-slim\nCOPY package.json package-lock.json ./\nRUN npm ci\n' }],
})
