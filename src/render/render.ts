import { workload } from '../../generated/workload.ts'
import type { Plan } from '../plan/plan.ts'
import { type Context, contextOf } from './context.ts'

/** One file as it will be written. Text has LF ends and one at its end. */
export interface Rendered {
  id: string
  path: string
  text: string
}

/** A compiled template (src/build/compile.ts). */
export type Template = (context: Context, root: Context) => string

/** Renders every artifact of a plan. `own` holds the precompiled templates of the plan's language. Pure: same plan, same bytes. */
export function render(plan: Plan, own: Record<string, Template>): Rendered[] {
  return renderContext(plan.artifacts, contextOf(plan), own)
}

/** The same from a context that was made already. */
export function renderContext(artifacts: Plan['artifacts'], context: Context, own: Record<string, Template>): Rendered[] {
  return artifacts.map(({ id, path }) => {
    const template = own[id] ?? (workload as unknown as Record<string, Template>)[id]!
    return { id, path, text: tidy(template(context, context)) }
  })
}

/** No blanks at line ends, no two blank lines in a row, none at the start, one line end at the end. */
export function tidy(text: string): string {
  let out = text
  // nearly every file is tidy already, and looking is cheaper than replacing nothing
  if (out.includes(' \n') || out.includes('\t\n') || /[ \t]$/.test(out)) out = out.replace(/[ \t]+$/gm, '')
  if (out.includes('\n\n\n')) out = out.replace(/\n{3,}/g, '\n\n')
  if (out.startsWith('\n')) out = out.replace(/^\n+/, '')
  return out.endsWith('\n') && !out.endsWith('\n\n') ? out : out.replace(/\n*$/, '\n')
}
