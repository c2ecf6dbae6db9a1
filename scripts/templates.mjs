// Prints a built-in template with the controls laid on, as the build precompiles it: npm run templates -- deployment
import { readFileSync, readdirSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { ready, root } from './ready.mjs'

await ready()
const step = join(root, 'node_modules', '.templates.mjs')
await build({ stdin: { contents: "export * from './src/render/lay.ts'; export * from './src/render/artifacts.ts'; export { controls } from './generated/controls.ts'", resolveDir: root }, bundle: true, platform: 'node', format: 'esm', outfile: step, packages: 'external', logLevel: 'error' })
const { artifactOf, laidSource, controls, LANGUAGE_ARTIFACTS } = await import(step)
const wanted = process.argv.slice(2)
for (const folder of readdirSync(join(root, 'templates')))
  for (const file of readdirSync(join(root, 'templates', folder)).filter((f) => f.endsWith('.hbs'))) {
    const name = `${folder}/${file}`
    if (wanted.length > 0 && !wanted.some((w) => name.includes(w))) continue
    const text = readFileSync(join(root, 'templates', folder, file), 'utf8')
    const { artifact, source } = text.startsWith('---\n') ? artifactOf(text, name) : { artifact: LANGUAGE_ARTIFACTS[file] ?? { id: name }, source: text }
    console.log(`==> ${name}\n${laidSource(artifact, source, controls)}`)
  }
