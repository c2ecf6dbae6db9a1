import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../laws/catalog.ts'
import { decided, ways } from './ways.ts'

test.each(ways(join(root, 'test/ways')))('$name: $title', async (way) => {
  expect(JSON.parse(JSON.stringify(await decided(way))), 'npm run golden -- --update, then read the difference').toEqual(way.expected)
})

// its reader stops there and checks nothing else of the file
test('each heredoc is followed by a blank line, which hadolint wants', () => {
  const bad = ways(join(root, 'test/ways')).filter((way) => /^EOF\n(?!\n)/m.test(way.expected?.Dockerfile ?? ''))
  expect(bad.map((way) => way.name)).toEqual([])
})
