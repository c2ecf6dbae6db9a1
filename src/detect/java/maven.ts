import { InputError } from '../../errors.ts'
import { type Evidence, type Fact, fact } from '../facts.ts'
import { type BuildFile, inside, type Plugin, under, within } from './build.ts'
import { findMains } from './main.ts'
import { limitOf, managedLombok } from './newest.ts'
import type { Project } from '../project.ts'
import { child, childrenOf, type Element, readXml } from '../xml.ts'

/** One pom.xml with the parents that lie inside of the project, nearest first. */
interface Pom {
  folder: string
  file: string
  root: Element
  parents: Pom[]
}

const POM = 'pom.xml'
const WRAPPER = '.mvn/wrapper/maven-wrapper.properties'
/** Older than 3.6.3, which plugins without a version of their own want in their newest. */
const EARLY = /apache-maven-([12]\.[\d.]+\d|3\.[0-5]\.\d+|3\.6\.[0-2])-/
const RELEASE = ['maven.compiler.release', 'java.version', 'maven.compiler.target', 'release.version', 'maven.compiler.source', 'jdk.version', 'java.release', 'javaVersion', 'kotlin.compiler.jvmTarget']
const MAIN_PROPERTIES = ['start-class', 'mainClass', 'main.class', 'exec.mainClass', 'app.main.class']
/** Plugins whose main class is one of their own, which writes sources. */
const GENERATORS = /protobuf|codegen|generator/
/** Plugins by which a module says that it makes a program. */
const MAKERS = ['spring-boot-maven-plugin', 'quarkus-maven-plugin', 'micronaut-maven-plugin', 'vertx-maven-plugin', 'maven-shade-plugin', 'maven-assembly-plugin', 'appassembler-maven-plugin', 'helidon-maven-plugin', 'exec-maven-plugin']

/** Reads pom.xml and those of its modules, with their properties. Throws InputError with file, line and column, and where several modules could run. */
export function readMaven(project: Project, chosen: string | undefined): BuildFile {
  const poms = readAll(project)
  const pom = chooseModule(project, poms, chosen)
  const chain = [pom, ...pom.parents]
  const property = (name: string): string | undefined => propertyOf(chain, name)
  const value = (e: Element | undefined): string | undefined => e && resolve(e.text, property)
  const at = (p: Pom, e: Element): Evidence => ({ file: p.file, line: e.line, text: `${e.name} ${e.text}`.trim() })
  const own = (...path: string[]): Element | undefined => child(pom.root, ...path)
  const members = reactor(pom, poms)
  const dependencies = new Map<string, Evidence>()
  for (const p of members.flatMap((m) => [m, ...m.parents]))
    for (const d of childrenOf(child(p.root, 'dependencies'), 'dependency')) {
      const id = child(d, 'artifactId')
      if (id && child(d, 'scope')?.text !== 'test' && !dependencies.has(id.text)) dependencies.set(resolve(id.text, property) ?? id.text, at(p, id))
    }
  const plugins = pluginsOf(chain, property)
  const version = own('version') ?? own('parent', 'version')
  const last = chain.at(-1)!
  const release = releaseOf(chain, plugins, value, at)
  const boot = bootOf(chain, plugins, value)
  const quarkus = plugins.get('quarkus-maven-plugin')?.version
  const aspectj = plugins.get('aspectj-maven-plugin')?.version
  const early = EARLY.exec(project.read(WRAPPER) ?? '')?.[1]
  const outside = child(last.root, 'parent')
  return {
    file: pom.file,
    manager: 'maven',
    wrapper: !early && hasWrapper(project),
    ...(early ? { early } : {}),
    preview: chain.some((p) => project.read(p.file)?.includes('--enable-preview')),
    module: pom.folder,
    folders: members.map((m) => m.folder),
    manifests: manifests(project, poms),
    ...(own('artifactId') ? { name: fact(value(own('artifactId'))!, at(pom, own('artifactId')!)) } : {}),
    ...(version && !value(version)!.includes('${') ? { version: fact(value(version)!, at(pom, version)) } : {}),
    packaging: value(own('packaging')) ?? 'jar',
    release,
    dependencies,
    boot: dependencies.size > 0 && ![...dependencies.keys()].some((d) => d.includes('spring')) ? undefined : boot,
    plugins,
    parents: new Map(outside ? [[child(outside, 'artifactId')?.text ?? '', value(child(outside, 'version')) ?? '']] : []),
    mainClass: [...plugins].flatMap(([id, p]) => (GENERATORS.test(id) ? [] : [p])).map((p) => p.setting('mainClass') ?? p.setting('Main-Class')).concat(MAIN_PROPERTIES.map(property)).find((m) => m !== undefined && /^[\w.$]+$/.test(m)),
    ...(own('build', 'sourceDirectory') && !plugins.get('build-helper-maven-plugin') ? { sources: inside(pom.folder, value(own('build', 'sourceDirectory'))!.replace(/^\$\{(project\.)?basedir\}/, '.')) } : {}),
    property,
    versionOf: (artifact) => versionOf(chain, [artifact], value, at),
    profiles: chain.flatMap((p) => childrenOf(child(p.root, 'profiles'), 'profile').map((e) => child(e, 'id')?.text ?? '')),
    ...limitOf({ lombok: versionOf(chain, ['lombok'], value, at, boot && managedLombok(boot)), vertx: versionOf(chain, ['vertx-core', 'vertx-web', 'vertx-stack-depchain', 'vertx-dependencies'], value, at), quarkus: quarkus && fact(quarkus, { file: pom.file }), aspectj: aspectj && fact(aspectj, { file: pom.file }), level: release && Number(release.value.replace(/^1\./, '')) < 8 ? { ...release, value: release.value.replace(/^1\./, '') } : undefined }),
    tests: project.files().some((f) => members.some((m) => f.startsWith(under(m.folder, 'src/test/')))),
  }
}

