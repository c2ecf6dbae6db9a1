import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { project, run, tree } from './cli-run.ts'

const read = (folder: string, path: string): string => readFileSync(join(folder, path), 'utf8')

describe('files that are there already', () => {
  test('foreign ones: exit 3, all named, none written; each way out', () => {
    const files = { Dockerfile: 'FROM scratch\n', 'compose.yaml': 'services: {}\n' }
    const folder = project(files)
    const before = tree(folder)
    const ran = run(folder, ['--yes'])
    expect(ran.code).toBe(3)
    expect(ran.err).toContain('Dockerfile: exists')
    expect(ran.err).toContain('compose.yaml: exists')
    expect(tree(folder)).toEqual(before)
    expect(run(folder, ['--dry-run']).code).toBe(3)
    expect(JSON.parse(run(folder, ['--json']).out)).toMatchObject({ ok: false, exitCode: 3 })

    expect(run(folder, ['--skip-existing']).code).toBe(0)
    expect(read(folder, 'Dockerfile')).toBe('FROM scratch\n')
    expect(run(folder, []).code, 'a second run knows').toBe(0)

    const other = project({ ...files, 'Dockerfile.bak-1': 'older\n' })
    expect(run(other, ['--backup']).code).toBe(0)
    expect(read(other, 'Dockerfile.bak-1')).toBe('older\n')
    expect(read(other, 'Dockerfile.bak-2')).toBe('FROM scratch\n')
    expect(read(other, 'Dockerfile')).toContain('# syntax=')

    const third = project(files)
    chmodSync(join(third, 'Dockerfile'), 0o600)
    expect(run(third, ['--force']).code).toBe(0)
    expect(statSync(join(third, 'Dockerfile')).mode & 0o777, 'permissions are kept').toBe(0o600)
    expect(existsSync(join(third, 'Dockerfile.bak-1'))).toBe(false)
  })

  test('a second run finds what the first one found in a Dockerfile that it wrote over, and no secret of it is kept', () => {
    const files = {
      'requirements.txt': 'flask==3.1.0\n',
      'app.py': 'from flask import Flask\n\napp = Flask(__name__)\n',
      Dockerfile: 'FROM python:3.11\nENV TOKEN=ghp_012345678901234567890123\nRUN apt-get update && apt-get install -y \\\n    ffmpeg\nRUN pip install --index-url https://me:hunter2@pypi.example/simple flask\n',
      'compose.yaml': 'services:\n  web:\n    build: .\n    environment:\n      PASSWORD: hunter2\n    ports:\n      - "80:5001"\n',
    }
    const folder = project(files, '')
    expect(run(folder, ['--force']).code).toBe(0)
    expect(read(folder, 'Dockerfile')).toMatch(/FROM python:3\.11-[^]*install [^\n]*ffmpeg/)
    const before = tree(folder)
    expect(run(folder, []).out).not.toMatch(/^(?!same|$)/m)
    expect(tree(folder)).toEqual(before)
    expect(JSON.parse(read(folder, 'hardened.lock')).replaced).toEqual({ Dockerfile: 'FROM python:3.11\nRUN apt-get update && apt-get install -y      ffmpeg\n', 'compose.yaml': 'services:\n  web:\n    build: .\n    environment:\n    ports:\n      - "80:5001"\n' })
  })

  test('unedited ones are updated, edited ones conflict, an edit that nothing new meets is kept', () => {
    const folder = project()
    run(folder, [])
    appendFileSync(join(folder, 'Dockerfile'), '# mine\n')
    writeFileSync(join(folder, 'Dockerfile'), read(folder, 'Dockerfile').replaceAll('EXPOSE 3000', 'EXPOSE 3001'))
    expect(run(folder, []).out).toMatch(/^kept +Dockerfile/m)
    const ran = run(folder, ['--port', '9000'])
    expect(ran.code).toBe(3)
    expect(ran.err).toMatch(/Dockerfile:\d+: was edited where the new one differs: yours is "EXPOSE 3001"/)
    expect(read(folder, 'k8s/service.yaml')).not.toContain('9000')
    run(folder, ['--port', '9000', '--force'])
    expect(read(folder, 'Dockerfile')).toContain('9000')
    expect(read(folder, 'Dockerfile')).not.toContain('# mine')
  })

  test('a checkout with CRLF is the same; an update keeps its line ends', () => {
    const folder = project()
    run(folder, [])
    for (const file of ['Dockerfile', 'hardened.yaml', 'k8s/service.yaml']) writeFileSync(join(folder, file), read(folder, file).replaceAll('\n', '\r\n'))
    expect(run(folder, []).out).not.toMatch(/^(?!same|$)/m)
    expect(run(folder, ['--port', '9000']).code).toBe(0)
    expect(read(folder, 'Dockerfile')).toMatch(/9000/)
    expect(read(folder, 'Dockerfile')).not.toMatch(/[^\r]\n/)
  })

  test('what is no longer written goes when nobody edited it, and stays otherwise', () => {
    const folder = project()
    run(folder, [])
    appendFileSync(join(folder, 'k8s/hpa.yaml'), '# mine\n')
    const ran = run(folder, ['--without', 'kubernetes'])
    expect(ran.code).toBe(0)
    expect(ran.out).toMatch(/^remove +k8s\/service.yaml$/m)
    expect(ran.out).toMatch(/^kept +k8s\/hpa.yaml .*edited/m)
    expect(Object.keys(tree(join(folder, 'k8s')))).toEqual(['hpa.yaml'])
    rmSync(join(folder, 'k8s'), { recursive: true })
    expect(run(folder, ['--with', 'kubernetes']).out).toMatch(/^create +k8s/m)
    run(folder, ['--without', 'kubernetes'])
    expect(existsSync(join(folder, 'k8s')), 'an empty folder goes too').toBe(false)
  })

  test('links, folders in the way, names that differ in case', () => {
    const folder = project({ dockerfile: 'FROM scratch\n' })
    mkdirSync(join(folder, 'compose.yaml'))
    symlinkSync('/tmp', join(folder, 'k8s'))
    const ran = run(folder, ['--force'])
    expect(ran.code).toBe(3)
    for (const text of ['is a link that leads out', 'compose.yaml: is a folder', 'dockerfile is there already']) expect(ran.err).toContain(text)
    expect(existsSync(join(folder, '.dockerignore'))).toBe(false)
  })
})

