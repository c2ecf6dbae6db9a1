import { InputError } from '../errors.ts'
import { type Evidence, type Fact, fact, type LanguageFacts, type Warning } from './facts.ts'
import { type BuildFile, under } from './java-build.ts'
import type { Packaging } from './java-package.ts'
import type { Language } from './language.ts'
import type { Project } from './project.ts'
import type { Sources } from './sources.ts'

const HOME = '/usr/local/tomcat'
/** Where it unpacks itself when it starts, which is more than /tmp holds. */
const PAYARA = '/app/payara'
/** What asks for more than servlets: APIs of a whole server, and plugins that bring one. */
const SERVER_API = /^(jakarta\.jakartaee-(web-)?api|javaee-(web-)?api|jboss-(javaee|jakartaee)-.*|jakarta\.ejb-api|javax\.ejb-api|microprofile)$/
const SERVER_PLUGIN = /^(liberty|wildfly|wildfly-jar|jboss-as|payara-micro|payara-server|tomee|glassfish-embedded)-maven-plugin$|^(net\.wasdev\.wlp|io\.openliberty)/
const BEYOND_SERVLETS = /^import (?:static )?(?:javax|jakarta)\.(?:ejb|enterprise|inject|ws\.rs|faces|persistence|jms|batch|transaction|annotation\.Resource)\b/

/** Whether the build makes a WAR that cannot run by itself. */
export const isWar = (build: BuildFile): boolean => build.packaging === 'war' && !['spring-boot-maven-plugin', 'quarkus-maven-plugin', 'application'].some((p) => build.plugins.has(p))

/** What another server has by itself: its own classes, queues, and what of MicroProfile Payara Micro has not. */
const ALIEN = /^import (?:static )?(?:(?:javax|jakarta)\.jms|org\.jboss\.(?:ejb3?|msc|resteasy|security|vfs|ws)|org\.wildfly|com\.ibm|io\.openliberty|weblogic|org\.apache\.(?:tomee|openejb)|org\.eclipse\.microprofile\.(?:reactive|graphql|lra))\b/

/** What serves a WAR: the facts that it decides, its image by base, and what the build fetches of it. */
export interface Server {
  facts: Partial<LanguageFacts>
  image?: Record<string, string>
  /** coordinates of a server that is one jar */
  artifact?: string
  newest?: Fact<number>
}

/**
 * Decides what serves a WAR: Tomcat where servlets are enough, else Payara Micro, which is one jar of Maven's. Throws InputError where the WAR
 * relies on what one server alone has.
 */
export function serverOf(project: Project, build: BuildFile, language: Language, sources: Sources, flags: readonly string[], warnings: Warning[]): Server {
  const api = [...build.dependencies].find(([name]) => SERVER_API.test(name))
  const plugin = [...build.plugins.keys()].find((p) => SERVER_PLUGIN.test(p))
  const used = api && sources.match(BEYOND_SERVLETS)
  if (!plugin && !used) return tomcatOf(project, build, language, sources, flags, warnings)
  const own = build.manager === 'maven' ? (sources.match(ALIEN)?.evidence ?? ownDatabase(project, build)) : { file: build.file }
  if (own)
    throw new InputError({
      message: `this project makes a WAR for a Jakarta EE server of its own (${plugin ?? api![0]}), for which no other stands in here`,
      file: own.file,
      ...(own.line ? { line: own.line } : {}),
      hint: "build it with its server in one jar (WildFly's or Open Liberty's runnable jar, Payara Micro), or as an executable jar",
    })
  return payaraOf(build, sources, used?.evidence ?? { file: build.file, text: plugin }, warnings)
}

/** The file by which a server is told of databases, which another one does not read. */
function ownDatabase(project: Project, build: BuildFile): Evidence | undefined {
  const at = under(build.module, 'src/main')
  const files = project.files().filter((f) => f.startsWith(at) && /(-ds|\/persistence|\/server|\/resources|\/context|\/web)\.xml$/.test(f))
  const file = files.find((f) => /-ds\.xml$|WEB-INF\/resources\.xml$/.test(f) || /<jta-data-source>\s*(?!java:(?:comp\/DefaultDataSource|app\/|global\/|module\/))|<dataSource\b|<Resource\b|<resource-ref\b/.test(project.read(f) ?? ''))
  return file === undefined ? undefined : { file }
}

