import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { detect } from '../../src/detect/detect.ts'
import type { Facts } from '../../src/detect/facts.ts'
import { openProject } from '../../src/detect/project.ts'
import type { InputError } from '../../src/errors.ts'

let root = ''
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'member-'))))
afterEach(() => rmSync(root, { recursive: true, force: true }))

async function factsBelow(app: string, files: Record<string, string>): Promise<Facts> {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return (await detect(openProject(join(root, app)), undefined, {})).facts
}

const GO = 'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.ListenAndServe(":8080", nil)\n}\n'
const MODULE = 'module example.com/shop\n\ngo 1.26\n'

test('a package of a Go module is built from the nearest go.mod, below a workspace that has what it requires', async () => {
  expect(await factsBelow('cmd/api', { 'go.mod': MODULE, 'cmd/api/main.go': GO })).toMatchObject({ app: 'cmd/api', context: '../..', build: { package: './cmd/api' } })
  expect(await factsBelow('shop/cmd/api', { 'go.mod': MODULE, 'shop/go.mod': MODULE, 'shop/cmd/api/main.go': GO })).toMatchObject({ app: 'cmd/api', context: '../..' })
  const required = `${MODULE}\nrequire example.com/lib v0.0.0\n`
  expect(await factsBelow('work/api', { 'work/go.work': 'go 1.26\n\nuse (\n\t./api\n\t./lib\n)\n', 'work/api/go.mod': required, 'work/api/main.go': GO, 'work/lib/go.mod': 'module example.com/lib\n\ngo 1.26\n' })).toMatchObject({ app: 'api', context: '..', build: { download: false } })
})

test('a module with all that it needs is built alone', async () => {
  const facts = await factsBelow('api', { 'go.work': 'go 1.26\n\nuse (\n\t./api\n\t./lib\n)\n', 'api/go.mod': MODULE, 'api/main.go': GO, 'lib/go.mod': 'module example.com/lib\n\ngo 1.26\n' })
  expect(facts.context).toBeUndefined()
})

test('what lies above a repository, or is malformed, is another project', async () => {
  const own = { 'app/go.mod': `${MODULE}\nrequire example.com/lib v1.0.0\n`, 'app/main.go': GO }
  expect((await factsBelow('app', { ...own, 'go.work': 'this is none\n' })).context).toBeUndefined()
  expect((await factsBelow('repo/api', { 'go.mod': MODULE, 'repo/.git/HEAD': '', 'repo/api/main.go': GO })).context).toBeUndefined()
})

test('a pom.xml whose parent lies above, that does not name it, is built alone', async () => {
  const pom = (more: string) => `<project><modelVersion>4.0.0</modelVersion><parent><groupId>a</groupId><artifactId>p</artifactId><version>1</version></parent><artifactId>api</artifactId>${more}</project>`
  const main = 'package a;\n\npublic class App {\n  public static void main(String[] args) {}\n}\n'
  const of = (modules: string) => factsBelow('api', { 'pom.xml': `<project><modelVersion>4.0.0</modelVersion><groupId>a</groupId><artifactId>p</artifactId><version>1</version><packaging>pom</packaging><modules>${modules}</modules></project>`, 'api/pom.xml': pom(''), 'api/src/main/java/a/App.java': main })
  expect((await of('<module>other</module>')).context).toBeUndefined()
  expect(await of('<module>api</module>')).toMatchObject({ app: 'api', context: '..' })
})

test('a project of a Gradle build, and a crate that takes what its workspace says', async () => {
  const gradle = { 'settings.gradle.kts': 'include("api", "lib")\n', 'api/build.gradle.kts': 'plugins { application }\napplication { mainClass = "a.App" }\n', 'api/src/main/java/a/App.java': 'package a;\n\npublic class App {\n  public static void main(String[] args) {}\n}\n' }
  expect(await factsBelow('api', gradle)).toMatchObject({ app: 'api', context: '..' })
  const crates = { 'rust/Cargo.toml': '[workspace]\nmembers = ["web"]\n\n[workspace.package]\nedition = "2024"\n', 'rust/web/Cargo.toml': '[package]\nname = "web"\nversion = "0.1.0"\nedition.workspace = true\n', 'rust/web/src/main.rs': 'fn main() {}\n' }
  expect(await factsBelow('rust/web', crates)).toMatchObject({ app: 'web', context: '..', start: { value: ['/app/web'] } })
})