describe('hardened.yaml and hardened.lock', () => {
  test('comments that people write stay, and what they write holds', () => {
    const folder = project()
    run(folder, ['--port', '8081'])
    writeFileSync(join(folder, 'hardened.yaml'), `# ours\n${read(folder, 'hardened.yaml')}name: shop # the team's name\nlanguageVersion: 22\n`)
    expect(run(folder, []).code).toBe(0)
    expect(read(folder, 'k8s/service.yaml')).toContain('name: shop')
    expect(read(folder, 'Dockerfile')).toContain('node:22')
    run(folder, ['--services', 'redis', '--port', '8082'])
    const text = read(folder, 'hardened.yaml')
    expect(text).toMatch(/^# ours\n/)
    for (const line of ["name: shop # the team's name", 'port: 8082', 'languageVersion: 22', 'services: [redis]']) expect(text).toContain(line)
    const before = tree(folder)
    run(folder, [])
    expect(tree(folder)).toEqual(before)
  })

  test('an answer that is taken back leaves the comments about the file, and those of its neighbours in a list', () => {
    const folder = project({ 'hardened.yaml': '# ours\nwith:\n    - ci # as everywhere\n' })
    expect(run(folder, ['--with', 'ingress']).code).toBe(0)
    expect(read(folder, 'hardened.yaml')).toBe('# ours\nwith:\n    - ci # as everywhere\n    - ingress\n')
    expect(run(folder, ['--without', 'ci,ingress']).code).toBe(0)
    expect(read(folder, 'hardened.yaml')).toBe('# ours\n\nwithout: [ci, ingress]\n')
  })

  test('mistakes in it have their place', () => {
    const folder = project({ 'hardened.yaml': 'port: abc\nhealth-path: /x\nbase: debain\ncontrol:\n  seccomp: { of: x }\n' })
    const ran = run(folder, [])
    expect(ran.code).toBe(2)
    for (const text of ['hardened.yaml:1:7: port "abc"', 'hardened.yaml:2:1: there is no answer "health-path"', 'did you mean healthPath?', 'hardened.yaml:3:7: ', 'hardened.yaml:5:3: ']) expect(ran.err).toContain(text)
    writeFileSync(join(folder, 'hardened.yaml'), 'port: [1\n')
    expect(run(folder, []).err).toMatch(/hardened\.yaml:\d+:\d+: not valid YAML/)
  })

  test('an exception that has ended is warned about', () => {
    const folder = project({ 'hardened.yaml': 'control:\n  read-only-root: { off: waits for a fix, until: 2020-01-31 }\n' })
    const ran = run(folder, [])
    expect(ran.code).toBe(0)
    expect(ran.err).toContain('the exception for read-only-root ended on 2020-01-31')
    expect(read(folder, 'hardened.yaml')).toContain('until: 2020-01-31')
  })

  test.each([
    ['{', 'is damaged'],
    ['[]', 'has no lockVersion'],
    ['{"lockVersion":1}', 'files is not'],
    ['<<<<<<< ours\n{}\n', 'markers of a merge'],
    ['{"lockVersion":2,"tool":"9.1.0"}', 'create-hardened-container@9.1.0'],
  ])('a lock like %j: exit 2', (text, message) => {
    const ran = run(project({ 'hardened.lock': text }), [])
    expect(ran.code).toBe(2)
    expect(ran.err).toContain(message)
  })

  test('the order: flag, environment, --answers, hardened.yaml, own file, preset', () => {
    const folder = project({ 'hardened.yaml': 'name: from-yaml\nnamespace: from-yaml\n', 'answers.json': '{"name":"from-answers","cpuLimit":"1"}', 'home/create-hardened-container/config.yaml': 'name: from-user\npreset: local\ncpuLimit: "2"\n' })
    const plan = (args: string[], more: Record<string, string> = {}, input = '') => JSON.parse(run(folder, ['--plan', ...args], { env: { XDG_CONFIG_HOME: join(folder, 'home'), ...more }, input }).out)
    const own = plan([])
    expect([own.name, own.preset, own.origins.preset.origin, own.origins.name.origin]).toEqual(['from-yaml', 'local', 'user file', 'hardened.yaml'])
    const has = (p: typeof own, id: string): boolean => p.artifacts.some((a: { id: string }) => a.id === id)
    expect(has(own, 'hpa')).toBe(false)
    const answered = plan(['--answers', 'answers.json'])
    expect([answered.name, answered.resources.cpuLimit, answered.kubernetes.namespace]).toEqual(['from-answers', '1', 'from-yaml'])
    expect(plan(['--answers', 'answers.json'], { CHC_NAME: 'from-env' }).name).toBe('from-env')
    expect(plan(['--answers', 'answers.json', '--name', 'from-flag'], { CHC_NAME: 'from-env' }).name).toBe('from-flag')
    expect(has(plan(['--with', 'hpa']), 'hpa')).toBe(true)
    expect(plan(['--answers', '-'], {}, 'name: from-stdin\n').name).toBe('from-stdin')
  })

  test('the environment: unknown variables are warned about, wrong ones named', () => {
    const folder = project()
    const ran = run(folder, ['--plan'], { env: { CHC_PROT: '1' } })
    expect(ran.code).toBe(0)
    expect(ran.err).toContain('did you mean CHC_PORT?')
    expect(run(folder, ['--plan'], { env: { CHC_PORT: 'x' } }).err).toContain('CHC_PORT "x" is no whole number')
    expect(run(folder, [], { env: { CHC_DRY_RUN: 'true' } }).code).toBe(0)
    expect(existsSync(join(folder, 'Dockerfile'))).toBe(false)
    expect(run(folder, [], { env: { CHC_YES: 'perhaps' } }).code).toBe(2)
  })
})
