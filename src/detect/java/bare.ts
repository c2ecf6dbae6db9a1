import { InputError } from '../../errors.ts'
import { type Fact, fact, type LanguageFacts, type Warning } from '../facts.ts'
import type { BuildFile } from './build.ts'
import { isCompact, type Main } from './main.ts'
import type { Packaging } from './package.ts'
import { fetchOf, packWar } from './war.ts'
import type { Project } from '../project.ts'

const MANIFEST = 'META-INF/MANIFEST.MF'

/**
 * A program without a build: sources that javac alone compiles, a jar or WAR that is made already, or one that lies here
 * unpacked. `jar` is the one that the project says it starts. Undefined where none is there. Throws InputError for a script of JBang, and for Kotlin and Scala.
 */
export function readBare(project: Project, mains: readonly Main[], jar: string | undefined): BuildFile | undefined {
  const made = project.names().filter((n) => /\.(jar|war)$/.test(n) && !/-(sources|javadoc|tests|plain)\.jar$/.test(n))
  // its long lines go on behind a space
  const named = /^Main-Class:\s*(\S+)/m.exec((project.read(MANIFEST) ?? '').replace(/\r?\n /g, ''))?.[1]
  const source = mains.find((m) => m.evidence.file.endsWith('.java'))?.evidence.file
  const file = named ? MANIFEST : project.isFolder('WEB-INF') ? 'WEB-INF' : (source ?? (made.length === 1 ? made[0] : made.find((n) => n === jar)))
  if (!file && mains[0]) throw new InputError({ message: `${mains[0].evidence.file} has no build, and none here compiles it by itself`, file: mains[0].evidence.file, hint: 'add a build of Gradle or Maven: gradle init' })
  if (!file) return undefined
  const packaging = file === 'WEB-INF' || file.endsWith('.war') ? 'war' : 'jar'
  const dependencies = new Map(named?.startsWith('org.springframework.boot.loader.') ? [['spring-boot-starter-web', { file: MANIFEST, text: named }]] : [])
  const text = file.endsWith('.java') ? (project.read(file) ?? '') : ''
  // https://www.jbang.dev/documentation/jbang/latest/dependencies.html
  if (/^\/\/DEPS\s/m.test(text)) throw new InputError({ message: 'this is a script of JBang, and no build here fetches its libraries', file, hint: `make a project of it: jbang export maven ${file}` })
  const compact = isCompact(text)
  return { file, ...(compact ? { release: fact('25', { file }) } : {}), ...(file === MANIFEST ? { mainClass: named! } : {}), manager: 'bare', wrapper: false, module: '', folders: [''], manifests: [], packaging, dependencies, plugins: new Map(), parents: new Map(), property: () => undefined, tests: false }
}

/** How such a program is made: into the same places as with a build. Libraries lie at the top or in lib/. */
export function packBare(build: BuildFile, mainClass: () => string | undefined, server: string | undefined): Packaging {
  const shape = { resolve: '', test: '', jarFolder: '', jarName: '', collect: '', extract: '', copies: [{ from: '/out/app.jar', to: './' }] }
  if (server) return { ...shape, ...packWar(build, server), command: `mvn -B -ntp ${fetchOf(server)}${build.file === 'WEB-INF' ? ' && \\\n    jar cf /out/app.jar .' : ''}` }
  if (build.file.endsWith('.jar')) return { ...shape, command: `mkdir -p /out && cp ${build.file} /out/app.jar`, run: ['-jar', 'app.jar'], develop: ['-jar', '/out/app.jar'] }
  if (build.file === MANIFEST) return { ...shape, command: 'mkdir -p /out && cp -r . /out/app', copies: [{ from: '/out/app/', to: './' }], run: ['-cp', '.', build.mainClass!], develop: ['-cp', '/out/app', build.mainClass!] }
  const main = mainClass()
  return {
    ...shape,
    command: [
      "mkdir -p /out/lib && find . -name '*.jar' -exec cp {} /out/lib/ ';'",
      "find . -name '*.java' ! -path '*/test/*' >/out/sources",
      "javac -encoding UTF-8 -cp '/out/lib/*' -d /out/classes @/out/sources",
      'jar cf /out/app.jar -C /out/classes .',
    ].join(' && \\\n    '),
    copies: [{ from: '/out/lib', to: './lib' }, ...shape.copies],
    run: main ? ['-cp', 'app.jar:lib/*', main] : [],
    develop: main ? ['-cp', '/out/app.jar:/out/lib/*', main] : [],
  }
}

/** Whether nobody looks into what runs: its classes are made already, and no framework says what they do. */
export const isClosed = (build: BuildFile): boolean => build.manager === 'bare' && build.dependencies.size === 0 && (build.file.endsWith('.jar') || build.file === MANIFEST)

/** What is taken of a program into which nobody looks: that it listens, where it is told. */
export function closedProgram({ file, mainClass }: BuildFile, warnings: Warning[]): Partial<LanguageFacts> {
  const guess = <T>(value: T): Fact<T> => ({ ...fact(value, { file }), guess: true })
  warnings.push({ message: `nothing shows what ${mainClass ?? file} does; it is taken for a server on port 8080`, file, hint: 'another port: --port' })
  return { serves: guess(true), port: guess(8080), portVariable: guess('SERVER_PORT'), env: { PORT: '{port}' } }
}
