import { InputError } from '../../errors.ts'
import { type Evidence, type Fact, fact, type LanguageFacts, type Warning } from '../facts.ts'
import { type BuildFile, under } from './build.ts'
import type { Packaging } from './package.ts'
import type { Project } from '../project.ts'
import type { Sources } from '../sources.ts'

/** Where it unpacks itself when it starts, which is more than /tmp holds. */
const PAYARA = '/app/payara'
/** What asks for more than servlets: APIs of a whole server, and plugins that bring one. */
const SERVER_API = /^(jakarta\.jakartaee-(web-)?api|javaee-(web-)?api|jboss-(javaee|jakartaee)-.*|jakarta\.ejb-api|javax\.ejb-api|microprofile)$/
const SERVER_PLUGIN = /^(liberty|wildfly|wildfly-jar|jboss-as|payara-micro|payara-server|tomee|glassfish-embedded)-maven-plugin$|^(net\.wasdev\.wlp|io\.openliberty)/
const BEYOND_SERVLETS = /^import (?:static )?(?:javax|jakarta)\.(?:ejb|enterprise|inject|ws\.rs|faces|persistence|jms|batch|transaction|annotation\.Resource)\b/

/** Whether the build makes a WAR that cannot run by itself. `started` says whether there is a class that does. */
export const isWar = (build: BuildFile, started: boolean): boolean => build.packaging === 'war' && !['spring-boot-maven-plugin', 'quarkus-maven-plugin', ...(started ? ['application'] : [])].some((p) => build.plugins.has(p))

/** What another server has by itself: its own classes, queues, and what of MicroProfile Payara Micro has not. */
const ALIEN = /^import (?:static )?((?:(?:javax|jakarta)\.jms|org\.jboss\.(?:ejb3?|msc|resteasy|security|vfs|ws)|org\.wildfly|com\.ibm|io\.openliberty|weblogic|org\.apache\.(?:tomee|openejb)|org\.eclipse\.microprofile\.(?:reactive|graphql|lra))\b[\w.]*)/

/** What serves a WAR: the facts that it decides, and the coordinates by which the build fetches it. */
export interface Server {
  facts: Partial<LanguageFacts>
  artifact: string
  newest?: Fact<number>
}

/** Whether the server is Tomcat, of which there is an archive, and not one jar. */
export const isTomcat = (artifact: string | undefined): boolean => artifact?.startsWith('org.apache.tomcat:') === true

/**
 * Decides what serves a WAR: Tomcat where servlets are enough, else Payara Micro, which is one jar of Maven's. Throws InputError where the WAR
 * relies on what one server alone has.
 */
export function serverOf(project: Project, build: BuildFile, servers: Record<string, string>, sources: Sources, warnings: Warning[]): Server {
  const api = [...build.dependencies].find(([name]) => SERVER_API.test(name))
  const plugin = [...build.plugins.keys()].find((p) => SERVER_PLUGIN.test(p))
  const used = api && sources.match(BEYOND_SERVLETS)
  if (!plugin && !used) return tomcatOf(project, build, servers, sources, warnings)
  const own = ['maven', 'gradle'].includes(build.manager) ? (alienOf(project, sources) ?? ownDatabase(project, build)) : { file: build.file }
  if (own)
    throw new InputError({
      message: `this project makes a WAR for a Jakarta EE server of its own (${plugin ?? api![0]}), for which no other stands in here`,
      file: own.file,
      ...(own.line ? { line: own.line } : {}),
      hint: "build it with its server in one jar (WildFly's or Open Liberty's runnable jar, Payara Micro), or as an executable jar",
    })
  return payaraOf(build, servers, sources, used?.evidence ?? { file: build.file, text: plugin }, plugin && nameOf(plugin), warnings)
}

/** The server that a plugin brings, where it is another one than stands in for it. */
const nameOf = (plugin: string): string | undefined => (/wildfly|jboss/.test(plugin) ? 'WildFly' : /liberty|wlp/.test(plugin) ? 'Open Liberty' : /tomee/.test(plugin) ? 'TomEE' : /glassfish/.test(plugin) ? 'GlassFish' : undefined)

/** Where a class of another server is imported; a package of the project's own may have such a name. */
function alienOf(project: Project, sources: Sources): Evidence | undefined {
  return sources.matches(ALIEN).find((m) => !project.files().some((f) => f.includes(`/${m.groups[0]!.replaceAll('.', '/')}`)))?.evidence
}

/** The file by which a server is told of databases, which another one does not read. */
function ownDatabase(project: Project, build: BuildFile): Evidence | undefined {
  const at = under(build.module, 'src/main')
  const files = project.files().filter((f) => f.startsWith(at) && /(-ds|\/persistence|\/server|\/resources|\/context|\/web)\.xml$/.test(f))
  const file = files.find((f) => /-ds\.xml$|WEB-INF\/resources\.xml$/.test(f) || /<jta-data-source>\s*(?!java:(?:comp\/DefaultDataSource|app\/|global\/|module\/))|<dataSource\b|<Resource\b|<resource-ref\b/.test(project.read(f) ?? ''))
  return file === undefined ? undefined : { file }
}

