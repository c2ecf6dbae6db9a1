import type { AuditFile } from '../audit/audit.ts'
import { artifacts as builtInArtifacts, languages as builtInLanguages } from '../../generated/catalog.ts'
import type { Control } from '../controls/control.ts'
import type { Listed, Loaded } from '../detect/detect.ts'
import type { Framework, Language } from '../detect/language.ts'
import { InputError, type Problem } from '../errors.ts'
import type { Catalog, Preset } from '../plan/input.ts'
import type { Plan } from '../plan/plan.ts'
import type { Layer, Resolved } from '../policy/answers.ts'
import type { Artifact } from '../render/artifacts.ts'
import type { Rendered } from '../render/render.ts'
import { allows } from './combine.ts'
import type { Kept } from './kept.ts'
import { listLanguages } from './listed.ts'
import type { LockedPack } from './locked.ts'
import { mirrored } from './mirror.ts'
import { refuseUnknown } from './names.ts'
import { outputProblems } from './output.ts'
import { catalogArtifacts, type Pack, type Policy } from './policy.ts'
import { enforced, refuse, violationsOfAnswers, violationsOfPlan } from './rules.ts'

/** What packs change in a run of the main command: one step each, called where the run has no packs too. */
export interface PackRun {
  readonly policy: Policy
  /** how the lock remembers them */
  readonly locked: LockedPack[]
  readonly presets: readonly Preset[]
  readonly languages: Record<string, Listed>
  /** the packs' defaults, weaker than any person's answers */
  readonly defaults: Layer
  /** what they enforce, stronger than all; throws InputError (policy) where a person said otherwise */
  enforce(layers: readonly Layer[]): Layer
  preset(preset: Preset): Preset
  adapt(loaded: Loaded): Loaded
  catalog(catalog: Catalog): Catalog
  /** answers that follow from others, a tier's sizes, with the packs as their origin */
  derive(resolved: Resolved): Resolved
  /** the plan with mirrors and without what a pack forbids; throws InputError (policy) */
  plan(plan: Plan): Plan
  render(plan: Plan, loaded: Loaded): Promise<Rendered[]>
  /** the files, after the second look at the rules; throws InputError (policy) */
  verified(plan: Plan, loaded: Loaded): Promise<Rendered[]>
  /** what files on the disk say that the rules do not allow */
  violations(plan: Plan, files: readonly AuditFile[]): Promise<Problem[]>
  /** the tool's controls and theirs */
  controls(): Promise<readonly Control[]>
}

const ARTIFACTS = builtInArtifacts as unknown as Artifact[]

