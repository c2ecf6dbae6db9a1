import Handlebars from 'handlebars/runtime'
import { partials } from '../../generated/partials.ts'
import { workload } from '../../generated/workload.ts'
import type { Plan } from '../plan/plan.ts'
import { type Context, contextOf } from './context.ts'
import { HELPERS } from './helpers.ts'

/** One file as it will be written. Text has LF ends and one at its end. */
export interface Rendered {
  id: string
  path: string
  text: string
}

type Spec = TemplateSpecification

const engine = Handlebars.create()
for (const [name, helper] of Object.entries(HELPERS)) engine.registerHelper(name, helper as never)
for (const [name, spec] of Object.entries(partials as unknown as Record<string, Spec>)) engine.registerPartial(name, engine.template(spec))

/** Renders every artifact of a plan. `own` holds the precompiled templates of the plan's language. Pure: same plan, same bytes. */
export function render(plan: Plan, own: Record<string, unknown>): Rendered[] {
  return renderContext(plan.artifacts, contextOf(plan), own)
}

/** The same from a context that was made already. */
export function renderContext(artifacts: Plan['artifacts'], context: Context, own: Record<string, unknown>): Rendered[] {
  return artifacts.map(({ id, path }) => {
    const spec = (own[id] ?? (workload as Record<string, unknown>)[id]) as Spec
    return { id, path, text: tidy(engine.template(spec)(context)) }
  })
}

/** No blanks at line ends, no two blank lines in a row, none at the start, one line end at the end. */
export function tidy(text: string): string {
  return text.replace(/[ \t]+$/gm, '').replace(/\n{3,}/g, '\n\n').replace(/^\n+/, '').replace(/\n*$/, '\n')
}
