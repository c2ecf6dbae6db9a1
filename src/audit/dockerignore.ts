/** A .dockerignore file. `ignores` answers as Docker does (source: moby/patternmatcher). */
export interface Dockerignore {
  path: string
  text: string
  /** whether the build cannot see this path, relative to the context, with "/" */
  ignores(path: string): boolean
}

interface Pattern {
  expression: RegExp
  except: boolean
}

/** Reads a .dockerignore: patterns are anchored at the context's root, the last that matches a path or a folder above it wins. */
export function readDockerignore(path: string, text: string): Dockerignore {
  const patterns = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('#') && line.trim() !== '')
    .map((line) => patternOf(line.trim()))
  return { path, text, ignores: (file) => ignores(patterns, file) }
}

function ignores(patterns: readonly Pattern[], file: string): boolean {
  const parts = file.replace(/^\.?\//, '').split('/')
  const paths = parts.map((_, i) => parts.slice(0, i + 1).join('/'))
  let ignored = false
  for (const { expression, except } of patterns) if (ignored === except && paths.some((p) => expression.test(p))) ignored = !except
  return ignored
}

function patternOf(line: string): Pattern {
  const except = line.startsWith('!')
  const parts: string[] = []
  for (const part of (except ? line.slice(1).trim() : line).split('/'))
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  return { expression: new RegExp(`^${translate(parts.join('/'))}$`, 's'), except }
}

/** A pattern as a regular expression: `*` and `?` stay within a folder, two stars cross them. */
function translate(pattern: string): string {
  return pattern.replace(/\*\*\/?$|\*\*\/?|\*|\?|\\.|\[[^\]]*\]|[.$+(){}|^[\]]/g, (token, at: number) => {
    if (token.startsWith('**')) return at + token.length === pattern.length ? '.*' : '(.*/)?'
    if (token === '*') return '[^/]*'
    if (token === '?') return '[^/]'
    if (token.startsWith('\\') || (token.startsWith('[') && token.length > 1)) return token
    return `\\${token}`
  })
}
