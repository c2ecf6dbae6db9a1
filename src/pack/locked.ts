import { wanted } from './combine.ts'
import type { Pack } from './policy.ts'

/** How hardened.lock remembers a pack: enough to fetch it again, to tell what changed, and to say how its rules moved. */
export interface LockedPack {
  spec: string
  name: string
  version: string
  resolved: string
  integrity: string
  extends: string[]
  /** hash of each file */
  files: Record<string, string>
  /** rules and defaults as lines of text, in order */
  rules: string[]
}

/** The lock's entry of a pack. */
export function lockedOf(pack: Pack): LockedPack {
  return {
    spec: pack.spec,
    name: pack.name,
    version: pack.version,
    resolved: pack.resolved,
    integrity: pack.integrity,
    extends: pack.extends,
    files: pack.hashes,
    rules: ruleLines(pack),
  }
}

/** What a pack says, a line each: two versions are compared by these. */
export function ruleLines({ read }: Pack): string[] {
  const { manifest, rules } = read
  const text = (v: unknown): string => (typeof v === 'object' ? JSON.stringify(v) : String(v))
  return [
    ...rules.map((r) => `${r.kind} ${r.artifact ? `artifact ${r.artifact}` : `${r.key}: ${wanted(r)}`} (${r.reason})`),
    ...Object.entries((manifest as unknown as { defaults?: Record<string, unknown> }).defaults ?? {}).map(([k, v]) => `default ${k}: ${text(v)}`),
    ...(manifest.waive ?? []).map((w) => `waive ${w.control}${w.until ? ` until ${w.until}` : ''} (${w.reason})`),
    ...(manifest.prompts ?? []).map((p) => `prompt ${p.key}: ${p.message}`),
    ...(manifest.presets ?? []).map((p) => `preset ${p.id}: ${text({ ...(p.defaults as object | undefined), ...(p.off?.length ? { off: p.off.map((o) => o.id) } : {}) })}`),
    ...Object.entries(manifest.tiers ?? {}).map(([id, t]) => `tier ${id}: ${text(t)}`),
    ...Object.entries(manifest.mirrors ?? {}).map(([from, to]) => `mirror ${from}: ${to}`),
    ...Object.entries(manifest.bases ?? {}).map(([id, b]) => `bases of ${id}: ${text(b)}`),
    ...(manifest.artifacts ?? []).map((a) => `file ${a.path}${a.default === false ? ' (with --with)' : ''}${a.when ? ` when ${text(a.when)}` : ''}`),
    ...(manifest.controls ?? []).map((c) => `control ${c.id}: ${c.title}; ${c.expects.map((e) => `${e.artifact} ${e.at}${e.when ? ` when ${e.when}` : ''}: ${text(e.value)}`).join(', ')}`),
    ...Object.keys(manifest.templates ?? {}).map((t) => `template ${t}`),
    ...Object.keys(manifest.partials ?? {}).map((t) => `text at ${t}`),
    ...(manifest.languages ?? []).map((l) => `language ${l}`),
    ...Object.entries(manifest.frameworks ?? {}).flatMap(([language, list]) => list.map((f) => `framework ${text(f.id)} of ${language}: ${text(f)}`)),
    ...(manifest.extends ?? []).map((e) => `builds on ${e}`),
  ]
}

/** What differs between two versions of a pack: "- " lines that went, "+ " lines that came, and files that changed. */
export function difference(before: LockedPack, after: LockedPack): { rules: string[]; files: string[] } {
  const paths = [...new Set([...Object.keys(before.files), ...Object.keys(after.files)])].sort()
  return {
    rules: [...before.rules.filter((r) => !after.rules.includes(r)).map((r) => `- ${r}`), ...after.rules.filter((r) => !before.rules.includes(r)).map((r) => `+ ${r}`)],
    files: paths.filter((p) => before.files[p] !== after.files[p]).map((p) => `${before.files[p] === undefined ? 'new' : after.files[p] === undefined ? 'gone' : 'changed'} ${p}`),
  }
}
