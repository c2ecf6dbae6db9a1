import { describe, expect, test } from 'vitest'
import { factsOf, problemsOf } from './detecting.ts'

const dependency = (name: string): string => `<dependency>\n<artifactId>${name}</artifactId>\n</dependency>`
const pom = (parts: { properties?: string; dependencies?: string[]; plugins?: string[]; parent?: string; rest?: string } = {}): string =>
  `<project>\n${parts.parent ? `<parent><artifactId>spring-boot-starter-parent</artifactId><version>${parts.parent}</version></parent>\n` : ''}<artifactId>shop</artifactId>\n<version>1.2.0</version>\n<properties>${parts.properties ?? ''}</properties>\n<dependencies>${(parts.dependencies ?? []).map(dependency).join('')}</dependencies>\n<build><plugins>${(parts.plugins ?? []).map((p) => `<plugin><artifactId>${p}</artifactId><executions/></plugin>`).join('')}</plugins></build>\n${parts.rest ?? ''}</project>\n`
const MAIN = 'package com.example;\n\npublic class Main {\n  public static void main(String[] args) {\n    HttpServer.create(new InetSocketAddress(9000), 0);\n  }\n}\n'
const SPRING = { parent: '3.5.1', dependencies: ['spring-boot-starter-web'], plugins: ['spring-boot-maven-plugin'] }
const MAIN_FILE = 'src/main/java/com/example/Main.java'

describe('the version is rounded up to a line with long support', () => {
  test('a main class that no source has gives way to the one that is there', async () => {
    const of = async (named: string): Promise<string> => JSON.stringify(await factsOf({ 'pom.xml': pom({ properties: `<exec.mainClass>${named}</exec.mainClass>` }), [MAIN_FILE]: MAIN.replaceAll('Main', 'Start').replace('Start', 'Main') }))
    expect(await of('Old')).toContain('the build names the main class Old, which no source has')
    expect(await of('Old')).toContain('"com.example.Main"')
    expect(await of('io.vertx.core.Launcher')).toContain('"io.vertx.core.Launcher"')
  })
  test('features that are not final want their own Java, and this is told', async () => {
    const of = async (level: number): Promise<string> => JSON.stringify((await factsOf({ 'pom.xml': pom({ properties: `<maven.compiler.release>${level}</maven.compiler.release><args>--enable-preview</args>` }), [MAIN_FILE]: MAIN })).warnings)
    expect(await of(20)).toContain('features of Java 20 that are not final, which no other Java compiles, and the image has 21')
    expect(await of(21)).not.toContain('not final')
  })
  test.each([
    ['<maven.compiler.release>17</maven.compiler.release>', '17'],
    ['<java.version>1.8</java.version>', '17'],
    ['<java.version>18</java.version>', '21'],
    ['<maven.compiler.target>24</maven.compiler.target>', '25'],
    ['<level>21</level><maven.compiler.release>${level}</maven.compiler.release>', '21'],
  ])('%s', async (properties, line) => {
    const facts = await factsOf({ 'pom.xml': pom({ properties }), [MAIN_FILE]: MAIN })
    expect(facts.version).toMatchObject({ value: line, evidence: [{ file: 'pom.xml', line: 4 }] })
  })
  test.each([
    [{ parent: '2.4.5', properties: '<java.version>1.8</java.version>' }, '<version/>', '11', 'Lombok 1.18.20'],
    [{}, '<version>1.16.6</version>', '8', 'Lombok 1.16.6'],
    [{ properties: '<maven.compiler.source>1.6</maven.compiler.source>' }, '<version>1.18.44</version>', '11', 'source level 6'],
  ])('not above what Lombok or the source level runs on: %s', async (parts, version, line, tool) => {
    const text = pom({ ...parts, dependencies: ['lombok'] }).replace('<artifactId>lombok</artifactId>', `$&${version}`).replace('<version/>', '')
    const facts = await factsOf({ 'pom.xml': text, [MAIN_FILE]: MAIN })
    expect(facts.version?.value).toBe(line)
    if (facts.warnings.length > 0) expect(facts.warnings[0]!.message).toContain(tool)
  })
  test.each([
    ['project.toml', '[_]\nschema-version = "0.2"\n[[io.buildpacks.build.env]]\nname = "BP_JVM_VERSION"\nvalue = "25"\n', 5],
    ['mise.toml', '[tools]\njava = "temurin-25.0.1"\n', 2],
    ['system.properties', 'maven.version=3.9.9\njava.runtime.version=25\n', 2],
  ])('%s, where the build says nothing', async (file, text, line) => {
    expect((await factsOf({ 'pom.xml': pom(), [file]: text, [MAIN_FILE]: MAIN })).version).toMatchObject({ value: '25', evidence: [{ file, line }] })
  })
  test('.java-version, where the build says nothing', async () => {
    expect((await factsOf({ 'pom.xml': pom(), '.java-version': '25\n', [MAIN_FILE]: MAIN })).version?.value).toBe('25')
  })
})

