/** Requests by the proxy that the environment names (https_proxy, all_proxy, no_proxy), which fetch passes by before node 24. */
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { getProxyForUrl } from 'proxy-from-env'

export interface Asked {
  method?: string
  headers?: Record<string, string>
  body?: Uint8Array | string
  redirect: 'manual' | 'error'
  signal: AbortSignal
}

/** As fetch does it. What is asked in plain http is on this machine, where no proxy is wanted. */
export async function request(url: URL, asked: Asked): Promise<Response> {
  const proxy = url.protocol === 'https:' ? proxyFor(url) : undefined
  if (!proxy) return fetch(url, asked as RequestInit)
  const { method = 'GET', headers, body, redirect, signal } = asked
  const socket = await tunnel(proxy, url, signal)
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const sent = requestHttps(url, { socket, agent: false, method, signal, headers: { ...length, ...headers } } as object, (answer) => {
      const status = answer.statusCode!
      if (redirect === 'error' && [301, 302, 303, 307, 308].includes(status)) return void reject(new Error('a redirect that was not expected'))
      const empty = [204, 205, 304].includes(status) || method === 'HEAD'
      resolve(new Response(empty ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>), { status, headers: new Headers(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])) }))
    })
    sent.on('error', reject).on('close', () => socket.destroy())
    sent.end(body)
  })
}

/** The proxy for an address; one without a scheme is asked in plain http, as curl and git have it. */
function proxyFor(url: URL): URL | undefined {
  const proxy = getProxyForUrl(url)
  if (proxy === '') return undefined
  const text = Object.values(process.env).includes(proxy) ? proxy : proxy.replace(/^https:/, 'http:')
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text)
  throw new Error('the proxy of the environment (https_proxy) is no http address')
}

/** A connection to a host that the proxy has opened (RFC 9110, 9.3.6). */
function tunnel(proxy: URL, { hostname, port }: URL, signal: AbortSignal): Promise<Socket> {
  const to = `${hostname}:${port || 443}`
  const login = proxy.username ? { 'proxy-authorization': `Basic ${Buffer.from(`${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`).toString('base64')}` } : {}
  const ask = proxy.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve, reject) => {
    ask({ host: proxy.hostname.replace(/^\[|\]$/g, ''), port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80), method: 'CONNECT', path: to, agent: false, signal, headers: { host: to, ...login } })
      .on('connect', (answer, socket: Socket) => {
        if (answer.statusCode === 200) return void resolve(socket)
        socket.destroy()
        reject(new Error(`the proxy ${proxy.host} answers ${answer.statusCode} for ${to}`))
      })
      .on('error', (error) => reject(new Error(`the proxy ${proxy.host} does not answer: ${(error as NodeJS.ErrnoException).code ?? error.message}`)))
      .end()
  })
}
