import { InputError } from '../../errors.ts'
import { type Evidence, type Fact, fact, type Warning } from '../facts.ts'
import { type BuildFile, inside, type Plugin, under, within } from './build.ts'
import { findMains } from './main.ts'
import { limitOf } from './newest.ts'
import { fetchOf, packWar } from './war.ts'
import type { Packaging } from './package.ts'
import type { Settings } from './settings.ts'
import { lineOf, type Project } from '../project.ts'

const BUILD = 'build.sbt'
const PROPERTIES = 'project/build.properties'
/** Plugins that bring the task "stage", which lays a program's jars and settings into one folder. */
const STAGES = ['sbt-native-packager', 'sbt-plugin']
/** Plugins by which the task "package" makes a WAR. */
const WARS = ['xsbt-web-plugin', 'sbt-war', 'sbt-scalatra']

/** One project of the build: the name that sbt knows it by, and its folder. */
interface Part {
  id: string
  folder: string
  text: string
}

/** Reads sbt's files as text: their usual forms are understood. Throws InputError where several projects could run, and for sbt 0.13. */
export function readSbt(project: Project, chosen: string | undefined): BuildFile {
  const text = project.read(BUILD) ?? ''
  const sbt = /sbt\.version\s*=\s*(\d[\w.]*)/.exec(project.read(PROPERTIES) ?? '')?.[1]
  if (sbt?.startsWith('0.')) throw new InputError({ message: `sbt ${sbt} has had no fixes for years, and what it needs is hard to get`, file: PROPERTIES, hint: 'update it to sbt 1' })
  const part = choosePart(project, partsOf(text), chosen)
  const plugins = new Map<string, Plugin>()
  for (const file of project.names('project').filter((n) => n.endsWith('.sbt')))
    for (const m of (project.read(`project/${file}`) ?? '').matchAll(/^[ \t]*addSbtPlugin\(\s*"[^"]+"\s*%%?\s*"([^"]+)"(?:\s*%\s*"([^"]+)")?/gm)) plugins.set(m[1]!, { version: m[2], runs: true, setting: () => undefined })
  const at = (what: string): Evidence => ({ file: BUILD, line: lineOf(text, what), text: what.trim().slice(0, 120) })
  const said = (expression: RegExp): Fact<string> | undefined => {
    const found = expression.exec(part.text) ?? expression.exec(text)
    return found ? fact(found[1]!, at(found[0])) : undefined
  }
  const dependencies = new Map<string, Evidence>()
  const files = [BUILD, ...project.names('project').filter((n) => n.endsWith('.scala')).map((n) => `project/${n}`)]
  for (const file of files)
    for (const m of (project.read(file) ?? '').matchAll(/^(?!\s*\/\/).*?"[\w.-]+"\s*%%?%?\s*"([\w.-]+)"\s*%(?!.*%\s*(?:Test|"test"))/gm)) dependencies.set(m[1]!, { file, line: lineOf(project.read(file)!, m[0]), text: m[0].trim() })
  if (/enablePlugins\([^)]*\bPlay(Scala|Java|Service)?\b/.test(part.text)) dependencies.set('play', at(/enablePlugins\([^)]*/.exec(part.text)![0]))
  const scala = said(/scalaVersion\s*:=\s*"(\d[\w.]*)"/)
  const name = said(/\bname\s*:=\s*"+([^"]+)"/)
  const version = said(/(?<!\w)version\s*:=\s*"([^"]+)"/)
  const mainClass = said(/mainClass\s*:=\s*Some\(\s*"([\w.$]+)"/)
  return {
    file: BUILD,
    manager: 'sbt',
    wrapper: false,
    module: part.folder,
    part: part.folder ? part.id : '',
    launcher: sbt ?? '',
    folders: [...new Set([part.folder, ...siblings(part, partsOf(text))])],
    manifests: [{ files: project.names().filter((n) => n.endsWith('.sbt')), to: './' }, ...(project.isFolder('project') ? [{ files: ['project'], to: './project' }] : [])],
    ...(name ? { name } : {}),
    ...(version ? { version } : {}),
    packaging: WARS.some((p) => plugins.has(p)) && !STAGES.some((p) => plugins.has(p)) ? 'war' : 'jar',
    dependencies,
    plugins,
    parents: new Map(),
    ...(dependencies.has('play') ? { mainClass: 'play.core.server.ProdServerStart' } : mainClass ? { mainClass: mainClass.value } : {}),
    property: () => undefined,
    ...limitOf({ play: dependencies.has('play') && plugins.get('sbt-plugin')?.version ? fact(plugins.get('sbt-plugin')!.version!, { file: 'project' }) : undefined, sbt: sbt && fact(sbt, { file: PROPERTIES }), scala }),
    tests: project.files().some((f) => f.startsWith(under(part.folder, 'src/test/'))),
  }
}

/** The projects that build.sbt names; the whole file where it names none. */
function partsOf(text: string): Part[] {
  const starts = [...text.matchAll(/^[ \t]*lazy\s+val\s+`?([\w-]+)`?\s*(?::\s*Project\s*)?=\s*\(?\s*project\b(?:[\s\n.]*in[\s(]*file\(\s*"([^"]*)"\s*\))?/gm)]
  const parts = starts.map((m, i) => ({ id: m[1]!, folder: inside(m[2] ?? m[1]!) ?? '', text: text.slice(m.index, starts[i + 1]?.index) }))
  return parts.length > 0 ? parts : [{ id: '', folder: '', text }]
}

function siblings(part: Part, all: readonly Part[]): string[] {
  const names = /dependsOn\(([^)]*)\)/.exec(part.text)?.[1] ?? ''
  return all.filter((p) => new RegExp(`\\b${p.id}\\b`).test(names) && p.id !== '').map((p) => p.folder)
}

function choosePart(project: Project, parts: Part[], chosen: string | undefined): Part {
  const wanted = parts.find((p) => chosen !== undefined && (p.id === chosen || (p.folder === chosen.replace(/^\.\/|\/$/g, '') && p.folder !== '')))
  if (wanted || parts.length === 1) return wanted ?? parts[0]!
  const runs = (p: Part): boolean => /enablePlugins\([^)]*\b(Play|JavaAppPackaging|JavaServerAppPackaging)/.test(p.text) || findMains(p.folder ? within(project, [p.folder]) : { ...project, files: () => project.files().filter((f) => f.startsWith('src/')) }).length > 0
  const found = parts.filter(runs)
  if (found.length <= 1) return found[0] ?? parts.find((p) => p.folder === '') ?? parts[0]!
  throw new InputError({ message: `this build makes ${found.length} programs: ${found.map((p) => p.folder || '.').join(', ')}`, file: BUILD, where: '--start', hint: `choose the one that is to run: --start ${found[0]!.folder || found[0]!.id}`, choices: found.map((p) => p.folder || p.id) })
}

/** How sbt's program is packed: by its plugin's task where there is one, else its class path is gathered. `server` are the coordinates of one that serves a WAR. */
export function packSbt(build: BuildFile, mainClass: () => string | undefined, server: string | undefined): Packaging {
  const task = (name: string): string => (build.part ? `${build.part}/${name}` : name)
  // what needs the sources or a secret is resolved, or refused, by the build itself
  const common = { resolve: `sbt ${task('update')} || true`, test: `sbt ${task('test')}`, jarFolder: '', jarName: '', extract: '' }
  if (server) return { ...common, command: `sbt ${task('package')} && mvn -B -ntp ${fetchOf(server)}`, ...packWar(build, server) }
  const main = mainClass()
  const run = (root: string, path: string): string[] => (main ? ['-cp', path.replace(/\w+(?=\/\*|:|$)/g, (p) => root + p), main] : [])
  if (STAGES.some((p) => build.plugins.has(p))) {
    const copies = ['lib', 'conf'].map((p) => ({ from: `/out/${p}`, to: `./${p}` }))
    return { ...common, command: `sbt ${task('stage')}`, collect: `mkdir -p /out/conf && cp -r ${under(build.module, 'target/universal/stage')}/. /out/`, copies, run: run('', 'conf:lib/*'), develop: run('/out/', 'conf:lib/*') }
  }
  const gather = [`sbt '${`export ${task('Runtime / fullClasspathAsJars')}`}' >/out.txt || { cat /out.txt; exit 1; }`, 'mkdir -p /out/lib', "tail -n 1 /out.txt >/path.txt && tr ':' '\\n' </path.txt >/jars.txt && xargs -I{} cp {} /out/lib/ </jars.txt"]
  return { ...common, command: gather.join(' && \\\n    '), collect: '', copies: [{ from: '/out/lib', to: './lib' }], run: run('', 'lib/*'), develop: run('/out/', 'lib/*') }
}

/** Play's secret, without which it does not start: the variable that its settings take it from, else one that stands above them. */
export function playSecret(settings: Settings, warnings: Warning[]): Fact<string>[] {
  const key = settings.get('play.http.secret.key') ?? settings.get('play.crypto.secret')
  const variable = settings.variables.find((v) => /SECRET/.test(v.value))
  const inFile = key && key.value !== 'changeme' && !key.value.startsWith('${')
  if (inFile) return []
  const found = variable ?? fact('CONFIG_FORCE_play_http_secret_key', ...(key?.evidence ?? [{ file: BUILD }]))
  const place = found.evidence[0]!
  warnings.push({ message: `Play starts only with a secret of 32 letters or more in ${found.value}`, file: place.file, line: place.line, hint: `set it where it runs: ${found.value}=$(openssl rand -hex 32)` })
  return [found]
}
