import { createHash } from 'node:crypto'
import { EXIT, InputError } from '../errors.ts'
import { readArchive } from './archive.ts'
import { isLoopback, type Source } from './source.ts'
import { LIMITS, type Tree } from './tree.ts'

const TIMEOUT = 30_000
const MAX_REDIRECTS = 3

/** An address of a network that is not public (RFC 1918, 3927, 4193): no place that a public host may send us to. */
const PRIVATE = /^(10\.|127\.|0\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[(::1|f[cd]|fe80)|localhost$)/i

/** Fetches bytes with a bound on size, time and redirects. @throws InputError (pack) */
export async function download(address: string, label: string, headers: Record<string, string> = {}, most: number = LIMITS.archive): Promise<{ bytes: Buffer; response: Response }> {
  const fail = (message: string, hint = 'check the address'): never => {
    throw new InputError({ message, where: label, hint }, EXIT.pack)
  }
  let url = new URL(address)
  const signal = AbortSignal.timeout(TIMEOUT)
  for (let hops = 0; ; hops++) {
    let response: Response
    try {
      response = await fetch(url, { redirect: 'manual', signal, headers: hops === 0 ? headers : withoutAccess(headers, new URL(address), url) })
    } catch (error) {
      return fail(`${url.host} does not answer: ${signal.aborted ? 'no answer within 30 s' : reason(error)}`, 'check the network, or use --offline with what is in the cache')
    }
    const to = response.headers.get('location')
    if ([301, 302, 303, 307, 308].includes(response.status) && to) {
      const next = new URL(to, url)
      if (hops >= MAX_REDIRECTS) return fail('redirects more than three times')
      if (next.protocol !== url.protocol) return fail(`redirects from ${url.protocol} to ${next.protocol}`)
      if (!isLoopback(url.host) && PRIVATE.test(next.hostname)) return fail('redirects to an address that is not public')
      if (next.username || next.password) return fail('redirects to an address with credentials in it')
      url = next
      continue
    }
    return { bytes: await bounded(response, most, () => fail('is larger than 10 MB')), response }
  }
}

/** Access is for the host that was asked only. */
const withoutAccess = (headers: Record<string, string>, first: URL, now: URL): Record<string, string> => (first.host === now.host ? headers : Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization')))

const reason = (error: unknown): string => String(((error as Error).cause as NodeJS.ErrnoException | undefined)?.code ?? (error as Error).message)

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
