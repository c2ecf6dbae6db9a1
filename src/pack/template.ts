/**
 * Templates of packs: text that somebody else wrote. Handlebars reads them; what they say is walked here, in the part of
 * the language that the built-in templates use too, so that nothing is compiled and no object but the context is reached.
 * Sources: GHSA-8r5x-fm3f-whwj and CVE-2026-33937 (code out of a syntax tree), CVE-2026-33938 and -33940 (dynamic partials).
 */
import { parse } from 'handlebars/dist/cjs/handlebars/compiler/base.js'
import { EXIT, InputError, type Problem } from '../errors.ts'
import type { Context } from '../render/context.ts'
import { HELPERS } from '../render/helpers.ts'
import type { Template } from '../render/render.ts'

type Node = hbs.AST.Node & Record<string, any>

/** Bounds of one rendering: a loop in a loop over a thousand items each is more than any file needs. */
export const LIMITS = { source: 256 * 1024, tags: 10_000, tag: 500, steps: 200_000, output: 1024 * 1024, items: 1000, depth: 64 }

const HELPER_NAMES = Object.keys(HELPERS)
/** Steps that a partial of the tool stands for. */
const PARTIAL = 50

/** A template that was read and found harmless. */
export interface Parsed {
  file: string
  body: Node
}

/** @throws InputError (pack) with the place of everything that a template of a pack must not hold */
export function parseTemplate(source: string, file: string, partials: readonly string[]): Parsed {
  const fail = (problems: Problem[]): never => {
    throw new InputError(problems, EXIT.pack)
  }
  if (source.length > LIMITS.source) return fail([{ message: 'is larger than 256 KB', file, hint: 'split it' }])
  const text = source.replaceAll('\r\n', '\n')
  const problems = escapes(text, file)
  const most = measured(text)
  if (most) return fail([{ message: most, file, hint: 'split it' }])
  let body: Node
  try {
    body = parse(text) as Node
    lint(body, file, partials, problems)
  } catch (error) {
    // a thousand blocks inside each other end the reader's stack
    const message = (error as Error).message.split('\n')[0]!
    const line = /line (\d+)/.exec(message)?.[1]
    return fail([...problems, { message: `cannot be read as a template: ${message}`, file, ...(line ? { line: Number(line) } : {}), hint: 'see docs/packs.md: the part of Handlebars that templates of packs can use' }])
  }
  return problems.length > 0 ? fail(problems) : { file, body }
}

