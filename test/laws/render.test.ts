import { DockerfileParser } from 'dockerfile-ast'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { audit } from '../../src/audit/audit.ts'
import { OWN } from '../../src/plan/exceptions.ts'
import { render, type Rendered } from '../../src/render/render.ts'
import { controls, examples, languageIds, matrix, type Member, none, problemsOf, sets, variants } from './catalog.ts'

const members: Member[] = [...(await matrix()), ...(await sets()), ...(await variants())]

describe('law 1: what is rendered has no finding', () => {
  test('every example × base × preset, and the artifact sets', () => {
    none(problemsOf(members, (m) => audit(render(m.plan, m.loaded.templates), controls, m.plan, true).map((f) => `${f.file}:${f.line} ${f.control}: ${f.message}`)))
  })
  test('nor is there one when the files are read as those of somebody else', () => {
    const usual = members.filter((m) => m.plan.preset === 'restricted' && m.plan.runtime.port !== undefined && m.plan.manager?.lockFile !== '' && m.plan.exceptions.every((e) => e.linter !== OWN) && m.plan.resources.cpuLimit !== 'none' && ['pdb', 'networkpolicy', 'networkpolicy-default'].every((id) => m.plan.artifacts.some((a) => a.id === id)))
    expect(usual.length).toBeGreaterThan(0)
    none(problemsOf(usual, (m) => audit(render(m.plan, m.loaded.templates), controls).map((f) => `${f.file}:${f.line} ${f.control}: ${f.message}`)))
  })
  test('every language has an example project, and every example of a language makes a plan', () => {
    const made = new Set(members.map((m) => m.name.split(' ')[0]))
    none([
      ...languageIds.filter((id) => !members.some((m) => m.plan.language.id === id)).map((id) => `${id}: no example under examples/`),
      ...examples.filter((e) => languageIds.includes(e.split('-')[0]!) && !made.has(e)).map((e) => `${e}: no plan can be made`),
    ])
  })
})

describe('law 4: rendering is deterministic and everything parses', () => {
  test('twice the same bytes', () => {
    none(problemsOf(members, (m) => (JSON.stringify(render(m.plan, m.loaded.templates)) === JSON.stringify(render(m.plan, m.loaded.templates)) ? [] : ['differs'])))
  })
  test('every file parses, every key is there once, and no text is left over', () => {
    none(problemsOf(members, (m) => render(m.plan, m.loaded.templates).flatMap(faults)))
  })
})

const seen = new Map<string, string[]>()

/** Most members share most files: each is read once. */
function faults(file: Rendered): string[] {
  const key = `${file.path} ${file.text}`
  const known = seen.get(key) ?? faultsOf(file)
  seen.set(key, known)
  return known
}

function faultsOf({ path, text }: Rendered): string[] {
  const found: string[] = []
  if (/\n\n\n/.test(text)) found.push('two blank lines in a row')
  if (/[ \t]$/m.test(text)) found.push('blanks at the end of a line')
  if (!text.endsWith('\n') || text.endsWith('\n\n')) found.push('not one line end at the end')
  if (/\r|\t/.test(text) && !path.endsWith('Dockerfile')) found.push('a tab or a carriage return')
  // a workflow has expressions of its own
  const left = path.startsWith('.github/workflows/') ? null : /\[object |\bundefined\b|\{\{|(?<![$\w])\{[a-z]\w*\}/.exec(text)
  if (left) found.push(`left over: ${left[0]}`)
  if (path.endsWith('Dockerfile')) found.push(...dockerfileFaults(text))
  else if (/\.ya?ml(\.example)?$/.test(path)) found.push(...yamlFaults(text))
  return found.map((f) => `${path}: ${f}`)
}

function yamlFaults(text: string): string[] {
  const empty = text.split('\n').flatMap((line, i, all) => (/^\s*[\w./-]+:$/.test(line) && emptyBlock(line, all[i + 1] ?? '') ? [`nothing below ${line.trim()}`] : []))
  return [...(['core', 'yaml-1.1'] as const).flatMap((schema) => parseAllDocuments(text, { schema, uniqueKeys: true }).flatMap((d) => [...d.errors, ...d.warnings].map((e) => e.message))), ...empty.filter((e) => !/-data:$/.test(e))]
}

function emptyBlock(line: string, next: string): boolean {
  const indent = line.length - line.trimStart().length
  const below = next.length - next.trimStart().length
  return next.trim() === '' || below < indent || (below === indent && !next.trim().startsWith('-'))
}

const KEYWORDS = new Set(['ADD', 'ARG', 'CMD', 'COPY', 'ENTRYPOINT', 'ENV', 'EXPOSE', 'FROM', 'HEALTHCHECK', 'LABEL', 'RUN', 'SHELL', 'STOPSIGNAL', 'USER', 'WORKDIR'])

function dockerfileFaults(text: string): string[] {
  const parsed = DockerfileParser.parse(text)
  return parsed.getInstructions().flatMap((i) => {
    const line = `line ${i.getRange().start.line + 1}`
    if (!KEYWORDS.has(i.getKeyword())) return [`${line}: ${i.getInstruction()} is no instruction`]
    return i.getArguments().length === 0 ? [`${line}: ${i.getInstruction()} without arguments`] : []
  })
}
