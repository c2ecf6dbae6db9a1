import { type Option, OPTIONS } from '../cli/options.ts'
import type { Schema as Described } from '../pack/schema.ts'
import { SETTINGS } from '../policy/convert.ts'

type Schema = Record<string, unknown>

/** The format of hardened.lock, the tool's own state. */
export const LOCK: Described = {
  type: 'object',
  required: ['lockVersion', 'tool', 'answers', 'files'],
  additionalProperties: false,
  properties: {
    lockVersion: { type: 'integer', enum: ['1'], description: 'version of this format' },
    tool: { type: 'string', description: 'version of the tool that wrote it' },
    answers: { type: 'object', required: ['text', 'values'], additionalProperties: false, description: 'hardened.yaml as it was read or written last', properties: { text: { type: 'string' }, values: { type: 'object', additionalProperties: {} } } },
    facts: { type: 'object', additionalProperties: {}, description: 'what was read off the project, without the places' },
    packs: {
      type: 'array',
      description: 'the packs that it was made with',
      items: {
        type: 'object',
        required: ['spec', 'name', 'version', 'resolved', 'integrity', 'extends', 'files', 'rules'],
        additionalProperties: false,
        properties: {
          spec: { type: 'string', description: 'as it was asked for' },
          name: { type: 'string' },
          version: { type: 'string' },
          resolved: { type: 'string', description: 'exactly what was fetched' },
          integrity: { type: 'string', pattern: '^sha256-[0-9a-f]{64}$', description: 'hash over its content' },
          extends: { type: 'array', items: { type: 'string' } },
          files: { type: 'object', additionalProperties: { type: 'string', pattern: '^[0-9a-f]{64}$' }, description: 'hash of each of its files' },
          rules: { type: 'array', items: { type: 'string' }, description: 'what it says, a line each' },
        },
      },
    },
    files: { type: 'object', additionalProperties: { type: 'string' }, description: 'the last render of each file, by path' },
    replaced: { type: 'object', additionalProperties: { type: 'string' }, description: 'what files said of the project that somebody else wrote and that were there before' },
    deleted: { type: 'array', items: { type: 'string' }, description: 'files of those that a person deleted' },
  },
}

/** The JSON Schema of hardened.lock. */
export const lockSchema = (): Schema => ({ $schema: 'http://json-schema.org/draft-07/schema#', title: 'hardened.lock: the state of create-hardened-container', ...LOCK, properties: { ...LOCK.properties, lockVersion: { const: 1, description: 'version of this format' } } })

/** The JSON Schema of hardened.yaml, out of the option table: what an editor completes and checks. */
export function schemaOf(ids: { controls: string[]; artifacts: string[]; groups: string[]; presets: string[]; services: string[]; languages: string[] }): Schema {
  const known: Record<string, string[]> = { preset: ids.presets, with: [...ids.artifacts, ...ids.groups], without: [...ids.artifacts, ...ids.groups], services: [...ids.services, 'none'], language: ids.languages }
  const text: Schema = { type: ['string', 'number'] }
  const of = (o: Option): Schema => {
    const item: Schema = known[o.name] ? { enum: known[o.name] } : o.choices ? { enum: [...o.choices] } : { type: 'string' }
    if (o.name === 'control') return { type: 'object', propertyNames: { enum: ids.controls }, additionalProperties: { oneOf: [{ enum: ['on', true] }, { type: 'object', required: ['off'], additionalProperties: false, properties: { off: { type: 'string', minLength: 1 }, until: { type: 'string', format: 'date' } } }] } }
    if (o.name === 'set') return { type: 'object', additionalProperties: { type: ['string', 'number'], description: 'a label, or a setting of a pack' }, properties: Object.fromEntries(Object.entries(SETTINGS).map(([key, s]) => [key, { type: ['string', 'number'], pattern: s.accepts.source, description: s.describe }])) }
    if (o.name === 'start') return { oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] }
    if (o.type === 'list') return { oneOf: [item, { type: 'array', items: item }] }
    if (o.type === 'integer') return { type: 'integer', minimum: 1, maximum: 65535 }
    return 'enum' in item ? item : text
  }
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'hardened.yaml: the answers for create-hardened-container',
    type: 'object',
    additionalProperties: false,
    properties: { $schema: { type: 'string' }, ...Object.fromEntries(OPTIONS.filter((o) => o.answer).map((o) => [o.answer!, { description: `${o.describe} (--${o.name})`, ...of(o) }])) },
  }
}
