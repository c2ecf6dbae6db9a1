import { expect, test } from 'vitest'
import { project, run, tree } from './cli-run.ts'

const DOCKERFILE = `# our image
FROM node:22-alpine
WORKDIR /srv
COPY package*.json ./
RUN npm install
COPY . .
EXPOSE 8123
HEALTHCHECK CMD curl -f http://localhost:8123/alive
CMD ["node", "server.js"]
`
const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: team
spec:
  selector:
    matchLabels: { app: shop }
  template:
    metadata:
      labels: { app: shop }
    spec:
      containers:
        - name: shop
          image: ghcr.io/acme/shop:1.0
          # theirs
          env: [{ name: FOO, value: bar }]
          ports:
            - containerPort: 9000
          readinessProbe: { httpGet: { path: /ready-now, port: 9000 } }
`
const own = (more: Record<string, string> = {}): string => project({ Dockerfile: DOCKERFILE, 'deploy/app.yaml': DEPLOYMENT, 'docker-compose.yml': 'services:\n  web: { build: . }\n  cache: { image: "redis:7" }\n', ...more })

test('reads the answers, says where from, shows what would change, and writes nothing', () => {
  const folder = own()
  const before = tree(folder)
  const done = run(folder, ['adopt'])
  expect(done.code).toBe(0)
  for (const line of ['name +shop — deploy/app.yaml:4', 'port +9000 — deploy/app.yaml:19', 'ready-path +/ready-now — deploy/app.yaml:20', 'services +redis — docker-compose.yml:3', 'base +alpine — Dockerfile:2', 'language-version 22 — Dockerfile:2', 'health-path +/alive — Dockerfile:8', 'start +node server.js — Dockerfile:9 \\(as detected\\)'])
    expect(done.err).toMatch(new RegExp(`^  ${line}`, 'm'))
  expect(done.out).toMatch(/^--- a\/Dockerfile\n\+\+\+ b\/Dockerfile\n/m)
  expect(done.err).toContain('nothing was written; to write')
  expect(tree(folder)).toEqual(before)
})

test('--backup keeps theirs beside the new; the answers are saved; afterwards it is under care', () => {
  const folder = own()
  expect(run(folder, ['adopt', '--backup', '--port', '7000']).code).toBe(0)
  const files = tree(folder)
  expect(files['Dockerfile.bak-1']).toBe(DOCKERFILE)
  expect(files.Dockerfile).toContain('FROM node:22-alpine')
  expect(files['hardened.yaml']).toMatch(/languageVersion: "?22"?\n[^]*base: alpine\nport: 7000\nname: shop\n[^]*healthPath: \/alive\n/)
  expect(files['deploy/app.yaml']).toBe(DEPLOYMENT)
  expect(run(folder, ['adopt'])).toMatchObject({ code: 2, err: expect.stringContaining('create-hardened-container update') })
  expect(run(folder, ['update', '--check']).code).toBe(0)
})

/** Blanks inside of brackets are form. */
const tight = (text: string): string => text.replace(/([[{]) +| +([\]}])/g, '$1$2')

test('--merge keeps every line of theirs, in the text or between marks', () => {
  const folder = own({ 'k8s/deployment.yaml': DEPLOYMENT })
  expect(run(folder, ['adopt', '--merge']).code).toBe(3)
  const files = tree(folder)
  for (const [path, text] of [['Dockerfile', DOCKERFILE], ['k8s/deployment.yaml', DEPLOYMENT]] as const) for (const line of text.split('\n').filter((l) => !/labels:|readinessProbe:/.test(l))) expect(tight(files[path]!)).toContain(tight(line.trim()))
  // a selector stays as it was applied; labels are added to, and only what clashes is marked
  const deployment = files['k8s/deployment.yaml']!
  expect(deployment).toMatch(/^ {4}matchLabels: \{ app: shop \}$/m)
  expect(deployment).toMatch(/^ {6}labels: \{ .*app: shop \}$/m)
  expect(deployment).toContain('readinessProbe: { httpGet: { path: /ready-now, port: 9000 }')
  expect(deployment).toContain('readOnlyRootFilesystem: true')
  expect(deployment.match(/^<{7} /gm)!.length).toBeLessThanOrEqual(3)
})

test('of several documents in a file the one of the kind is merged; what stands twice and what is passed over is said', () => {
  const service = 'kind: Service\nmetadata: { name: shop }\nspec: { ports: [{ port: 80 }] } # theirs\n'
  const folder = own({ 'k8s/deployment.yaml': `${service}---\n${DEPLOYMENT}          resources:\n            limits: { memory: 1Gi }\n---\nkind: Job\n` })
  const { err } = run(folder, ['adopt', '--merge'])
  expect(err).toContain('warning: k8s/deployment.yaml: holds a Service too, for which k8s/service.yaml is written')
  expect(err).toContain('warning: docker-compose.yml: docker compose reads compose.yaml and passes this one over')
  const merged = tree(folder)['k8s/deployment.yaml']!
  expect(merged.startsWith(`${service}---\napiVersion: apps/v1\n`)).toBe(true)
  expect(merged).toMatch(/readOnlyRootFilesystem: true[^]*\n---\nkind: Job\n$/)
  // a comment of the new text does not tear the braces apart
  expect(merged).toMatch(/limits:\n +cpu: "1" # [^\n]*\n<{7} yours\n +memory: 1Gi\n={7}\n +memory: "256Mi"\n>{7} new\n/)
})

test('what cannot be is not taken, with the reason; hardened.yaml and templates of others are left alone', () => {
  const folder = own({ Dockerfile: DOCKERFILE.replace('22-alpine', '8'), 'hardened.yaml': 'name: mine\n', 'deploy/chart.yaml': 'name: {{ .Values.name }}\n', 'deploy/bad.yaml': 'a: [\n' })
  const { err, code } = run(folder, ['adopt'])
  expect(code).toBe(0)
  expect(err).toMatch(/language-version 8 .*\(not taken: /)
  expect(err).toMatch(/name +shop .*\(hardened.yaml says it\)/)
  expect(err).toMatch(/passed +deploy\/chart.yaml/)
  expect(err).toMatch(/passed +deploy\/bad.yaml/)
})

test('where there is nothing to adopt it says what to do', () => {
  const folder = project()
  expect(run(folder, ['adopt'])).toMatchObject({ code: 2, err: expect.stringContaining('no Dockerfile') })
})
