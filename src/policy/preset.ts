import { presets } from '../../generated/catalog.ts'
import { InputError, type Problem } from '../errors.ts'
import type { PackRun } from '../pack/run.ts'
import type { Preset } from '../plan/input.ts'
import { type Layer, layer, type Resolved } from './answers.ts'

const KNOWN = presets as unknown as Preset[]

/** Whether what --preset names is a pack: a path, an archive or something with a scheme. */
export const isPack = (text: string): boolean => /[:/\\]|^\.|\.(tgz|tar\.gz)$/.test(text)

/** The preset that was asked for, or the default. Where there is none of that name, the problem is added to `problems` and the default taken. */
export function choosePreset({ answers, origins }: Resolved, known: readonly Preset[], problems: Problem[]): Preset {
  const ids = [...new Set((answers.preset ?? []).filter((p) => !isPack(p)))]
  const where = origins.preset === 'flag' ? '--preset' : `preset (${origins.preset})`
  if (ids.length > 1) problems.push({ message: `one preset at a time: ${ids.join(', ')}`, where, hint: 'choose one' })
  const id = ids[0] ?? 'restricted'
  const preset = known.find((p) => p.id === id)
  if (!preset) problems.push({ message: `there is no preset "${id}"`, where, hint: `one of ${known.map((p) => p.id).join(', ')}; a pack begins with ./ or npm:, git+https:, oci:`, near: { given: id, among: known.map((p) => p.id) } })
  return preset ?? known.find((p) => p.id === 'restricted')!
}

/**
 * Layers and the preset that they choose, whose defaults are the weakest of them. What a preset leaves out is no answer: it adds
 * to what a person leaves out, and the plan knows both. What packs enforce is the strongest.
 * Throws InputError (policy) where a person's answer is not what a pack enforces. A preset that there is not is added to `later`;
 * without that list it is thrown.
 */
export function resolve(layers: readonly Layer[], packs?: PackRun, later?: Problem[]): { resolved: Resolved; preset: Preset } {
  const problems = later ?? []
  const chosen = choose(layers, packs, problems)
  if (!later && problems.length > 0) throw new InputError(problems)
  return chosen
}

function choose(layers: readonly Layer[], packs: PackRun | undefined, problems: Problem[]): { resolved: Resolved; preset: Preset } {
  if (!packs) return laid(layers, choosePreset(layer(layers), KNOWN, problems), [])
  const own = packs.enforce(layers)
  const preset = choosePreset(layer([packs.defaults, ...withPacks(layers), own]), [...KNOWN, ...packs.presets], problems)
  const { resolved } = laid([...withPacks(layers), own], preset, [packs.defaults])
  return { resolved: packs.derive(resolved), preset: packs.preset(preset) }
}

/** Packs that any layer names stay when a stronger one names a preset. */
function withPacks(layers: readonly Layer[]): Layer[] {
  let named: string[] = []
  return layers.map((l) => {
    if (!l.answers.preset) return l
    named = [...new Set([...named, ...l.answers.preset.filter(isPack)])]
    return { ...l, answers: { ...l.answers, preset: [...named, ...l.answers.preset.filter((p) => !isPack(p))] } }
  })
}

/** A pack's own preset is stronger than the packs' defaults, the tool's are weaker. */
function laid(layers: readonly Layer[], preset: Preset, packs: Layer[]): { resolved: Resolved; preset: Preset } {
  const { without: _, ...defaults } = preset.defaults
  const own: Layer = { origin: 'preset', answers: defaults }
  return { preset, resolved: layer(KNOWN.includes(preset) ? [own, ...packs, ...layers] : [...packs, own, ...layers]) }
}
