/** Which Gradle builds a project that has no wrapper: the newest that understands its scripts. */
import { type Fact, fact } from '../facts.ts'
import { lineOf, type Project } from '../project.ts'
import { atLeast } from './newest.ts'

interface Script {
  file: string
  text: string
}

/** What later majors have let go. https://docs.gradle.org/7.0/userguide/upgrading_version_6.html, https://docs.gradle.org/8.0/userguide/upgrading_version_7.html */
const GONE: readonly (readonly [gradle: string, expression: RegExp])[] = [
  ['6.9', /^\s*(?:compile|runtime|testCompile|testRuntime)\b[ \t(]*(?:["']|group\s*:|project\s*\(|platform\b|fileTree\b|files\b)|\bconfigurations\.(?:compile|runtime)\b|\bapply\s+plugin\s*:\s*['"]maven['"]/m],
  ['7.6', /^\s*(?:archiveName|baseName|classifier|archivesBaseName|destinationDir)\s*=?\s*["']/m],
]

/** The last that the plugins of a time run on, below the version of each. */
const PLUGINS: readonly (readonly [gradle: string, kotlin: string, boot: string])[] = [['6.9', '1.5', '2.4'], ['7.6', '1.8', '2.7']]

/**
 * Undefined where today's will do. @param kotlin, boot versions of their plugins
 */
export function unwrappedGradle(project: Project, scripts: readonly Script[], kotlin: string | undefined, boot: string | undefined): Fact<string> | undefined {
  const image = project.original('Dockerfile') ?? ''
  const own = /^FROM[ \t]+(?:--\S+[ \t]+)?gradle:(\d+\.\d+(?:\.\d+)?)\b/im.exec(image)
  if (own) return fact(own[1]!, { file: 'Dockerfile', line: lineOf(image, own[0]) })
  for (const { file, text } of scripts) {
    const said = /\bgradleVersion\s*=\s*["'](\d+(?:\.\d+)+)["']/.exec(text)
    if (said) return fact(said[1]!, { file, line: lineOf(text, said[0]) })
  }
  for (const [gradle, expression] of GONE)
    for (const { file, text } of scripts) {
      const found = expression.exec(text)
      if (found) return { ...fact(gradle, { file, line: lineOf(text, found[0].trim()), text: found[0].trim() }), guess: true }
    }
  const old = PLUGINS.find(([, k, b]) => (kotlin !== undefined && !atLeast(kotlin, k)) || (boot !== undefined && !atLeast(boot, b)))
  return old && { ...fact(old[0], { file: scripts[0]!.file }), guess: true }
}
