import { describe, expect, test } from 'vitest'
import { factsOf, problemsOf } from './detecting.ts'

const LISTEN = "require('http').createServer().listen(process.env.PORT || 3000)\n"
const manifest = (rest: object): string => `${JSON.stringify({ name: 'shop', version: '1.2.3', ...rest }, null, 2)}\n`
const started = (start: string, rest: object = {}): string => manifest({ scripts: { start }, ...rest })
const lock = (dependencies: Record<string, string> = {}, development: Record<string, string> = {}): string => JSON.stringify({ lockfileVersion: 3, packages: { '': { dependencies, devDependencies: development } } })

describe('the program', () => {
  test.each([
    ['node server.js', ['node', 'server.js']],
    ['NODE_ENV=production node ./server.js', ['node', './server.js']],
    ['cross-env MODE=a node -r dotenv/config --env-file=.env server.js', ['node', 'server.js']],
    ['npm run serve:it', ['node', 'server.js', '--verbose']],
    ['nodemon --watch src -e js server.js', ['node', 'server.js']],
    ['nodemon --exec "node --inspect" server.js', ['node', 'server.js']],
    ['pm2-runtime start server.js', ['node', 'server.js']],
    ['export A=b && node --max-old-space-size=512 server', ['node', '--max-old-space-size=512', 'server']],
    ['dotenv -e .env -- node server.js', ['node', 'server.js']],
  ])('%s', async (script, argv) => {
    const facts = await factsOf({ 'package.json': manifest({ scripts: { start: script, 'serve:it': 'node server.js --verbose' } }), 'server.js': LISTEN })
    expect(facts.start).toMatchObject({ value: argv, evidence: [{ file: 'package.json', line: 5 }] })
    expect(facts.port?.value).toBe(3000)
  })
  test('environment of the script that is no secret', async () => {
    const facts = await factsOf({ 'package.json': started('cross-env MODE=a API_KEY=b PORT=1 node server.js'), 'server.js': LISTEN })
    expect(facts.env).toEqual({ MODE: 'a' })
  })
  test.each([
    ['main', { 'package.json': manifest({ main: 'lib/app.js' }), 'lib/app.js': LISTEN }, ['node', 'lib/app.js'], undefined],
    ['a usual name', { 'package.json': manifest({}), 'src/index.js': LISTEN }, ['node', 'src/index.js'], true],
    ['the only file that listens', { 'package.json': manifest({}), 'odd.js': LISTEN, 'util.js': '' }, ['node', 'odd.js'], true],
    ['what development starts', { 'package.json': manifest({ scripts: { dev: 'nodemon src/odd.js' } }), 'src/odd.js': LISTEN }, ['node', 'src/odd.js'], true],
    ['the Procfile', { 'package.json': manifest({}), Procfile: 'web: node odd.js\n', 'odd.js': LISTEN, 'index.js': '' }, ['node', 'odd.js'], undefined],
    ['what the compiler makes of it', { 'package.json': manifest({ scripts: { build: 'tsc' } }), 'tsconfig.json': '{ "compilerOptions": { "outDir": "./out", /* a */ "rootDir": "src" } }', 'src/index.ts': LISTEN }, ['node', 'out/index.js'], true],
    ['Bun, where its lock file is', { 'package.json': manifest({}), 'bun.lock': '', 'index.ts': 'Bun.serve({ port: 3001 })' }, ['bun', 'index.ts'], true],
  ])('without a start script: %s', async (_, files, argv, guess) => {
    const facts = await factsOf(files as Record<string, string>)
    expect(facts.start?.value).toEqual(argv)
    expect(facts.start?.guess).toBe(guess)
  })
  test('started by a tool of development: the tool comes along at the locked version, nothing else', async () => {
    const facts = await factsOf({ 'package.json': started('tsx watch src/index.ts', { dependencies: { hono: '4' }, devDependencies: { tsx: '^4.19.0' } }), 'src/index.ts': 'app.listen(3000)', 'yarn.lock': 'hono@4:\n  version "4.6.0"\n\ntsx@^4.19.0:\n  version "4.20.3"\n' })
    expect(facts.start?.value).toEqual(['node', '--import', 'tsx', 'src/index.ts'])
    expect(facts.build.tools).toEqual(['tsx@4.20.3'])
  })
  test('a program of a dependency', async () => {
    const facts = await factsOf({ 'package.json': started('json-server --port 4000 db.json', { dependencies: { 'json-server': '0.17.4' } }) })
    expect(facts).toMatchObject({ start: { value: ['node', 'node_modules/json-server/lib/cli/bin.js', '--port', '{port}', 'db.json', '--host', '0.0.0.0'] }, port: { value: 4000 }, serves: { value: true } })
  })
  test('what runs before the start is not part of it', async () => {
    const facts = await factsOf({ 'package.json': started('tsc && prisma migrate deploy && node dist/main.js', { devDependencies: { typescript: '5' } }), 'src/main.ts': LISTEN })
    expect(facts.build.commands).toEqual(['tsc'])
    expect(facts.warnings.map((w) => w.message).join()).toContain('"prisma migrate deploy" runs before the start')
  })
})