describe('Spring Boot', () => {
  test('layers by its version', async () => {
    const run = async (parent: string): Promise<unknown> => (await factsOf({ 'pom.xml': pom({ ...SPRING, parent }) })).start!.value.slice(5)
    expect(await run('3.5.1')).toEqual(['-jar', 'app.jar'])
    expect(await run('3.2.0')).toEqual(['org.springframework.boot.loader.launch.JarLauncher'])
    expect(await run('2.7.18')).toEqual(['org.springframework.boot.loader.JarLauncher'])
  })
  test.each([
    ['application.properties', 'server.port=8090\n', 8090, 1],
    ['application.properties', 'a=b\nserver.port = ${PORT:8091}\n', 8091, 2],
    ['application.yml', 'server:\n  shutdown: graceful\n  port: 8092\n', 8092, 3],
  ])('its port in %s: %s', async (file, text, port, line) => {
    const facts = await factsOf({ 'pom.xml': pom(SPRING), [`src/main/resources/${file}`]: text })
    expect(facts.port).toMatchObject({ value: port, evidence: [{ file: `src/main/resources/${file}`, line }] })
  })
  test('probes of the actuator, where it is a dependency', async () => {
    const actuator = { ...SPRING, dependencies: [...SPRING.dependencies, 'spring-boot-starter-actuator'] }
    expect(await factsOf({ 'pom.xml': pom(actuator) })).toMatchObject({ health: { value: '/actuator/health/liveness' }, ready: { value: '/actuator/health/readiness' } })
    expect((await factsOf({ 'pom.xml': pom(actuator), 'src/main/resources/application.properties': 'server.servlet.context-path=/shop\n' })).health?.value).toBe('/shop/actuator/health/liveness')
    expect((await factsOf({ 'pom.xml': pom({ ...actuator, dependencies: [...actuator.dependencies, 'spring-boot-starter-security'] }) })).health).toBeUndefined()
    expect((await factsOf({ 'pom.xml': pom(SPRING) })).health).toBeUndefined()
  })
  test('without a web starter it serves nothing', async () => {
    expect((await factsOf({ 'pom.xml': pom({ ...SPRING, dependencies: ['spring-boot-starter'] }) })).serves?.value).toBe(false)
  })
})

