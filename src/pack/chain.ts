import { EXIT, InputError, type Problem } from '../errors.ts'
import type { Read } from './manifest.ts'
import type { Pack } from './policy.ts'
import { satisfies } from './range.ts'
import { readPack } from './reading.ts'
import { hashesOf, type Tree } from './tree.ts'

/** The deepest chain, and the most packs, that a run follows. */
const MAX_DEPTH = 8
const MAX_PACKS = 32

/** A pack as it arrives, before its manifest is read. */
export interface Arrived {
  /** the spec without credentials */
  spec: string
  tree: Tree
  hashes?: Record<string, string>
  integrity: string
  resolved: string
  remote: boolean
  /** finds what this pack's `extends` names */
  open(spec: string): Promise<Arrived>
}

/**
 * Packs with all that they build on, weakest first: depth first, left to right, then the pack itself; each once.
 * @param tool version of this tool, which `requires.tool` must allow
 * @param reader reads a manifest
 * @throws InputError (pack) for a circle, too long a chain, two versions of one pack, or a manifest that does not do
 */
export async function resolveChain(specs: readonly string[], open: (spec: string) => Promise<Arrived>, tool: string, reader: (tree: Tree, label: string) => Promise<Read> = readPack): Promise<Pack[]> {
  const packs: Pack[] = []
  const visit = async (spec: string, from: (spec: string) => Promise<Arrived>, path: readonly string[], blame?: Read): Promise<void> => {
    const arrived = await from(spec).catch((error: unknown) => {
      const { problems, exitCode } = error as InputError
      // who wrote the pack that names it can mend it
      if (problems && path.length > 0) throw new InputError(problems.map((p) => ({ ...p, message: `${p.message} (needed by ${path.join(' -> ')})`, ...(p.file || !blame ? {} : blame.at('extends')) })), exitCode)
      throw error
    })
    const read = await reader(arrived.tree, arrived.spec)
    const { name, version } = read.manifest
    const fail = (message: string, hint: string, place: Partial<Problem> = read.at('name')): never => {
      throw new InputError({ message, ...place, hint }, EXIT.pack)
    }
    if (path.includes(name)) fail(`packs build on each other in a circle: ${[...path.slice(path.indexOf(name)), name].join(' -> ')}`, 'take one of these out of extends', blame?.at('extends'))
    const known = packs.find((p) => p.name === name)
    if (known) {
      if (known.integrity !== arrived.integrity) fail(`${name} comes twice and differs: ${known.version} from ${known.spec}, ${version} from ${arrived.spec}`, 'let both name the same version', blame?.at('extends'))
      return
    }
    if (path.length >= MAX_DEPTH) fail(`packs build on each other more than ${MAX_DEPTH} deep: ${[...path, name].join(' -> ')}`, 'flatten the chain', blame?.at('extends'))
    if (read.manifest.requires?.tool !== undefined && !satisfies(tool, read.manifest.requires.tool)) fail(`${name} ${version} needs create-hardened-container ${read.manifest.requires.tool}, and this is ${tool}`, 'take another version of one of them', read.at('requires'))
    for (const below of read.manifest.extends ?? []) await visit(below, arrived.open, [...path, name], read)
    if (packs.length >= MAX_PACKS) fail(`more than ${MAX_PACKS} packs`, 'fewer will do')
    packs.push({ spec: arrived.spec, name, version, integrity: arrived.integrity, resolved: arrived.resolved, remote: arrived.remote, tree: arrived.tree, hashes: arrived.hashes ?? hashesOf(arrived.tree), read, extends: read.manifest.extends ?? [] })
  }
  for (const spec of specs) await visit(spec, open, [])
  return packs
}
