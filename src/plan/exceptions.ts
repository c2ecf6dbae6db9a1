import type { Plan } from './plan.ts'

/** The name under which a plan excepts one of the tool's own controls. */
export const OWN = 'create-hardened-container'

const MOVES = 'the free images of this base have one tag, which moves; pin their digest before production'

/** What the linters report although it is meant so, whatever was answered. Each with the reason that is written beside it. */
const STANDING: { linter: string; id: string; reason: string; when: (plan: Plan) => boolean }[] = [
  {
    linter: 'trivy',
    id: 'KSV-0125',
    reason: "its list of trusted registries has three clouds' only; which registry is trusted is for you to say",
    when: (p) => p.image.repository.includes('/'),
  },
  { linter: 'checkov', id: 'CKV_K8S_43', reason: 'the digest is known only after the push; kustomize edit set image writes it then', when: () => true },
  { linter: 'checkov', id: 'CKV_K8S_35', reason: 'the program reads its secrets from the environment; mount them as files when it can read files', when: (p) => p.runtime.secrets.length > 0 },
  { linter: 'hadolint', id: 'DL3008', reason: 'Debian deletes superseded versions, so a pinned build breaks within weeks; the base image is what is pinned', when: (p) => installs(p, 'apt') },
  { linter: 'hadolint', id: 'DL3018', reason: 'Alpine deletes superseded versions, so a pinned build breaks within weeks; the base image is what is pinned', when: (p) => installs(p, 'apk') },
  ...[[OWN, 'pinned-images'], ['hadolint', 'DL3007'], ['trivy', 'DS-0001'], ['checkov', 'CKV_DOCKER_7']].map(([linter, id]) => ({ linter: linter!, id: id!, reason: MOVES, when: moves })),
  ...[[OWN, 'unprivileged-ports'], ['trivy', 'KSV-0117']].map(([linter, id]) => ({ linter: linter!, id: id!, reason: 'the program takes no other port; the pod is allowed it by a sysctl, without a capability', when: (p: Plan) => (p.runtime.port ?? 1024) < 1024 })),
  { linter: 'hadolint', id: 'DL3002', reason: 'the build images of this base run as a user who may not install; the last stage has its own', when: (p) => p.base.id === 'chainguard' },
  { linter: 'hadolint', id: 'DL3060', reason: 'the cache of Yarn is a mount, which leaves nothing in a layer', when: (p) => String(p.manager?.cache).startsWith('/root/.yarn') },
  { linter: 'kube-score', id: 'container-resources', reason: 'no CPU limit: it was answered so', when: (p) => p.resources.cpuLimit === 'none' },
  { linter: 'trivy', id: 'KSV-0011', reason: 'no CPU limit: it was answered so', when: (p) => p.resources.cpuLimit === 'none' },
  { linter: 'checkov', id: 'CKV_K8S_11', reason: 'no CPU limit: it was answered so', when: (p) => p.resources.cpuLimit === 'none' },
  ...['deployment-replicas', 'deployment-has-poddisruptionbudget', 'deployment-has-host-podantiaffinity', 'pod-topology-spread-constraints'].map((id) => ({
    linter: 'kube-score',
    id,
    reason: 'one worker: two could do the same work twice',
    when: (p: Plan) => p.runtime.port === undefined,
  })),
  { linter: 'kube-score', id: 'pod-probes', reason: 'nothing listens that could be probed', when: (p) => p.runtime.port === undefined },
  { linter: 'kube-score', id: 'pod-probes-identical', reason: 'the program shows one way only to be asked', when: (p) => JSON.stringify(p.runtime.probes?.liveness) === JSON.stringify(p.runtime.probes?.readiness) && p.runtime.port !== undefined },
  { linter: 'trivy', id: 'DS-0026', reason: 'nothing listens that could be asked; the engine sees when the process ends', when: (p) => p.runtime.port === undefined },
  { linter: 'checkov', id: 'CKV_DOCKER_2', reason: 'nothing listens that could be asked; the engine sees when the process ends', when: (p) => p.runtime.port === undefined },
  { linter: 'checkov', id: 'CKV_K8S_8', reason: 'nothing listens that could be probed', when: (p) => p.runtime.port === undefined },
  { linter: 'checkov', id: 'CKV_K8S_9', reason: 'nothing listens that could be probed', when: (p) => p.runtime.port === undefined },
]

/** What a person left out, and who misses it. */
const MISSED: Record<string, [linter: string, id: string][]> = {
  pdb: [['kube-score', 'deployment-has-poddisruptionbudget']],
  networkpolicy: [['kube-score', 'pod-networkpolicy'], ['checkov', 'CKV2_K8S_6'], ['trivy', 'KSV-0038']],
}

const missed = (plan: Plan): Plan['exceptions'] =>
  Object.entries(MISSED).flatMap(([artifact, ids]) => (has(plan, artifact) ? [] : ids.map(([linter, id]) => ({ linter, id, reason: `the ${artifact} was left out` }))))

const has = (plan: Plan, artifact: string): boolean => plan.artifacts.some((a) => a.id === artifact)

/** Whether the files that a rule is about are written at all. */
function concerns(plan: Plan, { linter, id }: { linter: string; id: string }): boolean {
  if (linter === 'kube-score' || /^(CKV2?_K8S|KSV)/.test(id)) return has(plan, 'deployment')
  return linter === OWN || has(plan, 'dockerfile')
}

/** Whether a tag of the base names another image tomorrow. */
export function moves({ base }: Plan): boolean {
  return [base.build, base.runtime].some((image) => /:latest(-dev)?$/.test(image))
}

/** Whether a stage installs packages of the system; the init comes from Debian where the base has no apk. */
function installs(p: Plan, manager: 'apt' | 'apk'): boolean {
  const init = p.runtime.init && (p.base.packages === 'apk' ? 'apk' : 'apt') === manager
  return init || (p.base.packages === manager && Array.isArray(p.build.systemPackages) && p.build.systemPackages.length > 0)
}

/** Every exception that this plan needs: the standing ones and those of the controls that are off, each once. */
export function exceptionsOf(plan: Plan, linters: Record<string, Record<string, string[]>>): Plan['exceptions'] {
  const found = STANDING.filter((e) => e.when(plan)).map(({ linter, id, reason }) => ({ linter, id, reason }))
  for (const [control, state] of Object.entries(plan.controls)) {
    if (state.on) continue
    for (const [linter, ids] of Object.entries(linters[control] ?? {})) for (const id of ids) found.push({ linter, id, reason: `${control} is off: ${state.reason ?? 'no reason given'}` })
  }
  found.push(...missed(plan))
  return found.filter((e, i) => concerns(plan, e) && found.findIndex((o) => o.linter === e.linter && o.id === e.id) === i)
}
