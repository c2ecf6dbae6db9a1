import { InputError } from '../errors.ts'
import { type Evidence, fact, type LanguageFacts, type Warning } from './facts.ts'
import { type BuildFile, under } from './java-build.ts'
import type { Packaging } from './java-package.ts'
import type { Language } from './language.ts'
import type { Project } from './project.ts'
import type { Sources } from './sources.ts'

const HOME = '/usr/local/tomcat'
/** What asks for more than servlets: APIs of a whole server, and plugins that bring one. */
const SERVER_API = /^(jakarta\.jakartaee-(web-)?api|javaee-(web-)?api|jboss-(javaee|jakartaee)-.*|jakarta\.ejb-api|javax\.ejb-api|microprofile)$/
const SERVER_PLUGIN = /^(liberty|wildfly|wildfly-jar|jboss-as|payara-micro|payara-server|tomee|glassfish-embedded)-maven-plugin$|^(net\.wasdev\.wlp|io\.openliberty)/
const BEYOND_SERVLETS = /^import (?:static )?(?:javax|jakarta)\.(?:ejb|enterprise|inject|ws\.rs|faces|persistence|jms|batch|transaction|annotation\.Resource)\b/

/** Whether the build makes a WAR that cannot run by itself. */
export const isWar = (build: BuildFile): boolean => build.packaging === 'war' && !['spring-boot-maven-plugin', 'quarkus-maven-plugin', 'application'].some((p) => build.plugins.has(p))

/**
 * What serves a WAR: the line of Tomcat that has its servlet API, on the image that fits Java's version. Throws InputError
 * where the WAR wants a server with more than servlets. https://tomcat.apache.org/whichversion.html
 */
export function tomcatOf(project: Project, build: BuildFile, language: Language, sources: Sources, flags: readonly string[], warnings: Warning[]): { facts: Partial<LanguageFacts>; image: Record<string, string> } {
  const api = [...build.dependencies].find(([name]) => SERVER_API.test(name))
  const plugin = [...build.plugins.keys()].find((p) => SERVER_PLUGIN.test(p))
  const used = api && sources.match(BEYOND_SERVLETS)
  if (plugin || used)
    throw new InputError({
      message: `this project makes a WAR for a Jakarta EE server (${plugin ?? api![0]}), of which Tomcat has the servlets only`,
      file: used?.evidence.file ?? build.file,
      ...(used ? { line: used.evidence.line } : {}),
      hint: "build it with its server in one jar (WildFly's or Open Liberty's runnable jar, Payara Micro), or as an executable jar",
    })
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
