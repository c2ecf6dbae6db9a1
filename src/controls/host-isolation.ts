import { mountsOf, servicesOf } from '../audit/compose.ts'
import { listOf, mapOf, workloadsOf } from '../audit/workloads.ts'
import { control, type Report } from './control.ts'

const SENSITIVE = /^\/?$|^\/(etc|proc|sys|var\/run|run|boot|dev|usr|lib|lib64|root|var\/lib\/(docker|kubelet|containerd))(\/|$)|\.sock$/

export default control({
  id: 'host-isolation',
  title: 'Nothing of the host is shared with the container',
  why: 'With the network, processes, devices or files of the host in reach, or the socket of its engine, a break-in into the container is one into the host.',
  comment: 'a break-in stays in the container',
  severity: 'critical',
  points: ['USR-6', 'USR-3', 'USR-4'],
  sources: ['PSS baseline', 'KSV-0006', 'KSV-0008', 'KSV-0009', 'KSV-0010', 'KSV-0024', 'CKV_K8S_17', 'CKV_K8S_19', 'CKV_K8S_27', 'CIS-D 5.5', 'CIS-D 5.10', 'CIS-D 5.32', 'CIS-K 5.2.12', 'OWASP-Docker R1'],
  check: ({ compose, manifests }) => [...servicesOf(compose).flatMap(sharedByCompose), ...workloadsOf(manifests).flatMap(sharedByPod)],
  linters: { trivy: ['KSV-0006', 'KSV-0008', 'KSV-0009', 'KSV-0010', 'KSV-0024'], checkov: ['CKV_K8S_17', 'CKV_K8S_18', 'CKV_K8S_19', 'CKV_K8S_26', 'CKV_K8S_27'] },
  failing: [
    { 'compose.yaml': 'services:\n  a:\n    image: a:1\n    privileged: true\n' },
    { 'compose.yaml': 'services:\n  a:\n    image: a:1\n    volumes:\n      - /var/run/docker.sock:/var/run/docker.sock\n' },
    { 'k8s/pod.yaml': 'kind: Pod\nspec:\n  hostNetwork: true\n  containers:\n    - name: a\n' },
    { 'k8s/pod.yaml': 'kind: Pod\nspec:\n  containers:\n    - name: a\n      ports:\n        - containerPort: 8080\n          hostPort: 8080\n' },
    { 'k8s/pod.yaml': 'kind: Pod\nspec:\n  containers:\n    - name: a\n  volumes:\n    - name: etc\n      hostPath:\n        path: /etc\n' },
  ],
})

function sharedByCompose(s: ReturnType<typeof servicesOf>[number]): Report[] {
  const report = (message: string, ...path: (string | number)[]): Report => ({ message: `${s.name} ${message}`, file: s.file.path, line: s.line(...path) })
  const host = ['network_mode', 'pid', 'ipc', 'uts', 'userns_mode', 'cgroup'].filter((key) => s.value[key] === 'host')
  return [
    ...(s.value.privileged === true ? [report('is privileged', 'privileged')] : []),
    ...host.map((key) => report(`shares the host's ${key.replace(/_mode$/, '')}`, key)),
    ...['devices', 'cap_add', 'device_cgroup_rules', 'cgroup_parent'].filter((key) => s.value[key] !== undefined).map((key) => report(`has ${key}`, key)),
    ...(s.value.use_api_socket === true ? [report("uses the engine's socket", 'use_api_socket')] : []),
    ...mountsOf(s).filter((m) => SENSITIVE.test(m.source)).map((m) => report(`mounts ${m.source} of the host`, 'volumes', m.key)),
    ...listOf(s.value.security_opt).flatMap((o, i) => (/(seccomp|apparmor|label)[:=](unconfined|disable)/.test(String(o)) ? [report(`switches confinement off: ${o}`, 'security_opt', i)] : [])),
  ]
}

function sharedByPod(w: ReturnType<typeof workloadsOf>[number]): Report[] {
  const report = (message: string, path: (string | number)[]): Report => ({ message, file: w.file.path, line: w.file.line(path) })
  return [
    ...['hostNetwork', 'hostPID', 'hostIPC'].filter((key) => w.pod[key] === true).map((key) => report(`${key} shares it with the node`, [...w.path, key])),
    ...(w.pod.hostAliases !== undefined ? [report('hostAliases overrides names', [...w.path, 'hostAliases'])] : []),
    ...listOf(w.pod.volumes).flatMap((v, i) => (mapOf(v).hostPath !== undefined ? [report('a folder of the node is mounted', [...w.path, 'volumes', i, 'hostPath'])] : [])),
    ...w.containers.flatMap((c) => [
      ...listOf(c.value.ports).flatMap((p, i) => (Number(mapOf(p).hostPort ?? 0) > 0 ? [report('a port of the node is taken', [...c.path, 'ports', i, 'hostPort'])] : [])),
      ...listOf(mapOf(mapOf(c.value.securityContext).capabilities).add).filter((cap) => cap !== 'NET_BIND_SERVICE').map((cap) => report(`the capability ${cap} is added`, [...c.path, 'securityContext', 'capabilities', 'add'])),
      ...(!['Default', undefined].includes(mapOf(c.value.securityContext).procMount as string) ? [report('/proc is not masked', [...c.path, 'securityContext', 'procMount'])] : []),
    ]),
  ]
}
