import { describe, expect, test } from 'vitest'
import { parseTemplate, templateOf } from '../../src/pack/template.ts'
import type { Context } from '../../src/render/context.ts'
import { refused } from './packs.ts'

const partials = { hello: (c: Context) => `hello ${String(c.name)}\n` }
const render = (source: string, context: Context = {}): string => templateOf(parseTemplate(source, 't.hbs', Object.keys(partials)), partials)(context, context)
const data = { name: 'demo', on: true, off: false, empty: '', list: ['a', 'b'], none: [], items: [{ id: 'x', tags: ['1'] }, { id: 'y', tags: [] }], deep: { key: 'v' } }

describe('templates', () => {
  test.each([
    ['{{name}}/{{deep.key}}', 'demo/v'],
    ['{{json name}} {{yaml empty}}', '"demo" ""'],
    ['{{#if on}}1{{else}}2{{/if}}{{#unless off}}3{{/unless}}{{#if none}}4{{else}}5{{/if}}', '135'],
    ['{{#each list}}{{this}}{{#unless @last}},{{/unless}}{{/each}}', 'a,b'],
    ['{{#each items}}{{id}}{{#each tags}}{{../id}}{{this}}{{@root.name}}{{/each}};{{/each}}', 'xx1demo;y;'],
    ['{{> hello}}\n', 'hello demo\n'],
    ['{{#if (and on name)}}both{{/if}}', 'both'],
    ['$\\{{ github.ref }}', '${{ github.ref }}'],
    ['{{! a comment }}x', 'x'],
  ])('%j prints %j', (source, out) => expect(render(source, data)).toBe(out))

  test('a value that looks like a template stays text; numbers are never added', () => {
    expect(render('{{a}}{{b}}', { a: '1', b: '2' })).toBe('12')
    expect(render('{{a}}', { a: '{{b}}', b: 'no' })).toBe('{{b}}')
  })

  test.each<[string, string]>([
    ['{{{name}}}', 'three braces'],
    ['{{&name}}', 'three braces'],
    ['{{lookup this "constructor"}}', 'no helper "lookup"'],
    ['{{log "x"}}', 'no helper "log"'],
    ['{{helperMissing}}', 'which there is not'],
    ['{{#with name}}x{{/with}}', '#with'],
    ['{{constructor}}', 'no name of the context'],
    ['{{deep.__proto__}}', 'no name of the context'],
    ['{{#each list as |x|}}{{x}}{{/each}}', 'takes one value'],
    ['{{> (json name)}}', 'a partial has a fixed name|cannot be used'],
    ['{{> nothing}}', 'no partial "nothing"'],
    ['{{#> hello}}x{{/hello}}', 'cannot be used'],
    ['{{#*inline "x"}}y{{/inline}}', 'cannot be used'],
    ['{{*decorator}}', 'cannot be used'],
    ['{{#each list}}{{@index}}{{/each}}', '@index cannot'],
    ['{{../name}}', 'leads above'],
    ['{{#if on}}', 'cannot be read'],
    ['{{name', 'cannot be read'],
    ['${{ name }}', 'loses its content'],
    ['C:\\{{name}}', 'backslash'],
    ['{{nope}}', 'names "nope"'],
    ['{{deep}}', 'is no text'],
    ['{{#if nope}}x{{/if}}', 'names "nope"'],
    ['{{#each name}}x{{/each}}', 'is no list'],
    ['{{toString}}', 'names "toString"'],
    ['{{list.length}}{{hasOwnProperty}}', 'is no text|names'],
  ])('%j is refused with its place', async (source, message) => {
    const { exitCode, text } = await refused(() => render(source, data))
    expect(exitCode).toBe(6)
    expect(text).toMatch(new RegExp(message))
    expect(text).toContain('t.hbs|')
  })

  test('loops, output, size and depth are bounded', async () => {
    const many = { list: Array.from({ length: 1000 }, () => 'x'), long: 'y'.repeat(10_000), far: Array.from({ length: 1001 }, () => 'x') }
    const started = process.cpuUsage().user
    expect((await refused(() => render('{{#each list}}{{#each @root.list}}{{this}}{{/each}}{{/each}}', many))).text).toContain('too many steps')
    expect((await refused(() => render('{{#each list}}{{@root.long}}{{/each}}', many))).text).toContain('more than 1 MB')
    expect((await refused(() => render('{{#each far}}x{{/each}}', many))).text).toContain('more than 1000')
    expect((await refused(() => render('x'.repeat(300_000)))).text).toContain('256 KB')
    expect((await refused(() => render('{{#if on}}'.repeat(5000) + '{{/if}}'.repeat(5000), data))).exitCode).toBe(6)
    expect((await refused(() => render(`{{a ${'(b '.repeat(20_000)}${')'.repeat(20_000)}}}`))).text).toContain('more than 500 characters')
    expect((await refused(() => render('{{a}}'.repeat(20_000)))).text).toContain('more than 10000')
    expect(process.cpuUsage().user - started).toBeLessThan(10_000_000)
  })
})
