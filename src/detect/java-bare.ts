import { type Fact, fact, type LanguageFacts, type Warning } from './facts.ts'
import type { BuildFile } from './java-build.ts'
import { isCompact, type Main } from './java-main.ts'
import type { Packaging } from './java-package.ts'
import type { Project } from './project.ts'

/** A program without a build: a jar that is made already, or sources that javac alone compiles. Undefined where neither is there. */
export function readBare(project: Project, mains: readonly Main[]): BuildFile | undefined {
  const jars = project.names().filter((n) => n.endsWith('.jar') && !/-(sources|javadoc|tests|plain)\.jar$/.test(n))
  const file = mains.find((m) => m.evidence.file.endsWith('.java'))?.evidence.file ?? (jars.length === 1 ? jars[0] : undefined)
  if (!file) return undefined
  const compact = file.endsWith('.java') && isCompact(project.read(file) ?? '')
  return { file, ...(compact ? { release: fact('25', { file }) } : {}), manager: 'bare', wrapper: false, module: '', folders: [''], manifests: [], packaging: 'jar', dependencies: new Map(), plugins: new Map(), parents: new Map(), property: () => undefined, tests: false }
}

/** How such a program is made: into the same places as with a build. Libraries lie at the top or in lib/. */
export function packBare(build: BuildFile, mainClass: () => string | undefined): Packaging {
  const shape = { resolve: '', test: '', jarFolder: '', jarName: '', collect: '', extract: '', copies: [{ from: '/out/app.jar', to: './' }] }
  if (build.file.endsWith('.jar')) return { ...shape, command: `mkdir -p /out && cp ${build.file} /out/app.jar`, run: ['-jar', 'app.jar'], develop: ['-jar', '/out/app.jar'] }
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

/** What is taken of a jar, into which nobody looks: that it listens, where it is told. */
export function closedJar(file: string, warnings: Warning[]): Partial<LanguageFacts> {
  const guess = <T>(value: T): Fact<T> => ({ ...fact(value, { file }), guess: true })
  warnings.push({ message: `nothing shows what ${file} does; it is taken for a server on port 8080`, file, hint: 'another port: --port' })
  return { serves: guess(true), port: guess(8080), portVariable: guess('SERVER_PORT'), env: { PORT: '{port}' } }
}
