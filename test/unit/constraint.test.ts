import { expect, test } from 'vitest'
import { built, constraintOf, ownTags } from '../../src/detect/go/constraint.ts'

const file = (head: string): string => `${head}\n\npackage main\n`

test.each([
  ['//go:build linux && !cgo', 'linux && !cgo', false],
  ['// +build heroku', '(heroku)', false],
  ['// +build linux darwin', '(linux || darwin)', true],
  ['// +build linux,!cgo windows', '(linux && !cgo || windows)', false],
  ['// +build linux\n// +build amd64 arm64', '(linux) && (amd64 || arm64)', true],
  ['//go:build linux\n// +build ignored', 'linux', true],
  ['// rebuild everything', undefined, true],
])('%j is %j', (head, expression, taken) => {
  expect(constraintOf(file(head))).toBe(expression)
  expect(built('main.go', file(head))).toBe(taken)
})

test('a // +build line without a blank line behind it says nothing', () => {
  expect(constraintOf('// +build heroku\npackage main\n')).toBeUndefined()
})

test('tags of a person are those that name no system', () => {
  expect(ownTags('(heroku && linux || windows)')).toEqual(['heroku'])
})
