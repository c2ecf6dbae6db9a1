/** What an attacker sends: archives whose headers lie, and servers of this machine that do. */
import { spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { InputError } from '../../src/errors.ts'

/** One block of a tar, with a checksum that is right whatever else is not. */
export function block(name: string, size: number, type = '0', over: Record<number, string> = {}): Buffer {
  const out = Buffer.alloc(512)
  out.write(name, 0, 100, 'latin1')
  out.write(`0000644\0${'0000000\0'.repeat(2)}${size.toString(8).padStart(11, '0')}\0${'0'.repeat(11)}\0        ${type}`, 100, 'latin1')
  out.write('ustar\x0000', 257, 'latin1')
  for (const [at, text] of Object.entries(over)) out.write(text, Number(at), 'latin1')
  out.write(`${out.reduce((a, b) => a + b, 0).toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return out
}

/** An entry: its header and its content, filled up to whole blocks. */
export function entry(name: string, body: Buffer | string = 'x', type = '0', over: Record<number, string> = {}): Buffer {
  const bytes = Buffer.from(body)
  return Buffer.concat([block(name, bytes.length, type, over), bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)])
}

export const END = Buffer.alloc(1024)
/** Not made smaller, unless it is to be a bomb. */
export const packed = (...blocks: Buffer[]): Buffer => gzipSync(Buffer.concat(blocks), { level: 0 })
export const bomb = (...blocks: Buffer[]): Buffer => gzipSync(Buffer.concat(blocks), { level: 9 })

/** A record of a PAX header. */
export function record(key: string, value: string): string {
  let length = 0
  while (length !== Buffer.byteLength(`${length} ${key}=${value}\n`)) length = Buffer.byteLength(`${length} ${key}=${value}\n`)
  return `${length} ${key}=${value}\n`
}

/** What a person would read of a refusal; what is thrown without a place, or is not thrown, fails the test. */
export async function refusal(what: () => unknown): Promise<string> {
  try {
    await what()
  } catch (error) {
    const { problems, exitCode } = error as InputError
    if (!problems) throw error
    if (exitCode !== 6 || problems.some((p) => !(p.file || p.where) || !p.hint)) throw new Error(`not exit 6, or without a place or a hint: ${JSON.stringify(problems)}`)
    return problems.map((p) => [p.file ?? p.where, p.message, p.hint].join(' | ')).join('\n')
  }
  throw new Error('it was taken')
}

/** A web server of this machine for the time of a call. */
export async function serving<T>(handler: (request: IncomingMessage, response: ServerResponse) => void, use: (host: string) => Promise<T>): Promise<T> {
  const server = createServer(handler)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  try {
    return await use(`127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  }
}

/**
 * The same in a process of its own, for programs that are waited for: `body` is the code of a handler (request, response) and may
 * use `data`.
 */
export async function servingApart<T>(body: string, data: unknown, use: (host: string) => Promise<T>): Promise<T> {
  const code = `const data = ${JSON.stringify(data)}; const server = require('node:http').createServer((request, response) => { ${body} }); server.listen(0, '127.0.0.1', () => console.log(server.address().port))`
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const port = await new Promise<string>((done, failed) => child.stdout.once('data', (d: Buffer) => done(String(d).trim())).once('end', () => failed(new Error('the server ended'))))
    return await use(`127.0.0.1:${port}`)
  } finally {
    child.kill()
  }
}
