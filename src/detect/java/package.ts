import { packBare } from './bare.ts'
import { type BuildFile, under } from './build.ts'
import { packSbt } from './sbt.ts'
import { fetchOf, opened, packWar } from './war.ts'

/** A function that another program calls: that program's coordinates, and the class of the function. */
export interface Function {
  runner: string
  target: string
}

/** What Quarkus is told to make: a kind of jar, whether its name ends in "-runner", or machine code. */
export interface QuarkusPackage {
  type?: string
  suffix: boolean
  native: boolean
}

/** How a program is built and what of it is shipped. Commands run in the folder of the sources, results lie in /out. */
export interface Packaging {
  resolve: string
  command: string
  /** where the build puts the jar that runs, and its name as `find` takes it; "" where it is collected otherwise */
  jarFolder: string
  jarName: string
  collect: string
  extract: string
  test: string
  copies: { from: string; to: string }[]
  /** the program behind `java` and its flags, in the folder of the last stage; [] where the build makes none */
  run: string[]
  /** the same in the stage that builds */
  develop: string[]
}

type Shape = Pick<Packaging, 'jarFolder' | 'jarName' | 'collect' | 'extract' | 'copies' | 'run' | 'develop'>

/**
 * Decides how the program is packaged: Spring Boot's layers, Quarkus' fast jar, an executable jar, or classes beside their
 * libraries where the build makes no executable jar. `mainClass` is asked for only where the last is so. `flags` are Maven's; `server` are the coordinates of one that serves a WAR.
 */
export function packagingOf(build: BuildFile, mainClass: () => string | undefined, flags: readonly string[], made: QuarkusPackage, server: string | undefined, called: Function | undefined): Packaging {
  if (build.manager === 'sbt') return packSbt(build, mainClass, server)
  if (build.manager === 'bare') return packBare(build, mainClass, server)
  return build.manager === 'maven' ? maven(build, mainClass, flags, made, server, called) : gradle(build, mainClass, made, server, called)
}

const OUT_JAR = { from: '/out/app.jar', to: './' }

/** One executable jar, shipped as it is. */
const whole = (folder: string, name: string): Shape => ({ jarFolder: folder, jarName: name, collect: '', extract: '', copies: [OUT_JAR], run: ['-jar', 'app.jar'], develop: ['-jar', '/out/app.jar'] })

/** The program's jar beside the libraries, and the class that is started. */
const beside = (folder: string, mainClass: string): Shape => ({
  jarFolder: folder,
  jarName: '*.jar',
  // there may be none
  collect: 'mkdir -p /out/lib',
  extract: '',
  copies: [{ from: '/out/lib', to: './lib' }, OUT_JAR],
  run: ['-cp', 'app.jar:lib/*', mainClass],
  develop: ['-cp', '/out/app.jar:/out/lib/*', mainClass],
})

/** Files of `shape` with the program that calls a function of theirs: https://github.com/GoogleCloudPlatform/functions-framework-java */
function calling(shape: Shape, called: Function): Shape {
  const [, artifact, version] = called.runner.split(':')
  const run = (root: string): string[] => ['-jar', `${root}lib/${artifact}-${version}.jar`, '--classpath', shape.jarName ? `${root}app.jar:${root}lib/*` : `${root}lib/*`, '--target', called.target]
  return { ...shape, run: run(''), develop: run('/out/') }
}

const fastJar = (folder: string): Shape => ({
  jarFolder: '',
  jarName: '',
  collect: `mkdir -p /out && cp -r ${under(folder, 'quarkus-app')} /out/app`,
  extract: '',
  // libraries change least, so their layer comes first
  copies: ['lib', '*.jar', 'app', 'quarkus'].map((p) => ({ from: `/out/app/${p}`, to: p === '*.jar' ? './' : `./${p}` })),
  run: ['-jar', 'quarkus-run.jar'],
  develop: ['-jar', '/out/app/quarkus-run.jar'],
})

/** What keeps a build from making a program of machine code, which wants another compiler and image: the settings of versions before and after 3.9. */
const QUARKUS_JAR = '-Dquarkus.package.type=fast-jar -Dquarkus.native.enabled=false'

