import { version } from '../../generated/catalog.ts'
import { EXIT } from '../errors.ts'
import type { Io } from './io.ts'
import { COMMANDS, OPTIONS, type Option } from './options.ts'

const WIDTH = 80

const EXAMPLES: [string, string][] = [
  ['npx create-hardened-container', 'look at this folder, ask, write'],
  ['npx create-hardened-container --yes', 'ask nothing: what was detected and the defaults'],
  ['npx create-hardened-container api --port 8080 --services postgres', 'some answers as flags'],
  ['npx create-hardened-container --diff', 'what would change, and nothing is written'],
  ['npx create-hardened-container --print k8s/deployment.yaml', 'one file on standard output'],
  ['npx create-hardened-container update', 'write the files anew, and keep every edit'],
  ['npx create-hardened-container explain read-only-root', 'what a line is for'],
]

const EXITS: [number, string][] = [
  [EXIT.ok, 'done'],
  [EXIT.fault, 'a fault of the tool'],
  [EXIT.usage, 'usage or input that cannot be used; every problem is named'],
  [EXIT.conflict, 'files that somebody else wrote are in the way; nothing was written'],
  [EXIT.drift, 'update --check: files are due'],
  [EXIT.policy, 'a control does not hold, or a pack does not allow it'],
  [EXIT.pack, 'a pack could not be loaded or is not trusted'],
  [EXIT.interrupted, 'interrupted; nothing was written'],
]

/** Prints the help, all of it out of the option table. */
export function run(_words: string[], _flags: unknown, io: Io): number {
  io.stdout.write(helpText())
  return EXIT.ok
}

export function printVersion(io: Io): number {
  io.stdout.write(`${version}\n`)
  return EXIT.ok
}

export function helpText(): string {
  const groups = [...new Set(OPTIONS.map((o) => o.group))]
  return [
    'Writes the hardened Dockerfile, compose file and Kubernetes manifests that take\na project to production.\n',
    section('Examples', EXAMPLES.map(([command, what]) => `  ${command}\n      ${what}\n`).join('')),
    section('Usage', '  create-hardened-container [DIR] [flags]\n' + rows(COMMANDS.map((c) => [`create-hardened-container ${c.name} ${c.words}`.trimEnd(), c.describe]), 46)),
    ...groups.map((g) => section(g, rows(OPTIONS.filter((o) => o.group === g).map((o) => [flagText(o), describe(o)]), 32))),
    section('Environment', wrap('CHC_PORT=8080 stands for --port 8080, and so on for every flag. Order of force: flag, environment, --answers, hardened.yaml, your own file ($XDG_CONFIG_HOME/create-hardened-container/config.yaml), preset, detection, default.', 2)),
    section('Exit codes', rows(EXITS.map(([code, what]) => [String(code), what]), 8)),
  ].join('\n')
}

const section = (title: string, body: string): string => `${title}:\n${body}`

function flagText(o: Option): string {
  const value = o.type === 'boolean' ? '' : ` ${o.optional ? `[${o.value}]` : o.value}${o.type === 'list' ? '…' : ''}`
  return `${o.short ? `-${o.short}, ` : '    '}--${o.name}${value}`
}

const describe = (o: Option): string => o.describe + (o.choices ? `: ${o.choices.join(', ')}` : '')

/** Two columns; a left side that is too long gets a line of its own. */
function rows(pairs: readonly (readonly [string, string])[], column: number): string {
  return pairs
    .map(([left, right]) => {
      const body = wrap(right, column)
      return `  ${left}`.length < column ? `  ${left}`.padEnd(column) + body.slice(column) : `  ${left}\n${body}`
    })
    .join('')
}

/** Words on lines of 80 columns at most, each after `indent` blanks. */
function wrap(text: string, indent: number): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].map((l) => `${' '.repeat(indent)}${l}\n`).join('')
}