describe('packaging', () => {
  test('an executable jar by the shade plugin', async () => {
    const facts = await factsOf({ 'pom.xml': pom({ plugins: ['maven-shade-plugin'] }).replace('<executions/>', '<executions><execution><configuration><mainClass>com.example.Main</mainClass></configuration></execution></executions>'), [MAIN_FILE]: MAIN })
    expect(facts.start!.value.slice(-2)).toEqual(['-jar', 'app.jar'])
    expect(facts).toMatchObject({ port: { value: 9000, evidence: [{ line: 5 }] }, serves: { value: true } })
  })
  test('no executable jar: the class beside its libraries', async () => {
    expect((await factsOf({ 'pom.xml': pom(), [MAIN_FILE]: MAIN })).start!.value.slice(-3)).toEqual(['-cp', 'app.jar:lib/*', 'com.example.Main'])
  })
  test('Quarkus', async () => {
    const facts = await factsOf({ 'pom.xml': pom({ dependencies: ['quarkus-rest', 'quarkus-smallrye-health'], plugins: ['quarkus-maven-plugin'] }) })
    expect(facts.start!.value.slice(-2)).toEqual(['-jar', 'quarkus-run.jar'])
    expect(facts.health?.value).toBe('/q/health/live')
  })
  test('the wrapper is used where there is one', async () => {
    const facts = await factsOf({ 'pom.xml': pom(SPRING), mvnw: '#!/bin/sh\n# Apache Maven Wrapper startup batch script, version 3.3.4\n', '.mvn/wrapper/maven-wrapper.properties': '' })
    expect(facts.build.command).toContain('sh ./mvnw')
    expect(facts.build.baseValues).toMatchObject({ builder: 'eclipse-temurin:{version}-jdk-noble' })
  })
  test('Gradle with Kotlin', async () => {
    const facts = await factsOf({ 'build.gradle.kts': 'plugins {\n  id("org.springframework.boot") version "3.4.0"\n}\nkotlin { jvmToolchain(21) }\ndependencies {\n  implementation("org.springframework.boot:spring-boot-starter-web")\n}\n', 'settings.gradle.kts': 'rootProject.name = "shop"\n' })
    expect(facts).toMatchObject({ manager: { value: 'gradle' }, version: { value: '21', evidence: [{ line: 4 }] }, framework: { value: 'spring' }, name: { value: 'shop' }, build: { command: 'gradle --no-daemon bootJar' } })
  })
  test('a WAR is served by the Tomcat of its servlet API', async () => {
    const page = (space: string): string => `package shop;\n\nimport ${space}.servlet.http.HttpServlet;\n\npublic class Page extends HttpServlet {}\n`
    const server = async (space: string): Promise<unknown> => (await factsOf({ 'pom.xml': pom({ rest: '<packaging>war</packaging>' }), 'src/main/java/shop/Page.java': page(space) })).build.server
    expect(await server('jakarta')).toMatch(/tomcat:10\.1/)
    expect(await server('javax')).toMatch(/tomcat:9\.0/)
  })
  test('a WAR that wants more than servlets is served by Payara Micro of its API', async () => {
    const server = async (space: string): Promise<string> => {
      const facts = await factsOf({ 'pom.xml': pom({ dependencies: ['jakarta.jakartaee-api'], rest: '<packaging>war</packaging>' }), 'src/main/java/shop/Bean.java': `package shop;\n\nimport ${space}.ejb.Stateless;\n\npublic class Bean {}\n` })
      return `${facts.framework?.value} ${facts.version?.value} ${/payara-micro:\d/.exec(String(facts.build.command))?.[0]}`
    }
    expect([await server('jakarta'), await server('javax')]).toEqual(['payara undefined payara-micro:6', 'payara 17 payara-micro:5'])
  })
  test('a WAR that relies on what its own server has is refused with a word', async () => {
    const bean = { 'src/main/java/shop/Bean.java': 'package shop;\n\nimport jakarta.jms.Queue;\n\npublic class Bean {}\n' }
    expect((await problemsOf({ 'pom.xml': pom({ plugins: ['liberty-maven-plugin'], rest: '<packaging>war</packaging>' }), ...bean }))[0]).toMatchObject({ file: 'src/main/java/shop/Bean.java', line: 3, message: expect.stringContaining('liberty-maven-plugin') })
    const source = { 'src/main/liberty/config/server.xml': '<server>\n  <dataSource jndiName="jdbc/shop"/>\n</server>\n' }
    expect((await problemsOf({ 'pom.xml': pom({ plugins: ['liberty-maven-plugin'], rest: '<packaging>war</packaging>' }), ...source }))[0]!.file).toBe('src/main/liberty/config/server.xml')
  })
  test('a function is called by the program of its framework', async () => {
    const facts = await factsOf({ 'pom.xml': pom({ dependencies: ['functions-framework-api'] }), 'src/main/java/shop/Hello.java': 'package shop;\n\npublic class Hello implements HttpFunction {\n}\n' })
    expect(facts.start!.value.slice(-6)).toEqual(['-jar', 'lib/java-function-invoker-1.4.1.jar', '--classpath', 'app.jar:lib/*', '--target', 'shop.Hello'])
  })
  test('a program that only is packaged by the plugin of Spring Boot is none of it', async () => {
    const facts = await factsOf({ 'pom.xml': pom({ dependencies: ['jetty-server'], plugins: ['spring-boot-maven-plugin'] }), [MAIN_FILE]: MAIN })
    expect(facts).toMatchObject({ port: { value: 9000 }, build: { extract: '' } })
    expect(facts.framework).toBeUndefined()
  })
  test("a wrapper's Maven that is too old is not taken", async () => {
    const wrapper = (version: string) => ({ mvnw: '# Maven2 Start Up Batch script\nMavenWrapperMain\n', '.mvn/wrapper/maven-wrapper.jar': '', '.mvn/wrapper/maven-wrapper.properties': `distributionUrl=https://repo.example/apache-maven-${version}-bin.zip\n` })
    const command = async (version: string): Promise<unknown> => (await factsOf({ 'pom.xml': pom(SPRING), ...wrapper(version) })).build.command
    expect(await command('3.5.4')).toBe('mvn -B -ntp -U -Dmaven.test.skip=true package')
    expect(await command('3.9.9')).toContain('sh ./mvnw -B -ntp')
  })
  test('sources and jars without a build, where no manifest says another language', async () => {
    expect((await factsOf({ 'Main.java': 'public class Main {\n  public static void main(String[] args) {\n    new ServerSocket(9000);\n  }\n}\n' })).start!.value.slice(-2)).toEqual(['app.jar:lib/*', 'Main'])
    expect(await factsOf({ 'shop.jar': '' })).toMatchObject({ port: { value: 8080, guess: true }, serves: { guess: true }, build: { command: 'mkdir -p /out && cp shop.jar /out/app.jar' } })
    expect((await factsOf({ 'package.json': '{"scripts":{"start":"node index.js"}}', 'index.js': '', 'driver.jar': '' })).language.value).toBe('node')
  })
  test('a toolchain without a line here builds, and a newer line runs', async () => {
    const files = { 'build.gradle.kts': 'plugins {\n  application\n}\njava { toolchain { languageVersion = JavaLanguageVersion.of(24) } }\napplication { mainClass = "com.example.Main" }\n', gradlew: '', 'gradle/wrapper/gradle-wrapper.jar': '', 'gradle/wrapper/gradle-wrapper.properties': 'distributionUrl=https\\://services.example/gradle-8.14-bin.zip\n' }
    const facts = await factsOf(files)
    expect(facts).toMatchObject({ version: { value: '25' }, build: { toolchain: '', baseValues: { builder: 'eclipse-temurin:24-jdk-noble' } } })
  })
  test('a toolchain that Gradle does not run on lies beside the JDK that it does', async () => {
    const files = { 'build.gradle.kts': 'plugins {\n  application\n}\nkotlin { jvmToolchain(24) }\napplication { mainClass = "com.example.Main" }\n', 'gradle/wrapper/gradle-wrapper.properties': 'distributionUrl=https\\://services.example/gradle-8.10-bin.zip\n' }
    expect(await factsOf(files)).toMatchObject({ version: { value: '25' }, build: { toolchain: '24', baseValues: { builder: 'gradle:8.10-jdk21' } } })
    expect(await factsOf({ 'build.gradle.kts': files['build.gradle.kts'] })).toMatchObject({ version: { value: '25' }, build: { toolchain: '24', baseValues: { builder: 'gradle:{gradle}-jdk{version}-noble' } } })
  })
  test('a file without a class is one in Java 25', async () => {
    expect(await factsOf({ 'Server.java': 'void main() throws Exception {\n  new ServerSocket(9000);\n}\n' })).toMatchObject({ version: { value: '25' }, port: { value: 9000 } })
  })
  test('a package.json that the build turns into a part of the jar is no second program', async () => {
    const front = { 'package.json': '{"scripts":{"start":"node server.js"}}', 'server.js': 'http.createServer().listen(3000)\n' }
    expect((await factsOf({ 'pom.xml': pom({ ...SPRING, plugins: [...SPRING.plugins, 'frontend-maven-plugin'] }), ...front })).language.value).toBe('java')
    expect((await problemsOf({ 'pom.xml': pom(SPRING), ...front }))[0]!.where).toBe('--language')
  })
  test('what was written for Java 11 reaches into the packages that 17 closes', async () => {
    const start = async (properties: string, chosen = {}): Promise<string[]> => (await factsOf({ 'pom.xml': pom({ properties }), [MAIN_FILE]: MAIN }, chosen)).start!.value
    const OPENS = '--add-opens=java.base/java.lang=ALL-UNNAMED'
    expect(await start('<java.version>11</java.version>')).toContain(OPENS)
    expect(await start('<java.version>17</java.version>')).not.toContain(OPENS)
    expect(await start('<java.version>8</java.version>', { version: '8' })).not.toContain(OPENS)
  })
  test('a class deep in packages is found', async () => {
    expect((await factsOf({ 'pom.xml': pom(), 'src/main/java/com/acme/shop/orders/api/rest/v1/Main.java': MAIN.replace('com.example', 'com.acme.shop.orders.api.rest.v1') })).start!.value.at(-1)).toBe('com.acme.shop.orders.api.rest.v1.Main')
  })
  test('an executable jar without a class in its manifest is started by the class', async () => {
    const facts = await factsOf({ 'pom.xml': pom({ plugins: ['maven-shade-plugin'] }).replace('<executions/>', '<executions><execution/></executions>'), [MAIN_FILE]: MAIN })
    expect(facts.start!.value.slice(-3)).toEqual(['-cp', 'app.jar', 'com.example.Main'])
  })
})

