import type { Project } from '../project.ts'

/** What the only program of a process file of pm2 is started by, https://pm2.keymetrics.io/docs/usage/application-declaration/. */
export function processText(project: Project, text: string): string | undefined {
  const file = /\bpm2(?:-runtime)?\s(?:.*\s)?(?:\.\/)?([\w./-]*(?:ecosystem|pm2|process)[\w./-]*\.(?:[cm]?js|json|ya?ml))\b/.exec(text)?.[1]
  const source = (file && project.read(file)) ?? ''
  const scripts = [...source.matchAll(/["']?\bscript["']?\s*:\s*["']?([\w./@-]+)/g)]
  const args = /["']?\bargs["']?\s*:\s*["']([^"'\n]*)["']/.exec(source)?.[1] ?? ''
  if (scripts.length !== 1) return undefined
  return `${/\.[cm]?js$|^[^/]*\//.test(scripts[0]![1]!) ? 'node ' : ''}${scripts[0]![1]!.replace(/^\.\//, '')} ${args}`.trim()
}

/** What a shell script does that a start script runs, as one line; undefined for one that decides or repeats something. */
export function shellText(project: Project, text: string): string | undefined {
  const file = /^(?:(?:sh|bash)\s+(?:-\w+\s+)*)?(?:\.\/)?([\w./-]+\.sh)$/.exec(text.trim())?.[1]
  const lines = (file && project.read(file))?.split('\n').map((l) => l.trim()).filter((l) => l !== '' && !/^(#|set\s|echo\b)/.test(l))
  return lines && lines.length > 0 && !lines.some((l) => /\\$|<<|^(if|for|while|until|case|function|\w+\s*\(\))\b|[{}]$|&$/.test(l)) ? lines.map((l) => l.replace(/;$/, '')).join(' && ') : undefined
}
