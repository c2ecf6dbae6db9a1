import { execFileSync } from 'node:child_process'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { archiveOf, readArchive } from '../../src/pack/archive.ts'
import { fromCache, toCache } from '../../src/pack/cache.ts'
import { readFolder } from '../../src/pack/folder.ts'
import { compareVersions, isRange, satisfies } from '../../src/pack/range.ts'
import { verifySignature } from '../../src/pack/signature.ts'
import { fetchPack, parseSource } from '../../src/pack/source.ts'
import { pushed } from '../../src/pack/oci.ts'
import { integrityOf, LIMITS, pathProblem, treeOf } from '../../src/pack/tree.ts'
import { type Entry, folderOf, MANIFEST, paxRecord, refused, registry, serve, tgz, treeFrom } from './packs.ts'

const ok = (name: string, body = 'x'): Entry => ({ name, body })
const env = (): NodeJS.ProcessEnv => ({ PATH: process.env.PATH, HOME: folderOf({}) })
const fetching = (root = folderOf({})) => ({ root, base: root, env: env(), offline: false })

describe('paths', () => {
  test.each(['/etc/passwd', '../up', 'a/../../b', 'a/./b', 'a//b', 'C:/x', 'c:x', '\\\\host\\share', 'a\\b', 'a\0b', 'a\nb', '.git/config', 'x/.GIT/hooks/pre-commit', 'git~1/config', 'node_modules/x/index.js', 'con', 'NUL.txt', 'lpt1', 'a.', 'a ', 'a:b', '', 'x'.repeat(201), 'e\u0301', 'a?'])('%j is refused', (path) => {
    expect(pathProblem(path)).toBeDefined()
  })
  test.each(['Dockerfile', 'k8s/a b.yaml', '.github/workflows/x.yml', 'über/größe.txt', 'console', '.gitignore'])('%j is taken', (path) => {
    expect(pathProblem(path)).toBeUndefined()
  })
})

describe('trees', () => {
  test('names that are one file elsewhere, files that are folders, and too much of anything are refused, all at once', async () => {
    const bytes = Buffer.from('x')
    const { text, exitCode } = await refused(() => treeOf([['a', bytes], ['A', bytes], ['ﬁ', bytes], ['fi', bytes], ['d', bytes], ['d/e', bytes], ['big', Buffer.alloc(LIMITS.file + 1)]], 'p'))
    expect(exitCode).toBe(6)
    for (const part of ['"A" is the same file as "a"', '"fi" is the same file as', '"d" is a file and a folder', '"big" is larger']) expect(text).toContain(part)
    expect((await refused(() => treeOf(Array.from({ length: 201 }, (_, i) => [`f${i}`, bytes] as const), 'p'))).text).toContain('more than 200 files')
  })
  test('the hash is of names and contents, whatever the order and the way', () => {
    const a = treeFrom({ 'pack.yaml': MANIFEST, 'x/y': '1' })
    expect(integrityOf(treeFrom({ 'x/y': '1', 'pack.yaml': MANIFEST }))).toBe(integrityOf(a))
    expect(integrityOf(readArchive(archiveOf(a), 'p'))).toBe(integrityOf(a))
    expect(integrityOf(readFolder(folderOf({ 'pack.yaml': MANIFEST, 'x/y': '1', 'tests/a/b': 'left out' }), 'p'))).toBe(integrityOf(a))
    expect(integrityOf(treeFrom({ 'pack.yaml': MANIFEST, 'x/z': '1' }))).not.toBe(integrityOf(a))
    // a name that ends where another's content begins
    expect(integrityOf(treeFrom({ ab: 'c' }))).not.toBe(integrityOf(treeFrom({ a: 'bc' })))
    expect(archiveOf(a).equals(archiveOf(treeFrom({ 'x/y': '1', 'pack.yaml': MANIFEST })))).toBe(true)
  })
})

