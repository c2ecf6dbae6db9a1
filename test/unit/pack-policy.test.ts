import { describe, expect, test } from 'vitest'
import { resolveChain } from '../../src/pack/chain.ts'
import { allows, combine } from '../../src/pack/combine.ts'
import { readManifest, type Rule } from '../../src/pack/manifest.ts'
import { mirrored, mirroredDockerfile } from '../../src/pack/mirror.ts'
import { patternProblem } from '../../src/pack/pattern.ts'
import { enforced, violationsOfAnswers } from '../../src/pack/rules.ts'
import { SETTINGS } from '../../src/policy/convert.ts'
import { MANIFEST, opener, refused, treeFrom } from './packs.ts'

const named = (name: string, rest = '', version = '1.0.0'): string => `apiVersion: hardened-container/v1\nname: ${name}\nversion: ${version}\n${rest}`
const policy = async (packs: Record<string, string>, ...specs: string[]) => combine(await resolveChain(specs.length > 0 ? specs : Object.keys(packs).slice(-1), opener(packs), '0.1.0'))
const manifest = (text: string) => readManifest(treeFrom({ 'pack.yaml': MANIFEST + text }), 'p')

describe('manifests', () => {
  test.each<[string, string, string]>([
    ['an unknown key', 'enforces: []\n', 'p/pack.yaml|4|the file has no key "enforces"'],
    ['a wrong type', 'enforce: yes\n', '4|enforce is no list'],
    ['a rule without a reason', 'enforce:\n  - { key: port, value: 8080 }\n', '5|enforce[0] has no reason'],
    ['a rule of two kinds', 'enforce:\n  - { key: port, value: 8080, oneOf: ["1"], reason: r }\n', 'enforce[0] needs one of'],
    ['a rule that says nothing', 'forbid:\n  - { reason: r }\n', 'forbid[0] needs one of key, artifact'],
    ['an expression that takes for ever', 'enforce:\n  - { key: name, pattern: "(a+)+$", reason: r }\n', 'repeats a group that repeats'],
    ['a prompt with such an expression', 'prompts:\n  - { key: acme.x, message: m, pattern: "(a|a)*b" }\n', 'repeats a group that repeats or chooses'],
    ['a prompt without choices', 'prompts:\n  - { key: acme.x, message: m, type: choice }\n', 'has no choices'],
    ['a default that does not match', 'prompts:\n  - { key: acme.x, message: m, pattern: "[0-9]+", default: a }\n', 'does not match its own pattern'],
    ['anchors', 'description: &a x\ntests: *a\n', 'anchors and aliases|has no key'],
    ['an unknown tag', 'description: !!js/function "x"\n', 'not valid YAML'],
    ['a key twice', 'description: a\ndescription: b\n', 'not valid YAML'],
    ['keys of prototypes', 'defaults:\n  __proto__: { port: 1 }\n', 'has no key "__proto__"'],
    ['keys of prototypes, deeper', 'bases:\n  node:\n    constructor: { build: x }\n', 'has no key "constructor"'],
    ['a reserved control character', 'description: "a\\u0007b"\n', 'control character'],
    ['a tab', 'extends:\n\t- a\n', 'not valid YAML'],
    ['an unknown slot', 'partials: { dockerfile/nowhere: a.hbs }\n', 'has no key "dockerfile/nowhere"'],
    ['an absolute file', 'partials: { dockerfile/labels: /etc/passwd }\n', 'partials.dockerfile/labels'],
  ])('%s', async (_, text, message) => {
    const { exitCode, text: said } = await refused(() => manifest(text))
    expect(exitCode).toBe(6)
    expect(said).toMatch(new RegExp(message.replace(/[[\](){}*+?.^$]/g, '\\$&')))
    expect(said).toContain('p/pack.yaml')
  })

  test('all problems at once, with line and column; a bomb of brackets or aliases costs nothing', async () => {
    const { problems } = await refused(() => readManifest(treeFrom({ 'pack.yaml': 'apiVersion: v9\nname: A B\nfoo: 1\n' }), 'p'))
    expect(problems.map((p) => [p.line, p.column])).toEqual(expect.arrayContaining([[1, 13], [2, 7], [3, 1]]))
    expect(problems.some((p) => p.message.includes('has no version'))).toBe(true)
    expect((await refused(() => manifest(`description: ${'['.repeat(20_000)}\n`))).exitCode).toBe(6)
    expect((await refused(() => manifest(`description: ${'x'.repeat(300_000)}\n`))).text).toContain('256 KB')
    const bomb = `a: &a [${'x,'.repeat(20)}]\n${'bcdefgh'.split('').map((k, i) => `${k}: &${k} [${`*${'abcdefg'[i]},`.repeat(20)}]`).join('\n')}\n`
    expect((await refused(() => manifest(bomb))).exitCode).toBe(6)
    expect((await refused(() => readManifest(treeFrom({ x: '1' }), 'p'))).text).toContain('no pack.yaml')
    expect(({} as Record<string, unknown>).port).toBeUndefined()
  })

  test('defaults are answers: dotted keys are settings, numbers stay as they are written, null takes back', () => {
    const read = manifest('defaults:\n  port: 8080\n  kubernetesVersion: 1.30\n  resources.memory: 512Mi\n  label.team: pay\n  start: node server.js\n  services: [postgres]\n  base: null\n')
    expect(read.defaults(SETTINGS)).toMatchObject({ answers: { port: 8080, kubernetesVersion: '1.30', start: ['node', 'server.js'], services: ['postgres'], set: { 'resources.memory': '512Mi', 'label.team': 'pay' } }, gone: ['base'], at: { port: { file: 'p/pack.yaml', line: 5 } } })
  })
  test('defaults that are none are refused with their line', async () => {
    expect((await refused(() => manifest('defaults:\n  prot: 1\n  port: abc\n').defaults(SETTINGS))).text).toMatch(/5\|there is no answer "prot"[\s\S]*6\|port "abc"/)
    expect((await refused(() => manifest('defaults:\n  image: ghp_abcdefghijklmnopqrstuvwxyz0123456789\n').defaults(SETTINGS))).text).toContain('looks like a secret')
  })
})

