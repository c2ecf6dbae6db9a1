import { execFileSync, execSync } from 'node:child_process'
import { linkSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { archiveOf, readArchive } from '../../src/pack/archive.ts'
import { readFolder } from '../../src/pack/folder.ts'
import { integrityOf, LIMITS, named, pathProblem, quoted, treeOf } from '../../src/pack/tree.ts'
import { block, bomb, END, entry, packed, record, refusal } from './hostile.ts'

const x = Buffer.from('x')
const folder = (): string => mkdtempSync(join(tmpdir(), 'pack-'))

describe('a name', () => {
  test.each(['.g\u200cit/config', 'a\u202egnp.exe', 'a\u2028b', 'a\x9bb', 'a\ufffdb', 'a\ud800', 'NUL .txt', 'aux.tar.gz', 'CONIN$', 'com¹', 'x/GIT~1/y', 'Node_Modules/x', 'a/...', 'a./b', 'f::$INDEX_ALLOCATION', '//server/share', '\\\\?\\C:\\x', '大'.repeat(100)])('%j is refused', (path) => {
    expect(pathProblem(path)).toBeDefined()
  })
  test.each(['.gitattributes', '.github/CODEOWNERS', 'git/x', 'nullable.yaml', 'con-figs/a', '日本/語.hbs', 'a'.repeat(200)])('%j is taken', (path) => {
    expect(pathProblem(path)).toBeUndefined()
  })
  test('of a million steps costs nothing, and is not printed', async () => {
    const deep = 'a/'.repeat(500_000)
    const from = performance.now()
    const text = await refusal(() => treeOf([[deep, x], [`${deep}b`, x]], 'p'))
    expect(performance.now() - from).toBeLessThan(500)
    expect(text.length).toBeLessThan(1000)
  })
  test('in a message cannot steer a terminal or show an access', () => {
    expect(named('a\u202eb\x9b2J')).toBe('"a\ufffdb\ufffd2J"')
    expect(quoted('remote: \x1b]0;x\x07 https://ann:s3cret@host/x\r\n')).not.toMatch(/[\x1b\x07\r\n]|s3cret/)
  })
})

describe('a tree', () => {
  test.each([['straße', 'STRASSE'], ['ſ', 'S'], ['ﬁle', 'file'], ['Å', 'å'], ['i', 'I'], ['Ⅳ', 'IV'], ['a/B/c', 'A/b/C']])('with %j and %j is refused: they are one file elsewhere', async (a, b) => {
    expect(await refusal(() => treeOf([[a, x], [b, x]], 'p'))).toContain('is the same file as')
  })
  test('with a file that is a folder by another case is refused', async () => {
    expect(await refusal(() => treeOf([['Lib', x], ['lib/a', x]], 'p'))).toContain('is a file and a folder')
  })
  test('says all that is wrong at once, but not without end', async () => {
    const text = await refusal(() => treeOf(Array.from({ length: 1000 }, (_, i) => [`../${i}`, x] as const), 'p'))
    expect(text.split('\n').length).toBeGreaterThan(10)
    expect(text.split('\n').length).toBeLessThan(60)
  })
  test('has one hash, in whatever order it is held', () => {
    expect(integrityOf(new Map([['b', x], ['a', x]]))).toBe(integrityOf(new Map([['a', x], ['b', x]])))
    // written down by hand, so that no later version reads old locks differently
    const sum = execFileSync('sh', ['-c', `h=$(printf x | sha256sum | cut -d' ' -f1); printf 'a\\0%s\\nb\\0%s\\n' $h $h | sha256sum | cut -d' ' -f1`], { encoding: 'utf8' }).trim()
    expect(integrityOf(treeOf([['b', x], ['a', x], ['pack.integrity', x]], 'p'))).toBe(`sha256-${sum}`)
  })
})

describe('a folder', () => {
  test('with a name that is no text, a pipe, or what may not be read is refused with its place', async () => {
    const raw = folder()
    execSync("printf x > \"$(printf 'a\\377b')\"", { cwd: raw })
    expect(await refusal(() => readFolder(raw, 'p'))).toContain('not UTF-8')
    const piped = folder()
    execFileSync('mkfifo', [join(piped, 'pipe')])
    expect(await refusal(() => readFolder(piped, 'p'))).toContain('no regular file')
    expect(await refusal(() => readFolder('/dev/zero', 'p'))).toContain('is no folder')
    expect(await refusal(() => readFolder(join(raw, 'nope'), 'p'))).toContain('is not there')
  })
  test('whose links lead round or out by a chain is refused at the first one', async () => {
    const round = folder()
    symlinkSync('.', join(round, 'round'))
    expect(await refusal(() => readFolder(round, 'p'))).toContain('"round" is a link')
    const chain = folder()
    mkdirSync(join(chain, 'a'))
    symlinkSync('../../../../../../etc', join(chain, 'a/etc'))
    symlinkSync('a/etc/passwd', join(chain, 'deep'))
    expect(await refusal(() => readFolder(chain, 'p'))).toContain('"a/etc" is a link')
  })
  test('of a package manager may share its files with the store', () => {
    const [store, shared] = [folder(), folder()]
    writeFileSync(join(store, 'f'), 'x')
    linkSync(join(store, 'f'), join(shared, 'f'))
    expect([...readFolder(shared, 'p', true).keys()]).toEqual(['f'])
  })
  test('leaves out the repository and what is installed, and ends where the limits are', async () => {
    const f = folder()
    for (const name of ['.git', 'node_modules']) {
      mkdirSync(join(f, name))
      writeFileSync(join(f, name, 'x'), 'x')
    }
    writeFileSync(join(f, 'pack.yaml'), 'x')
    expect([...readFolder(f, 'p').keys()]).toEqual(['pack.yaml'])
    for (let i = 0; i < LIMITS.files; i++) writeFileSync(join(f, `f${i}`), 'x')
    expect(await refusal(() => readFolder(f, 'p'))).toContain('more than 200 files')
    const big = folder()
    writeFileSync(join(big, 'big'), Buffer.alloc(LIMITS.file + 1))
    expect(await refusal(() => readFolder(big, 'p'))).toContain('"big" is larger than 1 MB')
  })
})

describe('an archive that two readers would read in two ways', () => {
  const ok = entry('pack.yaml')
  const size = record('size', '512')
  test.each<[string, Buffer[], string]>([
    // the size said for the next file, taken for the header after it, hides what follows
    ['a PAX size before a PAX header', [entry('x', size, 'x'), entry('x', record('path', '../evil'), 'x'), ok], 'ends in the middle|impossible|leads out'],
    ['one name for all', [entry('g', record('path', 'evil'), 'g'), ok], 'gives all its files one name'],
    ['one size for all', [entry('g', size, 'g'), ok], 'gives all its files one name'],
    ['links for all', [entry('g', record('linkpath', '/etc'), 'g'), ok], 'holds a link'],
    ['a folder with a content', [ok, entry('d/', 'x'.repeat(600), '5')], 'folder with a content'],
    ['a folder that leads out', [ok, block('../../tmp/', 0, '5')], 'leads out'],
    ['an absolute folder', [ok, block('/tmp/', 0, '5')], 'is absolute'],
    ['something after the end', [ok, END, entry('evil')], 'after its end'],
    ['half a block at the end', [ok, END, Buffer.from('rest')], 'after its end'],
    ['a size with a sign', [block('pack.yaml', 0, '0', { 124: '-0000000001' })], 'impossible size'],
    ['a size in base 256', [block('pack.yaml', 0, '0', { 124: '\x80\0\0\0\0\0\0\0\0\0\0\x01' })], 'impossible size'],
    ['a size that is no number', [block('pack.yaml', 0, '0', { 124: '0x7fffffff' })], 'impossible size'],
    ['a PAX size that is no whole number', [entry('x', record('size', '1e1'), 'x'), ok], 'impossible size'],
    ['a PAX length that is no whole number', [entry('x', '0x0a a=b\n\0\0', 'x'), ok], 'damaged PAX'],
    ['a PAX length of nothing', [entry('x', '0 a=b\n', 'x'), ok], 'damaged PAX'],
    ['a PAX header of megabytes', [entry('x', record('comment', 'c'.repeat(70_000)), 'x'), ok], 'impossible size'],
    ['a top folder that is the root', [entry('/pack.yaml')], 'is absolute'],
    ['a top folder that is a drive', [entry('C:/pack.yaml')], 'drive'],
    ['a top folder of git', [entry('.git/config'), entry('.git/hooks/x')], '.git'],
    ['dots before the root', [entry('.//etc/passwd'), ok], 'is absolute'],
    ['a file with the name of a folder', [ok, entry('a/')], 'empty step'],
    ['a long name that leads out', [entry('././@LongLink', '../../etc/passwd\0', 'L'), entry('y'), ok], 'leads out'],
    ['a long link', [entry('././@LongLink', '/etc/passwd\0', 'K'), ok], 'type "K"'],
    ['a sparse file', [entry('pack.yaml', 'x', 'S')], 'type "S"'],
    ['a file that is packed as one', [entry('pack.yaml', 'x', '7')], 'type "7"'],
    ['a name that is no text', [entry('a\xff'), ok], 'not UTF-8'],
    ['a thousand headers about nothing', [...Array.from({ length: 1000 }, () => entry('x', record('comment', 'c'), 'x')), ok], 'too many entries'],
    ['201 files', Array.from({ length: 201 }, (_, i) => entry(`f${i}`)), 'more than 200 files'],
  ])('%s: refused', async (_, blocks, message) => {
    expect(await refusal(() => readArchive(packed(...blocks, END), 'p'))).toMatch(new RegExp(message))
  })
  test('a gzip file with a wrong sum or cut short is refused', async () => {
    const whole = packed(ok, END)
    for (const cut of [0, 1, 3, 4, 9, 11, whole.length - 9, whole.length - 1]) expect(await refusal(() => readArchive(whole.subarray(0, cut), 'p'))).toMatch(/damaged|not gzip/)
    const wrong = Buffer.from(whole)
    wrong[wrong.length - 6]! ^= 1
    expect(await refusal(() => readArchive(wrong, 'p'))).toContain('damaged')
  })
  test('the first half of a name counts in ustar only', () => {
    expect([...readArchive(packed(entry('a.hbs', 'x', '0', { 345: 'partials' }), ok, END), 'p').keys()]).toEqual(['pack.yaml', 'partials/a.hbs'])
    expect([...readArchive(packed(entry('a.hbs', 'x', '0', { 257: 'ustar  \0', 345: '14000000000' }), ok, END), 'p').keys()]).toEqual(['a.hbs', 'pack.yaml'])
  })
  test('bombs end early: one file, many gzip members, and one beside much noise', async () => {
    const zeros = Buffer.alloc(1024 * 1024)
    const bombs = [bomb(entry('pack.yaml', Buffer.alloc(32 * 1024 * 1024)), END), Buffer.concat(Array.from({ length: 200 }, () => bomb(zeros))), bomb(...Array.from({ length: 64 }, (_, i) => entry(`f${i}`, zeros)), END)]
    for (const archive of bombs) {
      const before = process.memoryUsage().arrayBuffers
      expect(await refusal(() => readArchive(archive, 'p'))).toMatch('unpacks to more')
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40 * 1024 * 1024)
    }
  })
})