describe('folders', () => {
  test('links, dangling links, chains of links and second names are refused, never followed', async () => {
    const secret = folderOf({ 'id_rsa': 'private' })
    for (const make of [
      (f: string) => symlinkSync(join(secret, 'id_rsa'), join(f, 'a')),
      (f: string) => symlinkSync('/nowhere/at/all', join(f, 'dangling')),
      (f: string) => symlinkSync(secret, join(f, 'folder')),
      (f: string) => {
        symlinkSync(secret, join(f, 'one'))
        symlinkSync('one', join(f, 'two'))
      },
      (f: string) => linkSync(join(secret, 'id_rsa'), join(f, 'hard')),
    ]) {
      const folder = folderOf({ 'pack.yaml': MANIFEST })
      make(folder)
      const { text, exitCode } = await refused(() => readFolder(folder, 'p'))
      expect(exitCode).toBe(6)
      expect(text).toMatch(/is a link|hard link/)
      expect(text).not.toContain('private')
    }
    const link = join(folderOf({}), 'pack')
    symlinkSync(folderOf({ 'pack.yaml': MANIFEST }), link)
    expect((await refused(() => readFolder(link, 'p'))).text).toContain('is a link')
  })
})

describe('archives', () => {
  test('one folder on top is taken away, as npm and git hosts have it', () => {
    expect([...readArchive(tgz([ok('package/pack.yaml'), ok('package/a/b')]), 'p').keys()]).toEqual(['a/b', 'pack.yaml'])
    expect([...readArchive(tgz([{ name: 'pax_global_header', type: 'g', body: paxRecord('comment', 'abc') }, ok('acme-1234/pack.yaml'), { name: 'acme-1234/d/', type: '5' }]), 'p').keys()]).toEqual(['pack.yaml'])
    const long = `${'d'.repeat(60)}/${'f'.repeat(60)}`
    expect([...readArchive(tgz([{ name: 'x', type: 'x', body: paxRecord('path', `package/${long}`) }, ok('package/short'), ok('package/pack.yaml')]), 'p').keys()]).toEqual([long, 'pack.yaml'])
    expect([...readArchive(archiveOf(treeFrom({ [long]: '1', 'pack.yaml': '2' })), 'p').keys()]).toEqual([long, 'pack.yaml'])
  })

  test.each<[string, Entry[], string]>([
    ['a link', [ok('pack.yaml'), { name: 'l', type: '2', link: '/etc/passwd' }], 'a link'],
    ['a hard link', [ok('pack.yaml'), { name: 'l', type: '1', link: 'pack.yaml' }], 'a hard link'],
    ['a link by PAX', [{ name: 'x', type: 'x', body: paxRecord('linkpath', '/etc/passwd') }, ok('pack.yaml')], 'a link'],
    ['a device', [ok('pack.yaml'), { name: 'd', type: '3' }], 'a device'],
    ['a pipe', [ok('pack.yaml'), { name: 'd', type: '6' }], 'a pipe'],
    ['an unknown type', [ok('pack.yaml'), { name: 'd', type: 'K' }], 'type "K"'],
    ['an absolute name', [ok('pack.yaml'), ok('/etc/cron.d/x')], 'is absolute'],
    ['a name that leads out', [ok('pack.yaml'), ok('../../x')], 'leads out'],
    ['a top folder that leads out', [ok('../pack.yaml')], 'leads out'],
    ['a name that leads out by PAX', [{ name: 'x', type: 'x', body: paxRecord('path', '../x') }, ok('y'), ok('pack.yaml')], 'leads out'],
    ['a name that leads out by its prefix', [ok('pack.yaml'), { name: 'x', prefix: '..', body: '' }], 'leads out'],
    ['NUL in a PAX name', [{ name: 'x', type: 'x', body: paxRecord('path', 'a\0b') }, ok('y'), ok('pack.yaml')], 'NUL'],
    ['a damaged PAX header', [{ name: 'x', type: 'x', body: '99999 path=a\n' }, ok('pack.yaml')], 'damaged PAX'],
    ['a negative size by PAX', [{ name: 'x', type: 'x', body: paxRecord('size', '-5') }, ok('pack.yaml')], 'impossible size'],
    ['a size beyond the end', [{ name: 'pack.yaml', size: 4000, body: 'x' }], 'ends in the middle'],
    ['a huge size', [{ name: 'pack.yaml', size: 0o77777777777, body: 'x' }], 'impossible size'],
    ['a wrong checksum', [{ name: 'pack.yaml', body: 'x', checksum: 1 }], 'checksum'],
    ['the same name twice', [ok('pack.yaml'), ok('a'), ok('a', 'y')], 'is there twice'],
    ['names that differ in case', [ok('pack.yaml'), ok('a'), ok('A')], 'the same file'],
    ['hooks of git', [ok('pack.yaml'), ok('.git/hooks/post-checkout')], '.git'],
    ['nothing', [], 'holds no file'],
  ])('%s is refused', async (_, entries, message) => {
    const { text, exitCode } = await refused(() => readArchive(tgz(entries), 'p'))
    expect(exitCode).toBe(6)
    expect(text).toContain(message)
  })

  test('a bomb ends before it is unpacked', async () => {
    const bomb = tgz([{ name: 'pack.yaml', body: Buffer.alloc(64 * 1024 * 1024) }])
    const before = process.memoryUsage().arrayBuffers
    const { text } = await refused(() => readArchive(bomb, 'p'))
    expect(text).toContain('hundred times')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40 * 1024 * 1024)
    expect((await refused(() => readArchive(Buffer.alloc(LIMITS.archive + 1), 'p'))).text).toContain('larger than 10 MB')
    expect((await refused(() => readArchive(Buffer.from('no gzip'), 'p'))).text).toContain('not gzip')
    expect((await refused(() => readArchive(tgz([ok('pack.yaml')]).subarray(0, 40), 'p'))).text).toContain('damaged')
  })
})

