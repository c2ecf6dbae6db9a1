/** Packs as OCI artifacts (https://github.com/opencontainers/distribution-spec), with the access that docker login left. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT, InputError } from '../errors.ts'
import { archiveOf, readArchive } from './archive.ts'
import { type Answer, download, mayLead, reason, TIMEOUT } from './https.ts'
import { request } from './request.ts'
import { isLoopback, type Source } from './source.ts'
import type { Tree } from './tree.ts'

type OciSource = Source & { kind: 'oci' }

export const ARTIFACT_TYPE = 'application/vnd.create-hardened-container.pack.v1'
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const LAYER = 'application/vnd.create-hardened-container.pack.v1.tar+gzip'
const EMPTY = { mediaType: 'application/vnd.oci.empty.v1+json', digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a', size: 2 }

const sha256 = (bytes: Buffer | string): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
const fail = (message: string, label: string, hint: string): never => {
  throw new InputError({ message, where: label, hint }, EXIT.pack)
}
const baseOf = ({ registry, repository }: OciSource): string => `${isLoopback(registry) ? 'http' : 'https'}://${registry === 'docker.io' ? 'registry-1.docker.io' : registry}/v2/${repository}`

/** Fetches a pack; every part has the digest that names it. @param wanted the digest that is locked */
export async function pulled(source: OciSource, env: NodeJS.ProcessEnv, wanted?: string): Promise<{ tree: Tree; resolved: string }> {
  const label = source.normalised
  const get = authorised(source, env, 'pull')
  const reference = wanted ?? source.reference
  const { bytes, response } = await get(`/manifests/${reference}`, { accept: `${MANIFEST}, application/vnd.docker.distribution.manifest.v2+json` })
  if (!response.ok) fail(`${source.registry} answers ${response.status} for ${source.repository}:${reference}`, label, response.status === 401 || response.status === 403 ? `docker login ${source.registry}` : 'check the name and the tag')
  const digest = sha256(bytes)
  if (reference.startsWith('sha256:') && digest !== reference) fail(`the manifest has another digest: ${digest}`, label, 'the registry gives something else than it was asked for')
  const layers = layersOf(bytes, label)
  if (layers.length !== 1) fail(`it is no pack: it has ${layers.length} layers`, label, 'publish it by: create-hardened-container pack publish')
  const blob = await get(`/blobs/${layers[0]!}`, {})
  if (!blob.response.ok || sha256(blob.bytes) !== layers[0]) fail('a layer has another digest than its manifest says', label, 'the registry gives something else than it was asked for')
  return { tree: readArchive(blob.bytes, label), resolved: digest }
}

function layersOf(manifest: Buffer, label: string): string[] {
  const { layers } = objectOf(manifest.toString('utf8'))
  return (Array.isArray(layers) ? layers : []).map((layer: unknown) => {
    const digest = String((Object(layer) as { digest?: unknown }).digest)
    return /^sha256:[0-9a-f]{64}$/.test(digest) ? digest : fail('a layer has no digest', label, 'publish it anew')
  })
}

type Get = (path: string, headers: Record<string, string>) => Promise<Answer>

/** A reader that gets a token when the registry asks for one. */
function authorised(source: OciSource, env: NodeJS.ProcessEnv, action: 'pull' | 'pull,push'): Get {
  let authorization: string | undefined
  return async (path, headers) => {
    const ask = (): Promise<Answer> => download(`${baseOf(source)}${path}`, source.normalised, { ...headers, ...(authorization ? { authorization } : {}) })
    const first = await ask()
    if (first.response.status !== 401 || authorization) return first
    authorization = await authorizationOf(first.response.headers.get('www-authenticate') ?? '', source, env, action)
    return authorization ? ask() : first
  }
}

/** https://distribution.github.io/distribution/spec/auth/token/ */
async function authorizationOf(challenge: string, source: OciSource, env: NodeJS.ProcessEnv, action: string): Promise<string | undefined> {
  const login = loginOf(source.registry, env)
  const basic = login && `Basic ${Buffer.from(`${login.username}:${login.secret}`).toString('base64')}`
  if (/^basic/i.test(challenge)) return basic
  const part = (name: string): string | undefined => new RegExp(`\\b${name}="([^"]*)"`, 'i').exec(challenge)?.[1]
  const realm = part('realm')
  if (!/^bearer/i.test(challenge) || !realm || !URL.canParse(realm)) return undefined
  const [url, registry] = [new URL(realm), new URL(baseOf(source))]
  // the login goes where the registry says: not in plain text, and not into a network that it cannot see
  if ((url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.host) && isLoopback(registry.host))) || !mayLead(registry, url) || url.username || url.password) return undefined
  const asked = { service: part('service') ?? '', scope: `repository:${source.repository}:${action}` }
  if (login?.username === IDENTITY) return tokenIn(await exchanged(url, { ...asked, grant_type: 'refresh_token', client_id: 'create-hardened-container', refresh_token: login.secret }))
  for (const [name, value] of Object.entries(asked)) if (value) url.searchParams.set(name, value)
  const { bytes, response } = await download(url.href, source.normalised, basic ? { authorization: basic } : {})
  return response.ok ? tokenIn(bytes.toString('utf8')) : undefined
}

