import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { detect } from '../../src/detect/detect.ts'
import type { Facts } from '../../src/detect/facts.ts'
import { openProject } from '../../src/detect/project.ts'

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
