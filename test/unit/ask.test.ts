import { render } from '@inquirer/testing'
import { checkbox, confirm, input, select } from '@inquirer/prompts'
import { describe, expect, test } from 'vitest'
import { confirmWrites } from '../../src/ask/confirm.ts'
import type { Prompts } from '../../src/ask/prompts.ts'
import { asking, type Context, STEPS } from '../../src/ask/steps.ts'
import { ask, askSteps } from '../../src/ask/wizard.ts'
import { catalog, readInput } from '../../src/cli/generate.ts'
import type { Choice } from '../../src/cli/decide.ts'
import type { Io } from '../../src/cli/io.ts'
import type { Change } from '../../src/reconcile/reconcile.ts'
import { allPresets, planOf } from '../laws/catalog.ts'
import { project } from './cli-run.ts'
import { folderOf } from './packs.ts'

/** Prompts whose answers are given: the first that a message begins with, else the default. Remembers what was asked. */
function answering(given: Record<string, unknown>): Prompts & { asked: string[] } {
  const asked: string[] = []
  const reply = (config: { message: string }, fallback: unknown): Promise<never> => {
    asked.push(config.message)
    const key = Object.keys(given).find((k) => config.message.startsWith(k))
    return Promise.resolve((key === undefined ? fallback : given[key]) as never)
  }
  return {
    asked,
    input: (c) => reply(c, (c as { default?: string }).default ?? ''),
    select: (c) => reply(c, c.default),
    checkbox: (c) => reply(c, c.choices.filter((x) => x.checked).map((x) => x.value)),
    confirm: (c) => reply(c, c.default),
  }
}

const io = (cwd: string): Io & { text: string } => {
  const made = { text: '' } as Io & { text: string }
  const output = { write: (t: string) => void (made.text += t), isTTY: true }
  return Object.assign(made, { cwd, env: { NO_COLOR: '1' }, stdout: output, stderr: output, inputIsTTY: true, streams: undefined as never })
}

async function contextOf(example: string): Promise<Context> {
  const { plan, loaded } = (await planOf(example, {}))!
  return { plan, language: loaded.language, services: catalog.services as Context['services'], found: {}, artifacts: catalog.artifacts, presets: allPresets, unsuitable: () => undefined }
}

describe('the questions', () => {
  test('eight at most with the confirmation, each with its evidence; defaults are no answers', async () => {
    const context = await contextOf('node-express')
    const prompts = answering({})
    expect(await askSteps(STEPS, context, prompts)).toEqual({})
    expect(prompts.asked.length).toBeLessThanOrEqual(7)
    expect(prompts.asked.some((m) => /^Port .* — server\.js:\d+$/.test(m))).toBe(true)
  })

  test('what differs is an answer', async () => {
    const answers = await askSteps(STEPS, await contextOf('node-express'), answering({ Name: 'shop', Port: '9090', Path: '/up', Services: ['redis'], Base: 'debian', Preset: 'local', Files: ['compose', 'ingress'] }))
    expect(answers).toEqual({ name: 'shop', port: 9090, healthPath: '/up', services: ['redis'], base: 'debian', preset: ['local'], with: ['ingress'], without: ['linters', 'kubernetes'] })
  })

  test('a worker is not asked about a port or a path', async () => {
    const prompts = answering({})
    await askSteps(STEPS, await contextOf('node-worker'), prompts)
    expect(prompts.asked.filter((m) => /^(Port|Path)/.test(m))).toEqual([])
  })

  test('a guess says so', () => {
    expect(asking('Port', { origins: { port: { origin: 'detected', evidence: [], guess: true } } }, 'port')).toBe('Port (a guess)')
  })
})

describe('the wizard', () => {
  const known = async (folder: string, flags = {}) => (await readInput([], flags, io(folder))).known

  test('flags are not asked about again', async () => {
    const folder = project()
    const prompts = answering({})
    await ask(await known(folder, { port: '9000', name: 'shop' }), io(folder), prompts)
    expect(prompts.asked.filter((m) => /^(Port|Name)/.test(m))).toEqual([])
  })

  test('a project that has its answers is not asked at all', async () => {
    const folder = project({ 'hardened.yaml': 'port: 9000\n' })
    const prompts = answering({})
    expect(await ask(await known(folder), io(folder), prompts)).toEqual({})
    expect(prompts.asked).toEqual([])
  })

  test('a program that was not found is asked for', async () => {
    const folder = project({ 'package.json': '{"name":"x"}' }, '')
    expect(await ask(await known(folder), io(folder), answering({ 'Program to start': 'node a.js' }))).toMatchObject({ start: ['node', 'a.js'] })
  })

  test('several apps are a question', async () => {
    const folder = project({ 'a/package.json': '{"main":"x.js"}', 'b/package.json': '{"main":"x.js"}' }, '')
    expect(await ask(await known(folder), io(folder), answering({ 'Several programs': 'b' }))).toEqual({ app: 'b' })
  })

  test('several languages are a question', async () => {
    const folder = project({ 'requirements.txt': 'flask\n', 'app.py': 'from flask import Flask\napp = Flask(__name__)\n' })
    const prompts = answering({ 'Several languages': 'node' })
    expect(await ask(await known(folder), io(folder), prompts)).toMatchObject({ language: 'node' })
  })
})

