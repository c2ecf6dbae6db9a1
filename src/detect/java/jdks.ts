import { type Fact, fact, type Warning } from '../facts.ts'
import type { BuildFile } from './build.ts'
import type { Language, Manager } from '../language.ts'

/** Of a build that asks for a toolchain: the JDK that Gradle itself runs on, that of the toolchain where it is another, and the line that runs what is made. */
export interface Jdks {
  build: number
  beside?: number
  run: Fact<string>
}

/** Older ones have no image. */
const OLDEST = 16

/**
 * Undefined where one JDK does it all: the toolchain is a line that Gradle runs on. What a Gradle of its time does not run on it takes
 * from a folder of the system: https://docs.gradle.org/current/userguide/toolchains.html#sec:auto_detection
 */
export function jdksOf(build: BuildFile, language: Language, warnings: Warning[]): Jdks | undefined {
  const { java, limit = Infinity } = build.toolchain ?? {}
  const wanted = Number(java?.value)
  const lines = language.versions.lines.map((l) => Number(l.id)).sort((a, b) => a - b)
  const run = lines.find((l) => l >= wanted)
  if (!java || !(wanted >= OLDEST) || run === undefined || (run === wanted && wanted <= limit)) return undefined
  const place = { file: java.evidence[0]?.file, line: java.evidence[0]?.line }
  if (run !== wanted) warnings.push({ message: `the build wants a toolchain of Java ${wanted}, which gets no more fixes: it builds, and Java ${run} runs what it makes`, ...place, hint: `ask for ${run}` })
  const facts = fact(String(run), ...java.evidence)
  // the project's own Gradle runs on it, so it needs no other
  if (wanted <= limit && build.wrapper) return { build: wanted, run: facts }
  const own = build.wrapper || build.pinned ? (lines.filter((l) => l <= limit).at(-1) ?? lines[0]!) : run
  return { build: own, beside: wanted, run: facts }
}

/** A JDK's image of Debian's kin, and of Alpine; those that got no more fixes stayed on the release of Ubuntu of their time. */
export const jdkImage = (java: number): { builder: string; builderAlpine: string } => ({ builder: `eclipse-temurin:${java}-jdk-${java > 17 && java < 21 ? 'jammy' : java === 16 ? 'focal' : 'noble'}`, builderAlpine: `eclipse-temurin:${java}-jdk-alpine` })

/** The images that build: the manager's own, or a JDK's where the project brings its build tool. */
export function buildersOf(build: BuildFile, manager: Manager, jdks: Jdks | undefined): Record<string, string> {
  const jdk = { builder: 'eclipse-temurin:{version}-jdk-noble', builderAlpine: 'eclipse-temurin:{version}-jdk-alpine-3.24', builderChainguard: 'cgr.dev/chainguard/jdk:latest-dev', builderDhi: 'dhi.io/eclipse-temurin:{version}-jdk-debian13-dev' }
  // a wrapper whose jar is kept out of the repository still says the version
  if (build.pinned) return { ...jdk, builder: `gradle:${build.pinned}-jdk${jdks?.build ?? '{version}'}`, builderAlpine: `gradle:${build.pinned}-jdk${jdks?.build ?? '{version}'}-alpine` }
  if (jdks && build.wrapper) return { ...jdk, ...jdkImage(jdks.build) }
  return build.wrapper ? jdk : { builder: String(manager.builder), builderAlpine: String(manager.builderAlpine), builderChainguard: String(manager.builderChainguard), builderDhi: String(manager.builderDhi) }
}
