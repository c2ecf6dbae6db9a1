import { lstatSync, readFileSync } from 'node:fs'
import { isAbsolute, join, posix, relative, resolve, sep } from 'node:path'
import { EXIT, InputError } from '../errors.ts'
import { fromCache, toCache } from './cache.ts'
import { readFolder } from './folder.ts'
import type { Kept } from './kept.ts'
import { isRange } from './range.ts'
import { hashesOf, integrityOf, LIMITS, named, pathProblem, type Tree } from './tree.ts'

/** Where a pack comes from. `normalised` has no credentials and is what the lock and messages say. */
export type Source = { normalised: string } & (
  | { kind: 'folder'; path: string }
  | { kind: 'archive'; path: string }
  | { kind: 'npm'; name: string; range: string }
  | { kind: 'git'; url: string; ref: string; path: string }
  | { kind: 'https'; url: string; sha256: string }
  | { kind: 'oci'; registry: string; repository: string; reference: string }
)

/** What was fetched. `resolved` names exactly that: a commit, a version, a digest. */
export interface Fetched {
  tree: Tree
  hashes: Record<string, string>
  integrity: string
  resolved: string
  remote: boolean
}

export interface Fetching {
  /** the folder of the app */
  root: string
  /** the folder that relative paths are meant from */
  base: string
  env: NodeJS.ProcessEnv
  offline: boolean
  /** fetch exactly this, and nothing else */
  frozen?: { resolved: string; integrity: string }
  /** what earlier runs made of packs */
  kept?: Kept
  /** takes what a person should know though it is no error */
  say?(text: string): void
}

const LOOPBACK = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d+)?$/

/** Whether a host is this machine, where plain http is no risk. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host)

/** A spec as messages may show it: whoever mistypes an address with an access in it must not find that in a log. */
export const shown = (spec: string): string => named(spec.replace(/(^|[/:+])([^/:@\s]+:[^/@]*|[^/:@\s]+(?=@[^/]*\/\/))@/g, '$1…@').replace(/\/\/[^/@]*@/g, '//…@'))

/** Parameters of addresses that give access: presigned addresses, tokens of hosts. */
const ACCESS = /(token|secret|signature|^sig$|pass|pwd|api[-_]?key|^key$|access[-_]?key|credential|bearer|jwt|^auth)/i

/** Reads a pack's spec. @throws InputError (pack) with what is wrong and what would do */
export function parseSource(spec: string): Source {
  const fail = (message: string, hint: string): never => {
    throw new InputError({ message, where: '--preset', hint }, EXIT.pack)
  }
  if (/[\0-\x1f\x7f]/.test(spec)) return fail('the pack has a control character in its name', 'take it out')
  if (spec.startsWith('-')) return fail(`a pack cannot begin with "-": ${shown(spec)}`, 'for a folder of that name write ./-…')
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(spec)?.[1]?.toLowerCase()
  if (scheme === undefined || /^[a-z]$/.test(scheme)) return { kind: /\.(tgz|tar\.gz)$/.test(spec) ? 'archive' : 'folder', path: spec, normalised: pathOf(spec) }
  if (scheme === 'npm') return npmSource(spec, fail)
  if (scheme === 'oci') return ociSource(spec, fail)
  const ofGit = /^git\+(https?|ssh|file)$/.test(scheme)
  if (!ofGit && scheme !== 'https' && scheme !== 'http') return fail(`packs do not come by ${scheme}:`, 'a folder, FILE.tgz, npm:, git+https:, git+ssh:, https: or oci:')
  const url = urlOf(spec, fail)
  if (ofGit) return gitSource(url, spec, fail)
  if (scheme === 'http' && !isLoopback(url.host)) return fail(`${url.host}: plain http is for this machine only`, 'use https:')
  const sha256 = /^#sha256-([0-9a-f]{64})$/.exec(url.hash)?.[1]
  if (!sha256) return fail('an archive from the web needs its hash in the address', 'append #sha256-… (sha256sum pack.tgz)')
  url.hash = ''
  return { kind: 'https', url: url.href, sha256, normalised: `${url.href}#sha256-${sha256}` }
}

type Fail = (message: string, hint: string) => never

/** One text for all ways to write a path, so that "./a/../b" is not taken for another pack than "b" (CVE-2026-53951). */
function pathOf(spec: string): string {
  const path = posix.normalize(spec.replaceAll('\\', '/')).replace(/(?<=.)\/+$/, '')
  return /^(\.\.?(\/|$)|\/|[a-z]:)/i.test(path) ? path : `./${path}`
}

