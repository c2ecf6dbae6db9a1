import type { Plan } from '../plan/plan.ts'
import type { Answers } from '../policy/answers.ts'
import { OPTIONS } from './options.ts'

/** A word for a POSIX shell, quoted when it has to be. */
export const shellWord = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

/** The command line that repeats a run without a question, with the version that made it. */
export function repeatCommand(version: string, folder: string | undefined, answers: Answers): string {
  const flags = OPTIONS.flatMap((o): string[] => {
    const value = o.answer ? answers[o.answer as keyof Answers] : undefined
    if (value === undefined) return []
    return textsOf(o.name, value).flatMap((text) => [`--${o.name}`, shellWord(text)])
  })
  return ['npx', `create-hardened-container@${version}`, ...(folder === undefined ? [] : [shellWord(folder)]), '--yes', ...flags].join(' ')
}

function textsOf(name: string, value: NonNullable<Answers[keyof Answers]>): string[] {
  if (name === 'start') return [(value as string[]).map((w) => (/^[^\s"'|&;<>()$`*?[\]#~\\]+$/.test(w) ? w : `"${w.replace(/[\\"$`]/g, '\\$&')}"`)).join(' ')]
  if (name === 'control') return Object.entries(value as NonNullable<Answers['control']>).map(([id, c]) => (c.on ? `${id}=on` : `${id}=off:${c.reason}${c.until ? ` until ${c.until}` : ''}`))
  if (name === 'set') return Object.entries(value as Record<string, string>).map(([k, v]) => `${k}=${v}`)
  if (Array.isArray(value)) return value.length > 0 ? [value.join(',')] : []
  return [String(value)]
}

/** What a person does next, five lines at most; `folder` is where the files are, seen from here, and `repeat` the command that repeats this run. */
export function nextSteps(plan: Plan, repeat: string, folder = ''): { label: string; command: string }[] {
  const has = (id: string): boolean => plan.artifacts.some((a) => a.id === id)
  const there = (command: string): string => (folder === '' ? command : `(cd ${shellWord(folder)} && ${command})`)
  const steps = [
    has('dockerfile') && { label: 'build', command: there(`docker build -t ${plan.image.reference} ${plan.context.path === '.' ? '.' : `-f Dockerfile ${plan.context.path}`}`) },
    has('compose') && plan.compose.step !== '' && { label: 'secrets', command: `${there(plan.compose.step)}   # once` },
    has('compose') && { label: 'run', command: there('docker compose up') },
    has('kustomization') && { label: 'deploy', command: deploy(plan, there) },
    { label: 'repeat', command: repeat },
  ]
  return steps.filter((s) => s !== false)
}

/** What a cluster runs it has to pull; a name without a registry is one that only this machine knows. */
const deploy = ({ image, preset }: Plan, there: (command: string) => string): string => {
  if (image.repository.includes('/')) return there(`docker push ${image.reference} && kubectl apply -k k8s`)
  const from = preset === 'local' ? `load ${image.reference} into the cluster first` : 'a cluster pulls from a registry: --image REGISTRY/NAME'
  return `${there('kubectl apply -k k8s')}   # ${from}`
}
