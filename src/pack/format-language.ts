import { BASES } from '../detect/language.ts'
import type { Schema } from './schema.ts'

/** A line: most of these end in Dockerfiles and manifests. */
const TEXT: Schema = { type: 'string', pattern: '^[^\\n]*$', description: 'on one line' }
const TEXTS: Schema = { type: 'array', items: TEXT }
const NUMBER: Schema = { type: 'integer' }
const TRUTH: Schema = { type: 'boolean' }
const QUANTITY: Schema = { type: 'string', pattern: '^[1-9]\\d{0,5}(Mi|Gi)$', description: 'like 256Mi' }
const CPU: Schema = { type: 'string', pattern: '^([1-9]\\d{0,4}m|\\d{1,3}(\\.\\d{1,3})?)$', description: 'like 250m' }
const ID: Schema = { type: 'string', pattern: '^[a-z0-9][a-z0-9-]{0,63}$', description: 'a-z, 0-9 and "-"' }
const map = (additionalProperties: Schema): Schema => ({ type: 'object', additionalProperties })
/** @param more what further keys hold; false where there are none */
const object = (properties: Record<string, Schema>, required: string[], more: Schema | false = false): Schema => ({ type: 'object', properties, required, additionalProperties: more })
const list = (items: Schema): Schema => ({ type: 'array', items })
const LINE = object({ files: TEXTS, pattern: TEXT }, ['files', 'pattern'])

/** A framework as a pack brings it, in its pack.yaml or in a language of its own. */
export const FRAMEWORK: Schema = object(
  { id: ID, title: TEXT, dependencies: TEXTS, files: TEXTS, port: NUMBER, portVariable: TEXT, host: map(TEXT), health: TEXT, ready: TEXT, handlesSigterm: TRUTH, stopSignal: TEXT, serves: TRUTH, env: map(TEXT), writable: TEXTS, kind: TEXT, healthHint: TEXT, start: TEXTS },
  ['id', 'title'],
)

const PATTERNS = ['port', 'portVariable', 'listens', 'loopback', 'route', 'sigterm', 'variable']

/** language.yaml of a pack. The fields are those of src/detect/language.ts. */
export const LANGUAGE: Schema = object(
  {
    id: ID,
    title: TEXT,
    markers: TEXTS,
    fallback: TRUTH,
    sources: TEXTS,
    versions: object({ default: TEXT, suite: TEXT, lines: list(object({ id: TEXT, eol: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\d$', description: 'a day, like 2027-03-31' }, suite: TEXT, bases: TEXTS }, ['id', 'eol'], TEXT)) }, ['default', 'lines']),
    bases: { ...map(object({ build: TEXT, runtime: TEXT, uid: NUMBER, packages: { type: 'string', enum: ['apt', 'apk', 'none'] }, shell: TRUTH, programs: map(TEXT), versions: TEXTS, note: TEXT }, ['build', 'runtime'])), propertyNames: { pattern: `^(${BASES.join('|')})$` } },
    preferred: TEXTS,
    managers: list(object({ id: ID, title: TEXT, locks: TEXTS }, ['id', 'title', 'locks'], {})),
    frameworks: list(FRAMEWORK),
    port: NUMBER,
    patterns: object(Object.fromEntries(PATTERNS.map((name) => [name, TEXTS])), []),
    services: map(TEXTS),
    health: object({ http: TEXTS, tcp: TEXTS }, ['http', 'tcp']),
    handlesSigterm: TRUTH,
    env: map(TEXT),
    develop: object({ action: { type: 'string', enum: ['sync', 'sync+restart', 'rebuild'] }, ignore: TEXTS, rebuild: TEXTS }, ['action']),
    resources: map(object({ cpu: CPU, cpuLimit: TEXT, memory: QUANTITY, ephemeral: QUANTITY, grace: NUMBER, startup: NUMBER }, ['cpu', 'cpuLimit', 'memory', 'ephemeral', 'grace', 'startup'])),
    kind: TEXT,
    data: object({ entries: TEXTS, start: TEXTS, develop: TEXTS, version: LINE, name: LINE, dependencies: LINE, serves: TRUTH, build: map({}) }, ['start']),
  },
  ['id', 'title', 'markers', 'sources', 'versions', 'bases', 'port', 'data'],
)