describe('frameworks', () => {
  const front = { 'index.html': '' }
  test.each([
    ['vite', { devDependencies: { vite: '8' }, scripts: { build: 'vite build' } }, { ...front, 'vite.config.ts': "build: { outDir: './www' }" }, 'www'],
    ['vite', { devDependencies: { vite: '8' }, scripts: { build: 'vite build' } }, { ...front, 'vite.config.ts': "build: {\n  rollupOptions: { output: { manualChunks: { a: ['b'] } } },\n  outDir: 'site',\n}" }, 'site'],
    // a word that vite does not know stands for nothing
    ['vite', { devDependencies: { vite: '8' }, scripts: { build: 'vite build' } }, { ...front, 'vite.config.ts': "plugins: [svelte()],\n outDir: 'build',\n build: { sourcemap: true }" }, 'dist'],
    ['next-export', { dependencies: { next: '16' } }, { 'next.config.mjs': "export default { output: 'export' }" }, 'out'],
    ['angular', { dependencies: { '@angular/core': '20' } }, { 'angular.json': '{"projects":{"site":{"architect":{"build":{"builder":"@angular/build:application"}}}}}' }, 'dist/site/browser'],
    ['angular', { dependencies: { '@angular/core': '14' } }, { 'angular.json': '{"projects":{"site":{"architect":{"build":{"builder":"@angular-devkit/build-angular:browser","options":{"outputPath":"public"}}}}}}' }, 'public'],
    ['vitepress', { devDependencies: { vitepress: '1' }, scripts: { build: 'vitepress build docs' } }, {}, 'docs/.vitepress/dist'],
    ['eleventy', { devDependencies: { '@11ty/eleventy': '3' } }, { '.eleventy.js': "return { dir: { output: 'public' } }" }, 'public'],
    ['nuxt-static', { devDependencies: { nuxt: '4' }, scripts: { build: 'nuxt generate' } }, {}, '.output/public'],
    ['sveltekit-static', { devDependencies: { '@sveltejs/kit': '2', '@sveltejs/adapter-static': '3' } }, {}, 'build'],
  ])('%s makes files', async (id, json, files, output) => {
    const facts = await factsOf({ 'package.json': manifest(json), ...(files as Record<string, string>) })
    expect(facts.framework?.value).toBe(id)
    expect(facts.build).toMatchObject({ static: true, output, modules: [] })
    expect(facts).toMatchObject({ port: { value: 8080 }, health: { value: '/healthz' }, kind: 'static' })
  })
  test.each([
    ['next-standalone', { dependencies: { next: '16' } }, { 'next.config.mjs': "export default {\n  // output: 'export',\n  output: 'standalone' }" }, ['node', 'server.js'], []],
    ['next', { dependencies: { next: '16' }, scripts: { start: 'next start -p 4001' } }, {}, ['node', 'node_modules/next/dist/bin/next', 'start'], [{ from: '/app/node_modules' }]],
    ['nuxt', { devDependencies: { nuxt: '4' } }, {}, ['node', '.output/server/index.mjs'], []],
    ['sveltekit', { devDependencies: { '@sveltejs/kit': '2', '@sveltejs/adapter-node': '5' }, scripts: { start: 'node build/index.js' } }, {}, ['node', 'build/index.js'], []],
    ['astro', { dependencies: { astro: '7', '@astrojs/node': '11' } }, {}, ['node', 'dist/server/entry.mjs'], [{ from: '/app/node_modules' }]],
    ['react-router', { dependencies: { '@react-router/serve': '^7.5.0' } }, {}, ['node', 'node_modules/@react-router/serve/bin.js', './build/server/index.js'], [{ from: '/app/node_modules' }]],
    ['angular-ssr', { dependencies: { '@angular/ssr': '20', '@angular/core': '20' } }, { 'angular.json': '{"projects":{"site":{}}}' }, ['node', 'dist/site/server/server.mjs'], [{ from: '/app/node_modules' }]],
    ['nest', { dependencies: { '@nestjs/core': '12' }, scripts: { start: 'nest start', 'start:prod': 'node dist/main' } }, { 'src/main.ts': LISTEN }, ['node', 'dist/main'], [{ from: '/app/node_modules' }]],
  ])('%s starts a server of its own', async (id, json, files, argv, modules) => {
    const facts = await factsOf({ 'package.json': manifest(json), ...(files as Record<string, string>) })
    expect(facts.framework?.value).toBe(id)
    expect(facts.start?.value).toEqual(argv)
    expect(facts.build.modules).toMatchObject(modules)
    expect(facts.serves?.value).toBe(true)
  })
  test('a server in the tree wins over files for a web server', async () => {
    const facts = await factsOf({ 'package.json': started('node server.js', { dependencies: { express: '5' }, devDependencies: { vite: '8' } }), 'index.html': '', 'server.js': LISTEN })
    expect(facts.start?.value).toEqual(['node', 'server.js'])
    expect(facts.build.static).toBe(false)
  })
  test('a folder that a file server serves', async () => {
    const facts = await factsOf({ 'package.json': started('serve -s public -l $PORT', { dependencies: { serve: '14' } }), 'public/index.html': '' })
    expect(facts.build).toMatchObject({ static: true, output: 'public', spa: true })
  })
  test.each([
    [{ devDependencies: { '@sveltejs/kit': '2', '@sveltejs/adapter-vercel': '5' } }, {}, '@sveltejs/adapter-node'],
    [{ dependencies: { '@remix-run/node': '2' }, devDependencies: { '@remix-run/dev': '2' } }, {}, '@remix-run/serve'],
    [{ scripts: { dev: 'wrangler dev' }, dependencies: { hono: '4' } }, { 'src/index.ts': 'export default app' }, '@hono/node-server'],
    [{ dependencies: { astro: '5', '@astrojs/vercel': '8' } }, { 'astro.config.mjs': "output: 'server'" }, '@astrojs/node'],
  ])('what needs an adapter says so', async (json, files, name) => {
    const [problem] = await problemsOf({ 'package.json': manifest(json), ...(files as Record<string, string>) })
    expect(problem!.message).toContain(name)
    expect(problem).toMatchObject({ file: 'package.json', line: expect.any(Number) as number })
  })
})

