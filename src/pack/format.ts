import { FRAMEWORK } from './format-language.ts'
import type { Schema } from './schema.ts'

const text = (description: string, pattern?: string): Schema => ({ type: 'string', description, ...(pattern ? { pattern } : {}) })
const list = (items: Schema, description?: string): Schema => ({ type: 'array', items, ...(description ? { description } : {}) })
const map = (additionalProperties: Schema, description: string, names?: string): Schema => ({ type: 'object', additionalProperties, description, ...(names ? { propertyNames: { pattern: names } } : {}) })
const object = (properties: Record<string, Schema>, required: string[], description?: string): Schema => ({ type: 'object', properties, required, additionalProperties: false, ...(description ? { description } : {}) })

const ID = '^[a-z0-9][a-z0-9-]{0,63}$'
const FILE = text('a file of the pack, relative to its pack.yaml', '^[^/\\\\].*$')
const REASON = text('why, for the developer who meets it', '\\S')
const DAY = text('a day, like 2027-03-31', '^\\d{4}-\\d\\d-\\d\\d$')
/** a number, CPU or memory */
const QUANTITY = '^-?\\d{1,15}(\\.\\d{1,9})?(m|Mi|Gi)?$'
const CPU = '^([1-9]\\d{0,4}m|\\d{1,3}(\\.\\d{1,3})?)$'
const ANY: Schema = {}
const TEXTS = list({ type: 'string' })
const KEY = text('a setting: create-hardened-container list settings', '^[A-Za-z][\\w./-]*$')

/** The names of the places of the built-in templates that a pack's partials can fill. */
export const SLOTS = ['dockerfile/base', 'dockerfile/labels', 'dockerfile/runtime', 'dockerignore/extra'] as const

