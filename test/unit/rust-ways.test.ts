import { describe, expect, test } from 'vitest'
import { factsOf, problemsOf } from './detecting.ts'

const MAIN = 'fn main() {\n    let l = TcpListener::bind("0.0.0.0:3000");\n}\n'
const cargo = (rest = '', name = 'shop'): string => `[package]\nname = "${name}"\nversion = "1.2.0"\nedition = "2021"\n${rest}`
const messages = (facts: { warnings: { message: string }[] }): string => facts.warnings.map((w) => w.message).join('\n')

/** A lock file of packages, each with what it depends on. */
const lock = (packages: Record<string, string[]>): string =>
  Object.entries(packages).map(([name, dependencies]) => `[[package]]\nname = "${name.split(' ')[0]}"\nversion = "${name.split(' ')[1] ?? '1.0.0'}"\n${dependencies.length > 0 ? `dependencies = [\n${dependencies.map((d) => ` "${d}",`).join('\n')}\n]\n` : ''}`).join('\n')

describe('one program among several', () => {
  test('the only one that listens', async () => {
    const facts = await factsOf({ 'Cargo.toml': cargo(), 'src/bin/cli.rs': 'fn main() {}\n', 'src/bin/node.rs': MAIN })
    expect(facts.start).toMatchObject({ value: ['/app/node'], guess: true })
    expect(messages(facts)).toContain('node is taken')
  })
  test('the one of a workspace that uses a web framework; helpers are passed over', async () => {
    const facts = await factsOf({
      'Cargo.toml': '[workspace]\nmembers = ["crates/*", "xtask"]\n',
      'crates/api/Cargo.toml': cargo('[dependencies]\naxum = "0.8"\n', 'api'),
      'crates/api/src/main.rs': 'fn main() { api::run() }\n',
      'crates/worker/Cargo.toml': cargo('', 'worker'),
      'crates/worker/src/main.rs': 'fn main() {}\n',
      'xtask/Cargo.toml': cargo('', 'xtask'),
      'xtask/src/main.rs': 'fn main() {}\n',
    })
    expect(facts.build).toMatchObject({ arguments: ['-p', 'api', '--bin', 'api'] })
  })
  test('default-members', async () => {
    const facts = await factsOf({ 'Cargo.toml': '[workspace]\nmembers = ["a", "b"]\ndefault-members = ["b"]\n', 'a/Cargo.toml': cargo('', 'a'), 'a/src/main.rs': MAIN, 'b/Cargo.toml': cargo('', 'b'), 'b/src/main.rs': 'fn main() {}\n' })
    expect(facts.start).toMatchObject({ value: ['/app/b'] })
  })
  test('a name that is none of them', async () => {
    expect((await problemsOf({ 'Cargo.toml': cargo(), 'src/main.rs': MAIN }, { start: ['shpo'] }))[0]).toMatchObject({ where: '--start', near: { given: 'shpo', among: ['shop'] } })
  })
  test('what others listen on is left alone', async () => {
    const facts = await factsOf({ 'Cargo.toml': '[workspace]\nmembers = ["a", "b"]\n', 'a/Cargo.toml': cargo('', 'a'), 'a/src/main.rs': MAIN.replace('3000', '4000'), 'b/Cargo.toml': cargo('', 'b'), 'b/src/main.rs': MAIN.replace('3000', '5000') }, { start: ['b'] })
    expect(facts.port?.value).toBe(5000)
  })
})

