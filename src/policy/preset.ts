import { presets } from '../../generated/catalog.ts'
import { InputError } from '../errors.ts'
import type { Preset } from '../plan/input.ts'
import { type Layer, layer, type Resolved } from './answers.ts'

const KNOWN = presets as unknown as Preset[]

/** The preset that was asked for, or the default. Throws InputError when there is none of that name. */
export function choosePreset({ answers, origins }: Resolved): Preset {
  const ids = [...new Set(answers.preset ?? ['restricted'])]
  const where = origins.preset === 'flag' ? '--preset' : `preset (${origins.preset})`
  if (ids.length > 1) throw new InputError({ message: `one preset at a time: ${ids.join(', ')}`, where, hint: 'choose one' })
  const preset = KNOWN.find((p) => p.id === ids[0])
  if (!preset) throw new InputError({ message: `there is no preset "${ids[0]}"`, where, hint: `one of ${KNOWN.map((p) => p.id).join(', ')}`, near: { given: ids[0]!, among: KNOWN.map((p) => p.id) } })
  return preset
}

/**
 * Layers and the preset that they choose, whose defaults are the weakest of them. What a preset leaves out is no answer: it adds
 * to what a person leaves out, and the plan knows both.
 */
export function resolve(layers: readonly Layer[]): { resolved: Resolved; preset: Preset } {
  const preset = choosePreset(layer(layers))
  const { without: _, ...defaults } = preset.defaults
  return { preset, resolved: layer([{ origin: 'preset', answers: defaults }, ...layers]) }
}
