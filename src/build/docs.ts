/** The pages of docs/ that follow from the catalog: nothing in them is written by hand. */
import { artifacts, languages, presets } from '../../generated/catalog.ts'
import { controls } from '../../generated/controls.ts'
import { services } from '../../generated/services.ts'
import { COMMANDS, OPTIONS, variableOf } from '../cli/options.ts'
import type { Control } from '../controls/control.ts'
import type { Loaded } from '../detect/detect.ts'
import { EXIT } from '../errors.ts'
import { MANIFEST } from '../pack/format.ts'
import type { Schema } from '../pack/schema.ts'
import type { Preset } from '../plan/input.ts'
import { SETTINGS } from '../policy/convert.ts'
import type { Artifact } from '../render/artifacts.ts'

const HEAD = '<!-- generated: npm run docs -->\n'
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const code = (text: string): string => `\`${text}\``

function table(head: string[], rows: readonly string[][]): string {
  return [head, head.map(() => '---'), ...rows].map((r) => `| ${r.map(cell).join(' | ')} |`).join('\n') + '\n'
}

/** Every generated page by its name. */
export async function docs(): Promise<Map<string, string>> {
  const loaded = await loadAll()
  return new Map([
    ['controls.md', controlsPage(controls)],
    ['languages.md', languagesPage(loaded)],
    ['options.md', optionsPage()],
    ['artifacts.md', artifactsPage()],
  ])
}

/** docs/packs.md with its generated tables, in the same way. */
export function packsPage(text: string): string {
  const rows = (schema: Schema, prefix = ''): string[][] => Object.entries(schema.properties ?? {}).flatMap(([key, s]) => [[code(prefix + key), s.description ?? (s.enum ? s.enum.join(', ') : '')], ...(s.type === 'array' && s.items?.properties ? rows(s.items, `${prefix}${key}[].`) : [])])
  return filled(text, { manifest: table(['key', 'what it is'], rows(MANIFEST).filter(([key]) => key !== '`$schema`')), helpers: table(['helper', 'what it prints'], HELPER_ROWS) })
}

const HELPER_ROWS = [
  ['`{{yaml VALUE}}`', 'a YAML string, quoted where a reader would take it for something else'],
  ['`{{json VALUE}}`', 'a JSON string or list: exec form in Dockerfiles, double quotes in YAML'],
  ['`{{dockerfile VALUE}}`', 'a value of ENV, LABEL or ARG, quoted where it has to be'],
  ['`{{single VALUE}}`', 'a YAML string in single quotes'],
  ['`{{compose VALUE}}`', 'a YAML string in which a dollar is a dollar'],
  ['`{{words LIST}}`', 'words with blanks between them'],
  ['`(and A B)`, `(or A B)`', 'conditions for `#if`'],
]

