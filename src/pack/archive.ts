/**
 * A reader and a writer of .tgz for packs: ustar with PAX and GNU long names, regular files only. Own code, since the libraries
 * write to disks, follow links and unpack whatever is in there (CVE-2026-23745, -26960, -29786, -59873; CVE-2026-56876).
 */
import { gzipSync, inflateRawSync } from 'node:zlib'
import { EXIT, InputError } from '../errors.ts'
import { LIMITS, type Tree, treeOf } from './tree.ts'

const BLOCK = 512

/** @throws InputError (pack) for what is no archive, or holds what no pack may hold */
export function readArchive(archive: Buffer, label: string): Tree {
  const fail = (message: string): never => {
    throw new InputError({ message: `the archive ${message}`, file: label, hint: 'make it by: create-hardened-container pack publish FILE.tgz' }, EXIT.pack)
  }
  if (archive.length > LIMITS.archive) return fail('is larger than 10 MB')
  const tar = inflated(archive, fail)
  const entries: [string, Buffer][] = []
  let at = 0
  let next: { path?: string; size?: number } = {}
  let headers = 0
  while (at + BLOCK <= tar.length) {
    const header = tar.subarray(at, at + BLOCK)
    if (header.every((b) => b === 0)) break
    if (++headers > LIMITS.files * 4) return fail('has too many entries')
    if (checksum(header) !== octal(header, 148, 8)) return fail('is damaged: a checksum is wrong')
    const size = next.size ?? octal(header, 124, 12)
    const type = String.fromCharCode(header[156]!)
    if (size === undefined || size < 0 || size > LIMITS.total) return fail('has an entry of an impossible size')
    const body = tar.subarray(at + BLOCK, at + BLOCK + size)
    if (body.length < size) return fail('ends in the middle of a file')
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
    if (type === 'x' || type === 'L') {
      const said = type === 'x' ? pax(body, fail) : { path: text(body) }
      next = { ...next, ...said }
      continue
    }
    if (type === 'g') continue
    const path = next.path ?? [field(header, 345, 155), field(header, 0, 100)].filter(Boolean).join('/')
    next = {}
    if (path.includes('\0')) return fail('has a name with NUL in it')
    if (type === '5') continue
    if (type !== '0' && type !== '\0') return fail(`holds ${JSON.stringify(path)}, which is ${{ '1': 'a hard link', '2': 'a link', '3': 'a device', '4': 'a device', '6': 'a pipe' }[type] ?? `an entry of type ${JSON.stringify(type)}`}`)
    entries.push([path, Buffer.from(body)])
  }
  if (entries.length === 0) return fail('holds no file')
  return treeOf(withoutTop(entries.map(([p, b]) => [p.replace(/^(\.\/)+/, ''), b])), label)
}

/** npm and git hosts put everything below one folder. */
function withoutTop(entries: [string, Buffer][]): [string, Buffer][] {
  if (entries.some(([path]) => path === 'pack.yaml')) return entries
  const top = entries[0]![0].split('/')[0]!
  return top !== '..' && entries.every(([path]) => path.startsWith(`${top}/`)) ? entries.map(([path, bytes]) => [path.slice(top.length + 1), bytes]) : entries
}

/** The bytes of a gzip file. A bomb ends where the limits are, before it fills the memory. */
function inflated(archive: Buffer, fail: (message: string) => never): Buffer {
  if (archive[0] !== 0x1f || archive[1] !== 0x8b || archive[2] !== 8) return fail('is not gzip')
  const flags = archive[3]!
  let at = 10
  if (flags & 4) at += 2 + archive.readUInt16LE(Math.min(at, archive.length - 2))
  for (const bit of [8, 16]) if (flags & bit) at = archive.indexOf(0, at) + 1 || archive.length
  if (flags & 2) at += 2
  const most = Math.min(LIMITS.total * 1.2, Math.max(archive.length * LIMITS.ratio, 64 * 1024))
  try {
    return inflateRawSync(archive.subarray(at), { maxOutputLength: most })
  } catch (error) {
    return fail((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'unpacks to more than 10 MB, or a hundred times its size' : 'is damaged')
  }
}

const text = (bytes: Buffer): string => bytes.toString('utf8').replace(/\0[\s\S]*$/, '')
const field = (header: Buffer, from: number, length: number): string => text(header.subarray(from, from + length))

function octal(header: Buffer, from: number, length: number): number | undefined {
  const said = field(header, from, length).trim()
  return /^[0-7]{0,12}$/.test(said) ? Number.parseInt(said || '0', 8) : undefined
}

/** The sum of a header's bytes, with blanks where the sum itself stands. */
const checksum = (header: Buffer): number => header.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 32 : byte), 0)

/** "LENGTH KEY=VALUE\n" records (pax, POSIX.1-2001). Only names and sizes are of use here. */
function pax(body: Buffer, fail: (message: string) => never): { path?: string; size?: number } {
  const out: { path?: string; size?: number } = {}
  let at = 0
  while (at < body.length) {
    const blank = body.indexOf(32, at)
    const length = blank < 0 ? Number.NaN : Number(body.subarray(at, blank).toString('latin1'))
    if (!Number.isInteger(length) || length <= blank - at || at + length > body.length) return fail('has a damaged PAX header')
    const [, key, value] = /^([^=]*)=([\s\S]*)\n$/.exec(body.subarray(blank + 1, at + length).toString('utf8')) ?? []
    if (key === undefined) return fail('has a damaged PAX header')
    if (key === 'path') out.path = value!
    if (key === 'size') out.size = /^\d{1,12}$/.test(value!) ? Number(value) : -1
    if (key === 'linkpath') return fail('holds a link')
    at += length
  }
  return out
}

/** A tree as .tgz: equal trees are equal bytes. */
export function archiveOf(tree: Tree): Buffer {
  const blocks: Buffer[] = []
  for (const [path, bytes] of tree) {
    const name = Buffer.from(`package/${path}`)
    if (name.length > 100) {
      // GNU's way for long names, which every reader knows
      blocks.push(header('././@LongLink', name.length + 1, 'L'), padded(Buffer.concat([name, Buffer.of(0)])))
    }
    blocks.push(header(name.subarray(0, 100).toString('latin1'), bytes.length, '0'), padded(bytes))
  }
  blocks.push(Buffer.alloc(BLOCK * 2))
  const packed = gzipSync(Buffer.concat(blocks), { level: 9 })
  // the system that made it is no part of the content
  packed[9] = 255
  return packed
}

function header(name: string, size: number, type: string): Buffer {
  const out = Buffer.alloc(BLOCK)
  out.write(name, 0, 100, 'latin1')
  out.write('0000644\0' + '0000000\0' + '0000000\0' + `${size.toString(8).padStart(11, '0')}\0` + '00000000000\0', 100, 'latin1')
  out.write('        ', 148, 'latin1')
  out.write(type, 156, 'latin1')
  out.write('ustar\x0000', 257, 'latin1')
  out.write(`${checksum(out).toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return out
}

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)])
