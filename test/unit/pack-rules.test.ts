import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { problemText } from '../../src/cli/report.ts'
import { resolveChain } from '../../src/pack/chain.ts'
import { combine } from '../../src/pack/combine.ts'
import { runOf as runWith } from '../../src/pack/load.ts'
import { ruleLines } from '../../src/pack/locked.ts'
import type { Policy } from '../../src/pack/policy.ts'
import { enforced } from '../../src/pack/rules.ts'
import type { PackRun } from '../../src/pack/run.ts'
import { fetchPack, parseSource } from '../../src/pack/source.ts'
import { MANIFEST, opener, refused } from './packs.ts'

type Files = Record<string, string>
const packsOf = (rest: string, files: Files = {}) => resolveChain(['p'], opener({ p: { 'pack.yaml': MANIFEST + rest, ...files } }), '0.1.0')
const policyOf = async (rest: string, files: Files = {}): Promise<Policy> => combine(await packsOf(rest, files))
const runOf = async (rest: string, files: Files = {}): Promise<PackRun> => runWith(await packsOf(rest, files))

describe('what nobody could follow, or what would stand in the files as it is, is refused with its line', () => {
  const enforce = (key: string, what: string): string => `enforce:\n  - { key: ${key}, ${what}, reason: r }\n`
  test.each<[string, string, string]>([
    ['a port that is none', enforce('port', 'value: abc'), '5|"abc" is no port'],
    ['a port that there cannot be', enforce('port', 'value: 99999'), '5|"99999" is no port'],
    ['a base that is none', enforce('base', 'oneOf: [debian, nonsense]'), '5|base has no choice "nonsense"'],
    ['a size that is none', enforce('resources.memory', 'value: lots'), '5|enforce resources.memory: "lots" does not do'],
    ['root', enforce('runtime.uid', 'value: "0"'), '5|enforce runtime.uid: "0" does not do'],
    ['a line more in a Dockerfile', enforce('label.team', 'value: "a\\nUSER root"'), '5|enforce has a line break'],
    ['less than the least', enforce('port', 'min: 9000, max: 8000'), 'no port is at least 9000 and at most 8000'],
    ['three that agree by twos', enforce('label.tier', 'oneOf: [a, b]') + '  - { key: label.tier, oneOf: [b, c], reason: r }\n  - { key: label.tier, oneOf: [a, c], reason: r }\n', '7|no value of label.tier is what all of these allow'],
    ['a control that is true, which would have been off', enforce('control.read-only-root', 'value: true'), '5|acme enforces that read-only-root is other than on'],
    ['a control that is off', enforce('control.read-only-root', 'value: "off"'), 'to switch it off is what waive is for'],
    ['a control that must not be on', 'forbid: [{ key: control.read-only-root, values: ["on"], reason: r }]\n', 'other than on'],
    ['a control that is off by default', 'defaults: { control: { read-only-root: { off: why } } }\n', '4|acme has read-only-root off by default, which only waive can say'],
    ['a port by default that is none', 'defaults: { port: 99999 }\n', '4|99999 is no port'],
    ['a waiver until a day that is none', 'waive: [{ control: spread, reason: r, until: 2027-02-31 }]\n', '4|there is no day 2027-02-31'],
    ['a size of nothing', 'tiers: { small: { cpu: lots, memory: 256Mi } }\n', 'tiers.small.cpu: "lots" does not do'],
    ['a limit with a line more', 'tiers: { small: { cpu: 100m, cpuLimit: "1\\nprivileged: true", memory: 256Mi } }\n', 'tiers.small.cpuLimit'],
    ['an image with a line more', 'bases: { node: { debian: { runtime: "x:1\\nUSER root" } } }\n', 'bases.node.debian.runtime'],
    ['an escape in a default', 'defaults: { base: "x\\e[2Jy" }\n', 'defaults.base holds a control character'],
    ['an escape in a key', 'defaults: { "por\\e[31mt": 3 }\n', 'defaults has a key with a control character: "por\\u001b[31mt"'],
    ['an escape of one byte in a value', enforce('label.team', 'value: "\\x9b2J"'), 'holds a control character'],
    ['a reason that is read backwards', enforce('port', 'value: 8080').replace('reason: r', 'reason: "a\\u202eb"'), 'holds a control character'],
  ])('%s', async (_, rest, message) => {
    const { exitCode, text } = await refused(() => policyOf(rest))
    expect(exitCode).toBe(6)
    expect(text).toContain(message)
  })

  test.each<[string, string, string]>([
    ['a base of a language', 'bases: { nodee: { debian: { runtime: "x:1" } } }\n', 'the language "nodee"'],
    ['a base', 'bases: { node: { debain: { runtime: "x:1" } } }\n', 'the base "debain"'],
    ['a framework of a language', 'frameworks: { nodee: [{ id: a, title: A }] }\n', 'the language "nodee"'],
    ['a condition', 'artifacts: [{ id: x, path: x, template: a, why: w, when: { language: [nodee], artifact: [nope], set: { acme.x: "1" } } }]\n', 'the language "nodee"|the artifact "nope"|the setting "acme.x"'],
    ['an artifact that is forbidden', 'forbid: [{ artifact: copose, reason: r }]\n', 'forbids the artifact "copose"'],
    ['the place of a control', 'controls: [{ id: c, title: t, why: w, sources: [s], expects: [{ artifact: dockerfile, at: USER, value: x }] }]\n', 'the YAML artifact "dockerfile"'],
  ])('a name that there is not, in %s: what is written for it would never hold', async (_, rest, messages) => {
    const { exitCode, text } = await refused(() => runOf(rest, { a: 'x\n' }))
    expect(exitCode).toBe(6)
    for (const message of messages.split('|')) expect(text).toContain(message)
  })
  test('a template that is no part of what is hashed: it could be changed below a lock', async () => {
    for (const rest of ['artifacts: [{ id: x, path: x, template: pack.integrity, why: w }]\n', 'partials: { dockerfile/labels: pack.integrity.sig }\n', 'templates: { deployment: pack.integrity.minisig }\n'])
      expect((await refused(() => policyOf(rest, { 'pack.integrity': 'x\n', 'pack.integrity.sig': 'x\n', 'pack.integrity.minisig': 'x\n' }))).text).toContain('is no part of what is signed')
  })
})

