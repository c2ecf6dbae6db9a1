/** Names that Kubernetes and image references accept. Sources: RFC 1123, distribution/reference. */

/** DNS label: what names every object, at most 63 characters; 50 here, since suffixes are added. */
export const isLabel = (s: string): boolean => /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(s) && s.length <= 50

/** A DNS label made of any text, or undefined when nothing is left of it. */
export function toLabel(text: string): string | undefined {
  // ICU takes as long as all else here, so it sees only what needs it
  const plain = /^[\x00-\x7f]*$/.test(text) ? text : text.normalize('NFKD')
  const s = plain.replace(/^@[^/]*\//, '').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^[^a-z]+/, '').slice(0, 50).replace(/-+$/, '')
  return s && isLabel(s) ? s : undefined
}

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const DOMAIN = '(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?\\.)*[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?::[0-9]+)?'
const REFERENCE = new RegExp(`^((?:${DOMAIN}/)?${COMPONENT}(?:/${COMPONENT})*)(?::([\\w][\\w.-]{0,127}))?(@sha256:[0-9a-f]{64})?$`)

/** Splits an image reference into repository, tag and digest; undefined when it is none. */
export function parseImage(reference: string): { repository: string; tag?: string; digest?: string } | undefined {
  const [, repository, tag, digest] = REFERENCE.exec(reference) ?? []
  return repository && reference.length < 256 ? { repository, tag, digest: digest?.slice(1) } : undefined
}

/** A version as label value and image tag: what neither takes becomes "-". */
export const toTag = (version: string): string => version.replace(/[^\w.-]/g, '-').replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '').slice(0, 63) || '0.1.0'
