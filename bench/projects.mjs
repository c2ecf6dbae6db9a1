// Runs the tool on copies of local project folders and prints a table of what worked at the first try:
//   node bench/projects.mjs [--before COMMAND] [--out FILE] [--logs FOLDER] FOLDER[=FLAGS]…
// detected, generated, built, ran hardened (read-only root, no capabilities, non-root, answering), stopped on SIGTERM, admitted under
// Pod Security "restricted"; where a project needs services, it is run with them, by the generated compose file. --logs keeps the output of builds that failed. --before runs with the generated Dockerfile and compose file as its arguments, before the build.
import { appendFileSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run, until } from '../test/e2e/shell.mjs'

const cli = join(dirname(dirname(fileURLToPath(import.meta.url))), 'bin/create-hardened-container.cjs')
const args = process.argv.slice(2)
const option = (name) => {
  const i = args.indexOf(name)
  return i < 0 ? undefined : args.splice(i, 2)[1]
}
const before = option('--before')
const out = option('--out')
const logs = option('--logs')
const STEPS = ['detected', 'generated', 'built', 'ran', 'stopped', 'admitted']
const rows = []

for (const spec of args) {
  const [folder, flags = ''] = spec.split(/=(.*)/s)
  const row = { name: `${basename(dirname(resolve(folder)))}/${basename(resolve(folder))}`, steps: {}, cause: '' }
  rows.push(row)
  const dir = mkdtempSync(join(tmpdir(), 'project-'))
  const started = Date.now()
  try {
    cpSync(folder, dir, { recursive: true, verbatimSymlinks: true, filter: (p) => !/(^|\/)(\.git|node_modules)$/.test(p) })
    await attempt(row, dir, flags.split(' ').filter(Boolean))
  } catch (error) {
    row.cause ||= error.message
  }
  rmSync(dir, { recursive: true, force: true })
  row.seconds = Math.round((Date.now() - started) / 1000)
  const line = `${row.name.padEnd(44)}${STEPS.map((s) => (row.steps[s] ? 'yes' : row.steps[s] === false ? 'NO' : '-').padEnd(10)).join('')}${String(row.seconds).padStart(4)} s  ${row.note ? `(${row.note}) ` : ''}${row.cause.replace(/\s+/g, ' ').slice(-300)}`
  console.log(line)
  if (out) appendFileSync(out, `${line}\n`)
}
const whole = rows.filter((r) => STEPS.every((s) => r.steps[s])).length
console.log(`\n${'project'.padEnd(44)}${STEPS.map((s) => s.padEnd(10)).join('')}\n${whole} of ${rows.length} at the first try (${Math.round((100 * whole) / rows.length)} %)`)

async function attempt(row, top, flags) {
  const step = (name, ok, cause = '') => {
    row.steps[name] = ok
    if (!ok) throw new Error(cause.trim().split('\n').slice(-6).join(' | '))
  }
  const made = run(process.execPath, [cli, top, '--yes', '--force', '--name', 'probe', '--image', 'probe.example/app:1', '--without', 'ingress', ...flags], { env: { ...process.env, CI: 'true' } })
  step('detected', !/no program was found|several languages/.test(made.err), made.err)
  step('generated', made.code === 0, made.err)
  // --app, or the only program below the top, decides where the files go
  const dir = existsSync(join(top, 'hardened.lock')) ? top : dirname(join(top, readdirSync(top, { recursive: true }).find((f) => basename(f) === 'hardened.lock')))
  const at = placeOf(dir)
  if (before) step('built', run('sh', ['-c', `${before} "$@"`, 'sh', at.dockerfile, join(dir, 'compose.yaml')], { timeout: 1200 }).code === 0, 'base images')
  const tag = `probe-${process.pid}:${rows.length}`
  const built = run('docker', ['build', '--progress=plain', '--target', 'runtime', '-t', tag, '-f', at.dockerfile, at.context], { timeout: 1500 })
  if (logs && built.code !== 0) writeFileSync(join(logs, `${row.name.replaceAll('/', '-')}.log`), built.all)
  step('built', built.code === 0, built.all)
  const dockerfile = readFileSync(at.dockerfile, 'utf8')
  const port = /^EXPOSE (\d+)/m.exec(dockerfile.slice(dockerfile.lastIndexOf('\nFROM ')))?.[1]
  const user = /^USER (\S+)/m.exec(dockerfile.slice(dockerfile.lastIndexOf('\nFROM ')))?.[1]
  const compose = readFileSync(join(dir, 'compose.yaml'), 'utf8')
  const started = /^ {4}depends_on:|^# Once, before the first start:/m.test(compose) ? composed(dir, compose, row) : alone(compose, { port, user, tag })
  step('ran', started.id !== '', started.error)
  const container = started.id
  try {
    const host = port && started.host()
    const state = () => run('docker', ['inspect', '--format', '{{.State.Running}} {{.State.ExitCode}}', container]).out.trim()
    const answer = () => run('curl', ['-sS', '-o', '/dev/null', '-w', '%{http_code}', '--max-time', '5', `http://${host}/`]).out
    const answered = port
      ? (await until(() => (Number(answer()) >= 200 ? 'yes' : state().startsWith('false') && 'ended'), 120, 1000)) === 'yes'
      : await new Promise((r) => setTimeout(() => r(true), 6000))
    // a program that serves nothing may have done its work already
    const running = new RegExp(port ? '^true' : '^true|^false 0$').test(state())
    step('ran', Boolean(answered) && running, `${answered ? '' : `no answer on ${port}: `}${run('docker', ['logs', '--tail', '8', container]).all}`)
    const begin = Date.now()
    run('docker', ['stop', '-t', '30', container])
    const code = run('docker', ['inspect', '--format', '{{.State.ExitCode}}', container]).out.trim()
    step('stopped', ['0', '143'].includes(code) && Date.now() - begin < 29000, `exit code ${code} after ${Math.round((Date.now() - begin) / 1000)} s`)
  } finally {
    started.end()
    run('docker', ['rmi', '-f', tag])
  }
  step('admitted', admitted(dir), 'Pod Security refuses the pod')
}

