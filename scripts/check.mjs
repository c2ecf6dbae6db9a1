// npm run check: types, generated docs and golden folders, all problems at once.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { writeDocs } from './docs.mjs'
import { golden } from './golden.mjs'
import { ready, root } from './ready.mjs'

await ready()
const types = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', root], { encoding: 'utf8' })
const problems = [
  ...types.stdout.split('\n').filter(Boolean),
  ...(await writeDocs(true)).map((page) => `${page} is stale: npm run docs`),
  ...(await golden(false)).map((line) => `${line}\n  npm run golden -- --update, then read the difference`),
]
for (const p of problems) console.error(p)
process.exitCode = problems.length > 0 ? 1 : 0
