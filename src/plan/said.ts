/** What can be said of answers without a project: whether each can be used at all. */
import type { Problem } from '../errors.ts'
import { shown } from './choose.ts'
import type { PlanInput } from './input.ts'
import { isLabel, parseImage } from './names.ts'
import { URL_PATH } from './texts.ts'

/** Namespaces that a cluster has for itself. */
export const TAKEN_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

/** The minor version of Kubernetes that a container's pause before its stop wants: beta, and on, from 1.30 (https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/) */
const PAUSE_FROM = 30

/** Problems of the answers alone, told by the plan and also where no plan can be made: so a person mends all of them at once. */
export function problemsOfAnswers({ resolved, catalog }: Pick<PlanInput, 'resolved' | 'catalog'>): Problem[] {
  const { answers } = resolved
  const problems: Problem[] = []
  const bad = (where: string, message: string, hint: string): void => void problems.push({ message, where, hint })
  const { name, image, namespace, cpuLimit, port, services = [] } = answers

  if (name !== undefined && !isLabel(name)) bad('--name', `"${shown(name)}" cannot name Kubernetes objects`, 'at most 50 of a-z, 0-9 and "-", starting with a letter')
  const parsed = image === undefined ? undefined : parseImage(image)
  if (image !== undefined && !parsed) bad('--image', `"${shown(image)}" is no image reference`, 'like ghcr.io/acme/demo or ghcr.io/acme/demo:1.2.3, in lower case')
  if (parsed?.tag === 'latest') bad('--image', 'the tag "latest" says nothing about what runs', 'name a version, or leave the tag out')
  if (parsed?.digest) bad('--image', 'the image cannot have a digest before it is built', 'it is written after the push: kustomize edit set image')

  if (port !== undefined && (!Number.isInteger(port) || port < 1 || port > 65535)) bad('--port', `${port} is no port`, 'a whole number from 1024 to 65535')
  else if (port !== undefined && port < 1024) bad('--port', `port ${port} needs rights that a hardened container has not (ports below 1024 want CAP_NET_BIND_SERVICE)`, `listen on ${port + 8000} inside; the Service gives it port 80 outside`)
  for (const [flag, path] of [['--health-path', answers.healthPath], ['--ready-path', answers.readyPath]] as const) if (path !== undefined && !URL_PATH.test(path)) bad(flag, `"${shown(path)}" is no path of a URL`, 'it starts with "/" and has no blanks, quotes, "$" or "#"')

  const known = Object.keys(catalog.services)
  for (const id of services) if (id !== 'none' && !known.includes(id)) problems.push({ message: `there is no service "${shown(id)}"`, where: '--services', hint: `any of ${known.join(', ')}; none for none`, near: { given: id, among: known } })
  if (services.includes('none') && services.length > 1) bad('--services', `${services.join(', ')}: none and others contradict each other`, 'none alone, or those that it needs')
  const groups = [...new Set(catalog.artifacts.map((a) => a.group))]
  const artifacts = catalog.artifacts.map((a) => a.id)
  for (const flag of ['with', 'without'] as const) for (const id of answers[flag] ?? []) if (![...groups, ...artifacts].includes(id)) problems.push({ message: `there is no artifact "${shown(id)}"`, where: `--${flag}`, hint: `one of ${artifacts.join(', ')}; or a group: ${groups.join(', ')}`, near: { given: id, among: [...groups, ...artifacts] } })
  if (namespace !== undefined && (!isLabel(namespace) || TAKEN_NAMESPACES.includes(namespace))) bad('--namespace', `"${shown(namespace)}" cannot be the namespace`, 'a name of its own: a-z, 0-9 and "-"; not default or kube-*')
  const minor = Number(answers.kubernetesVersion?.split('.')[1] ?? PAUSE_FROM)
  if (minor < PAUSE_FROM) bad('--kubernetes-version', `Kubernetes ${shown(answers.kubernetesVersion!)} does not know the pause before a stop (preStop.sleep)`, `1.${PAUSE_FROM} or later`)
  if (cpuLimit !== undefined && !/^(none|\d+m|\d+(\.\d+)?)$/.test(cpuLimit)) bad('--cpu-limit', `"${shown(cpuLimit)}" is no amount of CPU`, 'like 500m, 1 or 1.5; none to leave it out')
  for (const id of Object.keys(answers.control ?? {})) if (!catalog.controlIds.includes(id)) problems.push({ message: `there is no control "${shown(id)}"`, where: '--control', hint: 'create-hardened-container list controls', near: { given: id, among: catalog.controlIds } })
  return problems
}