describe('chains', () => {
  test('depth first, left to right, then the pack itself; each once', async () => {
    const packs = await resolveChain(['top'], opener({ base: named('base'), a: named('a', 'extends: [base]\n'), b: named('b', 'extends: [base]\n'), top: named('top', 'extends: [a, b]\n') }), '0.1.0')
    expect(packs.map((p) => p.name)).toEqual(['base', 'a', 'b', 'top'])
  })
  test('circles, depth, two versions of one, and the tool that it needs are told with the path', async () => {
    const at = (packs: Record<string, string>, spec: string) => refused(() => resolveChain([spec], opener(packs), '0.1.0'))
    expect((await at({ a: named('a', 'extends: [b]\n'), b: named('b', 'extends: [a]\n') }, 'a')).text).toContain('b/pack.yaml|4|packs build on each other in a circle: a -> b -> a')
    const deep = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`p${i}`, named(`p${i}`, `extends: [p${i + 1}]\n`)]))
    expect((await at({ ...deep, p10: named('p10') }, 'p0')).text).toContain('more than 8 deep')
    expect((await at({ one: named('x'), two: named('x', '', '2.0.0'), top: named('top', 'extends: [one, two]\n') }, 'top')).text).toContain('x comes twice and differs: 1.0.0 from one, 2.0.0 from two')
    expect((await at({ a: named('a', 'requires: { tool: ">=9" }\n') }, 'a')).text).toContain('needs create-hardened-container >=9, and this is 0.1.0')
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`m${i}`, named(`m${i}`)]))
    expect((await at({ ...many, top: named('top', `extends: [${Object.keys(many).join(', ')}]\n`) }, 'top')).text).toContain('more than 32 packs')
  })
})

