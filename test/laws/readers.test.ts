/** The readers of the audit against those of others, on everything that is rendered and on what is hard to read. */
import { DockerfileParser } from 'dockerfile-ast'
import { describe, expect, test } from 'vitest'
import { instructionsOf, readDockerfile } from '../../src/audit/dockerfile.ts'
import { readDockerignore } from '../../src/audit/dockerignore.ts'
import { commandsOf } from '../../src/audit/shell.ts'
import { matrix, none, problemsOf, renderWith } from './catalog.ts'

const members = await matrix(['restricted'])

describe('Dockerfiles', () => {
  test('instructions and their lines are those of dockerfile-ast', () => {
    none(
      problemsOf(members, (m) => {
        const text = renderWith(m, () => true).find((f) => f.id === 'dockerfile')!.text
        const other = DockerfileParser.parse(text).getInstructions().map((i) => `${i.getRange().start.line + 1} ${i.getKeyword()}`)
        const own = instructionsOf(text).map((i) => `${i.line} ${i.keyword}`)
        return own.join('\n') === other.join('\n') ? [] : [`${own.join(', ')}\n${other.join(', ')}`]
      }),
    )
  })
  test('continuations, comments between them, here-documents and the escape directive', () => {
    const text = '# escape=`\n\nfrom a AS b\nRUN one `\n  # between\n\n  two\nCOPY <<"EOF" /x\nRUN not\nEOF\nRUN <<A <<B\nfirst\nA\nsecond\nB\nCMD ["c"]\n'
    expect(instructionsOf(text)).toEqual([
      { keyword: 'FROM', arguments: 'a AS b', heredoc: '', line: 3 },
      { keyword: 'RUN', arguments: 'one two', heredoc: '', line: 4 },
      { keyword: 'COPY', arguments: '<<"EOF" /x', heredoc: 'RUN not', line: 8 },
      { keyword: 'RUN', arguments: '<<A <<B', heredoc: 'first\nsecond', line: 11 },
      { keyword: 'CMD', arguments: '["c"]', heredoc: '', line: 16 },
    ])
  })
  test('stages inherit, variables of FROM are filled from their defaults', () => {
    const facts = readDockerfile('Dockerfile', 'ARG V=1\nFROM a:${V} AS one\nUSER 1:1\nFROM one\nEXPOSE 8080\n')!
    expect(facts.final.base).toBe('a:1')
    expect(facts.final.last('USER')?.arguments).toBe('1:1')
  })
  test('RUN lines as commands', () => {
    const facts = readDockerfile('Dockerfile', 'FROM a:1\nRUN --mount=type=cache,target=/c X=1 npm ci && echo "a && b" | sh; cd /x\nRUN <<EOF\napt-get update\napt-get install -y x\nEOF\nRUN ["a", "b c"]\n')
    expect(commandsOf(facts).map((c) => [...c.words, ...(c.piped ? ['piped'] : [])])).toEqual([['npm', 'ci'], ['echo', 'a && b'], ['sh', 'piped'], ['cd', '/x'], ['apt-get', 'update'], ['apt-get', 'install', '-y', 'x'], ['a', 'b c']])
  })
})

/** Cases of moby/patternmatcher's own tests, and of the manual. */
test.each([
  ['**', 'file', true],
  ['**/', 'file', true],
  ['**/**', 'dir/file', true],
  ['dir/**', 'dir/dir2/file', true],
  ['**/dir2/*', 'dir/dir2/file', true],
  ['**/dir2/**', 'dir/dir2/dir2/file', true],
  ['**file', 'dir/dir/file', true],
  ['**/file*txt', 'dir/dir/file.txt', true],
  ['a**/*.txt', 'a/file.txt', true],
  ['a/*.txt', 'a/dir/file.txt', false],
  ['a[b-d]e', 'ace', true],
  ['a[b-d]e', 'aae', false],
  ['abc', 'abc/x', true],
  ['*/temp*', 'somedir/subdir/temporary', false],
  ['temp?', 'tempb', true],
  ['/a', 'a', true],
  ['a/../b/', 'b', true],
  ['# a', '# a', false],
  ['.d', 'xd', false],
  ['*\n!a\na/b', 'a/c', false],
  ['*\n!a\na/b', 'a/b', true],
  ['**/.env.*\n!**/.env.example', 'x/.env.example', false],
])('.dockerignore %j on %s: %s', (pattern, path, ignored) => {
  expect(readDockerignore('.dockerignore', pattern).ignores(path)).toBe(ignored)
})