describe('before it writes', () => {
  const change = (path: string, kind: Change['kind']): Change => ({ path, kind, before: kind === 'create' ? undefined : 'old\n', after: 'new\n', reason: 'foreign' })
  const confirmed = async (changes: Change[], answers: Record<string, unknown>) => {
    const { plan } = (await planOf('node-express', {}))!
    const choices = new Map<string, Choice>()
    const screen = io('/')
    const go = await confirmWrites(plan, changes, choices, {}, screen, answering(answers))
    return { go, choices: Object.fromEntries(choices), text: screen.text }
  }

  test('the table of files is shown and confirmed', async () => {
    const { go, text } = await confirmed([change('Dockerfile', 'create'), change('k8s/hpa.yaml', 'same')], {})
    expect(go).toBe(true)
    expect(text).toMatch(/create +Dockerfile/)
    expect(text).toContain('server.js:')
    expect((await confirmed([change('Dockerfile', 'create')], { Write: false })).go).toBe(false)
  })

  test('each conflict has its choice; "all" is for those that follow', async () => {
    const changes = [change('a', 'conflict'), change('b', 'conflict'), change('c', 'conflict')]
    expect((await confirmed(changes, { a: 'backup', b: 'all' })).choices).toEqual({ a: 'backup', b: 'replace', c: 'replace' })
    await expect(confirmed(changes, { a: 'abort' })).rejects.toMatchObject({ name: 'AbortPromptError' })
  })
})

describe('the prompts themselves', () => {
  test('an input takes its default, a select its disabled reason', async () => {
    const { answer, events, getScreen } = await render(input, { message: 'Port — server.js:12', default: '3000' })
    expect(getScreen()).toContain('Port — server.js:12 (3000)')
    events.keypress('enter')
    await expect(answer).resolves.toBe('3000')
    const chosen = await render(select, { message: 'Base', choices: [{ value: 'debian' }, { value: 'alpine', disabled: '(needs glibc)' }] })
    expect(chosen.getScreen()).toContain('(needs glibc)')
    chosen.events.keypress('enter')
    await expect(chosen.answer).resolves.toBe('debian')
    const many = await render(checkbox, { message: 'Services', choices: [{ value: 'postgres', checked: true }] })
    many.events.keypress('enter')
    await expect(many.answer).resolves.toEqual(['postgres'])
    const last = await render(confirm, { message: 'Write?', default: true })
    last.events.keypress('enter')
    await expect(last.answer).resolves.toBe(true)
  })
})

describe('with a pack', () => {
  const packed = async (manifest: string) => {
    const folder = project()
    const pack = folderOf({ 'pack.yaml': `apiVersion: hardened-container/v1\nname: team\nversion: 1.0.0\n${manifest}` })
    const terminal = io(folder)
    return { terminal, known: (await readInput([], { preset: [pack] }, terminal)).known }
  }

  test('its questions come first, what it wants said is asked, and only what differs from its defaults is kept', async () => {
    const { known, terminal } = await packed('prompts:\n  - { key: team.onCall, message: Who is called?, type: choice, choices: [a, b], default: a }\n  - { key: team.code, message: Which code?, pattern: "[0-9]{3}", required: true }\nenforce:\n  - { key: label.cost, pattern: "[0-9]{6}", reason: charged }\n')
    const prompts = answering({ 'Which code': '123', 'label.cost': '104711' })
    expect(await ask(known, terminal, prompts)).toMatchObject({ set: { 'team.code': '123', 'label.cost': '104711' } })
    expect(prompts.asked.slice(0, 3)).toEqual(['Who is called? (team)', 'Which code? (team)', 'label.cost: what matches [0-9]{6} (team: charged)'])
  })

  test('what it fixes is shown with the reason and not asked; what it forbids cannot be chosen', async () => {
    const { known, terminal } = await packed('enforce:\n  - { key: port, value: 8081, reason: the gateway knows one port }\nforbid:\n  - { key: base, values: [alpine], reason: not scanned }\n')
    const bases: unknown[] = []
    const prompts = answering({})
    const select = prompts.select
    await ask(known, terminal, { ...prompts, select: (c) => (bases.push(...(/^Base/.test(c.message) ? c.choices : [])), select(c)) })
    expect(terminal.text).toContain('port 8081 — fixed by team: the gateway knows one port')
    expect(prompts.asked.some((m) => m.startsWith('Port'))).toBe(false)
    expect(bases).toEqual(expect.arrayContaining([expect.objectContaining({ value: 'alpine', disabled: expect.stringContaining('not scanned') })]))
  })
})
