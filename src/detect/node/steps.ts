import type { BuildValues, Fact, Warning } from '../facts.ts'
import { top } from './argv.ts'
import { configNeeds } from './config.ts'
import { dataOf } from './data.ts'
import { builtFolders, folderInstalls } from './folder.ts'
import { buildScript, installs } from './framework.ts'
import type { Install } from './install.ts'
import { isOfAnother } from './listener.ts'
import { type Manifest, readManifest } from './manifest.ts'
import { withoutMigrations } from './migrations.ts'
import type { Prisma } from './prisma.ts'
import { type Read, runs, workdirOf } from './read.ts'

/** Words of a command that makes files, rather than one that changes a database or calls somebody. */
const MAKES = /\b(build|tsc|tsup|swc|babel|webpack|rollup|vite|esbuild|parcel|compile|generate|codegen|sass|postcss|tailwindcss|gulp|grunt|copyfiles|cpx|rimraf|mkdirp|ncc|tsc-alias|nest|apidoc|typedoc)\b/

/** The commands of the build stages: installation, generated code, build, test, and what production needs of it all. */
export function readSteps(read: Read, install: Install, prisma: readonly Prisma[], version: Fact<string> | undefined, warnings: Warning[]): BuildValues {
  const { manifest, framework, installer, start, workspace } = read
  const { spec, loose, legacyPeers } = installer
  const asked = version && !version.guess && /^[v^~]?\d/.test(version.evidence[0]?.text ?? '')
  const plain = (name: string): string => `${install.committed ? `${String(spec.fromCommitted)} ` : ''}${fill(String((loose && spec[`${name}Loose`]) || spec[name]), read)}${spec.unasked && !asked ? ` ${String(spec.unasked)}` : ''}`
  const pick = (name: string): string => (legacyPeers && !name.startsWith('prune') ? `${plain(name)} || ${plain(name)} --legacy-peer-deps` : plain(name))
  const tools = toolsOf(read)
  for (const name of tools.packages.filter((p) => !p.includes('@', 1))) warnings.push({ message: `${name} starts the program, but package.json does not name it: the newest is taken`, file: start.argv?.evidence[0]?.file, line: start.argv?.evidence[0]?.line, hint: `npm install ${name}` })
  const folders = workspace ? [] : folderInstalls(read.context.project, manifest, [...builtFolders(read.context.project, manifest), ...(start.cwd ? [start.cwd] : ownFolder(read))])
  // the packages of members lie in their own folders too
  const spread = workspace !== undefined || read.packages.started !== undefined
  const libraries = spread && read.packages.needed.some((m) => Object.keys(m.manifest.production).length > 0)
  const needsModules = !start.static && !(framework?.complete && start.framework) && (Object.keys(manifest.production).length > 0 || libraries)
  // what was generated or patched in node_modules behind the installation is kept by taking the rest out, and so is what
  // a second installation without a lock file might resolve otherwise
  const prunes = needsModules && !tools.whole && (install.patched || prisma.length > 0 || install.generates.length > 0 || loose || installer.alone)
  return {
    manifests: [...install.manifests, ...folders].filter((m) => m.files.length > 0).map(({ files, to }) => ({ files, to })),
    npmrc: install.npmrc,
    secretId: spec.id === 'yarn-berry' ? 'yarnrc' : 'npmrc',
    dropScripts: install.dropScripts,
    install: [...(manifest.absent ? [] : [pick('install')]), ...folders.map((f) => f.command)].join(' && '),
    installProduction: workspace && spec.productionMember ? pick('productionMember') : pick('production'),
    patch: install.patched ? 'patch-package' : '',
    generateFiles: prisma.flatMap((p) => p.files.map((f) => ({ ...f }))),
    generate: [...prisma.map((p) => p.command), ...install.generates],
    committed: install.committed,
    productionStage: needsModules && !tools.whole && !prunes,
    prune: prunes ? (installer.alone ? String(spec.pruneAlone) : pick(workspace && spec.pruneMember ? 'pruneMember' : 'prune')) : '',
    modules: needsModules ? [{ from: spread ? '/app' : '/app/node_modules', to: spread ? '/app' : start.cwd ? '/app/node_modules' : './node_modules', stage: tools.whole ? 'dependencies' : 'production-dependencies', excluded: spread ? install.manifests[0]!.files.filter((f) => f !== 'package.json') : [] }] : [],
    tools: tools.packages,
    buildEnv: environmentOf(read, install, version),
    commands: commandsOf(read, install, prisma.some((p) => p.sqlite), warnings),
    test: tested(manifest) ? runs(read, 'test') : '',
    workdir: [workdirOf(workspace), start.cwd].filter(Boolean).join('/'),
  }
}

