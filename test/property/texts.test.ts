/** Law 7: whatever text is accepted comes back the same from every rendered file that holds it; what cannot is refused with a message. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { instructionsOf } from '../../src/audit/dockerfile.ts'
import { execForm } from '../../src/audit/shell.ts'
import { detect } from '../../src/detect/detect.ts'
import type { Facts } from '../../src/detect/facts.ts'
import { openProject } from '../../src/detect/project.ts'
import type { InputError } from '../../src/errors.ts'
import { makePlan } from '../../src/plan/make.ts'
import type { Plan } from '../../src/plan/plan.ts'
import type { Answers } from '../../src/policy/answers.ts'
import { resolve } from '../../src/policy/preset.ts'
import { compose, dockerfile, json, yaml } from '../../src/render/helpers.ts'
import { render } from '../../src/render/render.ts'
import { catalog, root } from '../laws/catalog.ts'

const { facts: found, loaded } = await detect(openProject(`${root}/examples/node-express`), 'node', {})

const SIGNS = ['"', "'", '\\', '$', '{', '}', '`', '#', ':', '-', ' ', '\n', '\t', '%', '&', '*', '!', '|', '>', '@', ',', '[', ']', '?', '=', '~', 'a', '0']
const WORDS = ['yes', 'no', 'on', 'off', 'null', '~', 'true', '0440', '0o17', '1e3', 'e0', '12:30', '12:30:45', '2026-01-01', '2026-01-01T00:00:00Z', '.inf', '<<', '=', '-', '---', '...', '${HOME}', '$HOME', '$$', '{{x}}', '# c', ' a', 'a ', 'a: b', 'a #b', '$&', "$'", '[a]', '{a}', '!!str', '&a', '*a', '%d']

/** Text as people and files hold it: plain words, and every sign that means something to YAML, shells, compose or Dockerfiles. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 24 }),
  fc.string({ unit: 'binary', maxLength: 12 }).filter((s) => !/[\ud800-\udfff]/.test(s)),
  fc.string({ unit: fc.constantFrom(...SIGNS), maxLength: 12 }),
  fc.constantFrom(...WORDS),
)

interface Outcome {
  plan: Plan
  file(id: string): string
}

/** The rendered files, or undefined where the plan refuses the texts. */
function made(answers: Answers, change: Partial<Facts> = {}): Outcome | undefined {
  try {
    const { resolved, preset } = resolve([{ origin: 'flag', answers: { with: ['ingress', 'gateway'], ...answers } }])
    const plan = makePlan({ facts: { ...found, warnings: [], ...change }, language: loaded.language, resolved, preset, catalog, folder: 'app', today: '2026-11-01' })
    const files = render(plan, loaded.templates)
    return { plan, file: (id) => files.find((f) => f.id === id)!.text }
  } catch (error) {
    const { problems } = error as InputError
    if (!problems) throw error
    for (const p of problems) expect(p.message && p.where, JSON.stringify(p)).toBeTruthy()
    return undefined
  }
}

/** A file as readers of YAML 1.2 and of YAML 1.1 (Kubernetes) see it. */
function read(file: string): any[] {
  return (['1.2', '1.1'] as const).map((version) => {
    const [doc, ...more] = parseAllDocuments(file, { version, uniqueKeys: true })
    expect(more).toEqual([])
    expect(doc!.errors).toEqual([])
    expect(file, 'go-yaml takes printable characters only').toMatch(/^[\t\n\x20-\x7e\x85\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\ud800-\udfff]*$/)
    return doc!.toJS()
  })
}

/** The last instruction of a keyword. */
const last = (file: string, keyword: string): string => instructionsOf(file).filter((i) => i.keyword === keyword).at(-1)?.arguments ?? ''

/** NAME=value pairs of ENV and LABEL as BuildKit reads them, for values that hold no variable. */
function pairs(instruction: string): Record<string, string> {
  return Object.fromEntries([...instruction.matchAll(/([\w.-]+)=(?:"((?:\\.|[^"\\])*)"|(\S*))/g)].map(([, name, quoted, bare]) => [name, quoted === undefined ? bare : quoted.replace(/\\([\\"$])/g, '$1')]))
}

