/** One instruction; `arguments` is its text with continuation lines joined, flags included, `heredoc` what follows in here-documents. */
export interface Instruction {
  keyword: string
  arguments: string
  heredoc: string
  line: number
}

/** A build stage with what it inherits from an earlier stage of the same file. */
export interface Stage {
  name?: string
  /** image reference or name of an earlier stage, variables filled in from their defaults */
  from: string
  line: number
  /** the stage's own instructions */
  own: Instruction[]
  /** inherited and own ones of a keyword, `*` for every one */
  all(keyword: string): Instruction[]
  last(keyword: string): Instruction | undefined
  /** the external image at the bottom of the chain */
  base: string
}

export interface DockerfileFacts {
  path: string
  text: string
  stages: Stage[]
  /** what the image is made of: the last stage */
  final: Stage
}

/**
 * Reads a Dockerfile. Stages see what they inherit, ARG defaults are filled into FROM.
 * @returns undefined when it has no FROM
 */
export function readDockerfile(path: string, text: string): DockerfileFacts | undefined {
  const stages: Stage[] = []
  const defaults = new Map<string, string>()
  const fill = (s: string): string => s.replace(/\$\{(\w+)(?::?-([^}]*))?\}|\$(\w+)/g, (_, a, d, b) => defaults.get(a ?? b) ?? d ?? '')
  for (const instruction of instructionsOf(text)) {
    if (instruction.keyword === 'ARG' && stages.length === 0) {
      const [, name, value] = /^(\w+)=(.*)$/.exec(instruction.arguments) ?? []
      if (name) defaults.set(name, fill(value!.replace(/^"(.*)"$/, '$1')))
    }
    if (instruction.keyword === 'FROM') {
      const [, image = '', alias] = /^(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(instruction.arguments) ?? []
      stages.push(stage(stages, fill(image), alias, instruction.line))
    }
    stages.at(-1)?.own.push(instruction)
  }
  const final = stages.at(-1)
  return final && { path, text, stages, final }
}

/**
 * The instructions of a Dockerfile, as BuildKit's parser takes lines together: an escape at the end of a line continues it,
 * comment lines and empty lines in between are dropped, here-documents end at their word.
 */
export function instructionsOf(text: string): Instruction[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const escape = /^#\s*escape\s*=\s*`/im.exec(text.split(/\n(?!#)/)[0]!) ? '`' : '\\'
  const out: Instruction[] = []
  for (let at = 0; at < lines.length; at++) {
    const first = lines[at]!.trim()
    if (first === '' || first.startsWith('#')) continue
    const line = at + 1
    let joined = first
    while (joined.endsWith(escape) && at + 1 < lines.length) {
      joined = joined.slice(0, -1).trimEnd()
      do at++
      while (at + 1 < lines.length && (lines[at]!.trim() === '' || lines[at]!.trim().startsWith('#')))
      joined += ` ${lines[at]!.trim()}`
    }
    const [, keyword = '', rest = ''] = /^(\S+)\s*([\s\S]*)$/.exec(joined)!
    const body: string[] = []
    for (const [, word] of /^(run|copy|add)$/i.test(keyword) ? rest.matchAll(/<<-?["']?(\w+)["']?/g) : [])
      for (at++; at < lines.length && lines[at]!.trim() !== word; at++) body.push(lines[at]!)
    out.push({ keyword: keyword.toUpperCase(), arguments: rest.trim(), heredoc: body.join('\n'), line })
  }
  return out
}

function stage(earlier: Stage[], from: string, name: string | undefined, line: number): Stage {
  const parent = earlier.find((s) => s.name !== undefined && s.name.toLowerCase() === from.toLowerCase())
  const own: Instruction[] = []
  const all = (keyword: string): Instruction[] => [...(parent?.all(keyword) ?? []), ...own.filter((i) => keyword === '*' || i.keyword === keyword)]
  return { name, from, line, own, all, last: (keyword) => all(keyword).at(-1), base: parent?.base ?? from }
}
