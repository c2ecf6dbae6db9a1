import { describe, expect, test } from 'vitest'
import { factsOf, problemsOf } from './detecting.ts'

const MAIN = 'fn main() {\n    let l = TcpListener::bind("0.0.0.0:3000");\n}\n'
const cargo = (rest = ''): string => `[package]\nname = "shop"\nversion = "1.2.0"\nedition = "2021"\n${rest}`
const LOCK = (...names: string[]): string => names.map((n) => `[[package]]\nname = "${n}"\nversion = "1.0.0"\n`).join('\n')

describe('the program', () => {
  test('the only one', async () => {
    const facts = await factsOf({ 'Cargo.toml': cargo(), 'src/main.rs': MAIN })
    expect(facts).toMatchObject({ start: { value: ['/app/shop'] }, name: { value: 'shop', evidence: [{ line: 2 }] }, appVersion: { value: '1.2.0' }, build: { arguments: ['--bin', 'shop'], targets: ['src/main.rs'] } })
  })
  test('the default one among several', async () => {
    const facts = await factsOf({ 'Cargo.toml': cargo('default-run = "api"\n'), 'src/bin/api.rs': MAIN, 'src/bin/migrate.rs': 'fn main() {}\n', 'src/lib.rs': '' })
    expect(facts.start?.value).toEqual(['/app/api'])
    expect(facts.build.targets).toEqual(['src/bin/api.rs', 'src/bin/migrate.rs', 'src/lib.rs'])
  })
  test('several without a default: each choice is named', async () => {
    expect((await problemsOf({ 'Cargo.toml': cargo(), 'src/bin/a.rs': MAIN, 'src/bin/b.rs': MAIN }))[0]).toMatchObject({ where: '--start', hint: 'choose one: --start a or --start b' })
  })
  test('chosen', async () => {
    expect((await factsOf({ 'Cargo.toml': cargo(), 'src/bin/a.rs': MAIN, 'src/bin/b.rs': MAIN }, { start: ['b', '--fast'] })).start?.value).toEqual(['/app/b', '--fast'])
  })
  test('declared with another name and path', async () => {
    const facts = await factsOf({ 'Cargo.toml': cargo('[[bin]]\nname = "web"\npath = "src/main.rs"\n'), 'src/main.rs': MAIN })
    expect(facts.start?.value).toEqual(['/app/web'])
  })
  test('in a member of a workspace', async () => {
    const facts = await factsOf({ 'Cargo.toml': '[workspace]\nmembers = ["crates/*"]\n', 'crates/api/Cargo.toml': cargo(), 'crates/api/src/main.rs': MAIN, 'crates/core/Cargo.toml': cargo().replace('shop', 'core'), 'crates/core/src/lib.rs': '' })
    expect(facts.build).toMatchObject({ arguments: ['-p', 'shop', '--bin', 'shop'], targets: ['crates/api/src/main.rs', 'crates/core/src/lib.rs'] })
  })
  test('a library is no program', async () => {
    expect((await problemsOf({ 'Cargo.toml': cargo(), 'src/lib.rs': '' }))[0]!.message).toBe('no program was found here: nothing beside Cargo.toml starts one')
  })
})

describe('the port', () => {
  test.each([
    ['TcpListener::bind("0.0.0.0:4000")', 4000],
    ['TcpListener::bind("[::]:4001")', 4001],
    ['warp::serve(routes).run(([0, 0, 0, 0], 4002))', 4002],
    ['HttpServer::new(app).bind(("0.0.0.0", 4003))', 4003],
  ])('%s', async (line, port) => {
    const facts = await factsOf({ 'Cargo.toml': cargo(), 'src/main.rs': `fn main() {\n    ${line};\n}\n` })
    expect(facts).toMatchObject({ port: { value: port, evidence: [{ file: 'src/main.rs', line: 2 }] }, serves: { value: true } })
  })
  test('from the environment, its default some lines below', async () => {
    const facts = await factsOf({ 'Cargo.toml': cargo(), 'src/main.rs': 'fn main() {\n    let port = env::var("PORT")\n        .ok()\n        .unwrap_or(8088);\n    TcpListener::bind(("0.0.0.0", port));\n}\n' })
    expect(facts).toMatchObject({ portVariable: { value: 'PORT' }, port: { value: 8088 } })
  })
  test('none: a worker', async () => {
    expect((await factsOf({ 'Cargo.toml': cargo(), 'src/main.rs': 'fn main() {\n    loop {}\n}\n' })).serves?.value).toBe(false)
  })
})

