import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
// @ts-expect-error a script
import { draw } from '../../scripts/picture.mjs'
import { root } from '../laws/catalog.ts'
import { walk } from './walk.ts'

test('the walk through the life of a pack is what docs/packs-walk.md shows', async () => {
  expect(await walk(), 'npm run docs, then read the difference').toBe(readFileSync(join(root, 'docs/packs-walk.md'), 'utf8'))
}, 120_000)

test('the picture of a run is what a run shows', () => {
  expect(draw(), 'npm run docs, then look at docs/usage.svg').toBe(readFileSync(join(root, 'docs/usage.svg'), 'utf8'))
})
