/**
 * A reader and a writer of .tgz for packs: ustar with PAX and GNU long names, regular files only. Own code, since the libraries
 * write to disks, follow links and unpack whatever is in there (CVE-2026-23745, -26960, -29786, -59873; CVE-2026-56876).
 */
import { EXIT, InputError } from '../errors.ts'
import { LIMITS, named, pathProblem, type Tree, treeOf } from './tree.ts'

/** Loaded where there is an archive: a pack in a folder has none. */
const zlib = (): typeof import('node:zlib') => process.getBuiltinModule('node:zlib')

const BLOCK = 512
/** The longest header about another entry: names are short here. */
const MOST_SAID = 64 * 1024

/** What an entry that is no regular file is. */
const KINDS: Record<string, string> = { '1': 'a hard link', '2': 'a link', '3': 'a device', '4': 'a device', '6': 'a pipe' }

/** @throws InputError (pack) for what is no archive, or holds what no pack may hold */
export function readArchive(archive: Buffer, label: string): Tree {
  const fail = (message: string): never => {
    throw new InputError({ message: `the archive ${message}`, file: label, hint: 'make it by: create-hardened-container pack publish FILE.tgz' }, EXIT.pack)
  }
  if (archive.length > LIMITS.archive) return fail('is larger than 10 MB')
  const entries = entriesOf(inflated(archive, fail), fail)
  if (entries.length === 0) return fail('holds no file')
  return treeOf(withoutTop(entries.map(([p, b]) => [p.replace(/^(\.\/)+/, ''), b])), label)
}

/**
 * The files of a tar. Wherever two readers could understand something else by it (a size that two headers give, names for all that
 * follows, bytes after the end), it is refused: what a person looked at must be what is used (CVE-2026-59873).
 */
function entriesOf(tar: Buffer, fail: (message: string) => never): [string, Buffer][] {
  const entries: [string, Buffer][] = []
  let at = 0
  let next: Said = {}
  for (let headers = 0; at + BLOCK <= tar.length; headers++) {
    const header = tar.subarray(at, at + BLOCK)
    if (header.every((b) => b === 0)) break
    if (headers > LIMITS.files * 4) return fail('has too many entries')
    if (checksum(header) !== octal(header, 148, 8)) return fail('is damaged: a checksum is wrong')
    const type = String.fromCharCode(header[156]!)
    const about = type === 'x' || type === 'g' || type === 'L'
    // the size of a PAX header is that of the file after it
    const size = about ? octal(header, 124, 12) : (next.size ?? octal(header, 124, 12))
    if (size === undefined || Number.isNaN(size) || size > (about ? MOST_SAID : LIMITS.total)) return fail('has an entry of an impossible size')
    const body = tar.subarray(at + BLOCK, at + BLOCK + size)
    if (body.length < size) return fail('ends in the middle of a file')
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
    if (about) {
      const said = type === 'L' ? { path: text(body) } : pax(body, fail)
      if (type === 'g' && (said.path !== undefined || said.size !== undefined)) return fail('gives all its files one name or size')
      next = { ...next, ...said }
      continue
    }
    const path = next.path ?? [isUstar(header) ? field(header, 345, 155) : '', field(header, 0, 100)].filter(Boolean).join('/')
    next = {}
    if (path.includes('\0')) return fail('has a name with NUL in it')
    if (type === '5') {
      const wrong = size > 0 ? 'is a folder with a content' : /^(\.\/?)+$/.test(path) ? undefined : pathProblem(path.replace(/^(\.\/)+|\/$/g, ''))
      if (wrong) return fail(`holds ${named(path)}, which ${wrong}`)
    } else if (type !== '0' && type !== '\0') return fail(`holds ${named(path)}, which is ${KINDS[type] ?? `an entry of type ${JSON.stringify(type)}`}`)
    else entries.push([path, Buffer.from(body)])
  }
  if (tar.subarray(at).some((b) => b !== 0)) return fail('has something after its end')
  return entries
}

/** npm and git hosts put everything below one folder. */
function withoutTop(entries: [string, Buffer][]): [string, Buffer][] {
  if (entries.some(([path]) => path === 'pack.yaml')) return entries
  const top = entries[0]![0].split('/')[0]!
  return pathProblem(top) === undefined && entries.every(([path]) => path.startsWith(`${top}/`)) ? entries.map(([path, bytes]) => [path.slice(top.length + 1), bytes]) : entries
}

/** The bytes of a gzip file. A bomb ends where the limits are, before it fills the memory. */
function inflated(archive: Buffer, fail: (message: string) => never): Buffer {
  if (archive[0] !== 0x1f || archive[1] !== 0x8b) return fail('is not gzip')
  const most = Math.min(LIMITS.total * 1.2, Math.max(archive.length * LIMITS.ratio, 64 * 1024))
  try {
    return zlib().gunzipSync(archive, { maxOutputLength: most })
  } catch (error) {
    return fail((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'unpacks to more than 10 MB, or a hundred times its size' : 'is damaged')
  }
}

const text = (bytes: Buffer): string => bytes.toString('utf8').replace(/\0[\s\S]*$/, '')
/** Only there the name has a first half; GNU's older form keeps times in its place. */
const isUstar = (header: Buffer): boolean => header.toString('latin1', 257, 263) === 'ustar\0'
const field = (header: Buffer, from: number, length: number): string => text(header.subarray(from, from + length))

function octal(header: Buffer, from: number, length: number): number | undefined {
  const said = field(header, from, length).trim()
  return /^[0-7]{0,12}$/.test(said) ? Number.parseInt(said || '0', 8) : undefined
}

/** The sum of a header's bytes, with blanks where the sum itself stands. */
const checksum = (header: Buffer): number => header.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 32 : byte), 0)

/** "0x10", "1e3" and " 7" are none. */
const wholeNumber = (digits: string): number => (/^\d{1,12}$/.test(digits) ? Number(digits) : Number.NaN)

/** What a header says about the file that follows it. */
interface Said {
  path?: string
  size?: number
}

/** "LENGTH KEY=VALUE\n" records (pax, POSIX.1-2001). Only names and sizes are of use here. */
function pax(body: Buffer, fail: (message: string) => never): Said {
  const out: Said = {}
  let at = 0
  while (at < body.length) {
    const blank = body.indexOf(32, at)
    const length = blank < 0 || blank - at > 6 ? Number.NaN : wholeNumber(body.toString('latin1', at, blank))
    if (Number.isNaN(length) || length <= blank - at || at + length > body.length) return fail('has a damaged PAX header')
    const [, key, value] = /^([^=]*)=([\s\S]*)\n$/.exec(body.subarray(blank + 1, at + length).toString('utf8')) ?? []
    if (key === undefined) return fail('has a damaged PAX header')
    if (key === 'path') out.path = value!
    if (key === 'size') out.size = wholeNumber(value!)
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
  const tar = Buffer.concat(blocks)
  let packed = zlib().gzipSync(tar, { level: 9 })
  // a reader would take it for a bomb
  if (tar.length > packed.length * LIMITS.ratio) packed = zlib().gzipSync(tar, { level: 0 })
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
