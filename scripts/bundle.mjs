// Runs TypeScript of the checkout from a script: bundled into node_modules, imported from there.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { root } from './ready.mjs'

/** Imports modules of src/, test/ or generated/ as one. `lines` are export statements relative to the root. */
export async function load(name, lines) {
  const outfile = join(root, 'node_modules', `.${name}.mjs`)
  // the catalog of the tests finds the checkout by its own place
  const define = { 'import.meta.url': JSON.stringify(pathToFileURL(join(root, 'test/laws/catalog.ts')).href) }
  await build({ stdin: { contents: lines.join('\n'), resolveDir: root }, bundle: true, platform: 'node', format: 'esm', outfile, packages: 'external', define, logLevel: 'error' })
  return import(`${pathToFileURL(outfile).href}?${Date.now()}`)
}
