import { execFileSync, spawnSync } from 'node:child_process'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { chmodSync, existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { archiveOf } from '../../src/pack/archive.ts'
import { fromCache, toCache } from '../../src/pack/cache.ts'
import { mayLead } from '../../src/pack/https.ts'
import type { Io } from '../../src/cli/io.ts'
import { type Loading, loadPacks } from '../../src/pack/load.ts'
import { pushed } from '../../src/pack/oci.ts'
import type { PackRun } from '../../src/pack/run.ts'
import { isRange, satisfies } from '../../src/pack/range.ts'
import { verifySignature } from '../../src/pack/signature.ts'
import { type Fetched, type Fetching, fetchPack, parseSource } from '../../src/pack/source.ts'
import { integrityOf, type Tree, treeOf } from '../../src/pack/tree.ts'
import { refusal, serving, servingApart } from './hostile.ts'

const YAML = 'apiVersion: hardened-container/v1\nname: acme\nversion: 1.0.0\n'
const tree = treeOf([['pack.yaml', Buffer.from(YAML)]], 'p')
const archive = archiveOf(tree)
const digestOf = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex')

function folder(files: Record<string, string> = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'pack-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

const bare = (): NodeJS.ProcessEnv => ({ PATH: process.env.PATH, HOME: folder() })
function fetched(spec: string, over: Partial<Fetching> = {}): Promise<Fetched> {
  const root = over.root ?? folder()
  return fetchPack(parseSource(spec), { root, base: root, env: bare(), offline: false, ...over })
}

describe('a spec', () => {
  test.each([
    // npm would take each for a file, a folder or an address, and run what is in there
    'npm:acme@.', 'npm:acme@..', 'npm:acme@x.tgz', 'npm:acme@1.tar.gz', 'npm:acme@./x', 'npm:acme@~/x', 'npm:acme@npm:other', 'npm:acme@git+ssh://h/x', 'npm:acme@user/repo', 'npm:.x', 'npm:_x', 'npm:@a/b/c', 'npm:@/b', 'npm:a b', 'npm:A', `npm:${'a'.repeat(215)}`, 'npm:',
    'git+ssh://%2DoProxyCommand=id/p.git', 'git+ssh://%2doProxyCommand@host/p.git', 'git+ssh://host/%2D-upload-pack=id', 'git+https://host/p.git#%2D-upload-pack=id', 'git+https://host/p.git#+refs/heads/*:refs/heads/*', 'git+https://host/p.git#a..b', 'git+https://host/p.git#a%0ab', 'git+https://host/p.git#%E0%A4%A', 'git+https://host/p.git?path=%2e%2e/x', 'git+https://host/p.git?path=/etc', 'git+https://host/p.git?path=-x', 'git+https://host/p.git?path=a\\b', 'git+https://host/p.git?upload-pack=id', 'git+file://host/share', 'git+ftp://host/x', 'git+ext::sh', 'git+http://example.test/x',
    'https://host/p.tgz', 'https://host/p.tgz#sha256-abc', 'https://host/p.tgz#md5-abc', 'http://example.test/p.tgz#sha256-' + 'a'.repeat(64), 'http://127.0.0.1.example.test/p.tgz#sha256-' + 'a'.repeat(64), 'http://localhost.example.test/p.tgz#sha256-' + 'a'.repeat(64),
    'oci://-x/y:1', 'oci://host/../y:1', 'oci://host/y?x', 'oci://host', 'oci://host/Y', 'oci://host/y@sha256:abc', 'file:///etc/passwd', 'data:text/plain,x', '-C', './a\x1b[2J',
  ])('%j is refused', async (spec) => {
    await refusal(() => parseSource(spec))
  })

  test.each([
    'https://ann:s3cret@host/p.tgz#sha256-' + 'a'.repeat(64), 'https://s3cret@host/p.tgz', 'git+https://s3cret@host/p.git', 'git+ssh://git:s3cret@host/p.git', 'git+https://ann:s3cret@host:999999/p.git', 'git+https://ann:s3cret@ho st/p.git', 'oci://ann:s3cret@host/p:1', 'oci:ann:s3cret@host/p', 'npm:https://ann:s3cret@host/p', 'ftp://ann:s3cret@host/p', 'ann:s3cret@host/p', '-x https://ann:s3cret@host/',
    `https://host/p.tgz?X-Amz-Signature=s3cret#sha256-${'a'.repeat(64)}`, `https://host/p.tgz?private_token=s3cret#sha256-${'a'.repeat(64)}`, `https://host/p.tgz?sig=s3cret#sha256-${'a'.repeat(64)}`, 'git+https://host/p.git?access_token=s3cret',
  ])('%j is refused, and the secret in it is not shown', async (spec) => {
    expect(await refusal(() => parseSource(spec))).not.toContain('s3cret')
  })

  test.each([
    ['./a/../b/', './b'], ['b', './b'], ['./x//y', './x/y'], ['../b', '../b'], ['/srv/./p', '/srv/p'], ['.', '.'], ['..', '..'],
    ['git+https://HOST.example/a/../p.git#v1', 'git+https://host.example/p.git#v1'], ['git+ssh://git@host/p.git?path=packs/a/#main', 'git+ssh://git@host/p.git?path=packs/a#main'],
    ['npm:acme', 'npm:acme@*'], ['npm:@acme/pack@next', 'npm:@acme/pack@next'], ['npm:@acme/pack@>=1 <3 || ^4', 'npm:@acme/pack@>=1 <3 || ^4'],
  ])('%j is compared as %j', (spec, normalised) => {
    expect(parseSource(spec).normalised).toBe(normalised)
  })
})

describe('a path', () => {
  test('on which a link lies is refused, at its end and on the way', async () => {
    const elsewhere = folder({ 'pack/pack.yaml': YAML, 'p.tgz': '' })
    writeFileSync(join(elsewhere, 'p.tgz'), archive)
    const root = folder({ 'real/pack.yaml': YAML })
    symlinkSync(elsewhere, join(root, 'away'))
    symlinkSync('/nowhere', join(root, 'dangling'))
    symlinkSync(join(elsewhere, 'p.tgz'), join(root, 'p.tgz'))
    for (const spec of ['./away/pack', './away/p.tgz', './dangling', './dangling/x', './p.tgz', './away']) expect(await refusal(() => fetched(spec, { root })), spec).toContain('is a link')
    expect((await fetched('./real', { root })).integrity).toBe(integrityOf(tree))
    expect((await fetched(join(elsewhere, 'p.tgz'), { root })).integrity).toBe(integrityOf(tree))
    expect(await refusal(() => fetched('./none', { root }))).toContain('there is no pack')
    writeFileSync(join(root, 'big.tgz'), '')
    execFileSync('truncate', ['-s', '3G', join(root, 'big.tgz')])
    expect(await refusal(() => fetched('./big.tgz', { root }))).toContain('larger than 10 MB')
  })
})

describe('git', () => {
  const git = (cwd: string, ...args: string[]): string => execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', '-c', 'init.defaultBranch=main', '-c', 'protocol.file.allow=always', ...args], { cwd, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] }).trim()
  const repository = (files: Record<string, string>): string => {
    const root = folder(files)
    git(root, 'init', '-q')
    git(root, 'add', '-A')
    git(root, 'commit', '-qm', 'x')
    return root
  }
  /** A commit of a tree that git itself would not make. */
  const forged = (lines: string): string => {
    const root = repository({ 'pack.yaml': YAML })
    const blob = git(root, 'rev-parse', 'HEAD:pack.yaml')
    const bytes = Buffer.concat(lines.split('\n').map((l) => Buffer.concat([Buffer.from(`${l}\0`, 'latin1'), Buffer.from(blob, 'hex')])))
    const made = execFileSync('git', ['hash-object', '-t', 'tree', '-w', '--stdin', '--literally'], { cwd: root, input: bytes, encoding: 'utf8' }).trim()
    git(root, 'update-ref', 'HEAD', git(root, 'commit-tree', made, '-m', 'x'))
    return root
  }

  test.each([
    ['100644 ../evil\n100644 pack.yaml', 'empty step|leads out|could not fetch'], ['100644 .git\n100644 pack.yaml', '\\.git'], ['100644 PACK.yaml\n100644 pack.yaml', 'the same file'], ['100644 pack.yaml\n100644 pack.yaml', 'twice|could not fetch'], ['100644 a\\b\n100644 pack.yaml', 'backslash'], ['100644 a\xff\n100644 pack.yaml', 'not UTF-8'], ['120000 l\n100644 pack.yaml', 'is a link'], ['160000 sub\n100644 pack.yaml', 'is a submodule'], ['100644 a\x1b[2Jb\n100644 pack.yaml', 'invisible'],
  ])('a forged tree with %j is refused', async (lines, message) => {
    expect(await refusal(() => fetched(`git+file://${forged(lines)}`))).toMatch(new RegExp(message))
  })

  test('that runs inside a hook of another repository leaves that one alone', async () => {
    const [source, victim] = [repository({ 'pack.yaml': YAML }), repository({ a: 'b' })]
    const before = readdirSync(join(victim, '.git')).sort()
    const env = { ...bare(), GIT_DIR: join(victim, '.git'), GIT_WORK_TREE: victim, GIT_INDEX_FILE: join(victim, '.git/index'), GIT_OBJECT_DIRECTORY: join(victim, '.git/objects') }
    expect((await fetched(`git+file://${source}`, { env })).integrity).toBe(integrityOf(tree))
    expect(readdirSync(join(victim, '.git')).sort()).toEqual(before)
    expect(git(victim, 'config', '--get', 'core.bare')).toBe('false')
  })

  test('takes from the lock a commit, and nothing that it could take for an option or another ref', async () => {
    const marker = join(folder(), 'ran')
    const spec = `git+file://${repository({ 'pack.yaml': YAML })}`
    for (const resolved of [`--upload-pack=touch ${marker}`, '+refs/heads/*:refs/heads/*', 'main', '']) expect(await refusal(() => fetched(spec, { frozen: { resolved, integrity: `sha256-${'0'.repeat(64)}` } }))).toContain('which is no commit')
    expect(existsSync(marker)).toBe(false)
  })

  test('over http fetches a branch, a tag and a locked commit; is not led to files; shows no escapes of a server', async () => {
    const root = repository({ 'packs/a/pack.yaml': YAML, 'README.md': 'x' })
    git(root, 'tag', '-a', 'v1', '-m', 'v1')
    const first = git(root, 'rev-parse', 'HEAD')
    writeFileSync(join(root, 'packs/a/pack.yaml'), `${YAML}description: newer\n`)
    git(root, 'commit', '-qam', 'y')
    const backend = `const { spawn } = require('node:child_process'); const url = new URL(request.url, 'http://x')
      if (url.pathname.startsWith('/away')) return response.writeHead(302, { location: 'file://' + data.root + url.pathname.slice(5) }).end()
      if (url.pathname.startsWith('/rude')) return response.writeHead(403, { 'content-type': 'text/plain' }).end('\\u001b[2J\\u001b]0;owned\\u0007')
      const cgi = spawn('git', ['http-backend'], { env: { PATH: process.env.PATH, GIT_PROJECT_ROOT: data.root, GIT_HTTP_EXPORT_ALL: '1', PATH_INFO: url.pathname, QUERY_STRING: url.search.slice(1), REQUEST_METHOD: request.method, CONTENT_TYPE: request.headers['content-type'] ?? '', HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '', GIT_PROTOCOL: request.headers['git-protocol'] ?? '' } })
      request.pipe(cgi.stdin); const out = []; cgi.stdout.on('data', (d) => out.push(d)).on('end', () => { const all = Buffer.concat(out); const at = all.indexOf('\\r\\n\\r\\n'); const head = all.subarray(0, at).toString().split('\\r\\n').map((l) => l.split(': ')); response.writeHead(Number(head.find(([k]) => k === 'Status')?.[1].slice(0, 3) ?? 200), Object.fromEntries(head.filter(([k]) => k !== 'Status'))); response.end(all.subarray(at + 4)) })`
    await servingApart(backend, { root }, async (host) => {
      const at = (spec: string, over: Partial<Fetching> = {}): Promise<Fetched> => fetched(`git+http://${host}${spec}`, over)
      const tag = await at('/.git?path=packs/a#v1')
      expect(tag).toMatchObject({ resolved: first, integrity: integrityOf(tree), remote: true })
      expect((await at('/.git?path=packs/a#main')).integrity).not.toBe(tag.integrity)
      // a branch that moved is fetched as it was
      expect((await at('/.git?path=packs/a#main', { frozen: { resolved: first, integrity: tag.integrity } })).integrity).toBe(tag.integrity)
      expect(await refusal(() => at('/.git?path=packs/b#v1'))).toContain('no folder packs/b')
      expect(await refusal(() => at('/.git#v9'))).toContain('git could not fetch')
      expect(await refusal(() => at('/away/.git'))).toContain('git could not fetch')
      expect(await refusal(() => at('/rude/.git'))).not.toMatch(/[\x1b\x07]/)
    })
  })

  test('over ssh asks for the repository and nothing else, with the program that the user set', async () => {
    const root = repository({ 'pack.yaml': YAML })
    const bin = folder()
    // as sshd does: the last word is for a shell over there
    writeFileSync(join(bin, 'ssh'), `#!/bin/sh\nprintf '%s\\n' "$@" > ${bin}/seen\nfor last; do :; done\nexec sh -c "$last"\n`)
    chmodSync(join(bin, 'ssh'), 0o755)
    expect((await fetched(`git+ssh://git@git.acme.example:2222${root}/.git#main`, { env: { ...bare(), GIT_SSH_COMMAND: join(bin, 'ssh'), GIT_SSH_VARIANT: 'ssh' } })).integrity).toBe(integrityOf(tree))
    expect(readFileSync(join(bin, 'seen'), 'utf8').trim().split('\n').slice(-4)).toEqual(['-p', '2222', 'git@git.acme.example', `git-upload-pack '${root}/.git'`])
  })

  test('that is not there is said', async () => {
    expect(await refusal(() => fetched('git+file:///nowhere', { env: { ...bare(), PATH: '/nowhere' } }))).toContain('git is not installed')
    expect(await refusal(() => fetched('git+file:///nowhere'))).toContain('could not fetch')
  })
})

describe('npm', () => {
  test('reads what is installed: by links of package managers and with their second names; the nearest one with a version that does', async () => {
    const store = folder({ 'p/pack.yaml': YAML, 'p/package.json': '{"name":"acme","version":"2.1.0"}' })
    const root = folder({ 'app/x': '', 'node_modules/other/pack.yaml': YAML, 'node_modules/other/package.json': 'no json', 'node_modules/third/pack.yaml': YAML, 'node_modules/third/package.json': '{"version":"../../x"}' })
    mkdirSync(join(root, 'node_modules/.store/acme'), { recursive: true })
    for (const name of ['pack.yaml', 'package.json']) linkSync(join(store, 'p', name), join(root, 'node_modules/.store/acme', name))
    symlinkSync('.store/acme', join(root, 'node_modules/acme'))
    expect(await fetched('npm:acme@^2', { root: join(root, 'app'), offline: true })).toMatchObject({ resolved: '2.1.0', remote: true })
    for (const spec of ['npm:acme@^3', 'npm:other', 'npm:third']) expect(await refusal(() => fetched(spec, { root, offline: true })), spec).toContain('--offline')
  })

  const published = (version: string, over: Record<string, string> = {}): Buffer => archiveOf(treeOf([['pack.yaml', Buffer.from(YAML)], ['package.json', Buffer.from(JSON.stringify({ name: '@acme/pack', version, scripts: Object.fromEntries(['preinstall', 'install', 'prepare', 'prepack', 'postpack'].map((s) => [s, 'touch "$MARKER"'])), ...over }))]], 'p'))
  const handler = `const url = decodeURIComponent(request.url)
    const file = data.files[url.slice(1)]
    if (file) return response.end(Buffer.from(file, 'base64'))
    if (url !== '/@acme/pack') return response.writeHead(404, { 'content-type': 'application/json' }).end('{}')
    const versions = Object.fromEntries(Object.keys(data.files).map((name) => { const v = name.slice(0, -4); return [v, { name: '@acme/pack', version: v, dist: { tarball: 'http://' + request.headers.host + '/' + name, integrity: data.sums[name] } }] }))
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ name: '@acme/pack', 'dist-tags': { latest: '2.1.0' }, versions }))`
  const sum = (bytes: Buffer): string => `sha512-${createHash('sha512').update(bytes).digest('base64')}`

  test('fetches from the registry of the project without running a script; what is locked is fetched, though another is installed', async () => {
    const files = Object.fromEntries(['2.0.0', '2.1.0', '3.0.0'].map((v) => [`${v}.tgz`, published(v)]))
    const data = { files: Object.fromEntries(Object.entries(files).map(([n, b]) => [n, b.toString('base64')])), sums: Object.fromEntries(Object.entries(files).map(([n, b]) => [n, sum(b)])) }
    const marker = join(folder(), 'ran')
    await servingApart(handler, data, async (host) => {
      const root = folder({ '.npmrc': `@acme:registry=http://${host}/\n`, 'package.json': '{"name":"app","workspaces":["x"],"scripts":{"prepack":"touch \\"$MARKER\\""}}' })
      const env: NodeJS.ProcessEnv = { ...bare(), MARKER: marker, npm_config_fetch_retries: '0', npm_config_registry: `http://${host}/` }
      const found = await fetched('npm:@acme/pack@^2', { root, env })
      expect(found).toMatchObject({ resolved: '2.1.0', remote: true })
      expect(found.tree.get('pack.yaml')!.toString()).toBe(YAML)
      const before = await fetched('npm:@acme/pack@2.0.0', { root, env })
      mkdirSync(join(root, 'node_modules/@acme/pack'), { recursive: true })
      for (const [path, bytes] of found.tree) writeFileSync(join(root, 'node_modules/@acme/pack', path), bytes)
      rmSync(join(env.HOME!, '.cache'), { recursive: true })
      expect(await fetched('npm:@acme/pack@^2', { root, env, frozen: { resolved: '2.0.0', integrity: before.integrity } })).toMatchObject({ resolved: '2.0.0', integrity: before.integrity })
      for (const resolved of ['.', 'file:../x', '2.0.0.tgz', '^2', 'npm:other@1.0.0']) expect(await refusal(() => fetched('npm:@acme/pack@^2', { root: folder(), env, frozen: { resolved, integrity: `sha256-${'0'.repeat(64)}` } })), resolved).toContain('which is no version')
      expect(await refusal(() => fetched('npm:@acme/pack@^9', { root, env }))).toContain('npm has no @acme/pack@^9')
    })
    await servingApart(handler, { ...data, sums: { ...data.sums, '2.1.0.tgz': data.sums['2.0.0.tgz'] } }, async (host) => {
      expect(await refusal(() => fetched('npm:@acme/pack@^2', { env: { ...bare(), npm_config_fetch_retries: '0', npm_config_registry: `http://${host}/` } }))).toContain('npm has no')
    })
    expect(existsSync(marker)).toBe(false)
  })

  test('that is not there is said', async () => {
    expect(await refusal(() => fetched('npm:acme@1', { env: { ...bare(), PATH: '/nowhere' } }))).toContain('npm is not installed')
  })
})

describe('ranges', () => {
  // what npm itself says, where it is here; else these
  const npm = spawnSync('npm', ['root', '-g'], { encoding: 'utf8' }).stdout?.trim()
  const file = join(npm ?? '', 'npm/node_modules/semver/index.js')
  test.skipIf(!existsSync(file))('are read as npm reads them', async () => {
    const semver = ((await import(file)) as { default: { satisfies(v: string, r: string): boolean; validRange(r: string): string | null } }).default
    const versions = ['0.0.0', '0.0.3', '0.0.4', '0.2.3', '0.2.9', '0.3.0', '1.0.0', '1.0.0-rc.1', '1.2.3', '1.2.3-beta.2', '1.2.4', '1.3.0', '2.0.0', '2.0.0-0', '10.20.30', '2.1.0+build']
    const ops = ['', '^', '~', '>=', '>', '<', '<=', '=', '~>']
    const bases = ['0', '0.0', '0.0.3', '0.2', '0.2.3', '1', '1.x', '1.2', '1.2.x', '1.2.*', '1.2.3', '1.2.3-beta.1', '2.0.0-0', 'v1.2.3', '*', 'x', 'X', '1.X', '1.x.x', '*.1']
    const ranges = [...ops.flatMap((o) => bases.map((b) => o + b)), '', ' ', '||', '^1 || ^2', '>=1 <2', '>= 1.0 < 2', '1 - 2', '1.2 - 1.3.0', '1.0.0 - 2', '^1.2.3 <1.3', '>1 <=1.2.3', 'latest', '1.2.3.4', '>=1,<2', '^^1', '1..2', '01.2.3']
    const wrong = ranges.flatMap((range) => {
      const known = semver.validRange(range) !== null
      if (isRange(range) && !known) return [`${JSON.stringify(range)} is none`]
      return isRange(range) ? versions.filter((v) => satisfies(v, range) !== semver.satisfies(v, range)).map((v) => `${v} in ${JSON.stringify(range)}: ${satisfies(v, range)}`) : []
    })
    expect(wrong).toEqual([])
  })
})

describe('the web', () => {
  const at = (host: string, path: string, bytes: Buffer = archive): Promise<Fetched> => fetched(`http://${host}${path}#sha256-${digestOf(bytes)}`)
  test('an answer that is cut off, never ends, lies about its length, or leads nowhere is said with its host', async () => {
    await serving(
      (request, response) => {
        const path = request.url!
        if (path === '/cut') return void response.writeHead(200, { 'content-length': '5000' }).write('x', () => response.destroy())
        if (path === '/nowhere') return void response.writeHead(302, { location: 'http://[' }).end()
        if (path === '/user') return void response.writeHead(302, { location: `http://ann:s3cret@${request.headers.host}/ok` }).end()
        if (path === '/https') return void response.writeHead(307, { location: `https://${request.headers.host}/ok` }).end()
        if (path === '/encoded') return void response.writeHead(200, { 'content-encoding': 'br' }).end('not brotli')
        if (path === '/1') return void response.writeHead(301, { location: '/2' }).end()
        if (path === '/2') return void response.writeHead(303, { location: '/3' }).end()
        if (path === '/3') return void response.writeHead(308, { location: '/ok' }).end()
        if (path === '/0') return void response.writeHead(302, { location: '/1' }).end()
        if (path === '/none') return void response.writeHead(302).end()
        return void response.end(request.headers['accept-encoding'] === 'identity' ? archive : 'x')
      },
      async (host) => {
        expect((await at(host, '/ok')).integrity).toBe(integrityOf(tree))
        expect((await at(host, '/1')).integrity).toBe(integrityOf(tree))
        expect(await refusal(() => at(host, '/0'))).toContain('more than three times')
        expect(await refusal(() => at(host, '/cut'))).toContain('does not answer')
        expect(await refusal(() => at(host, '/nowhere'))).toContain('what is no address')
        expect(await refusal(() => at(host, '/encoded'))).toContain('does not answer')
        expect(await refusal(() => at(host, '/https'))).toContain('redirects from http: to https:')
        expect(await refusal(() => at(host, '/none'))).toContain('answers 302')
        const text = await refusal(() => at(host, '/user'))
        expect(text).toContain('credentials')
        expect(text).not.toContain('s3cret')
      },
    )
    expect(await refusal(() => at('127.0.0.1:1', '/x'))).toContain('does not answer')
  })

  test.each([
    ['https://a.example', 'https://b.example', true], ['https://a.example', 'https://127.0.0.1/', false], ['https://a.example', 'https://2130706433/', false], ['https://a.example', 'https://0x7f.1/', false], ['https://a.example', 'https://[::1]/', false], ['https://a.example', 'https://[::ffff:127.0.0.1]/', false], ['https://a.example', 'https://[::]/', false], ['https://a.example', 'https://0.0.0.0/', false], ['https://a.example', 'https://localhost./', false], ['https://a.example', 'https://x.localhost/', false], ['https://a.example', 'https://169.254.169.254/', false], ['https://a.example', 'https://[fe90::1]/', false], ['https://a.example', 'https://[fd00::1]/', false], ['https://a.example', 'https://10.1.2.3/', false], ['https://a.example', 'https://172.31.0.1/', false], ['https://a.example', 'https://172.32.0.1/', true], ['https://a.example', 'https://100.64.0.1/', false], ['https://10.0.0.1', 'https://10.0.0.2/', true], ['https://10.0.0.1', 'https://127.0.0.1/', false], ['http://127.0.0.1', 'http://localhost/', true],
  ])('%s may lead to %s: %s', (from, to, may) => {
    expect(mayLead(new URL(from), new URL(to))).toBe(may)
  })
})

describe('a registry', () => {
  interface Registry {
    manifest?: string | Buffer
    layer?: Buffer
    /** answers without a token */
    challenge?: string
  }
  const manifestOf = (layer: Buffer): string => JSON.stringify({ schemaVersion: 2, layers: [{ digest: `sha256:${digestOf(layer)}`, size: layer.length }] })
  const asking = (registry: Registry, ask: (host: string, seen: string[]) => Promise<void>): Promise<void> => {
    const seen: string[] = []
    return serving(
      (request, response) => {
        seen.push(`${request.method} ${request.url} ${request.headers.authorization ?? '-'}`)
        let body = ''
        request.on('data', (d: Buffer) => (body += d)).on('end', () => {
          if (request.url!.startsWith('/token')) {
            seen.push(body)
            return void response.end('{"access_token":"good"}')
          }
          if (registry.challenge && request.headers.authorization !== 'Bearer good') return void response.writeHead(401, { 'www-authenticate': registry.challenge.replace('HOST', request.headers.host!) }).end()
          if (request.url!.includes('/manifests/')) return void response.end(registry.manifest ?? manifestOf(registry.layer ?? archive))
          return void response.end(registry.layer ?? archive)
        })
      },
      (host) => ask(host, seen),
    )
  }

  test.each<[string, Registry, string]>([
    ['no JSON', { manifest: 'x' }, 'no pack: it has 0 layers'], ['nothing', { manifest: 'null' }, '0 layers'], ['layers of no kind', { manifest: '{"layers":[null]}' }, 'no digest'], ['a path as a digest', { manifest: '{"layers":[{"digest":"../../../secrets"}]}' }, 'no digest'], ['two layers', { manifest: manifestOf(archive).replace(/\[(.*)\]/, '[$1,$1]') }, '2 layers'], ['another layer', { manifest: manifestOf(Buffer.from('y')) }, 'another digest'], ['a challenge out of thin air', { challenge: 'Bearer realm="http://["' }, 'answers 401'], ['a challenge of a file', { challenge: 'Bearer realm="file:///etc/passwd"' }, 'answers 401'], ['a challenge in the clear elsewhere', { challenge: 'Bearer realm="http://example.test/token"' }, 'answers 401'], ['an unknown challenge', { challenge: 'Negotiate' }, 'answers 401'],
  ])('that says %s is refused', async (_, registry, message) => {
    await asking(registry, async (host) => {
      expect(await refusal(() => fetched(`oci://${host}/acme/pack:1`))).toContain(message)
    })
  })

  test('gets from the lock a digest and nothing else, and no other manifest by it', async () => {
    await asking({}, async (host, seen) => {
      for (const resolved of ['../../../secrets', 'latest', 'sha256:abc']) expect(await refusal(() => fetched(`oci://${host}/acme/pack:1`, { frozen: { resolved, integrity: `sha256-${'0'.repeat(64)}` } }))).toContain('which is no digest')
      expect(seen).toEqual([])
      expect(await refusal(() => fetched(`oci://${host}/acme/pack:1`, { frozen: { resolved: `sha256:${'1'.repeat(64)}`, integrity: `sha256-${'0'.repeat(64)}` } }))).toContain('another digest')
    })
  })

  const challenge = 'Bearer realm="http://HOST/token",service="s"'
  test('is logged in to by the config, an identity token, or a helper; a config that cannot be read is none', async () => {
    await asking({ challenge }, async (host, seen) => {
      const by = async (config: unknown, path = process.env.PATH): Promise<string[]> => {
        seen.length = 0
        const DOCKER_CONFIG = folder({ 'config.json': typeof config === 'string' ? config : JSON.stringify(config) })
        expect((await fetched(`oci://${host}/acme/pack:1`, { env: { ...bare(), PATH: path, DOCKER_CONFIG } })).integrity).toBe(integrityOf(tree))
        return seen.filter((line) => line.includes('/token') || line.includes('grant_type'))
      }
      const basic = (text: string): string => Buffer.from(text).toString('base64')
      expect(await by({ auths: { [`https://${host}`]: { auth: basic('ann:p:w') } } })).toEqual([`GET /token?service=s&scope=repository%3Aacme%2Fpack%3Apull Basic ${basic('ann:p:w')}`])
      expect((await by({ auths: { [host]: { identitytoken: 'idt' } } }))[1]).toContain('refresh_token=idt')
      const bin = folder()
      writeFileSync(join(bin, 'docker-credential-test'), `#!/bin/sh\nread server; [ "$1 $server" = "get ${host}" ] && echo '{"Username":"bob","Secret":"x"}'\n`)
      chmodSync(join(bin, 'docker-credential-test'), 0o755)
      expect((await by({ credHelpers: { [host]: 'test' } }, `${bin}:${process.env.PATH}`))[0]).toContain(basic('bob:x'))
      expect((await by({ auths: {}, credsStore: 'test' }, `${bin}:${process.env.PATH}`))[0]).toContain(basic('bob:x'))
      for (const config of ['null', '[]', 'no json', { auths: null }, { auths: { [host]: null } }, { credsStore: '../../bin/evil' }, { credsStore: 'missing' }, { credHelpers: { [host]: '-x' } }]) expect((await by(config))[0]).toMatch(/ -$/)
    })
  })

  test('is told no more than it must be when a push fails', async () => {
    const source = (host: string) => parseSource(`oci://${host}/acme/pack:1`) as Extract<ReturnType<typeof parseSource>, { kind: 'oci' }>
    for (const location of ['http://example.test/upload', '', 'http://[']) {
      await serving(
        (request, response) => void (request.method === 'HEAD' ? response.writeHead(404).end() : response.writeHead(202, { location }).end()),
        async (host) => {
          await refusal(() => pushed(source(host), tree, {}, bare()))
        },
      )
    }
    expect(await refusal(() => pushed(source('127.0.0.1:1'), tree, {}, bare()))).toContain('does not answer')
  })

  const real = process.env.PACK_REGISTRY
  test.skipIf(!real)('that is a real one takes a pack and gives it back', async () => {
    const source = parseSource(`oci://${real}/acme/pack-test:1`) as Extract<ReturnType<typeof parseSource>, { kind: 'oci' }>
    const digest = await pushed(source, tree, { 'org.opencontainers.image.title': 'acme' }, bare())
    expect(await fetched(source.normalised)).toMatchObject({ resolved: digest, integrity: integrityOf(tree) })
  })
})

describe('the cache', () => {
  const integrity = integrityOf(tree)
  test('says what it removes, whatever was put in its place', () => {
    for (const put of [(f: string) => writeFileSync(f, archiveOf(treeOf([['pack.yaml', Buffer.from('evil')]], 'p'))), (f: string) => writeFileSync(f, 'no archive'), (f: string) => symlinkSync('/etc/passwd', f), (f: string) => mkdirSync(f), (f: string) => execFileSync('mkfifo', [f]), (f: string) => execFileSync('truncate', ['-s', '3G', f])]) {
      const env = bare()
      toCache(tree, integrity, env)
      const file = join(env.HOME!, '.cache/create-hardened-container/packs', `${integrity}.tgz`)
      rmSync(file)
      put(file)
      const said: string[] = []
      expect(fromCache(integrity, env, (t) => said.push(t))).toBeUndefined()
      expect(said).toHaveLength(1)
      expect(readdirSync(dirname(file))).toEqual([])
    }
    expect(readFileSync('/etc/passwd', 'utf8')).not.toBe('')
  })
  test('lies where the system says, never below the current folder, and does without where it cannot', () => {
    const here = folder()
    const cwd = process.cwd()
    process.chdir(here)
    try {
      toCache(tree, integrity, { XDG_CACHE_HOME: 'relative' })
      toCache(tree, integrity, {})
      toCache(tree, '../../x', { HOME: here })
      expect(readdirSync(here)).toEqual([])
      toCache(tree, integrity, { XDG_CACHE_HOME: '/dev/null', HOME: here })
      expect(fromCache(integrity, { XDG_CACHE_HOME: '/dev/null', HOME: here })).toBeUndefined()
      const [one, two] = [folder(), folder()]
      toCache(tree, integrity, { XDG_CACHE_HOME: one, HOME: two })
      expect([readdirSync(one), readdirSync(two)]).toEqual([['create-hardened-container'], []])
    } finally {
      process.chdir(cwd)
    }
  })
  test('answers for what is locked before anything else is asked', async () => {
    const env = bare()
    toCache(tree, integrity, env)
    for (const spec of ['oci://127.0.0.1:1/a/b:1', 'git+https://127.0.0.1:1/x.git', 'npm:acme@^2', `https://127.0.0.1:1/p.tgz#sha256-${'a'.repeat(64)}`]) {
      expect((await fetched(spec, { env, offline: true, frozen: { resolved: 'as it was', integrity } })).resolved).toBe('as it was')
      expect(await refusal(() => fetched(spec, { env, offline: true, frozen: { resolved: 'as it was', integrity: `sha256-${'0'.repeat(64)}` } }))).toContain('not in the cache')
    }
  })
})

describe('a signature', () => {
  const integrity = integrityOf(tree)
  const file = `${integrity}\n`
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString()
  const signed = (sig: string, said = file): Tree => treeOf([...tree, ['pack.integrity', Buffer.from(said)], ['pack.integrity.sig', Buffer.from(sig)]], 'p')
  const good = sign('sha256', Buffer.from(file), privateKey).toString('base64')

  test('is found by any of several keys, of whatever kind', () => {
    const edwards = generateKeyPairSync('ed25519').publicKey.export({ format: 'pem', type: 'spki' }).toString()
    expect(verifySignature(signed(good), integrity, [edwards, pem])).toEqual({ key: expect.stringContaining('sha256:') })
    expect(verifySignature(signed(`${good}\n`), integrity, [pem])).not.toBe('unsigned')
    expect(verifySignature(signed(good), integrity, [])).toBe('unsigned')
  })
  test.each(['', 'no base64 !!', Buffer.from('x').toString('base64'), Buffer.alloc(72).toString('base64')])('%j is none', async (sig) => {
    expect(await refusal(() => verifySignature(signed(sig), integrity, [pem]))).toContain('none of the keys')
  })
  test('over another pack is none, and neither is one whose pack changed', async () => {
    const other = `sha256-${'0'.repeat(64)}\n`
    expect(await refusal(() => verifySignature(signed(sign('sha256', Buffer.from(other), privateKey).toString('base64'), other), integrity, [pem]))).toContain('pack.integrity says')
    const changed = treeOf([...signed(good), ['evil', Buffer.from('x')]], 'p')
    expect(await refusal(() => verifySignature(changed, integrityOf(changed), [pem]))).toContain('pack.integrity says')
  })
  test.each(['', 'RWQ', 'not a key', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n', privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()])('by a key like %j is an error of that key', async (key) => {
    expect(await refusal(() => verifySignature(signed(good), integrity, [key]))).toContain('a key cannot be read')
  })
  test('of minisign is read with the line ends of Windows', () => {
    const pair = generateKeyPairSync('ed25519')
    const id = Buffer.from('0102030405060708', 'hex')
    const key = Buffer.concat([Buffer.from('Ed'), id, pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)]).toString('base64')
    const own = sign(null, createHash('blake2b512').update(file).digest(), pair.privateKey)
    const minisig = ['untrusted comment: x', Buffer.concat([Buffer.from('ED'), id, own]).toString('base64'), 'trusted comment: t', sign(null, Buffer.concat([own, Buffer.from('t')]), pair.privateKey).toString('base64'), ''].join('\r\n')
    const with_ = treeOf([...tree, ['pack.integrity', Buffer.from(file)], ['pack.integrity.minisig', Buffer.from(minisig)]], 'p')
    expect(verifySignature(with_, integrity, [`untrusted comment: minisign public key\r\n${key}\r\n`])).toEqual({ key: '0102030405060708' })
  })
})

describe('what a pack builds on', () => {
  const yaml = (name: string, on: string[] = []): string => `apiVersion: hardened-container/v1\nname: ${name}\nversion: 1.0.0\n${on.length > 0 ? `extends: ${JSON.stringify(on)}\n` : ''}`
  const said: string[] = []
  const load = (spec: string, root: string, over: Partial<Loading> = {}): Promise<PackRun> => loadPacks([spec], { root, io: { env: bare(), stderr: { write: (t: string) => said.push(t), isTTY: false } } as unknown as Io, locked: [], frozen: false, offline: true, trusted: [], keys: [], ...over }, { packs: [], keys: [], trust: [] })

  test('lies within it where it came as an archive, however it is named', async () => {
    const away = folder({ 'pack.yaml': yaml('away') })
    const root = folder({ 'away/pack.yaml': yaml('away'), 'x.tgz': '' })
    execFileSync('git', ['init', '-q', away])
    for (const on of [away, 'away', './away', '../away', 'inner/../../away', './x.tgz', 'x.tgz', `git+file://${away}`]) {
      writeFileSync(join(root, 'p.tgz'), archiveOf(treeOf([['pack.yaml', Buffer.from(yaml('p', [on]))]], 'p')))
      expect(await refusal(() => load('./p.tgz', root)), on).not.toContain('it was taken')
    }
    writeFileSync(join(root, 'p.tgz'), archiveOf(treeOf([['pack.yaml', Buffer.from(yaml('p', ['./inner']))], ['inner/pack.yaml', Buffer.from(yaml('inner'))]], 'p')))
    expect((await load('./p.tgz', root)).locked.map((p) => p.name)).toEqual(['inner', 'p'])
  })

  test('may have the same path from two packs, and stays locked', async () => {
    const root = folder({ 'a/p/pack.yaml': yaml('a', ['../base']), 'a/base/pack.yaml': yaml('base-a'), 'b/p/pack.yaml': yaml('b', ['../base', '../../a/p']), 'b/base/pack.yaml': yaml('base-b') })
    const { locked } = await load('./b/p', root)
    expect(locked.map((p) => p.name)).toEqual(['base-b', 'base-a', 'a', 'b'])
    expect((await load('./b/p', root, { locked, frozen: true })).locked).toEqual(locked)
  })
})
