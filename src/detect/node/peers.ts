import { inRange } from '../versions.ts'
import { installedNames } from './manager.ts'
import type { Manifest } from './manifest.ts'

/** An entry of a lock file of npm: where the package lies, and its version. */
const ENTRY = /"((?:[^"\s]*\/)?node_modules\/[^"]+)":\s*\{\s*(?:"name":\s*"[^"]*",\s*)?"version":\s*"([^"]+)"/g
/** Peers of an entry, with what says which of them are optional. */
const PEERS = /"peerDependencies":\s*\{([^}]*)\}(?:,\s*"peerDependenciesMeta":\s*\{((?:[^{}]|\{[^}]*\})*)\})?/g

/**
 * The first peer that a lock file of npm lacks, or has in a version that a package of the project itself does not take. Such a lock
 * was made with --legacy-peer-deps, and is enforced with that only.
 */
export function peerAmiss(lock: string, { every, json }: Manifest): { name: string; peer: string } | undefined {
  if (!lock.includes('"peerDependencies"')) return undefined
  const present = installedNames(lock)
  const entries = Array.from(lock.matchAll(ENTRY), (m) => ({ path: m[1]!, version: m[2]!, at: m.index }))
  const versions = new Map(entries.map((e) => [e.path, e.version]))
  let i = 0
  for (const { 1: peers = '', 2: meta = '', index } of lock.matchAll(PEERS)) {
    while (i + 1 < entries.length && entries[i + 1]!.at < index) i++
    const owner = entries[i]?.path.slice('node_modules/'.length) ?? ''
    const own = every[owner] !== undefined || (json.workspaces !== undefined && versions.has(`node_modules/${owner}`))
    for (const [, peer = '', range = ''] of peers.matchAll(/"([^"]+)":\s*"([^"]*)"/g)) {
      if (!present.has(peer) && !meta.includes(`"${peer}"`)) return { name: owner, peer }
      const version = own ? versions.get(`node_modules/${peer}`) : undefined
      if (version !== undefined && !takes(range, version)) return { name: owner, peer }
    }
  }
  return undefined
}

/** Whether a range takes a version, by its first two numbers; a version before a release is taken only by what names such a one. */
function takes(range: string, version: string): boolean {
  if (!/\d/.test(range)) return true
  return inRange(version.split('.').slice(0, 2).join('.'), range) && (!version.includes('-') || range.includes('-'))
}