describe('a workspace', () => {
  test('a member alone is refused with the way to run it', async () => {
    expect((await problemsOf({ 'Cargo.toml': cargo('[dependencies]\naxum.workspace = true\n'), 'src/main.rs': MAIN }))[0]).toMatchObject({ line: 6, hint: 'run it at the root of the workspace, with: --start shop' })
  })
  test('a dependency outside of the folder is refused with its line', async () => {
    expect((await problemsOf({ 'Cargo.toml': cargo('[dependencies]\ncore = { path = "../core" }\n'), 'src/main.rs': MAIN }))[0]).toMatchObject({ file: 'Cargo.toml', line: 6 })
  })
  test('crates named by path are copied with the manifests', async () => {
    const facts = await factsOf({ 'Cargo.toml': cargo('[dependencies]\ncore = { path = "lib/core" }\n'), 'src/main.rs': MAIN, 'lib/core/Cargo.toml': cargo('', 'core'), 'lib/core/src/lib.rs': '' })
    expect(facts.build.manifests).toContainEqual({ files: ['lib/core/Cargo.toml'], to: 'lib/core/' })
  })
})

describe('services', () => {
  test.each([
    ['sqlx = { version = "0.8", features = ["postgres"] }', ['postgres']],
    ['sqlx = { version = "0.8", features = ["mysql"] }', ['mysql']],
    ['sea-orm = { version = "1", features = ["sqlx-postgres"] }\nredis = "0.27"', ['postgres', 'redis']],
    ['rocket_db_pools = { version = "0.2", features = ["deadpool_redis"] }', ['redis']],
    ['diesel = { version = "2", optional = true }\n[features]\ndefault = ["db"]\ndb = ["diesel/postgres"]', ['postgres']],
    ['sqlx = { version = "0.8", features = ["sqlite"] }', []],
  ])('%s', async (lines, services) => {
    const facts = await factsOf({ 'Cargo.toml': cargo(`[dependencies]\n${lines}\n`), 'src/main.rs': MAIN, 'Cargo.lock': lock({ shop: ['sqlx'], sqlx: ['sqlx-postgres', 'sqlx-mysql'], 'sqlx-postgres': [], 'sqlx-mysql': [] }) })
    expect(facts.services!.map((s) => s.value)).toEqual(services)
  })
})

describe('system libraries', () => {
  const system = async (dependencies: string, packages: Record<string, string[]> = {}) => (await factsOf({ 'Cargo.toml': cargo(`[dependencies]\n${dependencies}\n`), 'src/main.rs': MAIN, 'Cargo.lock': lock(packages) })).build
  test('those of other members and of tests do not count', async () => {
    expect(await system('axum = "0.8"', { axum: [], testing: ['openssl-sys'], 'openssl-sys': [] })).toMatchObject({ systemPackages: [] })
  })
  test('those that a dependency leads to do', async () => {
    expect(await system('reqwest = "0.11"', { reqwest: ['native-tls'], 'native-tls': ['openssl-sys'], 'openssl-sys': [] })).toMatchObject({ systemPackages: ['pkg-config', 'libssl-dev'], runtimePackages: [] })
  })
  test('SQLite is linked unless it is bundled', async () => {
    expect(await system('rusqlite = "0.32"')).toMatchObject({ runtimePackages: ['libsqlite3-0'], runtimePackagesApk: ['sqlite-libs', 'libgcc'] })
    expect(await system('rusqlite = { version = "0.32", features = ["bundled"] }')).toMatchObject({ runtimePackages: [] })
  })
  test('a linker of .cargo/config.toml', async () => {
    const facts = await factsOf({ 'Cargo.toml': cargo(), 'src/main.rs': MAIN, '.cargo/config.toml': '[target.x86_64-unknown-linux-gnu]\nlinker = "clang"\n# -fuse-ld=mold\nrustflags = ["-C", "link-arg=-fuse-ld=lld"]\n' })
    expect(facts.build).toMatchObject({ systemPackages: ['clang', 'lld'] })
  })
})

