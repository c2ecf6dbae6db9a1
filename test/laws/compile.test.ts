import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Handlebars from 'handlebars'
import { expect, test } from 'vitest'
import { compileTemplate } from '../../src/build/compile.ts'
import { LANGUAGE_ARTIFACTS } from '../../src/render/artifacts.ts'
import { contextOf } from '../../src/render/context.ts'
import { HELPERS } from '../../src/render/helpers.ts'
import { artifactOf, laidSource } from '../../src/render/lay.ts'
import { render, tidy } from '../../src/render/render.ts'
import { controls, root, variants } from './catalog.ts'

/** Handlebars itself, with the same helpers; it hands each helper its options behind the arguments. */
const engine = Handlebars.create()
for (const [name, helper] of Object.entries(HELPERS)) engine.registerHelper(name, (...args: unknown[]) => (helper as (...a: unknown[]) => unknown)(...args.slice(0, -1)))
const source = (folder: string, file: string): string => {
  const text = readFileSync(join(root, 'templates', folder, file), 'utf8')
  const own = text.startsWith('---\n') ? artifactOf(text, file) : { artifact: LANGUAGE_ARTIFACTS[file] ?? { id: file, path: '', group: '', title: '', why: '' }, source: text }
  return laidSource(own.artifact, own.source, controls)
}
for (const file of readdirSync(join(root, 'templates/partials'))) engine.registerPartial(file.slice(0, -4), source('partials', file))

test('compiled templates print what Handlebars prints, for the whole catalog', async () => {
  const compiled = new Map<string, HandlebarsTemplateDelegate>()
  const peer = (language: string, id: string): HandlebarsTemplateDelegate => {
    const own = Object.entries(LANGUAGE_ARTIFACTS).find(([file, a]) => a.id === id && existsSync(join(root, 'templates', language, file)))?.[0]
    const key = own ? `${language}/${own}` : id
    if (!compiled.has(key)) {
      const file = own ?? readdirSync(join(root, 'templates/workload')).find((f) => f.endsWith('.hbs') && artifactOf(readFileSync(join(root, 'templates/workload', f), 'utf8'), f).artifact.id === id)!
      compiled.set(key, engine.compile(source(own ? language : 'workload', file), { noEscape: true, strict: true }))
    }
    return compiled.get(key)!
  }
  const members = await variants()
  expect(members.length).toBeGreaterThan(10)
  for (const { name, plan, loaded } of members) {
    const context = contextOf(plan)
    for (const { id, text } of render(plan, loaded.templates)) expect(text, `${name}: ${id}`).toBe(tidy(peer(plan.language.id, id)(context)))
  }
})

test.each([
  ['{{#if typo}}a{{/if}}', 'a template names "typo"'],
  ['{{#unless typo}}a{{/unless}}', 'a template names "typo"'],
  ['{{json typo}}', 'a template names "typo"'],
])('a name that is missing is an error: %s', async (text, message) => {
  const { g, t, s } = await import('../../src/render/runtime.ts')
  const template = new Function('g', 't', 's', 'h', `return ${compileTemplate(text, 'test')}`)(g, t, s, HELPERS) as (c: unknown, r: unknown) => string
  expect(() => template({}, {})).toThrow(message)
})

test.each(['{{#with a}}{{/with}}', '{{> (lookup a "b")}}', '{{frob a}}', '{{@key}}', '{{../a}}', '{{#each a}}x{{else}}y{{/each}}'])('refuses at the build what it does not know: %s', (text) => {
  expect(() => compileTemplate(text, 'test')).toThrow(/^test:1: /)
})
