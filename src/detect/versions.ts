import { type Evidence, type Fact, fact, type Warning } from './facts.ts'
import type { Language } from './language.ts'

/**
 * Chooses a release line for what a project asks for: an exact version, a range of npm's or PEP 440's kind, or an alias.
 * The newest supported line inside the range is taken; where only lines without support fit, the newest of those.
 */
export function chooseLine(language: Language, wanted: string, evidence: Evidence, warnings: Warning[]): Fact<string> | undefined {
  const text = wanted.trim().replace(/^v(?=\d)/, '')
  const lines = language.versions.lines
  if (/^(lts(\/(\*|\w+))?|node|latest|current|stable|\*|x)$/i.test(text)) return fact(language.versions.default, evidence)
  const fits = lines.filter((l) => inRange(l.id, text))
  const default_ = fits.find((l) => l.id === language.versions.default)
  if (default_ && !/^\d/.test(text)) return fact(default_.id, evidence)
  if (fits[0]) return fact(fits[0].id, evidence)
  warnings.push({ message: `${language.title} ${wanted} has no image here; ${language.versions.default} is used`, file: evidence.file, line: evidence.line, hint: 'choose another: --language-version' })
  return { value: language.versions.default, evidence: [evidence], guess: true }
}

type Version = [number, number, number]

/**
 * Whether any version of a line ("24", "3.14") is inside a range. Both dialects: npm's (^ ~ || x-ranges, hyphens) and
 * PEP 440's (~=, ==3.12.*, commas). A bound inside the line counts as inside.
 */
export function inRange(line: string, range: string): boolean {
  const parts = line.split('.').map(Number)
  const low: Version = [parts[0]!, parts[1] ?? 0, 0]
  const high: Version = parts.length > 1 ? [parts[0]!, parts[1]!, 99999] : [parts[0]!, 99999, 99999]
  return range.split('||').some((alternative) => {
    const hyphen = /^\s*v?([\d.]+)\s+-\s+v?([\d.]+)\s*$/.exec(alternative)
    const terms = hyphen ? [`>=${hyphen[1]}`, `<=${hyphen[2]}`] : (alternative.replace(/([<>=~^!]+)\s+/g, '$1').match(/[^\s,]+/g) ?? ['*'])
    return terms.every((term) => {
      const [, operator = '', text = ''] = /^([<>=~^!]*)v?(.*)$/.exec(term)!
      const given = text.split(/[.+-]/).map((p) => (/^\d+$/.test(p) ? Number(p) : undefined))
      const cut = given.findIndex((g) => g === undefined)
      const known = (cut < 0 ? given : given.slice(0, cut)) as number[]
      if (known.length === 0) return true
      const from: Version = [known[0]!, known[1] ?? 0, known[2] ?? 0]
      const wild = (n: number): Version => [known[0]!, n > 1 ? (known[1] ?? 99999) : 99999, n > 2 ? (known[2] ?? 99999) : 99999]
      const upTo = wild(known.length)
      switch (operator) {
        case '>=':
          return compare(high, from) >= 0
        case '>':
          return compare(high, known.length < 3 ? upTo : from) > 0
        case '<':
          return compare(low, from) < 0
        case '<=':
          return compare(low, upTo) <= 0
        case '!=':
          return known.length > parts.length || !known.every((k, i) => k === parts[i])
        case '^':
          return compare(high, from) >= 0 && compare(low, [from[0], from[0] === 0 ? from[1] : 99999, 99999]) <= 0
        case '~':
          return compare(high, from) >= 0 && compare(low, [from[0], known.length > 1 ? from[1] : 99999, 99999]) <= 0
        case '~=':
          return compare(high, from) >= 0 && compare(low, [from[0], known.length > 2 ? from[1] : 99999, 99999]) <= 0
        default:
          return compare(high, from) >= 0 && compare(low, upTo) <= 0
      }
    })
  })
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}
