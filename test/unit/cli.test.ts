import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { BIN, project, run, tree } from './cli-run.ts'

const read = (folder: string, path: string): string => readFileSync(join(folder, path), 'utf8')

describe('a run without a terminal', () => {
  test('writes, says what it found with the place, and how to repeat it; a second run changes nothing', () => {
    const folder = project()
    const first = run(folder, ['--port', '8081', '--control', 'read-only-root=off:writes its cache'])
    expect(first.code).toBe(0)
    expect(first.out).toMatch(/^create +Dockerfile$/m)
    expect(first.err).toContain('package.json:7')
    expect(first.err).toContain("repeat   npx create-hardened-container@0.1.0 --yes --port 8081 --control 'read-only-root=off:writes its cache'")
    expect(read(folder, 'hardened.yaml')).toContain('port: 8081\ncontrol:\n  read-only-root: { off: "writes its cache" }\n')
    const before = tree(folder)
    const second = run(folder, [])
    expect(second.code).toBe(0)
    expect(second.out).not.toMatch(/^(?!same|$)/m)
    expect(tree(folder)).toEqual(before)
  })

  test('never asks, and names every flag that is missing or wrong', () => {
    const folder = project({ 'package.json': '{"name":"x"}', 'notes.txt': '' }, '')
    const ran = run(folder, ['--port', 'abc', '--base', 'debain'])
    expect(ran.code).toBe(2)
    expect(ran.err).toContain('--port "abc" is no whole number')
    expect(ran.err).toContain('did you mean debian?')
    const start = run(folder, ['--yes'])
    expect(start.code).toBe(2)
    expect(start.err).toContain('--start')
    expect(Object.keys(tree(folder))).toEqual(['notes.txt', 'package.json'])
  })

  test('apps below a folder without a program are named; --app writes there', () => {
    const folder = project({ 'services/api/package.json': '{"name":"api","scripts":{"start":"node a.js"}}', 'services/api/a.js': 'require("http").createServer().listen(3000)', 'web/package.json': '{"name":"web","main":"b.js"}', 'web/b.js': '' }, '')
    const ran = run(folder, [])
    expect(ran.code).toBe(2)
    expect(ran.err).toContain('--app web or --app services/api')
    expect(run(folder, ['--app', 'services/api']).code).toBe(0)
    expect(existsSync(join(folder, 'services/api/Dockerfile'))).toBe(true)
    expect(existsSync(join(folder, 'Dockerfile'))).toBe(false)
    for (const app of ['..', 'web/b.js', 'nowhere']) expect(run(folder, ['--app', app]).code, app).toBe(2)
  })
})