/** Before 1.12 the jar lay beside its libraries where nothing else was asked for: https://quarkus.io/guides/maven-tooling#fast-jar */
function quarkus(folder: string, type: string | undefined, version: string | undefined, suffix: boolean): Shape {
  const runner = whole(folder, suffix ? '*-runner.jar' : '*.jar')
  if (type === 'uber-jar') return runner
  if (type !== 'legacy-jar' && (type === 'fast-jar' || !/^(0|1\.(\d|1[01]))\./.test(version ?? ''))) return fastJar(folder)
  return { ...runner, collect: `cp -r ${under(folder, 'lib')} /out/lib`, copies: [{ from: '/out/lib', to: './lib' }, OUT_JAR] }
}

function maven(build: BuildFile, mainClass: () => string | undefined, flags: readonly string[], made: QuarkusPackage, server: string | undefined, called: Function | undefined): Packaging {
  const mvn = `${build.wrapper ? 'sh ./mvnw' : 'mvn'} -B -ntp`
  const target = under(build.module, 'target')
  const select = build.module ? ` -pl ${build.module} -am` : ''
  // -U: what could not be had before, for want of settings or a network, is asked for again
  // tests are compiled where another module takes them as a dependency
  const make = [`${mvn} -U${select}`, build.folders.length > 1 ? '-DskipTests' : '-Dmaven.test.skip=true', ...flags, 'package'].join(' ')
  // what needs the sources, or another module, is resolved by the build itself
  const common = { resolve: `${mvn} -fn${select} dependency:resolve`, command: make, test: `${mvn}${select} test` }
  const gather = 'dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=/out/lib'
  if (server) return { ...common, command: `${opened(build)}${make} ${fetchOf(server)}`, ...packWar(build, server) }
  if (called) return { ...common, command: `${make} ${gather} dependency:copy -Dartifact=${called.runner}`, ...calling(beside(target, ''), called) }
  const boot = build.plugins.get('spring-boot-maven-plugin')
  const repackages = boot && (boot.runs || build.parents.has('spring-boot-starter-parent'))
  const shades = ['maven-shade-plugin', 'maven-assembly-plugin'].some((p) => build.plugins.get(p)?.runs)
  if (build.plugins.has('quarkus-maven-plugin')) return { ...common, ...(made.native ? { command: make.replace(' package', ` ${QUARKUS_JAR} package`) } : {}), ...quarkus(target, made.type, build.plugins.get('quarkus-maven-plugin')!.version, made.suffix) }
  if (boot && boot.setting('skip') !== 'true' && (repackages || !build.module)) {
    const classifier = boot.setting('classifier')
    const shape = build.packaging === 'war' ? whole(target, '*.war') : layers(target, classifier ? `*-${classifier}.jar` : '*.jar', boot.setting('layers') === undefined ? build.boot : undefined)
    return { ...common, command: repackages ? make : `${make} spring-boot:repackage`, ...shape }
  }
  if ((shades && (build.mainClass || build.plugins.has('vertx-maven-plugin'))) || build.plugins.has('vertx-maven-plugin') || (build.parents.has('micronaut-parent') && !build.plugins.has('maven-jar-plugin'))) return { ...common, ...whole(target, '*.jar') }
  const main = mainClass()
  if (main && shades) return { ...common, ...whole(target, '*.jar'), run: ['-cp', 'app.jar', main], develop: ['-cp', '/out/app.jar', main] }
  return main ? { ...common, command: `${make} ${gather}`, ...beside(target, main) } : { ...common, ...whole(target, '*.jar'), run: [] }
}

