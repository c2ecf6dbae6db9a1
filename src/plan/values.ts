import type { Plan } from './plan.ts'

/** What a plan decided for an answer or a setting, as text; "" where nothing is. */
export function valueOf(id: string, plan: Plan): string {
  const { runtime, kubernetes } = plan
  const http = (probe: 'liveness' | 'readiness'): string => {
    const p = runtime.probes?.[probe]
    return p && 'http' in p ? p.http.path : ''
  }
  const values: Record<string, () => unknown> = {
    language: () => plan.language.id,
    languageVersion: () => plan.language.version,
    framework: () => plan.framework?.id,
    packageManager: () => plan.manager?.id,
    base: () => plan.base.id,
    port: () => runtime.port,
    name: () => plan.name,
    image: () => plan.image.reference,
    start: () => runtime.argv.join(' '),
    healthPath: () => http('liveness'),
    readyPath: () => http('readiness'),
    app: () => plan.app,
    namespace: () => kubernetes.namespace,
    services: () => plan.services.map((s) => s.id).join(',') || 'none',
    kubernetesVersion: () => kubernetes.version,
    cpuLimit: () => plan.resources.cpuLimit,
    preset: () => plan.preset,
    control: () => Object.entries(plan.controls).filter(([, c]) => !c.on).map(([c]) => `${c}=off`).join(', '),
    'runtime.uid': () => runtime.uid,
    'resources.memory': () => plan.resources.memory,
    'resources.cpu': () => plan.resources.cpu,
    'network.egress': () => kubernetes.egress.join(','),
    'network.host': () => kubernetes.host,
    'network.ingressNamespace': () => kubernetes.ingressNamespace,
    'network.gateway': () => kubernetes.gateway,
  }
  if (id.startsWith('control.')) return plan.controls[id.slice(8)]?.on === false ? 'off' : 'on'
  if (id.startsWith('label.')) return plan.labels.find((l) => l.name === id.slice(6))?.value ?? ''
  return String(values[id]?.() ?? plan.settings[id] ?? '')
}
