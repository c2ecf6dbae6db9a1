/** Packs for tests: trees made of texts, hostile archives, a registry and a web server of this machine. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { InputError, Problem } from '../../src/errors.ts'
import type { Arrived } from '../../src/pack/chain.ts'
import { integrityOf, type Tree, treeOf } from '../../src/pack/tree.ts'

export const MANIFEST = 'apiVersion: hardened-container/v1\nname: acme\nversion: 1.0.0\n'

export const treeFrom = (files: Record<string, string>): Tree => treeOf(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]), 'test')

/** Files below a new folder. */
export function folderOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'pack-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

/** Packs by spec, as resolveChain opens them. */
export function opener(packs: Record<string, Record<string, string> | string>): (spec: string) => Promise<Arrived> {
  const open = (spec: string): Promise<Arrived> => {
    const given = packs[spec]
    if (given === undefined) return Promise.reject(new Error(`no pack ${spec}`))
    const tree = treeFrom(typeof given === 'string' ? { 'pack.yaml': given } : given)
    return Promise.resolve({ spec, tree, integrity: integrityOf(tree), resolved: spec, remote: false, open })
  }
  return open
}

/** The problems and exit code of what throws; fails where nothing does. */
export async function refused(what: () => unknown): Promise<{ exitCode: number; problems: Problem[]; text: string }> {
  try {
    await what()
  } catch (error) {
    const { exitCode, problems } = error as InputError
    if (!problems) throw error
    return { exitCode, problems, text: problems.map((p) => [p.file ?? p.where, p.line, p.message, p.hint].join('|')).join('\n') }
  }
  throw new Error('it was taken')
}

/** One entry of a tar archive, whatever it says about itself. */
export interface Entry {
  name: string
  type?: string
  body?: Buffer | string
  link?: string
  size?: number
  prefix?: string
  checksum?: number
}

export function tar(entries: readonly Entry[]): Buffer {
  const blocks: Buffer[] = []
  for (const { name, type = '0', body = '', link = '', size, prefix = '', checksum } of entries) {
    const bytes = Buffer.from(body)
    const header = Buffer.alloc(512)
    header.write(name, 0, 100, 'latin1')
    header.write('0000644\0' + '0000000\0' + '0000000\0', 100, 'latin1')
    header.write(`${(size ?? bytes.length).toString(8).padStart(11, '0')}\0`, 124, 'latin1')
    header.write('00000000000\0        ', 136, 'latin1')
    header.write(type, 156, 'latin1')
    header.write(link, 157, 100, 'latin1')
    header.write('ustar\x0000', 257, 'latin1')
    header.write(prefix, 345, 155, 'latin1')
    header.write(`${(checksum ?? header.reduce((a, b) => a + b, 0)).toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
    blocks.push(header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512))
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

export const tgz = (entries: readonly Entry[]): Buffer => gzipSync(tar(entries))

/** A record of a PAX header. */
export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  let length = rest.length + 1
  while (`${length}${rest}`.length !== length) length = `${length}${rest}`.length
  return `${length}${rest}`
}

/** A server of this machine, with its address and a way to stop it. */
export async function serve(handler: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void): Promise<{ host: string; stop(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (c: Buffer) => chunks.push(c)).on('end', () => handler(request, response, Buffer.concat(chunks)))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
}

/** A registry that keeps what it is given (https://github.com/opencontainers/distribution-spec), with a token where one is wanted. */
export async function registry(token?: { user: string; password: string }): Promise<{ host: string; blobs: Map<string, Buffer>; stop(): Promise<void> }> {
  const blobs = new Map<string, Buffer>()
  const digest = (b: Buffer): string => `sha256:${createHash('sha256').update(b).digest('hex')}`
  const served = await serve((request, response, body) => {
    const url = new URL(request.url!, `http://${request.headers.host}`)
    const end = (status: number, headers: Record<string, string> = {}, content: Buffer | string = ''): void => void response.writeHead(status, headers).end(content)
    if (url.pathname === '/token') return request.headers.authorization === `Basic ${Buffer.from(`${token?.user}:${token?.password}`).toString('base64')}` ? end(200, {}, '{"token":"letmein"}') : end(401)
    if (token && request.headers.authorization !== 'Bearer letmein') return end(401, { 'www-authenticate': `Bearer realm="http://${request.headers.host}/token",service="test"` })
    const [, kind, name] = /^\/v2\/.+\/(blobs|manifests)\/([^/]+\/?)$/.exec(url.pathname) ?? []
    if (kind === 'blobs' && request.method === 'POST') return end(202, { location: `${url.pathname}1234` })
    if (request.method === 'PUT') {
      blobs.set(digest(body), body)
      if (kind === 'manifests') blobs.set(name!, body)
      return end(201)
    }
    const found = blobs.get(name ?? '')
    return found ? end(200, {}, request.method === 'HEAD' ? '' : found) : end(404)
  })
  return { ...served, blobs }
}
