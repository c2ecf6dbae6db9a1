// What a start costs, as ratios to `node -e 0`, interleaved and by the least of N: npm run build && node bench/startup.mjs [N] [--peer FOLDER]
// --peer names a folder in which @flydotio/dockerfile is installed; it is then run on the same Node project.
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ready, root } from '../scripts/ready.mjs'

await ready()
const bin = join(root, 'bin', 'create-hardened-container.cjs')
const peer = process.argv.includes('--peer') ? join(process.argv[process.argv.indexOf('--peer') + 1], 'node_modules/@flydotio/dockerfile/index.js') : undefined
const times = Number(process.argv.find((a) => /^\d+$/.test(a)) ?? 25)
// this variable makes node 20 read a bundle of certificates at every start, which hides what a program costs
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env
const work = mkdtempSync(join(tmpdir(), 'chc-bench-'))
const fresh = (example) => {
  const folder = join(work, 'project')
  rmSync(folder, { recursive: true, force: true })
  cpSync(join(root, 'examples', example), folder, { recursive: true })
  return folder
}

/** Milliseconds of a process, and its memory at most in KB where the system tells. */
let looks = 0
function once(args, cwd = work, more = {}) {
  const start = process.hrtime.bigint()
  const done = spawnSync(process.execPath, args, { env: { ...env, ...more }, cwd, stdio: ['ignore', 'ignore', 'ignore'] })
  if (done.status !== 0) throw new Error(`${args.join(' ')}: exit ${done.status}`)
  return Number(process.hrtime.bigint() - start) / 1e6
}

/** Milliseconds until the first question is on a terminal's screen; undefined where `script` is missing, which makes the terminal. */
const question = (cwd) =>
  new Promise((resolve) => {
    const start = process.hrtime.bigint()
    const { CI: _ci, ...asking } = env
    const child = spawn('script', ['-qec', `"${process.execPath}" "${bin}"`, '/dev/null'], { cwd, env: { ...asking, TERM: 'xterm' }, stdio: ['pipe', 'pipe', 'ignore'] })
    child.on('error', () => resolve(undefined))
    child.stdout.on('data', (text) => {
      if (!String(text).includes('?')) return
      resolve(Number(process.hrtime.bigint() - start) / 1e6)
      child.stdin.end('\x03')
    })
  })

const cases = {
  'node -e 0': () => once(['-e', '0']),
  '--help': () => once([bin, '--help']),
  ...Object.fromEntries(readdirSync(join(root, 'examples')).filter((e) => e !== 'packs').map((e) => [`run ${e}`, () => once([bin, fresh(e), '--yes', '--name', 'demo'])])),
  'run again node-express': () => once([bin, join(work, 'again'), '--yes']),
  'update --check': () => once([bin, 'update', join(work, 'again'), '--check']),
  // where what the same run said is not known, as after every change
  'update --check, looking': () => once([bin, 'update', join(work, 'again'), '--check', '--json'], work, { BENCH: String(looks++) }),
  'first question': () => question(fresh('node-express')),
  ...(peer && existsSync(peer) ? { '@flydotio/dockerfile': () => once([peer, '--force'], fresh('node-express')) } : {}),
}
cpSync(join(root, 'examples', 'node-express'), join(work, 'again'), { recursive: true })
once([bin, join(work, 'again'), '--yes'])
const least = {}
for (let i = 0; i < times; i++)
  for (const [name, measure] of Object.entries(cases)) {
    try {
      const ms = await measure()
      if (ms !== undefined) least[name] = Math.min(least[name] ?? Infinity, ms)
    } catch (error) {
      delete cases[name]
      console.log(`${name}: left out, ${error.message.split('\n')[0]}`)
    }
  }
for (const [name, ms] of Object.entries(least)) console.log(`${name.padEnd(28)} ${ms.toFixed(1).padStart(7)} ms ${(ms / least['node -e 0']).toFixed(2).padStart(6)} x`)
// the most memory of a run, beside that of node alone
const memory = (args) => {
  const to = join(work, 'memory')
  spawnSync(process.execPath, ['--require', join(root, 'bench', 'memory.cjs'), ...args], { env: { ...env, MEMORY_TO: to }, stdio: 'ignore' })
  return Number(readFileSync(to, 'utf8'))
}
const peaks = Object.entries({ 'node -e 0': ['-e', '0'], 'run node-express': [bin, fresh('node-express'), '--yes'] }).map(([name, args]) => [name, Math.min(...Array.from({ length: 5 }, () => memory(args)))])
for (const [name, kb] of peaks) console.log(`${`memory ${name}`.padEnd(28)} ${(kb / 1024).toFixed(1).padStart(7)} MB ${(kb / peaks[0][1]).toFixed(2).padStart(6)} x`)
rmSync(work, { recursive: true, force: true })
