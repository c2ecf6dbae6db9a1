// End to end: generates for the example projects, builds, runs, probes, stops, and applies to a cluster, with the real programs.
// Uses what it finds: docker (needed), kubectl with KUBECONFIG, and the linters on PATH.
//   node test/e2e/run.mjs [--all] [NAME…]           the cases of CI, all, or some; "packs" is one of them
//   node test/e2e/run.mjs --prepare DIR             only generate, into DIR, and print the images that will be needed
//   E2E_LOAD=COMMAND                                brings an image of the engine into the cluster (kind load docker-image …)
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CASES } from './cases.mjs'
import { cluster } from './cluster.mjs'
import { container } from './container.mjs'
import { lint } from './lint.mjs'
import { packs } from './packs.mjs'
import { run } from './shell.mjs'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const cli = join(root, 'bin/create-hardened-container.cjs')
const args = process.argv.slice(2)
const names = args.filter((a) => !a.startsWith('--') && a !== folderOf('--prepare') && a !== folderOf('--in'))
const chosen = CASES.filter((c) => (names.length > 0 ? names.includes(c.name) : args.includes('--all') || c.ci)).filter((c) => existsSync(join(root, 'examples', c.name)))

function folderOf(flag) {
  const i = args.indexOf(flag)
  return i < 0 ? undefined : args[i + 1]
}

/** Copies an example and runs the tool on it, as a bootstrap script would. */
function generate(test, parent) {
  const folder = join(parent, test.name)
  rmSync(folder, { recursive: true, force: true })
  cpSync(join(root, 'examples', test.name), folder, { recursive: true })
  const done = run(process.execPath, [cli, folder, '--yes', '--image', `e2e.example/${test.name}`, ...(test.flags ?? [])], { env: { ...process.env, CI: 'true' } })
  if (done.code !== 0) throw new Error(`generation failed (${done.code}): ${done.err}`)
  const again = run(process.execPath, [cli, folder, '--yes'], { env: { ...process.env, CI: 'true' } })
  if (again.code !== 0) throw new Error(`a second run without flags failed (${again.code}): ${again.err}`)
  return folder
}

/** Images that the generated files name: bases of the Dockerfile, services of compose. */
function imagesOf(folder) {
  const text = readFileSync(join(folder, 'Dockerfile'), 'utf8')
  const stages = new Set([...text.matchAll(/^FROM .* AS (\S+)/gim)].map((m) => m[1]))
  const from = [...text.matchAll(/^FROM (?:--\S+ )*(\S+)|--from=(\S+)/gim)].map((m) => m[1] ?? m[2])
  const compose = [...readFileSync(join(folder, 'compose.yaml'), 'utf8').matchAll(/^ {4}image: (\S+)/gm)].map((m) => m[1])
  return [...from, ...compose].filter((i) => !stages.has(i) && i !== 'scratch' && !i.startsWith('e2e.example/'))
}

const prepare = folderOf('--prepare')
if (prepare) {
  mkdirSync(prepare, { recursive: true })
  const images = new Set(['docker/dockerfile:1'])
  for (const test of chosen) for (const i of imagesOf(generate(test, prepare))) images.add(i)
  console.log([...images].join('\n'))
  process.exit(0)
}

if (run('docker', ['version']).code !== 0) {
  console.error('docker does not answer: nothing was built or run')
  process.exit(1)
}
const parent = mkdtempSync(join(tmpdir(), 'e2e-'))
const results = []
const sizes = []
const check = (test, what, ok, detail = '') => {
  results.push({ test, what, ok })
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${test}: ${what}${ok || !detail ? '' : `\n     ${String(detail).trim().split('\n').slice(-15).join('\n     ')}`}`)
  return ok
}
const kubernetes = run('kubectl', ['get', 'nodes']).code === 0
if (!kubernetes) console.log('no cluster answers: left out')
const generated = []
for (const test of chosen) {
  const started = Date.now()
  try {
    const folder = generate(test, parent)
    generated.push({ test, folder })
    check(test.name, 'generated, and a second run changes nothing', true)
    const report = (what, ok, detail) => check(test.name, what, ok, detail)
    const image = container(test, folder, report)
    if (image) sizes.push({ name: test.name, size: image.size })
    if (image && kubernetes) await cluster(test, folder, report)
  } catch (error) {
    check(test.name, 'runs through', false, error.stack)
  }
  console.log(`     ${test.name}: ${Math.round((Date.now() - started) / 1000)} s`)
}
if (names.length === 0 || names.includes('packs')) await packs(root, parent, check, kubernetes)
lint(generated, check)
console.log('\nimage sizes (MB, uncompressed)')
for (const { name, size } of sizes) console.log(`  ${name.padEnd(16)}${(size / 1e6).toFixed(1)}`)
rmSync(parent, { recursive: true, force: true })
const failed = results.filter((r) => !r.ok).length
console.log(`\n${results.length - failed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