/**
 * A name and a range of a registry, and nothing else: npm takes "x@." for a folder and "x@y.tgz" for a file, and runs scripts of
 * what it packs from there (https://docs.npmjs.com/cli/using-npm/package-spec).
 */
function npmSource(spec: string, fail: Fail): Source {
  const [, name = '', range = '*'] = /^npm:((?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~][a-z0-9._~-]*)(?:@(.+))?$/.exec(spec) ?? []
  const isTag = /^[a-z][a-z0-9_-]*$/i.test(range)
  if (name === '' || name.length > 214 || (!isTag && !isRange(range))) return fail(`${shown(spec)} is no package of a registry`, 'like npm:@acme/pack@^2')
  return { kind: 'npm', name, range, normalised: `npm:${name}@${range}` }
}

function ociSource(spec: string, fail: Fail): Source {
  const [, registry = '', repository = '', tag, digest] = /^oci:\/\/([a-z0-9.-]+(?::\d+)?|\[[0-9a-f:]+\](?::\d+)?)\/([a-z0-9]+(?:[._/-][a-z0-9]+)*)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(spec) ?? []
  if (/\/\/[^/]*@/.test(spec)) return fail('a pack has a user or password in its address', 'credentials are those of docker login')
  if (repository === '' || registry.startsWith('-')) return fail(`${shown(spec)} is no OCI reference`, 'like oci://registry.acme.example/platform/pack:2')
  return { kind: 'oci', registry, repository, reference: digest ?? tag ?? 'latest', normalised: spec }
}

function urlOf(spec: string, fail: Fail): URL {
  let url: URL
  try {
    url = new URL(spec.replace(/^git\+/i, ''))
    decodeURIComponent(`${url.hostname}${url.username}${url.pathname}${url.hash}`)
  } catch {
    return fail(`${shown(spec)} is no address`, 'like git+https://git.acme.example/packs.git#v2.3.0')
  }
  if (url.password || (url.username && url.protocol !== 'ssh:')) return fail(`the address of a pack on ${url.host} has a user or password in it`, 'addresses are saved and committed: put credentials into the credential helper of git, ~/.netrc or .npmrc')
  const access = [...url.searchParams.keys()].find((k) => ACCESS.test(k))
  if (access !== undefined) return fail(`the address of a pack on ${url.host} gives access by its ${named(access)}`, 'addresses are saved and committed: take another way to it, like npm:, git+ssh: or oci:')
  return url
}