describe('specs', () => {
  test.each([
    ['./packs/acme/', 'folder', './packs/acme'],
    ['../acme.tgz', 'archive', '../acme.tgz'],
    ['npm:@acme/pack@^2', 'npm', 'npm:@acme/pack@^2'],
    ['npm:pack', 'npm', 'npm:pack@*'],
    ['git+https://git.acme.example/p.git?path=packs/a#v2', 'git', 'git+https://git.acme.example/p.git?path=packs/a#v2'],
    ['git+ssh://git@git.acme.example/p.git#main', 'git', 'git+ssh://git@git.acme.example/p.git#main'],
    [`https://acme.example/p.tgz#sha256-${'a'.repeat(64)}`, 'https', `https://acme.example/p.tgz#sha256-${'a'.repeat(64)}`],
    ['oci://registry.acme.example/platform/pack:2', 'oci', 'oci://registry.acme.example/platform/pack:2'],
  ])('%s', (spec, kind, normalised) => {
    expect(parseSource(spec)).toMatchObject({ kind, normalised })
  })

  test.each([
    ['https://acme.example/p.tgz', 'needs its hash'],
    [`https://user:s3cret@acme.example/p.tgz#sha256-${'a'.repeat(64)}`, 'user or password'],
    ['git+https://user:s3cret@acme.example/p.git', 'user or password'],
    ['git+https://s3cret@acme.example/p.git', 'user or password'],
    ['oci://user:s3cret@registry.acme.example/p:1', 'user or password'],
    ['git+http://acme.example/p.git', 'plain http'],
    [`http://acme.example/p.tgz#sha256-${'a'.repeat(64)}`, 'plain http'],
    ['ext::sh -c touch% /tmp/x', 'do not come by ext'],
    ['git+ext::sh -c id', 'do not come by|no address'],
    ['git+https://acme.example/p.git#--upload-pack=touch /tmp/x', 'no branch'],
    ['git+https://acme.example/p.git?path=../../etc', 'no folder'],
    ['git+ssh://-oProxyCommand=id/p.git', 'option of git|no address'],
    ['--upload-pack=x:y', 'cannot begin with'],
    ['npm:--registry=http://evil.example', 'no package'],
    ['npm:@acme/pack@file:../x', 'no package'],
    ['npm:@acme/pack@https://evil.example/x.tgz', 'no package'],
    ['ftp://acme.example/p.tgz', 'do not come by ftp'],
    ['javascript:alert(1)', 'do not come by'],
    ['./a\nb', 'control character'],
  ])('%j is refused, and no secret is shown', async (spec, message) => {
    const { text, exitCode } = await refused(() => parseSource(spec))
    expect(exitCode).toBe(6)
    expect(text).toMatch(new RegExp(message))
    expect(text).not.toContain('s3cret')
  })
})

