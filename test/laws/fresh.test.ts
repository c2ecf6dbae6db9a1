import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { docs, readme } from '../../src/build/docs.ts'
import { problemsOfPreset } from '../../src/policy/check.ts'
import { catalog, none, root } from './catalog.ts'

describe('law 10: presets are valid and generated pages fresh', () => {
  test.each(readdirSync(join(root, 'presets')))('presets/%s', (file) => {
    const preset = parse(readFileSync(join(root, 'presets', file), 'utf8')) as { id: string }
    expect(problemsOfPreset(preset, file, catalog.controlIds)).toEqual([])
    expect(`${preset.id}.yaml`).toBe(file)
  })
  test('docs/', async () => {
    none([...(await docs())].filter(([name, text]) => !existsSync(join(root, 'docs', name)) || readFileSync(join(root, 'docs', name), 'utf8') !== text).map(([name]) => `docs/${name} is stale: npm run docs`))
  })
  test('the tables of the README', async () => {
    const text = readFileSync(join(root, 'README.md'), 'utf8')
    expect(await readme(text)).toBe(text)
    expect(await readme('<!-- languages -->\nold\n<!-- /languages -->')).not.toContain('old')
  })
})
