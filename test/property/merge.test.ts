import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mergeText } from '../../src/reconcile/merge.ts'
import { reconcile } from '../../src/reconcile/reconcile.ts'
import { caseOf, parses } from './edits.ts'

const golden = join(import.meta.dirname, '../golden')
const files = readdirSync(golden, { withFileTypes: true })
  .filter((e) => e.isDirectory())
  .flatMap((e) => {
    const root = join(golden, e.name, 'expected')
    return readdirSync(root, { recursive: true, withFileTypes: true }).filter((f) => f.isFile()).map((f) => ({ path: f.name, text: readFileSync(join(f.parentPath, f.name), 'utf8') }))
  })
const file = fc.nat(files.length - 1).map((i) => files[i]!)
const has = (text: string, line: string): boolean => text.split('\n').some((l) => l.trim() === line.trim())

describe('law 5', () => {
  test('a file that nobody touched becomes the new one; one that the tool does not change stays', () => {
    fc.assert(fc.property(file, fc.nat(), ({ path, text }, seed) => {
      const made = caseOf(path, text, seed)
      if (!made) return
      expect(reconcile(path, text, text, made.next)).toMatchObject({ kind: 'update', after: made.next })
      expect(reconcile(path, text, made.ours, text)).toMatchObject({ kind: 'kept', after: made.ours })
    }))
  })
  test('a second update changes nothing', () => {
    fc.assert(fc.property(file, fc.nat(), ({ path, text }, seed) => {
      const made = caseOf(path, text, seed)
      const merged = made && mergeText(path, made.base, made.ours, made.next)
      if (merged && 'text' in merged) expect(reconcile(path, made!.next, merged.text, made!.next).kind).toMatch(/same|kept/)
    }))
  })
})

describe('a merge', () => {
  test('drops no line of anybody: each is in the result or in a conflict', () => {
    fc.assert(
      fc.property(file, fc.nat(), ({ path, text }, seed) => {
        const made = caseOf(path, text, seed)
        if (!made) return
        const merged = mergeText(path, made.base, made.ours, made.next)
        const result = 'text' in merged ? merged.text : merged.marked
        for (const line of made.added) if (!has(result, line)) throw new Error(`${path}: lost ${JSON.stringify(line)}\n${result}`)
        if (!('text' in merged)) return
        if (/\.ya?ml/.test(path) && !parses(result)) throw new Error(`${path}: does not parse\n${result}`)
        for (const line of made.removed) if (has(result, line)) throw new Error(`${path}: ${JSON.stringify(line)} came back`)
      }),
      { numRuns: 400 },
    )
  })
  test('is the same whoever changed what, where the changes are apart', () => {
    const base = 'a: 1\nb: 2\nc: 3\n'
    expect(mergeText('x.yaml', base, 'a: 9\nb: 2\nc: 3\n', 'a: 1\nb: 8\nc: 3\n')).toEqual({ text: 'a: 9\nb: 8\nc: 3\n' })
    expect(mergeText('x.yaml', base, 'a: 1\nb: 8\nc: 3\n', 'a: 9\nb: 2\nc: 3\n')).toEqual({ text: 'a: 9\nb: 8\nc: 3\n' })
  })
})

