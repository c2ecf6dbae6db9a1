import { version } from '../../../generated/catalog.ts'
import { sources } from '../../../generated/orders.ts'
import { readLock } from '../../apply/state.ts'
import { EXIT, InputError } from '../../errors.ts'
import { lockedOf } from '../../pack/locked.ts'
import type { PackRun } from '../../pack/run.ts'
import type { Io } from '../io.ts'
import { packsFor } from '../packs.ts'
import type { Parsed } from '../parse.ts'
import { folderOf } from '../target.ts'
import { ownPack } from './own.ts'

/** Says how the packs of a project (or one pack of an author's) hang together, and what about them has grown old. */
export async function run(words: string[], flags: Parsed['flags'], io: Io): Promise<number> {
  const lock = words.length > 0 ? undefined : readLock(folderOf([], flags.app as string | undefined, io))
  const packs = lock?.packs ? await packsFor(folderOf([], flags.app as string | undefined, io), flags, undefined, lock, io) : (await ownPack(words, flags, io)).run
  if (!packs) throw new InputError({ message: 'this project uses no packs', where: 'pack doctor', hint: '--preset PACK names one' })
  const lines = findings(packs, lock?.packs ?? [])
  if (flags.json) io.stdout.write(`${JSON.stringify({ schemaVersion: 1, ok: true, exitCode: EXIT.ok, packs: packs.policy.packs.map((p) => ({ name: p.name, version: p.version, spec: p.spec, resolved: p.resolved, integrity: p.integrity, extends: p.extends })), findings: lines }, null, 2)}\n`)
  else {
    io.stdout.write(packs.policy.packs.map((p, i) => `${'  '.repeat(Math.min(i, 1))}${p.name} ${p.version}   ${p.spec}${p.resolved === p.spec ? '' : ` at ${p.resolved}`}\n${'  '.repeat(Math.min(i, 1))}  ${p.integrity}${p.extends.length > 0 ? `, builds on ${p.extends.join(', ')}` : ''}\n`).join(''))
    io.stdout.write(lines.length > 0 ? lines.map((l) => `- ${l}\n`).join('') : 'all is well\n')
  }
  return EXIT.ok
}

function findings({ policy }: PackRun, locked: readonly ReturnType<typeof lockedOf>[]): string[] {
  const today = new Date().toISOString().slice(0, 10)
  return policy.packs.flatMap((pack) => {
    const { manifest } = pack.read
    const known = locked.find((l) => l.name === pack.name)
    return [
      ...(known && known.integrity !== pack.integrity ? [`${pack.name} differs from hardened.lock: create-hardened-container pack update ${pack.name}`] : []),
      ...(manifest.requires?.tool === undefined ? [`${pack.name} does not say which versions of the tool it works with; this is ${version}`] : []),
      ...Object.keys(manifest.templates ?? {}).flatMap((id) => {
        const now = (sources as Record<string, string>)[id]
        const was = manifest.basedOn?.[id]
        return was === undefined ? [`${pack.name} replaces ${id} whole and does not say what it was made from`] : was !== now ? [`${pack.name} replaces ${id}, and the tool's own has changed since`] : []
      }),
      ...(manifest.waive ?? []).flatMap((w) => (w.until && w.until < today ? [`${pack.name} waived ${w.control} until ${w.until}`] : w.until ? [] : [`${pack.name} waives ${w.control} without an end`])),
    ]
  })
}
