import type { Project } from '../project.ts'

interface CompilerOptions {
  outDir?: string
  rootDir?: string
}

/** tsconfig.json's own folders, read loosely: it has comments and trailing commas. `extends` inside the project is followed once. */
function optionsOf(project: Project): CompilerOptions & { include: string[] } {
  const read = (file: string): { text: string; options: CompilerOptions } => {
    const text = (project.read(file) ?? '').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
    const value = (key: string): string | undefined => new RegExp(`"${key}"\\s*:\\s*"(?:\\./)?([^"]*?)/?"`).exec(text)?.[1]
    return { text, options: { ...(value('outDir') !== undefined ? { outDir: value('outDir') } : {}), ...(value('rootDir') !== undefined ? { rootDir: value('rootDir') } : {}) } }
  }
  const own = read(project.has('tsconfig.build.json') ? 'tsconfig.build.json' : 'tsconfig.json')
  const parent = /"extends"\s*:\s*"\.\/([^"]+)"/.exec(own.text)?.[1]
  const options = { ...(parent ? read(parent.endsWith('.json') ? parent : `${parent}.json`).options : {}), ...own.options }
  const include = /"(?:include|files)"\s*:\s*\[([^\]]*)\]/.exec(own.text)?.[1]
  return { ...options, include: [...(include ?? '').matchAll(/"([^"]+)"/g)].map((m) => m[1]!.replace(/^\.\//, '')) }
}

/** Where the compiler puts what it makes of a source file, "src/main.ts" → "dist/main.js"; undefined without tsconfig.json. */
export function builtPath(project: Project, file: string): string | undefined {
  if (!project.has('tsconfig.json')) return undefined
  const { outDir, rootDir, include } = optionsOf(project)
  const folder = file.split('/')[0]!
  // without rootDir the compiler takes the folder that all sources share
  const outside = include.length > 0 ? include.some((i) => !i.startsWith(`${folder}/`) && i !== folder) : project.names().some((n) => /\.[cm]?tsx?$/.test(n) && !/\.d\.ts$|\.config\.[cm]?ts$/.test(n))
  const root = rootDir ?? (file.includes('/') && !outside ? folder : '')
  const inner = root && root !== '.' && file.startsWith(`${root}/`) ? file.slice(root.length + 1) : file
  return [outDir === '.' ? undefined : outDir, inner.replace(/\.([cm]?)tsx?$/, '.$1js')].filter(Boolean).join('/')
}

/** Source files that a built file may come from: dist/main.js from src/main.ts. */
export function builtFrom(project: Project, path: string | undefined): string[] {
  if (!path) return []
  const stem = path.replace(/^\.\//, '').replace(/\.[cm]?js$/, '')
  const inner = stem.replace(/^[^/]+\//, '')
  const names = [...new Set([`src/${inner}`, inner, inner.replace(/^src\//, ''), `${inner}/index`, `src/${inner}/index`, 'src/index', 'src/main', 'src/server', 'src/app', 'index', 'server'])]
  for (const name of names) for (const ending of ['.ts', '.mts', '.js', '.mjs', '.tsx']) if (name && project.read(`${name}${ending}`) !== undefined) return [`${name}${ending}`]
  return []
}
