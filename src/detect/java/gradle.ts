import { InputError } from '../../errors.ts'
import { type Evidence, type Fact, fact } from '../facts.ts'
import { type BuildFile, inside, type Plugin, under, within } from './build.ts'
import { findMains } from './main.ts'
import { limitOf, managedLombok } from './newest.ts'
import { lineOf, type Project } from '../project.ts'
import { unwrappedGradle } from './unwrapped.ts'

/** A build script with its comments blanked out, so that places stay what they are. */
interface Script {
  file: string
  text: string
}

const SCRIPTS = ['build.gradle.kts', 'build.gradle']
const SETTINGS = ['settings.gradle.kts', 'settings.gradle']
const WRAPPER = 'gradle/wrapper/gradle-wrapper.properties'
/** Plugins by which a project says that it makes a program. */
const MAKERS = /^(application|org\.springframework\.boot|io\.quarkus|io\.ktor\.plugin|io\.micronaut\.(minimal\.)?application|(com\.github\.johnrengelman|com\.gradleup|io\.github\.goooler)\.shadow|io\.vertx\.vertx-plugin)$/

/** Folders of the projects that are built together, the root's first. */
export function gradleFolders(project: Project): string[] {
  const settings = script(project, '', SETTINGS)
  const included = [...new Set([...settings.text.matchAll(/\binclude\s*\(?\s*((?:['"][^'"]+['"]\s*,?\s*)+)/g)].flatMap((m) => [...m[1]!.matchAll(/['"]:?([^'"]+)['"]/g)].map((n) => n[1]!.replaceAll(':', '/'))))]
  const moved = new Map([...settings.text.matchAll(/project\(\s*['"]:([^'"]+)['"]\s*\)\.projectDir\s*=\s*(?:new File\([^,)]*,\s*|file\(\s*)['"]([^'"]+)['"]/g)].map((m) => [m[1]!.replaceAll(':', '/'), m[2]!]))
  return ['', ...included.map((f) => inside(moved.get(f) ?? f) ?? f)].filter((f) => f === '' || project.isFolder(f))
}

/** Reads Gradle's build scripts as text: they are programs, and only their usual forms are understood. Throws InputError where several projects could run. */
export function readGradle(project: Project, chosen: string | undefined): BuildFile {
  const settings = script(project, '', SETTINGS)
  const folders = gradleFolders(project)
  const catalog = readCatalog(project)
  const own = scriptsBy(project, folders, catalog)
  const module = chooseProject(project, folders, own, catalog, chosen)
  const siblings = reactor(module, folders, own)
  const scripts = own(module)
  const file = scripts[0]!.file
  const first = (...expressions: RegExp[]): Fact<string> | undefined => firstOf(scripts, expressions)
  const toolchain = first(/languageVersion\s*(?:=|\.set\(|\()\s*JavaLanguageVersion\.of\(\s*['"]?(\d+)/, /jvmToolchain\s*\(?\s*(\d+)/, /jvmToolchain\s*\{[^}]*JavaLanguageVersion\.of\(\s*(\d+)/)
  const release = toolchain ?? first(/options\.release\s*(?:=|\.set\()\s*(\d+)/, /(?:target|source)Compatibility\s*(?:=|\.set\()?\s*['"]?(?:JavaVersion\.VERSION_|JavaVersion\.toVersion\(['"]?)?([\d._]+)/, /jvmTarget\s*(?:=|\.set\()\s*(?:JvmTarget\.JVM_)?['"]?([\d._]+)/)
  const plugins = pluginsOf(scripts, catalog)
  const kotlin = plugins.get('org.jetbrains.kotlin.jvm')?.version ?? firstOf([script(project, '', SCRIPTS), ...scripts], [/kotlin-gradle-plugin:(\d[\w.]*)/])?.value
  const lombok = first(/org\.projectlombok:lombok:(\d[\w.]*)/)
  const boot = plugins.get('org.springframework.boot')?.version ?? firstOf([script(project, '', SCRIPTS), ...scripts], [/org\.springframework\.boot['"]\s*\)?\s*version\s*\(?['"](\d[\w.]*)/, /org\.springframework\.boot:spring-boot-(?:gradle-plugin|dependencies):(\d[\w.]*)/, /springBootVersion\s*=\s*['"](\d[\w.]*)/])?.value
  const wrapped = /gradle-([\d.]+)(?:-[\w-]+)?-(?:bin|all)\.zip/.exec(project.read(WRAPPER) ?? '')?.[1]
  const gradle = wrapped ? fact(wrapped, { file: WRAPPER }) : unwrappedGradle(project, [...scripts, script(project, '', SCRIPTS)], kotlin, boot)
  const tools = { gradle, kotlin: kotlin && fact(kotlin, { file }), lombok: lombok ?? (first(/(org\.projectlombok:lombok)['"]/) && boot && fact(managedLombok(boot), { file })) }
  const whole = project.has('gradlew') && project.has('gradle/wrapper/gradle-wrapper.jar') && wrapped !== undefined
  return {
    file,
    manager: 'gradle',
    wrapper: whole,
    ...(gradle && !whole ? { pinned: gradle.value } : {}),
    preview: scripts.some((s) => s.text.includes('--enable-preview')),
    without: [...(plugins.has('com.gorylenko.gradle-git-properties') ? ['generateGitProperties'] : []), ...(scripts.some((s) => /\basciidoctor\b|\b(?:bootJar|jar|assemble|shadowJar)\b[^{}]*\{[^{}]*dependsOn\W+(?:tasks\W+)?(?:test|check)\b/.test(s.text)) ? ['test'] : [])],
    module,
    folders: siblings,
    manifests: manifests(project, folders, scripts),
    name: module ? fact(module.split('/').at(-1)!, { file: settings.file }) : firstOf([settings], [/rootProject\.name\s*=\s*['"]([^'"]+)/]),
    version: first(/^\s*version\s*=?\s*['"]([^'"$]+)['"]/m) ?? firstOf([script(project, '', ['gradle.properties'])], [/^version\s*=\s*(\S+)/m]),
    packaging: plugins.has('war') && !plugins.has('org.springframework.boot') ? 'war' : 'jar',
    ...(release ? { release: { ...release, value: release.value.replace(/^1[._]/, '').replace(/\..*$/, '') } } : {}),
    dependencies: dependenciesOf(siblings.flatMap((folder) => own(folder)).concat(scripts), catalog),
    // layers that the build names itself are not those that are copied
    boot: scripts.some((s) => /\blayered\b/.test(s.text)) ? undefined : boot,
    plugins,
    parents: new Map(),
    mainClass: mainOf([...scripts, script(project, '', SCRIPTS), script(project, '', ['gradle.properties'])], first),
    args: toldBy(own(module), (text) => variablesOf(project, text)),
    versionOf: (artifact) => first(new RegExp(`:${artifact}:(\\d[\\w.]*)`)),
    property: (name) => new RegExp(`^${name.replaceAll('.', '\\.')}\\s*=\\s*(\\S+)`, 'm').exec(project.read('gradle.properties') ?? '')?.[1],
    exact: toolchain !== undefined && ![settings, ...scripts].some((s) => s.text.includes('foojay')),
    ...(toolchain ? { toolchain: { java: toolchain, limit: limitOf({ gradle: tools.gradle }).newest?.value } } : {}),
    ...limitOf(tools),
    tests: project.files().some((f) => siblings.some((s) => f.startsWith(under(s, 'src/test/')))),
  }
}

function script(project: Project, folder: string, names: string[]): Script {
  const file = names.map((n) => under(folder, n)).find((f) => project.read(f) !== undefined)
  const text = uncommented(file ? project.read(file)! : '')
  return { file: file ?? under(folder, names[0]!), text: text.includes('$') ? filled(text, variablesOf(project, text)) : text }
}

/** Values that scripts give names to: those of gradle.properties, of the root's script, and of a script itself. */
function variablesOf(project: Project, own: string): Map<string, string> {
  const root = uncommented(SCRIPTS.map((f) => project.read(f)).find((t) => t !== undefined) ?? '')
  const out = new Map([...(project.read('gradle.properties') ?? '').matchAll(/^([\w.]+)[ \t]*=[ \t]*(\S+)/gm)].map((m) => [m[1]!, m[2]!]))
  for (const text of new Set([root, own]))
    for (const m of text.matchAll(/\b([A-Za-z_]\w*)(?:\s*:\s*String|["']\s*\])?\s*(?:=|\bby\s+extra\s*\()\s*["']([^"'$\n]+)["']|\bset\s*\(\s*["'](\w+)["']\s*,\s*["']([^"'$\n]+)["']/g)) out.set(m[1] ?? m[3]!, m[2] ?? m[4]!)
  return out
}

/** A text whose templates are filled in: $name, ${name}, ${rootProject.ext.name}; what nobody sets stays as it is. */
const filled = (text: string, variables: Map<string, string>): string => text.replace(/\$(?:\{\s*(?:(?:rootProject|project|ext|extra)\.)*(\w+)\s*\}|(\w+))/g, (all, braced?: string, plain?: string) => variables.get(braced ?? plain!) ?? all)

/** The text with comments turned into blanks. Strings are passed over, since they hold addresses with "//". */
function uncommented(text: string): string {
  return text.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (found) => (found.startsWith('/') ? found.replace(/[^\n]/g, ' ') : found))
}

/** The class that the build names, in plain or by a variable of its own. */
function mainOf(scripts: Script[], first: (...expressions: RegExp[]) => Fact<string> | undefined): string | undefined {
  const plain = first(/mainClass(?:Name)?\s*(?:=|\.set\()\s*['"]([\w.]+)['"]/, /mainClass(?:Name)?\s*(?:=|\.set\()\s*'([\w.$]+)'/, /['"]?Main-Class['"]?\s*(?::|to|\]?\s*=|,)\s*['"]([\w.]+)['"]/)?.value
  const variable = plain ?? first(/mainClass(?:Name)?\s*(?:=|\.set\()\s*(?:\w+\.)*([A-Za-z_]\w*)\s*\)?\s*$/m)?.value
  return plain ?? (variable && firstOf(scripts, [new RegExp(`\\b${variable}\\s*(?:by\\s+extra\\s*\\(|=)\\s*["']([\\w.$]+)["']`), new RegExp(`^${variable}\\s*=\\s*([\\w.$]+)`, 'm')])?.value)
}

/** What the task "run" tells the program. Options are a developer's habits, so only plain words are taken. */
function toldBy(scripts: Script[], variables: (text: string) => Map<string, string>): string[] {
  for (const { text } of scripts) {
    const open = /\b(?:run|named(?:<JavaExec>)?\(\s*["']run["'][^){]*\))\s*\{/.exec(text)
    const list = open && /\bargs\b\s*=?\s*(?:listOf\(|[([])?\s*((?:["'][^"'\n]*["']|\w+)(?:\s*,\s*(?:["'][^"'\n]*["']|\w+))*)/.exec(text.slice(open.index, closing(text, open.index + open[0].length)))?.[1]
    const words = (list ?? '').split(/\s*,\s*/).filter(Boolean).map((w) => /^["'](.*)["']$/.exec(w)?.[1] ?? variables(text).get(w))
    if (words.length > 0 && words.every((w) => w !== undefined && /^[^-$]/.test(w))) return words as string[]
  }
  return []
}

/** The scripts that say what a project is: its own, and what the root's says of it. */
function scriptsBy(project: Project, folders: string[], catalog: Catalog): (folder: string) => Script[] {
  const root = script(project, '', SCRIPTS)
  const blocks = [...root.text.matchAll(/^[ \t]*(?:(allprojects|subprojects)|configure\s*\(\s*project\s*\(\s*["']:([^"']+)["']\s*\)\s*\)|project\s*\(\s*["']:([^"']+)["']\s*\))\s*\{/gm)].map((m) => ({ from: m.index, to: closing(root.text, m.index + m[0].length), of: m[1] ?? (m[2] ?? m[3]!).replaceAll(':', '/') }))
  const known = new Map<string, Script[]>()
  return (folder) => {
    const found = known.get(folder) ?? scriptsOf(project, folder, catalog)
    if (folders.length > 1 && !known.has(folder)) {
      const said = blocks.filter((b) => b.of === 'allprojects' || (folder ? b.of === 'subprojects' || b.of === folder : false))
      if (folder) found.push({ file: root.file, text: only(root.text, said) })
      else found[0] = { file: root.file, text: without(root.text, blocks.filter((b) => !said.includes(b))) }
    }
    known.set(folder, found)
    return found
  }
}

interface Block {
  from: number
  to: number
}

/** A text of which only some blocks are left, and one without them; places stay what they are. */
const only = (text: string, blocks: Block[]): string => kept(text, (i) => blocks.some((b) => i >= b.from && i < b.to))
const without = (text: string, blocks: Block[]): string => kept(text, (i) => !blocks.some((b) => i >= b.from && i < b.to))
const kept = (text: string, keep: (at: number) => boolean): string => text.split('').map((c, i) => (c === '\n' || keep(i) ? c : ' ')).join('')

function closing(text: string, from: number): number {
  let depth = 1
  for (let i = from; i < text.length; i++) {
    if (text[i] === '{') depth++
    else if (text[i] === '}' && --depth === 0) return i
  }
  return text.length
}

/** A project's script and those that it applies, by file or as convention plugins: https://docs.gradle.org/current/userguide/implementing_gradle_plugins_precompiled.html */
function scriptsOf(project: Project, folder: string, catalog: Catalog): Script[] {
  const out = [script(project, folder, SCRIPTS)]
  for (const s of out) {
    const found = [...pluginsOf([s], catalog).keys()].map((id) => project.files().find((f) => f.endsWith(`/${id}.gradle.kts`) || f.endsWith(`/${id}.gradle`)))
    for (const file of [...found, ...appliedFiles(project, folder, s)]) if (file && !out.some((o) => o.file === file)) out.push(script(project, '', [file]))
  }
  return out
}

/** Scripts that one applies by their files: those of the root, or beside itself. */
function appliedFiles(project: Project, folder: string, { file, text }: Script): string[] {
  const beside = file.slice(0, Math.max(0, file.lastIndexOf('/')))
  return [...text.matchAll(/\bapply\s*[({]?\s*from\s*[:=]?\s*(?:(?:rootProject\.)?file\s*)?\(?\s*["']([^"'\n]+\.gradle(?:\.kts)?)["']/g)].flatMap(([, path]) => {
    const [, root, rest] = /^(?:\$\{?(rootDir|rootProject\.(?:projectDir|rootDir)|projectDir|project\.projectDir)\}?\/)?(.+)$/.exec(path!)!
    const places = root?.startsWith('root') ? [''] : root ? [folder] : [beside, '']
    return places.map((p) => inside(p, rest!)).find((f) => f !== undefined && project.read(f) !== undefined) ?? []
  })
}

function firstOf(scripts: Script[], expressions: RegExp[]): Fact<string> | undefined {
  for (const e of expressions)
    for (const { file, text } of scripts) {
      const found = e.exec(text)
      if (found) return fact(found[1]!, { file, line: lineOf(text, found[0].trim()), text: found[0].trim().split('\n')[0]!.slice(0, 120) })
    }
  return undefined
}

/** gradle/libs.versions.toml: what its accessors stand for. */
interface Catalog {
  libraries: Map<string, string>
  /** accessors of libraries, by that of the bundle that they are in */
  bundles: Map<string, string[]>
  plugins: Map<string, { id: string; version?: string }>
}

/** Reads the version catalog line by line: each entry stands on one, but for the lists of bundles. https://docs.gradle.org/current/userguide/version_catalogs.html */
function readCatalog(project: Project): Catalog {
  const catalog: Catalog = { libraries: new Map(), bundles: new Map(), plugins: new Map() }
  const versions = new Map<string, string>()
  let section = ''
  const text = project.read('gradle/libs.versions.toml') ?? ''
  for (const m of text.matchAll(/^\s*["']?([\w.-]+)["']?\s*=\s*\[([^\]]*)\]/gm)) catalog.bundles.set(m[1]!.replace(/[-_]/g, '.'), [...m[2]!.matchAll(/["']([^"']+)["']/g)].map((n) => n[1]!.replace(/[-_]/g, '.')))
  for (const line of text.split('\n')) {
    section = /^\s*\[(\w+)\]/.exec(line)?.[1] ?? section
    const found = /^\s*["']?([\w.-]+)["']?\s*=\s*(.+)$/.exec(line)
    if (!found) continue
    const [, name, rest] = found as unknown as [string, string, string]
    const accessor = name.replace(/[-_]/g, '.')
    const version = versions.get(/version\.ref\s*=\s*["']([^"']+)/.exec(rest)?.[1] ?? '') ?? /version\s*=\s*["']([^"']+)/.exec(rest)?.[1]
    if (section === 'versions') versions.set(name, /["']([^"']+)["']/.exec(rest)?.[1] ?? '')
    if (section === 'libraries') catalog.libraries.set(accessor, /module\s*=\s*["'][^:"']+:([^:"']+)/.exec(rest)?.[1] ?? /\bname\s*=\s*["']([^"']+)/.exec(rest)?.[1] ?? /^["'][^:"']+:([^:"']+)/.exec(rest)?.[1] ?? accessor)
    if (section === 'plugins') {
      const [id, own] = (/\bid\s*=\s*["']([^"']+)/.exec(rest)?.[1] ?? /^["']([^"']+)/.exec(rest)?.[1] ?? '').split(':')
      if (id) catalog.plugins.set(accessor, { id, version: version ?? own })
    }
  }
  return catalog
}

/** Artifact ids of a library or a bundle, by its accessor. */
function librariesOf(catalog: Catalog, accessor: string): string[] {
  const bundle = accessor.startsWith('bundles.') ? catalog.bundles.get(accessor.slice('bundles.'.length)) : undefined
  return (bundle ?? [accessor]).map((a) => catalog.libraries.get(a) ?? a.replaceAll('.', '-'))
}

/** Plugins that are applied, by id. One that is only put on the class path (`apply false`) takes no part. */
function pluginsOf(scripts: Script[], catalog: Catalog): Map<string, Plugin> {
  const out = new Map<string, Plugin>()
  const add = (id: string, version?: string): void => void out.set(id, { version: version ?? out.get(id)?.version, runs: true, setting: () => undefined })
  for (const { text } of scripts) {
    for (const m of text.matchAll(/\bid\b[ \t]*\(?[ \t]*['"]([^'"]+)['"][ \t]*\)?([^\n;]*)/g)) if (!/apply\s*\(?\s*false/.test(m[2]!)) add(m[1]!, /version\s*\(?\s*['"]([^'"$]+)/.exec(m[2]!)?.[1])
    for (const m of text.matchAll(/\balias\s*\(\s*(\w+)\.plugins\.([\w.]+)\s*\)([^\n;]*)/g)) {
      const found = catalog.plugins.get(m[2]!) ?? (m[1] === 'ktorLibs' && m[2] === 'ktor' ? { id: 'io.ktor.plugin' } : undefined)
      if (found && !/apply\s*\(?\s*false/.test(m[3]!)) add(found.id, 'version' in found ? found.version : undefined)
    }
    for (const m of text.matchAll(/\bapply\s*\(?\s*plugin\s*[:=]\s*['"]([^'"]+)['"]/g)) add(m[1]!)
    const block = /^\s*plugins\s*\{([^}]*)\}/m.exec(text)?.[1] ?? ''
    for (const m of block.matchAll(/^\s*`?(java|application|war|java-library|scala|groovy)`?\s*$/gm)) add(m[1]!)
    for (const m of block.matchAll(/^\s*kotlin\s*\(?\s*["']([\w.]+)["']([^\n;]*)/gm)) if (!/apply\s*\(?\s*false/.test(m[2]!)) add(`org.jetbrains.kotlin.${m[1]}`, /version\s*\(?\s*['"]([^'"$]+)/.exec(m[2]!)?.[1])
  }
  return out
}

/** Dependencies that are there at run time: as coordinates, as accessors of the version catalog, or by a framework's own catalog. */
function dependenciesOf(scripts: Script[], catalog: Catalog): Map<string, Evidence> {
  const out = new Map<string, Evidence>()
  const CONFIGURATION = String.raw`\b(?:implementation|api|runtimeOnly|runtime|compile|developmentOnly|providedCompile|providedRuntime)\b\s*\(?\s*(?:(?:enforcedPlatform|platform)\s*\(\s*)?`
  for (const { file, text } of scripts) {
    const add = (name: string, what: string): void => void (out.has(name) || out.set(name, { file, line: lineOf(text, what), text: what.trim().slice(0, 120) }))
    for (const m of text.matchAll(new RegExp(`${CONFIGURATION}['"][^:'"\\s]+:([^:'"\\s]+)`, 'g'))) add(m[1]!, m[0])
    for (const m of text.matchAll(new RegExp(`${CONFIGURATION}group\\s*[:=]\\s*['"][^'"]+['"]\\s*,\\s*name\\s*[:=]\\s*['"]([^'"]+)`, 'g'))) add(m[1]!, m[0])
    for (const m of text.matchAll(new RegExp(`${CONFIGURATION}(\\w+)\\.([A-Za-z][\\w.]*)`, 'g'))) {
      const [what, named, accessor] = m as unknown as [string, string, string]
      if (named === 'libs') for (const id of librariesOf(catalog, accessor)) add(id, what)
      else if (named === 'mn') add(accessor.replaceAll('.', '-'), what)
      else if (named === 'ktorLibs') add(`ktor-${accessor.replaceAll('.', '-')}`, what)
    }
    for (const m of text.matchAll(/\bruntime\s*\(?\s*["'](netty|jetty|tomcat|undertow)["']/g)) add('micronaut-http-server', m[0])
  }
  return out
}

/** The project of the build that runs: the one that was chosen, else the only one that makes a program. */
function chooseProject(project: Project, folders: string[], own: (folder: string) => Script[], catalog: Catalog, chosen: string | undefined): string {
  const wanted = chosen && folders.find((f) => f === chosen.replace(/^\.\/|\/$/g, '').replaceAll(':', '/').replace(/^\//, ''))
  if (wanted || folders.length === 1) return wanted || ''
  const makes = folders.filter((f) => [...pluginsOf(own(f), catalog).keys()].some((p) => MAKERS.test(p)))
  const main = (f: string): boolean => findMains(f ? within(project, [f]) : { ...project, files: () => project.files().filter((p) => p.startsWith('src/')) }).length > 0
  const found = makes.length > 1 ? makes.filter(main) : makes.length === 1 ? makes : folders.filter(main)
  if (found.length === 1) return found[0]!
  if (found.length === 0) return makes[0] ?? ''
  throw new InputError({ message: `this build makes ${found.length} programs: ${found.map((f) => f || '.').join(', ')}`, where: '--start', hint: `choose the one that is to run: --start ${found.find(Boolean)}`, choices: found })
}

/** A project of the build and those that it depends on, its own first. */
function reactor(module: string, folders: string[], own: (folder: string) => Script[]): string[] {
  const out = [module]
  for (const folder of out)
    for (const { text } of own(folder))
      for (const m of text.matchAll(/\bproject\s*\(\s*(?:path\s*[:=]\s*)?['"]:([^'"]+)['"]|\bprojects\.([\w.]+)/g)) {
        const name = m[1]?.replaceAll(':', '/') ?? folders.find((f) => f.replace(/[-_/](\w)/g, (_, c: string) => c.toUpperCase()) === m[2]!.replace(/\.(\w)/g, (_, c: string) => c.toUpperCase()))
        if (name && folders.includes(name) && !out.includes(name)) out.push(name)
      }
  return out
}

/** Every build script, the wrapper, and the folders that hold parts of the build itself. */
function manifests(project: Project, folders: string[], scripts: Script[]): BuildFile['manifests'] {
  const present = (folder: string, names: string[]): string[] => names.map((n) => under(folder, n)).filter((f) => project.read(f) !== undefined)
  const applied = scripts.map((s) => s.file).filter((f) => !f.includes('/') && !SCRIPTS.includes(f))
  const root = present('', ['gradlew', ...SCRIPTS, ...SETTINGS, ...applied, 'gradle.properties', 'gradle.lockfile'])
  const parts = ['gradle', 'buildSrc', 'build-logic'].filter((f) => project.isFolder(f)).map((f) => ({ files: [f], to: `./${f}` }))
  const others = folders.filter(Boolean).flatMap((f) => {
    const files = present(f, [...SCRIPTS, 'gradle.properties', 'gradle.lockfile'])
    return files.length > 0 ? [{ files, to: `./${f}/` }] : []
  })
  return [{ files: root, to: './' }, ...parts, ...others]
}