/** The image run by itself, hardened as the compose file says. */
function alone(compose, { port, user, tag }) {
  const tmpfs = [...compose.slice(0, compose.indexOf('\nnetworks:')).matchAll(/^ {6}- (\/[^:\s]+:rw\S*)/gm)].flatMap((m) => ['--tmpfs', m[1]])
  const memory = /mem_limit: (\S+)/.exec(compose)?.[1] ?? '512m'
  const id = run('docker', ['run', '-d', '--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--user', user ?? 'none', '--memory', memory, ...tmpfs, ...(port ? ['-p', `127.0.0.1:0:${port}`] : []), tag])
  const container = id.code === 0 ? id.out.trim() : ''
  return { id: container, error: id.err, host: () => run('docker', ['port', container, port]).out.split('\n')[0].trim(), end: () => run('docker', ['rm', '-f', '-v', container]) }
}

/** With the services that it needs, by the generated compose file and its one documented step; without its ports, which may be taken here. */
function composed(dir, compose, row) {
  const service = /^services:\n {2}(\S+):$/m.exec(compose)[1]
  const port = /^ {6}- '127\.0\.0\.1:\d+:(\d+)'$/m.exec(compose)?.[1]
  const step = /^# Once, before the first start: (.+)$/m.exec(compose)?.[1]
  if (step) run('sh', ['-c', step], { cwd: dir })
  writeFileSync(join(dir, 'probe.yaml'), `services:\n  ${service}:\n    ports: !reset []\n`)
  const docker = (...args) => run('docker', ['compose', '-p', `probe-${process.pid}-${rows.length}`, '-f', 'compose.yaml', '-f', 'probe.yaml', ...args], { cwd: dir, timeout: 600 })
  row.note = 'compose'
  const up = docker('up', '-d')
  const id = docker('ps', '-aq', service).out.trim()
  const address = () => run('docker', ['inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}', id]).out.trim().split(' ')[0]
  return { id, error: up.all, host: () => `${address()}:${port}`, end: () => docker('down', '-v', '-t', '5') }
}

/** Where the build of the generated compose file happens: an app of a workspace may be built from the folder above it. */
function placeOf(dir) {
  const compose = readFileSync(join(dir, 'compose.yaml'), 'utf8')
  const said = (key) => new RegExp(`^ {6}${key}: "?([^"\\n]+)`, 'm').exec(compose)?.[1]
  const context = resolve(dir, said('context') ?? '.')
  return { context, dockerfile: resolve(context, said('dockerfile') ?? 'Dockerfile') }
}

/** Submits the pod template as a Pod, server-side and dry, in a namespace that enforces "restricted". */
function admitted(dir) {
  const template = run('kubectl', ['create', '--dry-run=client', '-o', 'json', '-f', 'k8s/deployment.yaml'], { cwd: dir })
  if (template.code !== 0) return false
  const { metadata, spec } = JSON.parse(template.out).spec.template
  const namespace = 'bench-restricted'
  run('kubectl', ['create', 'namespace', namespace])
  run('kubectl', ['label', '--overwrite', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted'])
  const file = join(dir, 'pod.json')
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: 'probe', namespace }, spec: { ...spec, serviceAccountName: 'default' } }))
  return run('kubectl', ['apply', '--server-side', '--dry-run=server', '-f', file]).code === 0
}
