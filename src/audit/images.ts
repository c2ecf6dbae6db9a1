/** An image reference taken apart. */
export interface ImageReference {
  repository: string
  tag?: string
  digest?: string
}

/** Splits an image reference: a colon behind the last slash starts the tag. */
export function referenceOf(text: string): ImageReference {
  const [name = '', digest] = text.split('@')
  const colon = name.lastIndexOf(':')
  const tagged = colon > name.lastIndexOf('/')
  return { repository: tagged ? name.slice(0, colon) : name, ...(tagged ? { tag: name.slice(colon + 1) } : {}), ...(digest ? { digest } : {}) }
}

/** Tags that move by design: what they name today is not what they name tomorrow. */
const MOVING = /^(latest|latest-dev|stable|edge|nightly|master|main|dev|devel|rolling|current|lts)$/

/** Why a reference names no definite image; undefined when it does. Variables cannot be judged. */
export function unpinned(text: string): string | undefined {
  if (text === '' || text === 'scratch' || text.includes('$')) return undefined
  const { tag, digest } = referenceOf(text)
  if (digest) return undefined
  if (tag === undefined) return `${text} has no tag`
  return MOVING.test(tag) ? `${text} has a tag that moves` : undefined
}
