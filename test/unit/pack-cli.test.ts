import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { project, root, run, tree } from './cli-run.ts'
import { folderOf } from './packs.ts'

const PACK = join(root, 'examples/packs/acme-platform')
const COST = ['--set', 'label.acme.example/cost-centre=104711', '--image', 'registry.acme.example/apps/orders']
/** A project with the example's pack beside its sources. */
const withPack = (example = 'node-express'): string => {
  const folder = project({}, example)
  cpSync(PACK, join(folder, 'acme'), { recursive: true, filter: (p) => !p.includes('/tests') })
  return folder
}
const edit = (path: string, from: string | RegExp, to: string): void => {
  const text = readFileSync(path, 'utf8')
  expect(text).toMatch(from)
  writeFileSync(path, text.replace(from, to))
}
const packOf = (manifest: string, files: Record<string, string> = {}): string => folderOf({ 'pack.yaml': `apiVersion: hardened-container/v1\nname: team\nversion: 1.0.0\n${manifest}`, ...files })

describe('a project with a pack', () => {
  test('gets what the pack says, keeps only its own answers, and replays them', () => {
    const folder = withPack()
    const done = run(folder, ['--yes', '--preset', './acme', ...COST])
    expect(done).toMatchObject({ code: 0, err: expect.stringContaining('acme-platform waives spread until 2027-12-31') })
    const files = tree(folder)
    expect(files.Dockerfile).toContain('FROM registry.acme.example/mirror/gcr.io/distroless/nodejs24-debian13:nonroot AS runtime')
    expect(files.Dockerfile).toContain('USER 20001:20001')
    expect(files.Dockerfile).toContain('LABEL example.acme.on-call=platform')
    expect(files['compose.yaml']).toBeUndefined()
    const deployment = parse(files['k8s/deployment.yaml']!) as { spec: { template: { metadata: { labels: object }; spec: { priorityClassName: string; containers: { resources: { limits: object } }[] } } } }
    expect(deployment.spec.template.metadata.labels).toMatchObject({ 'acme.example/cost-centre': '104711' })
    expect(deployment.spec.template.spec.priorityClassName).toBe('acme-standard')
    expect(deployment.spec.template.spec.containers[0]!.resources.limits).toMatchObject({ cpu: '500m', memory: '256Mi' })
    expect(files['k8s/kustomization.yaml']).toContain('- alerts.yaml')
    expect(files['.dockerignore']).toMatch(/Tiltfile\n\.tilt\ncatalog-info\.yaml\n/)
    expect(parse(files['hardened.yaml']!)).toEqual({ image: 'registry.acme.example/apps/orders', preset: ['./acme'], set: { 'label.acme.example/cost-centre': '104711' } })
    expect(run(folder, []).code).toBe(0)
    expect(tree(folder)).toEqual(files)
    expect(run(folder, ['update', '--check'])).toMatchObject({ code: 0 })
    expect(run(folder, ['update', '--check'], { env: { CI: 'true' } })).toMatchObject({ code: 0 })
    // another preset on the command line takes no pack away
    expect(run(folder, ['--preset', 'baseline', '--print', 'Dockerfile']).out).toContain('USER 20001:20001')
  })

  test('every violation at once, with the reason, the link and the line: exit 5, nothing written', () => {
    const folder = withPack()
    const before = tree(folder)
    const done = run(folder, ['--yes', '--preset', './acme', '--base', 'alpine', '--image', 'docker.io/me/x', '--set', 'runtime.uid=15000', '--with', 'compose'])
    expect(done.code).toBe(5)
    for (const part of ['--base: base alpine is not allowed; it must not be alpine', '--image: image docker.io/me/x is not allowed', '--set runtime.uid: runtime.uid 15000', 'https://wiki.acme.example/platform/uids', './acme/pack.yaml:', 'the artifact compose is not allowed']) expect(done.err).toContain(part)
    expect(tree(folder)).toEqual(before)
    const plan = run(folder, ['--yes', '--preset', './acme'])
    expect(plan).toMatchObject({ code: 5, err: expect.stringContaining('label.acme.example/cost-centre is not set') })
  })

  test('a rule holds for the files too: a template cannot get round it, an edit is found', () => {
    const folder = withPack()
    writeFileSync(join(folder, 'acme/templates/deployment.hbs'), readFileSync(join(root, 'templates/workload/deployment.hbs'), 'utf8').replace(/^---[\s\S]*?\n---\n/, '').replace('containers:\n', 'securityContext:\n        runAsUser: 999\n      containers:\n'))
    edit(join(folder, 'acme/pack.yaml'), 'partials:', 'templates: { deployment: templates/deployment.hbs }\npartials:')
    const round = run(folder, ['--yes', '--preset', './acme', ...COST])
    // the control that is laid on wins over what the template says
    expect(round.code).toBe(0)
    expect(tree(folder)['k8s/deployment.yaml']).not.toContain('999')
    edit(join(folder, 'k8s/deployment.yaml'), /runAsUser: 20001 #/, 'runAsUser: 12345 #')
    const check = run(folder, ['update', '--check'])
    expect(check.code).toBe(5)
    expect(check.err).toMatch(/k8s\/deployment\.yaml:\d+: runtime\.uid is 12345 here; it has to be at least 20000/)
  })

  test('what is started, what may be reached and who is let in are looked at in the files too', () => {
    const rule = (key: string, value: string): string => `enforce: [{ key: ${key}, value: ${JSON.stringify(value)}, reason: ours }]\n`
    const built = (path: string): string => readFileSync(join(root, 'templates', path), 'utf8').replace(/^---[\s\S]*?\n---\n/, '')
    const range = built('workload/networkpolicy.hbs').replace('cidr: {{this}}', 'cidr: 0.0.0.0/0')
    for (const [key, value, templates, message] of [
      ['start', 'node other.js', { 'node/dockerfile': built('node/Dockerfile.hbs').replace('{{> runtime}}', '{{> runtime}}\nCMD ["server.js"]') }, /Dockerfile:\d+: start is .*server\.js here; it has to be node other\.js/],
      ['network.egress', '10.1.0.0/16', { networkpolicy: range }, /networkpolicy\.yaml:\d+: network\.egress is 0\.0\.0\.0\/0 here; it has to be 10\.1\.0\.0\/16/],
      ['languageVersion', '24', { 'node/dockerfile': built('node/Dockerfile.hbs').replace(/FROM .* AS base/, 'FROM mirror.example/node:20-trixie-slim AS base') }, /Dockerfile:\d+: languageVersion is 20 here; it has to be 24/],
      ['services', 'none', { compose: built('workload/compose.hbs').replace(/^services:\n/m, 'services:\n  cache:\n    image: mirror.example/library/redis:7.4.1\n') }, /compose\.yaml:\d+: services is redis here; it has to be none/],
      ['network.ingressNamespace', 'edge', { networkpolicy: built('workload/networkpolicy.hbs').replace('{{yaml kubernetes.ingressNamespace}}', 'elsewhere') }, /network\.ingressNamespace is elsewhere here/],
    ] as const) {
      const folder = project({ 'other.js': '' })
      const args = ['--yes', '--preset', packOf(rule(key, value)), ...(key === 'network.ingressNamespace' ? ['--with', 'ingress', '--set', 'network.host=a.example.com'] : [])]
      expect(run(folder, args)).toMatchObject({ code: 0 })
      const files = Object.fromEntries(Object.values(templates).map((text, i) => [`${i}.hbs`, text]))
      const pack = packOf(`${rule(key, value)}templates:\n${Object.keys(templates).map((id, i) => `  ${id}: ${i}.hbs\n`).join('')}`, files)
      const other = project({ 'other.js': '' })
      expect(run(other, args.map((a, i) => (i === 2 ? pack : a)))).toMatchObject({ code: 5, err: expect.stringMatching(message) })
      expect(existsSync(join(other, 'Dockerfile'))).toBe(false)
    }
  })

  test('a list of services that may be used asks for none of them', () => {
    const check = (...args: string[]) => run(project(), ['--yes', '--preset', packOf('enforce: [{ key: services, oneOf: [postgres, redis], reason: ours }]\n'), ...args])
    expect(check().code).toBe(0)
    expect(check('--services', 'redis').code).toBe(0)
    expect(check('--services', 'redis,kafka')).toMatchObject({ code: 5, err: expect.stringContaining('services redis,kafka is not allowed') })
  })

  test('bounds of versions go by their parts', () => {
    const check = (rule: string, version: string) => run(project({}, 'python-flask'), ['--yes', '--language-version', version, '--preset', packOf(`enforce: [{ key: languageVersion, ${rule}, reason: ours }]\n`)])
    expect(check('min: "3.10"', '3.9')).toMatchObject({ code: 5, err: expect.stringContaining('languageVersion 3.9 is not allowed; it has to be at least 3.10') })
    expect(check('min: "3.9"', '3.12').code).toBe(0)
    expect(check('min: "3.9", max: "3.12"', '3.13')).toMatchObject({ code: 5, err: expect.stringContaining('at least 3.9 and at most 3.12') })
    expect(check('min: "3.12", max: "3.9"', '3.13')).toMatchObject({ code: 6, err: expect.stringContaining('no languageVersion is at least 3.12 and at most 3.9') })
  })

  test('a rule that is tightened: pack update shows it, update --check fails with the reason, update mends', () => {
    const folder = withPack()
    run(folder, ['--yes', '--preset', './acme', ...COST])
    edit(join(folder, 'acme/pack.yaml'), 'version: 1.3.0', 'version: 1.4.0')
    edit(join(folder, 'acme/pack.yaml'), 'forbid:\n', 'forbid:\n  - key: healthPath\n    values: [/healthz]\n    reason: the gateway asks /live\n')
    const frozen = run(folder, ['update', '--check'], { env: { CI: 'true' } })
    expect(frozen).toMatchObject({ code: 6, err: expect.stringContaining('the pack acme-platform is not the one of hardened.lock: changed pack.yaml') })
    const moved = run(folder, ['pack', 'update'])
    expect(moved.code).toBe(0)
    expect(moved.out).toMatch(/moved +acme-platform +1\.3\.0 .* → 1\.4\.0/)
    expect(moved.out).toContain('+ forbid healthPath: never /healthz (the gateway asks /live)')
    const check = run(folder, ['update', '--check'], { env: { CI: 'true' } })
    expect(check).toMatchObject({ code: 5, err: expect.stringMatching(/server\.js:14: healthPath is \/healthz \(detected\); it must not be \/healthz\n +the gateway asks \/live/) })
    expect(run(folder, ['update', '--health-path', '/readyz']).code).toBe(0)
    expect(run(folder, ['update', '--check'], { env: { CI: 'true' } }).code).toBe(0)
    expect(run(folder, ['pack', 'update', 'nope'])).toMatchObject({ code: 2, err: expect.stringContaining('one of acme-platform') })
  })

  test('explain says who says what; doctor how packs hang together', () => {
    const folder = withPack()
    run(folder, ['--yes', '--preset', './acme', ...COST])
    const said = run(folder, ['explain', 'runtime.uid']).out
    expect(said).toMatch(/Here: 20001, pack[\s\S]*acme-platform has 20001 as its default \(\.\/acme\/pack\.yaml:\d+\)[\s\S]*acme-platform enforces at least 20000 and at most 29999 \(\.\/acme\/pack\.yaml:\d+\): the ids/)
    expect(run(folder, ['explain', 'acme-priority']).out).toContain('Without a priority class')
    expect(run(folder, ['explain', 'alerts', 'acme.onCall']).code).toBe(0)
    expect(run(folder, ['pack', 'doctor'])).toMatchObject({ code: 0, out: expect.stringContaining('acme-platform 1.3.0   ./acme') })
  })

  test('a language that neither the tool nor a pack has is named', () => {
    expect(run(project(), ['--yes', '--language', 'nodee'])).toMatchObject({ code: 2, err: expect.stringContaining('there is no language "nodee"\n       did you mean node?') })
  })

  test('a language of a pack works as one of the tool does', () => {
    const folder = project({ 'app.psgi': "sub { [200, [], ['ok']] }\n" }, '')
    expect(run(folder, ['--yes'])).toMatchObject({ code: 2 })
    const done = run(folder, ['--yes', '--preset', PACK, ...COST, '--name', 'greeter'])
    expect(done).toMatchObject({ code: 0, err: expect.stringContaining('greeter: Perl 5.40') })
    expect(tree(folder).Dockerfile).toContain('ENTRYPOINT ["/usr/bin/starman"]\nCMD ["--host", "0.0.0.0", "--port", "5000", "--workers", "2", "app.psgi"]')
  })
})

describe('packs that mean harm', () => {
  const yes = (pack: string, folder = project()) => ({ folder, done: run(folder, ['--yes', '--preset', pack]) })
  const artifact = (path: string): string => `artifacts:\n  - { id: x, path: ${JSON.stringify(path)}, template: t.hbs, why: w }\n`

  test.each(['../evil', '/tmp/evil', '.git/hooks/pre-commit', 'a/../../evil', 'C:/evil', 'hardened.lock', 'Hardened.yaml', 'dockerfile', 'node_modules/x', '{{title}}'])('a file at %j is refused', (path) => {
    const { folder, done } = yes(packOf(artifact(path), { 't.hbs': 'x\n' }))
    expect(done).toMatchObject({ code: 6, err: expect.stringContaining('pack.yaml:') })
    expect(existsSync(join(folder, '../evil'))).toBe(false)
    expect(existsSync(join(folder, 'Dockerfile'))).toBe(false)
  })

  test('a name of the project cannot make a path', () => {
    const folder = project({ 'package.json': '{"name":"../../evil","version":"1.0.0","scripts":{"start":"node server.js"}}' })
    const done = run(folder, ['--yes', '--preset', packOf(artifact('x-{{name}}.txt'), { 't.hbs': 'x\n' })])
    expect(done.code).toBe(0)
    expect(Object.keys(tree(folder)).filter((p) => p.endsWith('.txt'))).toEqual(['x-evil.txt'])
  })

  test('nothing is written through a link that leads out', () => {
    const outside = folderOf({})
    const folder = project()
    symlinkSync(outside, join(folder, 'out'))
    const done = run(folder, ['--yes', '--preset', packOf(artifact('out/x'), { 't.hbs': 'x\n' })])
    expect(done.code).toBe(3)
    expect(tree(outside)).toEqual({})
  })

  test('files outside, the environment and other secrets are out of reach for templates', () => {
    for (const text of ['{{env.HOME}}', '{{process}}', '{{require "fs"}}', '{{this.constructor}}', '{{#each (lookup this "plan")}}x{{/each}}']) expect(yes(packOf(artifact('x'), { 't.hbs': `${text}\n` })).done.code).toBe(6)
    const linked = packOf(artifact('x'))
    symlinkSync('/etc/passwd', join(linked, 't.hbs'))
    const { done } = yes(linked)
    expect(done).toMatchObject({ code: 6, err: expect.stringContaining('is a link') })
    expect(done.err + done.out).not.toContain('root:')
    expect(yes(packOf('partials: { dockerfile/labels: ../../../../etc/passwd }\n')).done.code).toBe(6)
  })

  test('answers with line ends or braces reach no file as anything but text', () => {
    const pack = packOf(`prompts:\n  - { key: team.x, message: m }\n${artifact('x.yaml')}`, { 't.hbs': 'a: {{yaml settings.team.x}}\n' })
    const folder = project()
    expect(run(folder, ['--yes', '--preset', pack, '--set', 'team.x=a\nb: c']).code).toBe(2)
    expect(run(folder, ['--yes', '--preset', pack, '--set', 'team.x={{name}} "q" # ${X}']).code).toBe(0)
    expect(parse(tree(folder)['x.yaml']!)).toEqual({ a: '{{name}} "q" # ${X}' })
  })

  test('a template that never ends, ends; one that is wrong says where', () => {
    const names = Array.from({ length: 300 }, (_, i) => `V${i}`)
    const folder = project({ 'server.js': names.map((n) => `process.env.${n}_TOKEN`).join('\n') + '\nrequire("http").createServer().listen(3000)\n' })
    const loop = '{{#each runtime.secrets}}{{#each @root.runtime.secrets}}{{#each @root.runtime.secrets}}x{{/each}}{{/each}}{{/each}}'
    expect(run(folder, ['--yes', '--preset', packOf(artifact('x'), { 't.hbs': `${loop}\n` })])).toMatchObject({ code: 6, err: expect.stringContaining('too many steps') })
    expect(yes(packOf(artifact('x'), { 't.hbs': 'a\nb {{nope}}\n' })).done.err).toMatch(/t\.hbs:2:5: the template names "nope"/)
  })

  test('a file that would be the folder of others, or lie in one of them, and a control that cannot be laid: exit 6 with the place', () => {
    const control = (value: string, more = ''): string => `controls: [{ id: c, title: t, why: w, sources: [s], expects: [{ artifact: deployment, at: spec.template.spec.priorityClassName, value: ${value}${more} }] }]\n`
    const files = { 't.hbs': 'a: [\n' }
    for (const [rest, message] of [
      ['artifacts: [{ id: x, path: k8s, template: t.hbs, why: w }]\n', 'x would be the file k8s, and'],
      ['artifacts: [{ id: x, path: Dockerfile/x, template: t.hbs, why: w }]\n', 'dockerfile would be the file dockerfile, and x lies in a folder'],
      [control('"{{nope}}"'), 'pack.yaml:4:12: the control c cannot be laid on deployment: {{nope}}: there is no such value'],
      [control('"{{constructor}}"'), 'there is no such value'],
      [control('"{{nope name}}"'), 'there is no such helper'],
      [control('x', ', when: nope'), 'nope: there is no such condition'],
      [control('"a\\nb: c"'), 'cannot be laid on deployment'],
      [`artifacts: [{ id: x, path: x.yaml, template: t.hbs, why: w }]\n${control('x').replace('artifact: deployment', 'artifact: x')}`, 't.hbs: what this prints is not valid YAML'],
    ] as const) {
      const { folder, done } = yes(packOf(rest, files))
      expect(done).toMatchObject({ code: 6, err: expect.stringContaining(message) })
      expect(existsSync(join(folder, 'Dockerfile'))).toBe(false)
    }
  })

  test('a weaker control needs a waiver, which is told', () => {
    const insecure = readFileSync(join(root, 'templates/node/Dockerfile.hbs'), 'utf8').replace('{{> runtime}}', 'USER 0:0\nENTRYPOINT {{json runtime.entrypoint}}')
    const { done } = yes(packOf('templates: { node/dockerfile: d.hbs }\n', { 'd.hbs': insecure }))
    expect(done.code).toBe(5)
    expect(done.err).toMatch(/Dockerfile:\d+: image-user/)
    const waived = yes(packOf('waive: [{ control: healthcheck, reason: nobody asks, until: 2030-01-01 }]\n')).done
    expect(waived).toMatchObject({ code: 0, err: expect.stringContaining('team waives healthcheck until 2030-01-01: nobody asks') })
  })

  test('a managed policy holds whatever a project says', () => {
    const policy = join(folderOf({ 'policy.yaml': `packs: [${JSON.stringify(packOf('enforce: [{ key: port, value: 8081, reason: ops }]\n'))}]\n` }), 'policy.yaml')
    const folder = project()
    expect(run(folder, ['--yes', '--port', '9000'], { env: { CHC_POLICY: policy } })).toMatchObject({ code: 5, err: expect.stringContaining('port 9000 is not allowed') })
    expect(run(folder, ['--yes'], { env: { CHC_POLICY: policy } }).code).toBe(0)
    expect(tree(folder).Dockerfile).toContain('EXPOSE 8081')
    expect(run(folder, ['--yes'], { env: { CHC_POLICY: join(folderOf({ 'p.yaml': 'pakcs: []\n' }), 'p.yaml') } })).toMatchObject({ code: 6, err: expect.stringContaining('did you mean packs') })
  })
})

describe('authors', () => {
  test('init, check, test, publish; an existing folder is left alone', () => {
    const folder = project({}, '')
    expect(run(folder, ['pack', 'init', 'acme-web']).code).toBe(0)
    const files = Object.keys(tree(join(folder, 'acme-web')))
    expect(files).toEqual(expect.arrayContaining(['pack.yaml', 'README.md', 'partials/labels.hbs', 'tests/web/expected/Dockerfile', '.github/workflows/pack.yml']))
    expect(run(folder, ['pack', 'init', 'acme-web'])).toMatchObject({ code: 3 })
    expect(run(folder, ['pack', 'init', 'Acme Web'])).toMatchObject({ code: 2, err: expect.stringContaining('cannot name a pack') })
    expect(run(folder, ['pack', 'check', 'acme-web'])).toMatchObject({ code: 0, err: '' })
    expect(run(folder, ['pack', 'test', 'acme-web'])).toMatchObject({ code: 0, out: expect.stringMatching(/\n\d+ passed, 0 failed\n$/) })
    edit(join(folder, 'acme-web/partials/labels.hbs'), 'vendor=', 'authors=')
    const failed = run(folder, ['pack', 'test', 'acme-web'])
    expect(failed.code).toBe(1)
    expect(failed.out).toMatch(/failed case web[\s\S]*\+LABEL org\.opencontainers\.image\.authors=/)
    expect(run(folder, ['pack', 'test', 'acme-web', '--update']).code).toBe(0)
    expect(run(folder, ['pack', 'test', 'acme-web']).code).toBe(0)
    expect(run(folder, ['pack', 'publish', 'acme-web', 'web.tgz'])).toMatchObject({ code: 0, out: expect.stringMatching(/sha256-[0-9a-f]{64}/) })
    expect(run(folder, ['pack', 'publish', 'acme-web', 'web.tgz'])).toMatchObject({ code: 3 })
    expect(run(project(), ['--yes', '--preset', join(folder, 'web.tgz')]).code).toBe(0)
    expect(run(folder, ['pack', 'docs', 'acme-web']).out).toContain('| `control.read-only-root` | on | a break-in must not change the program |')
    expect(run(folder, ['pack', 'chekc'])).toMatchObject({ code: 2, err: expect.stringContaining('did you mean check') })
  })

  test('check names every fault with its place, and what could be better', () => {
    const pack = packOf('partials: { dockerfile/labels: missing.hbs }\ntemplates: { nothing: a.hbs, deployment: a.hbs }\nartifacts:\n  - { id: x, path: ../x, template: a.hbs, why: w }\nlanguages: [lang]\n', { 'a.hbs': '{{#with x}}{{/with}}', 'unused.txt': 'x', 'lang/language.yaml': 'id: lang\n' })
    const done = run(project({}, ''), ['pack', 'check', pack])
    expect(done.code).toBe(6)
    for (const part of [/pack\.yaml:\d+:\d+: partials of team names missing\.hbs/, /templates replaces "nothing"/, /a\.hbs:1:\d+: \{\{#with\}\} cannot be used/, /"\.\.\/x" leads out/, /languages of team names lang\/Dockerfile\.hbs/, /unused\.txt: is used by nothing/, /replaces deployment whole/, /a\.hbs: has no line end/]) expect(done.err).toMatch(part)
    expect(JSON.parse(run(project({}, ''), ['pack', 'check', pack, '--json']).out)).toMatchObject({ ok: false, exitCode: 6 })
  })

  test('check tells a template that is nearly the built-in one from one of its own, with the lines that differ', () => {
    const source = readFileSync(join(root, 'templates/workload/service.hbs'), 'utf8').replace(/^---\n[\s\S]*?\n---\n/, '')
    const check = (text: string): string => run(project({}, ''), ['pack', 'check', packOf('templates: { service: service.hbs }\n', { 'service.hbs': text })]).err
    const lines = source.split('\n')
    expect(check(source)).toMatch(/service\.hbs: holds no line that the tool's own service has not\n.*put those into a control/)
    expect(check(lines.with(1, 'kind: Service # ours').join('\n'))).toContain("is nearly the tool's own service: only line 2 differs")
    expect(check([...lines.slice(0, 3).map((l) => `${l} # ours`), ...lines.slice(3)].join('\n'))).toContain('only lines 1 to 3 differ')
    expect(check(lines.map((l, i) => (i % 2 ? `${l} # ours` : l)).join('\n'))).toMatch(/replaces service whole/)
    // a Dockerfile has places for a team's own lines
    const dockerfile = readFileSync(join(root, 'templates/go/Dockerfile.hbs'), 'utf8')
    expect(run(project({}, ''), ['pack', 'check', packOf('templates: { go/dockerfile: d.hbs }\n', { 'd.hbs': dockerfile })]).err).toMatch(/put those into a partial \(dockerfile\/base/)
  })

  test("the example's own cases hold, and the laws for every language and preset", () => {
    const done = run(root, ['pack', 'test', PACK])
    expect(done.err).toBe('')
    expect(done.code).toBe(0)
  })
})

describe('packs that were typed', () => {
  test('as a path by the environment, from another folder: kept as seen from the app, and replayed', () => {
    const folder = withPack()
    const above = join(folder, '..')
    const name = folder.slice(above.length + 1)
    expect(run(above, [name, '--yes', ...COST], { env: { CHC_PRESET: `./${name}/acme` } }).code).toBe(0)
    expect(parse(readFileSync(join(folder, 'hardened.yaml'), 'utf8'))).toMatchObject({ preset: ['./acme'] })
    expect(run(folder, ['update', '--check'])).toMatchObject({ code: 0 })
  })
  test('a waiver that has ended fails the check and names the pack, not hardened.yaml', () => {
    const folder = project()
    expect(run(folder, ['--yes', '--preset', packOf('waive: [{ control: healthcheck, reason: old, until: 2020-01-01 }]\n')]).code).toBe(0)
    const check = run(folder, ['update', '--check'])
    expect(check).toMatchObject({ code: 5, err: expect.stringContaining('pack: the exception for healthcheck ended on 2020-01-01') })
    expect(check.err).not.toContain('hardened.yaml')
  })
})

describe('what a pack adds to a language', () => {
  test('a framework of its own, and other base images', () => {
    const pack = packOf('frameworks:\n  node:\n    - { id: acmekit, title: AcmeKit, dependencies: ["@acme/kit"], port: 7070, portVariable: ACME_PORT, health: /acme/live, serves: true }\nbases:\n  node:\n    debian: { build: "registry.acme.example/node:{version}-build", runtime: "registry.acme.example/node:{version}", uid: 20007 }\ndefaults: { base: debian }\n')
    const folder = project({ 'package.json': '{"name":"kit","version":"1.0.0","scripts":{"start":"node main.js"},"dependencies":{"@acme/kit":"1.0.0"}}', 'main.js': "require('@acme/kit').serve()\n" }, '')
    const done = run(folder, ['--yes', '--preset', pack])
    expect(done).toMatchObject({ code: 0, err: expect.stringContaining('AcmeKit') })
    const files = tree(folder)
    for (const part of ['FROM registry.acme.example/node:24-build AS base', 'FROM registry.acme.example/node:24 AS runtime', 'USER 20007:20007', 'ACME_PORT=7070', 'EXPOSE 7070']) expect(files.Dockerfile).toContain(part)
    expect(files['k8s/deployment.yaml']).toContain('path: "/acme/live"')
  })
  test('a size, and a file that is written only where its conditions hold', () => {
    const manifest = 'tiers:\n  large: { cpu: "1", cpuLimit: "2", memory: 2Gi }\nprompts:\n  - { key: team.extra, message: m, type: boolean, default: "false" }\nartifacts:\n  - { id: extra, path: extra.txt, template: t.hbs, why: w, when: { language: [node], serves: true, set: { team.extra: "true" } } }\n'
    const folder = project()
    const pack = packOf(manifest, { 't.hbs': '{{name}}\n' })
    expect(run(folder, ['--yes', '--preset', pack, '--set', 'resources.tier=large']).code).toBe(0)
    expect(tree(folder)['extra.txt']).toBeUndefined()
    expect(tree(folder)['k8s/deployment.yaml']).toMatch(/cpu: "1"[\s\S]*memory: "2Gi"[\s\S]*cpu: "2"/)
    expect(run(folder, ['update', '--set', 'team.extra=true']).code).toBe(0)
    expect(tree(folder)['extra.txt']).toBe('orders-api\n')
    expect(run(folder, ['update', '--set', 'resources.tier=huge'])).toMatchObject({ code: 2, err: expect.stringContaining('large (1 CPU, 2Gi)') })
  })
})
