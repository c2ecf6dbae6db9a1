import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Handlebars from 'handlebars'
import { describe, test } from 'vitest'
import { LANGUAGE_ARTIFACTS } from '../../src/render/artifacts.ts'
import { contextOf } from '../../src/render/context.ts'
import { HELPERS } from '../../src/render/helpers.ts'
import { artifactOf, laidSource } from '../../src/render/lay.ts'
import { controls, matrix, type Member, none, problemsOf, root, sets, variants } from './catalog.ts'

const members: Member[] = [...(await matrix(['restricted'])), ...(await sets()), ...(await variants())]

/** Sources of templates and partials with the controls in them, by folder and file. */
const sources = new Map(
  readdirSync(join(root, 'templates')).flatMap((folder) =>
    readdirSync(join(root, 'templates', folder))
      .filter((f) => f.endsWith('.hbs'))
      .map((file): [string, hbs.AST.Program] => {
        const text = readFileSync(join(root, 'templates', folder, file), 'utf8')
        const { artifact, source } = text.startsWith('---\n') ? artifactOf(text, file) : { artifact: LANGUAGE_ARTIFACTS[file] ?? { id: file, path: '', group: '', title: '', why: '' }, source: text }
        return [`${folder}/${file}`, Handlebars.parse(laidSource(artifact, source, controls))]
      }),
  ),
)

type Data = Record<string, unknown>
interface Scope {
  root: Data
  stack: unknown[]
  file: string
}

describe('law 6: what a template names exists', () => {
  test('every path of every template and partial, in every context that reaches it', () => {
    none(
      problemsOf(members, (m) => {
        const context = contextOf(m.plan)
        const files = [...sources.keys()].filter((f) => f.startsWith('workload/') || f.startsWith(`${m.plan.language.id}/`))
        return [...new Set(files.flatMap((file) => body(sources.get(file)!, { root: context, stack: [context], file })))]
      }),
    )
  })
  test('nothing but helpers, if, unless and each is called', () => {
    const known = new Set([...Object.keys(HELPERS), 'if', 'unless', 'each'])
    none([...sources].flatMap(([file, ast]) => calls(ast).filter((name) => !known.has(name)).map((name) => `${file}: ${name}`)))
  })
})

function body(program: hbs.AST.Program | undefined, scope: Scope): string[] {
  return (program?.body ?? []).flatMap((s) => statement(s, scope))
}

function statement(node: hbs.AST.Statement, scope: Scope): string[] {
  if (node.type === 'MustacheStatement') return expression((node as hbs.AST.MustacheStatement).path, (node as hbs.AST.MustacheStatement).params, scope)
  if (node.type === 'BlockStatement') return block(node as hbs.AST.BlockStatement, scope)
  if (node.type !== 'PartialStatement') return []
  const partial = node as hbs.AST.PartialStatement
  const name = `partials/${(partial.name as hbs.AST.PathExpression).original}.hbs`
  const ast = sources.get(name)
  if (!ast) return [`${at(node, scope)}: there is no ${name}`]
  const hash = Object.fromEntries((partial.hash?.pairs ?? []).map((p) => [p.key, value(p.value, scope)]))
  return [...(partial.hash?.pairs ?? []).flatMap((p) => path(p.value, scope)), ...body(ast, { ...scope, file: name, stack: [...scope.stack, { ...(scope.stack.at(-1) as Data), ...hash }] })]
}

function block(node: hbs.AST.BlockStatement, scope: Scope): string[] {
  const kind = (node.path as hbs.AST.PathExpression).original
  const own = node.params.flatMap((p) => path(p, scope))
  const found = value(node.params[0]!, scope)
  const truthy = Array.isArray(found) ? found.length > 0 : Boolean(found)
  if (kind !== 'each') return [...own, ...body(truthy === (kind === 'if') ? node.program : node.inverse, scope)]
  if (!truthy) return [...own, ...body(node.inverse, scope)]
  return [...own, ...(found as unknown[]).flatMap((item) => body(node.program, { ...scope, stack: [...scope.stack, item] }))]
}

function expression(called: hbs.AST.Expression, params: hbs.AST.Expression[], scope: Scope): string[] {
  const name = (called as hbs.AST.PathExpression).original
  if (params.length > 0) return [...(name in HELPERS ? [] : [`${at(called, scope)}: there is no helper ${name}`]), ...params.flatMap((p) => path(p, scope))]
  return path(called, scope)
}

/** A problem where the path does not exist, seen from its scope. */
function path(node: hbs.AST.Expression, scope: Scope): string[] {
  if (node.type === 'SubExpression') return expression((node as hbs.AST.SubExpression).path, (node as hbs.AST.SubExpression).params, scope)
  if (node.type !== 'PathExpression') return []
  return value(node, scope) === undefined ? [`${at(node, scope)}: there is no ${(node as hbs.AST.PathExpression).original}`] : []
}

function value(node: hbs.AST.Expression, scope: Scope): unknown {
  if (node.type === 'SubExpression') {
    const call = node as hbs.AST.SubExpression
    const values = call.params.map((p) => value(p, scope))
    return (call.path as hbs.AST.PathExpression).original === 'or' ? values.some(Boolean) : values.every(Boolean)
  }
  if (node.type !== 'PathExpression') return (node as hbs.AST.StringLiteral).value
  const { data, parts, depth } = node as hbs.AST.PathExpression
  if (data && parts[0] !== 'root') return ['first', 'last', 'index', 'key'].includes(parts[0]!) ? '' : undefined
  const start = data ? scope.root : scope.stack.at(-1 - depth)
  return (data ? parts.slice(1) : parts).reduce((v: unknown, key) => (typeof v === 'object' && v !== null && Object.hasOwn(v, key) ? (v as Data)[key] : undefined), start)
}

function calls(program: hbs.AST.Program | undefined): string[] {
  return (program?.body ?? []).flatMap((s) => {
    if (s.type === 'MustacheStatement') return (s as hbs.AST.MustacheStatement).params.length > 0 ? [((s as hbs.AST.MustacheStatement).path as hbs.AST.PathExpression).original] : []
    if (s.type !== 'BlockStatement') return []
    const b = s as hbs.AST.BlockStatement
    return [(b.path as hbs.AST.PathExpression).original, ...calls(b.program), ...calls(b.inverse)]
  })
}

const at = (node: hbs.AST.Node, scope: Scope): string => `${scope.file}:${node.loc.start.line}`