/** What compose makes of a value: $$ is a dollar, anything else behind a dollar would be replaced. */
function interpolated(value: string): string {
  expect(value.replaceAll('$$', '')).not.toMatch(/\$/)
  return value.replaceAll('$$', '$')
}

describe('law 7', () => {
  test('helpers: a YAML scalar is the same string for every reader', () => {
    fc.assert(
      fc.property(text, (value) => {
        for (const doc of read(`a: ${yaml(value)}\nb: ${json(value)}\nc: ${json([value])}\nd:\n  ${yaml(value)}: e\n`)) expect([doc.a, doc.b, doc.c[0], Object.keys(doc.d)[0]]).toEqual([value, value, value, value])
        for (const doc of read(`a: ${compose(value)}\n`)) expect(interpolated(doc.a)).toBe(value)
        if (!/[\n\r]/.test(value)) expect(pairs(`A=${dockerfile(value)}`).A).toBe(value)
      }),
      { numRuns: 1000 },
    )
  })

  test('the words of the start command', () => {
    // a detector knows what was asked for
    const started = (start: string[]) => made({ start }, { start: { value: start, evidence: [] } })
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (words) => {
        const out = started(['node', ...words])
        if (!out) return
        const file = out.file('dockerfile')
        expect([...execForm(last(file, 'ENTRYPOINT'))!, ...(execForm(last(file, 'CMD')) ?? [])].slice(out.plan.runtime.init ? 3 : 1)).toEqual(words)
      }),
      { numRuns: 300 },
    )
    expect(started(['node', 'a\nb'])).toBeUndefined()
    expect(started(['node', 'a"$\\b'])).toBeDefined()
  })

  test('the environment', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom('A', 'ON', 'y', 'NULL', 'NO', 'a-b', '1A', 'A B'), text), text, (name, value) => {
        const out = made({}, { env: { [name]: value }, secrets: [], services: [] })
        if (!out) return
        const image = instructionsOf(out.file('dockerfile')).filter((i) => i.keyword === 'ENV').map((i) => pairs(i.arguments)).at(-1)!
        expect(image[name]).toBe(value)
        for (const doc of read(out.file('configmap'))) expect(doc.data[name]).toBe(value)
      }),
      { numRuns: 300 },
    )
  })

  test('names of secrets', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom('DATABASE_URL', 'ON', 'N', 'NULL', 'TRUE'), text), (name) => {
        const out = made({}, { secrets: [{ value: name, evidence: [] }], services: [] })
        if (!out) return
        for (const doc of read(out.file('secret'))) expect(Object.keys(doc.stringData)).toContain(name)
        for (const doc of read(out.file('compose'))) expect(Object.keys(doc.services[out.plan.name].environment)).toContain(name)
      }),
      { numRuns: 300 },
    )
  })

  test('paths of health and readiness', () => {
    fc.assert(
      fc.property(fc.oneof(text, text.map((t) => `/${t}`), fc.constantFrom('/healthz', '/a/b-c_d.e?x=1&y=2', "/it's", '/$x', '/a b')), (path) => {
        const out = made({ healthPath: path, readyPath: path })
        if (!out) return
        for (const doc of read(out.file('deployment'))) for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) expect(doc.spec.template.spec.containers[0][probe].httpGet.path).toBe(path)
        const asked = execForm(last(out.file('dockerfile'), 'HEALTHCHECK').replace(/^.*?CMD /, ''))!
        expect(asked).toEqual(out.plan.runtime.healthcheck)
        expect(asked.at(-1)).toContain(`:${out.plan.runtime.port}${path}'`)
        for (const doc of read(out.file('compose'))) expect(doc.services[out.plan.name].healthcheck.test.slice(1).map(interpolated)).toEqual(asked)
      }),
      { numRuns: 300 },
    )
  })

  test('names, namespaces, images, versions and titles', () => {
    const name = fc.oneof(text, fc.stringMatching(/^[a-z][a-z0-9-]{0,60}$/), fc.constantFrom('on', 'null', 'y', 'true', 'no', 'e0'))
    const image = fc.oneof(text, fc.stringMatching(/^([a-z0-9.-]{1,12}\/)?[a-z0-9_.-]{1,12}(:[\w.-]{1,12})?$/), fc.constantFrom('ghcr.io/acme/demo', 'localhost:5000/a:1e3', 'on', 'a:latest', 'a@sha256:00'))
    fc.assert(
      fc.property(name, name, image, text, text, (own, namespace, reference, version, title) => {
        const out = made({ name: own, namespace, image: reference }, { appVersion: { value: version, evidence: [] }, name: { value: title, evidence: [] } })
        if (!out) return
        const { image: wanted } = out.plan
        expect(`${wanted.repository}:${wanted.tag}`.startsWith(reference)).toBe(true)
        for (const doc of read(out.file('deployment'))) {
          expect([doc.metadata.name, doc.metadata.namespace]).toEqual([own, namespace])
          expect(doc.metadata.labels['app.kubernetes.io/version']).toBe(out.plan.version)
          expect(doc.spec.template.spec.containers[0].image).toBe(wanted.reference)
          for (const value of Object.values(doc.spec.template.metadata.labels)) expect(value).toMatch(/^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/)
        }
        for (const doc of read(out.file('compose'))) expect([doc.name, Object.keys(doc.services)[0], doc.services[own].image]).toEqual([own, own, wanted.reference])
        for (const doc of read(out.file('compose-dev'))) expect(doc.services[own].image).toBe(`${own}:dev`)
        for (const doc of read(out.file('kustomization'))) expect(doc.images[0]).toEqual({ name: wanted.repository, newTag: wanted.tag })
        for (const id of ['service', 'hpa', 'pdb', 'networkpolicy', 'serviceaccount', 'ingress', 'gateway', 'configmap']) for (const doc of read(out.file(id))) expect(doc.metadata).toMatchObject({ name: own, namespace })
        expect(pairs(last(out.file('dockerfile'), 'LABEL'))['org.opencontainers.image.title']).toBe(out.plan.title)
      }),
      { numRuns: 300 },
    )
  })

  test('titles lose nothing but line breaks and control characters', () => {
    fc.assert(
      fc.property(text, (title) => {
        const out = made({}, { name: { value: title, evidence: [] } })!
        const kept = title.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\s]/g, '')
        expect(pairs(last(out.file('dockerfile'), 'LABEL'))['org.opencontainers.image.title']!.replace(/\s/g, '')).toBe(kept || out.plan.name)
      }),
    )
  })

  test('ports, hosts and address ranges', () => {
    fc.assert(
      fc.property(fc.integer({ min: -10, max: 70000 }), fc.oneof(text, fc.domain()), fc.oneof(text, fc.ipV4().map((ip) => `${ip}/24`)), (port, host, range) => {
        const out = made({ port, set: { 'network.host': host, 'network.egress': range } })
        if (!out) return
        for (const doc of read(out.file('deployment'))) expect(doc.spec.template.spec.containers[0].ports[0].containerPort).toBe(port)
        for (const doc of read(out.file('compose'))) expect(doc.services[out.plan.name].ports).toEqual([`127.0.0.1:${port}:${port}`])
        expect(last(out.file('dockerfile'), 'EXPOSE')).toBe(String(port))
        for (const doc of read(out.file('ingress'))) expect(doc.spec.rules[0].host).toBe(host)
        for (const doc of read(out.file('networkpolicy'))) expect(doc.spec.egress.filter((e: any) => !e.ports).flatMap((e: any) => e.to).map((t: any) => t.ipBlock?.cidr).filter(Boolean)).toEqual(range.split(',').filter(Boolean))
      }),
      { numRuns: 300 },
    )
  })

  test('reasons of controls that are off', () => {
    fc.assert(
      fc.property(text, (reason) => {
        const out = made({ control: { 'read-only-root': { on: false, reason } } })
        if (!out) return
        for (const id of ['checkov', 'deployment']) expect(read(out.file(id))).toBeTruthy()
        const written = out.file('trivyignore').split('\n')
        expect(written).toContain(`# read-only-root is off: ${reason || 'no reason given'}`.replace(/[ \t]+$/, ''))
        expect(written.filter((l) => l !== '' && !l.startsWith('#')).every((l) => /^[A-Z]+-\d+$/.test(l))).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})
