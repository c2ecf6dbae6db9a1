// What becomes of archives, manifests and templates that nobody would make: node bench/fuzz-packs.mjs [CASES [FIRST_SEED]], so many of
// each. Ends with 1 and the seed where one crashes, is taken though it must not be, or is refused without a place.
import { mkdtempSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { ready, root } from '../scripts/ready.mjs'

await ready()
const [count = 100_000, first = 1] = process.argv.slice(2).map(Number)
const out = join(mkdtempSync(join(tmpdir(), 'chc-fuzz-')), 'fuzz.cjs')
await build({ stdin: { contents: "export { archiveCase, judged } from './test/property/archives.ts'\nexport * from './test/property/pack-texts.ts'", resolveDir: root }, bundle: true, platform: 'node', format: 'cjs', outfile: out, logLevel: 'error' })
const { archiveCase, judged, judgedManifest, judgedTemplate, manifestCase, templateCase, validManifest } = createRequire(import.meta.url)(out)
const valid = validManifest(root)

// nothing may be written: the folder it runs in stays empty
const here = mkdtempSync(join(tmpdir(), 'chc-here-'))
process.chdir(here)
const kinds = { archives: (seed) => [archiveCase(seed), judged], manifests: (seed) => [manifestCase(seed, valid), judgedManifest], templates: (seed) => [templateCase(seed), judgedTemplate] }
for (const [kind, make] of Object.entries(kinds)) {
  const tally = new Map()
  let slowest = { ms: 0, seed: 0 }
  const start = performance.now()
  for (let seed = first; seed < first + count; seed++) {
    const [made, judge] = make(seed)
    const from = performance.now()
    let end
    try {
      end = judge(made)
    } catch (error) {
      console.error(`${kind}, seed ${seed}: ${error.stack}`)
      process.exit(1)
    }
    const ms = performance.now() - from
    if (ms > slowest.ms) slowest = { ms, seed }
    tally.set(end, (tally.get(end) ?? 0) + 1)
  }
  for (const [end, times] of [...tally].sort((a, b) => b[1] - a[1]).slice(0, 40)) console.log(`${String(times).padStart(8)}  ${end}`)
  console.log(`${count} ${kind} in ${((performance.now() - start) / 1000).toFixed(1)} s, ${tally.size} ends, the slowest ${slowest.ms.toFixed(1)} ms (seed ${slowest.seed}); nothing crashed, ${readdirSync(here).length} files written`)
}
process.exitCode = readdirSync(here).length > 0 ? 1 : 0
