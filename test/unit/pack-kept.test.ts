import { chmodSync, linkSync, mkdtempSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { keptFor } from '../../src/pack/kept.ts'
import { loadPacks } from '../../src/pack/load.ts'
import { folderOf, MANIFEST } from './packs.ts'

const home = (): string => mkdtempSync(join(tmpdir(), 'kept-'))
const files = (cache: string): string[] => readdirSync(join(cache, 'create-hardened-container/made')).map((f) => join(cache, 'create-hardened-container/made', f))

describe('what is kept of packs', () => {
  test('is read by the same build, for the same content, and by nothing else', () => {
    const cache = home()
    const kept = keptFor('b1', { XDG_CACHE_HOME: cache })!
    kept.write('hashes', 'from', { a: 1 })
    expect(kept.read('hashes', 'from')).toEqual({ a: 1 })
    expect(kept.read('hashes', 'From')).toBeUndefined()
    expect(kept.read('verified', 'from')).toBeUndefined()
    expect(keptFor('b2', { XDG_CACHE_HOME: cache })!.read('hashes', 'from')).toBeUndefined()
    // a text of the same short name is told from it by itself
    const [file] = files(cache)
    writeFileSync(file!, readFileSync(file!, 'utf8').replace('b1 hashes from', 'b1 hashes xxxx'), { mode: 0o600 })
    expect(kept.read('hashes', 'from')).toBeUndefined()
  })
  test('has no place without a build or a home', () => {
    expect(keptFor(undefined, { XDG_CACHE_HOME: home() })).toBeUndefined()
    expect(keptFor('b', {})).toBeUndefined()
    expect(keptFor('b', { XDG_CACHE_HOME: 'relative' })).toBeUndefined()
  })
  test.each<[string, (file: string) => void]>([
    ['that others may write', (file) => chmodSync(file, 0o622)],
    ['with a second name', (file) => linkSync(file, `${file}.other`)],
    ['that is a link', (file) => (renameSync(file, `${file}.x`), symlinkSync(`${file}.x`, file))],
    ['that is damaged', (file) => writeFileSync(file, '{')],
  ])('a file %s is not read', (_, spoil) => {
    const cache = home()
    const kept = keptFor('b', { XDG_CACHE_HOME: cache })!
    kept.write('hashes', 'from', 1)
    spoil(files(cache)[0]!)
    expect(kept.read('hashes', 'from')).toBeUndefined()
  })
  test('gives the same as reading, beside other packs too, and nothing of a pack that has changed', async () => {
    const env = { XDG_CACHE_HOME: home() }
    const pack = folderOf({ 'pack.yaml': `${MANIFEST}defaults: { port: 9000, label.team: pay }\nprompts: [{ key: acme.x, message: m, pattern: "[a-z]+" }]\npresets: [{ id: p, title: t, description: d, defaults: { port: 9001 } }]\nforbid: [{ artifact: compose, reason: r }]\n` })
    const other = folderOf({ 'pack.yaml': `${MANIFEST.replace('acme', 'other')}tiers: { small: { cpu: 100m, memory: 64Mi } }\n` })
    const load = async (specs: string[], kept = keptFor('b', env)) =>
      loadPacks(specs, { root: tmpdir(), io: { env, stderr: { write: () => undefined } } as never, locked: [], frozen: false, offline: true, trusted: [], keys: [], ...(kept ? { kept } : {}) }, { packs: [], keys: [], trust: [] })
    const plain = (run: Awaited<ReturnType<typeof load>>): unknown => JSON.parse(JSON.stringify([run.policy.answers, run.policy.rules, run.policy.presets, run.policy.tiers, run.locked, run.policy.packs.map((p) => [p.read.at('forbid', 0), p.read.at('nope'), p.read.manifest]), Object.entries(run.policy.settings).map(([k, s]) => [k, s.accepts.source])]))
    const fresh = plain(await load([pack], undefined))
    expect(plain(await load([pack]))).toEqual(fresh)
    const again = await load([pack])
    expect(again.policy.packs[0]!.read.kept).toBeDefined()
    expect(plain(again)).toEqual(fresh)
    expect(again.policy.settings['acme.x']!.accepts.test('abc')).toBe(true)
    expect(again.policy.settings['acme.x']!.accepts.test('ABC')).toBe(false)
    const both = await load([other, pack], undefined)
    expect(plain(await load([other, pack]))).toEqual(plain(both))
    writeFileSync(join(pack, 'pack.yaml'), `${MANIFEST}defaults: { port: 9100 }\n`)
    expect((await load([pack])).policy.answers.port).toBe(9100)
  })
})
