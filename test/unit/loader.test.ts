import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { project, root } from './cli-run.ts'

const bin = join(root, 'bin', 'create-hardened-container.cjs')
const folder = (): string => mkdtempSync(join(tmpdir(), 'chc-cache-'))
const kept = (cache: string): string => join(cache, 'create-hardened-container', 'compiled')

function run(cache: string, env: Record<string, string> = {}, ...args: string[]) {
  const { XDG_CACHE_HOME: _, NODE_DISABLE_COMPILE_CACHE: __, ...own } = process.env
  const target = project()
  const done = spawnSync(process.execPath, [bin, target, '--yes', ...args], { encoding: 'utf8', env: { ...own, XDG_CACHE_HOME: cache, ...env } })
  return { ...done, wrote: existsSync(join(target, 'Dockerfile')) }
}

describe('compiled code', () => {
  test('is kept for its user alone, and the next run is the same', () => {
    const cache = folder()
    const first = run(cache)
    expect(first).toMatchObject({ status: 0, wrote: true })
    const files = readdirSync(kept(cache))
    expect(files.length).toBeGreaterThan(1)
    for (const file of files) expect(statSync(join(kept(cache), file)).mode & 0o077).toBe(0)
    const times = files.map((f) => statSync(join(kept(cache), f)).mtimeMs)
    expect(run(cache)).toMatchObject({ status: 0, wrote: true, stdout: first.stdout })
    expect(files.map((f) => statSync(join(kept(cache), f)).mtimeMs)).toEqual(times)
  })

  test('is not read when it is broken, or when somebody else can write it', () => {
    const cache = folder()
    run(cache)
    const files = readdirSync(kept(cache)).map((f) => join(kept(cache), f))
    writeFileSync(files[0]!, 'no code of V8')
    expect(run(cache)).toMatchObject({ status: 0, wrote: true })
    expect(statSync(files[0]!).size).toBeGreaterThan(1000)
    for (const file of files) chmodSync(file, 0o666)
    expect(run(cache)).toMatchObject({ status: 0, wrote: true })
    for (const file of files) expect(statSync(file).mode & 0o077).toBe(0)
  })

  test('is not kept where there is no place, where it is switched off, and by runs that only look', () => {
    const cache = folder()
    expect(run(cache, { NODE_DISABLE_COMPILE_CACHE: '1' })).toMatchObject({ status: 0, wrote: true })
    expect(run(cache, {}, '--dry-run')).toMatchObject({ status: 0, wrote: false })
    expect(readdirSync(cache)).toEqual([])
    expect(run('/dev/null')).toMatchObject({ status: 0, wrote: true })
  })
})