describe('YAML', () => {
  const base = 'spec:\n  # one\n  containers:\n    - name: app\n      image: app:1\n      env:\n        - name: A\n          value: "1"\n'
  test('lists are merged by name', () => {
    const ours = base.replace('          value: "1"\n', '          value: "1"\n        - name: MINE\n          value: "x"\n')
    const next = base.replace('        - name: A\n', '        - name: NEW\n          value: "y"\n        - name: A\n').replace('app:1', 'app:2')
    const merged = mergeText('d.yaml', base, ours, next)
    expect(merged).toMatchObject({ text: expect.stringContaining('MINE') })
    expect((merged as { text: string }).text).toContain('NEW')
    expect((merged as { text: string }).text).toContain('app:2')
  })
  test('the same key from both sides is no duplicate', () => {
    const merged = mergeText('d.yaml', 'a: 1\nb: 2\n', 'a: 1\nx: 5\nb: 2\n', 'a: 1\nb: 2\nx: 5\n')
    expect(merged).toEqual({ text: 'a: 1\nx: 5\nb: 2\n' })
  })
  test('what was put into a block that went is a conflict, with its place', () => {
    const ours = base.replace('      env:\n        - name: A\n          value: "1"\n', '')
    const next = base.replace('value: "1"\n', 'value: "1"\n        - name: B\n          value: "2"\n')
    expect(mergeText('d.yaml', base, ours, next)).toMatchObject({ clashes: [{ ours: 'spec.containers.name=app.env: (taken away)' }] })
  })
  test('the same value changed twice is a conflict with both sides', () => {
    expect(mergeText('d.yaml', 'a: 1\n', 'a: 2\n', 'a: 3\n')).toEqual({ clashes: [{ line: 1, ours: 'a: 2', next: 'a: 3' }], marked: '<<<<<<< yours\na: 2\n||||||| written last\na: 1\n=======\na: 3\n>>>>>>> new\n' })
  })
  test('an anchor stays with the value that the tool changes, and one that is used elsewhere is not taken away', () => {
    const compose = 'services:\n  a:\n    image: a:1\n    mem_limit: 1m\n    environment:\n      X: "1"\n  b:\n    image: b:1\n    mem_limit: 1m\n'
    const limits = mergeText('compose.yaml', compose, compose.replace('mem_limit: 1m', 'mem_limit: &m 1m').replace(/1m\n$/, '*m\n'), compose.replaceAll('mem_limit: 1m', 'mem_limit: 2m'))
    expect((limits as { text: string }).text).toMatch(/mem_limit: &m 2m\n[^]*mem_limit: \*m\n/)
    const used = mergeText('compose.yaml', compose, `${compose.replace('environment:', 'environment: &e')}  c:\n    environment: *e\n`, compose.replace('    environment:\n      X: "1"\n', '').replace('b:1', 'b:2'))
    expect(used).toMatchObject({ clashes: [{ line: 6, ours: expect.stringContaining('services.a.environment: &e'), next: 'services.a.environment: (taken away)' }] })
  })
  test('an item that both sides added stands once, and a conflict in it has its line', () => {
    const list = 'env:\n  - name: A\n    value: "1"\n'
    const mine = '  - name: D\n    value: "9"\n'
    expect(mergeText('d.yaml', list, list + mine, list.replace('env:\n', `env:\n${mine}`))).toEqual({ text: list + mine })
    expect(mergeText('d.yaml', list, list + mine, list.replace('env:\n', `env:\n${mine.replace('9', '4')}`))).toMatchObject({ clashes: [{ line: 5, ours: 'env.name=D.value: 9' }] })
  })
  test('what a person took away and the tool changed is marked, and each side of the marks is YAML', () => {
    const text = 'spec:\n  a:\n    b: 1\n    c: 2\n  d:\n    - e\n    - f\n  g: 1\n'
    const merged = mergeText('d.yaml', text, text.replace('  a:\n    b: 1\n    c: 2\n', '  x: 1\n'), text.replace('c: 2', 'c: 3').replace('g: 1', 'g: 2')) as { marked: string }
    expect(merged.marked).toMatch(/^<{7} /m)
    for (const side of [/^<{7} .*\n([^]*?)(?:^\|{7}[^]*?)?^={7}\n[^]*?^>{7} .*\n/gm, /^<{7} .*\n[^]*?^={7}\n([^]*?)^>{7} .*\n/gm]) expect(parses(merged.marked.replace(side, '$1'))).toBe(true)
  })
  test('what was written into a block that another one took the place of is a conflict; a block that was renamed keeps it', () => {
    const block = (name: string, image: string, more: string): string => `services:\n  ${name}:\n    image: ${image}\n${more}    restart: always\n    read_only: true\n    init: true\n    cpus: 1\n    pids_limit: 9\n    user: "1"\n    cap_drop: [ALL]\n    tty: false\n`
    const base = block('db', 'postgres:18', '    command: ["a"]\n')
    const ours = base.replace('    init', '    x-ours: "1"\n    init')
    expect(mergeText('compose.yaml', base, ours, block('cache', 'redis:8', '    command: ["b"]\n    ports: [6379]\n'))).toMatchObject({ clashes: [{ line: 3, ours: expect.stringContaining('services.db: image: postgres:18'), next: 'services.db: (taken away)' }] })
    expect(mergeText('compose.yaml', base.replace('postgres', 'db'), ours.replace('postgres', 'db'), block('shop', 'shop:18', '    command: ["a"]\n'))).toMatchObject({ text: expect.stringMatching(/^services:\n {2}shop:\n[^]*x-ours: "1"/) })
  })
  test('a person\'s way to indent stays', () => {
    const text = 'a:\n  - name: x\n    v: 1\n  - name: y\n    v: 1\nm:\n  k: 1\n'
    const ours = 'a:\n- name: y\n  v: 1\n- name: x\n  v: 1\nm:\n  k: 1\n'
    const next = text.replace('v: 1\nm', 'v: 2\nm')
    expect(mergeText('d.yaml', text, ours, next)).toEqual({ text: ours.replace('v: 1', 'v: 2') })
    const wide = ours.replaceAll('\n- ', '\n    - ').replaceAll('\n  ', '\n      ').replaceAll('        - ', '    - ').replace('m:\n      k', 'm:\n    k')
    expect(mergeText('d.yaml', text, wide, next)).toEqual({ text: wide.replace('v: 1', 'v: 2') })
  })
  test('scalars stay as they are written', () => {
    const merged = mergeText('d.yaml', 'mode: 0440\nb: 1\nc: 2\n', 'mode: 0440\nb: 1\nd: yes\nc: 2\n', 'mode: 0440\nc: 3\nb: 1\n')
    expect((merged as { text: string }).text).toContain('mode: 0440')
  })
})

describe('Dockerfiles', () => {
  const base = 'FROM node:24 AS build\nENV A=1\nRUN --mount=type=cache,target=/x \\\n    npm ci && \\\n    npm run build\n\nFROM node:24-slim\nUSER 10001\nENTRYPOINT ["node"]\n'
  test('instructions beside each other, and lines within one', () => {
    const merged = mergeText('Dockerfile', base, base.replace('ENV A=1', 'ENV A=1\nENV MINE=2').replace('npm ci', 'npm ci --foreground-scripts'), base.replace('target=/x', 'target=/y').replaceAll('node:24', 'node:26'))
    const text = (merged as { text: string }).text
    for (const line of ['FROM node:26 AS build', 'ENV MINE=2', '    npm ci --foreground-scripts && \\', 'RUN --mount=type=cache,target=/y \\', 'FROM node:26-slim']) expect(text.split('\n')).toContain(line)
  })
  test('the same instruction changed twice is a conflict', () => {
    expect(mergeText('Dockerfile', base, base.replace('USER 10001', 'USER 20001'), base.replace('USER 10001', 'USER 30001'))).toMatchObject({ clashes: [{ line: 8, ours: 'USER 20001', next: 'USER 30001' }] })
  })
})