test('services by their drivers', async () => {
  const facts = await factsOf({ 'pom.xml': pom({ ...SPRING, dependencies: [...SPRING.dependencies, 'postgresql'] }) })
  expect(facts.services![0]).toMatchObject({ value: 'postgres', evidence: [{ file: 'pom.xml' }] })
  expect(facts.secrets!.map((s) => s.value)).toContain('SPRING_DATASOURCE_PASSWORD')
})

test('a malformed pom.xml is an error with its place', async () => {
  expect((await problemsOf({ 'pom.xml': '<project>\n  <a>\n</project>\n' }))[0]).toMatchObject({ file: 'pom.xml', line: 3 })
})

describe('several modules', () => {
  const module = (name: string, parts: Parameters<typeof pom>[0] = {}): string => pom(parts).replace('<project>', '<project><parent><artifactId>shop</artifactId><version>1.2.0</version></parent>').replace('<artifactId>shop</artifactId>\n<version>1.2.0</version>', `<artifactId>${name}</artifactId>`)
  const root = pom({ properties: '<java.version>17</java.version>', rest: '<packaging>pom</packaging><modules><module>core</module><module>web</module></modules>' })
  const files = {
    'pom.xml': root,
    'core/pom.xml': module('core', { dependencies: ['postgresql'] }),
    'web/pom.xml': module('web', { dependencies: ['core', 'spring-boot-starter-web'], plugins: ['spring-boot-maven-plugin'] }),
    'web/src/main/java/com/example/WebApplication.java': MAIN,
    'web/src/main/resources/application.yml': 'server:\n  port: 8092\n',
    'core/src/main/resources/application.yml': 'server:\n  port: 9999\n',
  }
  test('the one that makes a program is built with what it needs', async () => {
    const facts = await factsOf(files)
    expect(facts).toMatchObject({ framework: { value: 'spring' }, name: { value: 'web' }, version: { value: '17', evidence: [{ file: 'pom.xml' }] }, port: { value: 8092 } })
    expect(facts.build.command).toContain('-pl web -am')
    expect(facts.build.manifests).toContainEqual({ files: ['core/pom.xml'], to: './core/' })
    expect(facts.services!.map((s) => s.value)).toEqual(['postgres'])
  })
  test('several programs ask for one', async () => {
    const two = { ...files, 'core/pom.xml': files['web/pom.xml'].replace('<artifactId>web<', '<artifactId>core<'), 'core/src/main/java/com/example/CoreApplication.java': MAIN }
    expect((await problemsOf(two))[0]).toMatchObject({ where: '--start', choices: ['core', 'web'] })
    expect((await factsOf(two, { start: ['web'] })).build.command).toContain('-pl web -am')
  })
  test('of Gradle, with a catalog and a convention plugin', async () => {
    const facts = await factsOf({
      'settings.gradle.kts': 'rootProject.name = "shop"\ninclude("core", "web")\n',
      'gradle/libs.versions.toml': '[versions]\nboot = "3.4.1"\n[libraries]\nboot-web = { module = "org.springframework.boot:spring-boot-starter-web" }\n[plugins]\nspring-boot = { id = "org.springframework.boot", version.ref = "boot" }\n',
      'buildSrc/src/main/kotlin/shop.java.gradle.kts': 'java { toolchain { languageVersion = JavaLanguageVersion.of(25) } }\n',
      'core/build.gradle.kts': 'plugins { id("shop.java") }\n',
      'web/build.gradle.kts': 'plugins {\n  id("shop.java")\n  alias(libs.plugins.spring.boot)\n}\ndependencies {\n  // implementation("org.postgresql:postgresql")\n  implementation(libs.boot.web)\n  implementation(project(":core"))\n}\n',
    })
    expect(facts).toMatchObject({ framework: { value: 'spring', evidence: [{ file: 'web/build.gradle.kts', line: 7 }] }, version: { value: '25', evidence: [{ file: 'buildSrc/src/main/kotlin/shop.java.gradle.kts' }] }, build: { command: 'gradle --no-daemon :web:bootJar', jarFolder: 'web/build/libs' }, services: [] })
  })
})

