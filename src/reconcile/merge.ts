import { diffArrays } from 'diff'
import { type Conflict, isConflict, marked, type Merged, textOf } from './align.ts'
import { mergeDockerfiles } from './dockerfile.ts'
import { linesOf, mergeLines } from './lines.ts'
import { type Change, lf } from './reconcile.ts'
import { isMisplaced, isYaml, mergeYaml, type YamlConflict } from './yaml.ts'

/** A conflict as a person is told it. */
export interface Clash {
  /** 1-based line in the file as it stands; undefined where it is not there */
  line?: number
  ours: string
  next: string
}

/** A merged text; or what clashes, with the text that holds markers at those places. */
export type Outcome = { text: string } | { clashes: Clash[]; marked: string }

/**
 * Merges one file three ways: line by line; a Dockerfile by instruction and YAML by key where that leaves a conflict, or
 * where the result would not be read as it is meant. Line ends are LF in and out.
 */
export function mergeText(path: string, base: string, ours: string, next: string): Outcome {
  const docker = /(^|\/)Dockerfile/.test(path)
  const lines = mergeLines(base, ours, next, !docker && !isYamlPath(path))
  const clean = !lines.some(isConflict)
  if (isYamlPath(path)) {
    const text = clean ? textOf(lines) : undefined
    if (text !== undefined && isYaml(text) && !isMisplaced(base, ours, next, text)) return { text }
    const merged = mergeYaml(base, ours, next)
    if (merged) return merged.conflicts.length === 0 ? { text: merged.text } : yamlClashes(merged, base, ours, next, lines)
    return { clashes: clashesOf(ours, lines), marked: clean ? marked([{ base, ours, next }]) : marked(lines) }
  }
  if (clean && !docker) return { text: textOf(lines) }
  const parts = docker ? mergeDockerfiles(base, ours, next) : lines
  if (!parts.some(isConflict)) return { text: textOf(parts) }
  return clean ? { text: textOf(lines) } : { clashes: clashesOf(ours, parts), marked: marked(parts) }
}

/**
 * Solves a conflict, if it can be: a file that both sides changed is merged three ways; one that somebody else wrote, where
 * `foreign` is asked for, two ways. What is left carries the clashes and the text with markers.
 */
export function solve(change: Change, base: string | undefined, foreign: boolean): Change {
  if (change.kind !== 'conflict' || change.before === undefined || change.reason === 'markers' || (base === undefined && !foreign)) return change
  const ours = lf(change.before)
  const outcome = base === undefined ? mergeTwo(change.path, ours, change.after) : mergeText(change.path, lf(base), ours, change.after)
  if (!('text' in outcome)) return { ...change, ...outcome }
  return outcome.text === ours ? { ...change, kind: 'kept', after: change.before, reason: 'edited' } : { path: change.path, kind: 'merged', before: change.before, after: outcome.text, ...(change.reason === 'foreign' ? { reason: change.reason } : {}) }
}

/** Merges a file that somebody else wrote: YAML by key, all else where only one of the two has something to say. */
function mergeTwo(path: string, ours: string, next: string): Outcome {
  const yaml = isYamlPath(path) ? mergeYaml('', ours, next) : undefined
  if (yaml) return yaml.conflicts.length === 0 ? { text: yaml.text } : yamlClashes(yaml, '', ours, next)
  const parts = aligned(ours, next)
  return parts.some(isConflict) ? { clashes: clashesOf(ours, parts), marked: marked(parts) } : { text: textOf(parts) }
}

/**
 * What clashes in YAML: all else is merged, and only the values that both changed are marked. The marks of the line merge, which
 * show the base too, stand where they are no more than that and each of their sides is YAML.
 */
function yamlClashes({ text, conflicts }: { text: string; conflicts: YamlConflict[] }, base: string, ours: string, next: string, lines: Merged = []): Outcome {
  const clashes = conflicts.map((c): Clash => ({ line: linesOf(ours.slice(0, c.offset)).length, ours: `${c.path}: ${c.ours}`, next: `${c.path}: ${c.next}` }))
  const open = lines.filter(isConflict).length
  if (open > 0 && open <= conflicts.length && (['ours', 'next'] as const).every((s) => isYaml(sideOf(lines, s)))) return { clashes, marked: marked(lines) }
  const other = mergeYaml(base, ours, next, 'next')
  return { clashes, marked: other ? marked(aligned(text, other.text, true)) : marked([{ base, ours, next }]) }
}

/** The text in which one side stands at every conflict. */
const sideOf = (merged: Merged, side: 'ours' | 'next'): string => merged.flatMap((p) => (isConflict(p) ? (p[side] === undefined ? [] : [p[side]]) : [p])).join('\n')

/** Two texts line by line: what differs is a conflict, and what only one of them has is taken, or with `all` a conflict too. */
function aligned(ours: string, next: string, all = false): Merged {
  const parts: Merged = []
  const changes = diffArrays(linesOf(ours), linesOf(next))
  for (let i = 0; i < changes.length; i++) {
    const [one, two] = [changes[i]!, changes[i + 1]]
    const text = one.value.join('\n')
    if (one.removed && two?.added) {
      parts.push({ base: undefined, ours: text, next: two.value.join('\n') })
      i++
    } else if (all && (one.removed || one.added)) parts.push({ base: undefined, ours: one.removed ? text : undefined, next: one.added ? text : undefined })
    else parts.push(...one.value)
  }
  return parts
}

const isYamlPath = (path: string): boolean => /\.ya?ml(\.example)?$/.test(path)

/** Each conflict with its line; the same text further down is found behind the one before. */
function clashesOf(ours: string, merged: Merged): Clash[] {
  let behind = 0
  return merged.filter(isConflict).map(({ ours: own, next }: Conflict): Clash => {
    const line = own === undefined ? undefined : lineOf(ours, linesOf(own)[0]!, behind)
    behind = line ?? behind
    return { ...(line ? { line } : {}), ours: own ?? '(taken away)', next: next ?? '(taken away)' }
  })
}

function lineOf(text: string, what: string, behind = 0): number | undefined {
  const at = linesOf(text).findIndex((l, i) => i >= behind && l.includes(what))
  return at < 0 ? undefined : at + 1
}
