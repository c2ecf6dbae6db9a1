/** How much of a text is the tool's own: by its lines, each as a short hash, so that the package need not hold the sources of all templates. */

/** Characters of a line's hash: of 200 lines one in 300 is taken for another. */
const WIDTH = 4

/** Lines that say something, with their numbers from 1. Blanks around them do not count. */
const linesOf = (text: string): { line: number; hash: string }[] => text.split('\n').flatMap((l, i) => (l.trim() === '' ? [] : [{ line: i + 1, hash: hashOf(l.trim()) }]))

/** FNV-1a, folded to 16 bits (http://www.isthe.com/chongo/tech/comp/fnv/#xor-fold). */
function hashOf(text: string): string {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return (((h >>> 16) ^ h) & 0xffff).toString(16).padStart(WIDTH, '0')
}

/** What is kept of a built-in template: the hashes of its lines, one after the other. */
export const sketchOf = (source: string): string => [...new Set(linesOf(source).map((l) => l.hash))].join('')

/** The share of a text's lines that the sketched one has too (0 to 1), and the numbers of the others. */
export function likeness(text: string, sketch: string): { share: number; own: number[] } {
  const known = new Set(sketch.match(new RegExp(`.{${WIDTH}}`, 'g')))
  const lines = linesOf(text)
  const own = lines.filter((l) => !known.has(l.hash)).map((l) => l.line)
  return { share: lines.length === 0 ? 0 : 1 - own.length / lines.length, own }
}

/** Numbers as a person writes them: 3, 7 to 9. */
export function ranges(numbers: readonly number[]): string {
  const out: [number, number][] = []
  for (const n of numbers) {
    const last = out.at(-1)
    if (last && n === last[1] + 1) last[1] = n
    else out.push([n, n])
  }
  return out.map(([a, b]) => (a === b ? String(a) : `${a} to ${b}`)).join(', ')
}
