import { EXIT, InputError, type Problem } from '../errors.ts'

/** The files of a pack by their path below it, with "/" between folders. Regular files only. */
export type Tree = ReadonlyMap<string, Buffer>

/** The manifest of a pack. */
export const MANIFEST_FILE = 'pack.yaml'

/** What a pack may be at most. Measures against archives that unpack to what no disk holds. */
export const LIMITS = { file: 1024 * 1024, files: 200, total: 10 * 1024 * 1024, ratio: 100, archive: 11 * 1024 * 1024 }

/** Files that say who vouches for the rest; they cannot be a part of what they sign. */
export const SIGNATURES = ['pack.integrity', 'pack.integrity.minisig', 'pack.integrity.sig']

/** https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const DEVICES = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|$)/i

/**
 * Characters that are not seen, or that turn the order of what is seen: a question would show another name than the one that is
 * written (CVE-2021-42574), and HFS+ drops some of them, so that ".g\u200cit" is .git (CVE-2014-9390).
 */
const UNSEEN = /[\0-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc]/

/**
 * What is wrong with a path that is to be read from a pack or written into a project; undefined where it stays inside on every
 * system. Cases: CVE-2025-55214 (a name that a template built), CVE-2026-34726 (".." in a folder's name).
 */
export function pathProblem(path: string): string | undefined {
  if (path === '') return 'is empty'
  if (path.length > 200) return 'is longer than 200 characters'
  if (UNSEEN.test(path)) return 'has a control or invisible character in it'
  if (/[\ufffd\ud800-\udfff]/u.test(path)) return 'is not UTF-8'
  if (path.includes('\\')) return 'has a backslash in it; folders are separated by "/"'
  if (path.startsWith('/')) return 'is absolute'
  if (/^[a-z]:/i.test(path)) return 'begins with a drive'
  if (path !== path.normalize('NFC')) return 'is not in Unicode normal form C'
  for (const step of path.split('/')) {
    if (step === '' || step === '.') return 'has an empty step in it'
    if (step === '..') return 'leads out of its folder'
    if (/[. ]$/.test(step)) return 'has a step that ends in a dot or a blank'
    if (/[<>:"|?*]/.test(step)) return 'has a character that not every system can write'
    if (Buffer.byteLength(step) > 255) return 'has a step longer than 255 bytes'
    if (DEVICES.test(step)) return 'names a device on Windows'
    if (/^\.git$/i.test(step) || /^git~\d$/i.test(step)) return 'lies in .git'
    if (/^node_modules$/i.test(step)) return 'lies in node_modules'
  }
  return undefined
}

/** The folder of a pack's own tests, which is for its authors: it is neither hashed nor published. */
export const TESTS = 'tests/'

/** Problems that are listed at once. */
const MOST = 50

/** A tree of these entries without the pack's tests, sorted. @throws InputError (pack) with everything that is wrong with them */
export function treeOf(all: readonly (readonly [path: string, bytes: Buffer])[], label: string): Tree {
  const entries = all.filter(([path]) => !path.startsWith(TESTS))
  const problems: Problem[] = []
  const bad = (path: string, message: string): void => void problems.push({ message: `${named(path)} ${message}`, file: label, hint: 'this pack cannot be used as it is' })
  const seen = new Map<string, string>()
  let total = 0
  for (const [path, bytes] of entries) {
    const wrong = pathProblem(path)
    if (bytes.length > LIMITS.file) bad(path, 'is larger than 1 MB')
    total += bytes.length
    if (wrong) {
      bad(path, wrong)
      continue
    }
    const key = fold(path)
    const other = seen.get(key)
    if (other !== undefined) bad(path, other === path ? 'is there twice' : `is the same file as ${named(other)} on systems that do not tell upper from lower case, or one form of a letter from another`)
    seen.set(key, path)
  }
  for (const path of filesThatAreFolders(seen)) bad(path, 'is a file and a folder')
  if (entries.length > LIMITS.files) bad('.', `holds more than ${LIMITS.files} files`)
  if (total > LIMITS.total) bad('.', 'holds more than 10 MB')
  if (problems.length > 0) throw new InputError(problems.slice(0, MOST), EXIT.pack)
  return new Map([...entries].sort(([a], [b]) => (a < b ? -1 : Number(a > b))))
}

function filesThatAreFolders(seen: ReadonlyMap<string, string>): string[] {
  const folders = new Set<string>()
  for (const key of seen.keys()) for (let at = key.indexOf('/'); at >= 0; at = key.indexOf('/', at + 1)) folders.add(key.slice(0, at))
  return [...seen].filter(([key]) => folders.has(key)).map(([, path]) => path)
}

/** One text for all names that some file system takes for one: APFS has "ß" and "SS" as the same (CVE-2026-23950). */
const fold = (path: string): string => path.normalize('NFKD').toLowerCase().toUpperCase().normalize('NFKD')

/** A name in a message: quoted, and not longer than a line. */
export const named = (path: string): string => JSON.stringify(path.length > 100 ? `${path.slice(0, 100)}…` : path).replace(new RegExp(UNSEEN, 'g'), '\ufffd')

/** What a server or another program said, as one line that a terminal only prints: no escapes, and no access in an address. */
export const quoted = (text: string): string => text.replace(/\/\/[^/@\s]*@/g, '//').replace(new RegExp(UNSEEN, 'g'), ' ').trim().slice(0, 300)

/** node's hashes are loaded where one is needed: that costs half of a run (measured). */
export const sha256 = (content: Buffer | string): string => process.getBuiltinModule('node:crypto').createHash('sha256').update(content).digest('hex')

/** The hash of each file. */
export const hashesOf = (tree: Tree): Record<string, string> => Object.fromEntries([...tree].map(([path, bytes]) => [path, sha256(bytes)]))

/** The hash of a pack's content: the same by whatever way it came. */
export function integrityOf(tree: Tree, hashes = hashesOf(tree)): string {
  const lines = [...tree.keys()].sort().flatMap((path) => (SIGNATURES.includes(path) ? [] : [`${path}\0${hashes[path]}\n`]))
  return `sha256-${sha256(lines.join(''))}`
}
