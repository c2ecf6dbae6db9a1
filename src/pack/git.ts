import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXIT, InputError } from '../errors.ts'
import type { Source } from './source.ts'
import { LIMITS, TESTS, type Tree, treeOf } from './tree.ts'

/**
 * What every call of git gets: no hooks, no links, no helpers that a repository or an address could name. `ext::` runs commands
 * (CVE-2017-1000117 and what followed), a local path may be a repository of another user (CVE-2022-24765).
 */
const SAFE = ['-c', 'core.hooksPath=/dev/null', '-c', 'core.symlinks=false', '-c', 'core.fsmonitor=false', '-c', 'protocol.ext.allow=never', '-c', 'submodule.recurse=false', '-c', 'gc.auto=0']

/** Fetches one commit of a repository and reads its files as blobs: nothing is checked out. @throws InputError (pack) */
export function cloned(source: Source & { kind: 'git' }, env: NodeJS.ProcessEnv, wanted?: string): { tree: Tree; resolved: string } {
  const label = source.normalised
  const folder = mkdtempSync(join(tmpdir(), 'pack-git-'))
  const fail = (message: string, hint: string): never => {
    throw new InputError({ message, where: label, hint }, EXIT.pack)
  }
  // who asks for a file takes it from this machine, and from nowhere else
  const protocols = ['-c', `protocol.file.allow=${source.url.startsWith('file:') ? 'always' : 'never'}`]
  const git = (args: string[], input?: string): Buffer => {
    const done = spawnSync('git', [...SAFE, ...protocols, ...args], { cwd: folder, input, timeout: 60_000, maxBuffer: LIMITS.total * 2, env: { ...env, GIT_TERMINAL_PROMPT: '0', GIT_ALLOW_PROTOCOL: 'https:http:ssh:file', GIT_LFS_SKIP_SMUDGE: '1' } })
    if ((done.error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') fail('git is not installed here', 'install git, or take the pack by npm:, https: or oci:')
    if (done.error || done.status !== 0) fail(`git could not fetch the pack: ${String(done.stderr).trim().split('\n').at(-1)?.replace(/\/\/[^/@\s]*@/g, '//') || done.error?.message}`, 'check the address, the ref and your access')
    return done.stdout
  }
  try {
    git(['init', '--quiet', '--bare', '.'])
    const commit = /^[0-9a-f]{40}$/.test(source.ref) ? source.ref : undefined
    git(['fetch', '--quiet', '--depth', '1', '--no-tags', '--no-recurse-submodules', '--end-of-options', source.url, wanted ?? commit ?? (source.ref || 'HEAD')])
    const resolved = git(['rev-parse', '--verify', 'FETCH_HEAD^{commit}']).toString().trim()
    const listed = git(['ls-tree', '-r', '-z', '--full-tree', '-l', resolved, ...(source.path ? ['--', `${source.path}/`] : [])]).toString('utf8').split('\0').filter(Boolean)
    const files = listed.flatMap((line) => {
      const [, mode, type, id, size, path] = /^(\d{6}) (\w+) ([0-9a-f]+)\s+(\d+|-)\t([\s\S]+)$/.exec(line)!
      if (mode === '120000') fail(`${JSON.stringify(path)} is a link`, 'a pack holds regular files only')
      if (type !== 'blob') fail(`${JSON.stringify(path)} is a submodule`, 'a pack holds regular files only')
      const own = source.path ? path!.slice(source.path.length + 1) : path!
      return own.startsWith(TESTS) ? [] : [{ id: id!, size: Number(size), path: own }]
    })
    if (files.length === 0) fail(source.path ? `there is no folder ${source.path} in it` : 'the repository is empty', 'check ?path=')
    if (files.length > LIMITS.files || files.some((f) => f.size > LIMITS.file) || files.reduce((sum, f) => sum + f.size, 0) > LIMITS.total) fail(`the pack holds more than ${LIMITS.files} files, a file above 1 MB, or 10 MB in all`, 'keep packs in a repository or folder (?path=) of their own')
    return { tree: treeOf(blobs(git(['cat-file', '--batch'], files.map((f) => `${f.id}\n`).join('')), files), label), resolved }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The answers of `git cat-file --batch`: a header line, the bytes, a line end. */
function blobs(out: Buffer, files: readonly { size: number; path: string }[]): [string, Buffer][] {
  let at = 0
  return files.map(({ size, path }) => {
    const from = out.indexOf(10, at) + 1
    at = from + size + 1
    return [path, Buffer.from(out.subarray(from, from + size))]
  })
}
