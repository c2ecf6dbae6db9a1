/** The decisions that the plan is put together from; each collects its own problems, so that all are told at once. */
import type { Warning } from '../detect/facts.ts'
import type { Base, BaseId, Framework } from '../detect/language.ts'
import type { Problem } from '../errors.ts'
import type { Artifact } from '../render/artifacts.ts'
import type { PlanInput } from './input.ts'
import type { ControlState, Plan, Service } from './plan.ts'

/** Text of a person, safe to print in a message. */
export const shown = (s: string): string => JSON.stringify(s).slice(1, -1).slice(0, 80)

export function chooseVersion({ facts, language, resolved, today }: PlanInput, problems: Problem[], warnings: Warning[]): string | undefined {
  const wanted = resolved.answers.languageVersion ?? facts.version?.value ?? language.versions.default
  const line = language.versions.lines.find((l) => l.id === wanted)
  if (!line) {
    problems.push({ message: `${language.title} ${wanted} is not known here`, where: '--language-version', hint: `one of ${language.versions.lines.map((l) => l.id).join(', ')}` })
    return undefined
  }
  if (line.eol < today)
    warnings.push({ message: `${language.title} ${line.id} has had no security fixes since ${line.eol}`, file: facts.version?.evidence[0]?.file, line: facts.version?.evidence[0]?.line, hint: `ask for ${language.versions.default}: --language-version ${language.versions.default}` })
  return line.id
}

export function chooseBase({ facts, language, resolved }: PlanInput, version: string | undefined, problems: Problem[]): (Base & { id: BaseId; reason: string }) | undefined {
  const line = language.versions.lines.find((l) => l.id === version)
  if (!line) return undefined
  const why = (id: BaseId): string | undefined => {
    const base = language.bases[id]
    if (!base) return `${language.title} has no ${id} base here`
    if (line.bases && !line.bases.includes(id)) return `there is no ${id} image of ${language.title} ${line.id}`
    if (base.versions && !base.versions.includes(line.id)) return `${id} has ${language.title} ${base.versions.join(', ')} only`
    return facts.unsuitable?.find((u) => u.base === id)?.reason
  }
  const asked = resolved.answers.base as BaseId | undefined
  if (asked) {
    const reason = why(asked)
    if (reason) {
      const others = (Object.keys(language.bases) as BaseId[]).filter((b) => !why(b))
      problems.push({ message: `the base ${asked} does not do: ${reason}`, where: '--base', hint: `one of ${others.join(', ')}` })
      return undefined
    }
  }
  const id = asked ?? language.preferred.find((b) => !why(b))
  if (!id) {
    problems.push({ message: `no base suits this project: ${language.preferred.map((b) => why(b)).join('; ')}`, where: '--base' })
    return undefined
  }
  const passed = language.preferred.slice(0, language.preferred.indexOf(id)).map((b) => why(b)).filter(Boolean)
  const base = language.bases[id]!
  const values: Record<string, string> = { version: line.id, suite: language.versions.suite, ...(line as unknown as Record<string, string>), ...(facts.build.baseValues as Record<string, string>) }
  const fill = (text: string): string => text.replace(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? `{${key}}`))
  const other = (facts.build.runtimeImage as Record<string, string | { image: string; uid: number }> | undefined)?.[id]
  const runtime = typeof other === 'object' ? other.image : (other ?? base.runtime)
  return { ...base, ...(other ? { uid: typeof other === 'object' ? other.uid : 10001 } : {}), id, build: fill(fill(base.build)), runtime: fill(runtime), reason: asked ? 'asked for' : passed.length > 0 ? passed.join('; ') : 'the smallest that suits' }
}

export function choosePort({ facts, language, resolved }: PlanInput, framework: Framework | undefined, warnings: Warning[]): number | undefined {
  const asked = resolved.answers.port
  const serves = asked !== undefined || (facts.serves?.value ?? framework?.serves ?? true)
  if (!serves) return undefined
  const port = asked ?? facts.port?.value ?? framework?.port ?? language.port
  if (asked !== undefined || port >= 1024) return port
  const place = { file: facts.port?.evidence[0]?.file, line: facts.port?.evidence[0]?.line }
  if (facts.portVariable?.value ?? framework?.portVariable) {
    warnings.push({ message: `port ${port} is below 1024, which wants rights; the program is told to listen on ${port + 8000}`, ...place })
    return port + 8000
  }
  warnings.push({ message: `the program listens on port ${port} and takes no other; the pod is allowed it by a sysctl, Docker allows it by default`, ...place, hint: 'let it take its port from PORT' })
  return port
}

export function chooseServices({ facts, resolved, catalog }: PlanInput): Service[] {
  const ids = resolved.answers.services ?? (facts.services ?? []).map((s) => s.value)
  return [...new Set(ids)].flatMap((id): Service[] => {
    const service = catalog.services[id]
    if (!service) return []
    const memoryMiB = Number(service.memory ?? 256)
    return [{ ...service, id, resources: { cpus: '1', memoryMiB, pids: Number(service.pids ?? 500) } } as unknown as Service]
  })
}

export function chooseArtifacts({ resolved, catalog, preset }: PlanInput): Plan['artifacts'] {
  const wanted = resolved.answers.with ?? []
  const refused = [...(resolved.answers.without ?? []), ...((preset.defaults.without as string[]) ?? []).filter((id) => !wanted.includes(id))]
  const named = (list: string[], a: Artifact): boolean => list.includes(a.id) || list.includes(a.group)
  return catalog.artifacts.filter((a) => !named(refused, a) && (a.default !== false || named(wanted, a))).map(({ id, path }) => ({ id, path }))
}

const inDays = (day: string, days: number): string => new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10)

export function chooseControls({ resolved, catalog, preset, today }: PlanInput, warnings: Warning[]): Record<string, ControlState> {
  const asked = resolved.answers.control ?? {}
  for (const [id, { until }] of Object.entries(asked)) if (until && until < inDays(today, 14)) warnings.push({ message: `the exception for ${id} ${until < today ? 'ended' : 'ends'} on ${until}`, hint: 'switch the control on again, or give a new reason and day' })
  return Object.fromEntries(
    catalog.controlIds.map((id): [string, ControlState] => {
      const given = asked[id]
      if (given) return [id, { on: given.on, origin: resolved.origins[`control.${id}`] ?? 'flag', ...(given.reason ? { reason: given.reason } : {}) }]
      const off = preset.off.find((o) => o.id === id)
      return [id, off ? { on: false, origin: `preset ${preset.id}`, reason: off.reason } : { on: true, origin: 'built-in' }]
    }),
  )
}