test('rules that leave one choice together set it', async () => {
  const { rules } = await policyOf('enforce:\n  - { key: label.tier, oneOf: [a, b], reason: r }\n  - { key: label.tier, oneOf: [b, c], reason: r }\n  - { key: port, oneOf: [8080, 9090], reason: r }\n  - { key: port, max: 9000, reason: r }\n')
  expect(enforced(rules)).toEqual({ set: { 'label.tier': 'b' }, port: 8080 })
})
test('least and most are written as sizes are', async () => {
  const { rules } = await policyOf('enforce: [{ key: resources.memory, min: 128Mi, max: 1Gi, reason: r }, { key: resources.cpu, max: 500m, reason: r }]\n')
  expect(rules.map((r) => [r.min, r.max])).toEqual([['128Mi', '1Gi'], [undefined, '500m']])
})
test('a text of a manifest is one line, so that nothing in it looks like a message of the tool', async () => {
  const { rules } = await policyOf('enforce:\n  - key: port\n    value: 8080\n    reason: |\n      ours\n      error: all is lost\n')
  expect(rules[0]!.reason).toBe('ours error: all is lost')
  expect(problemText({ message: 'a\x1b[2Jb\x9bc\u202ed', hint: '\x07' }, 'error')).toBe('error: a\ufffd[2Jb\ufffdc\ufffdd\n       \ufffd\n')
})
test('two versions of a pack that differ in any rule differ in its lines', async () => {
  const lines = async (rest: string): Promise<string> => ruleLines((await policyOf(rest, { a: 'x\n' })).packs[0]!).join('\n')
  const control = (value: string): string => `controls: [{ id: c, title: t, why: w, sources: [s], expects: [{ artifact: deployment, at: spec.x, value: ${value} }] }]\n`
  expect(await lines(control('low'))).not.toBe(await lines(control('high')))
  expect(await lines('frameworks: { node: [{ id: a, title: A, port: 1024 }] }\n')).not.toBe(await lines('frameworks: { node: [{ id: a, title: A, port: 1025 }] }\n'))
  const preset = (rest: string): string => `presets: [{ id: p, title: t, description: d, ${rest} }]\n`
  expect(await lines(preset('defaults: { port: 8080 }'))).not.toBe(await lines(preset('off: [{ id: spread, reason: r }]')))
  expect(await lines('artifacts: [{ id: x, path: x, template: a, why: w }]\n')).not.toBe(await lines('artifacts: [{ id: x, path: x, template: a, why: w, default: false }]\n'))
})
test.each(['https://h.example/p.tgz?pass=x', 'https://h.example/p.tgz?pwd=x', 'https://h.example/p.tgz?jwt=x', 'https://h.example/p.tgz?X-Access-Key=x'])('%s gives access and is refused', async (spec) => {
  expect((await refused(() => parseSource(`${spec}#sha256-${'0'.repeat(64)}`))).text).toContain('gives access by')
})

test.each(['//user:s3cret@h.example/x', './a@b/https://user:s3cret@h.example/x.tgz', 'git+https://h.example/p.git#https://u:s3cret@h.example'])('what looks like an access in %s is in no message', async (spec) => {
  const { text } = await refused(async () => fetchPack(parseSource(spec), { root: '/', base: '/', env: {}, offline: true }))
  expect(text).not.toContain('s3cret')
})

