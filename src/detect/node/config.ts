import { posix } from 'node:path'
import type { Project } from '../project.ts'
import type { NodeFramework } from './data.ts'

/** What a framework's configuration reads where the program runs. */
export interface ConfigNeeds {
  /** packages, which may stand among those of development only */
  packages: string[]
  /** files of the project, "src/env.js" */
  files: string[]
}

/** Group 1 is what is imported or required. */
export const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)["']([^"'\n]+)["']/g

/** Whether a name is one of Node.js' own modules. Their list is loaded when an import is in question, since it costs half a millisecond. */
export const isBuiltin = (name: string): boolean => name.startsWith('node:') || process.getBuiltinModule('node:module').isBuiltin(name)

/** Follows the imports of a configuration that the framework's server loads when it starts. */
export function configNeeds(project: Project, framework: NodeFramework | undefined): ConfigNeeds {
  const own = (framework?.beside ?? []).filter((f) => f.includes('.config.') && project.has(f))
  const queue = [...own]
  const packages = new Set<string>()
  for (let i = 0; i < queue.length && i < 20; i++) {
    const from = queue[i]!
    const text = (project.read(from) ?? '').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$|^\s*import type .*$/gm, '')
    for (const [, name = ''] of text.matchAll(IMPORT)) {
      if (!name.startsWith('.')) {
        if (/^[@\w]/.test(name) && !isBuiltin(name)) packages.add(name.split('/').slice(0, name.startsWith('@') ? 2 : 1).join('/'))
        continue
      }
      const path = posix.join(posix.dirname(from), name)
      const file = [path, ...['.js', '.ts', '.mjs', '.cjs', '.json', '/index.js', '/index.ts'].map((e) => path + e), path.replace(/\.js$/, '.ts')].find((f) => !f.startsWith('..') && project.read(f) !== undefined)
      if (file && !queue.includes(file)) queue.push(file)
    }
  }
  return { packages: [...packages], files: queue.slice(own.length) }
}
