import { join } from 'node:path'
import { expect, test } from 'vitest'
import { allPresets, examples, languageIds, none, planOf, root } from '../laws/catalog.ts'
import { cases, differences, expected, rendered } from './golden.ts'

const folder = join(root, 'test/golden')
const all = cases(folder)

test.each(all)('$name is what is written', async (c) => {
  const now = await rendered(c)
  expect(now, 'the tool refuses this case').toBeDefined()
  none(differences(now!, expected(folder, c)).map((d) => `${d}\n    npm run golden -- --update, then read the difference`))
})

test('every example, preset and base has a case', async () => {
  const flags = all.map((c) => c.flags.join(' '))
  const examplesOf = examples.filter((e) => languageIds.includes(e.split('-')[0]!))
  const bases = new Set((await Promise.all(examplesOf.map((e) => planOf(e, {})))).flatMap((m) => Object.keys(m?.loaded.language.bases ?? {})))
  const standard = new Set((await Promise.all(all.map((c) => (c.flags.length === 0 ? planOf(c.example, {}) : undefined)))).map((m) => m?.plan.base.id))
  none([
    ...examplesOf.filter((e) => !all.some((c) => c.example === e && c.flags.length === 0)).map((e) => `examples/${e} has no case`),
    ...allPresets.filter((p) => p.id !== 'restricted' && !flags.some((f) => f.includes(`--preset ${p.id}`))).map((p) => `the preset ${p.id} has no case`),
    ...[...bases].filter((b) => !standard.has(b as never) && !flags.some((f) => f.includes(`--base ${b}`))).map((b) => `the base ${b} has no case`),
  ])
})
