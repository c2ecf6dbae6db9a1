// What packs cost: npm run build && node bench/packs.mjs [N] [--repositories M]
// A run with a local pack of 20 files as a ratio to `node -e 0`, interleaved and by the least of N; then M repositories (200) made anew
// after the pack has changed, a tenth of them with an edit where the change is.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ready, root } from '../scripts/ready.mjs'

await ready()
const bin = join(root, 'bin/create-hardened-container.cjs')
const argument = (flag, otherwise) => Number(process.argv[process.argv.indexOf(flag) + 1] ?? otherwise)
const times = Number(process.argv.slice(2).find((a, i, all) => /^\d+$/.test(a) && all[i - 1] !== '--repositories') ?? 15)
const repositories = process.argv.includes('--repositories') ? argument('--repositories', 200) : 200
const { NODE_EXTRA_CA_CERTS: _, CI: __, ...env } = process.env
const work = mkdtempSync(join(tmpdir(), 'chc-packs-'))

/** A pack of twenty files: texts at named places, artifacts, controls, rules and sizes. */
const pack = join(work, 'pack')
mkdirSync(join(pack, 'templates'), { recursive: true })
const artifacts = Array.from({ length: 16 }, (_, i) => i)
const manifest = (memory) =>
  `apiVersion: hardened-container/v1\nname: bench\nversion: 1.0.0\ndefaults: { resources.memory: ${memory}, runtime.uid: "20001" }\nenforce:\n  - { key: runtime.uid, min: 20000, reason: ours }\npartials: { dockerfile/labels: templates/labels.hbs, dockerfile/base: templates/base.hbs, dockerignore/extra: templates/ignored.hbs }\nartifacts:\n${artifacts.map((i) => `  - { id: extra-${i}, path: ops/extra-${i}.yaml, template: templates/extra-${i}.hbs, why: w }\n`).join('')}controls:\n  - { id: priority, title: t, why: w, sources: [s], expects: [{ artifact: deployment, at: spec.template.spec.priorityClassName, value: standard }] }\n`
writeFileSync(join(pack, 'pack.yaml'), manifest('512Mi'))
writeFileSync(join(pack, 'templates/labels.hbs'), 'LABEL team={{dockerfile name}}\n')
writeFileSync(join(pack, 'templates/base.hbs'), 'ENV TZ=UTC\n')
writeFileSync(join(pack, 'templates/ignored.hbs'), 'Tiltfile\n')
for (const i of artifacts) writeFileSync(join(pack, `templates/extra-${i}.hbs`), `name: {{yaml name}}\nimage: {{yaml image.reference}}\n{{#if serves}}\nport: {{runtime.port}}\n{{/if}}\n`)

const run = (args, cwd = work, more = {}) => spawnSync(process.execPath, args, { cwd, env: { ...env, ...more }, encoding: 'utf8' })
const timed = (args) => {
  const start = process.hrtime.bigint()
  const done = run(args)
  if (done.status !== 0) throw new Error(`${args.join(' ')}: exit ${done.status}\n${done.stderr}`)
  return Number(process.hrtime.bigint() - start) / 1e6
}
const fresh = () => {
  const folder = join(work, 'project')
  rmSync(folder, { recursive: true, force: true })
  cpSync(join(root, 'examples/node-express'), folder, { recursive: true })
  return folder
}
const cases = {
  'node -e 0': () => timed(['-e', '0']),
  'run, no pack': () => timed([bin, fresh(), '--yes']),
  'again, a pack of 20 files': () => timed([bin, join(work, 'again'), '--yes', '--preset', pack]),
  'run, a pack of 20 files': () => timed([bin, fresh(), '--yes', '--preset', pack]),
}
cpSync(join(root, 'examples/node-express'), join(work, 'again'), { recursive: true })
for (let i = 0; i < 2; i++) timed([bin, join(work, 'again'), '--yes', '--preset', pack])
// what changed a moment ago is looked at once more
await new Promise((resolve) => setTimeout(resolve, 2100))
const least = {}
for (let i = 0; i < times; i++) for (const [name, measure] of Object.entries(cases)) least[name] = Math.min(least[name] ?? Infinity, measure())
for (const [name, ms] of Object.entries(least)) console.log(`${name.padEnd(26)} ${ms.toFixed(1).padStart(7)} ms ${(ms / least['node -e 0']).toFixed(2).padStart(6)} x`)

const folders = Array.from({ length: repositories }, (_, i) => join(work, 'repositories', String(i)))
const examples = ['node-express', 'go-http', 'python-flask', 'rust-axum', 'java-spring']
folders.forEach((folder, i) => {
  cpSync(join(root, 'examples', examples[i % examples.length]), folder, { recursive: true })
  const made = run([bin, '--yes', '--preset', pack], folder)
  if (made.status !== 0) throw new Error(made.stderr)
  // edits: one in ten where the pack's change is, one in five elsewhere
  const file = join(folder, 'k8s/deployment.yaml')
  const text = readFileSync(file, 'utf8')
  if (i % 10 === 0) writeFileSync(file, text.replaceAll('512Mi', '640Mi'))
  else if (i % 5 === 1) writeFileSync(file, text.replace('terminationGracePeriodSeconds:', '# ours\n      terminationGracePeriodSeconds:'))
})
writeFileSync(join(pack, 'pack.yaml'), manifest('768Mi'))
const started = process.hrtime.bigint()
const codes = {}
for (const folder of folders) {
  const done = run([bin, 'update'], folder)
  codes[done.status] = (codes[done.status] ?? 0) + 1
}
const seconds = Number(process.hrtime.bigint() - started) / 1e9
console.log(`${repositories} repositories after a pack change: ${seconds.toFixed(1)} s, ${codes[0] ?? 0} written, ${codes[3] ?? 0} conflicts (${Math.ceil(repositories / 10)} were edited where the pack changed), ${repositories - (codes[0] ?? 0) - (codes[3] ?? 0)} failed`)
rmSync(work, { recursive: true, force: true })