describe('rules', () => {
  test('defaults: later packs win, maps are merged, null takes back', async () => {
    const { answers } = await policy({ a: named('a', 'defaults: { port: 1111, base: debian, resources.memory: 1Gi, label.x: a }\n'), b: named('b', 'extends: [a]\ndefaults: { port: 2222, base: null, label.y: b }\n') })
    expect(answers).toEqual({ port: 2222, set: { 'resources.memory': '1Gi', 'label.x': 'a', 'label.y': 'b' } })
  })
  test('what is enforced accumulates; two that disagree name both packs and lines', async () => {
    const { rules } = await policy({ a: named('a', 'enforce: [{ key: runtime.uid, min: 20000, reason: r }]\n'), b: named('b', 'extends: [a]\nenforce: [{ key: runtime.uid, max: 30000, reason: r }]\n') })
    expect(rules).toHaveLength(2)
    const clash = (x: string, y: string) => refused(() => policy({ a: named('a', `${x}\n`), b: named('b', `extends: [a]\n${y}\n`) }))
    const said = await clash('enforce: [{ key: port, value: 8080, reason: r }]', 'enforce: [{ key: port, value: 9090, reason: r }]')
    expect(said.exitCode).toBe(6)
    expect(said.text).toContain('a (a/pack.yaml:4) and b (b/pack.yaml:5) contradict each other on port: 8080, against 9090')
    for (const [x, y] of [
      ['enforce: [{ key: base, oneOf: [debian, alpine], reason: r }]', 'enforce: [{ key: base, oneOf: [distroless], reason: r }]'],
      ['enforce: [{ key: base, oneOf: [debian], reason: r }]', 'forbid: [{ key: base, values: [debian], reason: r }]'],
      ['enforce: [{ key: runtime.uid, min: 30000, reason: r }]', 'enforce: [{ key: runtime.uid, max: 20000, reason: r }]'],
      ['enforce: [{ key: name, pattern: "a[a-z]*", reason: r }]', 'enforce: [{ key: name, value: bob, reason: r }]'],
    ] as const) expect((await clash(x, y)).text).toContain('contradict each other')
  })
  test('what a pack brings cannot take the name of what the tool has, nor reach what every object has', async () => {
    const of = (rest: string) => refused(() => policy({ a: named('a', rest) }))
    expect((await of('prompts: [{ key: runtime.uid, message: m }]\n')).text).toContain('prompt runtime.uid, which the tool itself has already')
    expect((await of('artifacts: [{ id: deployment, path: x, template: pack.yaml, why: w }]\n')).text).toContain('artifact deployment, which the tool itself has already')
    expect((await of('prompts: [{ key: label.team, message: m }]\n')).text).toContain('is a label')
    expect((await of('prompts: [{ key: acme.x, message: m }, { key: acme.x.y, message: m }]\n')).text).toContain('would be a value and hold acme.x.y')
    for (const key of ['constructor.prototype.polluted', 'acme.constructor', 'acme.prototype.x']) expect((await of(`prompts: [{ key: ${key}, message: m, default: yes }]\n`)).text).toContain('names a part of every object')
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
  test("names that do not exist, and a default that the pack's own rule forbids", async () => {
    const said = await refused(() => policy({ a: named('a', 'enforce: [{ key: prot, value: 1, reason: r }]\nwaive: [{ control: read-only-rot, reason: r }]\ndefaults: { base: alpine }\nforbid: [{ key: base, values: [alpine], reason: r }]\n') }))
    expect(said.problems.map((p) => p.near?.given)).toEqual(expect.arrayContaining(['prot', 'read-only-rot']))
    expect(said.text).toContain("own default for base, alpine")
  })

  const rule = (over: Partial<Rule>): Rule => ({ kind: 'enforce', key: 'port', reason: 'because', docs: 'https://x.example', pack: 'acme', at: { file: 'p/pack.yaml', line: 7 }, ...over })
  test.each<[Partial<Rule>, string, boolean]>([
    [{ value: '8080' }, '8080', true],
    [{ value: '8080' }, '3000', false],
    [{ min: 1000, max: 2000 }, '1500', true],
    [{ min: 1000 }, '999', false],
    [{ min: 1000 }, 'abc', false],
    [{ key: 'resources.memory', max: 512 }, '1Gi', false],
    [{ key: 'resources.memory', max: 512 }, '512Mi', true],
    [{ key: 'resources.cpu', max: 1 }, '1500m', false],
    [{ key: 'services', oneOf: ['postgres', 'redis'] }, 'postgres,redis', true],
    [{ key: 'services', oneOf: ['postgres'] }, 'postgres,kafka', false],
    [{ kind: 'forbid', key: 'services', values: ['kafka'] }, 'postgres,kafka', false],
    [{ kind: 'forbid', key: 'healthPath' }, '/x', false],
    [{ pattern: 'a+' }, 'aaab', false],
    [{ pattern: 'a+' }, 'a'.repeat(300), false],
  ])('%j with %s: %s', (over, value, good) => expect(allows(rule(over), value)).toBe(good))

  test('every answer that a rule does not allow is named, with who gave it, the reason and the line', () => {
    const found = violationsOfAnswers([rule({ value: '8080' }), rule({ key: 'control.seccomp', value: 'on' }), rule({ kind: 'forbid', artifact: 'ingress' })], [
      { origin: 'hardened.yaml', answers: { port: 3000, with: ['ingress'] } },
      { origin: 'flag', answers: { port: 4000, control: { seccomp: { on: false, reason: 'x' } } } },
    ])
    expect(found.map((p) => [p.where, p.message])).toEqual([
      ['hardened.yaml', 'port 3000 is not allowed; it has to be 8080'],
      ['--port', 'port 4000 is not allowed; it has to be 8080'],
      ['--set control.seccomp', 'control.seccomp off is not allowed; it has to be on'],
      ['hardened.yaml', 'the artifact ingress is not allowed'],
    ])
    expect(found[0]!.hint).toBe('because (https://x.example); acme says so at p/pack.yaml:7')
  })
  test('what leaves no choice is set', () => {
    expect(enforced([rule({ value: '8080' }), rule({ key: 'base', oneOf: ['debian'] }), rule({ key: 'resources.memory', value: '1Gi' }), rule({ key: 'control.seccomp', value: 'on' }), rule({ key: 'services', value: 'none' }), rule({ min: 1 })])).toEqual({ port: 8080, base: 'debian', set: { 'resources.memory': '1Gi' }, control: { seccomp: { on: true } }, services: ['none'] })
  })
})

describe('expressions', () => {
  test.each(['[0-9]{6}', 'registry\\.acme/[a-z-]+(:[\\w.-]+)?', '(dev|prod)', '(?:a|b)c', '[a-z][a-z0-9-]{0,20}'])('%s is taken', (p) => expect(patternProblem(p)).toBeUndefined())
  test.each(['(a+)+', '(a*)*', '(a|aa)+', '((a)+)+', '(?=a)', '(a)\\1', '(?<x>a)', '[', 'a*b*c*d*', '(a{1,5}){2,}', 'x'.repeat(201)])('%s is refused', (p) => expect(patternProblem(p)).toBeDefined())
})

describe('mirrors', () => {
  const mirrors = { 'docker.io': 'm.example/hub', 'docker.io/library': 'm.example/official', 'gcr.io/distroless': 'm.example/dl' }
  test.each([
    ['node:24', 'm.example/official/node:24'],
    ['nginxinc/nginx:1', 'm.example/hub/nginxinc/nginx:1'],
    ['docker.io/library/node@sha256:abc', 'm.example/official/node@sha256:abc'],
    ['gcr.io/distroless/static:nonroot', 'm.example/dl/static:nonroot'],
    ['gcr.io/distrolessly/x', 'gcr.io/distrolessly/x'],
    ['registry.acme.example:5000/x', 'registry.acme.example:5000/x'],
    ['localhost/x', 'localhost/x'],
    ['scratch', 'scratch'],
  ])('%s comes from %s', (image, to) => expect(mirrored(image, mirrors)).toBe(to))
  test('every image of a Dockerfile, and no stage', () => {
    expect(mirroredDockerfile('# syntax=docker/dockerfile:1\nFROM --platform=$BUILDPLATFORM node:24 AS build\nRUN --mount=type=bind,from=alpine:3,target=/x true\nFROM build AS test\nFROM scratch\nCOPY --link --from=build /a /b\nCOPY --from=oven/bun:1 /c /d\n', mirrors)).toBe(
      '# syntax=m.example/hub/docker/dockerfile:1\nFROM --platform=$BUILDPLATFORM m.example/official/node:24 AS build\nRUN --mount=type=bind,from=m.example/official/alpine:3,target=/x true\nFROM build AS test\nFROM scratch\nCOPY --link --from=build /a /b\nCOPY --from=m.example/hub/oven/bun:1 /c /d\n',
    )
  })
})