function gitSource(url: URL, spec: string, fail: Fail): Source {
  if (url.protocol === 'http:' && !isLoopback(url.host)) return fail(`${url.host}: plain http is for this machine only`, 'use git+https:')
  if (url.protocol === 'file:' && url.host !== '') return fail(`${named(url.host)} is no part of a path`, 'like git+file:///srv/packs.git')
  const ref = decodeURIComponent(url.hash.slice(1))
  const path = (url.searchParams.get('path') ?? '').replace(/\/+$/, '')
  const other = [...url.searchParams.keys()].find((k) => k !== 'path')
  if (other !== undefined) return fail(`${named(other)} is nothing that an address of git has`, 'only ?path=FOLDER is known')
  // https://git-scm.com/docs/git-check-ref-format
  if (/^[-+]|^\/|\.\.|[\0-\x20\x7f~^:?*[\\]|@\{|\.lock$|[/.]$/.test(ref)) return fail(`${shown(ref)} is no branch, tag or commit`, 'like #v2.3.0')
  const wrong = path === '' ? undefined : pathProblem(path)
  if (wrong || path.startsWith('-')) return fail(`${named(path)} is no folder of a repository: it ${wrong ?? 'begins with "-"'}`, 'like ?path=packs/acme')
  // git decodes before it calls ssh (CVE-2017-1000117)
  if ([url.hostname, url.username, url.pathname.slice(1)].some((part) => decodeURIComponent(part).startsWith('-'))) return fail(`${shown(spec)} would be taken for an option of git`, 'check the address')
  url.hash = ''
  url.search = ''
  return { kind: 'git', url: url.href, ref, path, normalised: `git+${url.href}${path ? `?path=${path}` : ''}${ref ? `#${ref}` : ''}` }
}

/**
 * Fetches a pack, or takes it from the cache when it is known exactly. @throws InputError (pack)
 */
export async function fetchPack(source: Source, fetching: Fetching): Promise<Fetched> {
  const { frozen, env, offline } = fetching
  const label = source.normalised
  if (source.kind === 'folder' || source.kind === 'archive') {
    const tree = await local(source.path, fetching.base, label)
    return { tree, ...hashed(tree, fetching.kept), resolved: label, remote: false }
  }
  const cached = frozen && fromCache(frozen.integrity, env, fetching.say)
  if (cached) return { tree: cached, hashes: hashesOf(cached), integrity: frozen.integrity, resolved: frozen.resolved, remote: true }
  const installed = source.kind === 'npm' ? (await import('./npm.ts')).installed(source, fetching.root) : undefined
  // what is locked does not move with what is installed
  if (installed && (!frozen || integrityOf(installed.tree) === frozen.integrity)) return withIntegrity(installed, env)
  if (offline) throw new InputError({ message: `${label} is not in the cache, and --offline was asked for`, where: '--preset', hint: 'run once without --offline' }, EXIT.pack)
  const wanted = frozen && exactly(source, frozen.resolved)
  if (source.kind === 'npm') return withIntegrity((await import('./npm.ts')).packed(source, fetching.root, env, wanted), env)
  if (source.kind === 'git') return withIntegrity((await import('./git.ts')).cloned(source, env, wanted), env)
  if (source.kind === 'https') return withIntegrity(await (await import('./https.ts')).downloaded(source), env)
  return withIntegrity(await (await import('./oci.ts')).pulled(source, env, wanted), env)
}

/** What is locked goes to git, npm and registries as an argument, and a lock is a file that anybody may have edited. */
function exactly({ kind, normalised }: Source, resolved: string): string {
  const form = { git: /^([0-9a-f]{40}|[0-9a-f]{64})$/, npm: /^\d+\.\d+\.\d+[0-9A-Za-z.+-]*$/, oci: /^sha256:[0-9a-f]{64}$/ }[kind as string]
  if (form && (!form.test(resolved) || /\.(tgz|tar|gz)$/i.test(resolved))) throw new InputError({ message: `hardened.lock has ${named(resolved)} for ${normalised}, which is no ${{ git: 'commit', npm: 'version' }[kind as string] ?? 'digest'}`, file: 'hardened.lock', hint: 'create-hardened-container pack update makes the entry anew' }, EXIT.pack)
  return resolved
}

/** A pack of this machine. No step of a relative path is a link: what it says is where it lies (CVE-2026-24047). */
async function local(spec: string, base: string, label: string): Promise<Tree> {
  const fail = (message: string, hint: string): never => {
    throw new InputError({ message, where: '--preset', hint }, EXIT.pack)
  }
  const path = resolve(base, spec)
  if (!isAbsolute(spec)) {
    for (let at = resolve(base), steps = relative(base, path).split(sep); steps.length > 0; ) {
      const step = steps.shift()!
      at = join(at, step)
      if (step !== '..' && lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink()) fail(`${shown(relative(base, at))}, on the way to the pack ${shown(spec)}, is a link`, 'name the place that it leads to')
    }
  }
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (!stat) return fail(`there is no pack ${shown(spec)}`, `looked for ${shown(path)}`)
  if (!stat.isFile()) return readFolder(path, label)
  if (stat.size > LIMITS.archive) return fail(`${shown(spec)} is larger than 10 MB`, 'a pack is a few small files')
  return (await import('./archive.ts')).readArchive(readFileSync(path), label)
}

function withIntegrity({ tree, resolved }: { tree: Tree; resolved: string }, env: NodeJS.ProcessEnv): Fetched {
  const known = hashed(tree)
  toCache(tree, known.integrity, env)
  return { tree, ...known, resolved, remote: true }
}

/** The hashes of a tree; those of the very same files from an earlier run, where they were kept. */
function hashed(tree: Tree, kept?: Kept): Pick<Fetched, 'hashes' | 'integrity'> {
  const whole = kept && [...tree].map(([path, bytes]) => `${path.length} ${bytes.length} ${path}${bytes.toString('latin1')}`).join('')
  const before = whole === undefined ? undefined : kept!.read<Pick<Fetched, 'hashes' | 'integrity'>>('hashes', whole)
  if (before) return before
  const hashes = hashesOf(tree)
  const now = { hashes, integrity: integrityOf(tree, hashes) }
  if (whole !== undefined) kept!.write('hashes', whole, now)
  return now
}
