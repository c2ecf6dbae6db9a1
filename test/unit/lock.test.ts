import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { LOCK } from '../../src/build/schema.ts'
import { check } from '../../src/pack/schema.ts'
import { project, root, run } from './cli-run.ts'

const problems = (text: string) => check(parseDocument(text, { schema: 'failsafe' }).contents as never, LOCK, () => ({ file: 'hardened.lock' }))

describe('hardened.lock', () => {
  test('is what its schema says, with packs and deleted files too', () => {
    const folder = project()
    run(folder, ['--yes'])
    expect(problems(readFileSync(join(folder, 'hardened.lock'), 'utf8'))).toEqual([])
    cpSync(join(root, 'examples/packs/acme-platform'), join(folder, 'acme'), { recursive: true })
    expect(run(folder, ['--yes', '--preset', './acme', '--set', 'label.acme.example/cost-centre=104711']).code).toBe(0)
    const text = readFileSync(join(folder, 'hardened.lock'), 'utf8')
    expect(JSON.parse(text)).toHaveProperty('packs.0.integrity')
    expect(problems(text)).toEqual([])
    expect(problems(text.replace('"packs":', '"pakcs":'))).toHaveLength(1)
    expect(problems(text.replace(/"integrity": "sha256-/, '"integrity": "md5-'))).toHaveLength(1)
  })

  test.each<[string, (text: string) => string, RegExp]>([
    ['cut off', (t) => t.slice(0, 300), /hardened\.lock:\d+:\d+: .*damaged/],
    ['a missing comma', (t) => t.replace('"tool": "0.1.0",', '"tool": "0.1.0"'), /hardened\.lock:4:\d+: .*damaged/],
    ['markers of a merge', (t) => t.replace(' "tool"', '<<<<<<< HEAD\n "tool"'), /hardened\.lock:3:1: .*markers of a merge/],
    ['files that are no texts', (t) => t.replace(/"files": \{/, '"files": { "x": 1,'), /hardened\.lock:\d+:\d+: .*files is not a map of texts/],
    ['answers of another form', (t) => t.replace('"values": {', '"values": { "services": "redis"'), /hardened\.lock:\d+:\d+: .*answers is not understood/],
    ['a path that leads out', (t) => t.replace(/"files": \{/, '"files": { "../x": "",'), /hardened\.lock:\d+:\d+: .*files names a path that leads out/],
    ['packs that are none', (t) => t.replace('"files": {', '"packs": [{}], "files": {'), /hardened\.lock:\d+:\d+: .*packs is not understood/],
    ['a newer format', (t) => t.replace('"lockVersion": 1', '"lockVersion": 9'), /hardened\.lock:2:2: .*written by a newer version/],
  ])('%s: named with its place, nothing lost', (_, change, message) => {
    const folder = project()
    run(folder, ['--yes'])
    const file = join(folder, 'hardened.lock')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, change(text))
    expect(change(text)).not.toBe(text)
    const done = run(folder, ['--yes'])
    expect(done.code).toBe(2)
    expect(done.err).toMatch(message)
    expect(readFileSync(file, 'utf8')).toBe(change(text))
  })
})
