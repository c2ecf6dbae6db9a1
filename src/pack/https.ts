import { createHash } from 'node:crypto'
import { EXIT, InputError } from '../errors.ts'
import { readArchive } from './archive.ts'
import { request } from './request.ts'
import type { Source } from './source.ts'
import { LIMITS, quoted, type Tree } from './tree.ts'

/** Of a request with all that it is led on to. */
export const TIMEOUT = 30_000
const MAX_REDIRECTS = 3

/**
 * A name or number of this machine or of a network that is not public (RFC 1918, 3927, 4193, 6598): no place that a public host may
 * send us to. Numbers are in their one form, since URL has read them.
 */
const PRIVATE = /^(10\.|127\.|0\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|\[(::1?\]|::ffff:|64:ff9b:|f[cd]|fe[89a-f])|(.*\.)?localhost\.?$)/i
const isThisMachine = (url: URL): boolean => /^(127\.|0\.|\[(::1?\]|::ffff:7f)|(.*\.)?localhost\.?$)/i.test(url.hostname)

/** Whether one host may send us to another: never from outside to what only this network reaches, nor from there to this machine. */
export const mayLead = (from: URL, to: URL): boolean => !PRIVATE.test(to.hostname) || isThisMachine(from) || (PRIVATE.test(from.hostname) && !isThisMachine(to))

export interface Answer {
  bytes: Buffer
  response: Response
}

/** Fetches bytes with a bound on size, time and redirects. @throws InputError (pack) */
export async function download(address: string, label: string, headers: Record<string, string> = {}, most: number = LIMITS.archive): Promise<Answer> {
  const fail = (message: string, hint = 'check the address'): never => {
    throw new InputError({ message, where: label, hint }, EXIT.pack)
  }
  const first = new URL(address)
  let url = first
  const signal = AbortSignal.timeout(TIMEOUT)
  try {
    for (let hops = 0; ; hops++) {
      // as it is: servers that name the gzip of a .tgz an encoding would have it taken off
      const response = await request(url, { redirect: 'manual', signal, headers: { 'accept-encoding': 'identity', ...(url.host === first.host ? headers : withoutAccess(headers)) } })
      const to = response.headers.get('location')
      if (![301, 302, 303, 307, 308].includes(response.status) || to === null) return { bytes: await bounded(response, most, () => fail('the archive is larger than 10 MB')), response }
      await response.body?.cancel()
      if (hops >= MAX_REDIRECTS) return fail(`${first.host} redirects more than three times`)
      const next = URL.canParse(to, url.href) ? new URL(to, url) : fail(`${url.host} redirects to what is no address`)
      if (next.protocol !== first.protocol) return fail(`${url.host} redirects from ${url.protocol} to ${next.protocol}`)
      if (!mayLead(url, next)) return fail(`${url.host} redirects to ${next.host}, an address that is not public`)
      if (next.username || next.password) return fail(`${url.host} redirects to an address with credentials in it`)
      url = next
    }
  } catch (error) {
    if ((error as InputError).problems) throw error
    return fail(signal.aborted ? `${url.host} did not answer whole within ${TIMEOUT / 1000} s` : `${url.host} does not answer: ${reason(error)}`, 'check the network, or use --offline with what is in the cache')
  }
}

/** Access is for the host that was asked only. */
const withoutAccess = (headers: Record<string, string>): Record<string, string> => Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'authorization'))

/** What stopped a request, in a word. */
export const reason = (error: unknown): string => quoted(String(((error as Error).cause as NodeJS.ErrnoException | undefined)?.code ?? (error as Error).message))

async function bounded(response: Response, most: number, tooLarge: () => never): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let total = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    total += chunk.length
    if (total > most) return tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** An archive from the web, which must have the hash of its address. */
export async function downloaded({ url, sha256, normalised }: Source & { kind: 'https' }): Promise<{ tree: Tree; resolved: string }> {
  const { bytes, response } = await download(url, normalised)
  if (!response.ok) throw new InputError({ message: `${new URL(url).host} answers ${response.status}`, where: normalised, hint: 'check the address' }, EXIT.pack)
  const found = createHash('sha256').update(bytes).digest('hex')
  if (found !== sha256) throw new InputError({ message: `the archive has another hash: sha256-${found}`, where: normalised, hint: 'somebody changed it: find out who before you change the address' }, EXIT.pack)
  return { tree: readArchive(bytes, normalised), resolved: `sha256-${found}` }
}