/** The folder of the program where that has dependencies of its own, which node looks for there first. */
function ownFolder({ context: { project }, start }: Read): string[] {
  const folder = start.framework || start.static ? '' : top(start.sources[0]?.replace(/^(?:\.\/)+/, ''))
  return folder !== '' && isOfAnother(project, `${folder}/`) ? [folder] : []
}

const fill = (command: string, { workspace, manifest }: Read): string => (workspace ? command.replaceAll('{path}', workspace.path).replaceAll('{name}', manifest.json.name ?? workspace.path) : command)

const tested = ({ scripts }: Manifest): boolean => scripts.test !== undefined && !/no test specified|^\s*(echo|exit)\b/.test(scripts.test)

/** Environment of the build. */
function environmentOf({ context, manifest, framework }: Read, install: Install, version: Fact<string> | undefined): string[] {
  const { language, project, chosen } = context
  const { scripts, every } = manifest
  const script = scripts[buildScript(manifest, framework) ?? ''] ?? ''
  const env = [...(framework?.buildEnv ?? [])]
  // a build that installs something more wants its development dependencies
  if (![script, ...install.later].some((c) => installs(c, scripts))) env.unshift('NODE_ENV=production')
  // a check of all settings, which a build has none of, names what it is passed over by
  const check = ['src/env.js', 'src/env.mjs', 'src/env.ts', 'env.mjs', 'env.ts'].map((f) => project.read(f) ?? '').join('')
  if (check.includes('SKIP_ENV_VALIDATION')) env.push('SKIP_ENV_VALIDATION=1')
  else if (/skipValidation:[^,}]*process\.env\.CI\b/.test(check)) env.push('CI=true')
  const line = Number(chosen.version ?? version?.value ?? language.versions.default)
  const all = [every, ...(line >= 17 ? builtFolders(project, manifest).map((f) => readManifest(project, `${f}/`)!.every) : [])]
  // the compile cache of webpack-cli 3 and 4 cannot load modules, https://github.com/nodejs/node/issues/61203
  if (all.some((e) => Number(/\d+/.exec(e['webpack-cli'] ?? '')?.[0] ?? 5) < 5)) env.push('DISABLE_V8_COMPILE_CACHE=1')
  // webpack 4 hashes with MD4, which OpenSSL 3 has put away
  const old = Object.entries(dataOf(language).md4).some(([name, since]) => all.some((e) => Number(/\d+/.exec(e[name] ?? '')?.[0] ?? since) < since))
  if (old && line >= 17 && !script.includes('openssl-legacy-provider')) env.push('NODE_OPTIONS=--openssl-legacy-provider')
  return env
}

/** What is run once the sources are there, in order: packages that the app needs, late lifecycle scripts, the build, what the start script builds by itself. */
function commandsOf(read: Read, install: Install, databaseFile: boolean, warnings: Warning[]): string[] {
  const { manifest, framework, start, workspace } = read
  const { scripts } = manifest
  if (start.build) return [...install.later.filter((c) => !/prisma generate/.test(c)), start.build]
  const named = buildScript(manifest, framework)
  const build = named && does(scripts[named]!) ? named : undefined
  const plain = build && !databaseFile && !workspace ? withoutMigrations([scripts[`pre${build}`], scripts[build], scripts[`post${build}`]].filter(Boolean).join(' && '), scripts) : undefined
  for (const command of plain?.left ?? []) warnings.push({ message: `"${command}" changes a database while it builds, where none is: the image leaves it out`, ...manifest.at(new RegExp(`"${build}"\\s*:`)), hint: 'run it once for a release, as a Job or in CI' })
  const before = start.before.filter((c) => !/\binstall\b/.test(c))
  // what a script stands for says more than its name
  const told = (c: string): string => `${c} ${[...c.matchAll(/\b(?:run|run-s|yarn|pnpm) ([\w:.-]+)/g)].map(([, n]) => scripts[n!] ?? '').join(' ')}`
  const made = before.filter((c) => MAKES.test(told(c)) && !/\bmigrate|seed|db push\b/.test(told(c)) && !(build && c.includes(build)))
  const usual = framework?.build && (!framework.static || start.static) && !before.some((c) => c.includes(framework.build!)) ? framework.build : undefined
  const own = build || start.cwd ? undefined : (usual ?? (made.length === 0 && isCompiled(read) ? 'tsc' : undefined))
  for (const command of before.filter((c) => !made.includes(c) && !(build && c.includes(build))))
    warnings.push({ message: `"${command}" runs before the start, which the image leaves out: every replica would do it again`, file: start.argv?.evidence[0]?.file, line: start.argv?.evidence[0]?.line, hint: 'run it once for a release, as a Job or in CI' })
  const late = install.later.filter((c) => !/prisma generate/.test(c) && !(build && scripts[build]!.includes(c)))
  const libraries = (workspace?.needed ?? []).filter((m) => m.manifest.scripts.build !== undefined && does(m.manifest.scripts.build)).map((m) => runs(read, 'build', { path: m.path, name: m.manifest.json.name ?? m.path }))
  const all = [...late, ...libraries, ...(build ? [plain?.rest ?? (manifest.absent ? scripts[build]! : runs(read, build))] : own ? [workspace ? `cd ${workspace.path} && npx ${own}` : own] : []), ...made, ...(start.framework && framework?.folders ? [`mkdir -p ${framework.folders.join(' ')}`] : [])]
  // the next command starts where this one did
  return all.map((c) => (/(^|[&;]\s*)cd\s/.test(c) && all.length > 1 ? `(${c})` : c))
}

