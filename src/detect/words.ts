/** Splits a command line into words as a shell would; undefined when it needs a shell (pipes, &&, variables, globs). */
export function splitCommand(text: string): string[] | undefined {
  const out: string[] = []
  const end = text.trimEnd().length
  const piece = /"((?:[^"\\$`]|\\.)*)"|'([^']*)'|([^\s"'|&;<>()$`*?[\]#~]+)/y
  const space = /\s*/y
  for (let at = 0; at < end; ) {
    space.lastIndex = at
    space.exec(text)
    piece.lastIndex = space.lastIndex
    let word = ''
    // quoted parts and bare ones that touch each other are one word: NAME="a b"
    do {
      const found = piece.exec(text)
      if (!found) return undefined
      word += found[1] !== undefined ? found[1].replace(/\\(.)/g, '$1') : (found[2] ?? found[3]!)
      at = piece.lastIndex
    } while (at < end && !/\s/.test(text[at]!))
    out.push(word)
  }
  return out.length > 0 ? out : undefined
}
