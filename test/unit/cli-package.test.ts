import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { project, root, tree } from './cli-run.ts'

const npm = (cwd: string, ...args: string[]) => spawnSync('npm', args, { cwd, encoding: 'utf8', env: { ...Object.fromEntries(Object.entries(process.env).filter(([k]) => !/^(npm_|CI$)/.test(k))), npm_config_cache: join(tmpdir(), 'chc-npm-cache') } })

describe('the package', () => {
  const folder = project()
  let packed: { filename: string; files: { path: string }[] }
  beforeAll(() => {
    // the build has run before the tests, and must not change what other tests run
    const done = npm(root, 'pack', '--ignore-scripts', '--json', '--pack-destination', folder)
    packed = JSON.parse(done.stdout)[0]
  })

  test('has notices and a bill of materials, no dependencies and no install scripts', () => {
    const files = packed.files.map((f) => f.path)
    for (const file of ['bin/create-hardened-container.cjs', 'dist/main.cjs', 'dist/hardened.schema.json', 'THIRD_PARTY_NOTICES.md', 'sbom.cdx.json', 'LICENSE', 'README.md']) expect(files).toContain(file)
    expect(files.filter((f) => /^(src|test|examples|scripts)\//.test(f))).toEqual([])
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect(manifest.dependencies ?? {}).toEqual({})
    expect(Object.keys(manifest.scripts).filter((s) => /^(pre|post)?install$|^prepare$/.test(s))).toEqual([])
  })

  test('works from its tarball by npx', () => {
    const target = project()
    const done = npm(target, 'exec', '--yes', '--offline', '--package', join(folder, packed.filename), '--', 'create-hardened-container', '--yes')
    expect(done.stderr).toContain('npx create-hardened-container@')
    expect(done.status).toBe(0)
    expect(existsSync(join(target, 'Dockerfile'))).toBe(true)
  })

  test('the notices hold a licence for every component of the bill of materials', () => {
    const bill = JSON.parse(readFileSync(join(root, 'sbom.cdx.json'), 'utf8'))
    const notices = readFileSync(join(root, 'THIRD_PARTY_NOTICES.md'), 'utf8')
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' })
    expect(bill.components.length).toBeGreaterThan(5)
    for (const { name, version, licenses } of bill.components) {
      expect(notices).toContain(`${name} ${version}`)
      expect(licenses[0].license?.id ?? licenses[0].expression).toBeTruthy()
    }
  })
})

describe('npm start', () => {
  test('runs in the folder of the caller, with the same exit code', () => {
    const target = project({ Dockerfile: 'FROM scratch\n' })
    const start = (...args: string[]) => spawnSync(process.execPath, [join(root, 'scripts', 'start.mjs'), ...args], { cwd: root, encoding: 'utf8', env: { ...process.env, INIT_CWD: target } })
    expect(start('.', '--yes').status).toBe(3)
    expect(start('.', '--yes', '--force').status).toBe(0)
    expect(readFileSync(join(target, 'Dockerfile'), 'utf8')).toContain('# syntax=')
    expect(start('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(start('--prot', '1').status).toBe(2)
  })

  test('without a folder it runs on a copy of an example, and says where', () => {
    const done = spawnSync(process.execPath, [join(root, 'scripts', 'start.mjs'), '--yes'], { encoding: 'utf8' })
    expect(done.status).toBe(0)
    const [, copy] = /copy of examples\/node-express in (.*)\n/.exec(done.stderr)!
    expect(statSync(join(copy!, 'hardened.lock')).isFile()).toBe(true)
    expect(Object.keys(tree(join(root, 'examples/node-express')))).not.toContain('Dockerfile')
  })
})