/** https://distribution.github.io/distribution/spec/auth/oauth/ */
async function exchanged(url: URL, form: Record<string, string>): Promise<string> {
  try {
    const response = await request(url, { method: 'POST', body: String(new URLSearchParams(form)), headers: { 'content-type': 'application/x-www-form-urlencoded' }, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT) })
    return response.ok ? await response.text() : ''
  } catch {
    return ''
  }
}

function tokenIn(text: string): string | undefined {
  const { token, access_token } = objectOf(text)
  const given = token || access_token
  return typeof given === 'string' && /^[\x21-\x7e]+$/.test(given) ? `Bearer ${given}` : undefined
}

/** What JSON text holds, where that is an object. */
function objectOf(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>
  } catch {
    return {}
  }
}

/** The name of a user that stands for a token (docker-credential-helpers). */
const IDENTITY = '<token>'

/** Docker Hub's login is kept by an address of its first version; others by host, with or without https://. */
const keysOf = (registry: string): string[] => [...(registry === 'docker.io' ? ['https://index.docker.io/v1/', 'index.docker.io'] : []), registry, `https://${registry}`, `https://${registry}/`]

/** User and secret of docker's config, or of the helper that it names (https://github.com/docker/docker-credential-helpers). */
function loginOf(registry: string, env: NodeJS.ProcessEnv): { username: string; secret: string } | undefined {
  const folder = env.DOCKER_CONFIG || ((env.HOME || env.USERPROFILE) && join((env.HOME || env.USERPROFILE)!, '.docker'))
  if (!folder || !existsSync(join(folder, 'config.json'))) return undefined
  const config = objectOf(readFileSync(join(folder, 'config.json'), 'utf8'))
  const [auths, helpers] = [Object(config.auths) as Record<string, { auth?: unknown; identitytoken?: unknown }>, Object(config.credHelpers) as Record<string, unknown>]
  const keys = keysOf(registry)
  const kept = keys.map((k) => (Object.hasOwn(auths, k) ? auths[k] : undefined)).find((a) => a?.auth || a?.identitytoken)
  const named = keys.find((k) => Object.hasOwn(helpers, k))
  const helper = named ? helpers[named] : kept ? undefined : config.credsStore
  if (typeof helper === 'string' && /^\w[\w.-]*$/.test(helper)) return fromHelper(helper, named ?? keys[0]!, env)
  if (typeof kept?.identitytoken === 'string' && kept.identitytoken) return { username: IDENTITY, secret: kept.identitytoken }
  const [username = '', ...secret] = Buffer.from(String(kept?.auth ?? ''), 'base64').toString('utf8').split(':')
  return username ? { username, secret: secret.join(':') } : undefined
}

function fromHelper(helper: string, server: string, env: NodeJS.ProcessEnv): { username: string; secret: string } | undefined {
  const done = spawnSync(`docker-credential-${helper}`, ['get'], { input: server, encoding: 'utf8', timeout: 20_000, env })
  const { Username, Secret } = objectOf(done.status === 0 ? done.stdout : '')
  return typeof Username === 'string' && typeof Secret === 'string' && Username !== '' ? { username: Username, secret: Secret } : undefined
}

/** Publishes a tree as an artifact of one layer. @returns the digest of its manifest */
export async function pushed(source: OciSource, tree: Tree, annotations: Record<string, string>, env: NodeJS.ProcessEnv): Promise<string> {
  const label = source.normalised
  const layer = archiveOf(tree)
  let authorization: string | undefined
  const send = async (method: string, path: string, body?: Buffer | string, headers: Record<string, string> = {}): Promise<Response> => {
    const url = new URL(path.startsWith('http') ? path : `${baseOf(source)}${path}`)
    const ask = (): Promise<Response> => request(url, { method, ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }), redirect: 'error', signal: AbortSignal.timeout(TIMEOUT), headers: { ...headers, ...(authorization ? { authorization } : {}) } })
    try {
      const first = await ask()
      if (first.status !== 401 || authorization) return first
      authorization = await authorizationOf(first.headers.get('www-authenticate') ?? '', source, env, 'pull,push')
      return authorization ? await ask() : first
    } catch (error) {
      return fail(`${source.registry} does not answer: ${reason(error)}`, label, 'check the address')
    }
  }
  const must = (response: Response, what: string): Response => (response.ok ? response : fail(`${source.registry} answers ${response.status} to ${what}`, label, `docker login ${source.registry}`))
  for (const [digest, bytes] of [[sha256(layer), layer], [EMPTY.digest, Buffer.from('{}')]] as const) {
    if ((await send('HEAD', `/blobs/${digest}`)).ok) continue
    const begun = must(await send('POST', '/blobs/uploads/'), 'an upload')
    const said = begun.headers.get('location') ?? ''
    if (said === '' || !URL.canParse(said, `${baseOf(source)}/`)) fail('the registry does not say where the upload goes', label, 'check the address')
    const to = new URL(said, `${baseOf(source)}/`)
    if (to.host !== new URL(baseOf(source)).host || to.protocol !== new URL(baseOf(source)).protocol) fail('the registry sends the upload to another host', label, 'that is not supported')
    to.searchParams.set('digest', digest)
    must(await send('PUT', to.href, bytes, { 'content-type': 'application/octet-stream' }), 'a layer')
  }
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, artifactType: ARTIFACT_TYPE, config: EMPTY, layers: [{ mediaType: LAYER, digest: sha256(layer), size: layer.length }], annotations })
  must(await send('PUT', `/manifests/${source.reference}`, manifest, { 'content-type': MANIFEST }), 'the manifest')
  return sha256(manifest)
}