const EXPRESS = { 'package.json': '{"name":"api","scripts":{"start":"node index.js"},"dependencies":{"express":"5.1.0"}}', 'index.js': "require('express')().listen(3000)\n" }
const VITE = { 'package.json': '{"name":"web","scripts":{"build":"vite build"},"devDependencies":{"vite":"7.1.12"}}', 'index.html': '<script src="/main.js"></script>' }
const below = (folder: string, files: Record<string, string>) => Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]))
const onlyOf = (files: Record<string, string>) => factsBelow('.', files).then(() => expect.unreachable(), (error: InputError) => error.problems[0]!.only)

test('of apps in folders of their own the only one that answers requests is taken, where the others are pages or start nothing', async () => {
  const library = { 'shared/package.json': '{"name":"shared","main":"index.js"}', 'shared/index.js': 'module.exports = { a: 1 }\n', 'e2e/package.json': '{"devDependencies":{"playwright":"1.50.0"}}' }
  expect(await onlyOf({ ...below('backend', EXPRESS), ...below('frontend', VITE), ...library })).toEqual({ choice: 'backend', beside: ['frontend'] })
})

test('two servers, or a worker beside a server, are asked for', async () => {
  const worker = { 'jobs/package.json': '{"scripts":{"start":"node jobs.js"},"dependencies":{"node-cron":"3.0.3"}}', 'jobs/jobs.js': "require('node-cron').schedule('* * * * *', () => {})\n" }
  expect(await onlyOf({ ...below('backend', EXPRESS), ...below('frontend', VITE), ...worker })).toBeUndefined()
  expect(await onlyOf({ ...below('backend', EXPRESS), ...below('auth', EXPRESS) })).toBeUndefined()
})

test('the same among packages of a workspace', async () => {
  expect(await onlyOf({ 'package.json': '{"workspaces":["apps/*"]}', ...below('apps/api', EXPRESS), ...below('apps/web', VITE) })).toEqual({ choice: 'apps/api', beside: ['apps/web'] })
})

test('a front end that the server hands out is built with it', async () => {
  const server = { ...EXPRESS, 'index.js': "const app = require('express')()\napp.use(require('express').static('../client/dist'))\napp.listen(3000)\n" }
  expect(await onlyOf({ ...below('server', server), ...below('client', VITE) })).toEqual({ choice: 'server', beside: [] })
  expect(await factsBelow('server', {})).toMatchObject({ app: 'server', context: '..', build: { commands: ['npm run build --prefix client'] } })
})

test('of a guide the program as it is in the end is taken', async () => {
  expect(await onlyOf({ ...below('complete', EXPRESS), ...below('initial', EXPRESS) })).toEqual({ choice: 'complete', beside: [], began: 'initial' })
  expect(await onlyOf({ ...below('complete', EXPRESS), ...below('other', EXPRESS) })).toBeUndefined()
})

const TOOLS = { 'package.json': '{"name":"tools","devDependencies":{"prettier":"3.6.2"}}' }
const SCRIPT = { 'publish.py': 'print("done")\n' }

test('sources alone beside a manifest of tools are taken where they answer requests', async () => {
  const server = { 'site.go': 'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.ListenAndServe(":8080", nil)\n}\n' }
  expect(await factsBelow('.', { ...TOOLS, ...server })).toMatchObject({ start: { value: ['/app/app'] } })
})

test('a script beside tools is no program', async () => {
  expect((await factsBelow('.', { ...TOOLS, ...SCRIPT })).start).toBeUndefined()
})

test('a script beside a library is no program', async () => {
  await expect(factsBelow('.', { 'package.json': '{"name":"lib","main":"index.js"}', 'index.js': 'module.exports = 1\n', ...SCRIPT })).rejects.toThrow(/library/)
})
