/**
 * Turns a Handlebars template into a JavaScript function, for the built-in templates. Handlebars reads the template; what its
 * own precompiler prints is five times larger and takes longer to load than a whole run may (bench/startup.mjs). The part
 * of the language that templates use is small: values, helpers, if, unless, each, partials with static names. A law holds
 * both to the same output. Unlike Handlebars' strict mode, a name that is missing is an error in `if` and `unless` too.
 */
import Handlebars from 'handlebars'
import { HELPERS } from '../render/helpers.ts'

type Node = hbs.AST.Node & Record<string, any>

/** Source of `(c0, r) => string`: context and root in, text out. Throws for what this subset does not have. */
export function compileTemplate(source: string, name: string): string {
  const fail = (node: Node, what: string): never => {
    throw new Error(`${name}:${node.loc?.start.line}: ${what}`)
  }

  /** A value: path, literal or helper call in brackets. */
  const value = (node: Node, depth: number): string => {
    if (node.type === 'StringLiteral' || node.type === 'BooleanLiteral') return JSON.stringify(node.value)
    if (node.type === 'NumberLiteral') return JSON.stringify(String(node.value))
    if (node.type === 'SubExpression') return helper(node, depth)
    if (node.type !== 'PathExpression') return fail(node, `${node.type} is not supported`)
    const parts = node.parts as string[]
    if (node.data) {
      if (parts[0] === 'root') return parts.slice(1).reduce((at, p) => `g(${at},${JSON.stringify(p)})`, 'r')
      if (parts[0] === 'last') return `l${depth}`
      return fail(node, `@${parts[0]} is not supported`)
    }
    if (node.depth > depth) fail(node, `${node.original} leads above the template`)
    return parts.reduce((at, p) => `g(${at},${JSON.stringify(p)})`, `c${depth - node.depth}`)
  }

  const helper = (node: Node, depth: number): string => {
    const called = node.path.original as string
    if (!(called in HELPERS)) fail(node, `there is no helper "${called}"`)
    return `h.${called}(${node.params.map((p: Node) => value(p, depth)).join(',')})`
  }

  const block = (node: Node, depth: number): string => {
    const kind = node.path.original as string
    const condition = value(node.params[0] ?? fail(node, `${kind} needs a value`), depth)
    const inverse = node.inverse ? body(node.inverse, depth) : '""'
    if (kind === 'if') return `(t(${condition})?${body(node.program, depth)}:${inverse})`
    if (kind === 'unless') return `(t(${condition})?${inverse}:${body(node.program, depth)})`
    if (kind === 'each' && !node.inverse) return `e(${condition},(c${depth + 1},l${depth + 1})=>${body(node.program, depth + 1)})`
    return fail(node, `{{#${kind}}} is not supported`)
  }

  const partial = (node: Node, depth: number): string => {
    if (node.name.type !== 'PathExpression' || node.params.length > 0 || node.indent) fail(node, 'a partial has a static name, stands at the start of its line and takes named values only')
    const given = (node.hash?.pairs ?? []).map((p: Node) => `${JSON.stringify(p.key)}:${value(p.value, depth)}`)
    return `p[${JSON.stringify(node.name.original)}](${given.length > 0 ? `{...c${depth},${given.join(',')}}` : `c${depth}`},r)`
  }

  const statement = (node: Node, depth: number): string | undefined => {
    switch (node.type) {
      case 'ContentStatement':
        return node.value === '' ? undefined : JSON.stringify(node.value)
      case 'CommentStatement':
        return undefined
      case 'MustacheStatement':
        return node.params.length > 0 ? helper(node, depth) : `s(${value(node.path, depth)})`
      case 'BlockStatement':
        return block(node, depth)
      case 'PartialStatement':
        return partial(node, depth)
      default:
        return fail(node, `${node.type} is not supported`)
    }
  }

  const body = (program: Node, depth: number): string => {
    const parts = (program.body as Node[]).map((n) => statement(n, depth)).filter((s) => s !== undefined)
    return parts.length === 0 ? '""' : parts.join('+')
  }

  return `(c0,r)=>${body(Handlebars.parse(source) as Node, 0)}`
}
