/** Versions and ranges as npm writes them (https://github.com/npm/node-semver#ranges), as far as packs use them. */

type Version = readonly [number, number, number, string]

const parse = (text: string): Version | undefined => {
  const [, a, b, c, pre = ''] = /^v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/.exec(text) ?? []
  return a === undefined ? undefined : [Number(a), Number(b), Number(c), pre]
}

/** Negative where `a` is the older version. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [parse(a), parse(b)]
  return x && y ? order(x, y) : a < b ? -1 : Number(a > b)
}

function order(a: Version, b: Version): number {
  for (const i of [0, 1, 2] as const) if (a[i] !== b[i]) return a[i] - b[i]
  if (a[3] === b[3]) return 0
  if (a[3] === '' || b[3] === '') return a[3] === '' ? 1 : -1
  const [x, y] = [a[3].split('.'), b[3].split('.')]
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const [p, q] = [x[i], y[i]]
    if (p === q) continue
    if (p === undefined || q === undefined) return p === undefined ? -1 : 1
    const [m, n] = [/^\d+$/.test(p), /^\d+$/.test(q)]
    if (m && n) return Number(p) - Number(q)
    if (m !== n) return m ? -1 : 1
    return p < q ? -1 : 1
  }
  return 0
}

/** Whether a range is one that is understood here. */
export const isRange = (range: string): boolean => range.split('||').every((part) => bounds(part) !== undefined)

/** Whether a version lies in a range. A pre-release does where the range names one of the same version. */
export function satisfies(version: string, range: string): boolean {
  const v = parse(version)
  if (!v) return false
  return range.split('||').some((part) => {
    const all = bounds(part)
    if (!all) return false
    if (v[3] !== '' && !all.some(([, b]) => b[3] !== '' && b[0] === v[0] && b[1] === v[1] && b[2] === v[2])) return false
    return all.every(([op, b]) => {
      const c = order(v, b)
      return op === '>=' ? c >= 0 : op === '>' ? c > 0 : op === '<' ? c < 0 : op === '<=' ? c <= 0 : c === 0
    })
  })
}

type Bound = readonly [op: string, version: Version]

function bounds(part: string): Bound[] | undefined {
  const out: Bound[] = []
  const hyphen = /^\s*(\S+)\s+-\s+(\S+)\s*$/.exec(part)
  const words = hyphen ? [`>=${hyphen[1]}`, `<=${hyphen[2]}`] : part.replace(/([<>=~^])\s+/g, '$1').trim().split(/\s+/)
  for (const word of words) {
    if (word === '' || word === '*' || word === 'x') continue
    const [, op = '', a, b, c, pre = ''] = /^(>=|<=|>|<|=|\^|~)?v?(0|[1-9]\d*)(?:\.(0|[1-9]\d*|x|\*))?(?:\.(0|[1-9]\d*|x|\*))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/.exec(word) ?? []
    if (a === undefined) return undefined
    const number = (t: string | undefined): number | undefined => (t === undefined || t === 'x' || t === '*' ? undefined : Number(t))
    const [major, minor, patch] = [Number(a), number(b), number(c)]
    const low: Version = [major, minor ?? 0, patch ?? 0, pre]
    const next: Version = minor === undefined ? [major + 1, 0, 0, ''] : [major, minor + 1, 0, '']
    if (op === '^') out.push(['>=', low], ['<', major > 0 || minor === undefined ? [major + 1, 0, 0, ''] : minor > 0 || patch === undefined ? [0, minor + 1, 0, ''] : [0, 0, patch + 1, '']])
    else if (op === '~') out.push(['>=', low], ['<', next])
    else if (patch !== undefined) out.push([op || '=', low])
    else if (op === '' || op === '=') out.push(['>=', low], ['<', next])
    else if (op === '>') out.push(['>=', next])
    else if (op === '<=') out.push(['<', next])
    else out.push([op, low])
  }
  return out
}
