import { type Merged, mergeParts, type Parts } from './align.ts'
import { LINES, linesOf } from './lines.ts'

const KEYWORD = /^[ \t]*([A-Za-z]+)\b/
/** Instructions of which a stage has several that stand for different things: told apart by their first word as well. */
const NAMED = /^(ENV|ARG|LABEL|COPY|ADD|RUN|FROM)$/

/** Merges Dockerfiles by instruction, each with the comments above it; lines within an instruction that both sides changed. */
export function mergeDockerfiles(base: string, ours: string, next: string): Merged {
  return mergeParts(instructionsOf(base), instructionsOf(ours), instructionsOf(next), INSTRUCTIONS)
}

const INSTRUCTIONS: Parts = {
  similar(a, b) {
    const [x, y] = [headOf(a), headOf(b)]
    return x.keyword === y.keyword && (!NAMED.test(x.keyword) || shared(x.words, y.words))
  },
  within(base, ours, next) {
    const merged = mergeParts(linesOf(base), linesOf(ours), linesOf(next), LINES)
    return merged.every((p) => typeof p === 'string') ? merged.join('\n') : undefined
  },
}

/** The instructions of a Dockerfile with what stands above each: comments, blank lines, and below it its here-documents. */
export function instructionsOf(text: string): string[] {
  const out: string[] = []
  let current: string[] = []
  let heredocs: string[] = []
  for (const line of linesOf(text)) {
    current.push(line)
    if (heredocs.length > 0) {
      if (line.trim() === heredocs[0]) heredocs.shift()
      if (heredocs.length > 0) continue
    } else {
      if (line.trim() === '' || /^\s*#/.test(line)) continue
      heredocs = [...line.matchAll(/<<-?\s*["']?(\w+)["']?/g)].map((m) => m[1]!)
      if (heredocs.length > 0 || /\\\s*$/.test(line)) continue
    }
    out.push(current.join('\n'))
    current = []
  }
  if (current.length > 0) out.push(current.join('\n'))
  return out
}

function headOf(part: string): { keyword: string; words: Set<string> } {
  const body = part.split('\n').filter((l) => l.trim() !== '' && !/^\s*#/.test(l)).join(' ')
  return { keyword: (KEYWORD.exec(body)?.[1] ?? '').toUpperCase(), words: new Set(body.split(/[\s=,"[\]\\]+/).slice(1).filter((w) => w !== '' && !w.startsWith('--'))) }
}

/** Whether two instructions have at least a third of their words in common. */
function shared(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const both = [...a].filter((w) => b.has(w)).length
  return both * 3 >= Math.max(a.size, b.size)
}
