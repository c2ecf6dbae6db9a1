import { describe, expect, test } from 'vitest'
import type { LanguageFacts } from '../../src/detect/facts.ts'
import { factsOf, problemsOf } from './detecting.ts'

const MAIN = 'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.ListenAndServe(":8080", nil)\n}\n'
const mod = (rest = ''): string => `module example.com/shop\n\ngo 1.25\n${rest}`

describe('the program', () => {
  test('at the root', async () => {
    const facts = await factsOf({ 'go.mod': mod(), 'main.go': MAIN })
    expect(facts.start).toEqual({ value: ['/app/shop'], evidence: [{ file: 'main.go', line: 5 }] })
    expect(facts.build).toMatchObject({ package: '.', binary: 'shop', cgo: false })
  })
  test('below cmd', async () => {
    const facts = await factsOf({ 'go.mod': mod(), 'cmd/worker/main.go': MAIN, 'internal/a/a.go': 'package a\n' })
    expect(facts.build).toMatchObject({ package: './cmd/worker', binary: 'worker' })
  })
  test('among several: the likely one is a guess, with a warning', async () => {
    const facts = await factsOf({ 'go.mod': mod(), 'cmd/server/main.go': MAIN, 'cmd/admin/main.go': MAIN })
    expect(facts.build.package).toBe('./cmd/server')
    expect(facts.start?.guess).toBe(true)
    expect(facts.warnings[0]!.hint).toContain('--start ./cmd/admin')
  })
  test('among several without a likely one: each choice is named', async () => {
    const [problem] = await problemsOf({ 'go.mod': mod(), 'cmd/one/main.go': MAIN, 'cmd/two/main.go': MAIN })
    expect(problem).toMatchObject({ where: '--start', hint: 'choose one: --start ./cmd/one or --start ./cmd/two' })
  })
  test('chosen, with arguments', async () => {
    const facts = await factsOf({ 'go.mod': mod(), 'cmd/one/main.go': MAIN, 'cmd/two/main.go': MAIN }, { start: ['./cmd/two', 'serve'] })
    expect(facts.start?.value).toEqual(['/app/two', 'serve'])
  })
  test('a library is no program', async () => {
    expect((await problemsOf({ 'go.mod': mod(), 'shop.go': 'package shop\n' }))[0]!.message).toBe('no program was found here: nothing beside go.mod starts one')
  })
  test('without go.mod, of the standard library alone', async () => {
    const facts = await factsOf({ 'main.go': MAIN })
    expect(facts.build).toMatchObject({ package: 'main.go', download: false, manifests: [] })
  })
})

describe('the version', () => {
  test.each([
    ['go 1.22', '1.27', 3],
    ['go 1.26.3', '1.27', 3],
    ['go 1.25\n\ntoolchain go1.27.1', '1.27', 5],
  ])('%s', async (lines, line, at) => {
    const facts = await factsOf({ 'go.mod': `module example.com/shop\n\n${lines}\n`, 'main.go': MAIN })
    expect(facts.version).toMatchObject({ value: line, evidence: [{ file: 'go.mod', line: at }] })
  })
  test('newer than any image: a guess, with a warning', async () => {
    const facts = await factsOf({ 'go.mod': 'module a\n\ngo 1.99\n', 'main.go': MAIN })
    expect(facts.version?.guess).toBe(true)
    expect(facts.warnings).toHaveLength(1)
  })
})

describe('the port', () => {
  test.each([
    ['http.ListenAndServe(":9090", nil)', 9090],
    ['srv := &http.Server{Addr: ":9091"}; srv.ListenAndServe()', 9091],
    ['app.Listen(":9092")', 9092],
    ['r.Run("0.0.0.0:9093")', 9093],
  ])('%s', async (line, port) => {
    const facts = await factsOf({ 'go.mod': mod(), 'main.go': `package main\n\nfunc main() {\n\t${line}\n}\n` })
    expect(facts.port).toMatchObject({ value: port, evidence: [{ file: 'main.go', line: 4 }] })
  })
  test('from the environment, with its default on another line', async () => {
    const facts = await factsOf({ 'go.mod': mod(), 'main.go': 'package main\n\nfunc main() {\n\tport := os.Getenv("HTTP_PORT")\n\tif port == "" {\n\t\tport = "8081"\n\t}\n\thttp.ListenAndServe(":"+port, nil)\n}\n' })
    expect(facts).toMatchObject({ portVariable: { value: 'HTTP_PORT' }, port: { value: 8081 }, serves: { value: true } })
  })
  test('none: a worker', async () => {
    const facts = await factsOf({ 'go.mod': mod(), 'main.go': 'package main\n\nfunc main() {\n\tselect {}\n}\n' })
    expect(facts.serves?.value).toBe(false)
  })
})