describe('the toolchain', () => {
  test('a nightly without features of its own gives way to stable', async () => {
    const facts = await factsOf({ 'Cargo.toml': cargo(), 'src/main.rs': MAIN, 'rust-toolchain': 'nightly\n' })
    expect(facts.build).toMatchObject({ ignoreToolchain: true, baseValues: { channel: '1' } })
    expect(messages(facts)).toContain('the stable compiler is used')
  })
  test('a nightly that is needed is fetched in the first stage', async () => {
    const facts = await factsOf({ 'Cargo.toml': cargo(), 'src/main.rs': `#![feature(never_type)]\n${MAIN}`, 'rust-toolchain.toml': '[toolchain]\nchannel = "nightly-2026-01-31"\n' })
    expect(facts.build).toMatchObject({ ignoreToolchain: false, manifests: [{ files: ['Cargo.toml', 'rust-toolchain.toml'] }] })
  })
  test('a crate that newer compilers refuse is brought up to date in the build', async () => {
    const facts = await factsOf({ 'Cargo.toml': cargo('[dependencies]\ntime = "0.3"\n'), 'src/main.rs': MAIN, 'Cargo.lock': lock({ 'time 0.3.20': [] }) })
    expect(facts.build).toMatchObject({ baseValues: { channel: '1' }, renew: 'cargo update -p time@0.3.20 --precise 0.3.36' })
    expect(messages(facts)).toContain('time 0.3.20 does not compile with newer releases of Rust: the build takes 0.3.36')
  })
  test('a release older than its images is fetched into the newest one', async () => {
    const facts = await factsOf({ 'Cargo.toml': cargo(), 'src/main.rs': MAIN, 'rust-toolchain': '1.43.0\n' })
    expect(facts.build).toMatchObject({ ignoreToolchain: false, baseValues: { channel: '1' }, manifests: [{ files: ['Cargo.toml', 'rust-toolchain'] }] })
  })
  test('what another one asks for is brought up to date before it', async () => {
    const facts = await factsOf({ 'Cargo.toml': cargo('[dependencies]\nopenssl = "0.10"\n'), 'src/main.rs': MAIN, 'Cargo.lock': lock({ 'openssl 0.10.29': ['openssl-sys 0.9.55'], 'openssl-sys 0.9.55': [] }) })
    expect(facts.build).toMatchObject({ renew: 'cargo update -p openssl-sys@0.9.55 --precise 0.9.102 && cargo update -p openssl@0.10.29 --precise 0.10.64' })
  })
  test('crates that lie in the repository stay as they are, and it is told', async () => {
    const facts = await factsOf({ 'Cargo.toml': cargo('[dependencies]\ntime = "0.3"\n'), 'src/main.rs': MAIN, 'Cargo.lock': lock({ 'time 0.3.20': [] }), '.cargo/config.toml': '[source.crates-io]\nreplace-with = "vendored-sources"\n\n[source.vendored-sources]\ndirectory = "vendor"\n' })
    expect(facts.build).toMatchObject({ renew: '' })
    expect(messages(facts)).toContain('time 0.3.20 does not compile with newer releases of Rust')
  })
  test('what they still take stays as it is locked', async () => {
    const facts = await factsOf({ 'Cargo.toml': cargo('[dependencies]\ntime = "0.3"\n'), 'src/main.rs': MAIN, 'Cargo.lock': lock({ 'time 0.3.17': [], 'mio 0.8.0': [] }) })
    expect(facts.build).toMatchObject({ renew: '' })
  })
})