/** Whether mvnw is Maven's own script, and what it runs is there: a base image need not have a program that downloads. */
function hasWrapper(project: Project): boolean {
  const script = project.has(WRAPPER) ? (project.read('mvnw') ?? '') : ''
  return /^# .*Maven\d? (Wrapper )?start\s?up/im.test(script) && (!script.includes('MavenWrapperMain') || ['maven-wrapper.jar', 'MavenWrapperDownloader.java'].some((f) => project.has(`.mvn/wrapper/${f}`)))
}

/** The root's pom.xml and, through its modules, every other one. */
function readAll(project: Project): Map<string, Pom> {
  const poms = new Map<string, Pom>()
  const read = (file: string): Pom | undefined => {
    const text = poms.get(file) ? undefined : project.read(file)
    if (text === undefined) return poms.get(file)
    const folder = file.slice(0, Math.max(0, file.lastIndexOf('/')))
    const pom: Pom = { folder, file, root: readXml(file, text), parents: [] }
    poms.set(file, pom)
    const path = child(pom.root, 'parent', 'relativePath')
    const above = child(pom.root, 'parent') && (path === undefined || path.text !== '') ? inside(folder, path?.text ?? '../pom.xml') : undefined
    const parent = above === undefined ? undefined : read(above.endsWith('.xml') ? above : under(above, POM))
    // a pom.xml that happens to lie above is no parent
    if (parent && child(parent.root, 'artifactId')?.text === child(pom.root, 'parent', 'artifactId')?.text) pom.parents = [parent, ...parent.parents]
    for (const m of modulesOf(pom)) {
      const path = inside(folder, m)
      if (path !== undefined && poms.size < 200) read(path.endsWith('.xml') ? path : under(path, POM))
    }
    return pom
  }
  read(POM)
  return poms
}

const profilesOf = (root: Element): Element[] => childrenOf(child(root, 'profiles'), 'profile').filter((p) => child(p, 'activation', 'activeByDefault')?.text === 'true')
const modulesOf = (pom: Pom): string[] => [pom.root, ...profilesOf(pom.root)].flatMap((e) => childrenOf(child(e, 'modules'), 'module').map((m) => m.text))

/** Folders of the modules that are built together. */
export const mavenFolders = (project: Project): string[] => [...readAll(project).values()].map((p) => p.folder)

