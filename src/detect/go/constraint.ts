/** What holds in the image: https://pkg.go.dev/cmd/go#hdr-Build_constraints */
const HOLDS = /^(linux|unix|amd64|arm64|gc|cgo|go1(\.\d+)?)$/
const OTHERS = /^(aix|android|darwin|dragonfly|freebsd|illumos|ios|js|nacl|netbsd|openbsd|plan9|solaris|wasip1|windows|zos|386|arm|loong64|mips\w*|ppc64\w*|riscv64|s390x|wasm)$/

/** Whether the compiler takes a file: not a test, and its name and constraint hold on Linux. `tags` are set beside. */
export function built(name: string, text: string, tags: readonly string[] = []): boolean {
  if (!name.endsWith('.go') || name.endsWith('_test.go') || /^[._]/.test(name)) return false
  const parts = name.slice(0, -3).split('_').slice(1)
  if (parts.slice(-2).some((p) => OTHERS.test(p))) return false
  const constraint = constraintOf(text)
  return constraint === undefined || holds(constraint, tags)
}

/** The expression of a file's //go:build line, else of its // +build lines, which stand above its package clause. */
export function constraintOf(text: string): string | undefined {
  const head = text.slice(0, Math.max(0, text.search(/^package /m)))
  if (!head.includes('build')) return undefined
  return /^\/\/go:build (.+)$/m.exec(head)?.[1] ?? older(head)
}

/** What // +build lines say as one expression: each has to hold, of its words one, of what commas join all; a blank line follows them. */
function older(head: string): string | undefined {
  const lines = [...head.slice(0, head.lastIndexOf('\n\n') + 1).matchAll(/^\/\/[ \t]*\+build[ \t]+(.+)$/gm)].map((m) => m[1]!.trim())
  return lines.length > 0 ? lines.map((l) => `(${l.split(/\s+/).map((w) => w.split(',').join(' && ')).join(' || ')})`).join(' && ') : undefined
}

/** Tags of a person's own making that a constraint names. */
export const ownTags = (expression: string): string[] => (expression.match(/[\w.]+/g) ?? []).filter((t) => !HOLDS.test(t) && !OTHERS.test(t) && t !== 'ignore')

function holds(expression: string, tags: readonly string[]): boolean {
  const tokens = expression.match(/&&|\|\||[!()]|[\w.]+/g) ?? []
  const or = (): boolean => {
    let value = and()
    while (tokens[0] === '||') {
      tokens.shift()
      value = and() || value
    }
    return value
  }
  const and = (): boolean => {
    let value = not()
    while (tokens[0] === '&&') {
      tokens.shift()
      value = not() && value
    }
    return value
  }
  const not = (): boolean => {
    const token = tokens.shift()
    if (token === '!') return !not()
    if (token !== '(') return token !== undefined && (HOLDS.test(token) || tags.includes(token))
    const value = or()
    tokens.shift()
    return value
  }
  return or()
}
