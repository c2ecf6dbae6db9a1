// The build: generated/ from the templates, presets and controls, then dist/: CommonJS chunks, loaded when a path needs them.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build as bundle, transform } from 'esbuild'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { write as writeNotices } from './notices.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** generated/: what is derived from folders, so that no list is kept by hand. */
export async function generate() {
  const out = join(root, 'generated')
  mkdirSync(out, { recursive: true })
  const names = readdirSync(join(root, 'src/controls')).map((f) => basename(f, '.ts')).filter((n) => n !== 'control').sort()
  const id = (n) => n.replace(/-(\w)/g, (_, c) => c.toUpperCase())
  const text = `${names.map((n) => `import ${id(n)} from '../src/controls/${n}.ts'`).join('\n')}\nimport type { Control } from '../src/controls/control.ts'\n\nexport const controls: Control[] = [${names.map(id).join(', ')}]\n`
  const file = join(out, 'controls.ts')
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text)
  const step = join(root, 'node_modules', '.generate.mjs')
  await bundle({ entryPoints: [join(root, 'src/build/generate.ts')], bundle: true, platform: 'node', format: 'esm', target: 'node20', outfile: step, packages: 'external', logLevel: 'error' })
  const done = spawnSync(process.execPath, [step, root], { stdio: ['ignore', 2, 2] })
  if (done.status !== 0) throw new Error('generate failed')
}

/** What shows that a control can fail is for tests: a third of the controls' text that no run reads. */
const proofs = {
  name: 'proofs',
  setup(b) {
    b.onLoad({ filter: /src[\\/]controls[\\/][\w-]+\.ts$/ }, (a) => ({ loader: 'ts', contents: readFileSync(a.path, 'utf8').replace(/^  failing: \[[\s\S]*?\n\}\)/m, '  failing: [],\n})') }))
  },
}

/** dist/: one entry, the rest in chunks that are shared and loaded on demand. */
export async function dist() {
  const out = join(root, 'dist')
  rmSync(out, { recursive: true, force: true })
  const result = await bundle({
    entryPoints: { main: join(root, 'src/cli/main.ts') },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outdir: out,
    outExtension: { '.js': '.cjs' },
    chunkNames: '[name]-[hash]',
    mainFields: ['module', 'main'],
    conditions: ['import', 'node'],
    define: { 'import.meta.url': '"file:///"' },
    // yaml's ES modules, of which only what is used is bundled
    alias: { yaml: join(root, 'node_modules/yaml/browser/dist/index.js') },
    plugins: [proofs],
    legalComments: 'none',
    // the package has a bound, and node reads all of a file before it runs any of it: a millisecond for 60 KB
    minify: true,
    charset: 'ascii',
    write: false,
    metafile: true,
    logLevel: 'error',
  })
  mkdirSync(out, { recursive: true })
  const texts = new Map()
  for (const file of result.outputFiles) {
    // splitting needs ESM, and CommonJS starts faster: each chunk is turned round by itself
    const { code } = await transform(file.text, { format: 'cjs', platform: 'node', target: 'node20', supported: { 'dynamic-import': false }, minify: true, charset: 'ascii' })
    texts.set(basename(file.path), lighten(code))
  }
  // what runs before the main part, and often instead of it, shares nothing with it
  const before = await bundle({ entryPoints: [join(root, 'src/cli/again.ts')], bundle: true, platform: 'node', format: 'cjs', target: 'node20', minify: true, charset: 'ascii', legalComments: 'none', write: false, logLevel: 'error' })
  texts.set('again.cjs', before.outputFiles[0].text)
  for (const [name, code] of pack(texts, result.metafile)) writeFileSync(join(out, name), code)
  for (const name of ['hardened', 'lock', 'pack']) cpSync(join(root, 'generated', `${name}.schema.json`), join(out, `${name}.schema.json`))
  writeFileSync(join(root, 'generated', 'meta.json'), JSON.stringify(result.metafile))
}

/**
 * Takes away what the bundler writes into each CommonJS file for readers other than these chunks: a copy of all exports and
 * their names once more. That is a thirtieth of the package, and time at every start.
 */
function lighten(code) {
  const head = /^("use strict";)?var (\w+)=Object\.defineProperty;var \w+=Object\.getOwnPropertyDescriptor;var \w+=Object\.getOwnPropertyNames;var \w+=Object\.prototype\.hasOwnProperty;var (\w+)=\((\w+),(\w+)\)=>\{for\(var (\w+) in \5\)\2\(\4,\6,\{get:\5\[\6\],enumerable:!0\}\)\},\w+=\(.*?return \w+\};var (\w+)=\w+=>\w+\(\2\(\{\},"__esModule",\{value:!0\}\),\w+\);/
  const light = code.replace(head, (_, strict = '', __, exporter, ___, ____, _____, marker) => `${strict}var ${exporter}=(o,m)=>{for(var k in m)Object.defineProperty(o,k,{get:m[k],enumerable:!0})},${marker}=o=>o;`)
  return light.replace(/0&&\(module\.exports=\{[^}]*\}\);\s*$/, '')
}

/** Characters below which reading a file costs more than compiling what is in it. */
const SMALL = 4000

/**
 * Puts the chunks that every run of the main command loads into one file, since each that is read costs a third of a
 * millisecond. Every file is an object of functions, which bin/ reads, with the hash of its text in front.
 */
function pack(texts, { outputs }) {
  const output = (path) => outputs[Object.keys(outputs).find((o) => basename(o) === basename(path))]
  const closure = (path, into = new Set()) => {
    if (into.has(basename(path))) return into
    into.add(basename(path))
    for (const i of output(path).imports) if (i.kind === 'import-statement' && !i.external) closure(i.path, into)
    return into
  }
  const entry = (source) => Object.keys(outputs).find((o) => outputs[o].entryPoint === source)
  const main = closure(entry('src/cli/generate.ts'), closure('main.cjs'))
  const languages = Object.keys(outputs).filter((o) => outputs[o].entryPoint?.startsWith('generated/languages/')).map((o) => closure(o))
  // what all languages share, and what is too small for a file of its own
  for (const name of languages.flatMap((l) => [...l].slice(1))) if (languages.every((l) => l.has(name)) || texts.get(name).length < SMALL) main.add(name)
  const files = new Map([['main.cjs', main]])
  for (const name of texts.keys()) if (!main.has(name)) files.set(name, [name])
  // what a run with packs loads, once more in one file: other commands load parts of it
  const packs = closure(entry('src/cli/packs.ts'))
  files.set([...packs][0], [...packs].filter((name) => !main.has(name)))
  // in brackets, V8 compiles a function at once instead of skimming it first and reading it again
  const object = (names) => `({${[...names].map((n) => `\n${JSON.stringify(`./${n}`)}: (function (module, exports, require) {\n${texts.get(n)}})`).join(',')}\n})\n`
  return [...files].map(([name, names]) => {
    const text = object(names)
    return [name, `/*${createHash('sha256').update(text).digest('hex').slice(0, 32)}*/${text}`]
  })
}

export async function build() {
  await generate()
  await dist()
  writeNotices()
}
