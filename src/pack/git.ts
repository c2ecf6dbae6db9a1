import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXIT, InputError } from '../errors.ts'
import type { Source } from './source.ts'
import { LIMITS, named, quoted, TESTS, type Tree, treeOf } from './tree.ts'

const TIMEOUT = 60_000

/**
 * What every call of git gets: no hooks, no links, no helpers that a repository or an address could name. `ext::` runs commands
 * (CVE-2017-1000117 and what followed), a local path may be a repository of another user (CVE-2022-24765).
 */
const SAFE = ['-c', 'core.hooksPath=/dev/null', '-c', 'core.symlinks=false', '-c', 'core.fsmonitor=false', '-c', 'protocol.ext.allow=never', '-c', 'submodule.recurse=false', '-c', 'gc.auto=0', '-c', 'http.lowSpeedLimit=1000', '-c', 'http.lowSpeedTime=30']

/** What a hook of git sets for its own repository; with it, the fetch would write there (git rev-parse --local-env-vars). */
const OF_ANOTHER = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_COMMON_DIR', 'GIT_OBJECT_DIRECTORY', 'GIT_ALTERNATE_OBJECT_DIRECTORIES', 'GIT_NAMESPACE', 'GIT_PREFIX', 'GIT_SHALLOW_FILE', 'GIT_GRAFT_FILE', 'GIT_REPLACE_REF_BASE', 'GIT_INTERNAL_SUPER_PREFIX', 'GIT_TEMPLATE_DIR']

/** Fetches one commit of a repository and reads its files as blobs: nothing is checked out. @throws InputError (pack) */
export function cloned(source: Source & { kind: 'git' }, env: NodeJS.ProcessEnv, wanted?: string): { tree: Tree; resolved: string } {
  const label = source.normalised
  const folder = mkdtempSync(join(tmpdir(), 'pack-git-'))
  const fail = (message: string, hint: string): never => {
    throw new InputError({ message, where: label, hint }, EXIT.pack)
  }
  const safe: NodeJS.ProcessEnv = {
    ...env,
    GIT_TERMINAL_PROMPT: '0',
    GIT_LFS_SKIP_SMUDGE: '1',
    // this one way, and none that a server sends us on to
    GIT_ALLOW_PROTOCOL: source.url.slice(0, source.url.indexOf(':')),
  }
  for (const name of OF_ANOTHER) delete safe[name]
  const git = (args: string[], input?: string): Buffer => {
    const done = spawnSync('git', [...SAFE, ...args], { cwd: folder, input, timeout: TIMEOUT, maxBuffer: LIMITS.total * 2, env: safe })
    const code = (done.error as NodeJS.ErrnoException | undefined)?.code
    if (code === 'ENOENT') fail('git is not installed here', 'install git, or take the pack by npm:, https: or oci:')
    if (code === 'ETIMEDOUT') fail(`git had no answer within ${TIMEOUT / 1000} s`, 'check the address and the network')
    if (done.error || done.status !== 0) fail(`git could not fetch the pack: ${quoted(String(done.stderr).trim().split('\n').at(-1) ?? '') || code}`, 'check the address, the ref and your access')
    return done.stdout
  }
  try {
    git(['init', '--quiet', '--bare', '--template=', '.'])
    const commit = /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(source.ref) ? source.ref : undefined
    git(['fetch', '--quiet', '--depth', '1', '--no-tags', '--no-recurse-submodules', '--end-of-options', source.url, wanted ?? commit ?? (source.ref || 'HEAD')])
    const resolved = git(['rev-parse', '--verify', 'FETCH_HEAD^{commit}']).toString().trim()
    const listed = git(['ls-tree', '-r', '-z', '--full-tree', '-l', resolved, ...(source.path ? ['--', `${source.path}/`] : [])]).toString('utf8').split('\0').filter(Boolean)
    const files = listed.flatMap((line) => {
      const [, mode = '', type, id = '', size, path = ''] = /^(\d{6}) (\w+) ([0-9a-f]+)\s+(\d+|-)\t([\s\S]+)$/.exec(line) ?? []
      const own = source.path ? path.slice(source.path.length + 1) : path
      if (own.startsWith(TESTS)) return []
      if (mode === '120000') fail(`${named(path)} is a link`, 'a pack holds regular files only')
      if (type !== 'blob' || !mode.startsWith('100')) fail(`${named(path)} is a submodule`, 'a pack holds regular files only')
      return [{ id, size: Number(size), path: own }]
    })
    if (files.length === 0) fail(source.path ? `there is no folder ${source.path} in it` : 'the repository is empty', 'check ?path=')
    if (files.length > LIMITS.files || files.some((f) => f.size > LIMITS.file) || files.reduce((sum, f) => sum + f.size, 0) > LIMITS.total) fail(`the pack holds more than ${LIMITS.files} files, a file above 1 MB, or 10 MB in all`, 'keep packs in a repository or folder (?path=) of their own')
    const entries = blobs(git(['cat-file', '--batch'], files.map((f) => `${f.id}\n`).join('')), files)
    if (!entries) return fail('git gave something else than it was asked for', 'check the repository by git fsck')
    return { tree: treeOf(entries, label), resolved }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The answers of `git cat-file --batch`: a header line, the bytes, a line end. */
function blobs(out: Buffer, files: readonly { id: string; size: number; path: string }[]): [string, Buffer][] | undefined {
  let at = 0
  const entries: [string, Buffer][] = []
  for (const { id, size, path } of files) {
    const header = `${id} blob ${size}\n`
    if (out.toString('latin1', at, at + header.length) !== header) return undefined
    const from = at + header.length
    entries.push([path, Buffer.from(out.subarray(from, from + size))])
    at = from + size + 1
  }
  return entries
}