/** pack.yaml, the manifest of a pack. Every key is data; nothing in it is executed. */
export const MANIFEST: Schema = {
  ...object(
    {
      $schema: text('the schema, for editors'),
      apiVersion: { type: 'string', enum: ['hardened-container/v1'], description: 'apiVersion: hardened-container/v1' },
      name: text('what the pack is called: a-z, 0-9 and "-", with @scope/ in front where it has one', '^(@[a-z0-9][a-z0-9-]{0,63}/)?[a-z0-9][a-z0-9-]{0,63}$'),
      version: text('its version (semver), like 1.4.0', '^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?$'),
      description: text('one line about it'),
      requires: object({ tool: text('the versions of create-hardened-container that it works with, like ">=0.1 <2"') }, [], 'tool: the versions of create-hardened-container that it works with, like ">=0.1 <2"'),
      extends: list(text('another pack'), 'packs that this one builds on, weakest first'),
      defaults: map(ANY, 'answers that hold where nobody says otherwise; null takes back what a pack below says'),
      enforce: list(
        {
          ...object({ key: KEY, value: { description: 'the one value' }, oneOf: list({ type: 'string' }, 'values of which it is one'), pattern: text('an expression that the value must match'), min: text('at least', QUANTITY), max: text('at most', QUANTITY), reason: REASON, docs: text('where more is written', '^https?://') }, ['key', 'reason']),
          oneOf: [{ required: ['value'] }, { required: ['oneOf'] }, { required: ['pattern'] }, { required: ['min', 'max'] }],
        },
        'what cannot be otherwise',
      ),
      forbid: list(
        { ...object({ key: KEY, values: list({ type: 'string' }, 'values that it is none of; absent: it must not be set'), artifact: text('id or group of an artifact', '^[a-z0-9][a-z0-9-]*$'), reason: REASON, docs: text('where more is written', '^https?://') }, ['reason']), oneOf: [{ required: ['key'] }, { required: ['artifact'] }] },
        'what must not be',
      ),
      prompts: list(
        object({ key: text('like acme.costCentre', '^[a-z][\\w-]*(\\.[a-zA-Z][\\w-]*)+$'), type: { type: 'string', enum: ['string', 'integer', 'boolean', 'choice'] }, choices: list({ type: 'string' }, 'what to choose from, for the type choice'), pattern: text('an expression that the whole value must match'), message: text('the question', '\\S'), default: text('what holds where nobody answers'), required: { type: 'boolean', description: 'true: it has to be answered' } }, ['key', 'message']),
        "questions of the pack's own; answered by --set KEY=VALUE too",
      ),
      presets: list(object({ id: text('its name', ID), title: text('one or two words'), description: text('one line'), defaults: map(ANY, 'answers'), off: list(object({ id: text('a control', ID), reason: REASON }, ['id', 'reason']), 'controls that it switches off') }, ['id', 'title', 'description']), 'presets of its own, chosen by --preset ID'),
      tiers: map(object({ cpu: text('request, like 250m', CPU), cpuLimit: text('limit, like 1, or none', `${CPU}|^none$`), memory: text('request and limit, like 512Mi', '^[1-9]\\d{0,5}(Mi|Gi)$'), title: text('when to take it') }, ['cpu', 'memory']), 'sizes to choose from, by --set resources.tier=NAME', ID),
      mirrors: map(text('what stands there instead', '^[a-z0-9][a-z0-9.-]*(:\\d+)?(/[a-z0-9._/-]+)?$'), 'registries and their mirrors, like docker.io/library: registry.acme.example/library', '^[a-z0-9][a-z0-9._:/-]*$'),
      bases: map(map(object({ build: text('image of the stages that build', '^\\S+$'), runtime: text('image of the last stage', '^\\S+$'), uid: { type: 'integer' } }, []), 'by base: debian, alpine …', ID), 'base images of a language, by its id', ID),
      templates: map(FILE, 'built-in templates to replace, by artifact; those of a language as LANGUAGE/dockerfile', '^[a-z0-9-]+(/[a-z0-9-]+)?$'),
      basedOn: map(text('hash', '^[0-9a-f]{8,64}$'), 'the built-in template that an own one was made from, by artifact: pack doctor says when that has moved', '^[a-z0-9-]+(/[a-z0-9-]+)?$'),
      partials: { type: 'object', properties: Object.fromEntries(SLOTS.map((s) => [s, FILE])), additionalProperties: false, description: 'texts for named places of the built-in templates' },
      artifacts: list(
        object(
          {
            id: text('its name', ID),
            path: text('where it is written, from the folder of the app; {{name}} may stand in it'),
            template: FILE,
            title: text('one or two words'),
            why: text('what it is for', '\\S'),
            default: { type: 'boolean', description: 'false: only with --with' },
            when: object({ language: TEXTS, framework: TEXTS, services: TEXTS, serves: { type: 'boolean' }, artifact: TEXTS, set: map({ type: 'string' }, 'settings and their values') }, [], 'conditions that must all hold'),
          },
          ['id', 'path', 'template', 'why'],
        ),
        'further files',
      ),
      controls: list(
        object(
          {
            id: text('its name', ID),
            title: text('what holds', '\\S'),
            why: text('what goes wrong without it', '\\S'),
            comment: text('a few words behind the line'),
            severity: { type: 'string', enum: ['critical', 'high', 'medium', 'low', 'info'] },
            sources: list(text('a rule, standard or decision', '\\S'), 'who asks for it: rules, standards, decisions'),
            expects: list(object({ artifact: text('a YAML artifact', ID), at: text('the path, like spec.template.spec.priorityClassName', '\\S'), value: { description: 'text, list or map; {{NAME}} of the context may stand in it' }, comment: text('where it is another than the control\'s'), when: text('a condition of the context: serves, replicated …', '^[\\w.-]+$') }, ['artifact', 'at', 'value']), 'where it holds, and what stands there'),
          },
          ['id', 'title', 'why', 'sources', 'expects'],
        ),
        'hardenings of the team',
      ),
      languages: list(FILE, 'folders with a language.yaml and its templates'),
      frameworks: map(list(FRAMEWORK), 'frameworks of a language, by its id', ID),
      waive: list(object({ control: text('a control', ID), reason: REASON, until: DAY }, ['control', 'reason']), 'controls that do not hold in this team, each with a reason'),
    },
    ['apiVersion', 'name', 'version'],
  ),
}

/** The JSON Schema of pack.yaml, as editors read it: numbers and booleans may stand without quotes. */
export function manifestSchema(): object {
  return { $schema: 'http://json-schema.org/draft-07/schema#', title: 'pack.yaml: the manifest of a pack for create-hardened-container', ...(loose(MANIFEST) as object) }
}

function loose(schema: Schema): unknown {
  const out: Record<string, unknown> = { ...schema }
  if (schema.type === 'string' && !schema.enum) out.type = ['string', 'number', 'boolean']
  if (schema.properties) out.properties = Object.fromEntries(Object.entries(schema.properties).map(([k, v]) => [k, loose(v)]))
  if (schema.additionalProperties) out.additionalProperties = loose(schema.additionalProperties)
  if (schema.items) out.items = loose(schema.items)
  // of `min` and `max` both may be there
  delete out.oneOf
  return out
}