describe('packages beside', () => {
  test('the root of a workspace is the app: the installation has every manifest', async () => {
    const facts = await factsOf({ 'package.json': started('node dist/server.js', { workspaces: ['packages/*', 'client'], dependencies: { shared: '*' } }), 'packages/shared/package.json': '{"name":"shared"}', 'client/package.json': '{"name":"client","devDependencies":{"vite":"8"}}', 'src/server.ts': LISTEN })
    expect(facts.build.manifests).toEqual(expect.arrayContaining([{ files: ['client/package.json'], to: './client/' }, { files: ['packages/shared/package.json'], to: './packages/shared/' }]))
    expect(facts.build.copies).toEqual(expect.arrayContaining([expect.objectContaining({ to: '/app/packages/shared' })]))
  })
  test('a folder that a dependency names is there before the installation, and where the program runs', async () => {
    const facts = await factsOf({ 'package.json': started('node dist/server.js', { dependencies: { shared: 'file:./libs/shared' } }), 'libs/shared/package.json': '{"name":"shared"}' })
    expect(facts.build.manifests).toContainEqual({ files: ['libs/shared/'], to: './libs/shared/' })
    expect(facts.build.copies).toContainEqual(expect.objectContaining({ to: './libs/shared' }))
  })
  test.each(['workspace:*', 'file:../shared'])('%s leads out of the build', async (value) => {
    const [problem] = await problemsOf({ 'package.json': started('node server.js', { dependencies: { shared: value } }), 'server.js': LISTEN })
    expect(problem!.message).toContain(`"shared": "${value}"`)
  })
})

test('what a configuration imports is there where its server starts', async () => {
  const facts = await factsOf({ 'package.json': manifest({ dependencies: { next: '16.0.0' }, devDependencies: { 'next-pwa': '^5.6.0', eslint: '9' } }), 'next.config.mjs': "import './src/env.js'\nimport pwa from 'next-pwa'", 'src/env.js': "import { z } from 'zod'\nimport './more'", 'src/more.ts': '' })
  expect(facts.build.tools).toEqual(['next-pwa@5.6.0'])
  expect((facts.build.copies as { to: string }[]).map((c) => c.to)).toEqual(expect.arrayContaining(['./src/env.js', './src/more.ts']))
})

test.each([
  ['skipValidation: !!process.env.SKIP_ENV_VALIDATION', 'SKIP_ENV_VALIDATION=1'],
  ['skipValidation:\n  !!process.env.CI || lint', 'CI=true'],
])('a check of settings is passed over where it builds: %s', async (source, variable) => {
  expect((await factsOf({ 'package.json': manifest({ scripts: { build: 'next build' }, dependencies: { next: '16' } }), 'src/env.ts': source })).build.buildEnv).toContain(variable)
})

describe('Nx', () => {
  const api = JSON.stringify({ name: 'api', projectType: 'application', targets: { build: { executor: '@nx/esbuild:esbuild', options: { outputPath: 'dist/api', main: 'apps/api/src/main.ts' } } } })
  const web = JSON.stringify({ name: 'web', projectType: 'application', targets: { build: { executor: '@nx/vite:build', options: { outputPath: 'dist/web' } } } })
  const root = { 'package.json': started('nx serve', { dependencies: { express: '5' } }), 'nx.json': '{}' }
  test('the only program, as its target says', async () => {
    const facts = await factsOf({ ...root, 'apps/api/project.json': api, 'apps/api/src/main.ts': LISTEN })
    expect(facts.start?.value).toEqual(['node', 'dist/api/main.js'])
    expect(facts.build.commands).toEqual(['NX_DAEMON=false NX_NO_CLOUD=true nx build api'])
  })
  test('files', async () => {
    expect((await factsOf({ ...root, 'apps/web/project.json': web })).build).toMatchObject({ static: true, output: 'dist/web' })
  })
  test('several: asked, and chosen by what starts one', async () => {
    const files = { ...root, 'apps/api/project.json': api, 'apps/web/project.json': web }
    expect((await problemsOf(files))[0]).toMatchObject({ where: '--app', choices: ['apps/api', 'apps/web'] })
    expect((await factsOf(files, { start: ['node', 'dist/api/main.js'] })).build.output).toBe('')
  })
})