test('what the manifest shows: framework, services, cgo', async () => {
  const facts = await factsOf({ 'go.mod': mod('\nrequire (\n\tgithub.com/gin-gonic/gin v1.10.0\n\tgithub.com/jackc/pgx/v5 v5.1.0\n\tgithub.com/mattn/go-sqlite3 v1.14.0\n)\n'), 'main.go': MAIN.replace('"net/http"', '(\n\t"github.com/gin-gonic/gin"\n\t"github.com/jackc/pgx/v5/pgxpool"\n)') })
  expect(facts).toMatchObject({ framework: { value: 'gin', evidence: [{ line: 6 }] }, services: [{ value: 'postgres', evidence: [{ line: 7 }] }], build: { cgo: true } })
  expect(facts.unsuitable!.map((u) => u.base)).toEqual(['scratch', 'chainguard', 'dhi'])
})

test('what the sources show: health route, SIGTERM, folders beside the program', async () => {
  const facts = await factsOf({
    'go.mod': mod(),
    'main.go': 'package main\n\nfunc main() {\n\tsignal.NotifyContext(ctx, syscall.SIGTERM)\n\tmux.HandleFunc("GET /healthz", ok)\n\tt := template.ParseGlob("templates/*.html")\n\thttp.ListenAndServe(":8080", mux)\n}\n',
    'templates/a.html': '',
    'static/a.css': '',
  })
  expect(facts).toMatchObject({ health: { value: '/healthz', evidence: [{ line: 5 }] }, handlesSigterm: { value: true }, build: { copies: [{ from: '/src/templates', to: 'templates' }] } })
})

test('a health route below an unknown prefix is not trusted', async () => {
  const facts = await factsOf({ 'go.mod': mod(), 'main.go': 'package main\n\nfunc main() {\n\tv1 := r.Group("/api")\n\tv1.GET("/health", ok)\n\tr.Run(":8080")\n}\n' })
  expect(facts.health).toBeUndefined()
})

test('loopback is warned about with its place', async () => {
  const facts = await factsOf({ 'go.mod': mod(), 'main.go': 'package main\n\nfunc main() {\n\thttp.ListenAndServe("127.0.0.1:8080", nil)\n}\n' })
  expect(facts.warnings[0]).toMatchObject({ file: 'main.go', line: 4 })
})

test('a malformed go.mod is an error with its place', async () => {
  expect((await problemsOf({ 'go.mod': 'module a\n\n  requires (\n', 'main.go': MAIN }))[0]).toMatchObject({ file: 'go.mod', line: 3, column: 3 })
})

test('a workspace is built as one, with the oldest line that all of it is content with', async () => {
  const facts = await factsOf({ 'go.work': 'go 1.25\n\nuse (\n\t./api\n\t./lib\n)\n', 'api/go.mod': mod(), 'api/main.go': MAIN.replace('"net/http"', '(\n\t"net/http"\n\t"example.com/lib"\n)'), 'lib/go.mod': 'module example.com/lib\n\ngo 1.26.1\n', 'lib/lib.go': 'package lib\n\nvar secret = os.Getenv("API_TOKEN")\n' })
  expect(facts.build).toMatchObject({ package: './api', binary: 'shop', manifests: [{ files: ['go.work'] }, { files: ['api/go.mod'] }, { files: ['lib/go.mod'] }] })
  expect(facts.version?.evidence[0]).toMatchObject({ file: 'lib/go.mod', line: 3 })
  expect(facts.secrets?.map((s) => s.value)).toEqual(['API_TOKEN'])
})

