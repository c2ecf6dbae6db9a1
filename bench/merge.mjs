// How three-way merges end: random edits of a person and of a template in the golden files, each on lines of its own, so that
// every conflict is a false one: node bench/merge.mjs [CASES]. A plain line merge is measured beside it.
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { diff3Merge } from 'node-diff3'
import { ready, root } from '../scripts/ready.mjs'

await ready()
const count = Number(process.argv[2] ?? 2500)
const out = join(mkdtempSync(join(tmpdir(), 'chc-merge-')), 'merge.cjs')
await build({ stdin: { contents: "export { mergeText } from './src/reconcile/merge.ts'\nexport { caseOf, parses, random } from './test/property/edits.ts'", resolveDir: root }, bundle: true, platform: 'node', format: 'cjs', outfile: out, logLevel: 'error' })
const { mergeText, caseOf, parses, random } = createRequire(import.meta.url)(out)

const golden = join(root, 'test', 'golden')
const files = readdirSync(golden, { recursive: true, withFileTypes: true })
  .filter((e) => e.isFile() && e.parentPath.includes('expected'))
  .map((e) => ({ path: e.name, text: readFileSync(join(e.parentPath, e.name), 'utf8') }))
const kinds = { YAML: (p) => /\.ya?ml/.test(p), Dockerfile: (p) => p === 'Dockerfile', 'other text': () => true }
const tally = Object.fromEntries(Object.keys(kinds).map((k) => [k, { cases: 0, false: 0, line: 0, lost: 0, unparsable: 0, ms: 0 }]))
const r = random(1)
for (let made = 0; made < count; ) {
  const file = files[Math.floor(r() * files.length)]
  const c = caseOf(file.path, file.text, Math.floor(r() * 2 ** 31))
  if (!c) continue
  made++
  const row = tally[Object.keys(kinds).find((k) => kinds[k](c.path))]
  const start = process.hrtime.bigint()
  const merged = mergeText(c.path, c.base, c.ours, c.next)
  row.ms += Number(process.hrtime.bigint() - start) / 1e6
  row.cases++
  if (diff3Merge(c.ours.split('\n'), c.base.split('\n'), c.next.split('\n')).some((p) => p.conflict)) row.line++
  const text = merged.text ?? merged.marked
  if (merged.text === undefined) row.false++
  else if (/\.ya?ml/.test(c.path) && !parses(text)) row.unparsable++
  if (c.added.some((l) => !text.split('\n').some((t) => t.trim() === l.trim()))) row.lost++
}
console.log('            cases   false conflicts   by lines alone   lost edits   not parsed   ms each')
const percent = (n, of) => `${((100 * n) / (of || 1)).toFixed(1)} %`
for (const [kind, t] of Object.entries(tally)) console.log(`${kind.padEnd(12)}${String(t.cases).padStart(5)}${percent(t.false, t.cases).padStart(18)}${percent(t.line, t.cases).padStart(17)}${String(t.lost).padStart(13)}${String(t.unparsable).padStart(13)}${(t.ms / (t.cases || 1)).toFixed(2).padStart(10)}`)
