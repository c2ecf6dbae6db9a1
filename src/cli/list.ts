import { artifacts, languages, presets } from '../../generated/catalog.ts'
import { services } from '../../generated/services.ts'
import type { Language } from '../detect/language.ts'
import { EXIT, InputError } from '../errors.ts'
import { SETTINGS } from '../policy/convert.ts'
import type { Io } from './io.ts'
import { OPTIONS } from './options.ts'
import type { Parsed } from './parse.ts'

/** One thing of a list: its id, one line about it, and what it belongs to. */
interface Row {
  id: string
  about: string
  of?: string
}

export const WHAT = ['languages', 'frameworks', 'bases', 'services', 'artifacts', 'presets', 'controls', 'settings'] as const
type What = (typeof WHAT)[number]

/** Prints what there is of a kind, or of every kind. */
export async function run(words: string[], flags: Parsed['flags'], io: Io): Promise<number> {
  const unknown = words.filter((w) => !WHAT.includes(w as What))
  if (unknown.length > 0) throw new InputError(unknown.map((w) => ({ message: `there is no list of ${JSON.stringify(w)}`, where: 'list', hint: `one of ${WHAT.join(', ')}`, near: { given: w, among: WHAT } })))
  const wanted = words.length > 0 ? (words as What[]) : WHAT
  const lists: [What, Row[]][] = []
  for (const what of wanted) lists.push([what, await rowsOf(what)])
  if (flags.json) io.stdout.write(`${JSON.stringify({ schemaVersion: 1, ok: true, exitCode: EXIT.ok, ...Object.fromEntries(lists) }, null, 2)}\n`)
  else io.stdout.write(lists.map(([what, rows]) => (lists.length > 1 ? `${what}\n` : '') + table(rows, lists.length > 1 ? '  ' : '')).join('\n'))
  return EXIT.ok
}

function table(rows: readonly Row[], indent: string): string {
  const width = Math.max(...rows.map((r) => r.id.length)) + 2
  const of = Math.max(...rows.map((r) => (r.of ?? '').length))
  return rows.map((r) => `${indent}${r.id.padEnd(width)}${of > 0 ? (r.of ?? '').padEnd(of + 2) : ''}${r.about}`.trimEnd() + '\n').join('')
}

async function rowsOf(what: What): Promise<Row[]> {
  switch (what) {
    case 'languages':
      return (await allLanguages()).map((l) => ({ id: l.id, about: `${l.title}: ${l.versions.lines.map((v) => v.id).join(', ')}` }))
    case 'frameworks':
      return (await allLanguages()).flatMap((l) => l.frameworks.map((f) => ({ id: f.id, of: l.id, about: f.title })))
    case 'bases':
      return (await allLanguages()).flatMap((l) => Object.entries(l.bases).map(([id, b]) => ({ id, of: l.id, about: b.runtime + (l.preferred[0] === id ? ' (default)' : '') + (b.note ? ` — ${b.note}` : '') })))
    case 'services':
      return Object.entries(services as Record<string, { title: string; image: string }>).map(([id, s]) => ({ id, about: `${s.title}, ${s.image}` }))
    case 'artifacts':
      return (artifacts as unknown as { id: string; path: string; group: string; why: string; default?: boolean }[]).map((a) => ({ id: a.id, of: a.group, about: `${a.path}${a.default === false ? ` (with --with ${a.id})` : ''}: ${a.why}` }))
    case 'presets':
      return (presets as unknown as { id: string; description: string }[]).map((p) => ({ id: p.id, about: p.description }))
    case 'controls':
      return (await import('../../generated/controls.ts')).controls.map((c) => ({ id: c.id, of: c.severity, about: c.title }))
    case 'settings':
      return [...OPTIONS.flatMap((o) => (o.answer ? [{ id: o.answer, of: `--${o.name}`, about: o.describe }] : [])), ...Object.entries(SETTINGS).map(([id, s]) => ({ id, of: '--set', about: s.describe }))]
  }
}

async function allLanguages(): Promise<Language[]> {
  const loaded = await Promise.all(Object.values(languages as unknown as Record<string, { load: () => Promise<{ language: Language }> }>).map((l) => l.load()))
  return loaded.map((l) => l.language)
}
