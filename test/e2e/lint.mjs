// The linters and scanners that platform teams run, over every generated folder. A finding that is no written exception fails.
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './shell.mjs'

const GENERATED = ['.github', 'Dockerfile', '.dockerignore', 'compose.yaml', 'k8s', '.hadolint.yaml', '.trivyignore', '.checkov.yaml']

/** Findings of one linter for a folder of generated files, as text; empty when there are none; undefined when it is not installed. */
const LINTERS = {
  hadolint: (dir) => run('hadolint', ['Dockerfile'], { cwd: dir }),
  trivy: (dir) => run('trivy', ['config', '--skip-check-update', '--skip-version-check', '--disable-telemetry', '-q', '--exit-code', '1', '.'], { cwd: dir }),
  checkov: (dir) => run('checkov', ['-d', '.', '--framework', 'dockerfile', 'kubernetes', '--skip-download', '--quiet', '--compact', ...(existsSync(join(dir, '.checkov.yaml')) ? ['--config-file', '.checkov.yaml'] : [])], { cwd: dir }),
  'kube-score': (dir) => run('kube-score', ['score', ...manifests(dir)], { cwd: dir }),
  kubeconform: (dir) => (process.env.KUBERNETES_SCHEMAS ? run('kubeconform', ['-strict', '-summary', '-schema-location', process.env.KUBERNETES_SCHEMAS, ...manifests(dir)], { cwd: dir }) : { code: 127 }),
  actionlint: (dir) => (existsSync(join(dir, '.github')) ? run('actionlint', ['.github/workflows/container.yaml'], { cwd: dir }) : { code: 0 }),
  zizmor: (dir) => (existsSync(join(dir, '.github')) ? run('zizmor', ['--offline', '.github'], { cwd: dir }) : { code: 0 }),
  'docker compose config': (dir) => run('docker', ['compose', 'config', '-q', '--no-interpolate'], { cwd: dir }),
}

const manifests = (dir) => readdirSync(join(dir, 'k8s')).filter((f) => f.endsWith('.yaml') && f !== 'kustomization.yaml').map((f) => `k8s/${f}`)

export function lint(generated, check) {
  const missing = new Set()
  for (const { test, folder } of generated) {
    const dir = mkdtempSync(join(tmpdir(), 'lint-'))
    for (const f of GENERATED) if (existsSync(join(folder, f))) cpSync(join(folder, f), join(dir, f), { recursive: true })
    for (const [name, linter] of Object.entries(LINTERS)) {
      const done = linter(dir)
      if (done.code === 127) missing.add(name)
      else check(test.name, `${name} finds nothing`, done.code === 0, done.all)
    }
    rmSync(dir, { recursive: true, force: true })
  }
  if (missing.size > 0) console.log(`not installed, left out: ${[...missing].join(', ')}`)
}
