// A team's pack for real: published to a registry, a git repository and an archive, used by projects of three languages, and a
// language of its own built, run and applied to the cluster.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './shell.mjs'
import { cluster } from './cluster.mjs'

const REGISTRY = process.env.E2E_REGISTRY ?? '127.0.0.1:5000'

/** Every file below a folder but the tool's own two, which say where the pack came from. */
const written = (folder) =>
  JSON.stringify(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((e) => e.isFile() && !/^hardened\.(yaml|lock)$/.test(e.name))
      .map((e) => [join(e.parentPath ?? e.path, e.name).slice(folder.length), readFileSync(join(e.parentPath ?? e.path, e.name), 'utf8')])
      .sort(),
  )

/** @param root the checkout; @param parent a folder to work in; @param check reports one finding */
export async function packs(root, parent, check, kubernetes) {
  const report = (what, ok, detail) => check('packs', what, ok, detail)
  if (run('curl', ['-sf', `http://${REGISTRY}/v2/`]).code !== 0) {
    if (process.env.E2E_LOAD) report('a registry answers', false, REGISTRY)
    else console.log('no registry answers: publishing packs was left out')
    return
  }
  const cli = join(root, 'bin/create-hardened-container.cjs')
  const env = { ...process.env, XDG_CACHE_HOME: join(parent, 'pack-cache'), CI: '' }
  const tool = (args, cwd = parent, more = {}) => run(process.execPath, [cli, ...args], { cwd, env: { ...env, ...more } })
  const pack = join(parent, 'acme-platform')
  cpSync(join(root, 'examples/packs/acme-platform'), pack, { recursive: true })
  // the mirror of this machine in place of the company's
  writeFileSync(join(pack, 'pack.yaml'), readFileSync(join(pack, 'pack.yaml'), 'utf8').replace('registry.acme.example/mirror/docker.io', REGISTRY))

  const oci = `oci://${REGISTRY}/e2e/acme-platform:${Date.now()}`
  const published = tool(['pack', 'publish', pack, oci])
  const integrity = /sha256-[0-9a-f]{64}/.exec(published.out)?.[0]
  report('is published to a registry', published.code === 0 && integrity !== undefined, published.all)
  const archive = join(parent, 'acme.tgz')
  report('is published as an archive of the same hash', tool(['pack', 'publish', pack, archive]).out.includes(integrity))
  const bare = join(parent, 'packs.git')
  const git = (...args) => run('git', ['-c', 'user.name=e2e', '-c', 'user.email=e2e@acme.example', ...args], { cwd: pack })
  for (const args of [['init', '-q', '--bare', bare], ['init', '-q'], ['add', '-A'], ['commit', '-qm', 'pack'], ['push', '-q', bare, 'HEAD:refs/tags/v1.3.0']]) git(...args)

  for (const example of ['node-express', 'python-flask', 'go-http']) {
    const results = [oci, `git+file://${bare}#v1.3.0`, archive].map((spec, i) => {
      const folder = join(parent, `${example}-pack-${i}`)
      cpSync(join(root, 'examples', example), folder, { recursive: true })
      const made = tool(['--yes', '--preset', spec, '--trust-pack', integrity, '--set', 'label.acme.example/cost-centre=104711', '--image', `registry.acme.example/apps/${example}`, '--name', example], folder)
      const again = tool(['update', '--check'], folder, { CI: 'true' })
      return { folder, ok: made.code === 0 && again.code === 0, all: made.all + again.all }
    })
    report(`${example}: the same files by the registry, by git and by the archive; nothing is due in CI`, results.every((r) => r.ok) && new Set(results.map((r) => written(r.folder))).size === 1, results.map((r) => r.all).join('\n'))
  }

  const folder = join(parent, 'perl-greeter')
  cpSync(join(root, 'examples/packs/acme-platform/tests/perl/project'), folder, { recursive: true })
  mkdirSync(folder, { recursive: true })
  const made = tool(['--yes', '--preset', oci, '--trust-pack', integrity, '--set', 'label.acme.example/cost-centre=200100', '--image', 'registry.acme.example/apps/greeter'], folder)
  if (!report("a pack's own language: generated", made.code === 0, made.all)) return
  const image = 'registry.acme.example/apps/greeter:0.1.0'
  const built = run('docker', ['build', '--target', 'runtime', '-t', image, '.'], { cwd: folder, timeout: 900 })
  if (!report('its image builds from the mirror', built.code === 0, built.all)) return
  const id = run('docker', ['run', '-d', '--read-only', '--tmpfs', '/tmp:rw,noexec,nosuid', '--cap-drop=ALL', '--security-opt=no-new-privileges', '-p', '127.0.0.1:0:5000', image]).out.trim()
  try {
    const port = run('docker', ['port', id, '5000']).out.trim().split('\n')[0]
    const answer = run('curl', ['-sS', '--retry', '10', '--retry-connrefused', '--retry-delay', '1', '--retry-all-errors', `http://${port}/healthz`])
    report('it runs hardened and answers', answer.out.trim() === 'ok', answer.all + run('docker', ['logs', id]).all)
    run('docker', ['stop', '-t', '10', id])
    const code = run('docker', ['inspect', '--format', '{{.State.ExitCode}}', id]).out.trim()
    report('SIGTERM ends it with 0 or 143', ['0', '143'].includes(code), code)
  } finally {
    run('docker', ['rm', '-f', id])
  }
  if (!kubernetes) return
  run('kubectl', ['create', 'priorityclass', 'acme-standard', '--value=1000'])
  await cluster({ name: 'perl-greeter', path: '/' }, folder, report)
  run('kubectl', ['delete', 'priorityclass', 'acme-standard', '--wait=false'])
}