describe('programs that nothing says the start of', () => {
  test('an app that nothing lets listen is refused, but not what a script starts', async () => {
    const json = { dependencies: { express: '5' } }
    const [problem] = await problemsOf({ 'package.json': manifest(json), 'src/index.js': 'export default app' })
    expect(problem).toMatchObject({ where: '--start', file: 'src/index.js' })
    expect((await factsOf({ 'package.json': started('node src/index.js', json), 'src/index.js': 'export default app' })).serves).toMatchObject({ value: false, guess: true })
  })
  test('several that listen: each is named', async () => {
    const [problem] = await problemsOf({ 'package.json': manifest({ dependencies: { koa: '3' } }), 'a/app.js': LISTEN, 'b/app.js': LISTEN })
    expect(problem!.choices).toEqual(['node a/app.js', 'node b/app.js'])
  })
  test('a program with dependencies of its own is no program of the folder above', async () => {
    const own = '{"name":"api","scripts":{"start":"node index.js"},"dependencies":{"express":"5"}}'
    const [problem] = await problemsOf({ 'package.json': manifest({ scripts: { dev: 'concurrently a b' }, devDependencies: { concurrently: '9' } }), 'server/package.json': own, 'server/index.js': LISTEN })
    expect(problem).toMatchObject({ where: '--app', choices: ['server'], only: { choice: 'server', beside: [] } })
  })
  test('a port that nothing shows is a guess', async () => {
    expect((await factsOf({ 'package.json': started('node server.js'), 'server.js': 'http.createServer().listen(options)' })).port).toEqual({ value: 3000, evidence: [], guess: true })
  })
  test('what Bun serves from an export', async () => {
    const facts = await factsOf({ 'package.json': started('bun src/index.ts', { dependencies: { hono: '4' } }), 'src/index.ts': 'export default { port: 4000, fetch: app.fetch }' })
    expect(facts).toMatchObject({ serves: { value: true }, port: { value: 4000 } })
  })
})

describe('port, address, health', () => {
  test.each([
    ['const port = process.env.PORT ?? 4000; app.listen(port)', 4000, 'PORT'],
    ["app.listen(Number(process.env['HTTP_PORT']) || 5000)", 5000, 'HTTP_PORT'],
    ['const { PORT = 5050 } = process.env; app.listen(PORT)', 5050, 'PORT'],
    ['const DB_PORT = process.env.DB_PORT || 5432; app.listen(8081)', 8081, undefined],
    ['app.listen({ port: 8082, host: "0.0.0.0" })', 8082, undefined],
    ['const schema = { PORT: z.coerce.number().default(8083) }; app.listen(env.PORT)', 8083, 'PORT'],
    ['const io = new Server(8085)', 8085, undefined],
    ['new WebSocketServer({ port: 8086 })', 8086, undefined],
    ['await app.listen(configService.get<number>("PORT", 8084))', 8084, 'PORT'],
  ])('%s', async (source, port, variable) => {
    const facts = await factsOf({ 'package.json': started('node server.js', { dependencies: { express: '5' } }), 'server.js': source })
    expect(facts.port?.value).toBe(port)
    expect(facts.portVariable?.value).toBe(variable)
  })
  test('the address of another program is none of its own', async () => {
    const facts = await factsOf({ 'package.json': started('node server.js'), 'server.js': "connect(process.env.DB_HOST || 'localhost'); app.listen(3000)" })
    expect(facts.hostVariable).toBeUndefined()
    expect(facts.warnings.filter((w) => /loopback/.test(w.message))).toEqual([])
  })
  test('an address by variable is set; one without is warned about', async () => {
    const by = await factsOf({ 'package.json': started('node server.js'), 'server.js': "app.listen(3000, process.env.HOST || '127.0.0.1')" })
    expect(by.hostVariable?.value).toEqual({ HOST: '0.0.0.0' })
    const without = await factsOf({ 'package.json': started('node server.js', { dependencies: { fastify: '5' } }), 'server.js': '\napp.listen({ port: 3000 })' })
    expect(without.warnings.find((w) => /loopback/.test(w.message))).toMatchObject({ file: 'server.js', line: 2 })
  })
  test.each([
    ["app.get('/healthz', (q, r) => r.send('ok'))", '/healthz'],
    ["app.get('/health', async (q, r) => {\n  await db.query('SELECT 1')\n  r.send('ok')\n})", undefined],
    ["app.use(requireAuth)\napp.get('/healthz', (q, r) => r.send('ok'))", undefined],
  ])('%s', async (route, health) => {
    const facts = await factsOf({ 'package.json': started('node server.js'), 'server.js': `${route}\napp.listen(3000)\n` })
    expect(facts.health?.value).toBe(health)
  })
  test('nothing that listens: a worker, and a guess', async () => {
    expect((await factsOf({ 'package.json': started('node worker.js', { dependencies: { bullmq: '5' } }), 'worker.js': 'new Worker("a")' })).serves).toMatchObject({ value: false, guess: true })
  })
})