describe('git', () => {
  const git = (cwd: string, ...args: string[]): string => execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', '-c', 'init.defaultBranch=main', ...args], { cwd, encoding: 'utf8' }).trim()
  const repository = (files: Record<string, string>, change?: (folder: string) => void): string => {
    const folder = folderOf(files)
    git(folder, 'init', '-q')
    change?.(folder)
    git(folder, 'add', '-A')
    git(folder, 'commit', '-qm', 'x')
    return folder
  }

  test('a branch, a tag, a commit and a folder of a repository; what is locked stays', async () => {
    const folder = repository({ 'pack.yaml': MANIFEST, 'packs/b/pack.yaml': 'b' })
    git(folder, 'tag', 'v1')
    const first = git(folder, 'rev-parse', 'HEAD')
    writeFileSync(join(folder, 'pack.yaml'), `${MANIFEST}description: newer\n`)
    git(folder, 'commit', '-qam', 'y')
    git(folder, 'config', 'uploadpack.allowAnySHA1InWant', 'true')
    const at = (spec: string, frozen?: { resolved: string; integrity: string }) => fetchPack(parseSource(spec), { ...fetching(), ...(frozen ? { frozen } : {}) })
    const url = `git+file://${folder}`
    const tag = await at(`${url}#v1`)
    expect(tag).toMatchObject({ resolved: first, remote: true })
    expect(tag.tree.get('pack.yaml')!.toString()).toBe(MANIFEST)
    expect((await at(url)).tree.get('pack.yaml')!.toString()).toContain('newer')
    expect((await at(`${url}#${first}`)).integrity).toBe(tag.integrity)
    expect((await at(url, { resolved: first, integrity: tag.integrity })).resolved).toBe(first)
    expect([...(await at(`${url}?path=packs/b`)).tree.keys()]).toEqual(['pack.yaml'])
    expect((await refused(() => at(`${url}#nope`))).text).toContain('git could not fetch')
  })

  test('links and submodules are refused; no hook and no filter of a repository is run', async () => {
    const linked = repository({ 'pack.yaml': MANIFEST }, (f) => symlinkSync('/etc/passwd', join(f, 'l')))
    expect((await refused(() => fetchPack(parseSource(`git+file://${linked}`), fetching()))).text).toContain('is a link')
    const marker = join(folderOf({}), 'ran')
    const filtered = repository({ 'pack.yaml': MANIFEST, '.gitattributes': '* filter=evil\n' }, (f) => {
      mkdirSync(join(f, '.git/hooks'), { recursive: true })
      for (const hook of ['post-checkout', 'post-upload-pack', 'pre-auto-gc']) writeFileSync(join(f, '.git/hooks', hook), `#!/bin/sh\ntouch ${marker}\n`, { mode: 0o755 })
    })
    const sub = repository({ 'pack.yaml': MANIFEST })
    git(sub, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', filtered, 'sub')
    git(sub, 'commit', '-qm', 's')
    expect((await refused(() => fetchPack(parseSource(`git+file://${sub}`), fetching()))).text).toContain('is a submodule')
    await fetchPack(parseSource(`git+file://${filtered}`), fetching())
    expect(readdirSync(join(marker, '..'))).toEqual([])
  })
})

describe('npm', () => {
  test('an installed package is read, never run; another version is not it', async () => {
    const root = folderOf({ 'node_modules/@acme/pack/pack.yaml': MANIFEST, 'node_modules/@acme/pack/package.json': '{"name":"@acme/pack","version":"2.1.0","main":"boom.js","scripts":{"install":"exit 1"}}', 'node_modules/@acme/pack/boom.js': 'process.exit(9)\n', 'sub/x': '' })
    const found = await fetchPack(parseSource('npm:@acme/pack@^2'), fetching(join(root, 'sub')))
    expect(found).toMatchObject({ resolved: '2.1.0', remote: true })
    expect((await refused(() => fetchPack(parseSource('npm:@acme/pack@^3'), { ...fetching(root), offline: true }))).text).toContain('--offline')
  })
})

describe('ranges', () => {
  test.each([
    ['1.2.3', '^1.0.0', true], ['2.0.0', '^1.0.0', false], ['0.2.5', '^0.2.3', true], ['0.3.0', '^0.2.3', false], ['0.0.4', '^0.0.3', false], ['1.2.9', '~1.2.3', true], ['1.3.0', '~1.2.3', false], ['1.9.0', '1.x', true], ['1.9.0', '1', true], ['1.2.3', '>=1.2 <2', true], ['2.0.0', '>=1.2 <2', false], ['1.0.0', '1.0.0 - 1.5.0', true], ['3.0.0', '^1 || ^3', true], ['1.0.0-rc.1', '>=0.9', false], ['1.0.0-rc.1', '>=1.0.0-rc.0', true], ['9.9.9', '*', true], ['1.2.3', '>1.2', false], ['1.3.0', '>1.2', true], ['1.2.9', '<=1.2', true],
  ])('%s in %s: %s', (version, range, inside) => expect(satisfies(version, range)).toBe(inside))
  test('order and forms', () => {
    expect(['1.0.0', '1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-2', '0.9.10', '0.9.9'].sort(compareVersions)).toEqual(['0.9.9', '0.9.10', '1.0.0-2', '1.0.0-alpha', '1.0.0-alpha.1', '1.0.0'])
    expect(isRange('>=1 <2')).toBe(true)
    expect(isRange('file:../x')).toBe(false)
  })
})

describe('the web', () => {
  const stops: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop()
  })
  const archive = tgz([ok('pack.yaml', MANIFEST)])
  const hash = createHash('sha256').update(archive).digest('hex')

  test('an archive must be what its address says; redirects stay on their scheme and end', async () => {
    const server = await serve((request, response) => {
      const path = request.url!
      if (path === '/p.tgz') response.end(archive)
      else if (path === '/big') {
        response.write(Buffer.alloc(6 * 1024 * 1024))
        response.end(Buffer.alloc(6 * 1024 * 1024))
      } else if (path === '/to') response.writeHead(302, { location: '/p.tgz' }).end()
      else if (path === '/file') response.writeHead(302, { location: 'file:///etc/passwd' }).end()
      else if (path === '/loop') response.writeHead(302, { location: '/loop' }).end()
      else response.writeHead(404).end()
    })
    stops.push(server.stop)
    const get = (path: string, sha = hash) => fetchPack(parseSource(`http://${server.host}${path}#sha256-${sha}`), fetching())
    expect((await get('/p.tgz')).tree.get('pack.yaml')!.toString()).toBe(MANIFEST)
    expect((await get('/to')).remote).toBe(true)
    expect((await refused(() => get('/p.tgz', 'b'.repeat(64)))).text).toContain('another hash')
    expect((await refused(() => get('/big'))).text).toContain('larger than 10 MB')
    expect((await refused(() => get('/file'))).text).toContain('redirects from http: to file:')
    expect((await refused(() => get('/loop'))).text).toContain('more than three times')
    expect((await refused(() => get('/nope'))).text).toContain('answers 404')
  })

  test('an artifact is pushed, pulled by tag and by digest, with the login of docker; a registry that lies is found out', async () => {
    const tree = treeFrom({ 'pack.yaml': MANIFEST, 'a/b': 'c' })
    const server = await registry({ user: 'ann', password: 'pw' })
    stops.push(server.stop)
    const source = parseSource(`oci://${server.host}/acme/pack:1`)
    if (source.kind !== 'oci') throw new Error('no oci')
    const known = { ...env(), DOCKER_CONFIG: folderOf({ 'config.json': JSON.stringify({ auths: { [server.host]: { auth: Buffer.from('ann:pw').toString('base64') } } }) }) }
    const digest = await pushed(source, tree, {}, known)
    const found = await fetchPack(source, { ...fetching(), env: known })
    expect(found).toMatchObject({ integrity: integrityOf(tree), resolved: digest })
    expect((await fetchPack(parseSource(`oci://${server.host}/acme/pack@${digest}`), { ...fetching(), env: known })).integrity).toBe(integrityOf(tree))
    expect((await refused(() => fetchPack(source, fetching()))).text).toContain('docker login')
    const layer = [...server.blobs].find(([, b]) => b[0] === 0x1f)!
    server.blobs.set(layer[0], Buffer.concat([layer[1], Buffer.of(0)]))
    expect((await refused(() => fetchPack(source, { ...fetching(), env: known }))).text).toContain('another digest')
    server.blobs.set(digest, Buffer.from('{}'))
    expect((await refused(() => fetchPack(parseSource(`oci://${server.host}/acme/pack@${digest}`), { ...fetching(), env: known }))).text).toContain('another digest')
  })
})

