import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import { version } from '../../../generated/catalog.ts'
import { apply } from '../../apply/apply.ts'
import { EXIT, InputError } from '../../errors.ts'
import type { Io } from '../io.ts'
import type { Parsed } from '../parse.ts'
import { run as test } from './test.ts'

/** Begins a pack in an empty folder: a manifest, a partial, a golden test, a page for its readers and a check for its CI. */
export async function run(words: string[], flags: Parsed['flags'], io: Io): Promise<number> {
  if (words.length !== 1) throw new InputError({ message: 'which folder?', where: 'pack init', hint: 'create-hardened-container pack init acme-platform' })
  const folder = resolve(io.cwd, words[0]!)
  const shown = relative(io.cwd, folder) || '.'
  const name = typeof flags.name === 'string' ? flags.name : basename(folder).toLowerCase()
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) throw new InputError({ message: `${JSON.stringify(name)} cannot name a pack`, where: typeof flags.name === 'string' ? '--name' : 'pack init', hint: 'a-z, 0-9 and "-", like acme-platform; --name gives another one than the folder' })
  if (existsSync(folder) && readdirSync(folder).some((n) => n !== '.git')) throw new InputError({ message: `${shown} is not empty`, where: 'pack init', hint: 'name a new folder' }, EXIT.conflict)
  mkdirSync(folder, { recursive: true })
  const files = filesOf(name)
  apply(folder, Object.entries(files).map(([path, text]) => ({ path, text })))
  for (const path of Object.keys(files)) if (!flags.json) io.stdout.write(`create   ${join(shown, path)}\n`)
  // what the example is expected to give is made, never written by hand
  const quiet: Io = { ...io, stdout: { write: () => undefined, isTTY: false }, get inputIsTTY() { return false }, get streams() { return io.streams } }
  await test([words[0]!], { update: true }, quiet)
  if (flags.json) io.stdout.write(`${JSON.stringify({ schemaVersion: 1, ok: true, exitCode: EXIT.ok, name, files: Object.keys(files) }, null, 2)}\n`)
  else io.stderr.write(`next\n  edit     ${join(shown, 'pack.yaml')}\n  check    create-hardened-container pack check ${shown}\n  test     create-hardened-container pack test ${shown}\n  use      create-hardened-container --preset ${shown.startsWith('.') ? shown : `./${shown}`}\n`)
  return EXIT.ok
}

const major = String(version).split('.')[0] === '0' ? `>=${String(version).split('.').slice(0, 2).join('.')} <1` : `>=${String(version).split('.')[0]} <${Number(String(version).split('.')[0]) + 1}`

const filesOf = (name: string): Record<string, string> => ({
  'pack.yaml': `# yaml-language-server: $schema=./node_modules/create-hardened-container/dist/pack.schema.json
apiVersion: hardened-container/v1
name: ${name}
version: 0.1.0
description: How our services run
requires: { tool: "${major}" }

# what holds where nobody says otherwise
defaults:
  resources.memory: 256Mi

# what cannot be otherwise: value, oneOf, pattern, min or max; always with the reason
enforce:
  - key: control.read-only-root
    value: "on"
    reason: a break-in must not change the program

# what must not be: values of a setting, or a file
forbid:
  - key: namespace
    values: [production]
    reason: every service has a namespace of its own

# texts at named places of the files: dockerfile/base, dockerfile/labels, dockerfile/runtime, dockerignore/extra
partials:
  dockerfile/labels: partials/labels.hbs
`,
  'partials/labels.hbs': `LABEL org.opencontainers.image.vendor={{dockerfile "${name}"}}\n`,
  'tests/web/answers.yaml': '# the answers of this case, as in hardened.yaml\nport: 8080\n',
  'tests/web/project/package.json': '{ "name": "web", "version": "1.0.0", "scripts": { "start": "node server.js" } }\n',
  'tests/web/project/server.js': "require('node:http').createServer((req, res) => res.end('ok')).listen(process.env.PORT || 8080)\n",
  'README.md': `# ${name}

A preset pack for create-hardened-container. The table of its rules: \`npx create-hardened-container pack docs\`.

\`\`\`sh
npx create-hardened-container pack check   # the manifest, the templates, every file
npx create-hardened-container pack test    # its own cases, and the audit for every language
npx create-hardened-container pack test --update   # after a change: then read the difference
\`\`\`
`,
  '.github/workflows/pack.yml': `name: pack
on: [push, pull_request]
permissions: {}
concurrency:
  group: pack-\${{ github.ref }}
  cancel-in-progress: true
jobs:
  pack:
    name: Check and test
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    permissions:
      contents: read # check out the repository
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: npx --yes create-hardened-container@${version} pack check
      - run: npx --yes create-hardened-container@${version} pack test
`,
})
