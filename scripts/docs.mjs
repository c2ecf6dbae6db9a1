// npm run docs [-- --check]: writes the pages of docs/ and the tables of the README that follow from the catalog, or says which are stale.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from './bundle.mjs'
import { draw } from './picture.mjs'
import { ready, root } from './ready.mjs'

/** Names of the stale pages; they are written unless they are only looked at. */
export async function writeDocs(check) {
  const { docs, packsPage, readme } = await load('docs', ["export { docs, packsPage, readme } from './src/build/docs.ts'"])
  const stale = []
  mkdirSync(join(root, 'docs'), { recursive: true })
  const pages = [...(await docs())].map(([name, text]) => [`docs/${name}`, text])
  // what is run for takes its time, and a test looks whether it is fresh
  if (!check) pages.push(['docs/packs-walk.md', await (await load('walk', ["export { walk } from './test/walk/walk.ts'"])).walk()], ['docs/usage.svg', draw()])
  pages.push(['docs/packs.md', packsPage(readFileSync(join(root, 'docs/packs.md'), 'utf8'))])
  pages.push(['README.md', await readme(readFileSync(join(root, 'README.md'), 'utf8'))])
  for (const [name, text] of pages) {
    const path = join(root, name)
    if (existsSync(path) && readFileSync(path, 'utf8') === text) continue
    stale.push(name)
    if (!check) writeFileSync(path, text)
  }
  return stale
}

if (import.meta.url === new URL(`file://${process.argv[1]}`).href) {
  await ready()
  const check = process.argv.includes('--check')
  const stale = await writeDocs(check)
  for (const page of stale) console.log(`${check ? 'stale  ' : 'written'}  ${page}`)
  process.exitCode = check && stale.length > 0 ? 1 : 0
}
