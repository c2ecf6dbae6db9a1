// npm run golden [-- --update]: says what differs from the golden folders and the ways, or writes them anew. A case is added for each example without one.
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { load } from './bundle.mjs'
import { ready, root } from './ready.mjs'

/** Differences of every case, one line each. With `update` they are written instead. */
export async function golden(update) {
  const { add, cases, decided, differences, examples, expected, languageIds, rendered, ways, write, writeWay } = await load('golden', ["export * from './test/golden/golden.ts'", "export * from './test/ways/ways.ts'", "export { examples, languageIds } from './test/laws/catalog.ts'"])
  const folder = join(root, 'test/golden')
  if (update) for (const e of examples) if (languageIds.includes(e.split('-')[0]) && !cases(folder).some((c) => c.example === e && c.flags.length === 0)) add(folder, e)
  const found = []
  for (const c of cases(folder)) {
    const now = await rendered(c)
    if (!now) found.push(`${c.name}: the tool refuses this case`)
    else if (!update) found.push(...differences(now, expected(folder, c)).map((d) => `${c.name}/${d}`))
    else if (differences(now, expected(folder, c)).length > 0) {
      write(folder, c, now)
      console.log(`written  ${c.name}`)
    }
  }
  const waysFolder = join(root, 'test/ways')
  for (const way of ways(waysFolder)) {
    const now = await decided(way)
    if (isDeepStrictEqual(JSON.parse(JSON.stringify(now)), way.expected)) continue
    if (!update) found.push(`ways/${way.name} is decided otherwise`)
    else {
      writeWay(waysFolder, way, now)
      console.log(`written  ways/${way.name}`)
    }
  }
  return found
}

if (import.meta.url === new URL(`file://${process.argv[1]}`).href) {
  await ready()
  const found = await golden(process.argv.includes('--update'))
  for (const line of found) console.error(line)
  process.exitCode = found.length > 0 ? 1 : 0
}
