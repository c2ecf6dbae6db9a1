import { apply } from '../../apply/apply.ts'
import { LOCK_FILE, lockText, readLock } from '../../apply/state.ts'
import { EXIT, InputError } from '../../errors.ts'
import { difference, type LockedPack } from '../../pack/locked.ts'
import { coloured, paint } from '../colour.ts'
import type { Io } from '../io.ts'
import { packsFor } from '../packs.ts'
import type { Parsed } from '../parse.ts'
import { folderOf } from '../target.ts'

/** Fetches the packs of a project anew, shows what their rules have become, and locks them. The files follow by `update`. */
export async function run(words: string[], flags: Parsed['flags'], io: Io): Promise<number> {
  const root = folderOf([], flags.app as string | undefined, io)
  const lock = readLock(root)
  if (!lock) throw new InputError({ message: 'nothing was written here yet, so no pack is locked', file: root, hint: 'begin with: create-hardened-container --preset PACK' })
  const before = lock.packs ?? []
  const unknown = words.filter((w) => !before.some((p) => p.name === w || p.spec === w))
  if (unknown.length > 0) throw new InputError(unknown.map((w) => ({ message: `no pack of this project is called ${w}`, where: 'pack update', hint: before.length > 0 ? `one of ${before.map((p) => p.name).join(', ')}` : 'it uses none', near: { given: w, among: before.map((p) => p.name) } })))
  const packs = await packsFor(root, flags, undefined, lock, io, words.length > 0 ? words : ['*'])
  const after = packs?.locked ?? []
  const changes = changesOf(before, after)
  if (flags.json) io.stdout.write(`${JSON.stringify({ schemaVersion: 1, ok: true, exitCode: EXIT.ok, packs: changes }, null, 2)}\n`)
  else tell(changes, flags, io)
  if (changes.some((c) => c.change !== 'same') && !flags['dry-run']) {
    apply(root, [{ path: LOCK_FILE, text: lockText({ ...lock, packs: after }) }])
    if (!flags.json) io.stderr.write('locked; what that means for the files: create-hardened-container update --check\n')
  }
  return EXIT.ok
}

interface Moved {
  name: string
  change: 'new' | 'gone' | 'moved' | 'same'
  from?: string
  to?: string
  rules: string[]
  files: string[]
}

function changesOf(before: readonly LockedPack[], after: readonly LockedPack[]): Moved[] {
  const names = [...new Set([...before, ...after].map((p) => p.name))]
  return names.map((name) => {
    const [a, b] = [before.find((p) => p.name === name), after.find((p) => p.name === name)]
    const text = (p: LockedPack | undefined): string | undefined => p && `${p.version} (${p.resolved})`
    const empty = { files: {}, rules: [] as string[] } as unknown as LockedPack
    const change = !a ? 'new' : !b ? 'gone' : a.integrity === b.integrity ? 'same' : 'moved'
    return { name, change, ...(a ? { from: text(a)! } : {}), ...(b ? { to: text(b)! } : {}), ...(change === 'same' ? { rules: [], files: [] } : difference(a ?? empty, b ?? empty)) }
  })
}

function tell(changes: readonly Moved[], flags: Parsed['flags'], io: Io): void {
  const p = paint(coloured(flags, io.env, io.stdout))
  for (const { name, change, from, to, rules, files } of changes) {
    io.stdout.write(`${p.yellow(change.padEnd(7))}${name}   ${change === 'same' ? to : [from, to].filter(Boolean).join(' → ')}\n`)
    for (const rule of rules) io.stdout.write(`  ${rule.startsWith('+') ? p.green(rule) : p.red(rule)}\n`)
    for (const file of change === 'moved' ? files : []) io.stdout.write(`  ${p.dim(file)}\n`)
  }
}
