import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { BIN, project } from './cli-run.ts'

const cacheOf = (): string => mkdtempSync(join(tmpdir(), 'chc-again-'))
const keptIn = (cache: string): string[] => {
  const folder = join(cache, 'create-hardened-container', 'again')
  return existsSync(folder) ? readdirSync(folder).map((f) => join(folder, f)) : []
}

function run(cwd: string, cache: string, args: string[], env: Record<string, string> = {}) {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([k]) => !/^(npm_|CHC_|CI$|NO_COLOR|FORCE_COLOR|XDG_|NODE_DISABLE|VITEST)/.test(k)))
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], { cwd, encoding: 'utf8', env: { ...clean, XDG_CONFIG_HOME: '/nonexistent', XDG_CACHE_HOME: cache, ...env } })
  return { status, stdout, stderr }
}

/** A project whose files are older than what counts as just changed. */
async function settled(files: Record<string, string> = {}): Promise<{ folder: string; cache: string }> {
  const folder = project(files)
  const cache = cacheOf()
  expect(run(folder, cache, ['--yes']).status).toBe(0)
  await setTimeout(2100)
  return { folder, cache }
}

describe.concurrent('a run that changed nothing', () => {
  test('is told from memory, by every command; nothing of the environment is kept', async () => {
    const { folder, cache } = await settled()
    for (const args of [['update', '--check'], ['--yes'], ['--print', 'Dockerfile'], ['explain', 'port']]) {
      const before = keptIn(cache)
      const first = run(folder, cache, args, { TOKEN: 'hunter2' })
      const [made] = keptIn(cache).filter((f) => !before.includes(f))
      expect(run(folder, cache, args, { TOKEN: 'hunter2' })).toEqual(first)
      const text = readFileSync(made!, 'utf8')
      expect(text).not.toContain('hunter2')
      expect(statSync(made!).mode & 0o077).toBe(0)
      // that it is told from there shows when it says something else
      writeFileSync(made!, text.replace(/"said":.*$/, '"said":[[1,"from memory"]]}'))
      expect(run(folder, cache, args, { TOKEN: 'hunter2' })).toEqual({ status: 0, stdout: 'from memory', stderr: '' })
      expect(run(folder, cache, args, { TOKEN: 'other' })).toEqual(first)
      chmodSync(made!, 0o666)
      expect(run(folder, cache, args, { TOKEN: 'hunter2' })).toEqual(first)
    }
  })

  const text = (folder: string, file: string): string => readFileSync(join(folder, file), 'utf8')
  test.each<[string, (folder: string) => void]>([
    ['a source of the same length and times', (f) => {
      const { atime, mtime } = statSync(join(f, 'server.js'))
      writeFileSync(join(f, 'server.js'), text(f, 'server.js').replaceAll('3000', '4000'))
      utimesSync(join(f, 'server.js'), atime, mtime)
    }],
    ['a source that another one takes the place of', (f) => {
      writeFileSync(join(f, 'new.js'), text(f, 'server.js').replaceAll('3000', '4000'))
      renameSync(join(f, 'new.js'), join(f, 'server.js'))
    }],
    ['a source that became a link', (f) => {
      writeFileSync(join(f, 'new.js'), text(f, 'server.js').replaceAll('3000', '4000'))
      rmSync(join(f, 'server.js'))
      symlinkSync('new.js', join(f, 'server.js'))
    }],
    ['a file that was not there', (f) => writeFileSync(join(f, '.nvmrc'), '22\n')],
    ['a file that is gone', (f) => rmSync(join(f, 'k8s/pdb.yaml'))],
    ['a folder that is gone', (f) => rmSync(join(f, 'k8s'), { recursive: true })],
    ['an edit by hand', (f) => writeFileSync(join(f, 'Dockerfile'), `${text(f, 'Dockerfile')}# ours\n`)],
    ['an answer', (f) => writeFileSync(join(f, 'hardened.yaml'), `${text(f, 'hardened.yaml')}port: 4000\n`)],
    ['a manifest', (f) => writeFileSync(join(f, 'package.json'), text(f, 'package.json').replace('"express"', '"pg": "8.16.0", "express"'))],
    ['an interrupted run', (f) => mkdirSync(join(f, '.hardened.journal'))],
  ])('is looked at again after a change: %s', async (_, change) => {
    const { folder, cache } = await settled()
    const before = run(folder, cache, ['update', '--check'])
    expect(keptIn(cache)).toHaveLength(1)
    change(folder)
    const after = run(folder, cache, ['update', '--check'])
    expect(after).toEqual(run(folder, cacheOf(), ['update', '--check']))
    expect(after).not.toEqual(before)
  })

  test('is not kept by a run that wrote, that failed, in CI, of standard input, where it is switched off, nor just after a change', async () => {
    const { folder, cache } = await settled()
    const fresh = project()
    for (const [at, args, env] of [
      [fresh, ['--yes'], {}],
      [folder, ['update', '--check', '--port', '1'], {}],
      [folder, ['update', '--check'], { CI: 'true' }],
      [folder, ['--yes', '--answers', '-'], {}],
      [folder, ['update', '--check'], { NODE_DISABLE_COMPILE_CACHE: '1' }],
      // the first run here wrote a moment ago
      [fresh, ['update', '--check'], {}],
    ] as [string, string[], Record<string, string>][]) {
      run(at, cache, args, env)
      expect(keptIn(cache), args.join(' ')).toEqual([])
    }
    expect(run(folder, '/dev/null', ['update', '--check']).status).toBe(0)
  })
})
