import { describe, expect, test } from 'vitest'
import { audit } from '../../src/audit/audit.ts'
import { controls } from './catalog.ts'

describe.each(controls.map((c) => [c.id, c] as const))('law 9: %s', (_, control) => {
  test('has a source, a why for a developer, a title and a point of the checklist', () => {
    expect(control.sources.length).toBeGreaterThan(0)
    expect(control.points.length).toBeGreaterThan(0)
    expect(control.why.length, 'why: one or two sentences').toBeGreaterThan(40)
    expect(control.why).toMatch(/[.!?]$/)
    expect(control.title).toMatch(/^[A-Z`].*[^.]$/)
    expect(`${control.comment}${(control.expects ?? []).map((e) => e.comment ?? '').join('')}`, 'comments are ASCII').toMatch(/^[\x20-\x7e]*$/)
  })
  test('can fail, and does on each of its samples', () => {
    expect(control.failing.length).toBeGreaterThan(0)
    for (const sample of control.failing) {
      const found = audit(Object.entries(sample).map(([path, text]) => ({ path, text })), [control])
      expect(found, JSON.stringify(sample)).not.toEqual([])
      for (const f of found) expect(f.file).toBeTruthy()
    }
  })
  test('reports a thing once, and nothing where there is nothing', () => {
    expect(audit([], [control])).toEqual([])
    for (const sample of control.failing) {
      const keys = audit(Object.entries(sample).map(([path, text]) => ({ path, text })), [control]).map((f) => `${f.file}:${f.line} ${f.message}`)
      expect(keys).toEqual([...new Set(keys)])
    }
  })
})

test('every point of the checklist that generated files can show has a control', () => {
  const points = ['IMG-1', 'IMG-2', 'IMG-3', 'IMG-4', 'BLD-1', 'BLD-2', 'BLD-3', 'SUP-1', 'SUP-2', 'SUP-3', 'USR-1', 'USR-2', 'USR-3', 'USR-4', 'USR-5', 'USR-6', 'SIG-1', 'PRB-1', 'PRB-2', 'RES-1', 'RES-2', 'SEC-1', 'SEC-2', 'NET-1', 'NET-2', 'IDN-1', 'AVL-1', 'OBS-1']
  const served = new Set(controls.flatMap((c) => c.points))
  expect(points.filter((p) => !served.has(p))).toEqual([])
  expect([...served].filter((p) => !points.includes(p))).toEqual([])
})
