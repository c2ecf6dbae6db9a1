import { controls } from '../../../generated/controls.ts'
import { sources } from '../../../generated/orders.ts'
import { sketches } from '../../../generated/sketches.ts'
import { EXIT, InputError, type Problem } from '../../errors.ts'
import { wanted } from '../../pack/combine.ts'
import { SLOTS } from '../../pack/format.ts'
import { likeness, ranges } from '../../pack/likeness.ts'
import { runOf } from '../../pack/load.ts'
import type { Pack } from '../../pack/policy.ts'
import { packTemplate } from '../../pack/render.ts'
import { pathProblem, SIGNATURES } from '../../pack/tree.ts'
import { LANGUAGE_ARTIFACTS } from '../../render/artifacts.ts'
import type { Io } from '../io.ts'
import type { Parsed } from '../parse.ts'
import { problemText, report, withNearest } from '../report.ts'
import { fetchOwn } from './own.ts'

/** Files of a pack that nothing has to name. */
const FREE = /^(pack\.yaml|README(\.md)?|LICENSE(\.\w+)?|CHANGELOG\.md|package\.json|\..+|.+\.md)$/i

/** Share of lines from which on a template is rather a copy than one of its own. */
const COPY = 0.8

/** Reads a pack as a stranger would who is to trust it: everything that is wrong, as errors; what could be better, as warnings. */
export async function run(words: string[], flags: Parsed['flags'], io: Io): Promise<number> {
  const { pack, all, shown } = await fetchOwn(words, flags, io)
  const { problems, warnings } = await judge(pack, all)
  if (flags.json) io.stdout.write(`${JSON.stringify({ schemaVersion: 1, ok: problems.length === 0, exitCode: problems.length === 0 ? EXIT.ok : EXIT.pack, pack: { name: pack.name, version: pack.version, integrity: pack.integrity }, problems: problems.map(withNearest), warnings: warnings.map(withNearest) }, null, 2)}\n`)
  else {
    for (const w of warnings) io.stderr.write(problemText(withNearest(w), 'warning'))
    if (problems.length > 0) return report(new InputError(problems, EXIT.pack), false, io)
    io.stdout.write(`${pack.name} ${pack.version} in ${shown} is in order\n  ${pack.integrity}\n`)
  }
  return problems.length === 0 ? EXIT.ok : EXIT.pack
}

/** What is wrong with a pack: by itself, and with all that it builds on. */
export async function judge(pack: Pack, all: readonly Pack[]): Promise<{ problems: Problem[]; warnings: Problem[] }> {
  const problems: Problem[] = []
  try {
    await runOf(all)
  } catch (error) {
    if (!(error as InputError).problems) throw error
    problems.push(...(error as InputError).problems)
  }
  const warnings: Problem[] = []
  const { manifest, at } = pack.read
  const used = new Set<string>()
  /** Reads a template, which says all that must not stand in it. That it is not there is said already. */
  const read = (path: string): void => {
    used.add(path)
    if (!pack.tree.has(path)) return
    try {
      packTemplate(pack, path, controls)
    } catch (error) {
      problems.push(...((error as InputError).problems ?? [{ message: (error as Error).message, file: `${pack.spec}/${path}` }]))
    }
    if (!pack.tree.get(path)!.toString('utf8').endsWith('\n')) warnings.push({ message: 'has no line end at its end', file: `${pack.spec}/${path}`, hint: 'what follows it would stand on its last line' })
  }
  for (const [slot, path] of Object.entries(manifest.partials ?? {})) if ((SLOTS as readonly string[]).includes(slot)) read(path)
  for (const [artifact, path] of Object.entries(manifest.templates ?? {})) {
    read(path)
    const now = (sources as Record<string, string>)[artifact]
    const copy = now && copied(pack.tree.get(path)?.toString('utf8') ?? '', artifact)
    if (now === undefined) problems.push({ message: `templates replaces "${artifact}", which there is not`, ...at('templates'), hint: 'an artifact, or LANGUAGE/dockerfile and LANGUAGE/dockerignore', near: { given: artifact, among: Object.keys(sources) } })
    else if (copy) warnings.push({ message: copy, file: `${pack.spec}/${path}`, hint: `${/dockerfile$/.test(artifact) ? `put those into a partial (${SLOTS.join(', ')})` : 'put those into a control (controls), which sets a value at a path'}, and the rest follows the tool` })
    else if (manifest.basedOn?.[artifact] === undefined) warnings.push({ message: `templates replaces ${artifact} whole; what the tool mends there later does not reach it`, ...at('templates'), hint: `if a partial (${SLOTS.join(', ')}) or a control does, use that; else say what it was made from: basedOn: { ${artifact}: "${now}" }` })
    else if (manifest.basedOn[artifact] !== now) warnings.push({ message: `the tool's own ${artifact} has changed since this one was made from it`, ...at('basedOn'), hint: `compare them, then set basedOn: { ${artifact}: "${now}" }` })
  }
  manifest.artifacts?.forEach((a, i) => {
    read(a.template)
    const wrong = pathProblem(a.path.replaceAll('{{name}}', 'name'))
    if (wrong) problems.push({ message: `the path ${JSON.stringify(a.path)} ${wrong}`, ...at('artifacts', i), hint: 'name a file below the folder of the app' })
  })
  for (const folder of manifest.languages ?? []) {
    used.add(`${folder}/language.yaml`)
    for (const file of Object.keys(LANGUAGE_ARTIFACTS)) read(`${folder}/${file}`)
  }
  const said = new Set<string>()
  for (const r of pack.read.rules) {
    const rule = `${r.kind} ${r.artifact ?? r.key}: ${wanted(r)}`
    if (said.has(rule)) warnings.push({ message: `the same rule stands twice: ${rule}`, ...r.at, hint: 'once will do' })
    said.add(rule)
  }
  for (const path of pack.tree.keys()) if (!used.has(path) && !FREE.test(path) && !SIGNATURES.includes(path)) warnings.push({ message: 'is used by nothing in pack.yaml', file: `${pack.spec}/${path}`, hint: 'name it, or take it out' })
  if (manifest.requires?.tool === undefined) warnings.push({ message: 'says no versions of the tool that it works with', ...at('version'), hint: 'requires: { tool: ">=0.1 <2" }' })
  return { problems, warnings }
}

/** What is said of a template that is nearly the one that it replaces; undefined where it is not. */
function copied(text: string, artifact: string): string | undefined {
  const { share, own } = likeness(text, (sketches as Record<string, string>)[artifact]!)
  if (share < COPY) return undefined
  return own.length === 0 ? `holds no line that the tool's own ${artifact} has not` : `is nearly the tool's own ${artifact}: only ${own.length === 1 ? 'line' : 'lines'} ${ranges(own)} ${own.length === 1 ? 'differs' : 'differ'}`
}
