/** Packs as OCI artifacts (https://github.com/opencontainers/distribution-spec), with the access that docker login left. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT, InputError } from '../errors.ts'
import { archiveOf, readArchive } from './archive.ts'
import { download } from './https.ts'
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
const baseOf = ({ registry, repository }: OciSource): string => `${isLoopback(registry) ? 'http' : 'https'}://${registry}/v2/${repository}`

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
  try {
    const { layers } = JSON.parse(manifest.toString('utf8')) as { layers?: { digest?: unknown }[] }
    return (layers ?? []).map((l) => (/^sha256:[0-9a-f]{64}$/.test(String(l.digest)) ? String(l.digest) : fail('a layer has no digest', label, 'publish it anew')))
  } catch (error) {
    if ((error as InputError).problems) throw error
    return fail('the manifest is no JSON', label, 'check the address')
  }
}

type Get = (path: string, headers: Record<string, string>) => Promise<{ bytes: Buffer; response: Response }>

/** A reader that gets a token when the registry asks for one. */
function authorised(source: OciSource, env: NodeJS.ProcessEnv, action: 'pull' | 'pull,push'): Get {
  let authorization: string | undefined
  return async (path, headers) => {
    const ask = (): ReturnType<typeof download> => download(`${baseOf(source)}${path}`, source.normalised, { ...headers, ...(authorization ? { authorization } : {}) })
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
  const part = (name: string): string | undefined => new RegExp(`${name}="([^"]*)"`, 'i').exec(challenge)?.[1]
  const realm = part('realm')
  if (!/^bearer/i.test(challenge) || !realm) return undefined
  const url = new URL(realm)
  if (url.protocol !== 'https:' && !isLoopback(url.host)) return undefined
  if (part('service')) url.searchParams.set('service', part('service')!)
  url.searchParams.set('scope', `repository:${source.repository}:${action}`)
  const { bytes, response } = await download(url.href, source.normalised, basic ? { authorization: basic } : {})
  if (!response.ok) return undefined
  const { token, access_token } = JSON.parse(bytes.toString('utf8')) as { token?: string; access_token?: string }
  return token || access_token ? `Bearer ${token ?? access_token}` : undefined
}

/** User and secret of docker's config, or of the helper that it names (https://github.com/docker/docker-credential-helpers). */
function loginOf(registry: string, env: NodeJS.ProcessEnv): { username: string; secret: string } | undefined {
  const folder = env.DOCKER_CONFIG || (env.HOME && join(env.HOME, '.docker'))
  if (!folder) return undefined
  let config: { auths?: Record<string, { auth?: string }>; credHelpers?: Record<string, string>; credsStore?: string }
  try {
    config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as typeof config
  } catch {
    return undefined
  }
  const helper = config.credHelpers?.[registry] ?? (config.auths && registry in config.auths && config.auths[registry]?.auth ? undefined : config.credsStore)
  if (helper && /^[\w.-]+$/.test(helper)) {
    const done = spawnSync(`docker-credential-${helper}`, ['get'], { input: registry, encoding: 'utf8', timeout: 20_000, env })
    if (done.status !== 0) return undefined
    const { Username, Secret } = JSON.parse(done.stdout) as { Username: string; Secret: string }
    return { username: Username, secret: Secret }
  }
  const [username = '', ...secret] = Buffer.from(config.auths?.[registry]?.auth ?? '', 'base64').toString('utf8').split(':')
  return username ? { username, secret: secret.join(':') } : undefined
}

/** Publishes a tree as an artifact of one layer. @returns the digest of its manifest */
export async function pushed(source: OciSource, tree: Tree, annotations: Record<string, string>, env: NodeJS.ProcessEnv): Promise<string> {
  const label = source.normalised
  const layer = archiveOf(tree)
  let authorization: string | undefined
  const send = async (method: string, path: string, body?: Buffer | string, headers: Record<string, string> = {}): Promise<Response> => {
    const url = path.startsWith('http') ? path : `${baseOf(source)}${path}`
    const ask = (): Promise<Response> => fetch(url, { method, ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }), redirect: 'error', headers: { ...headers, ...(authorization ? { authorization } : {}) } })
    try {
      const first = await ask()
      if (first.status !== 401 || authorization) return first
      authorization = await authorizationOf(first.headers.get('www-authenticate') ?? '', source, env, 'pull,push')
      return authorization ? await ask() : first
    } catch (error) {
      return fail(`${source.registry} does not answer: ${String(((error as Error).cause as NodeJS.ErrnoException | undefined)?.code ?? (error as Error).message)}`, label, 'check the address')
    }
  }
  const must = (response: Response, what: string): Response => (response.ok ? response : fail(`${source.registry} answers ${response.status} to ${what}`, label, `docker login ${source.registry}`))
  for (const [digest, bytes] of [[sha256(layer), layer], [EMPTY.digest, Buffer.from('{}')]] as const) {
    if ((await send('HEAD', `/blobs/${digest}`)).ok) continue
    const begun = must(await send('POST', '/blobs/uploads/'), 'an upload')
    const to = new URL(begun.headers.get('location') ?? '', `${baseOf(source)}/`)
    if (to.host !== new URL(baseOf(source)).host) fail('the registry sends the upload to another host', label, 'that is not supported')
    to.searchParams.set('digest', digest)
    must(await send('PUT', to.href, bytes, { 'content-type': 'application/octet-stream' }), 'a layer')
  }
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, artifactType: ARTIFACT_TYPE, config: EMPTY, layers: [{ mediaType: LAYER, digest: sha256(layer), size: layer.length }], annotations })
  must(await send('PUT', `/manifests/${source.reference}`, manifest, { 'content-type': MANIFEST }), 'the manifest')
  return sha256(manifest)
}
