import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { root, run, tree } from './cli-run.ts'

const mounts: string[] = []
afterEach(() => {
  for (const folder of mounts.splice(0)) spawnSync('umount', [folder])
})

/** A file system of its own with a copy of an example, or undefined where this user may mount nothing. */
function mounted(size: string): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'chc-disk-'))
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]).status !== 0) return undefined
  mounts.push(folder)
  mkdirSync(join(folder, 'app'))
  cpSync(join(root, 'examples/go-http'), join(folder, 'app'), { recursive: true })
  return folder
}
const mayMount = mounted('64k') !== undefined
for (const folder of mounts.splice(0)) spawnSync('umount', [folder])

// other users get the same faults injected in apply.test.ts
describe.skipIf(!mayMount)('real file systems', () => {
  test('a disk that fills up half way leaves nothing behind', () => {
    // the sources fit, what is generated does not
    const folder = join(mounted('56k')!, 'app')
    const before = tree(folder)
    const done = run(folder, ['--yes'])
    expect(done.err).toMatch(/nothing was written: .*ENOSPC/)
    expect(done.err).toContain('make room')
    expect(done.code).toBe(1)
    expect(tree(folder)).toEqual(before)
    expect(readdirSync(folder)).not.toContain('k8s')
  })

  test('a file system that is read-only: what looks works, what writes says so', () => {
    const disk = mounted('1m')!
    const folder = join(disk, 'app')
    expect(run(folder, ['--yes']).code).toBe(0)
    const before = tree(folder)
    expect(spawnSync('mount', ['-o', 'remount,ro', disk]).status).toBe(0)
    expect(run(folder, ['update', '--check'])).toMatchObject({ code: 0, err: 'nothing is due\n' })
    expect(run(folder, ['--dry-run', '--port', '9999']).code).toBe(0)
    const done = run(folder, ['--yes', '--port', '9999'])
    expect(done.code).toBe(2)
    expect(done.err).toMatch(/read-only/)
    expect(tree(folder)).toEqual(before)
  })
})