/** A run with these packs, and with the languages that they bring. */
export function packRun(policy: Policy, locked: LockedPack[], own: ReadonlyMap<Pack, Language[]>, kept?: Kept): PackRun {
  const artifacts = [...ARTIFACTS, ...catalogArtifacts(policy)]
  const forbidden = policy.rules.flatMap((r) => r.artifact ?? [])
  const languages = listLanguages(own, builtInLanguages as unknown as Record<string, Listed>)
  refuseUnknown(policy, Object.keys(languages))
  return {
    policy,
    locked,
    presets: policy.presets,
    languages,
    defaults: { origin: 'pack', answers: policy.answers },
    enforce(layers) {
      refuse(violationsOfAnswers(policy.rules, layers))
      return { origin: 'enforced', answers: enforced(policy.rules) }
    },
    preset: (preset) => ({ ...preset, defaults: { ...preset.defaults, without: [...((preset.defaults.without as string[] | undefined) ?? []), ...forbidden] } }),
    adapt: (loaded) => adapted(policy, loaded),
    catalog: (catalog) => ({ ...catalog, artifacts, controlIds: [...catalog.controlIds, ...policy.controls.map((c) => c.id)], services: Object.fromEntries(Object.entries(catalog.services).map(([id, s]) => [id, { ...s, image: mirrored(String(s.image), policy.mirrors) }])) }),
    derive({ answers, origins }) {
      const tier = policy.tiers[answers.set?.['resources.tier'] ?? '']
      if (!tier) return { answers, origins }
      const sizes = { 'resources.cpu': tier.cpu, 'resources.memory': tier.memory }
      const from = Object.fromEntries([...Object.keys(sizes).map((k) => `set.${k}`), 'cpuLimit'].map((k) => [k, 'pack' as const]))
      return { answers: { ...(tier.cpuLimit ? { cpuLimit: tier.cpuLimit } : {}), ...answers, set: { ...sizes, ...answers.set } }, origins: { ...from, ...origins } }
    },
    plan(plan) {
      answerPrompts(policy, plan)
      plan.artifacts = plan.artifacts.filter((a) => wantedHere(policy, plan, a.id)).map((a) => ({ ...a, path: a.path.replaceAll('{{name}}', plan.name) }))
      refuse(violationsOfPlan(policy.rules, plan))
      const bad = outputProblems(plan, policy)
      if (bad) throw bad
      for (const pack of policy.packs) for (const w of pack.read.manifest.waive ?? []) plan.warnings.push({ message: `${pack.name} waives ${w.control}${w.until ? ` until ${w.until}` : ''}: ${w.reason}` })
      return plan
    },
    render: async (plan, loaded) => (await import('./render.ts')).renderWith(policy, plan, loaded),
    async verified(plan, loaded) {
      // rendering and checks are functions of these and nothing else
      const from = JSON.stringify([policy.packs.map((p) => [p.spec, p.integrity]), { ...plan, nextSteps: [] }])
      const before = kept?.read<Rendered[]>('verified', from)
      if (before) return before
      const rendered = await this.render(plan, loaded)
      const [{ readFiles }, { verifyRendered }, { violationsOfFiles }] = await Promise.all([import('../audit/audit.ts'), import('../audit/verify.ts'), import('./seen.ts')])
      const read = readFiles(rendered, plan)
      refuse(violationsOfFiles(policy.rules, plan, rendered, artifacts, read))
      verifyRendered(plan, read, await this.controls())
      kept?.write('verified', from, rendered)
      return rendered
    },
    violations: async (plan, files) => (await import('./seen.ts')).violationsOfFiles(policy.rules, plan, files, artifacts),
    controls: async () => [...(await import('../../generated/controls.ts')).controls, ...policy.controls],
  }
}

/** Questions that nobody answered are empty texts, so that templates have them. @throws InputError naming the flags of all that must be answered */
function answerPrompts(policy: Policy, plan: Plan): void {
  const open = policy.prompts.filter((p) => plan.settings[p.key] === undefined)
  const needed = open.filter((p) => p.required)
  if (needed.length > 0) throw new InputError(needed.map((p) => ({ message: `${p.pack} asks: ${p.message}`, where: `--set ${p.key}`, hint: `--set ${p.key}=${p.choices?.join('|') ?? 'VALUE'}` })))
  for (const { key } of open) plan.settings[key] = ''
}

/** A language with the packs' base images, mirrors and frameworks. */
function adapted(policy: Policy, loaded: Loaded): Loaded {
  const language = { ...loaded.language, bases: { ...loaded.language.bases }, frameworks: [...loaded.language.frameworks] }
  for (const pack of policy.packs) {
    for (const [base, change] of Object.entries(pack.read.manifest.bases?.[language.id] ?? {})) {
      const id = base as keyof typeof language.bases
      if (language.bases[id]) language.bases[id] = { ...language.bases[id], ...change }
    }
    language.frameworks.unshift(...((pack.read.manifest.frameworks?.[language.id] ?? []) as unknown as Framework[]))
  }
  // a base that a rule does not allow is none of this project's
  const rules = policy.rules.filter((r) => r.key === 'base')
  language.preferred = language.preferred.filter((id) => rules.every((r) => allows(r, id)))
  for (const [id, base] of Object.entries(language.bases)) language.bases[id as keyof typeof language.bases] = { ...base, build: mirrored(base.build, policy.mirrors), runtime: mirrored(base.runtime, policy.mirrors) }
  return { ...loaded, language }
}

/** Whether the conditions of a pack's artifact hold. */
function wantedHere(policy: Policy, plan: Plan, id: string): boolean {
  const when = policy.artifacts.find((a) => a.id === id)?.when
  if (!when) return true
  const one = (list: string[] | undefined, values: readonly string[]): boolean => !list || list.some((v) => values.includes(v))
  return (
    one(when.language, [plan.language.id]) &&
    one(when.framework, plan.framework ? [plan.framework.id] : []) &&
    one(when.services, plan.services.map((s) => s.id)) &&
    one(when.artifact, plan.artifacts.map((a) => a.id)) &&
    (when.serves === undefined || when.serves === (plan.runtime.port !== undefined)) &&
    Object.entries(when.set ?? {}).every(([key, value]) => plan.settings[key] === value)
  )
}
