import type { BuildValues, Warning } from '../facts.ts'
import type { DetectContext } from '../language.ts'
import { dataOf, type NodeFramework } from './data.ts'
import type { Install } from './install.ts'
import type { Installer } from './manager.ts'
import type { Manifest } from './manifest.ts'
import type { Prisma } from './prisma.ts'
import type { Start } from './start.ts'

/** Words of a command that makes files, rather than one that changes a database or calls somebody. */
const MAKES = /\b(build|tsc|tsup|swc|babel|webpack|rollup|vite|esbuild|parcel|compile|generate|codegen|sass|postcss|tailwindcss|gulp|grunt|copyfiles|cpx|rimraf|mkdirp|ncc|tsc-alias|nest)\b/

/** The commands of the build stages: installation, generated code, build, test, and what production needs of it all. */
export function readSteps({ language, project }: DetectContext, manifest: Manifest, framework: NodeFramework | undefined, installer: Installer, start: Start, install: Install, prisma: Prisma | undefined, warnings: Warning[]): BuildValues {
  const { spec, loose } = installer
  const { scripts } = manifest
  const run = String(spec.run)
  const pick = (name: string): string => String(spec[loose ? `${name}Loose` : name])
  const tools = toolsOf({ language, project } as DetectContext, manifest, installer, start)
  const needsModules = !start.static && !(framework?.complete && start.framework) && Object.keys(manifest.production).length > 0
  // what was generated or patched in node_modules behind the installation is kept by taking the rest out
  const prunes = needsModules && !tools.whole && (install.patched || prisma !== undefined)
  return {
    manifests: install.manifests.map((m) => ({ ...m })),
    npmrc: install.npmrc,
    secretId: spec.id === 'yarn-berry' ? 'yarnrc' : 'npmrc',
    dropScripts: install.dropScripts,
    install: pick('install'),
    installProduction: pick('production'),
    patch: install.patched ? 'patch-package' : '',
    generateFiles: prisma?.files.map((f) => ({ ...f })) ?? [],
    generate: prisma?.command ?? '',
    productionStage: needsModules && !tools.whole && !prunes,
    prune: prunes ? String(spec.prune) : '',
    production: needsModules,
    modulesFrom: tools.whole ? 'dependencies' : 'production-dependencies',
    tools: tools.packages,
    // a build that installs something more wants its development dependencies
    buildEnv: [...(/\b(npm|pnpm|yarn|bun) (ci|i|install)\b/.test(scripts.build ?? '') ? [] : ['NODE_ENV=production']), ...(framework?.buildEnv ?? []), ...(/SKIP_ENV_VALIDATION/.test(project.read('src/env.js') ?? project.read('src/env.mjs') ?? project.read('src/env.ts') ?? project.read('env.ts') ?? '') ? ['SKIP_ENV_VALIDATION=1'] : [])],
    commands: commandsOf(manifest, framework, start, install, run, warnings),
    test: scripts.test && !/no test specified|^\s*(echo|exit)\b/.test(scripts.test) ? `${run} test` : '',
    workdir: '/app',
    moved: false,
  }
}

/** What is run once the sources are there, in order: late lifecycle scripts, the build, what the start script builds by itself. */
function commandsOf(manifest: Manifest, framework: NodeFramework | undefined, start: Start, install: Install, run: string, warnings: Warning[]): string[] {
  const { scripts } = manifest
  const build = ['build:prod', 'build:production', 'build'].find((s) => scripts[s] !== undefined && (s === 'build' || framework?.static !== true))
  const own = framework?.build && !build ? framework.build : undefined
  const before = start.before.filter((c) => !/\binstall\b/.test(c))
  const made = before.filter((c) => MAKES.test(c) && !/\bmigrate|seed|db push\b/.test(c) && !(build && c.includes(build)))
  for (const command of before.filter((c) => !made.includes(c) && !(build && c.includes(build))))
    warnings.push({ message: `"${command}" runs before the start, which the image leaves out: every replica would do it again`, file: start.argv?.evidence[0]?.file, line: start.argv?.evidence[0]?.line, hint: 'run it once for a release, as a Job or in CI' })
  const late = install.later.filter((c) => !/prisma generate/.test(c) && !(build && scripts[build]!.includes(c)))
  return [...late, ...(build && (start.output !== '' || start.static || needsBuild(scripts[build]!)) ? [`${run} ${build}`] : own ? [own] : []), ...made]
}

/** A build script that does something. */
const needsBuild = (text: string): boolean => !/^\s*(echo|exit|true|:)\b/.test(text)

interface Tools {
  /** what starts the program, "tsx@4.20.3", where production lacks it */
  packages: string[]
  /** nothing can be left out */
  whole: boolean
}

/** The packages that a start by a runner needs in production, at the versions that are locked. */
function toolsOf({ language, project }: DetectContext, manifest: Manifest, installer: Installer, start: Start): Tools {
  const runner = start.runner ? dataOf(language).runners[start.runner] : undefined
  const loaded = (start.argv?.value ?? []).flatMap((w, i, all) => (/^(-r|--require|--import|--loader)$/.test(all[i - 1] ?? '') ? [packageOf(w)] : [])).filter((n) => !n.startsWith('.'))
  const needed = [...new Set([...(runner?.packages ?? []), ...loaded])].filter((n) => manifest.production[n] === undefined)
  if (runner?.whole) return { packages: [], whole: true }
  if (needed.length === 0) return { packages: [], whole: false }
  const lock = installer.lockFile ? (project.read(installer.lockFile) ?? '') : ''
  const packages = needed.map((name) => ({ name, version: lockedVersion(lock, name) ?? /\d+\.\d+\.\d+[\w.-]*/.exec(manifest.every[name] ?? '')?.[0] }))
  return packages.some((p) => p.version === undefined) ? { packages: [], whole: true } : { packages: packages.map((p) => `${p.name}@${p.version}`), whole: false }
}

const packageOf = (specifier: string): string => specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')

/** The version of a top-level package in a lock file of npm, pnpm, Yarn or Bun. */
function lockedVersion(lock: string, name: string): string | undefined {
  const n = name.replace(/[/.]/g, '\\$&')
  const forms = [`"node_modules/${n}":\\s*\\{\\s*"version":\\s*"([^"]+)"`, `^\\s+'?/?${n}@(\\d[^:'(]*)`, `^"?${n}@[^\\n]*:\\n\\s+version:? "?([^"\\n]+)`, `"${n}":\\s*\\["${n}@([^"]+)"`]
  for (const form of forms) {
    const found = new RegExp(form, 'm').exec(lock)?.[1]
    if (found) return found.trim()
  }
  return undefined
}
