// Writes JSON schemas of the running API server, a file for each kind, strict, for kubeconform: node test/e2e/schemas.mjs DIR
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './shell.mjs'

const dir = process.argv[2]
const got = run('kubectl', ['get', '--raw', '/openapi/v2'])
if (got.code !== 0) {
  console.error('no cluster answers: no schemas')
  process.exit(1)
}
const { definitions } = JSON.parse(got.out)
const local = (value) => JSON.parse(JSON.stringify(value).replaceAll('#/definitions/', '#/$defs/'))
for (const d of Object.values(definitions)) if (d.properties && !d.additionalProperties) d.additionalProperties = false
// as text or as a number, whatever the document says (images and quantities)
definitions['io.k8s.apimachinery.pkg.util.intstr.IntOrString'] = { oneOf: [{ type: 'string' }, { type: 'integer' }] }
definitions['io.k8s.apimachinery.pkg.api.resource.Quantity'] = { oneOf: [{ type: 'string' }, { type: 'number' }] }
const KINDS = ['Namespace', 'ServiceAccount', 'ConfigMap', 'Secret', 'Deployment', 'Service', 'HorizontalPodAutoscaler', 'PodDisruptionBudget', 'NetworkPolicy', 'Ingress']
mkdirSync(dir, { recursive: true })
for (const [name, d] of Object.entries(definitions)) {
  for (const { group, kind, version } of d['x-kubernetes-group-version-kind'] ?? []) {
    if (!KINDS.includes(kind)) continue
    const suffix = group ? `-${group.split('.')[0]}-${version}` : `-${version}`
    writeFileSync(join(dir, `${kind.toLowerCase()}${suffix}.json`), JSON.stringify({ $ref: `#/$defs/${name}`, $defs: local(definitions) }))
  }
}