/** The module that runs: the one that was chosen, else the only one that makes a program. */
function chooseModule(project: Project, poms: Map<string, Pom>, chosen: string | undefined): Pom {
  const root = poms.get(POM)!
  if (poms.size === 1) return root
  const wanted = chosen && [...poms.values()].find((p) => p.folder === chosen.replace(/^\.\/|\/$/g, ''))
  if (wanted) return wanted
  const rated = [...poms.values()].map((pom) => ({ pom, rank: rankOf(project, pom) })).filter((r) => r.rank > 0)
  const best = Math.max(...rated.map((r) => r.rank))
  const found = rated.filter((r) => r.rank === best).map((r) => r.pom)
  if (found.length === 0) return root
  if (found.length === 1) return found[0]!
  throw new InputError({
    message: `this build makes ${found.length} programs: ${found.map((p) => p.folder || '.').join(', ')}`,
    file: found[0]!.file,
    where: '--start',
    hint: `choose the one that is to run: --start ${found[0]!.folder}`,
    choices: found.map((p) => p.folder),
  })
}

/** How surely a module is the program: 3 a plugin of its own makes one, 2 an inherited one does or it is a WAR, 1 it has a main class. */
function rankOf(project: Project, pom: Pom): number {
  const packaging = child(pom.root, 'packaging')?.text ?? 'jar'
  if (packaging === 'pom') return 0
  const makes = (p: Pom): boolean => childrenOf(child(p.root, 'build', 'plugins'), 'plugin').some((e) => MAKERS.includes(child(e, 'artifactId')?.text ?? ''))
  const files = within(project, [pom.folder])
  const main = findMains(files).length > 0
  if (makes(pom) && (main || childrenOf(child(pom.root, 'dependencies'), 'dependency').some((d) => /^quarkus-/.test(child(d, 'artifactId')?.text ?? '')))) return 3
  if (packaging === 'war') return 2
  return main ? (pom.parents.some(makes) ? 2 : 1) : 0
}

/** A module and those of the project that it depends on, its own first. */
function reactor(pom: Pom, poms: Map<string, Pom>): Pom[] {
  const byName = new Map([...poms.values()].map((p) => [child(p.root, 'artifactId')?.text ?? '', p]))
  const out = [pom]
  for (const p of out)
    for (const d of childrenOf(child(p.root, 'dependencies'), 'dependency')) {
      const other = byName.get(child(d, 'artifactId')?.text ?? '')
      if (other && !out.includes(other) && child(d, 'scope')?.text !== 'test') out.push(other)
    }
  return out
}

function propertyOf(chain: Pom[], name: string): string | undefined {
  const of = (path: string): string | undefined => chain.map((p) => child(p.root, path)?.text).find(Boolean)
  if (/^(project\.|pom\.)?version$/.test(name)) return of('version') ?? child(chain[0]!.root, 'parent', 'version')?.text
  if (/^(project\.)?artifactId$/.test(name)) return of('artifactId')
  if (name === 'project.parent.version') return child(chain[0]!.root, 'parent', 'version')?.text
  for (const p of chain)
    for (const e of [p.root, ...profilesOf(p.root)]) {
      const found = child(e, 'properties')?.children.find((c) => c.name === name)
      if (found) return resolve(found.text, (key) => (key === name ? undefined : propertyOf(chain, key)))
    }
  return undefined
}

/** A text with its ${properties} filled in; what nobody sets stays as it is. */
function resolve(text: string, property: (name: string) => string | undefined): string {
  return text.replace(/\$\{([^}]+)\}/g, (all, name: string) => property(name) ?? all)
}

/** The plugins that take part in the build, with what pluginManagement says of them. A shading plugin that no phase runs takes no part. */
function pluginsOf(chain: Pom[], property: (name: string) => string | undefined): Map<string, Plugin> {
  const named = (path: string[]): Element[] => chain.flatMap((p) => [p.root, ...profilesOf(p.root)].flatMap((e) => childrenOf(child(e, 'build', ...path), 'plugin')))
  const id = (e: Element): string => child(e, 'artifactId')?.text ?? ''
  const managed = named(['pluginManagement', 'plugins'])
  const out = new Map<string, Plugin>()
  for (const e of named(['plugins'])) {
    const all = [e, ...named(['plugins']).filter((o) => o !== e && id(o) === id(e)), ...managed.filter((m) => id(m) === id(e))]
    const setting = (name: string): string | undefined => all.map((a) => deep(a, name)).filter(Boolean).map((t) => resolve(t!, property))[0]
    if (!out.has(id(e))) out.set(id(e), { version: all.map((a) => child(a, 'version')?.text).filter(Boolean).map((t) => resolve(t!, property))[0], runs: all.some((a) => childrenOf(child(a, 'executions'), 'execution').length > 0), setting })
  }
  return out
}