test('an address from the environment is set to all interfaces, with the port where its default has one', async () => {
  const facts = await factsOf({ 'Cargo.toml': cargo(), 'src/main.rs': 'fn main() {\n    let a = env::var("BIND").unwrap_or("127.0.0.1:3000".into());\n    TcpListener::bind(a);\n}\n' })
  expect(facts.hostVariable?.value).toEqual({ BIND: '0.0.0.0:{port}' })
  expect(facts.warnings.filter((w) => w.line)).toEqual([])
})

test('loopback without a variable is warned about with its place', async () => {
  const facts = await factsOf({ 'Cargo.toml': cargo(), 'Cargo.lock': '', 'src/main.rs': 'fn main() {\n    TcpListener::bind("127.0.0.1:3000");\n}\n' })
  expect(facts.warnings).toMatchObject([{ file: 'src/main.rs', line: 2 }])
})

test.each([
  ['channel = "stable"', '1', 'trixie'],
  ['channel = "1.75.0"', '1.75.0', 'bookworm'],
  ['channel = "1.90"', '1.90', 'trixie'],
])('the toolchain: %s', async (line, channel, suite) => {
  const facts = await factsOf({ 'Cargo.toml': cargo(), 'src/main.rs': MAIN, 'rust-toolchain.toml': `[toolchain]\n${line}\n` })
  expect(facts.build).toMatchObject({ baseValues: { channel, channelSuite: suite }, ignoreToolchain: true })
})

test('system libraries by the crates of the lock file', async () => {
  const facts = await factsOf({ 'Cargo.toml': cargo('[dependencies]\nopenssl-sys = "0.9"\npq-sys = "0.6"\n'), 'src/main.rs': MAIN, 'Cargo.lock': LOCK('openssl-sys', 'pq-sys') })
  expect(facts.build).toMatchObject({ systemPackages: ['pkg-config', 'libssl-dev', 'libpq-dev'], runtimePackages: ['libpq5'], locked: true })
  expect(facts.unsuitable!.map((u) => u.base)).toContain('distroless')
})

test.each([
  ['signal(SignalKind::terminate())', true],
  ['tokio::signal::ctrl_c()', undefined],
])('SIGTERM: %s', async (line, handled) => {
  const facts = await factsOf({ 'Cargo.toml': cargo(), 'src/main.rs': `fn main() {\n    ${line};\n}\n` })
  expect(facts.handlesSigterm?.value).toBe(handled)
})

test('without Cargo.lock there is a warning and nothing is enforced', async () => {
  const facts = await factsOf({ 'Cargo.toml': cargo(), 'src/main.rs': MAIN })
  expect(facts.build.locked).toBe(false)
  expect(facts.warnings[0]!.hint).toBe('commit Cargo.lock')
})

test('a malformed Cargo.toml is an error with its place', async () => {
  expect((await problemsOf({ 'Cargo.toml': '[package]\nname = shop\n', 'src/main.rs': MAIN }))[0]).toMatchObject({ file: 'Cargo.toml', line: 2, column: 8 })
})

test('a program of an unknown library that asks for PORT serves', async () => {
  const main = 'use std::env;\n\nfn port() -> u16 {\n    env::var("PORT").ok().and_then(|p| p.parse().ok()).unwrap_or(8081)\n}\n\nfn main() {\n    Iron::new(hello).http(("0.0.0.0", port())).unwrap();\n}\n'
  const facts = await factsOf({ 'Cargo.toml': cargo('[dependencies]\niron = "0.6"\n'), 'src/main.rs': main })
  expect(facts).toMatchObject({ serves: { value: true }, port: { value: 8081 }, portVariable: { value: 'PORT' } })
})