describe('package managers', () => {
  test.each([
    [{ 'package-lock.json': lock() }, 'npm', ''],
    [{ 'npm-shrinkwrap.json': lock(), 'package-lock.json': lock() }, 'npm', ''],
    [{ 'pnpm-lock.yaml': "lockfileVersion: '9.0'\n" }, 'pnpm', '10.34.9'],
    [{ 'pnpm-lock.yaml': "lockfileVersion: '6.0'\n" }, 'pnpm', '8.15.9'],
    [{ 'pnpm-lock.yaml': 'lockfileVersion: 5.3\n' }, 'pnpm', '7.33.7'],
    [{ 'yarn.lock': '# yarn lockfile v1\n' }, 'yarn', '1.22.22'],
    [{ 'yarn.lock': '__metadata:\n  version: 6\n' }, 'yarn-berry', '3.8.7'],
    [{ 'yarn.lock': '__metadata:\n  version: 8\n', '.yarnrc.yml': 'yarnPath: .yarn/releases/yarn-4.5.0.cjs\n' }, 'yarn-berry', '4.5.0'],
    [{ 'bun.lock': '{}' }, 'bun', '1.4'],
  ])('%j', async (files, id, version) => {
    const facts = await factsOf({ 'package.json': started('node server.js'), 'server.js': LISTEN, ...(files as Record<string, string>) })
    expect(facts.manager?.value).toBe(id)
    expect(facts.build.managerVersion).toBe(version)
    expect(facts.lockFile?.value).toBe(Object.keys(files)[0])
  })
  test.each([['6.32.11', '7.33.7'], ['7.29.0', '7.33.7'], ['7.33.0', ''], ['8.3.0', '8.15.9'], ['8.3.1', ''], ['9.0.0', ''], ['10.1.0', '']])('pnpm %s is replaced by %j, since it stops on the Node.js of today', async (version, instead) => {
    const facts = await factsOf({ 'package.json': started('node server.js', { packageManager: `pnpm@${version}` }), 'server.js': LISTEN, 'pnpm-lock.yaml': "lockfileVersion: '6.0'\n" })
    expect(facts.build.managerVersion).toBe(instead || version)
    expect(facts.warnings.filter((w) => w.message.includes('stops on Node.js 20'))).toMatchObject(instead ? [{ file: 'package.json', line: 7 }] : [])
  })
  test('the field decides among several lock files, and its hash is no part of the version', async () => {
    const facts = await factsOf({ 'package.json': started('node server.js', { packageManager: 'pnpm@9.1.0+sha512.abc' }), 'server.js': LISTEN, 'package-lock.json': lock(), 'pnpm-lock.yaml': "lockfileVersion: '9.0'\n" })
    expect(facts).toMatchObject({ manager: { value: 'pnpm' }, lockFile: { value: 'pnpm-lock.yaml' }, build: { managerVersion: '9.1.0' } })
    expect(facts.warnings.map((w) => w.message).join()).toContain('several lock files')
  })
  test.each([
    ['yarn@1.22.0', 'package-lock.json', lock(), 'npm', 'npm is used'],
    ['yarn@4.5.0', 'yarn.lock', '# yarn lockfile v1\n', 'yarn-berry', 'brought up to date'],
    ['yarn@1.22.0', 'yarn.lock', '__metadata:\n  version: 8\n', 'yarn-berry', 'Yarn 2+ is used'],
    ['npm@10.8.0', 'bun.lock', '{}', 'bun', 'Bun is used'],
    ['npm@10.8.0', 'yarn.lock', '# yarn lockfile v1\n', 'yarn', 'Yarn 1 is used', 'SKIP_YARN_COREPACK_CHECK=1'],
    ['npm@10.8.0', 'pnpm-lock.yaml', "lockfileVersion: '9.0'\n", 'pnpm', 'pnpm is used', 'npm_config_package_manager_strict=false'],
  ])('%s beside %s', async (packageManager, file, text, manager, message, ...environment) => {
    const facts = await factsOf({ 'package.json': started('node server.js', { packageManager }), 'server.js': LISTEN, [file]: text })
    expect(facts.manager?.value).toBe(manager)
    expect(facts.warnings[0]).toMatchObject({ message: expect.stringContaining(message), file: 'package.json', line: 7 })
    expect(facts.build).toMatchObject({ installEnv: environment, manifests: [{ files: expect.arrayContaining([file]) }] })
  })
  test.each([
    ['lacks a dependency', lock(), 'ms'],
    ['lacks the binary of another platform', JSON.stringify({ packages: { '': { dependencies: { ms: '2' } }, 'node_modules/rollup': { optionalDependencies: { 'rollup-linux-x64': '1' } } } }), 'rollup-linux-x64'],
    ['is older than what is asked for', JSON.stringify({ lockfileVersion: 1, dependencies: { koa: { version: '2.1.0' } } }, null, 2), 'koa'],
  ])('a lock file that %s is copied, but not enforced', async (_, text, name) => {
    const facts = await factsOf({ 'package.json': started('node server.js', { dependencies: { ms: '2', ...(name === 'koa' ? { koa: '2.1.1' } : {}) } }), 'server.js': LISTEN, 'package-lock.json': text })
    expect(facts.lockFile).toBeUndefined()
    expect(facts.warnings[0]!.message).toContain(`behind package.json (${name})`)
    expect(facts.build.manifests).toEqual([{ files: ['package.json', 'package-lock.json'], to: './' }])
    expect(facts.build.install).toContain('npm install')
  })
  test.each([
    ['lacks a peer', { react: '*', vue: '*' }, {}, true],
    ['has a peer of another version', { koa: '^2.0.0' }, { koa: '3.0.1' }, true],
    ['has a peer before its release', { koa: '>=3' }, { koa: '3.1.0-rc.1' }, true],
    ['has all peers', { koa: '^2.0.0 || >=3.0.0' }, { koa: '3.0.1' }, false],
  ])('a lock file that %s is enforced as it was made', async (_, peerDependencies, others, loosened) => {
    const packages = { '': { dependencies: { ms: '2' } }, 'node_modules/ms': { version: '2.1.3', peerDependencies, peerDependenciesMeta: { vue: { optional: true } } }, ...Object.fromEntries(Object.entries(others).map(([name, version]) => [`node_modules/${name}`, { version }])) }
    const files = { 'package.json': started('node server.js', { dependencies: { ms: '2' } }), 'server.js': LISTEN, 'package-lock.json': JSON.stringify({ packages }, null, 2) }
    const facts = await factsOf(files)
    expect(facts).toMatchObject({ lockFile: { value: 'package-lock.json' }, build: loosened ? { install: 'npm ci || npm ci --legacy-peer-deps', installProduction: 'npm ci --omit=dev || npm ci --omit=dev --legacy-peer-deps' } : { install: 'npm ci' } })
    expect(facts.warnings.some((w) => w.message.includes('--legacy-peer-deps'))).toBe(loosened)
    expect((await factsOf({ ...files, '.npmrc': 'legacy-peer-deps=true\n' })).build.install).toBe('npm ci')
  })
  test('a lock file that is too large to be read is taken as it is', async () => {
    const facts = await factsOf({ 'package.json': started('node server.js'), 'server.js': LISTEN, 'package-lock.json': `{"packages":{}}${' '.repeat(5_000_000)}` })
    expect(facts.build.install).toBe('npm ci')
  })
  test.each(['github:acme/tool', 'acme/tool#v1', 'git+https://git.example.com/tool.git', 'git@github.com:acme/tool.git'])('what is cloned (%s) needs git', async (tool) => {
    const of = (version: string) => factsOf({ 'package.json': started('node server.js', { dependencies: { tool: version } }), 'server.js': LISTEN })
    expect((await of(tool)).build).toMatchObject({ compile: false, systemPackages: ['git', 'ca-certificates'], systemPackagesApk: ['git'] })
    expect((await of('^1.2.0')).build.systemPackages).toEqual([])
  })
  test('what a lock file clones needs git', async () => {
    const packages = { '': {}, 'node_modules/tool': { version: '1.0.0', resolved: 'git+ssh://git@github.com/acme/tool.git#0123abc' } }
    expect((await factsOf({ 'package.json': started('node server.js', { dependencies: {} }), 'server.js': LISTEN, 'package-lock.json': JSON.stringify({ packages }) })).build.systemPackages).toEqual(['git', 'ca-certificates'])
  })
  test('only a folder with dependencies of its own is installed for the program that lies in it', async () => {
    const own = { 'server/package.json': '{"dependencies":{"koa":"3.0.0"}}', 'server/index.js': LISTEN }
    expect((await factsOf({ 'package.json': started('node server/index.js'), ...own })).build.install).toMatch(/&& npm install --prefix server /)
    expect((await factsOf({ 'package.json': started('node .', { dependencies: { koa: '3' }, scripts: { start: 'node .', build: 'tsc' }, main: './dist/index.js' }), 'tsconfig.json': '{}', 'index.ts': LISTEN })).build.install).not.toContain('--prefix')
  })
  test('a program that the build makes is none of the tools, whatever its folder is called', async () => {
    const facts = await factsOf({ 'package.json': started('node build/server.js', { scripts: { start: 'node build/server.js', build: 'tsc' }, dependencies: { koa: '3' } }), 'tsconfig.json': '{"compilerOptions":{"outDir":"build"}}', 'server.ts': LISTEN, 'public/index.html': '' })
    expect(facts).toMatchObject({ start: { value: ['node', 'build/server.js'] }, build: { static: false } })
    expect((await factsOf({ 'package.json': started('node scripts/server.js', { scripts: { start: 'node scripts/server.js', build: 'sass a b' } }), 'scripts/server.js': LISTEN, 'public/index.html': '' })).start?.value).toEqual(['node', 'scripts/server.js'])
  })
  test('a link to what is not there is no way out of the folder', async () => {
    const of = (react: string) => ({ 'package.json': started('node server.js', { dependencies: { react } }), 'server.js': LISTEN })
    expect((await factsOf(of('link:@types/react'))).build.install).toContain('npm install')
    expect((await problemsOf(of('link:../react')))[0]!.message).toContain('leads out of this folder')
  })
  test('tokens stay out, the rest of .npmrc is kept', async () => {
    const facts = await factsOf({ 'package.json': started('node server.js'), 'server.js': LISTEN, '.npmrc': 'legacy-peer-deps=true\n//npm.acme.example/:_authToken=${NPM_TOKEN}\n' })
    expect(facts.build).toMatchObject({ hidden: ['.npmrc'], npmrc: ['legacy-peer-deps=true'], manifests: [{ files: ['package.json'] }] })
    expect((await factsOf({ 'package.json': started('node server.js'), 'server.js': LISTEN, '.npmrc': 'legacy-peer-deps=true\n' })).build).toMatchObject({ hidden: [], npmrc: [], manifests: [{ files: ['package.json', '.npmrc'] }] })
  })
  test('lifecycle scripts wait for the sources; hooks of git never run', async () => {
    const facts = await factsOf({ 'package.json': manifest({ scripts: { start: 'node server.js', prepare: 'husky && ts-patch install', postinstall: 'npm run build', build: 'tsc' } }), 'server.js': LISTEN })
    expect(facts.build.dropScripts).toEqual(['npm pkg delete scripts.postinstall scripts.prepare'])
    expect(facts.build.commands).toEqual(['ts-patch install', 'npm run build'])
  })
  test('patches are there before the installation', async () => {
    const facts = await factsOf({ 'package.json': manifest({ scripts: { start: 'node server.js', postinstall: 'patch-package' }, dependencies: { ms: '2' }, devDependencies: { 'patch-package': '8' } }), 'server.js': LISTEN, 'patches/ms.patch': '', 'package-lock.json': lock({ ms: '2' }, { 'patch-package': '8' }) })
    expect(facts.build).toMatchObject({ patch: 'patch-package', productionStage: false, manifests: [{}, { files: ['patches/'], to: './patches/' }] })
    expect(facts.build.prune).toContain('npm prune --omit=dev')
  })
})

