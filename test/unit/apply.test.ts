import * as nodeFiles from 'node:fs'
import { chmodSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { apply, type Files, type Write } from '../../src/apply/apply.ts'
import type { InputError } from '../../src/errors.ts'
import { BIN, project, tree } from './cli-run.ts'

const made: string[] = []
afterAll(() => made.forEach((f) => rmSync(f, { recursive: true, force: true })))
function folder(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'chc-apply-'))
  made.push(root)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

/** The file system, with the nth call of one function failing. */
function failing(name: keyof Files, nth: number, code: string): Files {
  let calls = 0
  const real = nodeFiles[name] as (...args: unknown[]) => unknown
  const fail = (...args: unknown[]): unknown => {
    if (++calls === nth) throw Object.assign(new Error(`${code}: made to fail`), { code })
    return real(...args)
  }
  return { ...nodeFiles, [name]: Object.assign(fail, real) } as Files
}

const BEFORE = { a: 'old a', b: 'old b', gone: 'old gone', 'sub/c': 'old c' }
const WRITES: Write[] = [{ path: 'a', text: 'new a' }, { path: 'new/deep/d', text: 'new d' }, { path: 'b', text: 'new b', backup: true }, { path: 'gone' }, { path: 'sub/c', text: 'new c' }, { path: 'e', text: 'new e' }]
const AFTER = { a: 'new a', b: 'new b', 'b.bak-1': 'old b', e: 'new e', 'new/deep/d': 'new d', 'sub/c': 'new c' }

test('writes, replaces, removes, keeps copies', () => {
  const root = folder(BEFORE)
  expect(apply(root, WRITES)).toEqual(['b.bak-1'])
  expect(tree(root)).toEqual(AFTER)
})

describe('all or nothing, wherever it fails', () => {
  const points: [keyof Files, number, string][] = []
  for (const [name, times] of [['openSync', 5], ['writeSync', 5], ['renameSync', 3], ['linkSync', 1], ['mkdirSync', 2], ['unlinkSync', 1], ['chmodSync', 3]] as const) for (let n = 1; n <= times; n++) points.push([name, n, name === 'linkSync' ? 'EEXIST-not' : 'ENOSPC'])
  test.each(points.filter(([name]) => name !== 'linkSync'))('%s, call %i', (name, nth, code) => {
    const root = folder(BEFORE)
    expect(() => apply(root, WRITES, failing(name, nth, code))).toThrow(/nothing was written/)
    expect(tree(root)).toEqual(BEFORE)
    expect(nodeFiles.existsSync(join(root, 'new')), 'folders go again').toBe(false)
  })
  test.each([1, 2, 3, 4])('a file system without hard links, call %i: a copy does', (nth) => {
    const root = folder(BEFORE)
    apply(root, WRITES, failing('linkSync', nth, 'EPERM'))
    expect(tree(root)).toEqual(AFTER)
  })
  test('the exit code says whose fault it is', () => {
    const code = (failure: string): number => {
      try {
        apply(folder(BEFORE), WRITES, failing('openSync', 2, failure))
      } catch (error) {
        return (error as InputError).exitCode
      }
      return 0
    }
    expect([code('ENOSPC'), code('EROFS'), code('EACCES')]).toEqual([1, 2, 2])
  })
})

test('permissions stay, other names of a file keep the old text, names left behind are stepped over', () => {
  const root = folder({ a: 'old' })
  chmodSync(join(root, 'a'), 0o640)
  linkSync(join(root, 'a'), join(root, 'other'))
  writeFileSync(join(root, `.a.${process.pid}-1.tmp`), 'left behind')
  apply(root, [{ path: 'a', text: 'new' }])
  expect(statSync(join(root, 'a')).mode & 0o777).toBe(0o640)
  expect(readFileSync(join(root, 'other'), 'utf8')).toBe('old')
  expect(readFileSync(join(root, `.a.${process.pid}-1.tmp`), 'utf8')).toBe('left behind')
})

test.each(['/etc/x', '../x', 'a/../../x', 'a\nb', 'a\\b'])('%j does not leave the folder', (path) => {
  const root = folder({})
  expect(() => apply(root, [{ path, text: '' }])).toThrow(/leads out/)
})

test('two names that differ in case only', () => {
  expect(() => apply(folder({}), [{ path: 'A', text: '' }, { path: 'a', text: '' }])).toThrow(/same file where case/)
})

test('a full file system for real: nothing is left behind', () => {
  const target = project()
  const before = tree(target)
  // files of 4 blocks at most (512 bytes each): the Dockerfile does not fit
  const done = spawnSync('bash', ['-c', `trap '' XFSZ; ulimit -f 4; "${process.execPath}" "${BIN}" --yes`], { cwd: target, encoding: 'utf8' })
  expect(done.stderr).toContain('nothing was written')
  expect(done.status).toBe(1)
  expect(tree(target)).toEqual(before)
})

test.each(['SIGINT', 'SIGTERM'] as const)('%s while it writes leaves the old files or the new ones', async (signal) => {
  const { spawn } = await import('node:child_process')
  for (let delay = 20; delay <= 90; delay += 10) {
    const target = project()
    const before = Object.keys(tree(target)).length
    const child = spawn(process.execPath, [BIN, '--yes'], { cwd: target, stdio: 'ignore' })
    setTimeout(() => child.kill(signal), delay)
    await new Promise((done) => child.on('exit', done))
    const now = Object.keys(tree(target))
    expect(now.length === before || (now.includes('hardened.lock') && now.length > before + 10), `${delay} ms: ${now.join(' ')}`).toBe(true)
  }
})
