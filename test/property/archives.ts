/** Archives as nobody would make them, from a seed: valid ones that were changed, and headers out of thin air. */
import { gzipSync } from 'node:zlib'
import type { InputError } from '../../src/errors.ts'
import { archiveOf, readArchive } from '../../src/pack/archive.ts'
import { integrityOf, LIMITS, pathProblem } from '../../src/pack/tree.ts'
import { block, END, entry, record } from '../unit/hostile.ts'
import { random } from './edits.ts'

type Random = () => number
const upTo = (n: number, r: Random): number => Math.floor(r() * n)
const pick = <T>(items: readonly T[], r: Random): T => items[upTo(items.length, r)]!

const STEPS = ['pack.yaml', 'a', 'A', 'b', 'package', '..', '.', '', '/', 'C:', 'con', '.git', 'node_modules', 'é', 'e\u0301', '\0', '\x1b', 'ß', 'SS', 'x'.repeat(120), '\xff', '-', '{{a}}', '__proto__']
const TYPES = ['0', '0', '0', '0', '\0', 'x', 'x', 'L', 'g', '5', '1', '2', '3', '6', '7', 'K', 'S', 'V', '\xff']
const SIZES = ['0', '1', '-1', '1e3', '0x10', '99999999999', ' 5', '512', '']

const nameOf = (r: Random): string => Array.from({ length: 1 + upTo(4, r) }, () => pick(STEPS, r)).join(pick(['/', '/', '/', '\\', '//'], r))

function entryOf(r: Random): Buffer {
  const type = pick(TYPES, r)
  const body = type === 'x' || type === 'g' ? records(r) : type === 'L' ? `${nameOf(r)}${pick(['\0', '', '\0rest'], r)}` : pick(['', 'x', 'name: a\n', 'y'.repeat(upTo(1500, r))], r)
  const over: Record<number, string> = {}
  if (r() < 0.1) over[124] = pick(['77777777777', '-0000000001', '\x80\0\0\0\0\0\0\0\0\0\0\x09', '00000001000', '           ', '00000000000'], r)
  if (r() < 0.1) over[345] = nameOf(r)
  if (r() < 0.1) over[257] = pick(['ustar  \0', '\0\0\0\0\0\0\0\0'], r)
  return r() < 0.05 ? block(nameOf(r), upTo(5000, r), type, over) : entry(r() < 0.5 ? `package/${nameOf(r)}` : nameOf(r), body, type, over)
}

function records(r: Random): string {
  const some = Array.from({ length: 1 + upTo(3, r) }, () => record(pick(['path', 'size', 'linkpath', 'comment', 'GNU.sparse.name', '__proto__'], r), r() < 0.3 ? pick(SIZES, r) : nameOf(r)))
  return some.join('') + (r() < 0.1 ? pick(['99 path=a\n', '5 a\n', '-3 path=b\n', '\0\0'], r) : '')
}

function flipped(bytes: Buffer, times: number, r: Random): Buffer {
  const out = Buffer.from(bytes)
  for (let i = 0; i < times && out.length > 0; i++) out[upTo(out.length, r)] = upTo(256, r)
  return out
}

/** The archive of a seed. */
export function archiveCase(seed: number): Buffer {
  const r = random(seed)
  const entries = r() < 0.3 ? Array.from({ length: 1 + upTo(4, r) }, (_, i) => entry(`package/${pick(['pack.yaml', 'a/b', 'c'], r)}${i}`, 'z'.repeat(upTo(700, r)))) : Array.from({ length: 1 + upTo(5, r) }, () => entryOf(r))
  let tar: Buffer = Buffer.concat([...entries, ...(r() < 0.9 ? [END] : [])])
  if (r() < 0.15) tar = flipped(tar, 1 + upTo(6, r), r)
  if (r() < 0.1) tar = tar.subarray(0, upTo(tar.length, r))
  let packed: Buffer = gzipSync(tar, { level: 1 })
  if (r() < 0.1) packed = flipped(packed, 1 + upTo(3, r), r)
  if (r() < 0.05) packed = packed.subarray(0, upTo(packed.length, r))
  return packed
}

/**
 * What becomes of an archive: the message of its refusal without names, or 'taken'.
 * @throws Error where a tree breaks a rule, or an error says no file or no way on
 */
export function judged(archive: Buffer): string {
  try {
    const tree = readArchive(archive, 'pack.tgz')
    const names = [...tree.keys()]
    const wrong = names.find((path) => pathProblem(path) !== undefined)
    if (wrong !== undefined || names.length > LIMITS.files || new Set(names.map((n) => n.toLowerCase())).size !== names.length) throw new Error(`a tree that must not be: ${JSON.stringify(names)}`)
    // all that was taken is regular, so it can be written down again and is the same
    if (names.length > 0 && integrityOf(readArchive(archiveOf(tree), 'again')) !== integrityOf(tree)) throw new Error('it is another one when it is written and read again')
    return 'taken'
  } catch (error) {
    const { problems, exitCode } = error as InputError
    if (!problems) throw error
    if (exitCode !== 6 || problems.length === 0 || problems.some((p) => !p.file || !p.hint || /[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(p.message))) throw new Error(`an error that helps nobody: ${JSON.stringify(problems)}`)
    return problems[0]!.message.replace(/"(?:[^"\\]|\\.)*"/g, '"…"')
  }
}
