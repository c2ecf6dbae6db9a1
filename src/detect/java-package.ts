import type { BuildFile } from './java-build.ts'

/** How a project is built and what of it is shipped. */
export interface Packaging {
  resolve: string
  command: string
  collect: string
  extract: string
  test: string
  develop: string[]
  copies: { from: string; to: string }[]
  /** the program behind `java` and its flags */
  run: string[]
}

const jar = (folder: string, condition: string): string => `find ${folder} -maxdepth 1 ${condition} -exec cp {} /out/app.jar ';'`

/** Copies the one jar or WAR that runs: what a plugin makes with everything in it comes last, and so is the one that stays. */
const find = (folder: string, pattern: string): string =>
  `mkdir -p /out && ${jar(folder, `-name '${pattern}' ! -name '*-sources.jar' ! -name '*-javadoc.jar' ! -name '*-plain.jar' ! -name '*-tests.jar' ! -name 'original-*'`)} && ${jar(folder, "'(' -name '*-with-dependencies.jar' -o -name '*-shaded.jar' -o -name '*-all.jar' -o -name '*-fat.jar' ')'")}`
const whole = { copies: [{ from: '/out/app.jar', to: './' }], run: ['-jar', 'app.jar'], extract: '' }

/**
 * Decides how the program is packaged: Spring Boot's layers, Quarkus' fast jar, an executable jar, or classes beside their
 * libraries where the build makes no executable jar.
 */
export function packagingOf(build: BuildFile, framework: string | undefined, mainClass: string | undefined): Packaging {
  return build.manager === 'maven' ? maven(build, framework, mainClass) : gradle(build, framework, mainClass)
}

function maven(build: BuildFile, framework: string | undefined, mainClass: string | undefined): Packaging {
  const mvn = `${build.wrapper ? 'sh ./mvnw' : 'mvn'} -B -ntp`
  const make = `${mvn} -DskipTests package`
  const common = { resolve: `${mvn} dependency:resolve`, command: make, test: `${mvn} test`, develop: [...mvn.split(' '), framework === 'spring' ? 'spring-boot:run' : framework === 'quarkus' ? 'quarkus:dev' : 'compile'] }
  if (build.plugins.has('quarkus-maven-plugin')) return { ...common, ...fastJar('target') }
  if (build.plugins.has('spring-boot-maven-plugin')) return { ...common, command: build.repackages ? make : `${make} spring-boot:repackage`, collect: find('target', `*.${build.packaging}`), ...layers(build.boot) }
  if (build.plugins.has('maven-assembly-plugin') || build.plugins.has('maven-shade-plugin')) return { ...common, collect: find('target', '*.jar'), ...whole }
  return { ...common, command: `${make} dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=/out/lib`, collect: find('target', '*.jar'), ...classpath(mainClass ?? build.mainClass) }
}

function gradle(build: BuildFile, framework: string | undefined, mainClass: string | undefined): Packaging {
  const run = `${build.wrapper ? 'sh ./gradlew' : 'gradle'} --no-daemon`
  const common = { resolve: `${run} dependencies`, test: `${run} test`, develop: [...run.split(' '), framework === 'spring' ? 'bootRun' : framework === 'quarkus' ? 'quarkusDev' : 'run'] }
  if (build.plugins.has('io.quarkus')) return { ...common, command: `${run} build -x test`, ...fastJar('build') }
  if (build.plugins.has('org.springframework.boot')) return { ...common, command: `${run} bootJar`, collect: find('build/libs', '*.jar'), ...layers(build.boot) }
  if ([...build.plugins].some((p) => /shadow$/.test(p))) return { ...common, command: `${run} shadowJar`, collect: find('build/libs', '*.jar'), ...whole }
  const main = mainClass ?? build.mainClass
  if ([...build.plugins].some((p) => p === 'application' || p === 'io.ktor.plugin' || p === 'io.micronaut.application'))
    return { ...common, command: `${run} installDist`, collect: "mkdir -p /out && find build/install -mindepth 2 -maxdepth 2 -name lib -exec cp -r {} /out/lib ';'", extract: '', copies: [{ from: '/out/lib', to: './lib' }], run: ['-cp', 'lib/*', main ?? 'Main'] }
  return { ...common, command: `${run} jar`, collect: find('build/libs', '*.jar'), ...whole }
}

const fastJar = (folder: string): Pick<Packaging, 'collect' | 'extract' | 'copies' | 'run'> => ({
  collect: `mkdir -p /out && cp -r ${folder}/quarkus-app /out/app`,
  extract: '',
  copies: ['lib', '*.jar', 'app', 'quarkus'].map((p) => ({ from: `/out/app/${p}`, to: p === '*.jar' ? './' : `./${p}` })),
  run: ['-jar', 'quarkus-run.jar'],
})

const classpath = (mainClass: string | undefined): Pick<Packaging, 'extract' | 'copies' | 'run'> => ({
  extract: 'mkdir -p /out/lib',
  copies: [{ from: '/out/lib', to: './lib' }, { from: '/out/app.jar', to: './' }],
  run: ['-cp', 'app.jar:lib/*', mainClass ?? 'Main'],
})

/** Layers by Spring Boot's version: the tools of 3.3 make a jar beside its libraries, those before a folder for the launcher. */
function layers(boot: string | undefined): Pick<Packaging, 'extract' | 'copies' | 'run'> {
  const [major = 3, minor = 3] = (boot ?? '').split('.').map(Number).filter((n) => !Number.isNaN(n))
  const copies = ['dependencies', 'spring-boot-loader', 'snapshot-dependencies', 'application'].map((l) => ({ from: `/out/layers/${l}/`, to: './' }))
  if (major > 3 || (major === 3 && minor >= 3)) return { extract: 'java -Djarmode=tools -jar /out/app.jar extract --layers --destination /out/layers', copies, run: ['-jar', 'app.jar'] }
  if (major === 2 && minor < 4) return whole
  const launcher = `org.springframework.boot.loader.${major === 3 && minor === 2 ? 'launch.' : ''}JarLauncher`
  return { extract: 'mkdir -p /out/layers && java -Djarmode=layertools -jar /out/app.jar extract --destination /out/layers', copies, run: [launcher] }
}
