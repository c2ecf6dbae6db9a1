import { describe, expect, test } from 'vitest'
import { project, run, tree } from './cli-run.ts'

const BOMB = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'.replace(/./g, (c) => `${c}: &${c} [${Array(9).fill(`*${String.fromCharCode(c.charCodeAt(0) - 1)}`).join(',')}]\n`)}services: *i\n`

describe('a hardened.yaml that cannot be used is told with its place, and nothing is written', () => {
  test.each([
    ['an unknown key', 'portt: 3\n', 2, /hardened\.yaml:1:1: there is no answer "portt"\n.*did you mean port\?/],
    ['a list where one value belongs', 'name: [x]\n', 2, /hardened\.yaml:1:7: name has another form/],
    ['the folder of an app', 'app: api\n', 2, /hardened\.yaml:1:1: app is no answer/],
    ['an exception until no day', 'control:\n  seccomp: { off: x, until: tomorrow }\n', 2, /hardened\.yaml:2:29: control: seccomp: "tomorrow" is no day/],
    ['an exception until a day that no month has', 'control:\n  seccomp: { off: x, until: 2027-02-31 }\n', 2, /hardened\.yaml:2:3: .*there is no day 2027-02-31/],
    ['what only the plan can tell', '# ours\nname: shop\nlanguageVersion: "99"\nport: 80\n', 2, /hardened\.yaml:3: Node\.js 99 is not known[^]*hardened\.yaml:4: port 80 needs rights/],
    ['what only detection can tell', 'language: pyhton\n', 2, /hardened\.yaml:1: there is no language "pyhton"\n.*did you mean python\?/],
    ['a key twice', 'port: 3000\nport: 4000\n', 2, /hardened\.yaml:2:1: .*unique/],
    ['a tab', 'port: 3000\n\tname: x\n', 2, /hardened\.yaml:2:1: .*[Tt]ab/],
    ['aliases that multiply', BOMB, 2, /there is no answer "a"[^]*services has another form/],
    ['ten megabytes', `name: x\n${'# a line that says nothing at all\n'.repeat(300_000)}`, 2, /larger than 1 MB/],
    ['markers of a merge', '<<<<<<< ours\nport: 1\n=======\nport: 2\n>>>>>>> theirs\n', 3, /hardened\.yaml:1: holds markers/],
    ['a token', 'start: node server.js --token=ghp_abcdefghijklmnopqrstuvwxyz0123\n', 2, /hardened\.yaml:1:8: start holds what looks like a secret[^]*secret\.yaml\.example/],
    ['an address with a password', 'image: https://me:hunter2@ghcr.io/acme/shop\n', 2, /looks like a secret/],
  ])('%s', (_, text, code, message) => {
    const folder = project({ 'hardened.yaml': text })
    const before = tree(folder)
    const done = run(folder, ['--yes'])
    expect(done.err).toMatch(message)
    expect(done.code).toBe(code)
    expect(done.err).not.toContain('hunter2')
    expect(tree(folder)).toEqual(before)
  })
  test.each([
    [['--name', 'Bad_Name!'], /^error: --name: "Bad_Name!" cannot name Kubernetes objects\n.*\n$/],
    [['--set', 'network.egress=10.0.0.0/8,10.0.0.0/99'], /--set network\.egress: "10\.0\.0\.0\/99" is no address range/],
    [['--kubernetes-version', '1.29'], /--kubernetes-version: Kubernetes 1\.29 does not know/],
  ])('%j is one problem', (flags, message) => {
    const done = run(project(), ['--yes', ...flags])
    expect(done.err).toMatch(message)
    expect(done.code).toBe(2)
  })
  test.each<[string[], string, RegExp[]]>([
    [['--port', '70000', '--base', 'slackware'], '', [/--base has no choice "slackware"/, /--port: 70000 is no port/]],
    [['--preset', 'nope', '--name', 'A b', '--port', 'abc', '--set', 'foo=1', '--control', 'seccomp=off'], '', [/no preset "nope"/, /"A b" cannot name/, /--port "abc" is no whole number/, /no setting "foo"/, /seccomp=off says no reason/]],
    [['--language', 'klingon', '--services', 'none,redis', '--image', 'A:latest'], '', [/no language "klingon"/, /none and others contradict/, /"A:latest" is no image/]],
    [['--cpu-limit', 'much'], 'base: slackware\nfoo: 3\nport: 70000\n', [/hardened\.yaml:1:7: base has no choice/, /hardened\.yaml:2:1: there is no answer "foo"/, /hardened\.yaml:3: 70000 is no port/, /--cpu-limit: "much" is no amount/]],
    [['--prot', '3', '--port', '80', '--base', 'slackware', '--name'], '', [/unknown flag --prot/, /--name needs a value/, /--base has no choice "slackware"/, /--port: port 80 needs rights/]],
    [['--start', 'a | b', '--port', '80'], '', [/--start needs a shell/, /--port: port 80 needs rights/]],
  ])('%j and "%s" are told together, each once', (flags, text, messages) => {
    const folder = project(text ? { 'hardened.yaml': text } : {})
    const before = tree(folder)
    const done = run(folder, ['--yes', ...flags])
    for (const message of messages) expect(done.err).toMatch(message)
    expect(done.err.match(/^error: /gm)).toHaveLength(messages.length)
    expect(done.code).toBe(2)
    expect(tree(folder)).toEqual(before)
  })
  test('a folder that is not there hides no other problem', () => expect(run(project(), ['nowhere', '--port', 'x', '--set', 'a=b']).err).toMatch(/^error: --port "x" is no whole number[^]*nowhere: there is no such folder/))
  test('what a variable says is told by its name', () => expect(run(project(), ['--yes'], { env: { CHC_PORT: '80' } }).err).toMatch(/^error: CHC_PORT: port 80 needs rights/))
  test('the same of a flag', () => expect(run(project(), ['--yes', '--start', 'node server.js sk_live_1234567890']).err).toMatch(/--start holds what looks like a secret/))
})
