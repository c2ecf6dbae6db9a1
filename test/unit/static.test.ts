import { describe, expect, test } from 'vitest'
import { factsOf, problemsOf } from './detecting.ts'

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

  test('is left to the language whose program is beside it', async () => {
    expect((await factsOf({ 'index.html': '', 'go.mod': 'module a\n\ngo 1.26\n', 'main.go': 'package main\n\nfunc main() {\n\thttp.ListenAndServe(":80", nil)\n}\n' })).language.value).toBe('go')
    expect((await factsOf({ 'index.html': '', 'package.json': '{"devDependencies":{"prettier":"3"}}' })).language.value).toBe('static')
  })
  test.each([
    [{ 'hugo.toml': '', 'content/a.md': '' }, 'Hugo', 'public'],
    [{ 'config.toml': '', 'content/a.md': '' }, 'Hugo', 'public'],
    [{ '_config.yml': '', 'index.html': '' }, 'Jekyll', '_site'],
    [{ 'mkdocs.yml': '', 'docs/index.md': '' }, 'MkDocs', 'site'],
  ])('that has to be made first is told apart: %j', async (files, title, output) => {
    const [problem] = await problemsOf(files as unknown as Record<string, string>)
    expect(problem!.message).toContain(title)
    expect(problem!.hint).toContain(`--app ${output}`)
  })
})
