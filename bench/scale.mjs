// Detection on a project of 100,000 files against the same project without them, as a ratio in one run: node bench/scale.mjs [FILES]
// Half of the files are sources that the tool may read, half lie in folders that it never walks. With folders in place of the number,
// each of them (a large monorepo, say) against the small project: node bench/scale.mjs FOLDER…
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folders = process.argv.slice(2).filter((a) => !/^\d+$/.test(a))
const files = folders.length > 0 ? 0 : Number(process.argv[2] ?? 100000)
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
  // 2: several programs, or none, which takes a look at everything
  if (done.status !== 0 && !(done.status === 2 && folders.length > 0)) throw new Error(String(done.stderr))
  return Number(process.hrtime.bigint() - start) / 1e6
}
const places = folders.length > 0 ? [small, ...folders] : [small, large]
const least = new Map(places.map((place) => [place, Infinity]))
for (let i = 0; i < RUNS; i++) for (const place of places) least.set(place, Math.min(least.get(place), time(place)))
rmSync(parent, { recursive: true, force: true })
for (const [place, ms] of least) console.log(`${(place === large ? `${files} files` : place === small ? 'small' : place).padEnd(44)} ${ms.toFixed(1).padStart(7)} ms ${(ms / least.get(small)).toFixed(2).padStart(6)} x`)
