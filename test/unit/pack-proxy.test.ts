import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as http } from 'node:http'
import { createServer as https } from 'node:https'
import { type AddressInfo, connect, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { archiveOf } from '../../src/pack/archive.ts'
import { treeOf } from '../../src/pack/tree.ts'

const cli = join(import.meta.dirname, '../../bin/create-hardened-container.cjs')
const archive = archiveOf(treeOf([['pack.yaml', Buffer.from('apiVersion: hardened-container/v1\nname: acme\nversion: 1.0.0\n')]], 'p'))
const spec = `https://packs.acme.example/acme.tgz#sha256-${createHash('sha256').update(archive).digest('hex')}`
const portOf = (server: Server): number => (server.address() as AddressInfo).port
const listening = (server: Server): Promise<void> => new Promise((done) => server.listen(0, '127.0.0.1', done))

/** A host that only the proxy knows, with a certificate of its own authority, and a proxy that asks for a login. */
describe('behind a proxy', () => {
  const home = mkdtempSync(join(tmpdir(), 'proxy-'))
  const kept = new Map<string, Buffer>()
  const asked: string[] = []
  let tls: ReturnType<typeof https>
  let proxy: ReturnType<typeof http>

  beforeAll(async () => {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=acme', '-addext', 'subjectAltName=DNS:packs.acme.example', '-keyout', join(home, 'key.pem'), '-out', join(home, 'cert.pem')], { stdio: 'ignore' })
    tls = https({ key: readFileSync(join(home, 'key.pem')), cert: readFileSync(join(home, 'cert.pem')) }, (request, response) => {
      const { pathname, searchParams } = new URL(request.url!, 'https://packs.acme.example')
      const body: Buffer[] = []
      request.on('data', (d: Buffer) => body.push(d)).on('end', () => {
        const name = searchParams.get('digest') ?? pathname.split('/').pop()!
        if (pathname === '/acme.tgz') return response.end(archive)
        if (request.method === 'POST') return response.writeHead(202, { location: '/v2/platform/acme/blobs/uploads/1' }).end()
        if (request.method === 'PUT') return kept.set(name, Buffer.concat(body)) && response.writeHead(201).end()
        return response.writeHead(kept.has(name) ? 200 : 404).end(kept.get(name))
      })
    })
    proxy = http().on('connect', (request, socket) => {
      asked.push(`${request.url} ${Buffer.from(String(request.headers['proxy-authorization'] ?? '').replace('Basic ', ''), 'base64')}`)
      socket.on('error', () => undefined)
      if (!request.url!.startsWith('packs.acme.example:')) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
      const to = connect(portOf(tls), '127.0.0.1', () => socket.write('HTTP/1.1 200 Connection established\r\n\r\n')).on('error', () => socket.destroy())
      to.pipe(socket).pipe(to)
    })
    await Promise.all([listening(tls), listening(proxy)])
  })
  beforeEach(() => void asked.splice(0))
  afterAll(() => {
    tls.close()
    proxy.close()
    rmSync(home, { recursive: true, force: true })
  })

  const run = (args: string[], over: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; err: string; out: string }> => {
    const project = mkdtempSync(join(home, 'run-'))
    cpSync(join(import.meta.dirname, '../../examples/static-site'), project, { recursive: true })
    writeFileSync(join(project, 'pack.yaml'), 'apiVersion: hardened-container/v1\nname: acme\nversion: 1.0.0\n')
    const env = { PATH: process.env.PATH, HOME: project, NODE_EXTRA_CA_CERTS: join(home, 'cert.pem'), HTTPS_PROXY: `http://ann:p%40ss@127.0.0.1:${portOf(proxy)}`, ...over }
    const child = spawn(process.execPath, [cli, ...args], { cwd: project, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let [out, err] = ['', '']
    child.stdout.on('data', (d) => (out += d))
    child.stderr.on('data', (d) => (err += d))
    return new Promise((done) => child.on('close', (code) => done({ code, out, err })))
  }
  const trusted = async (of: string): Promise<string> => /--trust-pack (sha256-\S+)/.exec((await run(['--yes', '--plan', '--preset', of])).err)![1]!

  test('an archive is fetched through it, by a name that only it can resolve', async () => {
    const hash = await trusted(spec)
    const { code, err } = await run(['--yes', '--plan', '--preset', spec, '--trust-pack', hash])
    expect(err).toBe('')
    expect(code).toBe(0)
    expect(asked).toEqual(Array(asked.length).fill('packs.acme.example:443 ann:p@ss'))
  })

  test('a pack is published and pulled through it', async () => {
    const target = 'oci://packs.acme.example/platform/acme:1.0.0'
    const published = await run(['pack', 'publish', target])
    expect(published.err).not.toContain('error')
    expect(published.code).toBe(0)
    const { code } = await run(['--yes', '--plan', '--preset', target, '--trust-pack', await trusted(target)])
    expect(code).toBe(0)
    expect(asked.length).toBeGreaterThan(5)
  })

  test('a refusal and a proxy that is not there are told with its host, and without its password', async () => {
    const refused = await run(['--yes', '--plan', '--preset', spec.replace('packs.', 'other.')])
    expect(refused.code).toBe(6)
    expect(refused.err).toContain(`the proxy 127.0.0.1:${portOf(proxy)} answers 403 for other.acme.example:443`)
    const none = await run(['--yes', '--plan', '--preset', spec], { HTTPS_PROXY: 'http://ann:s3cret@127.0.0.1:1' })
    expect(none.err).toContain('the proxy 127.0.0.1:1 does not answer')
    const odd = await run(['--yes', '--plan', '--preset', spec], { HTTPS_PROXY: 'socks5://ann:s3cret@127.0.0.1:1' })
    expect(odd.err).toContain('https_proxy')
    expect([none.code, odd.code]).toEqual([6, 6])
    expect(refused.err + none.err + odd.err).not.toMatch(/s3cret|p%40ss|p@ss/)
  })

  test('a proxy without a scheme is asked in plain http; a host of no_proxy is not asked of it', async () => {
    await run(['--yes', '--plan', '--preset', spec], { HTTPS_PROXY: `127.0.0.1:${portOf(proxy)}` })
    expect(asked).toEqual(['packs.acme.example:443 '])
    const { err } = await run(['--yes', '--plan', '--preset', spec], { NO_PROXY: '.acme.example' })
    expect(asked).toHaveLength(1)
    expect(err).toContain('does not answer')
  })
})
