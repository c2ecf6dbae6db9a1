/**
 * The walk through a pack's life that docs/packs-walk.md shows: begun, published, used by three projects, tightened, mended.
 * Every line of output is a real one; what differs from run to run (folders, the registry's port) is named alike.
 */
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTwoFilesPatch } from 'diff'
import { root } from '../laws/catalog.ts'
import { registry } from '../unit/packs.ts'

const SHOWN = '127.0.0.1:5000'

/** The text of the page. @throws Error where a step ends otherwise than the page says */
export async function walk(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'walk-'))
  const server = await registry()
  const out: string[] = []
  // how zlib packs is no part of the page, and so no digest of an archive is
  const digests: string[] = []
  const numbered = (digest: string): string => `sha256:${(digests.includes(digest) ? digests.indexOf(digest) : digests.push(digest) - 1) + 1}…`
  const alike = (text: string): string => text.replaceAll(server.host, SHOWN).replaceAll(folder, '~').replace(/sha256:[0-9a-f]{64}/g, numbered)
  const prose = (text: string): void => void out.push('', text, '')

  /** Runs a command line as it is shown, and shows what it printed. `keep` leaves lines out that say nothing new. */
  const sh = async (line: string, code = 0, { cwd = folder, env = {}, keep = (_: string): boolean => true } = {}): Promise<string> => {
    const args = (line.match(/'[^']*'|\S+/g) ?? []).slice(1).map((a) => a.replace(/^'|'$/g, '').replaceAll(SHOWN, server.host))
    const clean = Object.fromEntries(Object.entries(process.env).filter(([k]) => !/^(npm_|CHC_|CI$|NO_COLOR|FORCE_COLOR|XDG_)/.test(k)))
    const child = spawn(process.execPath, [join(root, 'bin/create-hardened-container.cjs'), ...args], { cwd, env: { ...clean, HOME: folder, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let printed = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (printed += chunk.toString()))
    const ended = await new Promise<number | null>((done) => child.on('close', done))
    if (ended !== code) throw new Error(`${line}: ended with ${ended}, not ${code}\n${printed}`)
    const place = cwd === folder ? '' : `(cd ${cwd.slice(folder.length + 1)}) `
    const named = Object.entries(env).map(([k, v]) => `${k}=${v} `).join('')
    out.push('```console', `${place}$ ${named}${alike(line)}`, ...alike(printed).trimEnd().split('\n').filter(keep), ...(code === 0 ? [] : [`(exit ${code})`]), '```')
    return printed
  }
  const edit = (path: string, change: (text: string) => string): void => {
    const file = join(folder, path)
    const before = readFileSync(file, 'utf8')
    const after = change(before)
    if (after === before) throw new Error(`${path} was not changed`)
    writeFileSync(file, after)
    out.push('```diff', ...createTwoFilesPatch(path, path, before, after, undefined, undefined, { context: 1 }).split('\n').slice(2).filter((l) => l !== '' && !l.startsWith('\\')), '```')
  }
  const brief = (line: string): boolean => !/^(create|same|repeat|  (start|port|health|build|run|deploy|repeat)) /.test(line)

  try {
    const oci = `oci://${SHOWN}/platform/acme-platform:1`
    out.push('<!-- generated: npm run docs -->', '# A walk through the life of a pack', '', 'What `create-hardened-container` prints here is what it printed when this page was made; CI makes it again.')
    prose('## The platform team begins a pack')
    await sh('create-hardened-container pack init acme-platform')
    prose('It changes three rules: memory, the user id, and who pays.')
    edit('acme-platform/pack.yaml', (t) => t.replace('resources.memory: 256Mi', 'resources.memory: 512Mi\n  runtime.uid: "20001"').replace('enforce:\n', 'enforce:\n  - key: runtime.uid\n    min: 20000\n    max: 29999\n    reason: the ids from 20000 to 29999 are ours on every node\n  - key: label.cost-centre\n    pattern: "[0-9]{6}"\n    reason: every pod is charged to somebody\n'))
    edit('acme-platform/tests/web/answers.yaml', (t) => `${t}set:\n  label.cost-centre: "104711"\n`)
    await sh('create-hardened-container pack check acme-platform')
    prose('Its golden test has to follow: the difference is read, then accepted.')
    await sh('create-hardened-container pack test acme-platform', 1, { keep: (l) => /^(failed|[-+] .*(memory|runAsUser|USER|cost)|\d+ passed)/.test(l) })
    await sh('create-hardened-container pack test acme-platform --update', 0, { keep: (l) => /case|passed/.test(l) })
    const published = await sh(`create-hardened-container pack publish acme-platform ${oci}`)
    const integrity = /sha256-[0-9a-f]{64}/.exec(published)![0]

    prose('## Three projects use it')
    const projects = [['node-express', 'orders'], ['python-flask', 'shop'], ['go-http', 'greeter']] as const
    for (const [example, name] of projects) cpSync(join(root, 'examples', example), join(folder, name), { recursive: true })
    prose('A script without a terminal says which hash it trusts; at a prompt the rules are shown and the question is asked.')
    await sh(`create-hardened-container --yes --preset ${oci}`, 6, { cwd: join(folder, 'orders') })
    await sh(`create-hardened-container --yes --preset ${oci} --trust-pack ${integrity}`, 5, { cwd: join(folder, 'orders') })
    for (const [, name] of projects) await sh(`create-hardened-container --yes --preset ${oci} --trust-pack ${integrity} --set label.cost-centre=104711`, 0, { cwd: join(folder, name), keep: brief })
    await sh('create-hardened-container explain runtime.uid', 0, { cwd: join(folder, 'shop') })

    prose('## A rule is tightened')
    edit('acme-platform/pack.yaml', (t) => t.replace('version: 0.1.0', 'version: 0.2.0').replace('forbid:\n', 'forbid:\n  - key: name\n    values: [orders-api, shop, greeter]\n    reason: names say which team they are of, like pay-orders\n'))
    await sh(`create-hardened-container pack publish acme-platform ${oci}`)
    prose('Nothing moves by itself. In CI packs are frozen, and nothing is due:')
    await sh('create-hardened-container update --check', 0, { cwd: join(folder, 'orders'), env: { CI: 'true' } })
    prose('`pack update` is the one command that moves them, and it shows what the rules have become. Then the check fails in each project, with the reason.')
    for (const [, name] of projects) {
      await sh('create-hardened-container pack update', 0, { cwd: join(folder, name) })
      await sh('create-hardened-container update --check', 5, { cwd: join(folder, name), env: { CI: 'true' } })
    }
    prose('## And mended')
    for (const [, name] of projects) {
      await sh(`create-hardened-container update --name pay-${name}`, 0, { cwd: join(folder, name), keep: (l) => /^(update|merged)/.test(l) })
      await sh('create-hardened-container update --check', 0, { cwd: join(folder, name), env: { CI: 'true' } })
    }
    return `${out.join('\n').replace(/\n{3,}/g, '\n\n')}\n`
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
