import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import { audit } from '../../src/audit/audit.ts'
import { layOnDocument } from '../../src/render/document.ts'
import { artifactOf, expectationsOf } from '../../src/render/lay.ts'
import { render, type Rendered, tidy } from '../../src/render/render.ts'
import { contextWith, controls, firsts, matrix, type Member, none, planOf, problemsOf, renderWith, root, sets } from './catalog.ts'

const members: Member[] = [...(await matrix(['restricted'])), ...(await sets())]
/** Members whose files differ by more than names: what lays lines twice the same way need not be tried twice. */
const shapes = [...new Map(members.map((m) => [JSON.stringify([m.plan.language.id, m.plan.base.packages, m.plan.artifacts, m.plan.runtime.init, Object.keys(m.plan.runtime.probes?.liveness ?? {}), m.plan.services.map((s) => s.id), m.plan.build.static]), m])).values()]
const isOn = (m: Member) => (id: string) => m.plan.controls[id]!.on
const laying = controls.filter((c) => c.expects?.length || c.slots?.length)
const texts = (files: readonly Rendered[]): string => files.map((f) => f.text).join('\f')

describe('law 2: every check can fail', () => {
  test('the bare skeleton fails each control that lays a line in it', () => {
    none(
      problemsOf(shapes, (m) => {
        const on = isOn(m)
        const found = new Set(audit(renderWith(m, () => false), controls, m.plan, true).map((f) => f.control))
        const full = texts(renderWith(m, on))
        return laying.filter((c) => on(c.id) && !found.has(c.id) && texts(renderWith(m, (id) => id !== c.id && on(id))) !== full).map((c) => `${c.id} has no finding although none of its lines is there`)
      }),
    )
  })
  test('each control that lays lines does so somewhere', () => {
    none(laying.filter((c) => !members.some((m) => texts(renderWith(m, (id) => id === c.id)) !== texts(renderWith(m, () => false)))).map((c) => `${c.id} lays nothing anywhere`))
  })
})

describe('law 3: switching one control off only takes its own lines away', () => {
  test('every control, every member', () => {
    none(
      problemsOf(shapes, (m) => {
        const on = isOn(m)
        const full = renderWith(m, on)
        const bare = renderWith(m, () => false)
        return laying.filter((c) => on(c.id)).flatMap((c) => {
          const without = renderWith(m, (id) => id !== c.id && on(id))
          if (texts(without) === texts(full)) return []
          const alone = renderWith(m, (id) => id === c.id)
          return full.flatMap((f, i) => foreign(f, without[i]!, alone[i]!, bare[i]!).map((line) => `${f.path}: ${c.id} also changes: ${line}`))
        })
      }),
    )
  })
})

test('with any one control off, the others still hold', async () => {
  const off: Member[] = []
  for (const c of controls) for (const example of firsts(members)) off.push(...[await planOf(example, { control: { [c.id]: { on: false, reason: 'meant so' } } })].filter((m) => m !== undefined))
  none(problemsOf(off, (m) => audit(render(m.plan, m.loaded.templates), controls, m.plan, true).map((f) => `${f.file}:${f.line} ${f.control}: ${f.message}`)))
})

/** Lines that differ without being the control's own: those that it adds to the bare skeleton, whole or as a word of a line. */
function foreign(full: Rendered, without: Rendered, alone: Rendered, bare: Rendered): string[] {
  if (full.text === without.text) return []
  const own = counted(alone.text)
  for (const line of bare.text.split('\n')) own.set(line, (own.get(line) ?? 0) - 1)
  const words = (text: string): string => text.replace(/ --chmod=\S+/g, '')
  const gone = counted(full.text)
  for (const line of without.text.split('\n')) gone.set(line, (gone.get(line) ?? 0) - 1)
  return [...gone].filter(([line, n]) => n !== 0 && line.trim() !== '' && (n > 0 ? (own.get(line) ?? 0) < n : !full.text.split('\n').some((l) => l !== line && words(l) === line))).map(([line]) => line)
}

function counted(text: string): Map<string, number> {
  const lines = new Map<string, number>()
  for (const line of text.split('\n')) lines.set(line, (lines.get(line) ?? 0) + 1)
  return lines
}

describe('law 11: controls laid by the build and at run time give the same bytes', () => {
  const templates = readdirSync(join(root, 'templates/workload'))
    .filter((f) => f.endsWith('.hbs'))
    .map((f) => artifactOf(readFileSync(join(root, 'templates/workload', f), 'utf8'), f).artifact)
    .filter((a) => expectationsOf(a.id, controls).length > 0)
  test('every artifact with expectations, every member', () => {
    none(
      problemsOf(members, (m) => {
        const full = renderWith(m, isOn(m))
        const bare = renderWith(m, () => false)
        const context = contextWith(m, isOn(m))
        return templates.flatMap((artifact) => {
          const at = full.findIndex((f) => f.id === artifact.id)
          if (at < 0) return []
          const laid = tidy(layOnDocument(bare[at]!.text, expectationsOf(artifact.id, controls), artifact.order ?? {}, context))
          return laid === full[at]!.text ? [] : [`${full[at]!.path}: ${difference(full[at]!.text, laid)}`]
        })
      }),
    )
  })
})

function difference(a: string, b: string): string {
  const [x, y] = [a.split('\n'), b.split('\n')]
  const i = x.findIndex((line, n) => line !== y[n])
  return `line ${i + 1}: by the build ${JSON.stringify(x.slice(i, i + 2))}, at run time ${JSON.stringify(y.slice(i, i + 2))}`
}
