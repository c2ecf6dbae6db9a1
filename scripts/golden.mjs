// npm run golden [-- --update]: says what differs from the golden folders, or writes them anew. A case is added for each example without one.
import { join } from 'node:path'
import { load } from './bundle.mjs'
import { ready, root } from './ready.mjs'

/** Differences of every case, one line each. With `update` they are written instead. */
export async function golden(update) {
  const { add, cases, differences, examples, expected, languageIds, rendered, write } = await load('golden', ["export * from './test/golden/golden.ts'", "export { examples, languageIds } from './test/laws/catalog.ts'"])
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
  return found
}

if (import.meta.url === new URL(`file://${process.argv[1]}`).href) {
  await ready()
  const found = await golden(process.argv.includes('--update'))
  for (const line of found) console.error(line)
  process.exitCode = found.length > 0 ? 1 : 0
}
