import { chmodSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { project, root, run, tree } from './cli-run.ts'

const started = (files: Record<string, string> = {}, ...flags: string[]): string => {
  const folder = project(files)
  expect(run(folder, ['--yes', ...flags]).code).toBe(0)
  return folder
}
const edit = (folder: string, path: string, from: string, to: string): void => {
  const text = readFileSync(join(folder, path), 'utf8')
  expect(text).toContain(from)
  writeFileSync(join(folder, path), text.replace(from, to))
}
const check = (folder: string, ...flags: string[]) => {
  const before = tree(folder)
  const done = run(folder, ['update', '--check', ...flags])
  expect(tree(folder)).toEqual(before)
  return done
}

describe('update', () => {
  test('where nothing was written yet is an error', () => {
    const done = run(project(), ['update'])
    expect(done).toMatchObject({ code: 2, err: expect.stringContaining('nothing was written here yet') })
  })

  test('takes what is new and keeps every edit, in YAML and in the Dockerfile', () => {
    const folder = started()
    edit(folder, 'k8s/deployment.yaml', '          ports:\n', '          # ours\n          terminationMessagePath: /tmp/last\n          ports:\n')
    edit(folder, 'Dockerfile', 'WORKDIR /app\n', 'WORKDIR /app\nENV OURS=1\n')
    edit(folder, '.dockerignore', '\ncoverage\n', '\n')
    writeFileSync(join(folder, '.nvmrc'), '22\n')
    const done = run(folder, ['update', '--port', '4444'])
    expect(done.code).toBe(0)
    expect(done.out).toMatch(/merged +Dockerfile/)
    const files = tree(folder)
    expect(files.Dockerfile).toContain('ENV OURS=1')
    expect(files.Dockerfile).toContain('FROM node:22-')
    expect(files['k8s/deployment.yaml']).toContain('          # ours\n          terminationMessagePath: /tmp/last\n')
    expect(files['k8s/deployment.yaml']).toContain('containerPort: 4444')
    expect(files['.dockerignore']).not.toContain('coverage')
    expect(run(folder, ['update']).code).toBe(0)
    expect(tree(folder)).toEqual(files)
  })

  test('a true conflict writes nothing and names both sides; --merge marks it, and a mark that is left stops the next run', () => {
    const folder = started()
    edit(folder, 'k8s/deployment.yaml', 'containerPort: 3000', 'containerPort: 3333')
    const before = tree(folder)
    const done = run(folder, ['update', '--port', '4444'])
    expect(done).toMatchObject({ code: 3, err: expect.stringMatching(/k8s\/deployment\.yaml:\d+.*3333.*4444/) })
    expect(tree(folder)).toEqual(before)
    expect(run(folder, ['update', '--port', '4444', '--merge'])).toMatchObject({ code: 3, err: expect.stringContaining('marked: k8s/deployment.yaml') })
    expect(tree(folder)['k8s/deployment.yaml']).toMatch(/<<<<<<< yours\n.*3333\n\|\|\|\|\|\|\| written last\n.*3000\n=======\n.*4444\n>>>>>>> new\n/s)
    const left = tree(folder)
    for (const flags of [[], ['--merge']]) expect(run(folder, ['update', ...flags])).toMatchObject({ code: 3, err: expect.stringContaining('holds markers of a merge') })
    expect(tree(folder)).toEqual(left)
  })

  test('a file that was deleted stays so, is said once, and comes back by --with', () => {
    const folder = started()
    rmSync(join(folder, 'k8s/hpa.yaml'))
    expect(run(folder, ['update']).out).toMatch(/gone +k8s\/hpa\.yaml/)
    expect(tree(folder)).not.toHaveProperty('k8s/hpa.yaml')
    expect(tree(folder)['k8s/kustomization.yaml']).not.toContain('hpa.yaml')
    expect(tree(folder)['k8s/deployment.yaml']).toContain('replicas:')
    expect(run(folder, ['update']).out).not.toContain('hpa')
    expect(run(folder, ['update', '--with', 'hpa']).out).toMatch(/create +k8s\/hpa\.yaml/)
    expect(tree(folder)['k8s/kustomization.yaml']).toContain('hpa.yaml')
  })

  test('an edited file that was not written for a while is merged when it is written again', () => {
    const folder = started()
    edit(folder, 'k8s/hpa.yaml', 'maxReplicas:', '# ours\n  maxReplicas:')
    expect(run(folder, ['update', '--without', 'hpa']).out).toMatch(/kept +k8s\/hpa\.yaml/)
    expect(run(folder, ['update']).code).toBe(0)
    expect(run(folder, ['update', '--with', 'hpa', '--namespace', 'team-a']).out).toMatch(/merged +k8s\/hpa\.yaml/)
    expect(tree(folder)['k8s/hpa.yaml']).toMatch(/namespace: team-a[^]*# ours\n/)
    run(folder, ['update', '--without', 'hpa'])
    rmSync(join(folder, 'k8s'), { recursive: true })
    expect(run(folder, ['update', '--with', 'hpa,kubernetes']).out).toMatch(/create +k8s\/deployment\.yaml[^]*create +k8s\/hpa\.yaml/)
  })

  test('--with adds to the files that were asked for, --without takes one back', () => {
    const folder = started({}, '--with', 'ci', '--without', 'hpa')
    rmSync(join(folder, 'k8s/pdb.yaml'))
    expect(run(folder, ['update']).code).toBe(0)
    expect(run(folder, ['update', '--with', 'pdb']).out).not.toMatch(/^remove|hpa/m)
    expect(tree(folder)['hardened.yaml']).toMatch(/^with: \["ci", "pdb"\]\nwithout: \["hpa"\]$/m)
    expect(run(folder, ['update', '--without', 'ci', '--with', 'hpa']).out).toMatch(/^create +k8s\/hpa.yaml\n[^]*^remove +\.github/m)
    expect(tree(folder)['hardened.yaml']).toMatch(/^# yaml-language-server[^]*^with: \["pdb", "hpa"\]\nwithout: \["ci"\]$/m)
  })

  test('a deleted file that a control asks for stops no run, and fails the check', () => {
    const folder = started({}, '--with', 'ingress', '--set', 'resources.memory=512Mi')
    for (const path of ['.dockerignore', 'k8s/service.yaml']) rmSync(join(folder, path))
    expect(run(folder, ['update']).code).toBe(0)
    expect(check(folder)).toMatchObject({ code: 5, err: expect.stringMatching(/context-secrets: there is no \.dockerignore[^]*k8s\/ingress\.yaml:\d+: selectors-match/) })
  })

  test('without the lock the answers hold, and what is the same is taken over', () => {
    const folder = started({}, '--port', '4444')
    const before = tree(folder)
    rmSync(join(folder, 'hardened.lock'))
    expect(run(folder, ['update']).code).toBe(0)
    expect(tree(folder)).toEqual(before)
  })
})

describe('a damaged lock', () => {
  test.each([
    ['markers of a merge', '<<<<<<< HEAD\n{\n=======\n{}\n>>>>>>> theirs\n'],
    ['half of it', '{"lockVersion": 1, "tool"'],
    ['edited by hand', '{"lockVersion": 1, "tool": "0.1.0", "answers": {"text": "", "values": {}}, "files": ["Dockerfile"]}'],
  ])('%s: is told with the one command that repairs it, which touches nothing else', (_, text) => {
    const folder = started()
    edit(folder, 'Dockerfile', 'WORKDIR /app\n', 'WORKDIR /app\nENV OURS=1\n')
    rmSync(join(folder, 'k8s/hpa.yaml'))
    const { 'hardened.lock': lock, ...files } = tree(folder)
    writeFileSync(join(folder, 'hardened.lock'), text)
    expect(run(folder, ['update'])).toMatchObject({ code: 2, err: expect.stringContaining('update --rebase-lock') })
    expect(run(folder, ['update', '--rebase-lock']).code).toBe(0)
    const { 'hardened.lock': made, ...after } = tree(folder)
    expect(after).toEqual(files)
    expect(Object.keys((JSON.parse(made!) as { files: object }).files)).toEqual(Object.keys((JSON.parse(lock!) as { files: object }).files).filter((f) => f !== 'k8s/hpa.yaml'))
    // from here on it is as if it had never been lost
    expect(run(folder, ['update', '--port', '4444']).code).toBe(0)
    expect(tree(folder).Dockerfile).toMatch(/ENV OURS=1[^]*EXPOSE 4444/)
    expect(tree(folder)).not.toHaveProperty('k8s/hpa.yaml')
  })
})

describe('update --check', () => {
  test('nothing is due: 0, also where nothing can be written', () => {
    const folder = started()
    chmodSync(folder, 0o555)
    expect(check(folder)).toMatchObject({ code: 0, err: 'nothing is due\n' })
    chmodSync(folder, 0o755)
  })

  test.each<[string, (folder: string) => unknown, string[], RegExp]>([
    ['the project', (f) => writeFileSync(join(f, '.nvmrc'), '22\n'), [], /drift +Dockerfile +project changed: version 24 → 22 \(\.nvmrc:1\)/],
    ['the answers', (f) => edit(f, 'hardened.yaml', 'port: 3000', 'port: 4444'), ['--port', '3000'], /drift +Dockerfile +answers changed/],
    ['the tool', (f) => edit(f, 'hardened.lock', '"tool": "', '"tool": "0.0.'), [], /^$/],
    ['a file', (f) => rmSync(join(f, 'k8s/pdb.yaml')), [], /drift +k8s\/pdb\.yaml +file missing/],
  ])('%s changed', (what, change, flags, expected) => {
    const folder = started({}, ...flags)
    change(folder)
    const done = check(folder)
    expect(done.out).toMatch(expected)
    expect(done.code).toBe(what === 'the tool' ? 0 : 4)
  })

  test('what an older tool wrote is due to the tool', () => {
    const folder = started()
    for (const path of ['Dockerfile', 'hardened.lock']) edit(folder, path, '--start-period=15s', '--start-period=14s')
    edit(folder, 'hardened.lock', '"tool": "', '"tool": "0.0.')
    expect(check(folder)).toMatchObject({ code: 4, out: expect.stringMatching(/drift +Dockerfile +tool newer: 0\.0\./) })
  })

  test('edits are told and are no drift, but with --strict', () => {
    const folder = started()
    edit(folder, 'Dockerfile', 'WORKDIR /app\n', 'WORKDIR /app\nENV OURS=1\n')
    expect(check(folder)).toMatchObject({ code: 0, out: expect.stringMatching(/edited +Dockerfile/) })
    expect(check(folder, '--strict')).toMatchObject({ code: 4, out: expect.stringMatching(/drift +Dockerfile +edited here/) })
  })

  test('an edit that breaks a control is exit 5 with its place, and an annotation', () => {
    const folder = started()
    edit(folder, 'k8s/deployment.yaml', 'runAsNonRoot: true', 'runAsNonRoot: false')
    expect(check(folder)).toMatchObject({ code: 5, err: expect.stringMatching(/error: k8s\/deployment\.yaml:\d+: run-as-non-root/) })
    const done = run(folder, ['update', '--check'], { env: { GITHUB_ACTIONS: 'true' } })
    expect(done.out).toMatch(/^::error file=k8s\/deployment\.yaml,line=\d+,title=hardening is broken::run-as-non-root/m)
  })

  test('an exception that ended is exit 5; one that ends soon is a warning', () => {
    const folder = started({}, '--control', 'read-only-root=off:legacy until 2020-01-31')
    expect(check(folder)).toMatchObject({ code: 5, err: expect.stringContaining('the exception for read-only-root ended on 2020-01-31') })
    const soon = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10)
    expect(run(project(), ['--yes', '--control', `read-only-root=off:legacy until ${soon}`]).err).toContain(`the exception for read-only-root ends on ${soon}`)
  })

  test('as one document, and as a difference', () => {
    const folder = started()
    writeFileSync(join(folder, '.nvmrc'), '22\n')
    const document = JSON.parse(check(folder, '--json').out) as { ok: boolean; exitCode: number; drift: { path: string; causes: string[] }[] }
    expect(document).toMatchObject({ schemaVersion: 1, ok: false, exitCode: 4 })
    expect(document.drift.find((d) => d.path === 'Dockerfile')!.causes[0]).toContain('version 24 → 22')
    expect(check(folder, '--diff').out).toContain('+FROM node:22-')
  })
})

test('the secrets that a program reads are named, each with where it is set', () => {
  const folder = project({ 'secrets.js': 'module.exports = process.env.SESSION_SECRET\n' })
  expect(run(folder, ['--yes']).err).toContain('its secrets are yours to set: SESSION_SECRET in .env for compose; SESSION_SECRET for the cluster, as k8s/secret.yaml.example shows')
  expect(run(project(), ['--yes']).err).not.toContain('its secrets')
})

describe('many apps', () => {
  test('--app with a pattern runs for each that is under care; the exit code is the worst', () => {
    const folder = project({}, '')
    for (const name of ['a', 'b', 'c']) {
      cpSync(join(root, 'examples/node-express'), join(folder, 'services', name), { recursive: true })
      expect(run(folder, ['--yes', '--app', `services/${name}`]).code).toBe(0)
    }
    cpSync(join(root, 'examples/node-express'), join(folder, 'services/not-ours'), { recursive: true })
    const fine = run(folder, ['update', '--check', '--app', 'services/*'])
    expect(fine).toMatchObject({ code: 0, out: 'services/a\nservices/b\nservices/c\n', err: expect.stringContaining('3 apps: 3 as they should be, 0 not') })
    writeFileSync(join(folder, 'services/b/.nvmrc'), '22\n')
    edit(join(folder, 'services/c'), 'k8s/deployment.yaml', 'readOnlyRootFilesystem: true', 'readOnlyRootFilesystem: false')
    const due = run(folder, ['update', '--check', '--app', '**/b'])
    expect(due).toMatchObject({ code: 4, out: expect.stringMatching(/^services\/b\n {2}drift +Dockerfile/) })
    const all = JSON.parse(run(folder, ['update', '--check', '--json', '--app', 'services/?']).out) as { exitCode: number; apps: { app: string; exitCode: number }[] }
    expect(all.exitCode).toBe(5)
    expect(all.apps.map((a) => [a.app, a.exitCode])).toEqual([['services/a', 0], ['services/b', 4], ['services/c', 5]])
    expect(run(folder, ['update', '--app', 'services/*']).code).toBe(0)
    expect(run(folder, ['update', '--check', '--app', 'services/b']).code).toBe(0)
    expect(run(folder, ['update', '--check', '--app', 'nothing/*'])).toMatchObject({ code: 2, err: expect.stringContaining('no app under care') })
  })
})
