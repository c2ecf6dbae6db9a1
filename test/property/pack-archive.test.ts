import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { archiveOf, readArchive } from '../../src/pack/archive.ts'
import { pathProblem, treeOf } from '../../src/pack/tree.ts'
import { archiveCase, judged } from './archives.ts'

describe('any archive', () => {
  test('is a tree that may be, or is refused with its place', () => {
    const found = new Set<string>()
    for (let seed = 1; seed <= 2000; seed++) found.add(judged(archiveCase(seed)))
    // a run that meets few of the rules shows nothing
    expect(found).toContain('taken')
    expect(found.size).toBeGreaterThan(25)
  })
  test('of plain bytes is refused', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => void expect(judged(Buffer.from(bytes))).not.toBe('taken')), { numRuns: 300 })
  })
})

test('any tree is the same after it was written and read', () => {
  const path = fc.array(fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }), { minLength: 1, maxLength: 6 }).map((steps) => steps.join('/').normalize('NFC')).filter((p) => pathProblem(p) === undefined && !p.startsWith('tests/'))
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(path, fc.uint8Array({ maxLength: 2000 })), { minLength: 1, maxLength: 8, selector: ([p]) => p.split('/')[0]!.normalize('NFKD').toLowerCase().toUpperCase() }), (files) => {
      const tree = treeOf(files.map(([p, bytes]) => [p, Buffer.from(bytes)] as const), 'p')
      expect([...readArchive(archiveOf(tree), 'p')]).toEqual([...tree])
    }),
    { numRuns: 300 },
  )
})
