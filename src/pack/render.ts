import { controls as builtIn } from '../../generated/controls.ts'
import { orders } from '../../generated/orders.ts'
import { p as partials } from '../../generated/partials.ts'
import { workload } from '../../generated/workload.ts'
import type { Control } from '../controls/control.ts'
import type { Loaded } from '../detect/detect.ts'
import { EXIT, InputError } from '../errors.ts'
import type { Plan } from '../plan/plan.ts'
import { type Context, contextOf } from '../render/context.ts'
import { layOnDocument } from '../render/document.ts'
import { expectationsOf } from '../render/lay.ts'
import { type Rendered, type Template, tidy } from '../render/render.ts'
import type { KeyOrder, Laid } from '../render/skeleton.ts'
import { fillSlots } from '../render/slots.ts'
import { mirrored, mirroredDockerfile } from './mirror.ts'
import type { Pack, Policy } from './policy.ts'
import { parseTemplate, templateOf } from './template.ts'

const PARTIALS = partials as unknown as Record<string, Template>

/** A template of a pack, ready to be rendered. @throws InputError (pack) for what must not stand in one */
export function packTemplate(pack: Pack, path: string, controls: readonly Control[] = []): Template {
  const source = pack.tree.get(path)!.toString('utf8').replaceAll('\r\n', '\n')
  return templateOf(parseTemplate(fillSlots(source, controls), `${pack.spec}/${path}`, Object.keys(PARTIALS)), PARTIALS)
}

/** The last of the packs that has something, and what it has. */
function last<T>(policy: Policy, of: (pack: Pack) => T | undefined): { pack: Pack; found: T } | undefined {
  for (const pack of [...policy.packs].reverse()) {
    const found = of(pack)
    if (found !== undefined) return { pack, found }
  }
  return undefined
}

/**
 * Renders a plan with what packs bring: their templates in place of the built-in ones, texts at named places, further files,
 * controls laid on the YAML, images from their mirrors. Pure: same plan and packs, same bytes.
 * @throws InputError (pack) with the place in the template
 */
export function renderWith(policy: Policy, plan: Plan, loaded: Loaded): Rendered[] {
  const plain = { ...contextOf(plan), settings: nested(plan.settings) }
  const slot = (name: string): string => {
    const texts = policy.packs.flatMap((pack) => {
      const path = pack.read.manifest.partials?.[name]
      return path ? [packTemplate(pack, path)(plain, plain).trimEnd()] : []
    })
    return texts.filter(Boolean).join('\n')
  }
  // what a pack writes is about the project, no part of its image
  const written = plan.artifacts.flatMap((a) => (policy.artifacts.some((p) => p.id === a.id) && !a.path.startsWith('k8s/') ? [a.path] : []))
  const context: Context = { ...plain, slots: { labels: slot('dockerfile/labels'), runtime: slot('dockerfile/runtime'), ignore: [slot('dockerignore/extra'), ...written].filter(Boolean).join('\n') } }
  const base = slot('dockerfile/base')
  return plan.artifacts.map(({ id, path }): Rendered => {
    const own = last(policy, (pack) => pack.read.manifest.templates?.[`${plan.language.id}/${id}`] ?? pack.read.manifest.templates?.[id])
    const added = policy.artifacts.find((a) => a.id === id)
    const yaml = /\.ya?ml(\.example)?$/.test(path)
    let text: string
    if (own) {
      // a YAML skeleton gets its controls as a document, everything else at the named slots
      text = tidy(packTemplate(own.pack, own.found, builtIn)(context, context))
      if (yaml) text = laid(text, id, expectationsOf(id, builtIn), context, policy, `${own.pack.spec}/${own.found}`)
    } else if (added) text = tidy(packTemplate(added.pack, added.template, builtIn)(context, context))
    else text = tidy((loaded.templates[id] ?? (workload as unknown as Record<string, Template>)[id]!)(context, context))
    const expected = yaml ? expectationsOf(id, policy.controls) : []
    if (expected.length > 0) text = laid(text, id, expected, context, policy, own ? `${own.pack.spec}/${own.found}` : added && `${added.pack.spec}/${added.template}`)
    if (id === 'dockerfile') text = mirroredDockerfile(base ? behindFirstFrom(text, base) : text, policy.mirrors)
    if (id === 'compose' || id === 'compose-dev') text = text.replace(/^(\s+(?:FROM|image:) )(\S+)$/gm, (line, head: string, image: string) => (image === plan.image.reference ? line : head + mirrored(image, policy.mirrors)))
    return { id, path, text }
  })
}

/** YAML with controls on it. @param template where the text comes from, if that is a pack's. @throws InputError (pack) with the place that is to blame */
function laid(text: string, id: string, expectations: readonly Laid[], context: Context, policy: Policy, template?: string): string {
  const order = (orders as Record<string, KeyOrder>)[id] ?? {}
  const tried = (some: readonly Laid[]): string | Error => {
    try {
      return layOnDocument(text, some, order, context, true)
    } catch (error) {
      return error as Error
    }
  }
  const out = tried(expectations)
  if (typeof out === 'string') return out
  const why = (error: Error): string => error.message.split('\n')[0]!
  const plain = tried([])
  if (typeof plain !== 'string') throw new InputError({ message: `what this prints is not valid YAML: ${why(plain)}`, ...(template ? { file: template } : { where: id }), hint: 'mend the template; values stand as {{yaml NAME}}' }, EXIT.pack)
  const bad = expectations.find((e) => typeof tried([e]) !== 'string')
  const pack = policy.packs.find((p) => p.read.manifest.controls?.some((c) => c.id === bad?.control))
  throw new InputError({ message: `the control ${bad?.control ?? ''} cannot be laid on ${id}: ${why(out)}`, ...(pack ? pack.read.at('controls', pack.read.manifest.controls!.findIndex((c) => c.id === bad!.control)) : { where: id }), hint: 'a value is text of YAML, in which {{NAME}} of the context may stand; when is a condition of the context' }, EXIT.pack)
}

const bare = (): Context => Object.create(null) as Context

/** "acme.costCentre" as settings.acme.costCentre. Without prototypes: keys are a stranger's words. */
function nested(settings: Record<string, string>): Context {
  const out = bare()
  for (const [key, value] of Object.entries(settings)) {
    const steps = key.split('.')
    let at = out
    for (const step of steps.slice(0, -1)) at = (at[step] ??= bare()) as Context
    at[steps.at(-1)!] = value
  }
  return out
}

function behindFirstFrom(text: string, added: string): string {
  const lines = text.split('\n')
  const at = lines.findIndex((l) => l.startsWith('FROM '))
  return at < 0 ? text : [...lines.slice(0, at + 1), added, ...lines.slice(at + 1)].join('\n')
}
