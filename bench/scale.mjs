// Detection on a project of 100,000 files against the same project without them, as a ratio in one run: node bench/scale.mjs [FILES]
// Half of the files are sources that the tool may read, half lie in folders that it never walks.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const files = Number(process.argv[2] ?? 100000)
const RUNS = 15
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env

const parent = mkdtempSync(join(tmpdir(), 'scale-'))
const small = join(parent, 'small')
const large = join(parent, 'large')
for (const dir of [small, large]) cpSync(join(root, 'examples/node-express'), dir, { recursive: true })
for (let i = 0; i < files; i++) {
  const dir = join(large, i % 2 ? 'node_modules' : 'src', `d${Math.floor(i / 500)}`)
  if (i % 500 < 2) mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, `f${i}.js`), `module.exports = ${i}\n`)
}
const time = (dir) => {
  const start = process.hrtime.bigint()
  const done = spawnSync(process.execPath, [join(root, 'bin/create-hardened-container.cjs'), dir, '--plan'], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  if (done.status !== 0) throw new Error(String(done.stderr))
  return Number(process.hrtime.bigint() - start) / 1e6
}
const times = { small: [], large: [] }
for (let i = 0; i < RUNS; i++) {
  times.small.push(time(small))
  times.large.push(time(large))
}
rmSync(parent, { recursive: true, force: true })
const best = (list) => Math.min(...list)
console.log(`small ${best(times.small).toFixed(1)} ms, ${files} files ${best(times.large).toFixed(1)} ms, ratio ${(best(times.large) / best(times.small)).toFixed(2)}`)
