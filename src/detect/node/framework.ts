import { posix } from 'node:path'
import { type Fact, fact } from '../facts.ts'
import type { DetectContext } from '../language.ts'
import type { Project } from '../project.ts'
import type { NodeFramework } from './data.ts'
import type { Manifest } from './manifest.ts'

/** The first framework of language.yaml whose conditions all hold. */
export function chooseFramework({ chosen, language, project }: DetectContext, manifest: Manifest): Fact<string> | undefined {
  if (chosen.framework) return fact(chosen.framework)
  for (const f of language.frameworks as NodeFramework[]) {
    const name = recognised(f, project, manifest)
    if (name) return fact(f.id, manifest.keyAt(name))
  }
  return undefined
}

/** The dependency that shows a framework, when everything else that it asks for is there too. */
function recognised(f: NodeFramework, project: Project, manifest: Manifest): string | undefined {
  // what only builds may stand among the development dependencies
  const where = f.development ? manifest.every : manifest.production
  const name = f.dependencies?.find((d) => where[d] !== undefined)
  if (!name) return undefined
  if (f.below !== undefined && Number(/\d+/.exec(where[name]!)?.[0] ?? Infinity) >= f.below) return undefined
  if (f.requires?.some((d) => manifest.every[d] === undefined) || f.lacks?.some((d) => manifest.every[d] !== undefined)) return undefined
  if (f.files && !f.files.some((file) => project.has(file))) return undefined
  if (f.config?.matches && !configOf(f, project, new RegExp(f.config.matches))) return undefined
  if (f.script && !new RegExp(f.script).test(manifest.scripts.build ?? '')) return undefined
  return name
}

/** What a framework's configuration says to an expression, outside of comments. */
function configOf(f: NodeFramework, project: Project, expression: RegExp): RegExpExecArray | undefined {
  for (const file of f.config?.files ?? []) {
    const text = project.read(file)?.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
    const found = text && expression.exec(text)
    if (found) return found
  }
  return undefined
}

/**
 * The script that builds for production: by its usual name, else the one that calls the framework's own build, as `docs:build` does.
 * What hosting platforms run in its place (https://devcenter.heroku.com/articles/nodejs-support#customizing-the-build-process,
 * https://cloud.google.com/docs/buildpacks/nodejs#executing_custom_build_steps) counts where it is the only one, or installs what the usual one needs.
 */
export function buildScript({ scripts }: Manifest, framework: NodeFramework | undefined): string | undefined {
  // the build for an image, where that does not call for one itself
  const image = ['build-docker', 'build:docker'].find((s) => scripts[s] !== undefined && !/\bdocker(?:-compose)?\s/.test(scripts[s]!))
  const usual = image ?? ['build:prod', 'build:production', 'build'].find((s) => scripts[s] !== undefined && (s === 'build' || framework?.static !== true))
  const hosted = ['heroku-postbuild', 'gcp-build'].find((s) => scripts[s] !== undefined && (usual === undefined || installs(scripts[s]!, scripts)))
  return hosted ?? usual ?? COMPILES.find((s) => /\b(?:tsc|swc|babel|esbuild|tsup|rollup|webpack|ncc|tsdown)\b/.test(scripts[s] ?? '')) ?? (framework?.cli ? Object.keys(scripts).find((s) => new RegExp(`(^|[\\s/])${framework.cli} build\\b(?!.*[\\s/]${framework.cli} (?:start|serve|preview)\\b)`).test(scripts[s]!)) : undefined)
}

/** Other names of a script that compiles. */
const COMPILES = ['compile', 'transpile', 'build:server', 'build:app', 'build:ts', 'build-ts', 'bundle', 'tsc', 'dist']

/** Whether a command, or a script that it runs, installs something more, as `cd client && npm install` does. */
export function installs(command: string, scripts: Record<string, string>): boolean {
  if (/\b(npm|pnpm|yarn|bun)(\s[^&|;]*)?\s(ci|i|install)\b|\byarn(\s--(?!help|version)[^&|;]*)?\s*(&&|;|$)/.test(command)) return true
  return [...command.matchAll(/\brun ([\w:.-]+)/g)].some(([, name]) => scripts[name!] !== undefined && scripts[name!] !== command && installs(scripts[name!]!, { ...scripts, [name!]: '' }))
}

/** The folder that a framework's build fills: its usual one, or what its configuration or build script says. */
export function outputOf(f: NodeFramework, project: Project, manifest: Manifest): string {
  const usual = f.output ?? 'dist'
  const script = manifest.scripts[buildScript(manifest, f) ?? ''] ?? ''
  const flagged = f.static && script.includes('--') ? flaggedOutput(f, script) : undefined
  if (f.id === 'angular' || f.id === 'angular-ssr') return angularOutput(project, usual, flagged)
  const configured = flagged === undefined && f.configOutput ? configOf(f, project, new RegExp(f.configOutput)) : undefined
  const said = flagged ?? (configured?.[1] || undefined)
  const scripted = f.scriptOutput ? new RegExp(f.scriptOutput).exec(script)?.[1] : undefined
  if (usual.includes('{folder}')) return usual.replace('{folder}', scripted ? `${scripted.replace(/^\.\/|\/$/g, '')}/` : '')
  // a folder above the project's own, as with Vite's `root`, lies beside it
  // a path that the configuration makes whole lies below no other folder
  const root = f.root && !configured?.[0].includes('(') ? (new RegExp(f.root.script).exec(script)?.[1] ?? configOf(f, project, new RegExp(f.root.config))?.[1]) : undefined
  const output = said ?? scripted ?? usual
  return (root && root !== '.' ? posix.join(root, output) : output).replace(/^(\.\.?\/)+|\/$/g, '')
}

/** The folder that a flag of the command in a build script names, whichever of the usual names the flag has. */
function flaggedOutput(f: NodeFramework, script: string): string | undefined {
  const command = script.split(/&&|\|\||;/).find((c) => f.cli !== undefined && c.includes(f.cli))
  return command && /\s--(?:outDir|out-?dir|dist-dir|dest|output(?:-path|-dir)?)[ =]["']?(?:\.\/)?([\w./-]+)/.exec(command)?.[1]
}

interface AngularTarget {
  builder?: string
  options?: { outputPath?: string | { base?: string; browser?: string } }
}

/** Angular's output folder, https://angular.dev/reference/configs/workspace-config: the application builder adds "browser". */
function angularOutput(project: Project, usual: string, flagged: string | undefined): string {
  const workspace = parsed(project.read('angular.json')) as { defaultProject?: string; projects?: Record<string, { projectType?: string; architect?: { build?: AngularTarget }; targets?: { build?: AngularTarget } }> } | undefined
  const names = Object.entries(workspace?.projects ?? {}).filter(([, p]) => p.projectType !== 'library').map(([n]) => n)
  const name = workspace?.defaultProject ?? names[0] ?? 'app'
  const found = workspace?.projects?.[name]
  const build = found?.architect?.build ?? found?.targets?.build
  const path = flagged ?? build?.options?.outputPath
  const base = typeof path === 'string' ? path : (path?.base ?? `dist/${name}`)
  const browser = typeof path === 'object' && path.browser !== undefined ? path.browser : build?.builder === undefined || build.builder.endsWith(':application') ? 'browser' : ''
  return (usual.endsWith('/browser') ? [base, browser].filter(Boolean).join('/') : base).replace(/^\.\//, '')
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text.replace(/^\s*\/\/.*$/gm, ''))
  } catch {
    return undefined
  }
}
