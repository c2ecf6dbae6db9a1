import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { needlesOf } from '../../src/detect/needle.ts'
import type { SourcePattern } from '../../src/detect/language.ts'
import { languages } from '../../generated/catalog.ts'

describe('the texts that spare the compilation of an expression', () => {
  test.each([
    ['\\.listen\\(\\s*(\\d{2,5})\\b', '.listen('],
    ['\\bprocess\\.env\\b(?!\\.)', 'process.env'],
    ['(?:process|Bun)\\.env\\.([A-Z_]*PORT)\\b', '.env.'],
    ['(?:PORT|HOST)', ['PORT', 'HOST']],
    ['listen|serve|\\w+', undefined],
    ['\\b(?:createTerminus|closeWithGrace|lightship)\\(', ['createTerminus', 'closeWithGrace', 'lightship']],
    ['(?:a|bc)longer', 'longer'],
    ['(?:colour|color)?x(?:red|blue)', ['red', 'blue']],
    ['app\\.(?:use|get)', 'app.'],
    ['colou?r_of_it', 'r_of_it'],
    ['x{0,3}portal', 'portal'],
    ['\\b(PORT)\\s*=', 'PORT'],
    ['(ab)?cd', 'cd'],
    ['[abc]def[\\]ghi]jk', 'def'],
    ['\\u0041bcd', undefined],
  ])('%s', (source, needles) => expect(needlesOf(source)).toEqual(needles === undefined ? undefined : [needles].flat()))

  test('stands in whatever the expression matches, for every pattern of every language', async () => {
    let checked = 0
    for (const { load } of Object.values(languages) as { load: () => Promise<{ language: { patterns: Record<string, SourcePattern[]> } }> }[]) {
      for (const pattern of Object.values((await load()).language.patterns).flat()) {
        // what the build found, or nothing
        if (typeof pattern === 'string') continue
        const { source, needles } = pattern
        // the generator of matches knows neither looks around nor word boundaries
        if (/\(\?<?[=!]/.test(source)) continue
        const plain = source.replaceAll('\\b', '')
        fc.assert(fc.property(fc.stringMatching(new RegExp(plain)), (text) => needles.some((n) => text.includes(n))), { numRuns: 25 })
        checked++
      }
    }
    expect(checked).toBeGreaterThan(50)
  })
})