/** What is too much for Handlebars' reader, whose time grows with the square of the depth: 5,000 blocks inside each other take 15 s, 20,000 brackets four minutes. */
function measured(text: string): string | undefined {
  let [depth, deepest, tags] = [0, 0, 0]
  for (const { 1: kind, index } of text.matchAll(/\{\{~?([#^/!]?)/g)) {
    if (kind === '!') continue
    const end = text.indexOf('}}', index)
    if ((end < 0 ? text.length : end) - index > LIMITS.tag) return `has a value or block of more than ${LIMITS.tag} characters`
    tags++
    depth += kind === '/' ? -1 : kind ? 1 : 0
    deepest = Math.max(deepest, depth)
  }
  return deepest > LIMITS.depth ? `has blocks more than ${LIMITS.depth} deep inside each other` : tags > LIMITS.tags ? `has more than ${LIMITS.tags} values and blocks` : undefined
}

/** A backslash before braces prints them as they are: meant for ${{ }} of other formats, and a trap everywhere else. */
function escapes(text: string, file: string): Problem[] {
  return text.split('\n').flatMap((content, i): Problem[] => {
    const place = { file, line: i + 1 }
    if (/(^|[^\\])\$\{\{/.test(content)) return [{ message: '${{ }} loses its content in a template', ...place, column: content.indexOf('${{') + 1, hint: 'write $\\{{ … }}' }]
    if (/[^$]\\\{\{|^\\\{\{/.test(content)) return [{ message: 'a backslash before {{ prints the braces as they are', ...place, column: content.indexOf('\\{{') + 1, hint: 'for a backslash in front of a value write \\\\{{' }]
    return []
  })
}

function lint(node: Node, file: string, partials: readonly string[], problems: Problem[], depth = 0): void {
  const at = (n: Node): Pick<Problem, 'file' | 'line' | 'column'> => ({ file, line: n.loc?.start.line, column: (n.loc?.start.column ?? 0) + 1 })
  const bad = (n: Node, message: string, hint: string, near?: Problem['near']): void => void problems.push({ message, ...at(n), hint, ...(near ? { near } : {}) })
  const helper = (n: Node): void => {
    const name = String(n.path.original)
    if (!HELPER_NAMES.includes(name)) bad(n, `there is no helper "${name}"`, `one of ${HELPER_NAMES.join(', ')}`, { given: name, among: HELPER_NAMES })
    if (n.hash) bad(n, `${name} takes no named values`, `like {{${name} VALUE}}`)
    for (const p of n.params) value(p)
  }
  const value = (n: Node): void => {
    if (n.type === 'SubExpression') return helper(n)
    if (['StringLiteral', 'BooleanLiteral', 'NumberLiteral'].includes(n.type)) return
    if (n.type !== 'PathExpression') return bad(n, `${n.type} cannot be used here`, 'a name or a text')
    if (n.data && !['root', 'last'].includes(n.parts[0])) bad(n, `@${n.parts[0]} cannot be used here`, '@root.NAME, @last')
    if ((n.parts as string[]).some((p) => ['__proto__', 'constructor', 'prototype'].includes(p))) bad(n, `${n.original} is no name of the context`, 'create-hardened-container --plan prints what there is')
    if (n.depth > depth) bad(n, `${n.original} leads above the template`, '../ goes one #each up')
  }
  const program = (p: Node | undefined, d: number): void => void (p && lint(p, file, partials, problems, d))
  if (depth > LIMITS.depth) throw new Error('blocks are too deep inside each other')
  for (const n of node.body as Node[]) {
    if (n.type === 'ContentStatement' || n.type === 'CommentStatement') continue
    if (n.type === 'MustacheStatement') {
      if (n.escaped === false) bad(n, 'three braces are not needed: nothing is escaped for HTML', 'write {{NAME}}')
      if (n.params.length > 0 || n.hash) helper(n)
      else value(n.path)
    } else if (n.type === 'BlockStatement') {
      const kind = String(n.path.original)
      if (!['if', 'unless', 'each'].includes(kind)) bad(n, `{{#${kind}}} cannot be used here`, '#if, #unless, #each')
      if (n.params.length !== 1 || n.hash || n.program?.blockParams?.length > 0) bad(n, `{{#${kind}}} takes one value`, `like {{#${kind} NAME}}`)
      else value(n.params[0])
      if (kind === 'each' && n.inverse) bad(n, '{{else}} does not belong to #each here', 'put an #if around it')
      program(n.program, depth + Number(kind === 'each'))
      program(n.inverse, depth)
    } else if (n.type === 'PartialStatement') {
      const name = String(n.name.original)
      if (n.name.type !== 'PathExpression' || n.params.length > 0) bad(n, 'a partial has a fixed name', 'like {{> runtime}}')
      else if (!partials.includes(name)) bad(n, `there is no partial "${name}"`, `one of ${partials.join(', ')}`, { given: name, among: partials })
      if (n.indent) bad(n, 'a partial stands at the start of its line', 'take the blanks in front of it away')
      for (const pair of n.hash?.pairs ?? []) value(pair.value)
    } else bad(n, `${n.type.replace(/Statement|Block/g, '')} cannot be used here`, 'values, helpers, #if, #unless, #each and {{> partials}}')
  }
}

/**
 * The template as a function of its context, like the compiled ones. What it names must exist; it ends after a bounded number
 * of steps and characters. Throws InputError (pack) with the place.
 */
export function templateOf({ file, body }: Parsed, partials: Record<string, Template>): Template {
  return (context, root) => {
    let [steps, written] = [0, 0]
    const fail = (n: Node, message: string, hint: string): never => {
      throw new InputError({ message, file, line: n.loc?.start.line, column: (n.loc?.start.column ?? 0) + 1, hint }, EXIT.pack)
    }
    const count = (n: Node): void => void (++steps > LIMITS.steps && fail(n, 'the template takes too many steps', 'it walks over lists inside lists: use smaller ones'))
    const value = (n: Node, scopes: readonly unknown[], last: boolean): unknown => {
      count(n)
      if (n.type === 'SubExpression') return call(n, scopes, last)
      if (n.type !== 'PathExpression') return n.type === 'NumberLiteral' ? String(n.value) : n.value
      let parts = n.parts as string[]
      if (n.data && parts[0] === 'last') return last
      let found: unknown = n.data ? root : scopes[scopes.length - 1 - n.depth]
      if (n.data) parts = parts.slice(1)
      for (const key of parts) {
        if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return fail(n, `the template names "${n.original}", which there is not`, 'create-hardened-container --plan prints what there is')
        found = (found as Record<string, unknown>)[key]
      }
      return found
    }
    const call = (n: Node, scopes: readonly unknown[], last: boolean): unknown => {
      const made = (HELPERS as unknown as Record<string, (...a: unknown[]) => unknown>)[n.path.original as string]!(...n.params.map((p: Node) => value(p, scopes, last)))
      // a text that is made and not printed takes time all the same
      if (typeof made === 'string') steps += made.length >> 5
      return made
    }
    const truth = (v: unknown): boolean => (Array.isArray(v) ? v.length > 0 : Boolean(v))
    const print = (n: Node, v: unknown): string => {
      if (typeof v !== 'string' && typeof v !== 'boolean') return fail(n, `"${n.path?.original ?? 'this'}" is no text`, 'name a value in it, or walk over it with #each')
      return String(v)
    }
    const run = (program: Node | undefined, scopes: readonly unknown[], last: boolean): string => {
      let out = ''
      for (const n of (program?.body ?? []) as Node[]) {
        count(n)
        const text = statement(n, scopes, last)
        written += n.type === 'BlockStatement' ? 0 : text.length
        if (written > LIMITS.output) fail(n, 'the template prints more than 1 MB', 'a file that large is not meant')
        out += text
      }
      return out
    }
    const statement = (n: Node, scopes: readonly unknown[], last: boolean): string => {
      if (n.type === 'ContentStatement') return n.value as string
      if (n.type === 'MustacheStatement') return print(n, n.params.length > 0 ? call(n, scopes, last) : value(n.path, scopes, last))
      if (n.type === 'PartialStatement') {
        const given = Object.fromEntries(((n.hash?.pairs ?? []) as Node[]).map((p) => [p.key as string, value(p.value, scopes, last)]))
        const text = partials[n.name.original as string]!({ ...(scopes.at(-1) as Context), ...given }, root)
        steps += PARTIAL + (text.length >> 5)
        return text
      }
      if (n.type !== 'BlockStatement') return ''
      const on = value(n.params[0], scopes, last)
      if (n.path.original !== 'each') return run(truth(on) === (n.path.original === 'if') ? n.program : n.inverse, scopes, last)
      if (on === '') return ''
      if (!Array.isArray(on)) return fail(n, `"${n.params[0].original}" is no list`, 'walk over a list')
      if (on.length > LIMITS.items) return fail(n, `"${n.params[0].original}" has more than ${LIMITS.items} entries`, 'use a shorter list')
      return on.map((item, i) => run(n.program, [...scopes, item], i === on.length - 1)).join('')
    }
    return run(body, [context], false)
  }
}
