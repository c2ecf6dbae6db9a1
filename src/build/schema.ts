import { type Option, OPTIONS } from '../cli/options.ts'
import { SETTINGS } from '../policy/convert.ts'

type Schema = Record<string, unknown>

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
