// One project in a cluster: applied as it stands under Pod Security "restricted" until it is available; for one of them a
// rolling update without a failed request and policies from pod to pod.
import { readFileSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { run, until } from './shell.mjs'

export async function cluster(test, folder, report) {
  const deployment = readFileSync(join(folder, 'k8s/deployment.yaml'), 'utf8')
  const name = /^ {2}name: (\S+)/m.exec(deployment)[1]
  const namespace = /^ {2}namespace: (\S+)/m.exec(deployment)[1]
  const image = /^ {10}image: (\S+)/m.exec(deployment)[1]
  const kubectl = (...args) => run('kubectl', ['-n', namespace, ...args], { timeout: 300 })
  if (process.env.E2E_LOAD) {
    const load = run('sh', ['-c', `${process.env.E2E_LOAD} "$0"`, image])
    if (!report('the image reaches the cluster', load.code === 0, load.all)) return
  }
  try {
    const applied = run('kubectl', ['apply', '-k', 'k8s'], { cwd: folder })
    report('every object is accepted without a warning', applied.code === 0 && !/warning/i.test(applied.err), applied.all)
    const rollout = kubectl('rollout', 'status', `deployment/${name}`, '--timeout=180s')
    const why = () => `${rollout.all}\n${kubectl('get', 'pods,events', '--sort-by=.lastTimestamp').out.split('\n').slice(-12).join('\n')}\n${kubectl('logs', `deployment/${name}`, '--tail=15').all}`
    if (!report('the Deployment is available under "restricted"', rollout.code === 0, why())) return
    if (test.also?.includes('network')) await network(test, kubectl, name, image, report)
    if (test.also?.includes('rolling')) await rolling(kubectl, name, report)
  } finally {
    run('kubectl', ['delete', 'namespace', namespace, '--wait=false'])
  }
}

/** Runs a program in a pod with the application's own image and returns whether it ended well. */
async function pod(kubectl, name, image, labels, script) {
  const spec = {
    apiVersion: 'v1', kind: 'Pod', metadata: { name, labels },
    spec: {
      restartPolicy: 'Never', automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [{ name: 'c', image, command: ['/nodejs/bin/node', '-e', script], securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } }],
    },
  }
  const file = `/tmp/${name}-${process.pid}.json`
  writeFileSync(file, JSON.stringify(spec))
  const created = kubectl('create', '-f', file)
  if (created.code !== 0) throw new Error(created.all)
  const phase = await until(() => /^(Succeeded|Failed)$/.exec(kubectl('get', 'pod', name, '-o', 'jsonpath={.status.phase}').out)?.[0], 60)
  return phase === 'Succeeded'
}

const fetching = (url) => `fetch(${JSON.stringify(url)},{signal:AbortSignal.timeout(5000)}).then(r=>process.exit(r.ok?0:1),()=>process.exit(1))`

/** A pod of the same namespace with a way out reaches the Service; the application itself reaches nothing but DNS. */
async function network(test, kubectl, name, image, report) {
  const policy = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'e2e-client' }, spec: { podSelector: { matchLabels: { e2e: 'client' } }, policyTypes: ['Egress'], egress: [{}] } }
  writeFileSync(`/tmp/policy-${process.pid}.json`, JSON.stringify(policy))
  kubectl('apply', '-f', `/tmp/policy-${process.pid}.json`)
  report('a pod of the namespace reaches the Service', await pod(kubectl, 'client', image, { e2e: 'client' }, fetching(`http://${name}${test.path}`)))
  report('a pod that no policy names reaches nothing', !(await pod(kubectl, 'stranger', image, { e2e: 'stranger' }, fetching(`http://${name}${test.path}`))))
  const port = kubectl('get', 'service', 'kubernetes', '-n', 'default', '-o', 'jsonpath={.spec.clusterIP}').out
  report('the application reaches nothing that no policy names', !(await pod(kubectl, 'like-app', image, { 'app.kubernetes.io/name': name }, `require('net').connect({host:${JSON.stringify(port)},port:443,timeout:4000}).on('connect',()=>process.exit(0)).on('timeout',()=>process.exit(1)).on('error',()=>process.exit(1))`)))
}

/** Requests go on while every pod is replaced; none may fail. */
async function rolling(kubectl, name, report) {
  const ip = kubectl('get', 'service', name, '-o', 'jsonpath={.spec.clusterIP}').out
  const script = `let ok=0,bad=0;const end=Date.now()+40000;(async()=>{while(Date.now()<end){try{const r=await fetch('http://${ip}/',{headers:{connection:'close'},signal:AbortSignal.timeout(4000)});r.ok?ok++:bad++}catch{bad++}await new Promise(r=>setTimeout(r,50))}console.log(JSON.stringify({ok,bad}))})()`
  const load = spawn(process.execPath, ['-e', script])
  let out = ''
  load.stdout.on('data', (d) => (out += d))
  const ended = new Promise((r) => load.on('close', r))
  kubectl('rollout', 'restart', `deployment/${name}`)
  const rollout = kubectl('rollout', 'status', `deployment/${name}`, '--timeout=120s')
  await ended
  const { ok = 0, bad = -1 } = out ? JSON.parse(out) : {}
  report('a rolling update loses no request', rollout.code === 0 && ok > 100 && bad === 0, `${ok} answered, ${bad} failed; ${rollout.all}`)
}
