import { expect, test } from 'vitest'
import type { Warning } from '../../src/detect/facts.ts'
import { publicFiles } from '../../src/detect/node/public.ts'
import type { Project } from '../../src/detect/project.ts'

const found = (files: Record<string, string>, ignore = '') => {
  const warnings: Warning[] = []
  const project = { has: (p: string) => p in files, read: (p: string) => files[p] } as unknown as Project
  return { paths: publicFiles(project, ignore, ['VITE_', 'NEXT_PUBLIC_'], '', warnings), warnings: warnings.map((w) => w.message) }
}

test('what the pages show alone is seen by the build', () => {
  expect(found({ '.env.production': 'VITE_URL=https://a\nexport NEXT_PUBLIC_NAME = shop\nNODE_ENV=production\n', '.env.local': 'VITE_KEY=1\n' })).toEqual({ paths: ['.env.production'], warnings: [] })
})

test('a file that holds more stays out, with a word', () => {
  expect(found({ '.env': 'VITE_URL=https://a\nSTRIPE_SECRET=x\n' })).toEqual({ paths: [], warnings: ['.env holds STRIPE_SECRET beside what pages show, so that the build does not see it: VITE_URL is missing there'] })
  expect(found({ '.env': 'STRIPE_SECRET=x\n' })).toEqual({ paths: [], warnings: [] })
})

test.each([
  ['.env', ['.env.production']],
  ['.env*', []],
  ['/.env.*', ['.env']],
  ['**/.env\n.env.*\n!.env.production', ['.env.production']],
  ['# .env', ['.env', '.env.production']],
  ['.env.local', ['.env', '.env.production']],
])('what Git ignores by %j is of one machine', (ignore, paths) => {
  expect(found({ '.env': 'VITE_A=1\n', '.env.production': 'VITE_A=2\n' }, ignore).paths).toEqual(paths)
})
