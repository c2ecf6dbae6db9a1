/** What will happen to one file. */
export interface Change {
  path: string
  kind: 'create' | 'update' | 'same' | 'conflict' | 'kept'
  /** what is on disk now */
  before?: string
  after: string
  /** conflict: why it is not simply replaced */
  reason?: 'foreign' | 'edited'
}

/**
 * Decides for one file. `base` is its last render, `ours` what is on disk, `next` the new render.
 * A file that nobody touched since the last render is replaced; any other that differs is a conflict.
 */
export function reconcile(path: string, base: string | undefined, ours: string | undefined, next: string): Change {
  if (ours === undefined) return { path, kind: 'create', after: next }
  if (same(ours, next)) return { path, kind: 'same', before: ours, after: next }
  if (base !== undefined && same(base, ours)) return { path, kind: 'update', before: ours, after: next }
  if (base !== undefined && same(base, next)) return { path, kind: 'kept', before: ours, after: ours, reason: 'edited' }
  return { path, kind: 'conflict', before: ours, after: next, reason: base === undefined ? 'foreign' : 'edited' }
}

/** Line ends do not make a difference: a checkout on Windows has other ones. */
const same = (a: string, b: string): boolean => a === b || a.replaceAll('\r\n', '\n') === b
