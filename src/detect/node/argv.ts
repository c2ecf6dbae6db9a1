import type { Project } from '../project.ts'
import type { Manifest } from './manifest.ts'

/** Drops what only development wants: inspectors, .env files (the environment holds the settings), modules that production lacks. */
export function withoutDevelopment(words: readonly string[], manifest: Manifest, keep = false): string[] {
  const out: string[] = []
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    if (/^--(inspect|env-file|watch|debug|enable-source-maps=false)/.test(word)) {
      if (/^--(env-file|env-file-if-exists|watch-path)$/.test(word)) i++
      continue
    }
    const needed = /^(-r|--require|--import)$/.test(word) ? words[i + 1] : undefined
    // packages are laid out as node_modules, so that there is nothing for Yarn's resolver to do
    const resolver = /^(-r|--require|--import|--loader|--experimental-loader)$/.test(word) && /(^|\/)\.pnp\.(loader\.)?[cm]?js$/.test(words[i + 1] ?? '')
    if (resolver) {
      i++
      continue
    }
    if (needed && /^dotenv/.test(needed) && !keep && manifest.production.dotenv === undefined && manifest.production['dotenv-flow'] === undefined) {
      i++
      continue
    }
    // types of development are no part of the image, so that there is nothing to check them by
    out.push(word.replace(/^((?:--(?:loader|experimental-loader|import|require)=)?ts-node\/(?:esm|register))$/, '$1/transpile-only'))
  }
  return out
}

/** The first word that is a path, behind flags and what they take. */
export function pathOf(argv: readonly string[]): string | undefined {
  const valued = /^(-r|--require|--import|--loader|--experimental-loader|--max-old-space-size|-C|--conditions|--title)$/
  return argv.find((w, i) => i > 0 && !w.startsWith('-') && !valued.test(argv[i - 1]!))?.replace(/^\.\/(?=.)/, '').replace(/^\.\/$/, '.')
}

/** The file of the tree that a command names, with the endings and the index file that node adds. */
export function fileOf(project: Project, argv: readonly string[]): string | undefined {
  const path = pathOf(argv)?.replace(/\/$/, '')
  if (path === undefined) return undefined
  const names = path === '.' ? ['index.js'] : [path, `${path}.js`, `${path}/index.js`, `${path}/index.ts`]
  return names.find((f) => !/\.(json|html|css|md)$/.test(f) && project.read(f) !== undefined)
}

/** Those words that are files of the tree. */
export const filesIn = (project: Project, words: readonly string[]): string[] => words.map((w) => w.replace(/^\.\//, '')).filter((w) => project.read(w) !== undefined)

/** The first folder of a path. */
export const top = (path: string | undefined): string => (path?.includes('/') ? path.split('/')[0]! : '')
