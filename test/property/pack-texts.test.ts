import { expect, test } from 'vitest'
import { root } from '../laws/catalog.ts'
import { judgedManifest, judgedTemplate, manifestCase, templateCase, validManifest } from './pack-texts.ts'

test('any manifest is taken, or refused with its place', () => {
  const valid = validManifest(root)
  expect(judgedManifest(valid)).toBe('taken')
  const found = new Set<string>()
  for (let seed = 1; seed <= 1500; seed++) found.add(judgedManifest(manifestCase(seed, valid)))
  expect(found).toContain('taken')
  expect(found.size).toBeGreaterThan(25)
})

test('any template prints text, or is refused with its place', () => {
  const found = new Set<string>()
  for (let seed = 1; seed <= 4000; seed++) found.add(judgedTemplate(templateCase(seed)))
  expect(found).toContain('taken')
  expect(found.size).toBeGreaterThan(15)
})
