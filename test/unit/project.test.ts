import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openProject } from '../../src/detect/project.ts'

describe("the door to the user's files", () => {
  let top: string
  let root: string
  beforeAll(() => {
    top = mkdtempSync(join(tmpdir(), 'door-'))
    root = join(top, 'root')
    for (const folder of ['outside/deep', 'root/src/app', 'root/node_modules/x', 'root/many']) mkdirSync(join(top, folder), { recursive: true })
    for (const file of ['outside/secret', 'outside/deep/secret', 'root/a.txt', 'root/src/app/b.txt', 'root/node_modules/x/c.js']) writeFileSync(join(top, file), `${file}\r\n`)
    symlinkSync(join(top, 'outside'), join(root, 'away'))
    symlinkSync(join(top, 'outside/secret'), join(root, 'key'))
    symlinkSync('src', join(root, 'here'))
    symlinkSync('nowhere', join(root, 'src/broken'))
    for (let i = 0; i < 3100; i++) writeFileSync(join(root, 'many', `f${String(i).padStart(5, '0')}-with-a-name-that-takes-some-room`), '')
  })
  afterAll(() => rmSync(top, { recursive: true, force: true }))

  // each with a project that has listed nothing yet, and with one that has walked everything
  for (const walked of [false, true])
    describe(walked ? 'after a walk' : 'before a walk', () => {
      const open = () => {
        const project = openProject(root)
        if (walked) project.files()
        return project
      }

      test('reads what is inside, with LF ends', () => {
        expect(open().read('a.txt')).toBe('root/a.txt\n')
        expect(open().read('src/app/b.txt')).toBe('root/src/app/b.txt\n')
        expect(open().read('./src/../a.txt')).toBe('root/a.txt\n')
        expect(open().read('node_modules/x/c.js')).toBe('root/node_modules/x/c.js\n')
      })

      test('follows a link that stays inside', () => {
        expect(open().read('here/app/b.txt')).toBe('root/src/app/b.txt\n')
        expect(open().has('here/app')).toBe(true)
        expect(open().names('here')).toEqual(['app/', 'broken'])
      })

      test('follows no link that leads out, by name or by a listing', () => {
        const project = open()
        expect(project.names('away')).toEqual([])
        expect(project.names('away/deep/')).toEqual([])
        for (const path of ['away/secret', 'away/deep/secret', 'key', '../outside/secret', 'src/../../outside/secret', join(top, 'outside/secret')]) {
          expect(project.has(path), path).toBe(false)
          expect(project.read(path), path).toBeUndefined()
        }
      })

      test('tells what is there from what is not, at any depth', () => {
        const project = open()
        for (const path of ['a.txt', 'src', 'src/app', 'src/app/b.txt', 'src/app/', 'node_modules/x', '.']) expect(project.has(path), path).toBe(true)
        for (const path of ['b.txt', 'src/b.txt', 'src/app/b', 'src/app/b.txt/c', 'no/such/folder/file', 'src/broken', 'a.txt/b']) expect(project.has(path), path).toBe(false)
        for (const path of ['src', 'src/app', 'here', 'many']) expect(project.isFolder(path), path).toBe(true)
        for (const path of ['a.txt', 'key', 'away', 'src/none', 'none']) expect(project.isFolder(path), path).toBe(false)
      })

      test('finds what lies beyond the bound of a listing, and says that it was met', () => {
        const project = open()
        expect(project.names('many')).toHaveLength(3000)
        expect(project.truncated).toBe(true)
        for (const i of ['00000', '01500', '03099']) expect(project.has(`many/f${i}-with-a-name-that-takes-some-room`), i).toBe(true)
        expect(project.has('many/none')).toBe(false)
      })
    })
})
