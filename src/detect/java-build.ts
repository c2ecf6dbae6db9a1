import type { Evidence } from './facts.ts'
import { lineOf, type Project } from './project.ts'
import { child, childrenOf, type Element, readXml } from './xml.ts'

/** What a build file says, Maven's or Gradle's. */
export interface BuildFile {
  file: string
  manager: 'maven' | 'gradle'
  wrapper: boolean
  name?: string
  version?: string
  /** "war" cannot be run by itself */
  packaging: string
  release?: { version: string; evidence: Evidence }
  /** artifact ids of the dependencies, with their places */
  dependencies: Map<string, Evidence>
  /** Spring Boot's version, where the build file names one */
  boot?: string
  /** plugins that make the jar executable */
  plugins: Set<string>
  mainClass?: string
  /** the build makes Spring Boot's executable jar by itself */
  repackages: boolean
  /** modules of a reactor or a multi-project build */
  modules: string[]
}

const POM = 'pom.xml'

/** Reads pom.xml with its properties. Throws InputError with file, line and column. */
export function readMaven(project: Project): BuildFile {
  const root = readXml(POM, project.read(POM)!)
  const properties = new Map((child(root, 'properties')?.children ?? []).map((p) => [p.name, p]))
  const parent = child(root, 'parent')
  const value = (e: Element | undefined): string | undefined => e?.text.replace(/\$\{([^}]+)\}/g, (all, key: string) => properties.get(key)?.text ?? (key === 'project.version' ? child(root, 'version')?.text : undefined) ?? all)
  const at = (e: Element): Evidence => ({ file: POM, line: e.line, text: `${e.name} ${e.text}`.trim() })
  const plugins = [...childrenOf(child(root, 'build', 'plugins'), 'plugin'), ...childrenOf(child(root, 'build', 'pluginManagement', 'plugins'), 'plugin')]
  const compiler = plugins.find((p) => child(p, 'artifactId')?.text === 'maven-compiler-plugin')
  const release = ['maven.compiler.release', 'java.version', 'maven.compiler.target', 'maven.compiler.source', 'jdk.version'].map((k) => properties.get(k)).find(Boolean) ?? child(compiler, 'configuration', 'release') ?? child(compiler, 'configuration', 'target') ?? child(compiler, 'configuration', 'source')
  const version = release && value(release)
  const boot = child(parent, 'artifactId')?.text === 'spring-boot-starter-parent' ? value(child(parent, 'version')) : value(properties.get('spring-boot.version') ?? properties.get('spring.boot.version'))
  return {
    file: POM,
    manager: 'maven',
    wrapper: project.has('mvnw') && project.has('.mvn/wrapper/maven-wrapper.properties'),
    name: value(child(root, 'artifactId')),
    version: value(child(root, 'version')) ?? value(child(parent, 'version')),
    packaging: value(child(root, 'packaging')) ?? 'jar',
    ...(version ? { release: { version, evidence: at(release!) } } : {}),
    dependencies: new Map(childrenOf(child(root, 'dependencies'), 'dependency').map((d) => [child(d, 'artifactId')?.text ?? '', at(child(d, 'artifactId') ?? d)])),
    boot,
    // a plugin that no phase runs changes nothing, but where the parent binds it
    plugins: new Set(plugins.filter((p) => child(p, 'executions') || !/^maven-(assembly|shade)-plugin$/.test(child(p, 'artifactId')?.text ?? '')).map((p) => child(p, 'artifactId')?.text ?? '')),
    repackages: parent !== undefined || plugins.some((p) => child(p, 'artifactId')?.text === 'spring-boot-maven-plugin' && child(p, 'executions') !== undefined),
    mainClass: plugins.map((p) => mainOf(p, value)).find(Boolean),
    modules: childrenOf(child(root, 'modules'), 'module').map((m) => m.text),
  }
}

/** The main class that a plugin's configuration names, wherever it stands in it. */
function mainOf(e: Element, value: (e: Element | undefined) => string | undefined): string | undefined {
  if (/^(mainClass|Main-Class)$/.test(e.name)) return value(e)
  return e.children.map((c) => mainOf(c, value)).find(Boolean)
}

/** Reads build.gradle or build.gradle.kts as text: both are programs, and only their usual forms are understood. */
export function readGradle(project: Project): BuildFile {
  const file = project.has('build.gradle.kts') ? 'build.gradle.kts' : 'build.gradle'
  const text = project.read(file) ?? ''
  const settings = project.read('settings.gradle.kts') ?? project.read('settings.gradle') ?? ''
  const first = (...expressions: RegExp[]): { value: string; evidence: Evidence } | undefined => {
    for (const e of expressions) {
      const found = e.exec(text)
      if (found) return { value: found[1]!, evidence: { file, line: lineOf(text, found[0]), text: found[0] } }
    }
    return undefined
  }
  const release = first(/languageVersion\s*(?:=|\.set\()\s*JavaLanguageVersion\.of\((\d+)\)/, /jvmToolchain\((\d+)\)/, /(?:source|target)Compatibility\s*=?\s*['"]?(?:JavaVersion\.VERSION_)?([\d._]+)/, /release\s*(?:=|\.set\()\s*(\d+)/)
  const dependencies = new Map<string, Evidence>()
  for (const m of text.matchAll(/(?:implementation|api|runtimeOnly|compile|developmentOnly)\s*\(?\s*(?:platform\()?['"][^:'"]+:([^:'"]+)/g)) dependencies.set(m[1]!, { file, line: lineOf(text, m[0]) })
  const plugins = new Set([...text.matchAll(/id\s*\(?\s*['"]([^'"]+)['"]|^\s{2,}(java|application|war)\s*$|apply plugin: ['"]([^'"]+)/gm)].map((m) => m[1] ?? m[2] ?? m[3]!))
  return {
    file,
    manager: 'gradle',
    wrapper: project.has('gradlew') && project.has('gradle/wrapper/gradle-wrapper.properties'),
    name: /rootProject\.name\s*=\s*['"]([^'"]+)/.exec(settings)?.[1],
    version: first(/^version\s*=?\s*['"]([^'"]+)['"]/m)?.value,
    packaging: plugins.has('war') && !plugins.has('org.springframework.boot') ? 'war' : 'jar',
    ...(release ? { release: { version: release.value.replace('_', '.'), evidence: release.evidence } } : {}),
    dependencies,
    boot: first(/org\.springframework\.boot['"]\)?\s*version\s*\(?['"]([^'"]+)/)?.value,
    plugins,
    repackages: true,
    mainClass: first(/mainClass(?:Name)?\s*(?:=|\.set\()\s*['"]([^'"]+)/, /Main-Class['"]?\s*(?::|to)\s*['"]([^'"]+)/)?.value,
    modules: [...settings.matchAll(/include\s*\(?\s*((?:['"][^'"]+['"]\s*,?\s*)+)/g)].flatMap((m) => [...m[1]!.matchAll(/['"]:?([^'"]+)['"]/g)].map((n) => n[1]!.replaceAll(':', '/'))),
  }
}