describe('what is written', () => {
  test('is read again, even where it packs well, is as large as can be, or has long names', () => {
    const noise = Buffer.from(Array.from({ length: LIMITS.file }, (_, i) => (i * 2654435761) >>> 13))
    for (const tree of [
      treeOf([['pack.yaml', Buffer.alloc(LIMITS.file)], ['b', Buffer.alloc(LIMITS.file)]], 'p'),
      treeOf(Array.from({ length: 10 }, (_, i) => [`f${i}`, noise] as const), 'p'),
      treeOf(Array.from({ length: LIMITS.files }, (_, i) => [`${'d'.repeat(90)}/${'ü'.repeat(50)}${i}`, x] as const), 'p'),
      treeOf([['only/one/deep', Buffer.alloc(0)]], 'p'),
    ]) {
      const archive = archiveOf(tree)
      expect(integrityOf(readArchive(archive, 'p'))).toBe(integrityOf(tree))
      expect(archiveOf(tree).equals(archive)).toBe(true)
    }
  })
  test('is what tar reads', () => {
    const tree = treeOf([['pack.yaml', Buffer.from('a: 1\n')], [`${'d'.repeat(80)}/${'f'.repeat(80)}`, x]], 'p')
    const listed = execFileSync('tar', ['-t'], { input: gunzipSync(archiveOf(tree)), encoding: 'utf8' }).trim().split('\n')
    expect(listed).toEqual([...tree.keys()].map((p) => `package/${p}`))
    const made = execFileSync('tar', ['-cz', '--format=pax', '-C', join(import.meta.dirname, '../../examples/packs'), 'acme-platform'], { maxBuffer: 1 << 24 })
    expect(integrityOf(readArchive(made, 'p'))).toBe(integrityOf(readFolder(join(import.meta.dirname, '../../examples/packs/acme-platform'), 'p')))
  })
})