describe('settings', () => {
  const spring = { 'pom.xml': pom(SPRING) }
  const at = (text: string, file = 'application.properties'): Record<string, string> => ({ ...spring, [`src/main/resources/${file}`]: text })
  test('what else reads the variable of the port is told it', async () => {
    expect((await factsOf(at('server.port=${PORT:5000}\n'))).env).toEqual({ PORT: '{port}' })
  })
  test('another profile says nothing', async () => {
    expect((await factsOf(at('server:\n  port: 8081\n---\nspring:\n  config:\n    activate:\n      on-profile: dev\nserver:\n  port: 9999\n', 'application.yml'))).port?.value).toBe(8081)
    expect((await factsOf(at('spring.config.activate.on-profile=dev\nserver.port=9999\n#---\nserver.port=8082\n'))).port?.value).toBe(8082)
  })
  test('a server on loopback is told to listen on all interfaces', async () => {
    expect((await factsOf(at('server.address=127.0.0.1\n'))).hostVariable?.value).toEqual({ SERVER_ADDRESS: '0.0.0.0' })
  })
  test('behind TLS there is no path to ask', async () => {
    const actuator = pom({ ...SPRING, dependencies: [...SPRING.dependencies, 'spring-boot-starter-actuator'] })
    expect((await factsOf({ 'pom.xml': actuator, 'src/main/resources/application.properties': 'server.ssl.key-store=classpath:a.p12\n' })).health).toBeUndefined()
    expect((await factsOf({ 'pom.xml': actuator, 'src/main/resources/application.properties': 'management.server.port=9090\n' })).health).toBeUndefined()
  })
  test('a database in the process is no service', async () => {
    const both = { 'pom.xml': pom({ ...SPRING, dependencies: [...SPRING.dependencies, 'h2', 'postgresql', 'mysql-connector-j'] }) }
    expect((await factsOf(both)).services).toEqual([])
    expect((await factsOf({ ...both, 'src/main/resources/application.properties': 'spring.datasource.url=jdbc:postgresql://db/shop\n' })).services!.map((s) => s.value)).toEqual(['postgres'])
  })
  test('log files need a folder', async () => {
    const facts = await factsOf(at('logging.file.name=logs/shop.log\n'))
    expect(facts.writable).toEqual(['/app/logs'])
    expect(facts.warnings[0]).toMatchObject({ file: 'src/main/resources/application.properties', line: 1 })
  })
  test('Ktor', async () => {
    const facts = await factsOf({ 'build.gradle.kts': 'plugins {\n  id("io.ktor.plugin") version "3.0.0"\n}\napplication {\n  mainClass = "io.ktor.server.netty.EngineMain"\n}\n', 'src/main/resources/application.conf': 'ktor {\n  deployment {\n    port = 8085\n    port = ${?PORT}\n  }\n}\n' })
    expect(facts).toMatchObject({ framework: { value: 'ktor' }, port: { value: 8085, evidence: [{ line: 3 }] }, build: { command: 'gradle --no-daemon installDist' } })
  })
  test('an old wrapper decides what Java it runs on', async () => {
    const facts = await factsOf({ 'build.gradle': "plugins {\n  id 'application'\n}\napplication {\n  mainClass = 'a.B'\n}\nsourceCompatibility = 17\n", gradlew: '', 'gradle/wrapper/gradle-wrapper.properties': 'distributionUrl=https\\://services.gradle.org/distributions/gradle-6.9-bin.zip\n' })
    expect(facts.version?.value).toBe('11')
    expect(facts.warnings[0]!.message).toContain('Gradle 6.9')
  })
})

