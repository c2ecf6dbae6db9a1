import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { EXIT, InputError } from '../errors.ts'
import { readArchive } from './archive.ts'
import { readFolder } from './folder.ts'
import { satisfies } from './range.ts'
import type { Source } from './source.ts'
import type { Tree } from './tree.ts'

type NpmSource = Source & { kind: 'npm' }

/** The package as the project has it installed, if its version does. Its files are read; nothing of it is loaded. */
export function installed({ name, range, normalised }: NpmSource, root: string): { tree: Tree; resolved: string } | undefined {
  for (let at = root; ; at = dirname(at)) {
    const folder = join(at, 'node_modules', ...name.split('/'))
    if (existsSync(join(folder, 'pack.yaml'))) {
      const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version?: unknown }
      // the package managers' own links to it are not the pack's
      return typeof version === 'string' && (range === '*' || satisfies(version, range)) ? { tree: readFolder(realpathSync(folder), normalised), resolved: version } : undefined
    }
    if (dirname(at) === at) return undefined
  }
}

/**
 * The package from the registry that npm is set up for, with the user's access. No script of it is run (CVE-2025-54313:
 * malware in the install script of a configuration package).
 * @param wanted the version that is locked
 */
export async function packed({ name, range, normalised }: NpmSource, root: string, env: NodeJS.ProcessEnv, wanted?: string): Promise<{ tree: Tree; resolved: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'pack-npm-'))
  try {
    const spec = `${name}@${wanted ?? range}`
    const done = spawnSync(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder, '--', spec], { cwd: root, timeout: 120_000, encoding: 'utf8', env: { ...env, npm_config_ignore_scripts: 'true' } })
    const file = readdirSync(folder).find((f) => f.endsWith('.tgz'))
    if (done.status !== 0 || !file) throw new InputError({ message: `npm has no ${spec}: ${reasonOf(done.stdout, done.stderr)}`, where: normalised, hint: 'check the name, the range and npm login' }, EXIT.pack)
    const listed = JSON.parse(done.stdout) as { version?: string }[] | Record<string, { version?: string }>
    const version = Object.values(listed)[0]?.version ?? wanted ?? range
    return { tree: readArchive(readFileSync(join(folder, file)), normalised), resolved: version }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function reasonOf(stdout: string | null, stderr: string | null): string {
  const text = `${stdout ?? ''}\n${stderr ?? ''}`
  const line = /"summary":\s*"([^"]+)"/.exec(text)?.[1] ?? /npm (?:error|ERR!) (?!code)(.+)/.exec(text)?.[1] ?? 'it did not answer'
  return line.replace(/\/\/[^/@\s]*@/g, '//')
}
