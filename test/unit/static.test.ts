import { describe, expect, test } from 'vitest'
import { factsOf, problemsOf } from './detecting.ts'

const PAGE = '<!doctype html><title>x</title>\n'
/** The language that a project is taken for; undefined where it is refused. */
const languageOf = async (files: Record<string, string>): Promise<string | undefined> => {
  try {
    return (await factsOf(files)).language.value
  } catch {
    return undefined
  }
}

describe('a site without a build', () => {
  test('is served as it stands', async () => {
    const facts = await factsOf({ 'index.html': '', 'site.css': '' })
    expect(facts).toMatchObject({ language: { value: 'static', evidence: [{ file: 'index.html' }] }, port: { value: 8080 }, health: { value: '/healthz' }, build: { folder: '.' } })
  })
  test.each([
    [{ 'public/index.html': '', 'README.md': '' }, 'public/'],
    [{ Staticfile: 'root: "web/out/"\n', 'web/out/index.html': '' }, 'web/out/'],
    [{ Staticfile: 'root: gone\n', 'site/index.html': '' }, 'site/'],
  ])('in a folder of its own: %j', async (files, folder) => expect((await factsOf(files as unknown as Record<string, string>)).build.folder).toBe(folder))

  test('in a folder of another name is taken where it is the only one', async () => {
    const only = async (files: Record<string, string>) => (await problemsOf(files))[0]!.only
    expect(await only({ 'README.md': '', 'docs/index.html': PAGE, 'docs/guide/index.html': PAGE })).toEqual({ choice: 'docs', beside: [] })
    expect(await only({ 'one/index.html': PAGE, 'two/index.html': PAGE })).toBeUndefined()
    expect(await only({ 'templates/index.html': PAGE })).toBeUndefined()
  })
  test('is left to the language whose program is beside it', async () => {
    expect((await factsOf({ 'index.html': '', 'go.mod': 'module a\n\ngo 1.26\n', 'main.go': 'package main\n\nfunc main() {\n\thttp.ListenAndServe(":80", nil)\n}\n' })).language.value).toBe('go')
    expect((await factsOf({ 'index.html': '', 'package.json': '{"devDependencies":{"prettier":"3"}}' })).language.value).toBe('static')
  })
  test.each([
    [{ 'hugo.toml': '', 'content/a.md': '' }, 'Hugo', 'public'],
    [{ 'config.toml': 'title = "x"\nbaseURL = "/"\n', 'go.mod': 'module x\n' }, 'Hugo', 'public'],
    [{ 'config.toml': 'base_url = "/"\n' }, 'Zola', 'public'],
    [{ '_config.yml': '', Gemfile: 'gem "jekyll"\n' }, 'Jekyll', '_site'],
    [{ 'book.toml': '[book]\n', 'src/SUMMARY.md': '' }, 'mdBook', 'book'],
    [{ '_config.yml': '', 'index.html': '' }, 'Jekyll', '_site'],
    [{ 'mkdocs.yml': '', 'docs/index.md': '' }, 'MkDocs', 'site'],
  ])('that has to be made first is told apart: %j', async (files, title, output) => {
    const [problem] = await problemsOf(files as unknown as Record<string, string>)
    expect(problem!.message).toContain(title)
    expect(problem!.hint).toContain(`--app ${output}`)
  })
})

describe('what belongs to others', () => {
  test.each([
    ['node', { 'package.json': '{ "name": "x", "scripts": { "start": "node server.js" } }', 'server.js': 'require("http").createServer().listen(3000)\n' }],
    ['go', { 'go.mod': 'module x\n\ngo 1.26\n', 'main.go': 'package main\n\nfunc main() {}\n' }],
    ['rust', { 'Cargo.toml': '[package]\nname = "x"\nversion = "0.1.0"\n', 'src/main.rs': 'fn main() {}\n' }],
    [undefined, { 'composer.json': '{}', 'public/index.php': '<?php' }],
    [undefined, { 'Shop.csproj': '<Project/>' }],
    [undefined, { 'go.mod': 'module x\n\ngo 1.26\n', 'lib.go': 'package x\n' }],
    ['node', { 'package.json': '{ "name": "x", "scripts": { "build": "gulp" } }' }],
  ])('%s', async (language, files) => {
    expect(await languageOf({ ...files, 'index.html': PAGE, 'public/index.html': PAGE } as unknown as Record<string, string>)).toBe(language)
  })
  test('a program in a folder is asked about', async () => {
    const [problem] = await problemsOf({ 'index.html': PAGE, 'server/package.json': '{ "name": "x" }' })
    expect(problem).toMatchObject({ where: '--app', hint: 'choose one: --app server or --language static' })
  })
  test('unless files are what was asked for', async () => {
    expect((await factsOf({ 'go.mod': 'module x\n\ngo 1.26\n', 'index.html': PAGE }, {}, 'static')).language.value).toBe('static')
  })
})

test('plugins of a site that have manifests of their own are no apps', async () => {
  expect(await languageOf({ 'index.html': PAGE, 'assets/plugins/slider/package.json': '{ "name": "slider", "main": "slider.js" }' })).toBe('static')
})
test('documentation beside a library is no site', async () => {
  expect((await problemsOf({ 'mkdocs.yml': 'site_name: x\n', 'Cargo.toml': '[package]\nname = "x"\nversion = "0.1.0"\n', 'src/lib.rs': '' }))[0]!.message).toBe('no program was found here: nothing beside Cargo.toml starts one')
})