/** Payara Micro of the API's age: 5 is the last of javax, and runs on Java 17 at most. https://docs.payara.fish/community/docs/Technical%20Documentation/Payara%20Micro%20Documentation/Overview.html */
function payaraOf(build: BuildFile, sources: Sources, evidence: Evidence, warnings: Warning[]): Server {
  const version = sources.match(/^import (?:static )?javax\.(?!sql|naming|net|crypto|xml|swing|imageio|management|security\.auth)/) ? '5.2022.5' : '6.2025.10'
  const newest = version.startsWith('5') ? 17 : 21
  warnings.push({ message: `the WAR is served by Payara Micro ${version} at "/"`, file: build.file, hint: 'another server or path wants an image of its own' })
  return {
    artifact: `fish.payara.extras:payara-micro:${version}`,
    ...((build.newest?.value ?? Infinity) > newest ? { newest: fact(newest, { file: build.file, text: `Payara Micro ${version}` }) } : {}),
    facts: { framework: fact('payara', evidence), serves: fact(true, evidence), port: fact(8080, evidence), health: fact('/health/live', evidence), ready: fact('/health/ready', evidence), portVariable: undefined, hostVariable: undefined, env: {}, writable: [PAYARA] },
  }
}

/** Tomcat's line that has the WAR's servlet API, on the image that fits Java's version. https://tomcat.apache.org/whichversion.html */
function tomcatOf(project: Project, build: BuildFile, language: Language, sources: Sources, flags: readonly string[], warnings: Warning[]): Server {
  const evidence: Evidence = { file: build.file, text: 'war' }
  const web = project.read(under(build.module, build.manager === 'bare' ? 'WEB-INF/web.xml' : 'src/main/webapp/WEB-INF/web.xml')) ?? ''
  const jakarta = sources.match(/^import (?:static )?(javax|jakarta)\.servlet\b/)?.groups[0] ?? (/jakarta\.ee\/xml/.test(web) || [...build.dependencies.keys()].some((d) => /^jakarta\.servlet/.test(d)) ? 'jakarta' : 'javax')
  const line = jakarta === 'jakarta' ? '10.1' : '9.0'
  warnings.push({ message: `the WAR is served by Tomcat ${line} at "/"`, file: build.file, hint: 'another server or path wants an image of its own' })
  return {
    image: { debian: `tomcat:${line}-jre{version}-temurin-noble` },
    facts: {
      framework: fact('tomcat', evidence),
      start: fact(['catalina.sh', 'run'], evidence),
      develop: fact([`${HOME}/bin/catalina.sh`, 'run'], evidence),
      serves: fact(true, evidence),
      port: fact(8080, evidence),
      health: undefined,
      ready: undefined,
      portVariable: undefined,
      hostVariable: undefined,
      env: { CATALINA_OPTS: flags.filter((f) => !f.includes('tmpdir')).join(' '), CATALINA_TMPDIR: '/tmp' },
      unsuitable: Object.keys(language.bases).filter((b) => b !== 'debian').map((base) => ({ base, reason: `the WAR is served by Tomcat, which has no ${base} image here`, evidence: [evidence] })),
    },
  }
}

const OPENED = ['java.base/java.util', 'java.base/java.text', 'java.base/java.lang.reflect', 'java.desktop/java.awt.font']

/** What a plugin of Maven before 3.3 needs of Java 16 and newer, as a prefix of its command; it is the default before Maven 3.9. */
export const opened = (build: BuildFile): string => (/^(?:[12]\.|3\.[0-2]\b|$)/.test(build.plugins.get('maven-war-plugin')?.version ?? '') ? `JDK_JAVA_OPTIONS="${OPENED.map((p) => `--add-opens=${p}=ALL-UNNAMED`).join(' ')}" ` : '')

/** How a WAR is built: its files lie where Tomcat finds them, unpacked, since nothing may be unpacked when it runs. */
export function packWar(build: BuildFile): Pick<Packaging, 'jarFolder' | 'jarName' | 'collect' | 'extract' | 'copies' | 'run' | 'develop'> {
  return {
    jarFolder: build.manager === 'bare' ? '.' : under(build.module, build.manager === 'maven' ? 'target' : 'build/libs'),
    jarName: build.file === 'WEB-INF' ? '' : '*.war',
    collect: '',
    extract: '',
    copies: [{ from: '/out/conf/', to: `${HOME}/conf/` }, { from: '/out/webapp', to: `${HOME}/webapps/ROOT` }],
    run: ['war'],
    develop: [],
  }
}

/** How a WAR is built that a server in one jar deploys when it starts. */
export function packServed(build: BuildFile, artifact: string): Pick<Packaging, 'jarFolder' | 'jarName' | 'collect' | 'extract' | 'copies' | 'run' | 'develop'> {
  const jar = `${artifact.split(':')[1]}.jar`
  const run = (root: string): string[] => ['-jar', `${root && '/out/lib/'}${jar}`, '--rootdir', PAYARA, '--nohazelcast', '--port', '{port}', '--contextroot', '/', '--deploy', `${root}app.war`]
  return { ...packWar(build), collect: 'mv /out/app.jar /out/app.war', copies: [{ from: `/out/lib/${jar}`, to: './' }, { from: '/out/app.war', to: './' }], run: run(''), develop: run('/out/') }
}
