import type { Control, SlotText } from '../controls/control.ts'

const guard = (control: string, text: SlotText): string => (text.when ? `(and @root.on.[${control}] @root.${text.when})` : `@root.on.[${control}]`)

/**
 * Replaces `{{! slot NAME }}` in a template's source by what the controls say there, each guarded by its control's id.
 * On a line of its own a slot takes whole lines; inside a line it takes a word and the blank behind it.
 */
export function fillSlots(source: string, controls: readonly Control[]): string {
  const texts = (slot: string): [string, SlotText][] => controls.flatMap((c) => (c.slots ?? []).filter((s) => s.slot === slot).map((s): [string, SlotText] => [c.id, s]))
  return source
    .replace(/^\{\{! slot ([\w-]+) \}\}\n/gm, (_, slot: string) => texts(slot).map(([id, t]) => `{{#if ${guard(id, t)}}}\n${t.text}\n{{/if}}\n`).join(''))
    .replace(/\{\{! slot ([\w-]+) \}\} /g, (_, slot: string) => texts(slot).map(([id, t]) => `{{#if ${guard(id, t)}}}${t.text} {{/if}}`).join(''))
}
