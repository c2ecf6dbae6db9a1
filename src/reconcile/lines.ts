import { type Merged, mergeParts, type Parts } from './align.ts'

export const linesOf = (text: string): string[] => text.replaceAll('\r\n', '\n').split('\n')

/** What a line is about: its indentation and its first word, or the key before a colon. */
const subject = (line: string): string => /^(\s*(?:- )?["']?[\w./$-]+["']?\s*[:=]?)/.exec(line)?.[1] ?? line

export const LINES: Parts = { similar: (a, b) => a.trim() !== '' && b.trim() !== '' && subject(a) === subject(b) }

/** Merges texts line by line. `apart`: each line stands for itself, so that what went beside it does not matter. */
export const mergeLines = (base: string, ours: string, next: string, apart = false): Merged => mergeParts(linesOf(base), linesOf(ours), linesOf(next), { ...LINES, apart })
