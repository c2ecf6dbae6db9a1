/**
 * Build step: reads templates/, presets/ and src/controls/ and writes generated/: controls laid onto the skeletons,
 * templates precompiled, YAML data turned into modules. Run by scripts/ready.mjs; nothing in generated/ is edited or kept.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parse } from 'yaml'
import { controls } from '../../generated/controls.ts'
import type { SourcePattern } from '../detect/language.ts'
import { LANGUAGE_ARTIFACTS } from '../render/artifacts.ts'
import { needlesOf } from '../detect/needle.ts'
import { artifactOf, laidSource } from '../render/lay.ts'
import { problemsOfPreset } from '../policy/check.ts'
import { manifestSchema } from '../pack/format.ts'
import { sketchOf } from '../pack/likeness.ts'
import { lockSchema, schemaOf } from './schema.ts'
import { compileTemplate } from './compile.ts'

const write = (path: string, text: string): void => {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text)
}
/** What every module of compiled templates begins with. */
const PRELUDE = (up: string): string => `// @ts-nocheck\nimport { e, g, s, t } from '${up}src/render/runtime.ts'\nimport * as h from '${up}src/render/helpers.ts'\n`
/** Data as a module's text: V8 reads JSON several times faster than it makes the same out of code. */
const data = (value: unknown): string => `JSON.parse(${JSON.stringify(JSON.stringify(value))})`
const read = (path: string): string => readFileSync(path, 'utf8').replaceAll('\r\n', '\n')
/** Patterns with the texts that spare their compilation, so that no run looks for those. */
const withNeedles = (patterns: Record<string, string[]>): Record<string, SourcePattern[]> =>
  Object.fromEntries(
    Object.entries(patterns).map(([kind, sources]) => [
      kind,
      sources.map((source) => {
        const needles = needlesOf(source)
        return needles ? { source, needles } : source
      }),
    ]),
  )
/** A template in short, so that packs can tell when the one that theirs was made from has moved. */
const sha = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12)
const folders = (path: string): string[] => readdirSync(path, { withFileTypes: true }).filter((e) => e.isDirectory()).map((e) => e.name).sort()

