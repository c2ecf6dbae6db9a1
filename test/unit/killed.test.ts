import * as nodeFiles from 'node:fs'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { hostname, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { apply, type Files, type Write } from '../../src/apply/apply.ts'
import { JOURNAL } from '../../src/apply/journal.ts'
import { repair } from '../../src/apply/repair.ts'
import type { InputError } from '../../src/errors.ts'
import { BIN, project, root as repository, run, tree } from './cli-run.ts'

type Tree = Record<string, string>

const top = mkdtempSync(join(tmpdir(), 'chc-killed-'))
afterAll(() => rmSync(top, { recursive: true, force: true }))
let count = 0
function folder(files: Tree): string {
  const root = join(top, String(count++))
  mkdirSync(root)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

const dead = (): boolean => false

/** The file system of a process that is killed at its nth call: that call does not happen, or half of it, and no later one does. */
function killedAt(nth: number, half: boolean): { files: typeof nodeFiles; calls: () => number } {
  let calls = 0
  const wrap = (name: string, real: (...args: unknown[]) => unknown) => (...args: unknown[]): unknown => {
    calls++
    if (calls === nth && half && name === 'writeSync') real(args[0], (args[1] as Buffer).subarray(0, ((args[1] as Buffer).length >> 1) || 1))
    if (calls === nth && half && name === 'copyFileSync') writeFileSync(args[1] as string, readFileSync(args[0] as string, 'utf8').slice(0, 2))
    // a descriptor outlives the call that it was made for here, but no process
    if (calls >= nth && name === 'closeSync') real(...args)
    if (calls >= nth) throw new Error('killed')
    return real(...args)
  }
  const entries = Object.entries(nodeFiles).filter(([name, f]) => /Sync$/.test(name) && typeof f === 'function') as [string, (...args: unknown[]) => unknown][]
  const files = Object.fromEntries(entries.map(([name, f]) => [name, Object.assign(wrap(name, f), f)])) as unknown as typeof nodeFiles
  return { files, calls: () => calls }
}

const expected = join(repository, 'test/golden/node-express/expected')
const golden = Object.fromEntries(readdirSync(expected, { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).map((e) => [join(e.parentPath, e.name).slice(expected.length + 1), readFileSync(join(e.parentPath, e.name), 'utf8')]))
const some = Object.fromEntries(Object.entries(golden).slice(0, 8))
const newer = (files: Tree): Tree => Object.fromEntries(Object.entries(files).map(([path, text]) => [path, `${text}# newer\n`]))
const writesTo = (files: Tree): Write[] => Object.entries(files).map(([path, text]) => ({ path, text }))

const CASES: [string, Tree, Write[], Tree][] = [
  ['a first run', { 'package.json': '{}' }, writesTo(golden), { 'package.json': '{}', ...golden }],
  ['an update', some, writesTo(newer(some)), newer(some)],
  [
    'a bit of everything',
    { a: 'old a', b: 'old b', gone: 'old gone', 'sub/c': 'old c', 'empty/x': 'old x' },
    [{ path: 'a', text: 'neu ä' }, { path: 'new/deep/d', text: 'new d' }, { path: 'b', text: 'new b', backup: true }, { path: 'gone' }, { path: 'empty/x' }, { path: 'sub/c', text: 'new c', backup: true }, { path: 'ü', text: 'äöü' }, { path: 'lock', text: 'x' }],
    { a: 'neu ä', b: 'new b', 'b.bak-1': 'old b', 'new/deep/d': 'new d', 'sub/c': 'new c', 'sub/c.bak-1': 'old c', 'ü': 'äöü', lock: 'x' },
  ],
]

/** Kills a run at every call, repairs, and gives how many points there were. */
function everyPoint(before: Tree, after: Tree, run: (root: string, files: typeof nodeFiles) => unknown, prepare: (root: string) => void = () => {}): number {
  let points = 0
  const was = JSON.stringify(tree(folder(before)))
  for (const half of [false, true])
    for (let nth = 1; ; nth++) {
      const root = folder(before)
      prepare(root)
      const { files, calls } = killedAt(nth, half)
      try {
        run(root, files)
      } catch {}
      if (calls() < nth) break
      points++
      if (nodeFiles.existsSync(join(root, JOURNAL))) repair(root, nodeFiles, dead)
      const now = tree(root)
      if (JSON.stringify(now) !== was) expect(now, `killed at call ${nth}${half ? ', half done' : ''}`).toEqual(after)
      rmSync(root, { recursive: true })
    }
  return points
}

describe('a killed run leaves the old files or is finished by the next', () => {
  let points = 0
  test.each(CASES)('%s', (_, before, writes, after) => {
    points += everyPoint(before, after, (root, files) => apply(root, writes, files as Files))
  })
  test('where there are no hard links', () => {
    const [, before, writes, after] = CASES[2]!
    points += everyPoint(before, after, (root, files) => {
      const { linkSync } = files
      const none = (...args: Parameters<typeof linkSync>): void => {
        linkSync(args[0], `${String(args[1])}.probe`)
        rmSync(`${String(args[1])}.probe`)
        throw Object.assign(new Error('EPERM'), { code: 'EPERM' })
      }
      apply(root, writes, { ...files, linkSync: none } as Files)
    })
  })
  test('the repair itself is killed, wherever the run was', () => {
    const [, before, writes, after] = CASES[2]!
    const { files, calls } = killedAt(Infinity, false)
    apply(folder(before), writes, files as Files)
    for (let first = 15; first <= calls(); first += 19)
      points += everyPoint(before, after, (root, files) => nodeFiles.existsSync(join(root, JOURNAL)) && repair(root, files, dead), (root) => {
        try {
          apply(root, writes, killedAt(first, true).files as Files)
        } catch {}
      })
  })
  test('that were at least 500 points', () => {
    console.log(`${points} points`)
    expect(points).toBeGreaterThan(500)
  })
})

/** A folder in which a run was killed after it had written its journal. */
function half(before: Tree, writes: readonly Write[]): string {
  for (let nth = 5; ; nth++) {
    const root = folder(before)
    try {
      apply(root, writes, killedAt(nth, false).files as Files)
    } catch {}
    if (nodeFiles.existsSync(join(root, writes[0]!.path)) && nodeFiles.existsSync(join(root, JOURNAL))) return root
  }
}

describe('what a person did after a killed run stays', () => {
  const writes = [{ path: 'a', text: 'new a' }, { path: 'b', text: 'new b' }, { path: 'c', text: 'new c' }]
  test('an edit, a file of theirs, a deletion', () => {
    const root = half({ b: 'old b', c: 'old c' }, writes)
    writeFileSync(join(root, 'a'), 'theirs')
    rmSync(join(root, 'c'))
    const told = repair(root, nodeFiles, dead)
    expect(tree(root)).toEqual({ a: 'theirs', b: 'new b' })
    expect(told.map((p) => p.file)).toEqual([undefined, 'a', 'c'])
    expect(told[0]!.message).toMatch(/interrupted at .*finished now: a, b, c/)
  })
  test('a link in the way is named, and nothing is written through it', () => {
    const root = half({ b: 'old b' }, writes)
    writeFileSync(join(root, 'elsewhere'), 'old b')
    rmSync(join(root, 'b'))
    symlinkSync('elsewhere', join(root, 'b'))
    expect(() => repair(root, nodeFiles, dead)).toThrow(/symbolic link[^]*interrupted run/)
    expect(readFileSync(join(root, 'elsewhere'), 'utf8')).toBe('old b')
    rmSync(join(root, 'b'))
    repair(root, nodeFiles, dead)
    expect(tree(root)).toEqual({ a: 'new a', c: 'new c', elsewhere: 'old b' })
  })
})

describe('two at once', () => {
  test('what was changed after it was read is not written over', () => {
    const root = folder({ a: 'theirs', b: 'old b' })
    const unchanged = (text: string | undefined) => (now: string | undefined): boolean => now === text
    const error = ((): InputError => {
      try {
        apply(root, [{ path: 'b', text: 'new b', unchanged: unchanged('old b') }, { path: 'a', text: 'new a', unchanged: unchanged('old a') }])
      } catch (e) {
        return e as InputError
      }
      throw new Error('was written')
    })()
    expect([error.exitCode, error.problems.map((p) => p.file)]).toEqual([3, ['a']])
    expect(tree(root)).toEqual({ a: 'theirs', b: 'old b' })
    apply(root, [{ path: 'a', text: 'theirs', unchanged: unchanged('old a') }])
  })
  test('a run waits for the one before', async () => {
    const root = folder({})
    const holder = spawn('sleep', ['30'])
    writeFileSync(join(root, JOURNAL), `${JSON.stringify({ pid: holder.pid, host: hostname(), at: 'now' })}\n`)
    const target = project()
    writeFileSync(join(target, JOURNAL), readFileSync(join(root, JOURNAL)))
    const second = spawn(process.execPath, [BIN, '--yes'], { cwd: target, stdio: 'ignore' })
    const ended = new Promise((done) => second.on('exit', done))
    await new Promise((done) => setTimeout(done, 300))
    expect(second.exitCode).toBe(null)
    expect(nodeFiles.existsSync(join(target, 'Dockerfile'))).toBe(false)
    rmSync(join(target, JOURNAL))
    expect(await ended).toBe(0)
    holder.kill()
    expect(nodeFiles.existsSync(join(target, 'hardened.lock'))).toBe(true)
  })
  test('many equal first runs: each ends well, or says that it was too late', async () => {
    const target = project()
    const codes = await Promise.all(Array.from({ length: 6 }, () => new Promise((done) => spawn(process.execPath, [BIN, '--yes'], { cwd: target, stdio: 'ignore' }).on('exit', done))))
    expect(codes.every((code) => code === 0 || code === 3)).toBe(true)
    expect(codes).toContain(0)
    expect(readdirSync(target).filter((n) => /tmp$|journal/.test(n))).toEqual([])
    expect(run(target, ['--yes']).code).toBe(0)
  })
})

test('kill -9 at any time: the next run finishes it, says so, and ends as if nothing had been', async () => {
  const whole = project()
  run(whole, ['--yes'])
  const wanted = tree(whole)
  for (let delay = 25; delay <= 95; delay += 7) {
    const target = project()
    const child = spawn(process.execPath, [BIN, '--yes'], { cwd: target, stdio: 'ignore' })
    setTimeout(() => child.kill('SIGKILL'), delay)
    await new Promise((done) => child.on('exit', done))
    expect(run(target, ['--yes']).code).toBe(0)
    expect(tree(target)).toEqual(wanted)
  }
})

test('a run that was killed between two files: told, finished; looking only warns', () => {
  const target = project()
  run(target, ['--yes'])
  const wanted = tree(target)
  const text = wanted.Dockerfile!
  writeFileSync(join(target, 'Dockerfile'), text.slice(0, 100))
  rmSync(join(target, 'hardened.lock'))
  const steps = ['Dockerfile', 'hardened.lock'].map((path) => ({ path, text: wanted[path] }))
  writeFileSync(join(target, JOURNAL), `${JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), at: '2026-01-02T03:04:05.000Z' })}\n${JSON.stringify(steps)}\n`)
  const looked = run(target, ['--diff', '--force'])
  expect(looked.err).toMatch(/interrupted at 2026-01-02/)
  expect(nodeFiles.existsSync(join(target, 'hardened.lock'))).toBe(false)
  expect(run(target, ['update', '--check']).err).toMatch(/interrupted at 2026-01-02/)
  const next = run(target, ['update'])
  expect(next.err).toContain('it is finished now: Dockerfile, hardened.lock')
  expect(next.code).toBe(0)
  expect(tree(target)).toEqual(wanted)
})