describe('arguments of clap', () => {
  const source = (attribute: string): Record<string, string> => ({ 'Cargo.toml': cargo('[dependencies]\nclap = "4"\n'), 'src/main.rs': `struct Args {\n    /// where\n    ${attribute}\n    port: u16,\n    #[arg(long, default_value = "127.0.0.1")]\n    listen_on: String,\n}\n${MAIN.replace('0.0.0.0:3000', '127.0.0.1')}` })
  test('port and loopback', async () => {
    const facts = await factsOf(source('#[arg(short, long, env = "SHOP_PORT", default_value_t = 7000)]'))
    expect(facts).toMatchObject({ port: { value: 7000 }, portVariable: { value: 'SHOP_PORT' }, start: { value: ['/app/shop', '--listen-on', '0.0.0.0'] } })
  })
  test('words of documentation between an option and its field, and an address of something else', async () => {
    const facts = await factsOf(source('#[arg(long, default_value = "8081", env = "SERVER_PORT")]\n    /// Host port\n    /// of the server'))
    expect(facts).toMatchObject({ port: { value: 8081 }, portVariable: { value: 'SERVER_PORT' } })
    const other = await factsOf(source('#[arg(long, default_value = "localhost", env = "SERVER_REDIRECT_HOST")]\n    redirect_host: String,\n    #[arg(long, default_value_t = 7000)]'))
    expect(other.hostVariable).toBeUndefined()
  })
  test('the address of a database in the source is told, unless a variable stands above it', async () => {
    const of = async (main: string): Promise<string> => messages(await factsOf({ 'Cargo.toml': cargo(), 'src/main.rs': `${main}\n${MAIN}` }))
    expect(await of('const URL: &str = "postgres://app:secret@localhost:5432/app";')).toContain('the address of postgres stands in the source')
    expect(await of('fn url() -> String { std::env::var("DATABASE_URL").unwrap_or("postgres://localhost/app".into()) }')).not.toContain('stands in the source')
  })
  test('an empty folder of its own is written to', async () => {
    const main = `fn root() -> &'static str { concat!(env!("CARGO_MANIFEST_DIR"), "/", "upload") }\n${MAIN}`
    expect((await factsOf({ 'Cargo.toml': cargo(), 'src/main.rs': main, 'upload/UPLOADS_GO_HERE': '' })).writable).toEqual(['/app/upload'])
    expect((await factsOf({ 'Cargo.toml': cargo(), 'src/main.rs': main, 'upload/index.html': 'hello' })).writable).toEqual([])
  })
  test('a loopback address of IPv6 has no port in it', async () => {
    const files = source('#[arg(long, default_value_t = 8080)]')
    expect((await factsOf({ ...files, 'src/main.rs': files['src/main.rs']!.replace('"127.0.0.1")', '"::1")') })).start?.value).toEqual(['/app/shop', '--listen-on', '0.0.0.0'])
  })
  test('a port that has to be given', async () => {
    const files = source('#[arg(long)]')
    expect((await factsOf({ ...files, 'src/main.rs': files['src/main.rs']!.replace('u16', 'Option<u16>') })).start?.value).toEqual(['/app/shop', '--port', '{port}', '--listen-on', '0.0.0.0'])
    expect((await factsOf({ ...files, 'src/main.rs': `#[derive(Subcommand)]\nenum Command {}\n${files['src/main.rs']}` })).start?.value).not.toContain('--port')
  })
  test('what is built into the program is told, unless cargo or a build script gives it', async () => {
    const files = { 'Cargo.toml': cargo(), 'src/main.rs': `const HOST: &str = env!("API_HOST");\n${MAIN}` }
    expect(messages(await factsOf(files))).toContain('API_HOST is built into the program')
    expect(messages(await factsOf({ ...files, '.cargo/config.toml': '[env]\nAPI_HOST = "example.com"\n' }))).not.toContain('built into the program')
  })
  test('a variable named like the field', async () => {
    expect((await factsOf(source('#[clap(env, default_value = "7001")]'))).portVariable?.value).toBe('PORT')
  })
})

