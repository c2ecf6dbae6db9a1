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

export function choosePort({ facts, language, resolved, preset }: PlanInput, framework: Framework | undefined, problems: Problem[], warnings: Warning[]): number | undefined {
  const asked = resolved.answers.port
  const serves = asked !== undefined || (facts.serves?.value ?? framework?.serves ?? true)
  if (!serves) return undefined
  const port = asked ?? facts.port?.value ?? framework?.port ?? language.port
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    problems.push({ message: `${port} is no port`, where: '--port', hint: 'a whole number from 1024 to 65535' })
    return port
  }
  if (port >= 1024) return port
  if (asked !== undefined) {
    problems.push({
      message: `port ${port} needs rights that the preset "${preset.id}" takes away (ports below 1024 want CAP_NET_BIND_SERVICE)`,
      where: '--port',
      hint: `listen on ${port + 8000} inside; the Service gives it port 80 outside`,
    })
    return port
  }
  const place = { file: facts.port?.evidence[0]?.file, line: facts.port?.evidence[0]?.line }
  if (facts.portVariable?.value ?? framework?.portVariable) {
    warnings.push({ message: `port ${port} is below 1024, which wants rights; the program is told to listen on ${port + 8000}`, ...place })
    return port + 8000
  }
  warnings.push({ message: `the program listens on port ${port} and takes no other; the pod is allowed it by a sysctl, Docker allows it by default`, ...place, hint: 'let it take its port from PORT' })
  return port
}

export function chooseServices({ facts, resolved, catalog }: PlanInput, problems: Problem[]): Service[] {
  const ids = resolved.answers.services ?? (facts.services ?? []).map((s) => s.value)
  return [...new Set(ids)].filter((id) => id !== 'none').flatMap((id): Service[] => {
    const service = catalog.services[id]
    if (!service) {
      problems.push({ message: `there is no service "${shown(id)}"`, where: '--services', hint: `any of ${Object.keys(catalog.services).join(', ')}; none for none`, near: { given: id, among: Object.keys(catalog.services) } })
      return []
    }
    const memoryMiB = Number(service.memory ?? 256)
    return [{ ...service, id, resources: { cpus: '1', memoryMiB, pids: Number(service.pids ?? 500) } } as unknown as Service]
  })
}

export function chooseArtifacts({ resolved, catalog, preset }: PlanInput): { artifacts: Plan['artifacts']; problems: Problem[] } {
  const problems: Problem[] = []
  const groups = new Set(catalog.artifacts.map((a) => a.group))
  const known = (flag: string, ids: string[]): string[] => {
    for (const id of ids)
      if (!groups.has(id) && !catalog.artifacts.some((a) => a.id === id)) problems.push({ message: `there is no artifact "${shown(id)}"`, where: flag, hint: `one of ${catalog.artifacts.map((a) => a.id).join(', ')}; or a group: ${[...groups].join(', ')}`, near: { given: id, among: [...groups, ...catalog.artifacts.map((a) => a.id)] } })
    return ids
  }
  const wanted = known('--with', resolved.answers.with ?? [])
  const refused = known('--without', resolved.answers.without ?? []).concat(((preset.defaults.without as string[]) ?? []).filter((id) => !wanted.includes(id)))
  const named = (list: string[], a: Artifact): boolean => list.includes(a.id) || list.includes(a.group)
  const artifacts = catalog.artifacts
    .filter((a) => !named(refused, a) && (a.default !== false || named(wanted, a)))
    .map(({ id, path }) => ({ id, path }))
  return { artifacts, problems }
}

const inDays = (day: string, days: number): string => new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10)

export function chooseControls({ resolved, catalog, preset, today }: PlanInput, problems: Problem[], warnings: Warning[]): Record<string, ControlState> {
  const asked = resolved.answers.control ?? {}
  for (const id of Object.keys(asked)) if (!catalog.controlIds.includes(id)) problems.push({ message: `there is no control "${shown(id)}"`, where: '--control', hint: 'create-hardened-container list controls', near: { given: id, among: catalog.controlIds } })
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
