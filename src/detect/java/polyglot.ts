import { type Evidence, type Fact, fact } from '../facts.ts'
import type { BuildFile, Plugin } from './build.ts'
import { lineOf, type Project } from '../project.ts'

const POM = /^pom\.(atom|clj|groovy|java|kts?|rb|scala|ya?ml)$/

/** The build file of a Maven that reads another notation than XML. https://github.com/takari/polyglot-maven */
export const polyglotOf = (project: Project): string | undefined => (project.has('.mvn/extensions.xml') && !project.has('pom.xml') ? project.names().find((n) => POM.test(n)) : undefined)

/** Reads such a file as text: what all notations have in common are coordinates and the names of settings. */
export function readPolyglot(project: Project, file: string): BuildFile {
  const text = (project.read(file) ?? '').replace(/^\s*(?:#|\/\/|;).*$/gm, '')
  const at = (what: string): Evidence => ({ file, line: lineOf(text, what), text: what.trim().slice(0, 120) })
  const said = (expression: RegExp): Fact<string> | undefined => {
    const found = expression.exec(text)
    return found ? fact(found[1]!, at(found[0])) : undefined
  }
  const artifacts = new Map<string, Evidence>()
  for (const m of text.matchAll(/(?<![\w.:/-])[A-Za-z][\w.-]*\.[\w.-]+[:/]([A-Za-z][\w.-]*)(?::[^\s"':]+)?|\bartifactId\W{1,4}([A-Za-z][\w.-]*)/g)) artifacts.set(m[1] ?? m[2]!, at(m[0]))
  const boot = said(/spring-boot-starter-parent\W+(?:version\W+)?(\d[\w.]*)/)?.value
  const plugin = (name: string): [string, Plugin][] => (artifacts.has(name) ? [[name, { runs: true, setting: () => undefined }]] : [])
  const release = said(/\b(?:java\.version|maven\.compiler\.(?:release|target|source))\W+(?:1\.)?(\d+)/)
  const mainClass = said(/\bmainClass\W+([\w.$]+)/)?.value
  return {
    file,
    manager: 'maven',
    wrapper: project.has('mvnw') && project.has('.mvn/wrapper/maven-wrapper.properties'),
    module: '',
    folders: [''],
    manifests: [{ files: [...(project.has('mvnw') ? ['mvnw'] : []), file], to: './' }, { files: ['.mvn'], to: './.mvn' }],
    packaging: /\bpackaging\W+war\b/.test(text) ? 'war' : 'jar',
    ...(release ? { release } : {}),
    dependencies: artifacts,
    ...(boot ? { boot } : {}),
    plugins: new Map(['spring-boot-maven-plugin', 'quarkus-maven-plugin', 'maven-shade-plugin', 'maven-assembly-plugin'].flatMap(plugin)),
    parents: new Map(boot ? [['spring-boot-starter-parent', boot]] : []),
    ...(mainClass ? { mainClass } : {}),
    property: () => undefined,
    tests: project.files().some((f) => f.startsWith('src/test/')),
  }
}
