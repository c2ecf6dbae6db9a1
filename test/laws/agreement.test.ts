import { describe, test } from 'vitest'
import { audit, readFiles } from '../../src/audit/audit.ts'
import { environmentOf, isOverride, servicesOf } from '../../src/audit/compose.ts'
import { execForm, variablesOf } from '../../src/audit/shell.ts'
import { at, listOf, mapOf, workloadsOf } from '../../src/audit/workloads.ts'
import type { Audited } from '../../src/controls/control.ts'
import { render } from '../../src/render/render.ts'
import { controls, matrix, type Member, none, problemsOf, sets } from './catalog.ts'

const members: Member[] = [...(await matrix(['restricted'])), ...(await sets())]
const known = new Map<Member, Audited>()
function read(m: Member): Audited {
  const files = known.get(m) ?? readFiles(render(m.plan, m.loaded.templates), m.plan)
  known.set(m, files)
  return files
}
const app = (files: Audited) => servicesOf(files.compose.filter((f) => !isOverride(f.path)))[0]?.value
const pod = (files: Audited) => workloadsOf(files.manifests)[0]

/** One fact, as each file says it: all of them must say what the plan says. Files that are left out say nothing. */
function all(wanted: unknown, said: Record<string, unknown>): string[] {
  return Object.entries(said).filter(([, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(wanted)).map(([where, value]) => `${where} says ${JSON.stringify(value)}, the plan ${JSON.stringify(wanted)}`)
}

describe('law 8: all files say the same', () => {
  test('one user', () => {
    none(
      problemsOf(members, (m) => {
        const files = read(m)
        const { uid, gid } = m.plan.runtime
        const p = pod(files)
        const own = mapOf(p?.containers[0]?.value.securityContext)
        const shared = mapOf(p?.pod.securityContext)
        return all(`${uid}:${gid}`, { Dockerfile: files.dockerfile?.final.last('USER')?.arguments, compose: app(files)?.user, pod: p && `${String(shared.runAsUser)}:${String(shared.runAsGroup)}`, container: p && `${String(own.runAsUser)}:${String(own.runAsGroup)}`, fsGroup: p && `${uid}:${String(shared.fsGroup)}` })
      }),
    )
  })
  test('one port', () => {
    none(
      problemsOf(members, (m) => {
        const files = read(m)
        const { port } = m.plan.runtime
        const p = pod(files)
        const published = listOf(app(files)?.ports).map((entry) => Number(String(entry).split(':').at(-1)))[0]
        const exposed = files.dockerfile?.final.last('EXPOSE')?.arguments
        const container = p?.containers.flatMap((c) => listOf(c.value.ports)).map((x) => Number(mapOf(x).containerPort))[0]
        if (port === undefined) return all(undefined, {}).concat([published, exposed, container].some((x) => x !== undefined) ? ['a program without a port has one'] : [], files.manifests.some((x) => ['Service', 'HorizontalPodAutoscaler', 'Ingress', 'HTTPRoute'].includes(x.kind)) ? ['a program without a port has a way to it'] : [])
        return all(port, { Dockerfile: exposed === undefined ? 0 : Number(exposed), compose: app(files) && (published ?? 0), pod: p && (container ?? 0) })
      }),
    )
  })
  test('one set of writable paths', () => {
    none(
      problemsOf(members, (m) => {
        const files = read(m)
        const wanted = m.plan.runtime.writable.map((w) => w.path).sort()
        const p = pod(files)
        const mounts = listOf(p?.containers[0]?.value.volumeMounts).map(mapOf)
        const scratch = listOf(p?.pod.volumes).map(mapOf)
        const bounded = scratch.filter((v) => !mapOf(v.emptyDir).sizeLimit).map((v) => `the volume ${String(v.name)} is not bounded`)
        const unmounted = mounts.filter((v) => !scratch.some((s) => s.name === v.name)).map((v) => `there is no volume ${String(v.name)}`)
        return [
          ...all(wanted, { compose: app(files) && listOf(app(files)!.tmpfs).map((t) => String(t).split(':')[0]!).sort(), pod: p && mounts.map((v) => String(v.mountPath)).sort() }),
          ...bounded,
          ...unmounted,
        ]
      }),
    )
  })
  test('one image reference', () => {
    none(
      problemsOf(members, (m) => {
        const files = read(m)
        const kustomization = files.manifests.find((x) => x.kind === 'Kustomization')
        const image = mapOf(listOf(at(kustomization?.value, ['images']))[0])
        return all(m.plan.image.reference, { compose: app(files)?.image, pod: pod(files)?.containers[0]?.value.image, kustomization: kustomization && `${String(image.name)}:${String(image.newTag)}` })
      }),
    )
  })
  test('one program and one environment', () => {
    none(
      problemsOf(members, (m) => {
        const { dockerfile, manifests } = read(m)
        const started = ['ENTRYPOINT', 'CMD'].flatMap((k) => execForm(dockerfile?.final.last(k)?.arguments ?? '[]') ?? [`${k} is no exec form`])
        const { argv, init, env, addresses } = m.plan.runtime
        const image = Object.fromEntries((dockerfile?.final.all('ENV') ?? []).flatMap(variablesOf).map((v) => [v.name, v.value]))
        const config = mapOf(at(manifests.find((x) => x.kind === 'ConfigMap')?.value, ['data']))
        return [
          ...all([...(init ? ['/tini', '--'] : []), ...argv], { Dockerfile: dockerfile && started }),
          ...env.filter((e) => dockerfile && image[e.name] === undefined).map((e) => `the image lacks ${e.name}`),
          ...Object.entries(config).filter(([name, value]) => [...env, ...addresses].find((e) => e.name === name)?.value !== value).map(([name]) => `the ConfigMap has another ${name}`),
          ...addresses.filter((a) => m.plan.compose.environment.find((e) => e.name === a.name)?.value !== a.value).map((a) => `compose has another ${a.name}`),
          ...addresses.filter((a) => m.plan.runtime.secrets.includes(a.name)).map((a) => `${a.name} is in the Secret too`),
          ...(dockerfile ? environmentOf(servicesOf(read(m).compose)[0] ?? ({ value: {} } as never)).filter((e) => env.some((o) => o.name === e.name && o.value !== e.value)).map((e) => `compose has another ${e.name}`) : []),
        ]
      }),
    )
  })
  test('one way to ask for health', () => {
    none(
      problemsOf(members, (m) => {
        const files = read(m)
        const { probes, healthcheck } = m.plan.runtime
        const image = files.dockerfile?.final.last('HEALTHCHECK')?.arguments.replace(/^.*?CMD\s+/, '')
        const compose = mapOf(app(files)?.healthcheck).test
        const container = pod(files)?.containers[0]?.value ?? {}
        const asked = (['startup', 'liveness', 'readiness'] as const).flatMap((kind) => {
          const probe = probes?.[kind]
          const found = mapOf(container[`${kind}Probe`])
          if (!pod(files)) return []
          const how = probe && ('http' in probe ? 'httpGet' : 'tcp' in probe ? 'tcpSocket' : 'grpc')
          return how === undefined ? (found && Object.keys(found).length > 0 ? [`${kind}: nothing should be asked`] : []) : [...(found[how] === undefined ? [`${kind}: ${how} is missing`] : []), ...('http' in probe! ? all(probe.http.path, { [kind]: mapOf(found.httpGet).path }) : [])]
        })
        return [...(healthcheck ? all(healthcheck, { Dockerfile: files.dockerfile && execForm(image ?? ''), compose: app(files) && listOf(compose).slice(1) }) : compose ? ['compose asks for a health that the plan does not know'] : []), ...asked]
      }),
    )
  })
  test('selectors select, named ports exist, references lead somewhere', () => {
    const own = controls.filter((c) => ['selectors-match', 'probe-targets', 'own-service-account'].includes(c.id))
    none(problemsOf(members, (m) => audit(render(m.plan, m.loaded.templates), own, m.plan).map((f) => `${f.file}:${f.line} ${f.message}`)))
    none(
      problemsOf(members, (m) => {
        const { manifests, compose } = read(m)
        const names = new Set(manifests.map((x) => `${x.kind}/${x.name}`))
        const paths = new Set(m.plan.artifacts.map((a) => a.path))
        const listed = listOf(at(manifests.find((x) => x.kind === 'Kustomization')?.value, ['resources'])).filter((r) => !paths.has(`k8s/${String(r)}`))
        const sources = workloadsOf(manifests).flatMap((w) => listOf(w.containers[0]?.value.envFrom)).map((e) => mapOf(mapOf(e).configMapRef).name).filter((n) => n !== undefined && !names.has(`ConfigMap/${String(n)}`))
        const services = servicesOf(compose)
        const waits = services.flatMap((s) => Object.keys(mapOf(s.value.depends_on))).filter((n) => !services.some((s) => s.name === n))
        const volumes = services.flatMap((s) => listOf(s.value.volumes).map((v) => String(v).split(':')[0]!)).filter((v) => /^[a-z]/.test(v) && !compose.some((f) => v in mapOf(mapOf(f.value).volumes)))
        return [...listed.map((r) => `the kustomization lists ${String(r)}`), ...sources.map((n) => `there is no ConfigMap ${String(n)}`), ...waits.map((n) => `there is no service ${n}`), ...volumes.map((v) => `there is no volume ${v}`)]
      }),
    )
  })
})