/** Payara Micro of the API's age: 5 is the last of javax, and runs on Java 17 at most. https://docs.payara.fish/community/docs/Technical%20Documentation/Payara%20Micro%20Documentation/Overview.html */
function payaraOf(build: BuildFile, servers: Record<string, string>, sources: Sources, evidence: Evidence, own: string | undefined, warnings: Warning[]): Server {
  const space = sources.match(/^import (?:static )?javax\.(?!sql|naming|net|crypto|xml|swing|imageio|management|security\.auth)/) ? 'javax' : 'jakarta'
  const artifact = servers[`payara-${space}`]!
  const version = artifact.split(':')[2]!
  const newest = version.startsWith('5') ? 17 : 21
  warnings.push(own ? { message: `the WAR is made for ${own}, in whose place Payara Micro ${version} serves it at "/", without its settings`, file: build.file, hint: `try it, or make one jar of it and ${own}` } : { message: `the WAR is served by Payara Micro ${version} at "/"`, file: build.file, hint: 'another server or path wants an image of its own' })
  return {
    artifact,
    ...((build.newest?.value ?? Infinity) > newest ? { newest: fact(newest, { file: build.file, text: `Payara Micro ${version}` }) } : {}),
    facts: { framework: { ...fact('payara', evidence), ...(own ? { guess: true } : {}) }, serves: fact(true, evidence), port: fact(8080, evidence), health: fact('/health/live', evidence), ready: fact('/health/ready', evidence), portVariable: undefined, hostVariable: undefined, env: {}, writable: [PAYARA] },
  }
}

/** Tomcat's line that has the WAR's servlet API. https://tomcat.apache.org/whichversion.html */
function tomcatOf(project: Project, build: BuildFile, servers: Record<string, string>, sources: Sources, warnings: Warning[]): Server {
  const evidence: Evidence = { file: build.file, text: 'war' }
  const web = project.read(under(build.module, build.manager === 'bare' ? 'WEB-INF/web.xml' : 'src/main/webapp/WEB-INF/web.xml')) ?? ''
  const space = sources.match(/\b(javax|jakarta)\.servlet\b/)?.groups[0] ?? (/jakarta\.ee\/xml/.test(web) || [...build.dependencies.keys()].some((d) => /^jakarta\.servlet|-jakarta$/.test(d)) ? 'jakarta' : 'javax')
  const artifact = servers[`tomcat-${space}`]!
  warnings.push({ message: `the WAR is served by Tomcat ${artifact.split(':')[2]} at "/"`, file: build.file, hint: 'another server or path wants an image of its own' })
  return { artifact, facts: { framework: fact('tomcat', evidence), serves: fact(true, evidence), port: fact(8080, evidence), health: undefined, ready: undefined, portVariable: undefined, hostVariable: undefined, env: {} } }
}

const OPENED = ['java.base/java.util', 'java.base/java.text', 'java.base/java.lang.reflect', 'java.desktop/java.awt.font']

/** What a plugin of Maven before 3.3 needs of Java 16 and newer, as a prefix of its command; it is the default before Maven 3.9. */
export const opened = (build: BuildFile): string => (/^(?:[12]\.|3\.[0-2]\b|$)/.test(build.plugins.get('maven-war-plugin')?.version ?? '') ? `JDK_JAVA_OPTIONS="${OPENED.map((p) => `--add-opens=${p}=ALL-UNNAMED`).join(' ')}" ` : '')

type Shape = Pick<Packaging, 'jarFolder' | 'jarName' | 'collect' | 'extract' | 'copies' | 'run' | 'develop'>

/** How a WAR is built, and what of its server is shipped. */
export function packWar(build: BuildFile, artifact: string): Shape {
  const folder = { bare: '.', maven: 'target', gradle: 'build/libs', sbt: 'target/scala-*' }[build.manager]
  const shape = { jarFolder: under(build.manager === 'bare' ? '' : build.module, folder), jarName: build.file === 'WEB-INF' ? '' : '*.war', extract: '' }
  return { ...shape, ...(isTomcat(artifact) ? tomcat() : payara(artifact)) }
}

/** A project may pin one that is too old to be told by flags. */
const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.7.0'

/** What Maven is told to fetch the server: into /out/server, or /out/lib where it is one jar. */
export const fetchOf = (artifact: string): string => (isTomcat(artifact) ? `${PLUGIN}:unpack -Dartifact=${artifact}:zip -DoutputDirectory=/out/server` : `${PLUGIN}:copy -Dartifact=${artifact} -Dmdep.stripVersion=true -DoutputDirectory=/out/lib`)

/** The WAR lies unpacked where Tomcat finds it, since nothing may be unpacked when it runs. Its class is started without the scripts, which want a shell. */
function tomcat(): Omit<Shape, 'jarFolder' | 'jarName' | 'extract'> {
  const run = (home: string): string[] => [`-Dcatalina.home=${home}`, `-Djava.util.logging.config.file=${home}/conf/logging.properties`, '-Djava.util.logging.manager=org.apache.juli.ClassLoaderLogManager', '-cp', `${home}/bin/bootstrap.jar:${home}/bin/tomcat-juli.jar`, 'org.apache.catalina.startup.Bootstrap', 'start']
  const copies = ['bin/*.jar', 'lib', 'conf', 'webapps'].map((p) => ({ from: `/out/tomcat/${p}`, to: `./${p.replace('*.jar', '')}` }))
  return { collect: 'mv /out/server/apache-tomcat-* /out/tomcat && rm -r /out/tomcat/webapps', copies, run: run('/app'), develop: run('/out/tomcat') }
}

function payara(artifact: string): Omit<Shape, 'jarFolder' | 'jarName' | 'extract'> {
  const jar = `${artifact.split(':')[1]}.jar`
  const run = (root: string): string[] => ['-jar', `${root && '/out/lib/'}${jar}`, '--rootdir', PAYARA, '--nohazelcast', '--port', '{port}', '--contextroot', '/', '--deploy', `${root}app.war`]
  return { collect: 'mv /out/app.jar /out/app.war', copies: [{ from: `/out/lib/${jar}`, to: './' }, { from: '/out/app.war', to: './' }], run: run(''), develop: run('/out/') }
}
