import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../laws/catalog.ts'
import { decided, ways } from './ways.ts'

test.each(ways(join(root, 'test/ways')))('$name: $title', async (way) => {
  expect(JSON.parse(JSON.stringify(await decided(way))), 'npm run golden -- --update, then read the difference').toEqual(way.expected)
})