test('only what the program is compiled of counts', async () => {
  const facts = await factsOf({
    'go.mod': mod('\nrequire github.com/jackc/pgx/v5 v5.1.0\n'),
    'cmd/server/main.go': MAIN,
    'cmd/admin/main.go': 'package main\n\nimport "github.com/jackc/pgx/v5"\n\nfunc main() {\n\thttp.ListenAndServe(":9999", nil)\n}\n',
    'cmd/server/main_windows.go': 'package main\n\nfunc init() {\n\thttp.ListenAndServe(":9998", nil)\n}\n',
  })
  expect(facts).toMatchObject({ port: { value: 8080 }, services: [] })
})

test('a main function behind a tag is built with it', async () => {
  const facts = await factsOf({ 'go.mod': mod(), 'main.go': `//go:build server && linux\n\n${MAIN}` })
  expect(facts.build.tags).toBe('server')
})

test('the front end that is embedded and not in the repository is built', async () => {
  const facts = await factsOf({
    'go.mod': mod(),
    'main.go': MAIN.replace('func main', '//go:embed all:web/dist\nvar files embed.FS\n\nfunc main'),
    'web/package.json': '{"scripts":{"build":"vite build"}}',
    'web/package-lock.json': '{}',
  })
  expect(facts.build.frontends).toMatchObject([{ folder: 'web', output: 'web/dist', install: 'npm ci', read: false }])
})

test.each([
  ['os.MkdirAll("uploads", 0o755)', ['/app/uploads'], []],
  ['db, _ := sql.Open("sqlite", "data/app.db")', ['/app/data'], []],
  ['db, _ := sql.Open("sqlite", "app.db")', [], [{ path: '/app/app.db', to: '/tmp/app.db' }]],
  ['db, _ := sql.Open("sqlite", "./../app.db")', [], [{ path: '/app.db', folder: '' }]],
  ['db, _ := sql.Open("sqlite", filepath.Join(dir, "app.db"))', [], []],
  ['f, _ := os.Create("/tmp/x.log")', [], []],
  ['f, _ := os.Open("app.txt")', [], []],
])('what is written: %s', async (line, folders, links) => {
  const facts = await factsOf({ 'go.mod': mod(), 'main.go': MAIN.replace('{\n', `{\n\t${line}\n`) })
  expect(facts.writable).toEqual(folders)
  expect(facts.build.links).toMatchObject(links)
})

test('the arguments of the Procfile, and the command that serves', async () => {
  const own = await factsOf({ 'go.mod': mod(), 'main.go': MAIN, Procfile: 'web: bin/shop -addr :$PORT\n' })
  expect(own.start?.value).toEqual(['/app/shop', '-addr', ':{port}'])
  const cobra = await factsOf({ 'go.mod': mod('\nrequire github.com/spf13/cobra v1.9.0\n'), 'main.go': MAIN.replace('"net/http"', '"github.com/spf13/cobra"').replace('{\n', '{\n\troot.AddCommand(&cobra.Command{Use: "serve"})\n') })
  expect(cobra.start?.value).toEqual(['/app/shop', 'serve'])
  expect(cobra.warnings[0]!.message).toContain('"serve"')
})

test.each([
  ['go 1.25\n\nuse ./api\n', 'go.work uses ./api, which has no go.mod', 3],
  ['go 1.25\n\nuse ../api\n', 'go.work names ../api, which is outside of this folder, so that the build cannot see it', 3],
  ['go 1.25\n\nuze ./api\n', 'go.work is not valid: "uze ./api" is no directive', 3],
])('a malformed workspace: %j', async (work, message, line) => expect((await problemsOf({ 'go.work': work }))[0]).toMatchObject({ message, file: 'go.work', line }))

test('packages whose folders .dockerignore leaves out stay in the build', async () => {
  const importing = MAIN.replace('"net/http"', '(\n\t"net/http"\n\n\t"example.com/shop/k8s/client"\n\t"example.com/shop/secrets"\n)')
  const facts = await factsOf({ 'go.mod': mod(), 'main.go': importing, 'k8s/client/client.go': 'package client\n', 'secrets/secrets.go': 'package secrets\n' })
  expect(facts.build.kept).toEqual(['k8s/client/*.go', 'secrets/*.go'])
})