/** Whether what is started has to be made of TypeScript first. */
const isCompiled = ({ context: { project }, manifest, start }: Read): boolean =>
  /\.[cm]?tsx?$/.test(start.sources[0] ?? '') && start.argv?.value[0] === 'node' && !start.argv.value.some((w) => w.endsWith(start.sources[0]!)) && manifest.every.typescript !== undefined && project.has('tsconfig.json')

/** A script that makes something: it neither says something only, nor looks over the sources only. */
const does = (text: string): boolean => !/^\s*(?:(?:echo|exit|true|:)\b|(?:(?:npm|yarn|pnpm|bun)(?: run)? (?:lint|test|format|check|typecheck)\b|eslint|tslint|standard|prettier|jest|mocha)[^&|;]*$)/.test(text)

interface Tools {
  /** what starts the program, "tsx@4.20.3", where production lacks it */
  packages: string[]
  /** nothing can be left out */
  whole: boolean
}

/** The packages that a start by a runner or a configuration needs in production, at the versions that are locked. */
function toolsOf({ context: { language, project }, manifest, framework, installer, start, workspace }: Read): Tools {
  const runner = start.runner ? dataOf(language).runners[start.runner] : undefined
  const loaded = (start.argv?.value ?? []).flatMap((w, i, all) => (/^(-r|--require|--import|--loader)$/.test(all[i - 1] ?? '') ? [packageOf(w)] : [])).filter((n) => !n.startsWith('.'))
  const configured = start.framework && !start.static ? configNeeds(project, framework).packages.filter((n) => (manifest.every[n] ?? workspace?.manifest.every[n]) !== undefined) : []
  // what a runner needs beside itself, however it is loaded
  const beside = loaded.flatMap((n) => Object.values(dataOf(language).runners).find((r) => r.packages?.[0] === n)?.packages ?? [])
  const needed = [...new Set([...(runner?.packages ?? []), ...loaded, ...beside, ...configured])].filter((n) => manifest.production[n] === undefined)
  if (start.framework) needed.push(...(framework?.tools ?? []))
  // what a folder's own installation brings is there whole
  if (start.cwd && project.has(`${start.cwd}/package.json`)) return { packages: [], whole: false }
  if (runner?.whole) return { packages: [], whole: true }
  if (needed.length === 0) return { packages: [], whole: false }
  const lock = installer.lockFile ? ((workspace?.root ?? project).read(installer.lockFile) ?? '') : ''
  const packages = needed.map((name) => ({ name, version: lockedVersion(lock, name) ?? /\d+\.\d+\.\d+[\w.-]*/.exec(manifest.every[name] ?? '')?.[0] }))
  // what npx fetches where nothing names it
  const fetched = (p: { name: string }): boolean => manifest.every[p.name] === undefined && workspace?.manifest.every[p.name] === undefined
  return packages.some((p) => p.version === undefined && !fetched(p)) ? { packages: [], whole: true } : { packages: packages.map((p) => (p.version ? `${p.name}@${p.version}` : p.name)), whole: false }
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