describe('the version', () => {
  test.each([
    ['package-lock.json', (more: string) => `{ "lockfileVersion": 3, "packages": { "node_modules/node-sass": { "version": "4.14.1",${more} "requires": {} } } }`, '14'],
    ['package-lock.json', (more: string) => `{ "lockfileVersion": 1, "dependencies": { "node-sass": { "version": "6.0.1",${more} "requires": {} } } }`, '16'],
  ])('what another package brings runs on an older line, by %s', async (file, text, line) => {
    const of = (more: string) => factsOf({ 'package.json': started('node server.js'), 'server.js': LISTEN, [file]: text(more) })
    expect((await of('')).version?.value).toBe(line)
    expect((await of('"optional": true,')).version).toBeUndefined()
  })
  test.each([
    [{ '.nvmrc': 'v22.1.0\n' }, '22'],
    [{ '.nvmrc': 'lts/jod\n' }, '22'],
    [{ '.nvmrc': 'lts/*\n' }, '24'],
    [{ '.node-version': '20\n' }, '20'],
    [{ '.node-version': '21.4\n' }, '22'],
    [{ '.tool-versions': 'ruby 3\nnodejs 22.3.0\n' }, '22'],
    [{ 'mise.toml': '[tools]\nnode = "22"\n' }, '22'],
  ])('%j', async (files, line) => {
    expect((await factsOf({ 'package.json': started('node server.js', { engines: { node: '26' } }), 'server.js': LISTEN, ...(files as Record<string, string>) })).version?.value).toBe(line)
  })
  test.each([
    [{ engines: { node: '>=18' } }, '24'],
    [{ engines: { node: '^22.3.0 || >=99' } }, '22'],
    [{ volta: { node: '26.1.0' }, engines: { node: '>=18' } }, '26'],
    [{ devEngines: { runtime: [{ name: 'node', version: '^22.0.0' }] } }, '22'],
  ])('%j', async (json, line) => {
    expect((await factsOf({ 'package.json': started('node server.js', json), 'server.js': LISTEN })).version?.value).toBe(line)
  })
})