const filled = (text: string, tables: Record<string, string>): string => Object.entries(tables).reduce((all, [name, rows]) => all.replace(new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*(<!-- /${name} -->)`), (_, open: string, close: string) => `${open}\n${rows}\n${close}`), text)

/** The README with its generated tables: what stands between `<!-- NAME -->` and `<!-- /NAME -->` is written anew. */
export async function readme(text: string): Promise<string> {
  const loaded = await loadAll()
  const tables: Record<string, string> = {
    languages: table(['language', 'recognised by', 'package managers', 'frameworks with facts of their own'], loaded.map(({ language: l }) => [l.title, l.markers.slice(0, 3).map(code).join(', '), l.managers.map((m) => m.title).join(', '), [...new Set(l.frameworks.filter((f) => f.refuse === undefined).map((f) => f.title.replace(/ \(.*\)$/, '')))].join(', ')])),
    artifacts: table(['file', 'why'], (artifacts as unknown as Artifact[]).filter((a) => a.group !== 'linters').map((a) => [code(a.path) + (a.default === false ? ` with ${code(`--with ${a.id}`)}` : ''), a.why])),
  }
  return filled(text, tables)
}

const loadAll = (): Promise<Loaded[]> => Promise.all(Object.values(languages as unknown as Record<string, { load(): Promise<Loaded> }>).map((l) => l.load()))

function controlsPage(all: readonly Control[]): string {
  const points = [...new Set(all.flatMap((c) => c.points))].sort()
  const link = (c: Control): string => `[${c.id}](#${c.id})`
  return [
    `${HEAD}# Controls\n`,
    `Each control is one hardening: it writes its lines, says why beside them, checks them in files that somebody else wrote, and names the standards that ask for it. Switch one off with a reason: ${code('--control ID=off:"why"')}; only its own lines go, and the exceptions that linters need are written with the reason.\n`,
    table(['point', 'controls'], points.map((p) => [p, all.filter((c) => c.points.includes(p)).map(link).join(', ')])),
    ...all.map(controlSection),
  ].join('\n')
}

function controlSection(c: Control): string {
  const places = [...new Set([...(c.expects ?? []).map((e) => `${e.artifact}: ${code(e.at)}`), ...(c.slots ?? []).map((s) => (s.slot === 'secrets' ? '.dockerignore' : `Dockerfile: ${code(s.text.replace(/^# .*\n/, '').split('\n')[0]!)}`))])]
  const off = Object.entries(c.linters ?? {}).map(([linter, ids]) => `${linter} ${ids.join(', ')}`)
  return [
    `## ${c.id}\n`,
    `**${c.title}.** ${c.why}\n`,
    `- severity: ${c.severity}; points: ${c.points.join(', ')}`,
    `- asked for by: ${c.sources.join('; ')}`,
    ...(places.length > 0 ? [`- writes: ${places.join('; ')}`] : []),
    `- checks: ${[...(c.expects ? ['what it writes'] : []), ...(c.check ? ['more than one place can say'] : [])].join(', and ')}`,
    ...(off.length > 0 ? [`- switched off, these are told the reason: ${off.join('; ')}`] : []),
    '',
  ].join('\n')
}

function languagesPage(all: readonly Loaded[]): string {
  return [
    `${HEAD}# Languages\n`,
    ...all.map(({ language: l }) =>
      [
        `## ${l.title}\n`,
        `Recognised by ${l.markers.map(code).join(', ')}. Without a version of its own a project gets ${l.versions.default}.\n`,
        table(['release line', 'security fixes until', 'bases'], l.versions.lines.map((v) => [v.id, v.eol, (v.bases ?? Object.keys(l.bases)).join(', ')])),
        table(['base', 'builds on', 'runs on', 'user', 'note'], Object.entries(l.bases).map(([id, b]) => [id + (id === l.preferred[0] ? ' (preferred)' : ''), code(b!.build), code(b!.runtime), String(b!.uid), b!.note ?? ''])),
        ...(l.managers.length > 0 ? [table(['package manager', 'lock files'], l.managers.map((m) => [`${m.title} (${code(m.id)})`, m.locks.map(code).join(', ') || 'none']))] : []),
        ...(l.frameworks.length > 0 ? [table(['framework', 'recognised by', 'port'], l.frameworks.map((f) => [`${f.title} (${code(f.id)})`, [...(f.dependencies ?? []), ...(f.files ?? [])].map(code).join(', '), f.serves === false ? 'none' : String(f.port ?? l.port)]))] : []),
        ...(Object.keys(l.services).length > 0 ? [table(['service', 'recognised by'], Object.entries(l.services).map(([id, names]) => [id, names.map(code).join(', ')]))] : []),
      ].join('\n'),
    ),
  ].join('\n')
}

function optionsPage(): string {
  const groups = [...new Set(OPTIONS.map((o) => o.group))]
  return [
    `${HEAD}# Options\n`,
    `${code('create-hardened-container [DIR]')} looks at a project and writes its files. Every flag has a variable of the environment, and those that answer something a key in ${code('hardened.yaml')}. Order of force: flag, environment, ${code('hardened.yaml')}, user file, preset, detection, built-in default.\n`,
    ...groups.flatMap((g) => [
      `## ${g}\n`,
      table(['flag', 'key', 'variable', 'meaning'], OPTIONS.filter((o) => o.group === g).map((o) => [`${o.short ? `${code(`-${o.short}`)} ` : ''}${code(`--${o.name}${o.value ? ` ${o.value}` : ''}`)}`, o.answer ? code(o.answer) : '', code(variableOf(o)), o.describe + (o.choices ? `: ${o.choices.join(', ')}` : '')])),
    ]),
    '## Settings of --set\n',
    table(['key', 'meaning'], Object.entries(SETTINGS).map(([key, s]) => [code(key), s.describe])),
    '## Commands\n',
    table(['command', 'meaning'], COMMANDS.map((c) => [code(`${c.name} ${c.words}`.trim()), c.describe])),
    '## Exit codes\n',
    table(['code', 'name'], Object.entries(EXIT).map(([name, value]) => [String(value), name])),
  ].join('\n')
}

function artifactsPage(): string {
  const all = artifacts as unknown as Artifact[]
  const given = services as unknown as Record<string, { title: string; image: string }>
  return [
    `${HEAD}# Files, services and presets\n`,
    `Leave a file or a group out with ${code('--without ID')}; those that are not written by default come with ${code('--with ID')}.\n`,
    ...[...new Set(all.map((a) => a.group))].flatMap((g) => [
      `## ${g}\n`,
      table(['file', 'id', 'why', 'written'], all.filter((a) => a.group === g).map((a) => [code(a.path), code(a.id), a.why, a.default === false ? 'on request' : a.when ? `where it applies (${a.when.join(', ')})` : 'always'])),
    ]),
    '## Services\n',
    table(['service', 'image in compose'], Object.entries(given).map(([id, s]) => [`${s.title} (${code(id)})`, code(s.image)])),
    '## Presets\n',
    table(['preset', 'meaning', 'leaves out', 'switches off'], (presets as unknown as Preset[]).map((p) => [`${p.title} (${code(p.id)})`, p.description, ((p.defaults.without as string[] | undefined) ?? []).join(', '), p.off.map((o) => `${o.id}: ${o.reason}`).join('; ')])),
  ].join('\n')
}
