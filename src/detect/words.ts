/** Splits a command line into words as a shell would; undefined when it needs a shell (pipes, &&, variables, globs). */
export function splitCommand(text: string): string[] | undefined {
  const out: string[] = []
  const token = /\s*(?:"((?:[^"\\$`]|\\.)*)"|'([^']*)'|([^\s"'|&;<>()$`*?[\]#~]+))(?=\s|$)/y
  while (token.lastIndex < text.trimEnd().length) {
    const found = token.exec(text)
    if (!found) return undefined
    out.push(found[1] !== undefined ? found[1].replace(/\\(.)/g, '$1') : (found[2] ?? found[3]!))
  }
  return out.length > 0 ? out : undefined
}
