import { readFileSync } from 'node:fs'
import { isAbsolute, relative, resolve } from 'node:path'
import { ANSWERS_FILE, type Lock, readText } from '../apply/state.ts'
import { keptFor } from '../pack/kept.ts'
import { keyText, loadPacks, readManaged } from '../pack/load.ts'
import type { PackRun } from '../pack/run.ts'
import { userFile } from '../policy/files.ts'
import { isPack } from '../policy/preset.ts'
import { inCi } from './colour.ts'
import { MANAGED_POLICY } from './generate.ts'
import type { Io } from './io.ts'
import type { Parsed } from './parse.ts'

/** Loads the packs of a run; undefined where a closer look finds none. @throws InputError (pack) */
export async function packsFor(root: string, flags: Parsed['flags'], environment: string[] | undefined, lock: Lock | undefined, io: Io, moving?: readonly string[]): Promise<PackRun | undefined> {
  const managed = await readManaged([MANAGED_POLICY, ...(typeof flags.policy === 'string' ? [resolve(io.cwd, flags.policy)] : [])])
  const saved = readText(root, ANSWERS_FILE)
  const said = [
    ...(await presetsIn(textOf(userFile(io.env)))),
    // the lock has what an unchanged file says
    ...(lock && saved === lock.answers.text ? (lock.answers.values.preset ?? []) : await presetsIn(saved)),
    ...(typeof flags.answers === 'string' && flags.answers !== '-' ? await presetsIn(textOf(resolve(io.cwd, flags.answers))) : []),
    ...(environment ?? []).map((p) => fromRoot(p, root, io.cwd)),
    ...((flags.preset as string[] | undefined) ?? []).flatMap((p) => p.split(',')).map((p) => fromRoot(p, root, io.cwd)),
  ]
  const specs = [...new Set(said.filter(isPack))]
  if (specs.length === 0 && managed.packs.length === 0) return undefined
  const kept = inCi(io.env) ? undefined : keptFor(io.build, io.env)
  const asks = !flags.yes && !inCi(io.env) && io.inputIsTTY && io.stderr.isTTY && flags.check !== true
  return loadPacks(
    specs,
    {
      root,
      io,
      locked: lock?.packs ?? [],
      frozen: (inCi(io.env) || flags.check === true) && moving === undefined,
      offline: flags.offline === true,
      ...(kept ? { kept } : {}),
      trusted: (flags['trust-pack'] as string[] | undefined) ?? [],
      keys: ((flags['pack-key'] as string[] | undefined) ?? []).map((k) => keyText(k, io.cwd)),
      ...(moving ? { moving } : {}),
      ...(asks ? { ask: (text) => confirmPack(text, io) } : {}),
    },
    managed,
  )
}

/** A path that was typed is meant from the current folder; answers keep it from the folder of the app. */
export function fromRoot(spec: string, root: string, cwd: string): string {
  if (!isPack(spec) || /^[a-z+]+:/i.test(spec)) return spec
  if (isAbsolute(spec)) return spec
  const path = relative(root, resolve(cwd, spec)).replaceAll('\\', '/')
  return path.startsWith('.') ? path : `./${path}`
}

/** What `preset` says in a file of answers, without judging the rest of it. */
async function presetsIn(text: string | undefined): Promise<string[]> {
  if (!text?.includes('preset')) return []
  const { isScalar, isSeq, parseDocument } = await import('yaml')
  const node = parseDocument(text, { schema: 'failsafe', prettyErrors: false }).get('preset', true)
  const items = isSeq(node) ? node.items : isScalar(node) ? [node] : []
  return items.flatMap((i) => (isScalar(i) ? String(i.value).split(',') : [])).map((p) => p.trim())
}

function textOf(file: string | undefined): string | undefined {
  if (file === undefined) return undefined
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

async function confirmPack(text: string, io: Io): Promise<boolean> {
  const { promptsOn } = await import('../ask/prompts.ts')
  io.stderr.write(`${text}\n`)
  return promptsOn(io).confirm({ message: 'Use this pack? Its rules will hold here, and its files will be written', default: false })
}
