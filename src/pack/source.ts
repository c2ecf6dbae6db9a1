import { existsSync, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { EXIT, InputError } from '../errors.ts'
import { readArchive } from './archive.ts'
import { fromCache, toCache } from './cache.ts'
import { readFolder } from './folder.ts'
import { integrityOf, type Tree } from './tree.ts'

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
}

const LOOPBACK = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d+)?$/

/** Whether a host is this machine, where plain http is no risk. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host)

/** Reads a pack's spec. @throws InputError (pack) with what is wrong and what would do */
export function parseSource(spec: string): Source {
  const fail = (message: string, hint: string): never => {
    throw new InputError({ message, where: '--preset', hint }, EXIT.pack)
  }
  if (/[\0-\x1f\x7f]/.test(spec)) return fail('the pack has a control character in its name', 'take it out')
  if (spec.startsWith('-')) return fail(`a pack cannot begin with "-": ${spec}`, 'for a folder of that name write ./-…')
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(spec)?.[1]?.toLowerCase()
  if (scheme === undefined || /^[a-z]$/.test(scheme)) return { kind: /\.(tgz|tar\.gz)$/.test(spec) ? 'archive' : 'folder', path: spec, normalised: spec.replaceAll('\\', '/').replace(/(?<=.)\/+$/, '') }
  if (scheme === 'npm') {
    const [, name = '', range = '*'] = /^npm:((?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~][a-z0-9._~-]*)(?:@(.+))?$/.exec(spec) ?? []
    if (name === '' || name.length > 214 || !/^[\w.^~<>=|* -]+$/.test(range) || range.startsWith('-')) return fail(`${JSON.stringify(spec)} is no package of a registry`, 'like npm:@acme/pack@^2')
    return { kind: 'npm', name, range, normalised: `npm:${name}@${range}` }
  }
  if (scheme === 'oci') {
    const [, registry = '', repository = '', tag, digest] = /^oci:\/\/([a-z0-9.-]+(?::\d+)?|\[[0-9a-f:]+\](?::\d+)?)\/([a-z0-9]+(?:[._/-][a-z0-9]+)*)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(spec) ?? []
    if (spec.includes('@') && /\/\/[^/]*@/.test(spec)) return fail('a pack has a user or password in its address', 'credentials are those of docker login')
    if (repository === '') return fail(`${JSON.stringify(spec)} is no OCI reference`, 'like oci://registry.acme.example/platform/pack:2')
    return { kind: 'oci', registry, repository, reference: digest ?? tag ?? 'latest', normalised: spec }
  }
  let url: URL
  try {
    url = new URL(spec.replace(/^git\+/i, ''))
  } catch {
    return fail(`${JSON.stringify(spec)} is no address`, 'like git+https://git.acme.example/packs.git#v2.3.0')
  }
  const user = url.username
  if (url.password || (user && url.protocol !== 'ssh:')) return fail(`the address of a pack on ${url.host} has a user or password in it`, 'addresses are saved and committed: put credentials into the credential helper of git, ~/.netrc or .npmrc')
  if (/^git\+(https?|ssh|file)$/.test(scheme)) {
    if (url.protocol === 'http:' && !isLoopback(url.host)) return fail(`${url.host}: plain http is for this machine only`, 'use git+https:')
    const ref = decodeURIComponent(url.hash.slice(1))
    const path = url.searchParams.get('path') ?? ''
    if (/^-|^\/|\.\.|[\s~^:?*[\\]|@\{|\.lock$|\/$/.test(ref)) return fail(`${JSON.stringify(ref)} is no branch, tag or commit`, 'like #v2.3.0')
    if (/^-|^\/|(^|\/)\.\.(\/|$)/.test(path)) return fail(`${JSON.stringify(path)} is no folder of a repository`, 'like ?path=packs/acme')
    if (/^-/.test(url.hostname) || /^-/.test(decodeURIComponent(user)) || url.pathname.startsWith('/-')) return fail(`${JSON.stringify(spec)} would be taken for an option of git`, 'check the address')
    url.hash = ''
    url.search = ''
    return { kind: 'git', url: url.href, ref, path, normalised: `git+${url.href}${path ? `?path=${path}` : ''}${ref ? `#${ref}` : ''}` }
  }
  if (scheme === 'https' || scheme === 'http') {
    if (scheme === 'http' && !isLoopback(url.host)) return fail(`${url.host}: plain http is for this machine only`, 'use https:')
    const sha256 = /^#sha256-([0-9a-f]{64})$/.exec(url.hash)?.[1]
    if (!sha256) return fail('an archive from the web needs its hash in the address', 'append #sha256-… (sha256sum pack.tgz)')
    url.hash = ''
    return { kind: 'https', url: url.href, sha256, normalised: `${url.href}#sha256-${sha256}` }
  }
  return fail(`packs do not come by ${scheme}:`, 'a folder, FILE.tgz, npm:, git+https:, git+ssh:, https: or oci:')
}

/**
 * Fetches a pack, or takes it from the cache when it is known exactly. @throws InputError (pack)
 */
export async function fetchPack(source: Source, fetching: Fetching): Promise<Fetched> {
  const { frozen, env, offline } = fetching
  const label = source.normalised
  if (source.kind === 'folder' || source.kind === 'archive') {
    const path = resolve(fetching.base, source.path)
    if (!existsSync(path)) throw new InputError({ message: `there is no pack ${source.path}`, where: '--preset', hint: `looked for ${path}` }, EXIT.pack)
    const tree = statSync(path).isFile() ? readArchive(readFileSync(path), label) : readFolder(path, label)
    return { tree, integrity: integrityOf(tree), resolved: label, remote: false }
  }
  const cached = frozen && fromCache(frozen.integrity, env)
  if (cached) return { tree: cached, integrity: frozen.integrity, resolved: frozen.resolved, remote: true }
  const installed = source.kind === 'npm' ? (await import('./npm.ts')).installed(source, fetching.root) : undefined
  if (installed) return withIntegrity(installed, true, env)
  if (offline) throw new InputError({ message: `${label} is not in the cache, and --offline was asked for`, where: '--preset', hint: 'run once without --offline' }, EXIT.pack)
  const wanted = frozen?.resolved
  if (source.kind === 'npm') return withIntegrity(await (await import('./npm.ts')).packed(source, fetching.root, env, wanted), true, env)
  if (source.kind === 'git') return withIntegrity((await import('./git.ts')).cloned(source, env, wanted), true, env)
  if (source.kind === 'https') return withIntegrity(await (await import('./https.ts')).downloaded(source), true, env)
  return withIntegrity(await (await import('./oci.ts')).pulled(source, env, wanted), true, env)
}

function withIntegrity({ tree, resolved }: { tree: Tree; resolved: string }, remote: boolean, env: NodeJS.ProcessEnv): Fetched {
  const integrity = integrityOf(tree)
  toCache(tree, integrity, env)
  return { tree, integrity, resolved, remote }
}
