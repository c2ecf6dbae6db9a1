/** Edits as people and templates make them, for three-way cases: each knows what it added and what it took away. */
import { parseAllDocuments } from 'yaml'

export interface Case {
  path: string
  base: string
  ours: string
  next: string
  /** lines that have to be in the result, and lines that must not */
  added: string[]
  removed: string[]
}

type Random = () => number

/** Numbers in [0, 1) from a seed (mulberry32). */
export function random(seed: number): Random {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const pick = <T>(items: readonly T[], r: Random): T => items[Math.floor(r() * items.length)]!

interface Edit {
  /** index in the base's lines */
  at: number
  lines: string[]
}

/** A case of up to three edits a side that do not touch the same lines; undefined where none could be made that still parses. */
export function caseOf(path: string, base: string, seed: number): Case | undefined {
  const r = random(seed)
  const lines = base.split('\n')
  const used = new Set<number>()
  const sides = ['o', 'n'].map((side) => {
    const edits: Edit[] = []
    const count = 1 + Math.floor(r() * 3)
    for (let tries = 0; edits.length < count && tries < 40; tries++) {
      const at = Math.floor(r() * lines.length)
      if (used.has(at)) continue
      const edit = /\.ya?ml/.test(path) ? yamlEdit(lines, at, `${side}${tries}`, r) : textEdit(path, lines, at, `${side}${tries}`, r)
      if (!edit) continue
      used.add(at)
      edits.push({ at, lines: edit })
    }
    return { edits, text: lines.flatMap((line, i) => edits.find((e) => e.at === i)?.lines ?? [line]).join('\n') }
  })
  const [ours, next] = sides as [(typeof sides)[0], (typeof sides)[0]]
  if (ours.text === base || next.text === base || [ours.text, next.text].some((t) => /\.ya?ml/.test(path) && !parses(t))) return undefined
  const all = [...ours.edits, ...next.edits]
  // a comment of the tool goes with what a person took away
  const added = [...ours.edits.flatMap((e) => e.lines), ...next.edits.flatMap((e) => e.lines.filter((l) => !/^\s*#/.test(l)))].filter((l) => !lines.includes(l))
  const removed = all.flatMap((e) => (e.lines.includes(lines[e.at]!) ? [] : [lines[e.at]!])).filter((l) => lines.filter((o) => o.trim() === l.trim()).length === 1)
  return { path, base, ours: ours.text, next: next.text, added, removed }
}

export const parses = (text: string): boolean => {
  const docs = parseAllDocuments(text, { uniqueKeys: true })
  return Array.isArray(docs) && docs.every((d) => d.errors.length === 0)
}

const SCALAR = /^(\s*(?:- )?)([\w./-]+):( +)([^\s#&*{[|>"'][^#]*?|"[^"]*")(\s+#.*)?$/

function yamlEdit(lines: readonly string[], at: number, mark: string, r: Random): string[] | undefined {
  const line = lines[at]!
  const found = SCALAR.exec(line)
  if (!found) return undefined
  const [, indent, key, gap, value, comment = ''] = found as unknown as [string, string, string, string, string, string?]
  const changed = value.startsWith('"') ? `"${mark}${value.slice(1)}` : /^\d+$/.test(value) ? `${Number(value) + 7 + mark.charCodeAt(0)}` : `${value}-${mark}`
  const blank = indent.replace('- ', '  ')
  const kind = pick(['change', 'change', 'comment', 'key', 'remove'], r)
  if (kind === 'change') return [`${indent}${key}:${gap}${changed}${comment}`]
  if (kind === 'comment') return indent.includes('- ') ? undefined : [`${blank}# says ${mark}`, line]
  if (kind === 'key') return [line, `${blank}extra-${mark}: "1"`]
  // what is taken away leaves a sibling above it, so that its parent stays a map
  const above = lines[at - 1] ?? ''
  return !indent.includes('- ') && SCALAR.test(above) && above.search(/[\w"]/) === line.search(/[\w"]/) ? [] : undefined
}

function textEdit(path: string, lines: readonly string[], at: number, mark: string, r: Random): string[] | undefined {
  const line = lines[at]!
  const docker = path.endsWith('Dockerfile')
  if (!docker) {
    if (line.trim() === '' || line.startsWith('#')) return undefined
    return pick([[`${line}-${mark}`], [line, `extra-${mark}`], []], r)
  }
  if (!/^(ENV|ARG|COPY|RUN|LABEL|USER|WORKDIR|EXPOSE|STOPSIGNAL)\b.*[^\\]$/.test(line) || /<</.test(line)) return undefined
  return pick([[`${line}-${mark}`], [line, `ENV EXTRA_${mark.toUpperCase()}=1`], [`# says ${mark}`, line], [line, `COPY --link extra-${mark} ./`]], r)
}