describe('the class that is started', () => {
  const kotlin = { 'pom.xml': pom(), 'src/main/kotlin/com/example/server.kt': 'package com.example\n\nfun main() {}\n' }
  test('of Kotlin', async () => {
    expect((await factsOf(kotlin)).start).toMatchObject({ value: expect.arrayContaining(['com.example.ServerKt']), evidence: [{ line: 3 }] })
  })
  test('of several the likely one, with a word', async () => {
    const facts = await factsOf({ ...kotlin, [MAIN_FILE.replace('Main', 'Other')]: MAIN, [MAIN_FILE]: MAIN })
    expect(facts.start).toMatchObject({ guess: true })
    expect(facts.warnings[0]!.message).toContain('3 main classes')
    expect((await factsOf({ ...kotlin, [MAIN_FILE]: MAIN }, { start: ['com.example.ServerKt'] })).start!.value.at(-1)).toBe('com.example.ServerKt')
  })
})

describe('versions of other files', () => {
  test.each([
    ['.sdkmanrc', '# comment\njava=17.0.9-tem\n', '17', 2],
    ['.tool-versions', 'nodejs 22\njava temurin-25.0.1+8\n', '25', 2],
    ['system.properties', 'java.runtime.version=21\n', '21', 1],
  ])('%s', async (file, text, line, at) => {
    expect((await factsOf({ 'pom.xml': pom(), [MAIN_FILE]: MAIN, [file]: text })).version).toMatchObject({ value: line, evidence: [{ file, line: at }] })
  })
  test('a toolchain is taken as it is', async () => {
    const of = (version: string): Record<string, string> => ({ 'build.gradle': `plugins {\n  id 'application'\n}\njava { toolchain { languageVersion = JavaLanguageVersion.of(${version}) } }\n`, 'src/main/java/a/B.java': MAIN })
    expect((await factsOf(of('11'))).version?.value).toBe('11')
    expect((await factsOf(of('19'))).warnings.map((w) => w.message)).toEqual(['the build wants a toolchain of Java 19, which gets no more fixes: it builds, and Java 21 runs what it makes'])
  })
  test('an older Kotlin compiles for nothing newer', async () => {
    expect((await factsOf({ 'build.gradle.kts': 'plugins {\n  kotlin("jvm") version "1.8.20"\n  application\n}\n', 'src/main/kotlin/a/B.kt': 'package a\nfun main() {}\n' })).version?.value).toBe('17')
  })
})

test('a database that is a file is put where the program may write', async () => {
  const facts = await factsOf({ 'pom.xml': pom({ ...SPRING, dependencies: [...SPRING.dependencies, 'h2'] }), 'src/main/resources/application.yml': 'spring:\n  datasource:\n    url: jdbc:h2:file:./data/shop;MODE=MySQL\n' })
  expect(facts.env).toEqual({ SPRING_DATASOURCE_URL: 'jdbc:h2:file:/tmp/shop;MODE=MySQL' })
  expect(facts.warnings[0]).toMatchObject({ file: 'src/main/resources/application.yml', line: 3 })
  expect((await factsOf({ 'pom.xml': pom(SPRING), 'src/main/resources/application.properties': 'spring.datasource.url=jdbc:h2:mem:shop\n' })).env).toEqual({})
})

test('a key in the jar is warned about', async () => {
  const facts = await factsOf({ 'pom.xml': pom(SPRING), 'src/main/resources/app.key': '', 'src/main/resources/application.properties': 'jwt.private=classpath:app.key\n' })
  expect(facts.warnings.map((w) => w.line)).toEqual([1])
})