/** Text of the first element of a name, wherever it stands. */
function deep(e: Element, name: string): string | undefined {
  return e.name === name ? e.text : e.children.map((c) => deep(c, name)).find((t) => t !== undefined)
}

function releaseOf(chain: Pom[], plugins: Map<string, Plugin>, value: (e: Element | undefined) => string | undefined, at: (p: Pom, e: Element) => Evidence): Fact<string> | undefined {
  for (const p of chain)
    for (const name of RELEASE) {
      const found = [p.root, ...profilesOf(p.root)].map((e) => child(e, 'properties')?.children.find((c) => c.name === name)).find(Boolean)
      const version = found && /^(?:1\.)?\d+/.exec(value(found)!)?.[0]
      if (version) return fact(version, at(p, found))
    }
  for (const name of ['maven-compiler-plugin', 'kotlin-maven-plugin', 'maven-toolchains-plugin'])
    for (const setting of ['release', 'target', 'source', 'jvmTarget']) {
      const said = plugins.get(name)?.setting(setting)
      const version = said && /^(?:1\.)?\d+/.exec(said)?.[0]
      const p = chain.find((c) => deepest(c.root, name)) ?? chain[0]!
      if (version) return fact(version, { file: p.file, line: deepest(p.root, name)?.line, text: `${setting} ${said}` })
    }
  return undefined
}

/** The element of a plugin's configuration, for its line. */
function deepest(e: Element, plugin: string): Element | undefined {
  if (e.name === 'plugin' && child(e, 'artifactId')?.text === plugin) return e
  return e.children.map((c) => deepest(c, plugin)).find(Boolean)
}

/** Spring Boot's version: of its parent, its bill of materials, its plugin or one of its starters. */
function bootOf(chain: Pom[], plugins: Map<string, Plugin>, value: (e: Element | undefined) => string | undefined): string | undefined {
  const versions = chain.flatMap((p) => {
    const parent = child(p.root, 'parent')
    const managed = childrenOf(child(p.root, 'dependencyManagement', 'dependencies'), 'dependency').filter((d) => child(d, 'artifactId')?.text === 'spring-boot-dependencies')
    const starters = childrenOf(child(p.root, 'dependencies'), 'dependency').filter((d) => /^spring-boot-starter/.test(child(d, 'artifactId')?.text ?? ''))
    return [child(parent, 'artifactId')?.text === 'spring-boot-starter-parent' ? value(child(parent, 'version')) : undefined, ...[...managed, ...starters].map((d) => value(child(d, 'version')))]
  })
  return [...versions, plugins.get('spring-boot-maven-plugin')?.version].find((v) => v !== undefined && /^\d/.test(v))
}

/** The version of the first of these artifacts, where a dependency or what manages it names one. */
function versionOf(chain: Pom[], names: readonly string[], value: (e: Element | undefined) => string | undefined, at: (p: Pom, e: Element) => Evidence, managed?: string): Fact<string> | undefined {
  for (const p of chain)
    for (const d of [...childrenOf(child(p.root, 'dependencies'), 'dependency'), ...childrenOf(child(p.root, 'dependencyManagement', 'dependencies'), 'dependency')]) {
      const id = child(d, 'artifactId')
      const version = id && names.includes(id.text) ? (value(child(d, 'version')) ?? managed) : undefined
      if (version && /^\d/.test(version)) return fact(version, at(p, id!))
    }
  return undefined
}

/** Every pom.xml, the wrapper and the settings of Maven itself. */
function manifests(project: Project, poms: Map<string, Pom>): BuildFile['manifests'] {
  // settings that Maven is told of stand at the top, too
  const told = (project.read('.mvn/maven.config') ?? '').split(/[\s=]+/).map((f) => f.replace(/^\.\//, '')).filter((f) => /^[\w-][\w.-]*\.xml$/.test(f) && f !== POM)
  const wrapper = ['mvnw', POM, ...told].filter((f) => project.read(f) !== undefined)
  const others = [...poms.values()].filter((p) => p.file !== POM).map((p) => ({ files: [p.file], to: `./${under(p.folder, '')}` }))
  return [{ files: wrapper, to: './' }, ...(project.isFolder('.mvn') ? [{ files: ['.mvn'], to: './.mvn' }] : []), ...others]
}
