import { diffArrays } from 'diff'

/** What one side made of a base: what became of each part, and what it put in front of each (the last: behind the end). */
interface Side {
  parts: (string | undefined)[]
  inserted: string[][]
}

/** Where both sides changed the same thing in different ways; undefined means that the side took it away. */
export interface Conflict {
  base: string | undefined
  ours: string | undefined
  next: string | undefined
}

/** A merged text in parts, with the conflicts at their places. */
export type Merged = (string | Conflict)[]

/** How parts of a format are told apart. */
export interface Parts {
  /** whether one may be an edited form of the other */
  similar(a: string, b: string): boolean
  /** no part belongs to the one beside it */
  apart?: boolean
  /** merges within a part that both sides changed; undefined where that is a conflict */
  within?(base: string, ours: string, next: string): string | undefined
}

/**
 * Merges three ways, part by part: what one side changed is taken, also beside a change of the other, where a plain line merge
 * sees a conflict. What one side put next to something that the other took away is a conflict, since it may have belonged to it.
 */
export function mergeParts(base: readonly string[], ours: readonly string[], next: readonly string[], { similar, within, apart }: Parts): Merged {
  const a = align(base, ours, similar)
  const b = align(base, next, similar)
  const out: Merged = []
  const gone = (side: Side, i: number): boolean => (i > 0 && side.parts[i - 1] === undefined) || (i < base.length && side.parts[i] === undefined)
  for (let i = 0; i <= base.length; i++) {
    const [mine, theirs] = [a.inserted[i]!, b.inserted[i]!]
    if (equal(mine, theirs)) out.push(...mine)
    else if (!apart && ((mine.length > 0 && gone(b, i)) || (theirs.length > 0 && gone(a, i)))) out.push({ base: undefined, ours: joined(mine), next: joined(theirs) })
    else out.push(...mine, ...theirs.filter((t) => t.trim() === '' || !mine.includes(t)))
    if (i === base.length) break
    const [was, own, new_] = [base[i]!, a.parts[i], b.parts[i]]
    if (own === new_ || new_ === was) own === undefined || out.push(own)
    else if (own === was) new_ === undefined || out.push(new_)
    else {
      const inner = own !== undefined && new_ !== undefined ? within?.(was, own, new_) : undefined
      out.push(inner ?? { base: was, ours: own, next: new_ })
    }
  }
  return out
}

export const isConflict = (part: string | Conflict): part is Conflict => typeof part !== 'string'

/** The text of a merge without conflicts. */
export const textOf = (merged: Merged, separator = '\n'): string => (merged as string[]).join(separator)

/** The text with the markers that version control uses, and the base between them. */
export function marked(merged: Merged, separator = '\n'): string {
  const side = (text: string | undefined): string[] => (text === undefined ? [] : [text])
  return merged.flatMap((p) => (isConflict(p) ? ['<<<<<<< yours', ...side(p.ours), ...(p.base === undefined ? [] : ['||||||| written last', p.base]), '=======', ...side(p.next), '>>>>>>> new'] : [p])).join(separator)
}

/** What `other` made of `base`: parts that are the same, parts that are edited forms, what went and what came. */
function align(base: readonly string[], other: readonly string[], similar: Parts['similar']): Side {
  const side: Side = { parts: [], inserted: [[]] }
  const put = (part: string | undefined): void => {
    side.parts.push(part)
    side.inserted.push([])
  }
  const changes = diffArrays(base as string[], other as string[])
  for (let i = 0; i < changes.length; i++) {
    const { value, added, removed } = changes[i]!
    if (!added && !removed) for (const part of value) put(part)
    else {
      const second = changes[i + 1]
      const both = second && (removed ? second.added : second.removed) ? second.value : []
      if (both.length > 0) i++
      pair(removed ? value : both, removed ? both : value, similar, put, (part) => void side.inserted.at(-1)!.push(part))
    }
  }
  return side
}

/** Pairs what went with what came, in order. */
function pair(went: readonly string[], came: readonly string[], similar: Parts['similar'], put: (part: string | undefined) => void, insert: (part: string) => void): void {
  let at = 0
  for (const was of went) {
    const found = came.findIndex((c, i) => i >= at && similar(was, c))
    if (found < 0) put(undefined)
    else {
      for (const c of came.slice(at, found)) insert(c)
      put(came[found])
      at = found + 1
    }
  }
  for (const c of came.slice(at)) insert(c)
}

const equal = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((v, i) => v === b[i])
const joined = (parts: readonly string[]): string | undefined => (parts.length > 0 ? parts.join('\n') : undefined)