describe('what the image holds', () => {
  test('a built program: its output and what it reads beside it', async () => {
    const facts = await factsOf({ 'package.json': manifest({ scripts: { build: 'tsc', start: 'node dist/main.js' } }), 'src/main.ts': "readFileSync('./schema.graphql'); join(root, 'emails', 'a.html'); app.listen(3000)", 'schema.graphql': '', 'emails/a.html': '', 'public/a.css': '', 'tools/x.sh': '', 'test/a.ts': '' })
    expect(facts.build.copies).toEqual(['dist', 'public', 'schema.graphql', 'emails'].map((n) => ({ from: `/app/${n}`, to: `./${n}`, excluded: [] })).concat([{ from: '/app/package.json', to: './', excluded: [] }]))
  })
  test('the project as it stands: without what only development has', async () => {
    const facts = await factsOf({ 'package.json': started('node server.js'), 'server.js': "require('./docs/api.js'); listen(3000)", 'docs/api.js': '', 'test/a.js': '', 'eslint.config.js': '', 'README.md': '', 'lib/a.js': '' })
    expect((facts.build.copies as { excluded: string[] }[])[0]!.excluded.sort()).toEqual(['README.md', 'eslint.config.js', 'node_modules', 'test'])
  })
  test('a package that is compiled: tools where it is built', async () => {
    const facts = await factsOf({ 'package.json': started('node server.js', { dependencies: { bcrypt: '6' } }), 'server.js': LISTEN })
    expect(facts.build).toMatchObject({ compile: true, systemPackages: ['python3', 'python3-setuptools', 'make', 'g++'], runtimePackages: [] })
    expect(facts.unsuitable?.map((u) => u.base)).toEqual(['chainguard'])
  })
  test('a package that needs a library of the system: a base that has packages', async () => {
    const facts = await factsOf({ 'package.json': started('node server.js', { dependencies: { puppeteer: '24' } }), 'server.js': LISTEN })
    expect(facts.build.runtimePackages).toEqual(['chromium', 'fonts-liberation'])
    expect(facts.unsuitable?.map((u) => u.base)).toContain('distroless')
    expect(facts.warnings.map((w) => w.message).join()).toContain('--no-sandbox')
  })
  test("Prisma's client is generated behind the installation", async () => {
    const facts = await factsOf({ 'package.json': manifest({ scripts: { start: 'node server.js', postinstall: 'prisma generate' }, dependencies: { '@prisma/client': '^7.1.0' }, devDependencies: { prisma: '^7.1.0' } }), 'prisma/schema.prisma': '', 'prisma.config.ts': "datasource: { url: env('DATABASE_URL') }", 'server.js': LISTEN })
    expect(facts.build).toMatchObject({ generate: ['DATABASE_URL=postgresql://localhost/build prisma generate'], generateFiles: [{ files: ['prisma/'], to: './prisma/' }, { files: ['prisma.config.ts'], to: './' }], commands: [] })
  })
  test('tests only where there are some', async () => {
    const files = { 'server.js': LISTEN }
    expect((await factsOf({ ...files, 'package.json': manifest({ scripts: { start: 'node server.js', test: 'vitest run' } }) })).build.test).toBe('npm run test')
    expect((await factsOf({ ...files, 'package.json': manifest({ scripts: { start: 'node server.js', test: 'echo "Error: no test specified" && exit 1' } }) })).build.test).toBe('')
  })
  test('settings by name: secrets apart, nothing of the platform, build arguments for browsers', async () => {
    const facts = await factsOf({ 'package.json': started('node server.js'), 'server.js': "const { REGION, STRIPE_SECRET_KEY } = process.env; use(process.env.DATABASE_URL, process.env.NODE_ENV, process.env['LOG_LEVEL'], process.env.VITE_TITLE, process.env.BASE_URL); app.listen(process.env.PORT || 3000)", '.env.example': 'SESSION_SECRET=\nSMTP_PORT=25\n' })
    expect(facts.secrets?.map((s) => s.value)).toEqual(['DATABASE_URL', 'STRIPE_SECRET_KEY', 'SESSION_SECRET'])
    expect(facts.settings?.map((s) => s.value)).toEqual(['BASE_URL', 'LOG_LEVEL', 'REGION', 'SMTP_PORT'])
    expect(facts.build.arguments).toEqual(['VITE_TITLE'])
  })
})

