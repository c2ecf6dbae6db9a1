import { existsSync, readFileSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { version } from '../../generated/catalog.ts'
import type { Io } from '../cli/io.ts'
import { EXIT, InputError, type Problem } from '../errors.ts'
import { type Arrived, resolveChain } from './chain.ts'
import { combine } from './combine.ts'
import type { Kept } from './kept.ts'
import { languagesBy } from './listed.ts'
import { difference, type LockedPack, lockedOf } from './locked.ts'
import type { Pack } from './policy.ts'
import { besideEachOther, keepReading, readPack } from './reading.ts'
import { type PackRun, packRun } from './run.ts'
import { fetchPack, parseSource, shown } from './source.ts'
import { hashesOf, type Tree } from './tree.ts'

/** What steers the loading of packs. */
export interface Loading {
  /** the folder of the app */
  root: string
  io: Io
  /** what the lock remembers */
  locked: readonly LockedPack[]
  /** packs stay as they are locked: in CI, and for update --check */
  frozen: boolean
  offline: boolean
  /** hashes that may be used for the first time without a question */
  trusted: readonly string[]
  /** public keys of which one must have signed what comes over the network */
  keys: readonly string[]
  /** names of packs that are fetched anew; "*" for all */
  moving?: readonly string[]
  /** what earlier runs made of packs */
  kept?: Kept
  /** asks whether a pack may be used for the first time; absent where nobody can answer */
  ask?(text: string): Promise<boolean>
}

/**
 * Fetches, verifies and resolves packs. The network is used for what is neither in this repository nor in the cache.
 * @param specs packs of the project, weakest first; those of the managed policy come before them
 * @throws InputError (pack) for what cannot be loaded, differs from the lock or is not trusted
 */
export async function loadPacks(specs: readonly string[], loading: Loading, managed: Managed): Promise<PackRun> {
  return runOf(await fetchPacks(specs, loading, managed), loading.kept)
}

/** A run with packs that were fetched. @throws InputError (pack) for what they say */
export async function runOf(fetched: readonly Pack[], kept?: Kept): Promise<PackRun> {
  const packs = await besideEachOther(fetched)
  const policy = combine(packs)
  const languages = await languagesBy(packs)
  const run = packRun(policy, packs.map(lockedOf), languages, kept)
  if (kept) keepReading(packs, languages, kept)
  return run
}

/** The first half of it: the packs with all that they build on, verified and trusted. */
export async function fetchPacks(specs: readonly string[], loading: Loading, managed: Managed): Promise<Pack[]> {
  const with_ = { ...loading, trusted: [...loading.trusted, ...managed.trust], keys: [...loading.keys, ...managed.keys] }
  const packs = await resolveChain([...managed.packs, ...specs.filter((s) => !managed.packs.includes(s))], (spec) => open(spec, loading.root, with_), version, (tree, label) => readPack(tree, label, loading.kept))
  await trust(packs, with_)
  return packs
}

async function open(spec: string, base: string, loading: Loading, within?: string): Promise<Arrived> {
  const source = parseSource(spec)
  const local = source.kind === 'folder' || source.kind === 'archive'
  // "../base" of two packs may be two packs: a path is remembered as seen from the app
  const name = local && base !== loading.root && !isAbsolute(spec) ? parseSource(`./${relative(loading.root, resolve(base, spec))}`).normalised : source.normalised
  const known = loading.locked.find((p) => p.spec === name)
  const moves = known === undefined || (loading.moving?.some((m) => m === '*' || m === known.name || m === known.spec) ?? false)
  if (within !== undefined && local) refuseOutside(resolve(base, spec), within, spec)
  const frozen = known && !moves && (loading.frozen || !local) ? { resolved: known.resolved, integrity: known.integrity } : undefined
  if (loading.frozen && !known && !local && !loading.moving) throw new InputError({ message: `the pack ${name} is not in hardened.lock, and packs are frozen here`, where: '--preset', hint: 'run once without CI set and commit hardened.lock' }, EXIT.pack)
  const { tree, hashes, integrity, resolved, remote } = await fetchPack(source, { root: loading.root, base, env: loading.io.env, offline: loading.offline, ...(loading.kept ? { kept: loading.kept } : {}), say: (text) => loading.io.stderr.write(`${text}\n`), ...(frozen && !local ? { frozen } : {}) })
  if (frozen && integrity !== frozen.integrity) throw changed(known!, name, tree, integrity)
  const folder = source.kind === 'folder' ? resolve(base, spec) : undefined
  return {
    spec: name,
    tree,
    hashes,
    integrity,
    resolved,
    remote,
    open: async (next) => (folder === undefined && isOfThisMachine(next) ? below(next, name, tree, { resolved, remote }, loading) : open(next, folder ?? base, loading, folder === undefined ? undefined : topOf(folder, loading.root))),
  }
}

/** What a pack that is no folder may name only within itself (CVE-2026-34726): any path, and repositories by their path. */
const isOfThisMachine = (spec: string): boolean => ['folder', 'archive'].includes(parseSource(spec).kind) || /^git\+file:/i.test(spec)

/** What a folder's packs may name: what lies in the same repository, else only what lies in the pack itself. */
function topOf(folder: string, root: string): string {
  for (let at = folder; dirname(at) !== at; at = dirname(at)) if (existsSync(join(at, '.git'))) return at
  return folder.startsWith(root + sep) ? root : folder
}

function refuseOutside(path: string, top: string, spec: string): void {
  if (path !== top && !path.startsWith(top + sep)) throw new InputError({ message: `the pack ${shown(spec)} lies outside of what its parent may name (${top})`, where: 'extends', hint: 'keep packs that build on each other in one repository, or name it by npm:, git+https: or oci:' }, EXIT.pack)
}

/** A pack in a folder of another one that came as an archive. */
async function below(spec: string, parent: string, tree: Tree, from: { resolved: string; remote: boolean }, loading: Loading): Promise<Arrived> {
  const steps: string[] = []
  for (const step of spec.split('/')) {
    if (step === '..' || isAbsolute(spec) || /^[a-z][a-z+]*:/i.test(spec)) throw new InputError({ message: `${parent} names ${shown(spec)}, which lies outside of it`, file: `${parent}/pack.yaml`, hint: 'name a folder below pack.yaml' }, EXIT.pack)
    if (step !== '.' && step !== '') steps.push(step)
  }
  const prefix = `${steps.join('/')}/`
  const { integrityOf } = await import('./tree.ts')
  const part: Tree = new Map([...tree].flatMap(([path, bytes]) => (path.startsWith(prefix) ? [[path.slice(prefix.length), bytes] as const] : [])))
  return { spec: `${parent}#${prefix.slice(0, -1)}`, tree: part, integrity: integrityOf(part), ...from, open: async (next) => (isOfThisMachine(next) ? below(next, parent, part, from, loading) : open(next, loading.root, loading)) }
}

function changed(known: LockedPack, spec: string, tree: Tree, integrity: string): InputError {
  const now = lockedOf({ ...known, spec, tree, hashes: hashesOf(tree), integrity, remote: false, read: { manifest: {}, rules: [] } } as unknown as Pack)
  const { files } = difference(known, now)
  return new InputError({ message: `the pack ${known.name} is not the one of hardened.lock: ${files.slice(0, 6).join(', ')}${files.length > 6 ? ` and ${files.length - 6} more` : ''}`, where: spec, hint: `locked ${known.integrity}, found ${integrity}; if that is meant: create-hardened-container pack update ${known.name}` }, EXIT.pack)
}

/** What comes over the network is used for the first time only when somebody said so, by a question, a hash or a signature. */
async function trust(packs: readonly Pack[], { locked, trusted, keys, ask, moving }: Loading): Promise<void> {
  const problems: Problem[] = []
  for (const pack of packs) {
    if (!pack.remote) continue
    const signed = (await import('./signature.ts')).verifySignature(pack.tree, pack.integrity, [...keys])
    if (keys.length > 0 && signed === 'unsigned') problems.push({ message: `${pack.name} ${pack.version} is not signed by a key of --pack-key or the managed policy`, where: pack.spec, hint: 'sign it: docs/packs.md, "Signatures"' })
    if (signed !== 'unsigned' || trusted.includes(pack.integrity) || locked.some((l) => l.spec === pack.spec && (l.integrity === pack.integrity || moving !== undefined))) continue
    if (problems.length > 0) continue
    if (!ask) problems.push({ message: `${pack.name} ${pack.version} has not been used here before`, where: pack.spec, hint: `look at it, then: --trust-pack ${pack.integrity}` })
    else if (!(await ask(introduction(pack)))) problems.push({ message: `${pack.name} was not accepted`, where: pack.spec, hint: 'nothing was written' })
  }
  if (problems.length > 0) throw new InputError(problems, EXIT.pack)
}

function introduction(pack: Pack): string {
  // a pack chooses how much it says, so the length of its list must not hide what it writes and waives
  const [weighty, rest] = [/^(file|waive|template|text at|preset|mirror|bases|builds on|language) /, 40]
  const lines = lockedOf(pack).rules.map((line) => (line.length > 300 ? `${line.slice(0, 300)}…` : line))
  const first = lines.filter((l) => weighty.test(l))
  const others = lines.filter((l) => !weighty.test(l))
  return [`${pack.name} ${pack.version} from ${pack.resolved}`, `  ${pack.integrity}`, ...[...first, ...others.slice(0, rest)].map((l) => `  ${l}`), ...(others.length > rest ? [`  … and ${others.length - rest} more`] : [])].join('\n')
}

/** What an administrator laid down. */
export interface Managed {
  packs: string[]
  keys: string[]
  trust: string[]
}

/** Reads the managed policy files that are there. @throws InputError (pack) for one that cannot be understood */
export async function readManaged(files: readonly string[]): Promise<Managed> {
  const all: Managed = { packs: [], keys: [], trust: [] }
  for (const file of files) {
    if (!existsSync(file)) continue
    let given: unknown
    try {
      given = (await import('yaml')).parse(readFileSync(file, 'utf8'), { schema: 'failsafe', maxAliasCount: 0 })
    } catch (error) {
      throw new InputError({ message: `the managed policy cannot be read: ${(error as Error).message.split('\n')[0]}`, file, hint: 'its keys are packs, keys and trust, each a list' }, EXIT.pack)
    }
    for (const [key, list] of Object.entries((given ?? {}) as Record<string, unknown>)) {
      if (!Object.hasOwn(all, key) || !Array.isArray(list) || !list.every((v) => typeof v === 'string')) throw new InputError({ message: `the managed policy has no list "${key}"`, file, hint: 'its keys are packs, keys and trust', near: { given: key, among: Object.keys(all) } }, EXIT.pack)
      // a path in it is meant from its own folder
      all[key as keyof Managed].push(...(key === 'packs' ? list.map((p: string) => (/^\.{1,2}\//.test(p) ? resolve(dirname(file), p) : p)) : key === 'keys' ? list.map((k: string) => keyText(k, dirname(file))) : (list as string[])))
    }
  }
  return all
}

/** A public key: as text, or the file that holds it. */
export function keyText(key: string, base: string): string {
  if (key.includes('\n') || /^[A-Za-z0-9+/=]{40,}$/.test(key)) return key
  const file = isAbsolute(key) ? key : join(base, key)
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new InputError({ message: `the key cannot be read: ${(error as Error).message}`, where: '--pack-key', hint: 'name a file with a minisign or PEM public key, or give the minisign key itself' }, EXIT.pack)
  }
}
