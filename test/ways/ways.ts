/**
 * The ways in which projects are made: one YAML file for each, a small project inline and what the tool decides for it.
 * `npm run golden -- --update` writes `expected` anew and keeps the rest.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parse, parseDocument } from 'yaml'
import { parseArgv } from '../../src/cli/parse.ts'
import { type InputError, place } from '../../src/errors.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { answersOfFlags } from '../../src/policy/layers.ts'
import { render } from '../../src/render/render.ts'
import { planIn } from '../laws/catalog.ts'

/** A way: what it is, its files by path (a path that ends with "/" is an empty folder), the flags, and what comes out. */
export interface Way {
  name: string
  title: string
  flags?: string[]
  project: Record<string, string>
  expected?: Decided
}

/** What was decided, as a person checks it: the plan in brief with the Dockerfile, or the errors. */
export interface Decided {
  plan?: Record<string, unknown>
  warnings?: string[]
  Dockerfile?: string
  refused?: string[]
}

/** Every way below a folder, by language and name. */
export function ways(folder: string): Way[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml'))
    .sort()
    .map((path) => ({ name: path.slice(0, -5).replaceAll('\\', '/'), ...(parse(readFileSync(join(folder, path), 'utf8')) as Omit<Way, 'name'>) }))
}

/** What the tool decides for a way's project, in a folder that is removed again. */
export async function decided(way: Way): Promise<Decided> {
  const top = mkdtempSync(join(tmpdir(), 'way-'))
  const folder = join(top, 'app')
  try {
    for (const [path, text] of Object.entries({ './': '', ...way.project })) {
      mkdirSync(path.endsWith('/') ? join(folder, path) : dirname(join(folder, path)), { recursive: true })
      if (!path.endsWith('/')) writeFileSync(join(folder, path), text)
    }
    const { preset, ...answers } = answersOfFlags(parseArgv(way.flags ?? []).flags)
    const { plan, loaded } = await planIn(join(folder, answers.app ?? '.'), way.name, answers, preset?.at(-1))
    const dockerfile = render(plan, loaded.templates).find((f) => f.path === 'Dockerfile')!.text
    return { plan: brief(plan), ...(plan.warnings.length > 0 && { warnings: plan.warnings.map((w) => w.message) }), Dockerfile: dockerfile }
  } catch (error) {
    const { problems } = error as InputError
    if (!problems) throw error
    return { refused: problems.map((p) => [place(p), p.message, p.hint].filter(Boolean).join(': ').replaceAll(top, '')) }
  } finally {
    rmSync(top, { recursive: true, force: true })
  }
}

/** The decisions of a plan that a reader compares with the project. What is empty is left out. */
function brief({ app, language, framework, manager, base, runtime, services, origins, context }: Plan): Record<string, unknown> {
  const guessed = Object.entries(origins).filter(([, o]) => o.guess).map(([key]) => key)
  const all = {
    app: app === '.' ? undefined : app,
    context: context.path === '.' ? undefined : context.path,
    language: `${language.id} ${language.version}`.trim(),
    framework: framework?.id,
    manager: manager?.id,
    base: `${base.runtime} (${base.reason})`,
    start: runtime.argv,
    develop: runtime.develop,
    port: runtime.port ?? 'none',
    env: runtime.env.map((e) => `${e.name}=${e.value}`),
    addresses: runtime.addresses.map((a) => `${a.name}=${a.value}`),
    secrets: runtime.secrets,
    settings: runtime.settings,
    services: services.map((s) => s.id),
    readiness: runtime.probes?.readiness,
    writable: runtime.writable.map((w) => w.path),
    init: runtime.init,
    guessed,
  }
  return Object.fromEntries(Object.entries(all).filter(([, v]) => v !== undefined && !(Array.isArray(v) && v.length === 0)))
}

/** Writes what was decided into the way's file; what people wrote there stays. */
export function writeWay(folder: string, way: Way, now: Decided): void {
  const path = join(folder, `${way.name}.yaml`)
  const document = parseDocument(readFileSync(path, 'utf8'))
  document.set('expected', document.createNode(now))
  writeFileSync(path, document.toString({ lineWidth: 0 }))
}
