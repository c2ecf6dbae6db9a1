// update --check over many services: npm run build && node bench/apps.mjs [SERVICES]
// once a service in a loop of a shell, and once for all by --app 'services/*'.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ready, root } from '../scripts/ready.mjs'

await ready()
const bin = join(root, 'bin/create-hardened-container.cjs')
const services = Number(process.argv[2] ?? 200)
const { NODE_EXTRA_CA_CERTS: _, CI: __, ...env } = process.env
const work = mkdtempSync(join(tmpdir(), 'chc-apps-'))
const examples = ['node-express', 'go-http', 'python-flask', 'rust-axum', 'java-spring']
const run = (program, args) => {
  const start = process.hrtime.bigint()
  const done = spawnSync(program, args, { cwd: work, env, encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`${args.join(' ')}: exit ${done.status}\n${done.stderr}`)
  return Number(process.hrtime.bigint() - start) / 1e9
}
for (let i = 0; i < services; i++) {
  cpSync(join(root, 'examples', examples[i % examples.length]), join(work, 'services', String(i)), { recursive: true })
  run(process.execPath, [bin, join('services', String(i)), '--yes'])
}
const loop = run('sh', ['-c', 'for s in services/*; do "$0" "$1" update "$s" --check >/dev/null 2>&1 || exit 1; done', process.execPath, bin])
const once = run(process.execPath, [bin, 'update', '--check', '--app', 'services/*'])
console.log(`update --check of ${services} services: ${loop.toFixed(1)} s in a loop, ${once.toFixed(1)} s by --app 'services/*' (${(loop / once).toFixed(1)} times as fast)`)
rmSync(work, { recursive: true, force: true })
