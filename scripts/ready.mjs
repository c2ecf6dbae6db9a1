// Makes the checkout ready: installs and builds what is missing or stale, and nothing else. Used by npm start and npm test.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const hash = (paths) => {
  const h = createHash('sha256')
  const add = (path) => {
    if (!existsSync(path)) return
    const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
    for (const e of entries) {
      const p = join(path, e.name)
      if (e.isDirectory()) add(p)
      else h.update(p.slice(root.length)).update(readFileSync(p))
    }
  }
  for (const p of paths) {
    const full = join(root, p)
    if (existsSync(full) && !full.endsWith('.json') && !full.endsWith('.mjs')) add(full)
    else if (existsSync(full)) h.update(p).update(readFileSync(full))
  }
  return h.digest('hex')
}

const stampIs = (file, value) => existsSync(file) && readFileSync(file, 'utf8') === value
const stamp = (file, value) => {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, value)
}

/** Installs the exact dependencies when the lock file changed. */
export function install() {
  const file = join(root, 'node_modules', '.stamp')
  const value = hash(['package-lock.json']) + process.version.split('.')[0]
  if (stampIs(file, value)) return
  process.stderr.write('installing…\n')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const done = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' })
  if (done.status !== 0) process.exit(done.status ?? 1)
  stamp(file, value)
}

/** Builds generated/ and dist/ when a source changed. */
export async function build(force = false) {
  const file = join(root, 'dist', '.stamp')
  const value = hash(['src', 'templates', 'presets', 'scripts/build.mjs', 'scripts/notices.mjs', 'package.json'])
  if (!force && stampIs(file, value)) return
  process.stderr.write('building…\n')
  const { build: run } = await import('./build.mjs')
  await run()
  stamp(file, value)
}

export async function ready(force = false) {
  install()
  await build(force)
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await ready(process.argv.includes('--build'))