describe('the command line', () => {
  test.each([
    [['--prot', '1'], 'did you mean --port?'],
    [['--port', '1', '--port', '2'], '--port is given more than once'],
    [['--port'], '--port needs a value'],
    [['--port', '--yes'], '--port needs a value'],
    [['--yes=maybe'], '--yes takes no value'],
    [['-x'], 'unknown flag -x'],
    [['--no-port'], 'unknown flag --no-port'],
    [['lst'], 'did you mean list?'],
    [['a', 'b'], 'one folder at a time'],
    [['--preset', 'restrictd'], 'did you mean restricted?'],
    [['--control', 'read-only-rot=off:x'], 'did you mean read-only-root?'],
    [['--control', 'read-only-root=off'], 'says no reason'],
    [['--services', 'postgre'], 'did you mean postgres?'],
    [['--without', 'composse'], 'did you mean compose?'],
    [['--set', 'network.hots=a.b'], 'did you mean network.host?'],
    [['--start', 'a | b'], '--start needs a shell'],
    [['--name', 'a\nb'], 'line break'],
    [['--skip-existing', '--force'], 'contradict'],
    [['explain', 'seccmp'], 'did you mean seccomp?'],
    [['list', 'control'], 'did you mean controls?'],
    [['completion', 'bsh'], 'did you mean bash?'],
    [['package.json'], 'that is a file'],
    [['--language', 'pyhton'], 'did you mean python?'],
    [['--check'], 'create-hardened-container update --check'],
    [['adopt', '--rebase-lock', '--merge'], '--rebase-lock goes with update'],
    [['update', '--strict'], '--strict goes with --check'],
  ])('%j: exit 2, %s', (args, message) => {
    const folder = project()
    const before = tree(folder)
    const ran = run(folder, args)
    expect(ran.err).toContain(message)
    expect(ran.code).toBe(2)
    expect(ran.out).toBe('')
    expect(tree(folder)).toEqual(before)
  })

  test('every problem is named at once, and as one document with --json', () => {
    const ran = run(project(), ['--json', '--prot', '1', '--name'])
    expect(ran.code).toBe(2)
    const document = JSON.parse(ran.out)
    expect(document).toMatchObject({ schemaVersion: 1, ok: false, exitCode: 2 })
    expect(document.problems).toHaveLength(2)
  })

  test('what npm takes for itself is no consent and stops the run', () => {
    const folder = project()
    expect(run(folder, [], { env: { npm_command: 'exec', npm_config_yes: 'true' } }).code).toBe(0)
    const other = project()
    const ran = run(other, [], { env: { npm_command: 'init', npm_config_dry_run: 'true' } })
    expect(ran.code).toBe(2)
    expect(ran.err).toContain('npm create hardened-container -- --dry-run')
    expect(existsSync(join(other, 'Dockerfile'))).toBe(false)
  })

  test('a reader that closes early is no failure', () => {
    const done = spawnSync('bash', ['-c', `set -o pipefail; "${process.execPath}" "${BIN}" --print | head -1`], { cwd: project(), encoding: 'utf8' })
    expect(done).toMatchObject({ status: 0, stderr: '' })
  })

  test('a folder that is removed below the shell is told, and no stack trace', () => {
    const folder = project()
    const done = spawnSync('sh', ['-c', `mkdir gone && cd gone && rmdir ../gone && "${process.execPath}" "${BIN}" --yes`], { cwd: folder, encoding: 'utf8' })
    expect(done.status).toBe(2)
    expect(done.stderr).toMatch(/^error: the folder that this runs in is not there any more\n +go to another one/)
  })

  test('colours: --no-color and --color, NO_COLOR, FORCE_COLOR, then the terminal', () => {
    const folder = project()
    const coloured = (args: string[], env: Record<string, string>): boolean => run(folder, ['--diff', ...args], { env }).out.includes('\x1b[')
    expect(coloured([], {})).toBe(false)
    expect(coloured([], { FORCE_COLOR: '1' })).toBe(true)
    expect(coloured([], { FORCE_COLOR: '0' })).toBe(false)
    expect(coloured([], { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false)
    expect(coloured(['--color'], { NO_COLOR: '1' })).toBe(true)
    expect(coloured(['--no-color'], { FORCE_COLOR: '1' })).toBe(false)
  })
})

describe('looking writes nothing', () => {
  test.each([[['--dry-run']], [['--diff']], [['--print']], [['--print', 'k8s/deployment.yaml']], [['--print', 'hardened.yaml']], [['--plan']], [['--json']]])('%j', (args) => {
    const folder = project()
    const before = tree(folder)
    chmodSync(folder, 0o555)
    const ran = run(folder, args)
    chmodSync(folder, 0o755)
    expect(ran.code).toBe(0)
    expect(ran.out.length).toBeGreaterThan(50)
    expect(tree(folder)).toEqual(before)
  })
  test('--print gives exactly the file; an unknown one is refused', () => {
    const folder = project()
    expect(run(folder, ['--print', './Dockerfile']).out).toMatch(/^# syntax=/)
    expect(run(folder, ['--print', 'Dockerfle']).err).toContain('did you mean Dockerfile?')
  })
  test('--diff is a patch that git applies', () => {
    const folder = project()
    const patch = run(folder, ['--diff', '--port', '8085']).out
    spawnSync('git', ['init', '-q'], { cwd: folder })
    const done = spawnSync('git', ['apply', '-'], { cwd: folder, input: patch, encoding: 'utf8' })
    expect(done.stderr).toBe('')
    expect(read(folder, 'Dockerfile')).toBe(run(folder, ['--print', 'Dockerfile', '--port', '8085']).out)
  })
  test('--diff is what the same flags then write: with the line ends of a checkout, with marks, and without what is left alone', () => {
    const folder = project()
    run(folder, [])
    const windows = read(folder, 'Dockerfile').replaceAll('\n', '\r\n')
    writeFileSync(join(folder, 'Dockerfile'), windows)
    writeFileSync(join(folder, 'k8s/deployment.yaml'), read(folder, 'k8s/deployment.yaml').replace('containerPort: 3000', 'containerPort: 3333'))
    const flags = ['--port', '8085', '--merge']
    const patch = run(folder, [...flags, '--diff']).out
    expect(run(folder, ['--port', '8085', '--skip-existing', '--diff']).out).not.toContain('k8s/deployment.yaml')
    const other = join(folder, '..', 'other')
    cpSync(folder, other, { recursive: true })
    spawnSync('git', ['init', '-q'], { cwd: folder })
    expect(spawnSync('git', ['apply', '-'], { cwd: folder, input: patch, encoding: 'utf8' }).stderr).not.toContain('error')
    run(other, flags)
    for (const path of ['Dockerfile', 'k8s/deployment.yaml', 'compose.yaml']) expect(read(folder, path)).toBe(read(other, path))
    expect(read(folder, 'k8s/deployment.yaml')).toContain('<<<<<<< yours')
  })
  test('--json holds the files and what happens to them', () => {
    const document = JSON.parse(run(project(), ['--json']).out)
    expect(document).toMatchObject({ schemaVersion: 1, ok: true, exitCode: 0 })
    expect(document.files.find((f: { path: string }) => f.path === 'Dockerfile')).toMatchObject({ change: 'create' })
    expect(document.plan.origins.port.evidence[0].file).toBe('server.js')
  })
})

describe('help, list, explain, completion', () => {
  test('--help: examples first, 80 columns, every flag; English always', () => {
    const ran = run(project(), ['--help'], { env: { LANG: 'fr_FR.UTF-8', LC_ALL: 'fr_FR.UTF-8' } })
    expect(ran.code).toBe(0)
    expect(ran.out.indexOf('Examples:')).toBeLessThan(ran.out.indexOf('Usage:'))
    expect(ran.out.split('\n').filter((l) => l.length > 80)).toEqual([])
    for (const flag of ['--health-path', '--skip-existing', '--kubernetes-version']) expect(ran.out).toContain(flag)
    expect(run(project(), ['--version']).out).toBe('0.1.0\n')
  })

  test('list and explain', () => {
    const folder = project()
    expect(run(folder, ['list', 'presets']).out).toMatch(/^restricted +Production/m)
    expect(Object.keys(JSON.parse(run(folder, ['list', '--json']).out))).toContain('controls')
    expect(run(folder, ['explain', 'read-only-root']).out).toMatch(/Asked for by [^]*Here it is on \(built-in\)/)
    expect(run(folder, ['explain', 'hpa']).out).toContain('--without hpa')
    expect(run(folder, ['explain', 'port'], { env: { CHC_PORT: '8099' } }).out).toContain('Here: 8099, environment')
    expect(run(folder, ['explain', 'port']).out).toContain('detected in server.js:')
    expect(run(folder, ['explain']).out).toMatch(/^healthPath +Here: \/healthz/m)
    // a file and an answer have that name
    expect(run(folder, ['explain', 'namespace']).out).toMatch(/--without namespace[^]*namespace \(setting\)[^]*Here: orders-api/)
    expect(run(folder, ['explain']).out).toMatch(/^namespace +Here: orders-api/m)
  })

  test.each(['bash', 'zsh', 'fish'])('completion %s is a script that its shell reads', (shell) => {
    const script = run(project(), ['completion', shell]).out
    expect(script).toContain('health-path')
    const found = spawnSync(shell, ['-n'], { input: script, encoding: 'utf8' })
    if (!found.error) expect(found.stderr).toBe('')
  })

  test('bash completes flags, values and ids', () => {
    const script = run(project(), ['completion', 'bash']).out
    const complete = (...words: string[]): string => spawnSync('bash', ['-c', `${script}\nCOMP_WORDS=(x ${words.join(' ')}) COMP_CWORD=${words.length}; _create_hardened_container; echo "\${COMPREPLY[*]}"`], { encoding: 'utf8' }).stdout.trim()
    expect(complete('--heal')).toBe('--health-path')
    expect(complete('--base', 'dist')).toBe('distroless')
    expect(complete('explain', 'seccomp')).toBe('seccomp')
  })
})

test('what a cluster still needs is said: a registry, and the name of the way in', () => {
  const bare = run(project(), ['--yes', '--with', 'ingress']).err
  expect(bare).toMatch(/warning: the way in has examples of network\.host \(\S+\.example\.com\), network\.ingressNamespace \(ingress\)/)
  expect(bare).toContain('kubectl apply -k k8s   # a cluster pulls from a registry: --image REGISTRY/NAME')
  const said = run(project(), ['--yes', '--with', 'ingress', '--set', 'network.host=a.acme.example', '--set', 'network.ingressNamespace=traefik', '--image', 'ghcr.io/acme/shop:1.0.0']).err
  expect(said).not.toContain('the way in has examples')
  expect(said).toContain('docker push ghcr.io/acme/shop:1.0.0 && kubectl apply -k k8s')
})

test('a program that is called as its service is called otherwise, since both are in one file', () => {
  const folder = project({ 'package.json': JSON.stringify({ name: 'redis', version: '1.0.0', scripts: { start: 'node server.js' }, dependencies: { redis: '5' } }) })
  expect(run(folder, ['--print', 'compose.yaml']).out).toMatch(/^name: redis-app\nservices:\n  redis-app:\n[^]*\n  redis:\n/m)
  expect(run(folder, ['--yes', '--name', 'redis']).err).toMatch(/--name: "redis" is the name of a service that it needs\n.*redis-app/)
})

test('what runs the image of an app of a workspace is not in it', () => {
  const folder = project({ 'package.json': JSON.stringify({ private: true, workspaces: ['apps/*'] }), 'apps/api/package.json': JSON.stringify({ name: 'api', version: '1.0.0', scripts: { start: 'node server.js' } }), 'apps/api/server.js': 'require("http").createServer().listen(3000)\n' })
  const ignored = run(folder, ['--app', 'apps/api', '--print', 'Dockerfile.dockerignore']).out.split('\n')
  for (const file of ['Dockerfile*', '*compose*.y*ml', 'k8s', 'hardened.lock', '.hadolint.yaml']) expect(ignored).toContain(`apps/api/${file}`)
})