test('names that only end in the same letters name no port, and a constant may name its variable', async () => {
  const errors = 'package main\n\nconst (\n\tERROR_EXPORT_FAIL = 10009\n\tEnvPort = "SHOP_PORT"\n)\n'
  const facts = await factsOf({ 'go.mod': mod(), 'main.go': MAIN.replace(':8080', ':"+port+"'), 'errors.go': errors })
  expect(facts.port).toBeUndefined()
  expect(facts.portVariable?.value).toBe('SHOP_PORT')
})

test('the host of another machine is not where the program listens', async () => {
  const of = async (name: string) => (await factsOf({ 'go.mod': mod(), 'main.go': MAIN.replace('{\n', `{\n\th := os.Getenv("${name}")\n\tp := os.Getenv("SHOP_PORT")\n`) })).hostVariable?.value
  expect(await of('PAYMENT_HOST')).toBeUndefined()
  expect(await of('SHOP_HOST')).toEqual({ SHOP_HOST: '0.0.0.0' })
  expect(await of('SERVER_HOST')).toEqual({ SERVER_HOST: '0.0.0.0' })
})

test('the port that a Dockerfile exposes stands before the one of a framework\'s examples', async () => {
  const main = 'package main\n\nimport "github.com/labstack/echo/v4"\n\nfunc main() {\n\techo.New().Start(addr)\n}\n'
  const files = { 'go.mod': mod('require github.com/labstack/echo/v4 v4.15.0\n'), 'main.go': main }
  expect((await factsOf(files)).port).toMatchObject({ value: 1323, guess: true })
  expect((await factsOf({ ...files, Dockerfile: 'FROM golang\nEXPOSE 9000\n' })).port).toMatchObject({ value: 9000, guess: true })
})

test('of several database servers the one that the compose file names', async () => {
  const main = 'package main\n\nimport (\n\t"github.com/go-sql-driver/mysql"\n\t"github.com/lib/pq"\n)\n\nfunc main() {\n\thttp.ListenAndServe(":8080", nil)\n}\n'
  const files = { 'go.mod': mod('require (\n\tgithub.com/go-sql-driver/mysql v1.9.0\n\tgithub.com/lib/pq v1.10.0\n)\n'), 'main.go': main }
  const ids = async (more: Record<string, string>) => (await factsOf({ ...files, ...more })).services?.map((s) => s.value)
  expect(await ids({})).toEqual(['postgres', 'mysql'])
  expect(await ids({ 'docker-compose.yml': 'services:\n  db:\n    image: mysql:8\n' })).toEqual(['mysql'])
  expect(await ids({ '.env.example': 'DATABASE_URL=postgres://u:p@localhost/x\n' })).toEqual(['postgres'])
})

test('keys that viper takes from the environment by themselves', async () => {
  const main = (...lines: string[]) => MAIN.replace('{\n', `{\n\t${['viper.AutomaticEnv()', ...lines].join('\n\t')}\n`)
  const names = async (...lines: string[]) => {
    const facts = await factsOf({ 'go.mod': mod(), 'main.go': main(...lines) })
    return [...new Set([...(facts.secrets ?? []), ...(facts.settings ?? [])].map((f) => f.value))]
  }
  expect(await names('viper.GetString("db_dsn")', 'viper.GetString("log_level")')).toEqual(['DB_DSN'])
  expect(await names('viper.GetString("db.dsn")')).toEqual([])
  expect(await names('viper.SetEnvPrefix("shop")', 'viper.SetEnvKeyReplacer(strings.NewReplacer(".", "_"))', 'viper.GetString("db.dsn")')).toEqual(['SHOP_DB_DSN'])
})

