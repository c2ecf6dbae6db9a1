import { parse } from 'yaml'
import type { Control } from '../controls/control.ts'
import type { Artifact } from './artifacts.ts'
import { type Laid, layOnSource } from './skeleton.ts'
import { fillSlots } from './slots.ts'

/** Splits a template into its front matter and its source. */
export function artifactOf(text: string, name: string): { artifact: Artifact; source: string } {
  const [, front, source] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? []
  if (front === undefined || source === undefined) throw new Error(`${name}: no front matter`)
  return { artifact: parse(front) as Artifact, source }
}

/** What the controls expect of one artifact, in the order of the controls. */
export function expectationsOf(artifact: string, controls: readonly Control[]): Laid[] {
  return controls.flatMap((c) =>
    (c.expects ?? []).filter((e) => e.artifact === artifact).map((e) => ({ control: c.id, at: e.at, value: e.value, comment: e.comment ?? c.comment, when: e.when })),
  )
}

/** A template's source with the controls in it: what the build precompiles, and what `npm run templates` prints. */
export function laidSource(artifact: Artifact, source: string, controls: readonly Control[]): string {
  const expectations = expectationsOf(artifact.id, controls)
  const yaml = expectations.length > 0 ? layOnSource(source, expectations, artifact.order) : source
  return fillSlots(yaml, controls)
}