describe('configuration', () => {
  test('files of the crate config, and the variables above them', async () => {
    const facts = await factsOf({
      'Cargo.toml': cargo('[dependencies]\nactix-web = "4"\nconfig = "0.14"\n'),
      'configuration/base.yaml': 'database:\n  port: 5432\napplication:\n  host: 127.0.0.1\n  port: 8000\n',
      'src/main.rs': 'fn main() {\n    let dir = base.join("configuration");\n    config::Environment::with_prefix("APP").prefix_separator("_").separator("__");\n}\n',
    })
    expect(facts).toMatchObject({ port: { value: 8000, evidence: [{ file: 'configuration/base.yaml', line: 5 }] }, portVariable: { value: 'APP_APPLICATION__PORT' }, hostVariable: { value: { APP_APPLICATION__HOST: '0.0.0.0' } } })
    expect(facts.build.copies).toEqual([{ from: '/app/configuration', to: './configuration' }])
  })
  test('Rocket.toml', async () => {
    const facts = await factsOf({ 'Cargo.toml': cargo('[dependencies]\nrocket = { version = "0.5", features = ["secrets"] }\n'), 'src/main.rs': '#[launch]\nfn rocket() -> _ { rocket::build() }\n', 'Rocket.toml': '[default]\nport = 8100\n' })
    expect(facts).toMatchObject({ port: { value: 8100, evidence: [{ line: 2 }] }, build: { copies: [{ to: './Rocket.toml' }] } })
    expect(facts.secrets!.map((s) => s.value)).toEqual(['ROCKET_SECRET_KEY'])
  })
  test('a .env without which the program stops is laid in, empty', async () => {
    const facts = await factsOf({ 'Cargo.toml': cargo(), 'src/main.rs': 'fn main() {\n    dotenvy::dotenv().expect("no .env");\n}\n' })
    expect(facts.build.dotenv).toBe(true)
  })
})

describe('files beside the program', () => {
  const copies = async (line: string, at = 'static/x.css') => (await factsOf({ 'Cargo.toml': cargo(), 'src/main.rs': `fn main() {\n    ${line};\n}\n`, [at]: '' })).build.copies
  test.each([
    ['Files::new("/static", "./static")', './static'],
    ['ServeDir::new("static")', './static'],
    ['Tera::new("static/**/*.css")', './static'],
    ['FileServer::from(relative!("static"))', '/app/static'],
    ['concat!(env!("CARGO_MANIFEST_DIR"), "/static")', '/app/static'],
  ])('%s', async (line, to) => {
    expect(await copies(line)).toEqual([{ from: '/app/static', to }])
  })
  test.each(['get("/static")', 'include_str!("static/x.css")', '.route("/static/x", get(h))'])('not %s', async (line) => {
    expect(await copies(line)).toEqual([])
  })
  test('a database file is linked into scratch space', async () => {
    const facts = await factsOf({ 'Cargo.toml': cargo(), 'src/main.rs': 'fn main() {\n    let db = Connection::open("todo.db");\n    let other = connect("sqlite://data/x.db?mode=rwc");\n}\n' })
    expect(facts).toMatchObject({ build: { links: [{ from: 'todo.db', to: '/tmp/todo.db' }] }, writable: ['/app/data'] })
  })
})

describe('health routes', () => {
  const health = async (source: string) => (await factsOf({ 'Cargo.toml': cargo('[dependencies]\naxum = "0.8"\n'), 'src/main.rs': source })).health?.value
  test('at the top, beside nested ones', async () => {
    expect(await health('fn main() {\n    let app = Router::new()\n        .nest("/api", api())\n        .route("/health", get(h));\n}\n')).toBe('/health')
  })
  test.each(['let app = Router::new().nest("/api", Router::new()\n        .route("/health", get(h)));', 'let api = Router::new()\n        .route("/health", get(h));\n    let app = Router::new().nest("/api", api);'])('below a prefix: none', async (lines) => {
    expect(await health(`fn main() {\n    ${lines}\n}\n`)).toBeUndefined()
  })
})

test('ports and addresses of other machines are passed over', async () => {
  const facts = await factsOf({ 'Cargo.toml': cargo(), 'src/main.rs': 'fn main() {\n    let p = env::var("DB_PORT").unwrap_or("5432".into());\n    let h = env::var("REDIS_HOST");\n    let own = env::var("APP_PORT").unwrap_or("9000".into());\n    TcpListener::bind((a, own));\n}\n' })
  expect(facts).toMatchObject({ portVariable: { value: 'APP_PORT' }, port: { value: 9000 } })
  expect(facts.hostVariable).toBeUndefined()
})

test('a bot listens on nothing', async () => {
  const facts = await factsOf({ 'Cargo.toml': cargo('[dependencies]\nserenity = "0.12"\n'), 'src/main.rs': 'fn main() {}\n' })
  expect(facts).toMatchObject({ framework: { value: 'serenity' }, serves: { value: false } })
})

