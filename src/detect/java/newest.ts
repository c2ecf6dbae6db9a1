import { type Fact, fact } from '../facts.ts'
import type { BuildFile } from './build.ts'

type Limits = [version: string, java: number][]

/** The newest Java that a version of each tool of a build runs on, newest version first. */
const NEWEST: Record<string, { title: string; limits: Limits }> = {
  // https://docs.gradle.org/current/userguide/compatibility.html
  gradle: { title: 'Gradle', limits: [['9.1', 25], ['8.14', 24], ['8.10', 23], ['8.8', 22], ['8.5', 21], ['8.3', 20], ['7.6', 19], ['7.5', 18], ['7.3', 17], ['7.0', 16], ['6.7', 15], ['6.3', 14], ['6.0', 13], ['5.4', 12], ['5.0', 11], ['4.7', 10], ['0', 8]] },
  // what it compiles for: https://kotlinlang.org/docs/gradle-configure-project.html
  kotlin: { title: 'Kotlin', limits: [['2.3', 25], ['2.2', 24], ['2.1', 23], ['2.0', 22], ['1.9.20', 21], ['1.9', 20], ['1.8', 18], ['1.6', 17], ['0', 11]] },
  // https://projectlombok.org/changelog
  lombok: { title: 'Lombok', limits: [['1.18.40', 25], ['1.18.30', 24], ['1.18.22', 20], ['1.18.4', 15], ['0', 8]] },
  // what they reach into by reflection is closed from Java 12 or 16 on
  quarkus: { title: 'Quarkus', limits: [['1.3', 25], ['0', 11]] },
  vertx: { title: 'Vert.x', limits: [['3.9', 25], ['0', 11]] },
  play: { title: 'Play', limits: [['2.8.15', 25], ['0', 11]] },
  // https://docs.scala-lang.org/overviews/jdk-compatibility/overview.html
  scala: { title: 'Scala', limits: [['3.7.1', 25], ['3.3.1', 24], ['3.0', 17], ['2.13.17', 25], ['2.13.11', 24], ['2.13.6', 17], ['2.13', 11], ['2.12.21', 25], ['2.12.18', 24], ['2.12.15', 17], ['2.12.4', 11], ['0', 8]] },
  sbt: { title: 'sbt', limits: [['1.9', 25], ['1.6', 17], ['1.1', 11], ['0', 8]] },
  // https://github.com/mojohaus/aspectj-maven-plugin/releases: it takes its classes from tools.jar, then reads those of the JDK itself
  aspectj: { title: 'aspectj-maven-plugin', limits: [['1.14', 17], ['1.11', 11], ['0', 8]] },
  // levels that javac has let go
  level: { title: 'source level', limits: [['7', 17], ['6', 11], ['0', 8]] },
}

/** Lombok's version as Spring Boot's manages it; only what is older than Java 17 matters here. */
export const managedLombok = (boot: string): string => (atLeast(boot, '2.5.6') ? '1.18.42' : '1.18.20')

/** The tool that runs on the oldest Java only, with that Java; empty where every tool runs on every line. */
export function limitOf(tools: Record<string, Fact<string> | '' | undefined>): Pick<BuildFile, 'newest'> {
  const found = Object.entries(tools).flatMap(([id, tool]) => {
    const java = tool && NEWEST[id]!.limits.find(([version]) => atLeast(tool.value, version))![1]
    return tool && java ? [fact(java, { ...tool.evidence[0]!, text: `${NEWEST[id]!.title} ${tool.value}` })] : []
  })
  const newest = found.sort((a, b) => a.value - b.value)[0]
  return newest ? { newest } : {}
}

export function atLeast(version: string, wanted: string): boolean {
  const parts = version.split('.').map((p) => Number.parseInt(p, 10) || 0)
  const differs = wanted.split('.').map((w, i) => (parts[i] ?? 0) - Number(w)).find((d) => d !== 0)
  return (differs ?? 0) >= 0
}