function gradle(build: BuildFile, mainClass: () => string | undefined, made: QuarkusPackage, server: string | undefined, called: Function | undefined): Packaging {
  const run = `${build.wrapper ? 'sh ./gradlew' : 'gradle'} --no-daemon`
  const make = [run, ...(build.without ?? []).map((t) => `-x ${t}`)].join(' ')
  const task = (name: string): string => (build.module ? `:${build.module.replaceAll('/', ':')}:${name}` : name)
  const out = under(build.module, 'build')
  const libs = under(out, 'libs')
  const has = (id: RegExp): boolean => [...build.plugins.keys()].some((p) => id.test(p))
  // what needs the sources is resolved by the build itself
  const common = { resolve: `${run} ${task('dependencies')} || true`, test: `${run} ${task('test')}` }
  const gathered = { jarFolder: '', jarName: '', collect: '', extract: '', copies: [{ from: '/out/lib', to: './lib' }] }
  // what is remembered of a configuration cannot hold the tasks that are added to it
  const added = `${make}${build.property('org.gradle.configuration-cache') === 'true' ? ' -Dorg.gradle.configuration-cache=false' : ''} -I /init.gradle`
  const gather = `${added} ${task('containerLibraries')}`
  if (server) return { ...common, command: `${added} ${task('war')} ${task('containerServer')}`, ...packWar(build, server) }
  if (called) return { ...common, command: gather, ...calling({ ...gathered, run: [], develop: [] }, called) }
  if (build.plugins.has('io.quarkus')) return { ...common, command: `${make} ${task('quarkusBuild')}${made.native ? ` ${QUARKUS_JAR}` : ''}`, ...quarkus(out, made.type, build.plugins.get('io.quarkus')!.version, made.suffix) }
  if (build.plugins.has('org.springframework.boot')) return { ...common, // before 2.0 there is one task for both
    command: `${make} ${task(/^1\./.test(build.boot ?? '') ? 'assemble' : build.plugins.has('war') ? 'bootWar' : 'bootJar')}`, ...(build.plugins.has('war') ? whole(libs, '*.war') : layers(libs, '*.jar', build.boot)) }
  const main = mainClass()
  if (has(/(^|\.)shadow$/)) return { ...common, command: `${make} ${task('shadowJar')}`, ...whole(libs, '*.jar'), ...(main ? { run: ['-cp', 'app.jar', main], develop: ['-cp', '/out/app.jar', main] } : {}) }
  if (!main) return { ...common, command: `${make} ${task('assemble')}`, ...whole(libs, '*.jar'), run: [] }
  if (has(/^(application|io\.ktor\.plugin|io\.micronaut\.(minimal\.)?application)$/))
    return {
      ...common,
      command: `${make} ${task('installDist')}`,
      jarFolder: '',
      jarName: '',
      collect: `mkdir -p /out && find ${under(out, 'install')} -mindepth 2 -maxdepth 2 -name lib -exec cp -r {} /out/lib ';'`,
      extract: '',
      copies: [{ from: '/out/lib', to: './lib' }],
      run: ['-cp', 'lib/*', main],
      develop: ['-cp', '/out/lib/*', main],
    }
  return { ...common, command: gather, ...gathered, run: ['-cp', 'lib/*', main], develop: ['-cp', '/out/lib/*', main] }
}

/**
 * Layers by Spring Boot's version: the tools of 3.3 make a jar beside its libraries, those before a folder for the launcher,
 * whose class moved in 3.2. A version that nothing names is shipped as one jar, which every version can run.
 */
function layers(folder: string, name: string, boot: string | undefined): Shape {
  const shape = whole(folder, name)
  const [major = 0, minor = 0] = (boot ?? '').split('.').map(Number)
  const copies = ['dependencies', 'spring-boot-loader', 'snapshot-dependencies', 'application'].map((l) => ({ from: `/out/layers/${l}/`, to: './' }))
  if (major > 3 || (major === 3 && minor >= 3)) return { ...shape, extract: 'java -Djarmode=tools -jar /out/app.jar extract --layers --destination /out/layers', copies }
  if (major < 2 || (major === 2 && minor < 4)) return shape
  const launcher = `org.springframework.boot.loader.${major === 3 && minor === 2 ? 'launch.' : ''}JarLauncher`
  return { ...shape, extract: 'mkdir -p /out/layers && java -Djarmode=layertools -jar /out/app.jar extract --destination /out/layers', copies, run: [launcher] }
}