describe('what is no setting of the program', () => {
  test('addresses and ports in a module of tests', async () => {
    const facts = await factsOf({ 'Cargo.toml': cargo(), 'src/main.rs': `${MAIN}fn default_port() -> u16 {\n    5000\n}\n`, 'src/config.rs': '#[cfg(test)]\nmod tests {\n    fn a() { serve("127.0.0.1:1234"); }\n}\n' })
    expect(facts.port?.value).toBe(3000)
    expect(messages(facts)).not.toContain('loopback')
  })
  test('what another member of a workspace leads to in the lock file', async () => {
    const files = { 'Cargo.toml': '[workspace]\nmembers = ["a", "b"]\n', 'a/Cargo.toml': cargo('[dependencies]\nsession = "1"\n', 'a'), 'a/src/main.rs': MAIN, 'b/Cargo.toml': cargo('', 'b'), 'b/src/lib.rs': '', 'Cargo.lock': lock({ session: ['redis'], redis: [] }) }
    expect((await factsOf(files)).services).toEqual([])
  })
})

test('options that are given to the builder of clap', async () => {
  const facts = await factsOf({ 'Cargo.toml': cargo(), 'src/main.rs': 'fn main() {\n    command().arg(Arg::new("bind").env("SHOP_BIND").default_value("127.0.0.1"))\n        .arg(Arg::new("port").long("port").env("SHOP_PORT").default_value("5000"));\n    TcpListener::bind(a);\n}\n' })
  expect(facts).toMatchObject({ port: { value: 5000 }, portVariable: { value: 'SHOP_PORT' }, hostVariable: { value: { SHOP_BIND: '0.0.0.0' } } })
})

test('an address with its port in a configuration file', async () => {
  const facts = await factsOf({ 'Cargo.toml': cargo('[dependencies]\nconfig = "0.15"\n'), 'config.toml': '[server]\naddress = "127.0.0.1:8000"\n', 'src/main.rs': 'fn main() {\n    Config::builder().add_source(config::Environment::default().separator("__"));\n    TcpListener::bind(a);\n}\n' })
  expect(facts).toMatchObject({ port: { value: 8000 }, hostVariable: { value: { SERVER__ADDRESS: '0.0.0.0:{port}' } } })
})

test('a folder to write to that a configuration file names', async () => {
  const facts = await factsOf({ 'Cargo.toml': cargo(), 'config.toml': '[server]\nupload_path = "./upload"\n', 'src/main.rs': `${MAIN}fn load() { File::open("config.toml"); }\n` })
  expect(facts.writable).toEqual(['/app/upload'])
})

test('an address of IPv6 as numbers', async () => {
  expect((await factsOf({ 'Cargo.toml': cargo(), 'src/main.rs': 'fn main() {\n    warp::serve(routes).run(([0, 0, 0, 0, 0, 0, 0, 0], 8080));\n}\n' })).port?.value).toBe(8080)
})

test('a program that it starts is installed; a command of clap is none', async () => {
  expect(messages(await factsOf({ 'Cargo.toml': cargo(), 'src/main.rs': 'fn main() {\n    Command::new("git").arg("log").output();\n}\n' }))).toContain('runs git')
  expect(messages(await factsOf({ 'Cargo.toml': cargo(), 'src/main.rs': 'fn main() {\n    let m = Command::new("shop").get_matches();\n}\n' }))).not.toMatch(/starts|runs/)
})

test('a loopback address is opened at the end of a long line too', async () => {
  const chain = `HttpServer::new(|| App::new()${'.service(hello_world)'.repeat(8)}).bind(("127.0.0.1", 8081))?.run().await`
  const facts = await factsOf({ 'Cargo.toml': cargo('actix-web = "4"\n'), 'src/main.rs': `#[actix_web::main]\nasync fn main() -> std::io::Result<()> {\n    ${chain}\n}\n` })
  expect(JSON.stringify(facts?.build.opened)).toContain('0.0.0.0')
})
