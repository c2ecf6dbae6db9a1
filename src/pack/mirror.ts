/**
 * An image by the mirror that stands in for its registry. Names without a registry are Docker Hub's, those without a user its
 * `library` (https://github.com/distribution/reference). The longest prefix wins.
 */
export function mirrored(image: string, mirrors: Record<string, string>): string {
  if (image === 'scratch' || image.includes('$')) return image
  const full = canonical(image)
  const prefix = Object.keys(mirrors)
    .filter((p) => full === p || full.startsWith(p.endsWith('/') ? p : `${p}/`) || full.startsWith(`${p}:`) || full.startsWith(`${p}@`))
    .sort((a, b) => b.length - a.length)[0]
  return prefix === undefined ? image : mirrors[prefix]!.replace(/\/$/, '') + '/'.repeat(Number(prefix.endsWith('/') && full.length > prefix.length)) + full.slice(prefix.length)
}

/** The whole name of an image: "node:24" is docker.io/library/node:24. */
function canonical(image: string): string {
  const [first = '', ...rest] = image.split('/')
  if (rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')) return image
  return rest.length > 0 ? `docker.io/${image}` : `docker.io/library/${image}`
}

/** A Dockerfile whose images come from the mirrors: its stages, what it copies from other images, and its own syntax. */
export function mirroredDockerfile(text: string, mirrors: Record<string, string>): string {
  if (Object.keys(mirrors).length === 0) return text
  const stages = new Set([...text.matchAll(/^FROM .*\sAS (\S+)$/gim)].map((m) => m[1]!))
  const of = (image: string): string => (stages.has(image) || /^\d+$/.test(image) ? image : mirrored(image, mirrors))
  return text
    .replace(/^(FROM (?:--\S+ )*)(\S+)/gm, (_, head: string, image: string) => head + of(image))
    .replace(/^(COPY .*?--from=)(\S+)/gm, (_, head: string, image: string) => head + of(image))
    .replace(/(--mount=\S*?\bfrom=)([^\s,]+)/g, (_, head: string, image: string) => head + of(image))
    .replace(/^(# syntax=)(\S+)/, (_, head: string, image: string) => head + of(image))
}
