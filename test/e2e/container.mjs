// One project with the engine: build, checks of the build, hardened run with the generated compose file, stop, rebuild.
import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run, sleep } from './shell.mjs'

const inspect = (what, format) => run('docker', ['inspect', '--format', format, what]).out.trim()

/** Builds and runs; reports each finding. Returns the image's size, or undefined when there is no image. */
export function container(test, folder, report) {
  const image = `${/^ {4}image: (\S+)/m.exec(readFileSync(join(folder, 'compose.yaml'), 'utf8'))[1]}`
  const lint = run('docker', ['build', '--check', '.'], { cwd: folder })
  report('the build checks are clean', lint.code === 0 && !/warning/i.test(lint.all.replace(/no warnings found/i, '')), lint.all)
  const built = run('docker', ['build', '--target', 'runtime', '-t', image, '.'], { cwd: folder, timeout: 1500 })
  if (!report('the image builds', built.code === 0, built.all)) return undefined
  // a site without a build installs nothing
  if (test.source) rebuild(test, folder, image, report)
  compose(test, folder, report)
  return { size: Number(inspect(image, '{{.Size}}')) }
}

/** A second build after a change of one source line runs no dependency step. */
function rebuild(test, folder, image, report) {
  const file = sourceFile(join(folder, test.source))
  const before = readFileSync(file, 'utf8')
  const build = () => run('docker', ['build', '--progress=plain', '--target', 'runtime', '-t', `${image}-again`, '.'], { cwd: folder, timeout: 1500 })
  let outcome = { ok: false, detail: '' }
  // an engine that is short of room forgets steps between two builds; one whose Dockerfile is at fault fails each time
  for (let i = 0; i < 3 && !outcome.ok; i++) {
    build()
    appendFileSync(file, '\n')
    const again = build()
    writeFileSync(file, before)
    const steps = [...again.all.matchAll(/^(#\d+) \[((?:production-)?dependencies) [^\]]*\] (?:RUN|COPY)/gm)].map((m) => m[1])
    const ran = steps.filter((s) => !new RegExp(`^${s} CACHED`, 'm').test(again.all))
    outcome = { ok: again.code === 0 && steps.length > 0 && ran.length === 0, detail: `${steps.length} steps, of which these ran: ${ran.join(' ') || 'none'}\n${again.all}` }
  }
  report('a changed source line installs nothing again', outcome.ok, outcome.detail)
  run('docker', ['rmi', `${image}-again`])
}

function sourceFile(path) {
  if (!statSync(path).isDirectory()) return path
  const found = readdirSync(path, { recursive: true, withFileTypes: true }).find((e) => e.isFile() && /\.(java|kt)$/.test(e.name))
  return join(found.parentPath ?? found.path, found.name)
}

/** Runs the generated compose file as it stands, but for the port on the host, which may be taken. */
function compose(test, folder, report) {
  const text = readFileSync(join(folder, 'compose.yaml'), 'utf8')
  const service = /^services:\n {2}([\w-]+):/m.exec(text)[1]
  const port = /127\.0\.0\.1:(\d+):/.exec(text)?.[1]
  const step = /^# Once, before the first start: (.*)$/m.exec(text)?.[1]
  if (step) report('the documented step makes the secrets', run('sh', ['-c', step], { cwd: folder }).code === 0)
  writeFileSync(join(folder, 'override.yaml'), `services:\n  ${service}:\n    pull_policy: never\n${port ? `    ports: !override\n      - '127.0.0.1:0:${port}'\n` : ''}`)
  const files = ['compose', '-p', `e2e-${test.name}`, '-f', 'compose.yaml', '-f', 'override.yaml']
  const docker = (...args) => run('docker', [...files, ...args], { cwd: folder, timeout: 300 })
  try {
    const up = docker('up', '-d', '--wait', '--wait-timeout', '180', '--no-build')
    const id = docker('ps', '-aq', service).out.trim()
    if (!report(port ? 'starts hardened and is healthy' : 'starts hardened and stays up', up.code === 0 && id !== '', `${up.all}\n${docker('logs', '--tail', '20').all}`)) return
    if (!port) sleep(5000)
    const state = JSON.parse(run('docker', ['inspect', id]).out)[0]
    report('runs read-only, without capabilities, as a number', state.HostConfig.ReadonlyRootfs && String(state.HostConfig.CapDrop) === 'ALL' && /^[1-9]\d+:\d+$/.test(state.Config.User) && state.State.Running, JSON.stringify({ ...state.HostConfig, Config: state.Config.User, State: state.State }).slice(0, 500))
    if (port) {
      report('HEALTHCHECK is healthy', state.State.Health?.Status === 'healthy', JSON.stringify(state.State.Health))
      const host = docker('port', service, port).out.trim()
      const answer = run('curl', ['-sS', '-o', '/dev/null', '-w', '%{http_code}', '--max-time', '10', `http://${host}${test.path}`])
      report(`answers ${test.path}`, Number(answer.out) >= 200 && Number(answer.out) < 500, answer.all + docker('logs', '--tail', '20').all)
    }
    // the engine makes the places where it mounts; what is inside them is no part of the image
    const declared = [...text.matchAll(/^ {6}- (\/[^:\s]+):rw/gm)].map((m) => m[1])
    const outside = run('docker', ['diff', id]).out.split('\n').filter((line) => line && !declared.some((path) => `${path}/`.startsWith(`${line.slice(2)}/`)))
    report('writes nothing outside of the declared paths', outside.length === 0, outside.join('\n'))
    const grace = Number(/stop_grace_period: (\d+)s/.exec(text)?.[1] ?? 10)
    const before = Date.now()
    docker('stop', service)
    const seconds = (Date.now() - before) / 1000
    const code = inspect(id, '{{.State.ExitCode}}')
    report('SIGTERM ends it in time with 0 or 143', ['0', '143'].includes(code) && seconds < grace, `exit ${code} after ${seconds} s`)
  } finally {
    docker('down', '-v', '--remove-orphans')
  }
}
