import { controls as builtIn } from '../../generated/controls.ts'
import type { Audited, Control } from '../controls/control.ts'
import { EXIT, InputError } from '../errors.ts'
import type { Plan } from '../plan/plan.ts'
import type { Rendered } from '../render/render.ts'
import { audit } from './audit.ts'

/**
 * The audit before writing: what was rendered must be what the plan says. Controls that are off do not count.
 * Throws InputError (policy) with every finding; a run whose controls or settings nobody changed need not call it, since
 * the laws hold the whole catalog to it.
 */
export function verifyRendered(plan: Plan, rendered: readonly Rendered[] | Audited, controls: readonly Control[] = builtIn): void {
  const findings = audit(rendered, controls, plan, true)
  if (findings.length === 0) return
  throw new InputError(
    findings.map((f) => ({ message: `${f.control}: ${f.message}`, file: f.file, line: f.line, hint: `switch the control off with a reason, if it is meant: --control ${f.control}=off:"why"` })),
    EXIT.policy,
  )
}