describe('workspaces', () => {
  const files = (rest: Record<string, string> = {}): Record<string, string> => ({
    'package.json': manifest({ workspaces: ['apps/*', 'packages/*'] }),
    'apps/api/package.json': JSON.stringify({ name: '@acme/api', scripts: { build: 'tsc', start: 'node dist/index.js' }, dependencies: { '@acme/lib': '*', express: '5' } }, null, 1),
    'apps/api/src/index.ts': 'app.listen(process.env.PORT || 3001)',
    'packages/lib/package.json': JSON.stringify({ name: '@acme/lib', main: 'dist/index.js', scripts: { build: 'tsc', postinstall: 'echo hi' } }),
    'packages/lib/src/index.ts': '',
    ...rest,
  })
  test('the only app is found, with the packages that it needs', async () => {
    const facts = await factsOf(files({ 'package-lock.json': '{}' }))
    expect(facts).toMatchObject({ app: 'apps/api', name: { value: '@acme/api', evidence: [{ file: 'apps/api/package.json', line: 2 }] }, port: { value: 3001, evidence: [{ file: 'apps/api/src/index.ts' }] }, lockFile: { evidence: [{ file: 'package-lock.json' }] } })
    expect(facts.build).toMatchObject({ workdir: '/app/apps/api', installProduction: 'npm ci --omit=dev --workspace=apps/api --include-workspace-root', modules: [{ from: '/app', to: '/app' }] })
    expect(facts.build.commands).toEqual(['npm run postinstall --workspace=packages/lib', 'npm run build --workspace=packages/lib', 'npm run build --workspace=apps/api'])
    expect(facts.build.dropScripts).toEqual(['npm --prefix packages/lib pkg delete scripts.postinstall'])
    expect(facts.build.manifests).toHaveLength(3)
  })
  test('pnpm, with its own file and a package beside', async () => {
    const facts = await factsOf(files({ 'package.json': manifest({}), 'pnpm-workspace.yaml': "packages:\n  # apps\n  - 'apps/*'\n  - packages/**\n", 'pnpm-lock.yaml': "lockfileVersion: '9.0'\n" }))
    expect(facts.build.commands).toContain('pnpm --filter ./apps/api run build')
    expect(facts.build.installProduction).toContain('--filter ./apps/api...')
  })
  test('several: each is named', async () => {
    const [problem] = await problemsOf(files({ 'apps/web/package.json': JSON.stringify({ name: 'web', devDependencies: { vite: '8' } }), 'apps/web/index.html': '' }))
    expect(problem).toMatchObject({ where: '--app', choices: ['apps/api', 'apps/web'] })
  })
  test("the one that the root's start script names", async () => {
    const facts = await factsOf(files({ 'package.json': manifest({ workspaces: ['apps/*'], scripts: { start: 'npm start --workspace=web' } }), 'apps/web/package.json': JSON.stringify({ name: 'web', devDependencies: { vite: '8' } }), 'apps/web/index.html': '' }))
    expect(facts.app).toBe('apps/web')
    expect(facts.build).toMatchObject({ static: true, output: 'apps/web/dist' })
  })
})

test('a malformed manifest: file, line and column', async () => {
  expect((await problemsOf({ 'package.json': '{\n  "name": "a",\n  "b" 1\n}' }))[0]).toMatchObject({ file: 'package.json', line: 3, column: 7 })
})