describe('a language of a pack', () => {
  const perl = join(import.meta.dirname, '../../examples/packs/acme-platform/languages/perl')
  const files = (language: string): Files => ({ 'l/language.yaml': language, ...Object.fromEntries(['Dockerfile.hbs', 'dockerignore.hbs'].map((f) => [`l/${f}`, readFileSync(join(perl, f), 'utf8')])) })
  const whole = readFileSync(join(perl, 'language.yaml'), 'utf8')
  const without = (key: string): string => whole.replace(new RegExp(`^${key}:.*\\n( .*\\n)*`, 'm'), '')
  const load = async (language: string) => (await runOf('languages: [l]\n', files(language))).languages
  test('is taken, and its versions stay as they are written', async () => {
    const { language } = await (await load(whole.replaceAll('"5.40"', '5.40'))).perl!.load()
    expect(language.versions.default).toBe('5.40')
    expect(language).toMatchObject({ port: 5000, handlesSigterm: true, bases: { debian: { uid: 20001, packages: 'apt', shell: true } } })
  })
  test.each<[string, string, string]>([
    ['is no map', '- 1\n', '1|the file has no keys and values'],
    ['has aliases', `a: &a [x]\nb: *a\n${whole}`, 'anchors and aliases'],
    ['is nested without end', `a: ${'['.repeat(200_000)}\n`, 'deep inside each other'],
    ['has a key that there is not', `${whole}scripts: [x]\n`, 'the file has no key "scripts"'],
    ...(['versions: 5', 'bases: x', 'bases: { debian: 5 }', 'bases: { debian: { build: [5] } }', 'bases: { nonsense: { build: a, runtime: b } }', 'port: abc', 'port: 80', 'title: { a: 1 }', 'id: ../x', 'id: __proto__', 'env: { A: "x\\nUSER root" }', 'managers: 5', 'frameworks: { a: 1 }', 'frameworks: [{ id: a, title: A, dependencies: 5 }]', 'frameworks: [{ id: a, title: A, cli: "(a+)+" }]', 'services: { postgres: 5 }', 'health: 5', 'develop: 5', 'resources: { server: { cpu: 5 } }', 'kind: nothing', 'patterns: 5', 'patterns: { port: x }', 'patterns: { port: ["(a+)+"] }', 'data: { start: [a], entries: 5 }', 'data: { start: [] }', 'data: { start: [a], name: { files: 5, pattern: x } }', 'preferred: [alpine]', 'handlesSigterm: maybe', 'markers: []', 'sources: []', 'versions: { default: "1", lines: [{ id: "2", eol: 2027-01-01 }] }'].map((line): [string, string, string] => [`says ${line}`, `${without(line.slice(0, line.indexOf(':')))}${line}\n`, 'p/l/language.yaml'])),
  ])('that %s is refused with its place', async (_, language, message) => {
    const { exitCode, text } = await refused(() => load(language))
    expect(exitCode).toBe(6)
    expect(text).toContain(message)
  })
  test('whose expressions take for ever over a source ends', async () => {
    const slow = `${without('patterns')}patterns: { route: ['[^x]*[^y]*[^z]*(!)'] }\n`
    const { language, detect } = await (await load(slow)).perl!.load()
    const project = { read: (path: string) => (path === 'app.psgi' ? 'a'.repeat(900_000) : undefined), files: () => ['app.psgi'], names: () => [] }
    const from = performance.now()
    const { exitCode, text } = await refused(() => detect!({ project: project as never, language, chosen: {} }))
    expect(exitCode).toBe(6)
    expect(text).toContain('take more than 5 s here')
    expect(performance.now() - from).toBeLessThan(20_000)
  }, 30_000)
})

describe('expressions that are tried in too many ways', () => {
  test.each([['a?'.repeat(40) + 'a'.repeat(40)], ['(a|a)'.repeat(38) + 'b'], ['a{0,60}'.repeat(20) + 'b'], ['(a?b?){1}'.repeat(18)]])('%s is refused', async (pattern) => {
    expect((await refused(() => policyOf(`enforce: [{ key: name, pattern: ${JSON.stringify(pattern)}, reason: r }]\n`))).text).toMatch(/too many ways|repeats a group/)
  })
  test.each(['\\p{L}+', '(\\p{Lu}x)+', '[a-z][a-z0-9-]{0,62}', 'https://[a-z0-9.-]+(:\\d+)?(/[\\w/-]*)?', '(dev|test|prod)-(a|b|c)', 'CC-\\d{4}(-\\d{2})?'])('%s is taken', async (pattern) => {
    expect((await policyOf(`enforce: [{ key: name, pattern: ${JSON.stringify(pattern)}, reason: r }]\n`)).rules).toHaveLength(1)
  })
})