test('a release that the newest Go refuses beside another module', async () => {
  const asked = (version: string, go = '1.25') => ({ 'go.mod': `module example.com/shop\n\ngo ${go}\n\nrequire (\n\tgoogle.golang.org/grpc v1.81.1\n\tgolang.org/x/net ${version} // indirect\n)\n`, 'main.go': MAIN })
  expect((await factsOf(asked('v0.54.0'))).version?.value).toBe('1.26')
  expect((await factsOf(asked('v0.53.0'))).version?.value).not.toBe('1.26')
  expect((await factsOf(asked('v0.54.0', '1.27'))).version?.value).toBe('1.27')
})

test('the browsers of a front end\'s tests are not fetched', async () => {
  const main = 'package main\n\nimport (\n\t"embed"\n\t"net/http"\n)\n\n//go:embed web/dist\nvar dist embed.FS\n\nfunc main() {\n\thttp.ListenAndServe(":8080", nil)\n}\n'
  const facts = await factsOf({ 'go.mod': mod(), 'main.go': main, 'web/package.json': '{"scripts":{"build":"vite build"},"devDependencies":{"vite":"7.0.0","puppeteer":"24.0.0"}}', 'web/package-lock.json': '{}' })
  expect(facts.build.frontends).toMatchObject([{ environment: ['PUPPETEER_SKIP_DOWNLOAD=true'] }])
})

test('the port that a compose file publishes of the only service that it builds', async () => {
  const files = { 'go.mod': mod(), 'main.go': MAIN.replace('":8080"', 'addr') }
  const of = async (compose: string) => (await factsOf({ ...files, 'docker-compose.yml': compose })).port
  expect(await of('services:\n  web:\n    build: .\n    ports:\n      - "127.0.0.1:80:7070"\n  db:\n    image: postgres\n    ports:\n      - 5432:5432\n')).toMatchObject({ value: 7070, guess: true, evidence: [{ file: 'docker-compose.yml', line: 5 }] })
  expect(await of('services:\n  web:\n    build: .\n    ports: ["80:7070"]\n  admin:\n    build: admin\n    ports:\n      - 81:7071\n')).toBeUndefined()
})

test('a port below 1024 gives way to another where it is that of certificates alone', async () => {
  const port = async (line: string): Promise<number | undefined> => (await factsOf({ 'go.mod': 'module a.b/c\n\ngo 1.25\n', 'main.go': `package main\n\nimport "net/http"\n\nfunc main() {\n\t${line}\n\thttp.ListenAndServe(":9090", nil)\n}\n` })).port?.value
  expect(await port('go http.ListenAndServe(":80", m.HTTPHandler(nil))')).toBe(9090)
  expect(await port('go http.ListenAndServe(":80", nil)')).toBe(80)
})

test('an option that is no port, and one whose port wants rights', async () => {
  const of = async (line: string): Promise<LanguageFacts> => factsOf({ 'go.mod': 'module a.b/c\n\ngo 1.25\n', 'main.go': `package main\n\nimport (\n\t"flag"\n\t"net/http"\n)\n\nvar x = ${line}\n\nfunc main() {\n\tflag.Parse()\n\thttp.ListenAndServe(*x, nil)\n}\n` })
  expect((await of('flag.Int("http-read-timeout", 60, "seconds")')).port).toBeUndefined()
  expect(await of('flag.String("addr", ":80", "address")')).toMatchObject({ port: { value: 8080 }, start: { value: ['/app/c', '--addr=:{port}'] } })
})

test('a database is left out where a setting of the store says that another is meant', async () => {
  const services = async (line: string): Promise<string[]> => (await factsOf({ 'go.mod': 'module a.b/c\n\ngo 1.25\n\nrequire github.com/lib/pq v1.10.9\n', 'main.go': `package main\n\nimport (\n\t"net/http"\n\n\t_ "github.com/lib/pq"\n)\n\nvar x = ${line}\n\nfunc main() { http.ListenAndServe(":8080", nil) }\n` })).services!.map((s) => s.value)
  expect(await services('getenv("DB_DRIVER", "sqlite")')).toEqual([])
  expect(await services('getenv("SHOP_PERSISTENCE_PROVIDER", "in-memory")')).toEqual([])
  expect(await services('getenv("CACHE_DRIVER", "memory")')).toEqual(['postgres'])
  expect(await services('getenv("STORAGE_TYPE", "file")')).toEqual(['postgres'])
})
