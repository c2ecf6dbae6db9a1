import { type Evidence, type Fact, fact, type Warning } from '../facts.ts'
import type { DetectContext } from '../language.ts'
import { lineAt, lineOf, type Project } from '../project.ts'
import { chooseLine } from '../versions.ts'
import { dataOf } from './data.ts'
import { demandAgainst } from './demands.ts'
import type { Manifest } from './manifest.ts'

/** A folder that may ask for a version: the app's, and the workspace's root. */
export interface Place {
  project: Project
  manifest: Manifest
}

/**
 * The release line that the project asks for: .nvmrc, .node-version, .tool-versions, mise.toml, then volta, devEngines and
 * engines of package.json; but a newer one where its packages do not run on that. Undefined where it asks for none, or where a
 * person chose.
 */
export function chooseNodeVersion(context: DetectContext, places: readonly Place[], warnings: Warning[]): Fact<string> | undefined {
  if (context.chosen.version) return undefined
  const line = askedLine(context, places, warnings)
  if (!line || line.guess || Number(line.value) >= Number(context.language.versions.default)) return line
  const demand = demandAgainst(line.value, context.language, places)
  const newer = demand && chooseLine(context.language, demand.range, demand.evidence, [])
  if (!newer || newer.guess || Number(newer.value) <= Number(line.value)) return line
  const { file, line: at } = line.evidence[0] ?? {}
  warnings.push({ message: `Node.js ${line.value} is asked for, but ${demand.name} wants ${demand.range}: ${newer.value} is used`, file, line: at, hint: `write ${newer.value} there too, or choose: --language-version` })
  return newer
}

function askedLine(context: DetectContext, places: readonly Place[], warnings: Warning[]): Fact<string> | undefined {
  const wanted = places.map(asked).find(Boolean)
  const last = wanted && /^v?\d+(\.|$)/.test(wanted.text) ? undefined : lastLine(context, places, warnings)
  if (last) return last
  if (!wanted) return undefined
  const { text, evidence } = wanted
  const codename = /^lts\/(\w+)$/i.exec(text)?.[1]?.toLowerCase()
  const line = codename ? dataOf(context.language).codenames[codename] : undefined
  if (line) return fact(line, evidence)
  // odd lines live for half a year and have no image; the even line after them took over
  const odd = /^v?(\d*[13579])(\.|$)/.exec(text)?.[1]
  const next = odd && context.language.versions.lines.find((l) => l.id === String(Number(odd) + 1))
  if (next) {
    warnings.push({ message: `Node.js ${odd} has ended; ${next.id} is used`, file: evidence.file, line: evidence.line, hint: 'choose another: --language-version' })
    return { value: next.id, evidence: [evidence], guess: true }
  }
  return chooseLine(context.language, text, evidence, warnings)
}

/** The newest line that a package of the project runs on, where that lies behind the usual one. */
function lastLine({ language }: DetectContext, places: readonly Place[], warnings: Warning[]): Fact<string> | undefined {
  for (const [name, lines] of Object.entries(dataOf(language).newest))
    for (const { project, manifest } of places) {
      const own = manifest.every[name]
      const locked = own === undefined ? lockedMajor(project, name) : undefined
      const major = /\d+/.exec(own ?? '')?.[0] ?? locked?.major
      const line = major === undefined ? undefined : (lines[major] ?? lines.any)
      if (!line || Number(line) >= Number(language.versions.default)) continue
      const evidence = locked?.evidence ?? manifest.keyAt(name)
      warnings.push({ message: `${name} ${major} runs on Node.js ${line} and older, so ${line} is used`, file: evidence.file, line: evidence.line, hint: name === 'node-sass' ? 'sass does the same without compiling anything: npm install --save-dev sass, and npm uninstall node-sass' : `take a newer version or another package, or choose: --language-version ${language.versions.default}` })
      return { value: line, evidence: [evidence], guess: true }
    }
  return undefined
}

/** How lock files of npm and Yarn say the version of a package that others bring. */
const LOCKED: Record<string, (name: string) => RegExp> = {
  'package-lock.json': (name) => new RegExp(`"(?:node_modules/)?${name}": \\{\\s*"version": "(\\d+)\\.[^}]*?(?:\\}|\\{)`),
  'yarn.lock': (name) => new RegExp(`^"?${name}@[^\\n]*:\\n\\s+version:? "?(\\d+)\\.()`, 'm'),
}

/** The major version of a package that another one brings, and that has to be there: an optional one may fail. */
function lockedMajor(project: Project, name: string): { major: string; evidence: Evidence } | undefined {
  for (const [file, pattern] of Object.entries(LOCKED)) {
    const text = project.has(file) ? (project.read(file) ?? '') : ''
    const found = text.includes(name) ? pattern(name).exec(text) : undefined
    if (found && !found[0].includes('"optional": true')) return { major: found[1]!, evidence: { file, line: lineAt(text, found.index) } }
  }
  return undefined
}

function asked({ project, manifest: { json, keyAt } }: Place): { text: string; evidence: Evidence } | undefined {
  for (const file of ['.nvmrc', '.node-version']) {
    const source = project.read(file)
    const text = source?.split('\n').map((l) => l.replace(/#.*/, '').trim()).find(Boolean)
    if (text) return { text, evidence: { file, line: lineOf(source!, text), text } }
  }
  for (const [file, expression] of [['.tool-versions', /^(?:nodejs|node)\s+(\S+)/m], ['mise.toml', /^\s*node(?:js)?\s*=\s*["']([^"']+)/m], ['.mise.toml', /^\s*node(?:js)?\s*=\s*["']([^"']+)/m]] as const) {
    const source = project.read(file)
    const text = source && expression.exec(source)?.[1]
    if (text) return { text, evidence: { file, line: lineOf(source, expression), text } }
  }
  const runtime = [json.devEngines?.runtime].flat().find((r): r is { name: string; version: string } => typeof r === 'object' && r !== null && (r as { name?: string }).name === 'node')
  const found = [['volta', json.volta?.node], ['engines', json.engines?.node], ['devEngines', runtime?.version]].find(([, v]) => typeof v === 'string' && v.trim() !== '')
  return found && { text: found[1]!, evidence: { ...keyAt(found[0]!), text: found[1] } }
}
