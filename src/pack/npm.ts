import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { EXIT, InputError } from '../errors.ts'
import { readArchive } from './archive.ts'
import { readFolder } from './folder.ts'
import { satisfies } from './range.ts'
import type { Source } from './source.ts'
import { LIMITS, quoted, type Tree } from './tree.ts'

type NpmSource = Source & { kind: 'npm' }

const TIMEOUT = 120_000
const VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/

/** The package as the project has it installed, if its version does. Its files are read; nothing of it is loaded. */
export function installed({ name, range, normalised }: NpmSource, root: string): { tree: Tree; resolved: string } | undefined {
  for (let at = root; ; at = dirname(at)) {
    const folder = join(at, 'node_modules', ...name.split('/'))
    if (existsSync(join(folder, 'pack.yaml'))) {
      const version = versionIn(join(folder, 'package.json'))
      // the package managers' own links to it, and from its files to their store, are not the pack's
      return version !== undefined && (range === '*' || satisfies(version, range)) ? { tree: readFolder(realpathSync(folder), normalised, true), resolved: version } : undefined
    }
    if (dirname(at) === at) return undefined
  }
}

/** undefined where it says none, or cannot be understood: then it is none that is installed. */
function versionIn(file: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version?: unknown }
    return typeof version === 'string' && VERSION.test(version) ? version : undefined
  } catch {
    return undefined
  }
}

/**
 * The package from the registry that npm is set up for, with the user's access. No script of it is run (CVE-2025-54313:
 * malware in the install script of a configuration package). npm runs in the project, whose .npmrc names the registry of a scope.
 * @param wanted the version that is locked
 */
export function packed({ name, range, normalised }: NpmSource, root: string, env: NodeJS.ProcessEnv, wanted?: string): { tree: Tree; resolved: string } {
  const folder = mkdtempSync(join(tmpdir(), 'pack-npm-'))
  const fail = (message: string, hint: string): never => {
    throw new InputError({ message, where: normalised, hint }, EXIT.pack)
  }
  try {
    const spec = `${name}@${wanted ?? range}`
    const [command, ...first] = npm()
    const done = spawnSync(command, [...first, 'pack', '--ignore-scripts', '--json', '--workspaces=false', '--pack-destination', folder, '--', spec], { cwd: root, timeout: TIMEOUT, killSignal: 'SIGKILL', maxBuffer: LIMITS.total, encoding: 'utf8', env: { ...env, npm_config_ignore_scripts: 'true' } })
    const code = (done.error as NodeJS.ErrnoException | undefined)?.code
    if (code === 'ENOENT') fail('npm is not installed here', 'install npm, or take the pack by git+https:, https: or oci:')
    const file = readdirSync(folder).find((f) => f.endsWith('.tgz'))
    if (done.status !== 0 || !file) return fail(`npm has no ${spec}: ${code === 'ETIMEDOUT' ? `no answer within ${TIMEOUT / 1000} s` : reasonOf(done.stdout, done.stderr)}`, 'check the name, the range and npm login')
    if (statSync(join(folder, file)).size > LIMITS.archive) fail(`${spec} is larger than 10 MB`, 'a pack is a few small files')
    const resolved = wanted ?? versionOf(done.stdout)
    return { tree: readArchive(readFileSync(join(folder, file)), normalised), resolved: resolved ?? fail(`npm does not say which version ${spec} is`, 'name one exactly, like npm:@acme/pack@2.1.0') }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** On Windows npm is a batch file, which node does not start without a shell (CVE-2024-27980). */
const npm = (): [string, ...string[]] => (process.platform === 'win32' ? [process.execPath, join(dirname(process.execPath), 'node_modules/npm/bin/npm-cli.js')] : ['npm'])

/** A list of packages, or by npm 12 a map of them. */
function versionOf(stdout: string): string | undefined {
  try {
    const version = Object.values(JSON.parse(stdout) as Record<string, { version?: unknown }>)[0]?.version
    return typeof version === 'string' && VERSION.test(version) ? version : undefined
  } catch {
    return undefined
  }
}

function reasonOf(stdout: string | null, stderr: string | null): string {
  const text = `${stdout ?? ''}\n${stderr ?? ''}`
  return quoted(/"summary":\s*"([^"]+)"/.exec(text)?.[1] ?? /npm (?:error|ERR!) (?!code)(.+)/.exec(text)?.[1] ?? 'it did not answer')
}
