/** What will happen to one file. */
export interface Change {
  path: string
  /**
   * kept: only the person changed it, or it is no longer written but was edited; merged: both changed it, and both changes are in
   * it; gone: a person deleted it, and it stays so; remove: no longer written and unedited
   */
  kind: 'create' | 'update' | 'merged' | 'same' | 'conflict' | 'kept' | 'gone' | 'remove'
  /** what is on disk now */
  before?: string
  after: string
  /** conflict: why it is not simply replaced; kept: why it stays; gone: known when an earlier run has said so */
  reason?: 'foreign' | 'edited' | 'orphan' | 'markers' | 'known'
  /** conflict: what both sides changed, and the text with markers at those places */
  clashes?: { line?: number; ours: string; next: string }[]
  marked?: string
}

/**
 * Decides for one file. `base` is its last render, `ours` what is on disk, `next` the new render; undefined means none.
 * A file that nobody touched since the last render is replaced or removed; any other that differs is a conflict (which a merge
 * may solve) or stays. Files that a person deleted do not come here.
 */
export function reconcile(path: string, base: string | undefined, ours: string | undefined, next: string): Change {
  if (ours === undefined) return { path, kind: 'create', after: next }
  if (same(ours, next)) return { path, kind: 'same', before: ours, after: next }
  if (hasMarkers(ours)) return { path, kind: 'conflict', before: ours, after: next, reason: 'markers' }
  if (base !== undefined && same(base, ours)) return { path, kind: 'update', before: ours, after: next }
  if (base !== undefined && same(base, next)) return { path, kind: 'kept', before: ours, after: ours, reason: 'edited' }
  return { path, kind: 'conflict', before: ours, after: next, reason: base === undefined ? 'foreign' : 'edited' }
}

/** Decides for a file that the last run wrote and this one does not; undefined when it is gone already. */
export function reconcileOrphan(path: string, base: string, ours: string | undefined): Change | undefined {
  if (ours === undefined) return undefined
  return same(base, ours) ? { path, kind: 'remove', before: ours, after: '' } : { path, kind: 'kept', before: ours, after: ours, reason: 'orphan' }
}

/** Whether a file holds markers that a merge left. */
export const hasMarkers = (text: string): boolean => text.includes('<<<<<<< ') && /^<{7} /m.test(text) && /^>{7} /m.test(text)

/** Line ends do not make a difference: a checkout on Windows has other ones. */
export const same = (a: string, b: string): boolean => a === b || lf(a) === lf(b)
export const lf = (text: string): string => text.replaceAll('\r\n', '\n')