describe('the cache', () => {
  test('is read by hash and verified on each read; offline nothing else is asked', async () => {
    const tree = treeFrom({ 'pack.yaml': MANIFEST })
    const [e, integrity] = [env(), integrityOf(tree)]
    toCache(tree, integrity, e)
    expect(integrityOf(fromCache(integrity, e)!)).toBe(integrity)
    const source = parseSource('oci://127.0.0.1:1/acme/pack:1')
    const known = { ...fetching(), env: e, offline: true, frozen: { resolved: 'sha256:x', integrity } }
    expect((await fetchPack(source, known)).resolved).toBe('sha256:x')
    const folder = join(e.HOME!, '.cache/create-hardened-container/packs')
    const [file] = readdirSync(folder)
    writeFileSync(join(folder, file!), archiveOf(treeFrom({ 'pack.yaml': `${MANIFEST}description: evil\n` })))
    expect(fromCache(integrity, e)).toBeUndefined()
    expect(readdirSync(folder)).toEqual([])
    expect((await refused(() => fetchPack(source, known))).text).toContain('not in the cache')
    rmSync(folder, { recursive: true })
  })
})

describe('signatures', () => {
  const tree = { 'pack.yaml': MANIFEST }
  const integrity = integrityOf(treeFrom(tree))

  test('minisign, plain and prehashed', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
    const id = Buffer.from('0102030405060708', 'hex')
    const key = Buffer.concat([Buffer.from('Ed'), id, raw]).toString('base64')
    const signed = (kind: 'Ed' | 'ED', text: string, comment = 'timestamp:1'): string => {
      const own = sign(null, kind === 'ED' ? createHash('blake2b512').update(text).digest() : Buffer.from(text), privateKey)
      return `untrusted comment: x\n${Buffer.concat([Buffer.from(kind), id, own]).toString('base64')}\ntrusted comment: ${comment}\n${sign(null, Buffer.concat([own, Buffer.from('timestamp:1')]), privateKey).toString('base64')}\n`
    }
    const file = `${integrity}\n`
    for (const kind of ['Ed', 'ED'] as const) expect(verifySignature(treeFrom({ ...tree, 'pack.integrity': file, 'pack.integrity.minisig': signed(kind, file) }), integrity, [`untrusted comment: k\n${key}\n`])).toEqual({ key: '0102030405060708' })
    const bad = (files: Record<string, string>, keys = [key]) => refused(() => verifySignature(treeFrom({ ...tree, ...files }), integrity, keys))
    expect((await bad({ 'pack.integrity': file, 'pack.integrity.minisig': signed('ED', 'other') })).text).toContain('none of the keys')
    expect((await bad({ 'pack.integrity': file, 'pack.integrity.minisig': signed('ED', file, 'changed') })).text).toContain('none of the keys')
    expect((await bad({ 'pack.integrity': `sha256-${'0'.repeat(64)}\n`, 'pack.integrity.minisig': signed('ED', file) })).text).toContain('pack.integrity says')
    const other = Buffer.concat([Buffer.from('Ed'), id, generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)]).toString('base64')
    expect((await bad({ 'pack.integrity': file, 'pack.integrity.minisig': signed('ED', file) }, [other])).exitCode).toBe(6)
    expect(verifySignature(treeFrom(tree), integrity, [key])).toBe('unsigned')
  })

  test('cosign sign-blob', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString()
    const file = `${integrity}\n`
    const files = { ...tree, 'pack.integrity': file, 'pack.integrity.sig': sign('sha256', Buffer.from(file), privateKey).toString('base64') }
    expect(verifySignature(treeFrom(files), integrity, [pem])).toEqual({ key: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) })
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'pem', type: 'spki' }).toString()
    expect((await refused(() => verifySignature(treeFrom(files), integrity, [other]))).text).toContain('none of the keys')
  })
})

test('what is fetched is the same by every way', async () => {
  const files = { 'pack.yaml': MANIFEST, 'partials/a.hbs': 'x\n' }
  const folder = folderOf(files)
  const root = folderOf({})
  writeFileSync(join(root, 'p.tgz'), archiveOf(treeFrom(files)))
  const one = await fetchPack(parseSource(folder), fetching(root))
  expect(one.remote).toBe(false)
  expect((await fetchPack(parseSource('./p.tgz'), fetching(root))).integrity).toBe(one.integrity)
  expect(readFileSync(join(folder, 'pack.yaml'), 'utf8')).toBe(MANIFEST)
})
