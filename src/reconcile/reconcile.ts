/** What will happen to one file. */
export interface Change {
  path: string
  /** kept: only the person changed it, or it is no longer written but was edited; remove: no longer written and unedited */
  kind: 'create' | 'update' | 'same' | 'conflict' | 'kept' | 'remove'
  /** what is on disk now */
  before?: string
  after: string
  /** conflict: why it is not simply replaced; kept: why it stays */
  reason?: 'foreign' | 'edited' | 'orphan'
}

/**
 * Decides for one file. `base` is its last render, `ours` what is on disk, `next` the new render; undefined means none.
 * A file that nobody touched since the last render is replaced or removed; any other that differs is a conflict or stays.
 */
export function reconcile(path: string, base: string | undefined, ours: string | undefined, next: string): Change {
  if (ours === undefined) return { path, kind: 'create', after: next }
  if (same(ours, next)) return { path, kind: 'same', before: ours, after: next }
  if (base !== undefined && same(base, ours)) return { path, kind: 'update', before: ours, after: next }
  if (base !== undefined && same(base, next)) return { path, kind: 'kept', before: ours, after: ours, reason: 'edited' }
  return { path, kind: 'conflict', before: ours, after: next, reason: base === undefined ? 'foreign' : 'edited' }
}

/** Decides for a file that the last run wrote and this one does not; undefined when it is gone already. */
export function reconcileOrphan(path: string, base: string, ours: string | undefined): Change | undefined {
  if (ours === undefined) return undefined
  return same(base, ours) ? { path, kind: 'remove', before: ours, after: '' } : { path, kind: 'kept', before: ours, after: ours, reason: 'orphan' }
}

/** Line ends do not make a difference: a checkout on Windows has other ones. */
export const same = (a: string, b: string): boolean => a === b || lf(a) === lf(b)
const lf = (text: string): string => text.replaceAll('\r\n', '\n')
