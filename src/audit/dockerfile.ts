import { DockerfileParser, type Instruction as Parsed } from 'dockerfile-ast'

/** One instruction; `arguments` is its text with continuation lines joined, flags included. */
export interface Instruction {
  keyword: string
  arguments: string
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
  const parsed = DockerfileParser.parse(text)
  const stages: Stage[] = []
  const defaults = new Map<string, string>()
  const fill = (s: string): string => s.replace(/\$\{(\w+)(?::?-([^}]*))?\}|\$(\w+)/g, (_, a, d, b) => defaults.get(a ?? b) ?? d ?? '')
  for (const raw of parsed.getInstructions()) {
    const instruction = read(raw)
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

function read(raw: Parsed): Instruction {
  const text = raw.getTextContent()
  const keyword = raw.getKeyword()
  return { keyword, arguments: text.slice(text.search(/\s|$/)).replace(/\\\r?\n(\s*#.*\r?\n)*/g, ' ').trim(), line: raw.getRange().start.line + 1 }
}

function stage(earlier: Stage[], from: string, name: string | undefined, line: number): Stage {
  const parent = earlier.find((s) => s.name !== undefined && s.name.toLowerCase() === from.toLowerCase())
  const own: Instruction[] = []
  const all = (keyword: string): Instruction[] => [...(parent?.all(keyword) ?? []), ...own.filter((i) => keyword === '*' || i.keyword === keyword)]
  return { name, from, line, own, all, last: (keyword) => all(keyword).at(-1), base: parent?.base ?? from }
}