export function generate(root: string): void {
  const templates = join(root, 'templates')
  const out = join(root, 'generated')
  mkdirSync(join(out, 'languages'), { recursive: true })

  const partials: string[] = []
  for (const file of readdirSync(join(templates, 'partials')).filter((f) => f.endsWith('.hbs')).sort()) {
    const name = basename(file, '.hbs')
    partials.push(`  ${JSON.stringify(name)}: ${compileTemplate(laidSource({ id: name, path: '', group: 'partial', title: '', why: '' }, read(join(templates, 'partials', file)), controls), file)},`)
  }
  write(join(out, 'partials.ts'), `${PRELUDE('../')}export const p = {\n${partials.join('\n')}\n}\n`)

  const languages = folders(templates).filter((f) => existsSync(join(templates, f, 'language.yaml')))
  const index: string[] = []
  const sources: Record<string, string> = {}
  const sketches: Record<string, string> = {}
  const remember = (id: string, source: string): void => {
    sources[id] = sha(source)
    sketches[id] = sketchOf(source)
  }
  for (const id of languages) {
    const language = parse(read(join(templates, id, 'language.yaml'))) as { markers: string[]; title: string; fallback?: boolean; patterns: Record<string, string[]> }
    for (const [file, artifact] of Object.entries(LANGUAGE_ARTIFACTS)) remember(`${id}/${artifact.id}`, read(join(templates, id, file)))
    const compiled = Object.entries(LANGUAGE_ARTIFACTS).map(
      ([file, artifact]) => `  ${JSON.stringify(artifact.id)}: ${compileTemplate(laidSource(artifact, read(join(templates, id, file)), controls), `${id}/${file}`)},`,
    )
    const detector = existsSync(join(root, 'src/detect', `${id}.ts`))
    write(
      join(out, 'languages', `${id}.ts`),
      `${PRELUDE('../../')}import { p } from '../partials.ts'\n${detector ? `export { detect } from '../../src/detect/${id}.ts'\n` : 'export const detect = undefined\n'}export const language = ${data({ ...language, patterns: withNeedles(language.patterns) })}\nexport const templates = {\n${compiled.join('\n')}\n}\n`,
    )
    index.push(`  ${JSON.stringify(id)}: { title: ${JSON.stringify(language.title)}, markers: ${JSON.stringify(language.markers)},${language.fallback ? ' fallback: true,' : ''} load: () => import('./languages/${id}.ts') },`)
  }

  const artifacts: unknown[] = Object.values(LANGUAGE_ARTIFACTS)
  const workload: string[] = []
  const orders: Record<string, unknown> = {}
  for (const file of readdirSync(join(templates, 'workload')).filter((f) => f.endsWith('.hbs')).sort()) {
    const { artifact, source } = artifactOf(read(join(templates, 'workload', file)), file)
    const { order, ...light } = artifact
    if (order) orders[artifact.id] = order
    artifacts.push(light)
    remember(artifact.id, source)
    workload.push(`  ${JSON.stringify(artifact.id)}: ${compileTemplate(laidSource(artifact, source, controls), file)},`)
  }
  write(join(out, 'workload.ts'), `${PRELUDE('../')}import { p } from './partials.ts'\nexport const workload = {\n${workload.join('\n')}\n}\n`)

  write(join(out, 'orders.ts'), `// @ts-nocheck\nexport const orders = ${data(orders)}\nexport const sources = ${data(sources)}\n`)
  write(join(out, 'sketches.ts'), `// @ts-nocheck\nexport const sketches = ${data(sketches)}\n`)

  const presets = readdirSync(join(root, 'presets')).sort().map((f) => parse(read(join(root, 'presets', f))) as { id: string })
  const problems = presets.flatMap((p) => problemsOfPreset(p, `presets/${p.id}.yaml`, controls.map((c) => c.id)))
  if (problems.length > 0) throw new Error(problems.map((p) => `${p.file}: ${p.message}`).join('\n'))
  const services = parse(read(join(templates, 'workload', 'services.yaml'))) as unknown
  write(join(out, 'services.ts'), `// @ts-nocheck\nexport const services = ${data(services)}\n`)
  for (const name of ['frontends', 'programs']) write(join(out, `${name}.ts`), `// @ts-nocheck\nexport const ${name} = ${data(parse(read(join(templates, `partials/${name}.yaml`))))}\n`)
  const { version } = JSON.parse(read(join(root, 'package.json'))) as { version: string }
  write(
    join(out, 'catalog.ts'),
    `// @ts-nocheck
export const version = ${JSON.stringify(version)}
export const languages = {
${index.join('\n')}
}
export const artifacts = ${data(artifacts)}
export const presets = ${data(presets)}
export const controlIds = ${JSON.stringify(controls.map((c) => c.id))}
export const linters = ${data(Object.fromEntries(controls.filter((c) => c.linters).map((c) => [c.id, c.linters])))}
`,
  )
  const listed = artifacts as { id: string; group: string }[]
  const schema = schemaOf({ controls: controls.map((c) => c.id), artifacts: listed.map((a) => a.id), groups: [...new Set(listed.map((a) => a.group))], presets: presets.map((p) => p.id), services: Object.keys(services as object), languages })
  write(join(out, 'hardened.schema.json'), `${JSON.stringify(schema)}\n`)
  write(join(out, 'lock.schema.json'), `${JSON.stringify(lockSchema())}\n`)
  write(join(out, 'pack.schema.json'), `${JSON.stringify(manifestSchema())}\n`)
  for (const stale of readdirSync(join(out, 'languages'))) if (!languages.includes(basename(stale, '.ts'))) rmSync(join(out, 'languages', stale))
}

generate(process.argv[2]!)
