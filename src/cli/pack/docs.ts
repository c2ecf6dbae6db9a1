import { EXIT } from '../../errors.ts'
import { wanted } from '../../pack/combine.ts'
import type { Pack, Policy } from '../../pack/policy.ts'
import type { Io } from '../io.ts'
import type { Parsed } from '../parse.ts'
import { ownPack } from './own.ts'

/** Prints what a pack sets, enforces and forbids, as Markdown for the people who meet its rules. */
export async function run(words: string[], flags: Parsed['flags'], io: Io): Promise<number> {
  const { pack, run: packs } = await ownPack(words, flags, io)
  io.stdout.write(flags.json ? `${JSON.stringify({ schemaVersion: 1, ok: true, exitCode: EXIT.ok, markdown: page(pack, packs.policy) }, null, 2)}\n` : page(pack, packs.policy))
  return EXIT.ok
}

const cell = (text: unknown): string => String(text ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ')
const table = (head: string[], rows: unknown[][]): string => [head, head.map(() => '---'), ...rows].map((r) => `| ${r.map(cell).join(' | ')} |\n`).join('')
const section = (title: string, head: string[], rows: unknown[][]): string => (rows.length > 0 ? `\n## ${title}\n\n${table(head, rows)}` : '')

/** The page of a pack and of all that it builds on. */
export function page(pack: Pack, policy: Policy): string {
  const { manifest } = pack.read
  const from = (name: string): string => (policy.packs.length > 1 ? name : '')
  const defaults = policy.defaults.flatMap((d) => Object.entries(d.answers).flatMap(([key, value]) => (typeof value === 'object' && !Array.isArray(value) ? Object.entries(value).map(([k, v]) => [key === 'control' ? `control.${k}` : k, key === 'control' ? ((v as { on: boolean }).on ? 'on' : 'off') : v, from(d.pack.name)]) : [[key, Array.isArray(value) ? value.join(', ') : value, from(d.pack.name)]])))
  const link = (r: { reason: string; docs?: string }): string => (r.docs ? `[${r.reason}](${r.docs})` : r.reason)
  return [
    `# ${pack.name} ${pack.version}\n`,
    manifest.description ? `\n${manifest.description}\n` : '',
    `\nUse it by \`--preset ${pack.spec}\`, or in hardened.yaml as \`preset: [${JSON.stringify(pack.spec)}]\`.\n`,
    policy.packs.length > 1 ? `\nIt builds on ${policy.packs.slice(0, -1).map((p) => `${p.name} ${p.version}`).join(', ')}.\n` : '',
    section('Enforced', ['setting', 'has to be', 'why', 'pack'], policy.rules.filter((r) => r.kind === 'enforce').map((r) => [`\`${r.key}\``, wanted(r), link(r), from(r.pack)])),
    section('Forbidden', ['what', 'why', 'pack'], policy.rules.filter((r) => r.kind === 'forbid').map((r) => [r.artifact ? `the file ${r.artifact}` : `\`${r.key}\`: ${r.values?.join(', ') ?? 'set at all'}`, link(r), from(r.pack)])),
    section('Defaults', ['setting', 'value', 'pack'], defaults.map(([key, value, by]) => [`\`${key}\``, value, by])),
    section('Questions', ['setting', 'question', 'default'], policy.prompts.map((p) => [`\`${p.key}\``, p.message + (p.choices ? ` (${p.choices.join(', ')})` : ''), p.default ?? (p.required ? 'none: it has to be answered' : '')])),
    section('Sizes', ['tier', 'CPU', 'limit', 'memory'], Object.entries(policy.tiers).map(([id, t]) => [`\`${id}\``, t.cpu, t.cpuLimit ?? '', t.memory])),
    section('Files', ['file', 'why'], policy.artifacts.map((a) => [`\`${a.path}\``, a.why])),
    section('Controls', ['control', 'why', 'asked for by'], policy.controls.map((c) => [c.title, c.why, c.sources.join(', ')])),
    section('Waived', ['control', 'why', 'until'], policy.packs.flatMap((p) => p.read.manifest.waive ?? []).map((w) => [`\`${w.control}\``, w.reason, w.until])),
    section('Mirrors', ['instead of', 'comes from'], Object.entries(policy.mirrors).map(([a, b]) => [`\`${a}\``, `\`${b}\``])),
    section('Presets', ['preset', 'what it is for'], policy.presets.map((p) => [`\`${p.id}\``, p.description])),
  ].join('')
}
