import { describe, expect, test } from 'vitest'
import { factsOf, problemsOf } from './detecting.ts'

const dependency = (name: string): string => `<dependency>\n<artifactId>${name}</artifactId>\n</dependency>`
const pom = (parts: { properties?: string; dependencies?: string[]; plugins?: string[]; parent?: string; rest?: string } = {}): string =>
  `<project>\n${parts.parent ? `<parent><artifactId>spring-boot-starter-parent</artifactId><version>${parts.parent}</version></parent>\n` : ''}<artifactId>shop</artifactId>\n<version>1.2.0</version>\n<properties>${parts.properties ?? ''}</properties>\n<dependencies>${(parts.dependencies ?? []).map(dependency).join('')}</dependencies>\n<build><plugins>${(parts.plugins ?? []).map((p) => `<plugin><artifactId>${p}</artifactId><executions/></plugin>`).join('')}</plugins></build>\n${parts.rest ?? ''}</project>\n`
const MAIN = 'package com.example;\n\npublic class Main {\n  public static void main(String[] args) {\n    HttpServer.create(new InetSocketAddress(9000), 0);\n  }\n}\n'
const SPRING = { parent: '3.5.1', dependencies: ['spring-boot-starter-web'], plugins: ['spring-boot-maven-plugin'] }
const MAIN_FILE = 'src/main/java/com/example/Main.java'

describe('the version is rounded up to a line with long support', () => {
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
    const facts = await factsOf({ 'pom.xml': pom({ plugins: ['maven-shade-plugin'] }), [MAIN_FILE]: MAIN })
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
    const facts = await factsOf({ 'pom.xml': pom(SPRING), mvnw: '', '.mvn/wrapper/maven-wrapper.properties': '' })
    expect(facts.build.command).toContain('sh ./mvnw')
    expect(facts.build.baseValues).toMatchObject({ builder: 'eclipse-temurin:{version}-jdk-noble' })
  })
  test('Gradle with Kotlin', async () => {
    const facts = await factsOf({ 'build.gradle.kts': 'plugins {\n  id("org.springframework.boot") version "3.4.0"\n}\nkotlin { jvmToolchain(21) }\ndependencies {\n  implementation("org.springframework.boot:spring-boot-starter-web")\n}\n', 'settings.gradle.kts': 'rootProject.name = "shop"\n' })
    expect(facts).toMatchObject({ manager: { value: 'gradle' }, version: { value: '21', evidence: [{ line: 4 }] }, framework: { value: 'spring' }, name: { value: 'shop' }, build: { command: 'gradle --no-daemon bootJar' } })
  })
  test('a WAR is refused with a word', async () => {
    expect((await problemsOf({ 'pom.xml': pom({ rest: '<packaging>war</packaging>' }) }))[0]!.hint).toContain('executable jar')
  })
  test('several modules ask for one', async () => {
    expect((await problemsOf({ 'pom.xml': pom({ rest: '<modules><module>api</module><module>web</module></modules>' }) }))[0]!.hint).toContain('--app api')
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
