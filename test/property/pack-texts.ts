/** Manifests and templates as nobody would write them, from a seed: valid ones that were changed, and parts in any order. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { InputError } from '../../src/errors.ts'
import { combine } from '../../src/pack/combine.ts'
import { readManifest } from '../../src/pack/manifest.ts'
import { LIMITS, parseTemplate, templateOf } from '../../src/pack/template.ts'
import { integrityOf, treeOf } from '../../src/pack/tree.ts'
import type { Context } from '../../src/render/context.ts'
import { random } from './edits.ts'

type Random = () => number
const upTo = (n: number, r: Random): number => Math.floor(r() * n)
const pick = <T>(items: readonly T[], r: Random): T => items[upTo(items.length, r)]!

const SCALARS = ['8080', 'true', 'null', '~', '""', '"a\\nb"', "'x'", '!!js/function x', '!!binary aGk=', '&a x', '*a', '{{name}}', '../../etc', '/etc/passwd', 'debian', 'npm:@a/b@^1', './x', '"(a+)+$"', '"[0-9]{6}"', '"\\u0000"', '0x1f', '1e999', '-', '|', '>', '{', '[', '__proto__', '2026-02-30', 'x'.repeat(300)]
const KEYS = ['name', 'version', 'extends', 'defaults', 'enforce', 'forbid', 'prompts', 'presets', 'tiers', 'mirrors', 'bases', 'templates', 'partials', 'artifacts', 'controls', 'languages', 'frameworks', 'waive', 'requires', '__proto__', 'constructor', 'prototype', 'toString', 'port', 'key', 'value', 'oneOf', 'values', 'reason', 'id', 'path', 'template', 'why', 'control', 'label.x', 'resources.memory', '? [a]', '<<', '- x']

const HEAD = 'apiVersion: hardened-container/v1\nname: fuzz\nversion: 1.0.0\n'

function node(r: Random, depth: number): string {
  const kind = r()
  if (depth > 4 || kind < 0.5) return pick(SCALARS, r)
  if (kind < 0.75) return `{ ${Array.from({ length: upTo(4, r) }, () => `${pick(KEYS, r)}: ${node(r, depth + 1)}`).join(', ')} }`
  return `[${Array.from({ length: upTo(4, r) }, () => node(r, depth + 1)).join(', ')}]`
}

/** Parts of texts at random: lines swapped, doubled, cut and filled with others. */
function changed(text: string, r: Random, parts: readonly string[]): string {
  const lines = text.split('\n')
  for (let i = upTo(5, r); i >= 0; i--) {
    const at = upTo(lines.length, r)
    const how = r()
    if (how < 0.25) lines.splice(at, 1)
    else if (how < 0.5) lines.splice(at, 0, lines[upTo(lines.length, r)] ?? '')
    else if (how < 0.75) lines[at] = (lines[at] ?? '').slice(0, upTo(80, r)) + pick(parts, r)
    else lines[at] = (lines[at] ?? '').replace(/[\w./-]+/, () => pick(parts, r))
  }
  return lines.join('\n')
}

/** The manifest of a seed. `valid` is one that is in order. */
export function manifestCase(seed: number, valid: string): string {
  const r = random(seed)
  if (r() < 0.5) return changed(valid, r, [...SCALARS, ...KEYS])
  return HEAD + Array.from({ length: 1 + upTo(4, r) }, () => `${pick(KEYS, r)}: ${node(r, 0)}\n`).join('')
}

const PARTS = ['{{name}}', '{{yaml name}}', '{{{name}}}', '{{#if on}}', '{{else}}', '{{/if}}', '{{#each list}}', '{{/each}}', '{{this}}', '{{../name}}', '{{@root.name}}', '{{@last}}', '{{#unless none}}', '{{/unless}}', '{{> hello}}\n', '{{> (x)}}', '{{lookup this "constructor"}}', '{{constructor.constructor}}', '{{__proto__.x}}', '{{#with a}}', '{{*d}}', '{{#*inline "x"}}', '{{/inline}}', '{{!-- --}}', '\\{{', '\\\\{{', '${{ x }}', '{{', '}}', '{{json list}}', '{{words list}}', '{{and on name}}', '{{#if (or (and on none) name)}}', '\n', 'text ', '"', "'", '{{deep.key}}', '{{deep}}', '{{list}}', '{{name x=1}}', '{{#each list as |a|}}', '{{"text"}}', '{{1}}', '{{true}}', '{{nope}}', '{{#each @root.list}}', '\u2028', '\0', '{{~name~}}', '{{{{raw}}}}', '{{{{/raw}}}}', '{{#if}}', '{{if}}']

/** The template of a seed. */
export function templateCase(seed: number): string {
  const r = random(seed)
  return Array.from({ length: upTo(14, r) }, () => pick(PARTS, r)).join('')
}

const CONTEXT: Context = { name: 'demo', on: true, none: [], list: ['a', 'b'], deep: { key: 'v' } }
const hello = { hello: (): string => 'hello\n' }

/** Every problem has a message and a place. */
function placed(error: unknown): string {
  const { problems, exitCode } = error as InputError
  if (!problems) throw error
  for (const p of problems) if (!p.message || !(p.file ?? p.where)) throw new Error(`no place: ${JSON.stringify(p)}`)
  if (exitCode !== 6 && exitCode !== 2) throw new Error(`exit ${exitCode}`)
  return problems[0]!.message.replace(/"(?:[^"\\]|\\.)*"|'[^']*'|\d+/g, '…').replace(/[\w.[\]…]+(?=:? (is|has|needs|holds|does))/, '…').slice(0, 60)
}

/** What becomes of a manifest: "taken", or the kind of its first problem. Throws where one crashes, has no place, or reaches a prototype. */
export function judgedManifest(text: string): string {
  try {
    const tree = treeOf([['pack.yaml', Buffer.from(text)]], 'p')
    const read = readManifest(tree, 'p')
    combine([{ spec: 'p', name: read.manifest.name, version: read.manifest.version, integrity: integrityOf(tree), resolved: 'p', remote: false, hashes: {}, tree, read, extends: read.manifest.extends ?? [] }])
    return 'taken'
  } catch (error) {
    return placed(error)
  } finally {
    for (const key of KEYS) if (Object.hasOwn(Object.prototype, key) && !['constructor', 'toString', '__proto__'].includes(key)) throw new Error(`Object.prototype.${key}`)
  }
}

/** What becomes of a template; the text that it prints is bounded and holds nothing of the program. */
export function judgedTemplate(source: string): string {
  try {
    const text = templateOf(parseTemplate(source, 't.hbs', ['hello']), hello)(CONTEXT, CONTEXT)
    if (text.length > LIMITS.output || /native code|function|\[object/.test(text)) throw new Error(`it printed ${text.slice(0, 100)}`)
    return 'taken'
  } catch (error) {
    return placed(error)
  }
}

/** A manifest in order, to be changed: the example's. */
export function validManifest(root: string): string {
  const file = join(root, 'examples/packs/acme-platform/pack.yaml')
  return existsSync(file) ? readFileSync(file, 'utf8').replace(/^(languages|partials|artifacts):[\s\S]*?(?=^\w|$(?![\s\S]))/gm, '') : HEAD
}
