import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { needleOf } from '../../src/detect/needle.ts'
import { languages } from '../../generated/catalog.ts'

describe('the text that spares the compilation of an expression', () => {
  test.each([
    ['\\.listen\\(\\s*(\\d{2,5})\\b', '.listen('],
    ['\\bprocess\\.env\\b(?!\\.)', 'process.env'],
    ['(?:process|Bun)\\.env\\.([A-Z_]*PORT)\\b', '.env.'],
    ['(?:PORT|HOST)', undefined],
    ['listen|serve', undefined],
    ['colou?r_of_it', 'r_of_it'],
    ['x{0,3}portal', 'portal'],
    ['\\b(PORT)\\s*=', 'PORT'],
    ['(ab)?cd', 'cd'],
    ['[abc]def[\\]ghi]jk', 'def'],
    ['\\u0041bcd', undefined],
  ])('%s', (source, needle) => expect(needleOf(source)).toBe(needle))

  test('stands in whatever the expression matches, for every pattern of every language', async () => {
    let checked = 0
    for (const { load } of Object.values(languages) as { load: () => Promise<{ language: { patterns: Record<string, string[]> } }> }[]) {
      for (const source of Object.values((await load()).language.patterns).flat()) {
        const needle = needleOf(source)
        if (needle === undefined) continue
        // the generator of matches knows neither looks around nor word boundaries
        if (/\(\?<?[=!]/.test(source)) continue
        const plain = source.replaceAll('\\b', '')
        fc.assert(fc.property(fc.stringMatching(new RegExp(plain)), (text) => text.includes(needle)), { numRuns: 25 })
        checked++
      }
    }
    expect(checked).toBeGreaterThan(50)
  })
})
