import { splitCommand } from '../words.ts'

/** A script of package.json, read down to the program that it starts. */
export interface Command {
  argv: string[]
  env: Record<string, string>
  /** shell text that runs before the program, in order */
  before: string[]
}

/** Tools that only start another one; the number is how many words they take. */
const LAUNCHERS: Record<string, number> = { exec: 1, npx: 1, pnpx: 1, bunx: 1, 'cross-env': 1, 'cross-env-shell': 1, env: 1, 'node-env-run': 1, 'dotenv-run-script': 1 }
const MANAGERS = /^(npm|pnpm|yarn|bun)$/
const PORT = /\$\{PORT(?::?[-=]\d*)?\}|\$PORT\b/g

/**
 * Reads a script through `npm run`, environment prefixes, reloaders and process managers. Undefined where it needs a shell
 * or leads nowhere.
 */
export function readCommand(text: string, scripts: Record<string, string>, depth = 0): Command | undefined {
  const parts = split(text)
  if (!parts || depth > 5) return undefined
  const last = splitCommand(parts.at(-1)!.replace(PORT, '{port}'))
  const before = parts.slice(0, -1)
  const env: Record<string, string> = {}
  for (const part of before) for (const [, name, value] of part.matchAll(/^\s*(?:set|export)\s+(\w+)=(\S*)$/gi)) env[name!] = value!
  const unwrapped = last && unwrap(last, env)
  if (!unwrapped) return undefined
  const found = behind(unwrapped, scripts, depth)
  return found && { argv: found.argv, env: { ...env, ...found.env }, before: [...before.filter((p) => !/^\s*(set|export|cd|echo)\s/i.test(p)), ...found.before] }
}

/** Commands that run one behind another; undefined where some run beside each other or into each other. */
function split(text: string): string[] | undefined {
  const parts = ['']
  for (const [token] of text.matchAll(/"(?:\\.|[^"\\])*"|'[^']*'|&&|\|\||[;|&]|[^"'&|;]+/g)) {
    if (token === '&&' || token === ';') parts.push('')
    else if (token === '||') break
    else if (token === '|' || token === '&') return undefined
    else parts[parts.length - 1] += token
  }
  const filled = parts.map((p) => p.trim()).filter(Boolean)
  return filled.length > 0 ? filled : undefined
}

/** Takes away what stands before the program: assignments, launchers, loaders of .env files. */
function unwrap(words: string[], env: Record<string, string>): string[] | undefined {
  let rest = [...words]
  for (let turns = 0; turns < 20 && rest.length > 0; turns++) {
    const [first, second] = rest as [string, string?]
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/.exec(first) ?? []
    if (name) {
      env[name] = value!
      rest = rest.slice(1)
    } else if (first in LAUNCHERS) rest = withoutFlags(rest.slice(LAUNCHERS[first]!), [])
    else if (MANAGERS.test(first) && /^(exec|dlx|x)$/.test(second ?? '')) rest = withoutFlags(rest.slice(2), [])
    else if (/^(dotenv|dotenvx|env-cmd|dotenv-cli|infisical|doppler|op)$/.test(first)) {
      const end = rest.indexOf('--')
      rest = end >= 0 ? rest.slice(end + 1) : withoutFlags(rest.slice(first === 'dotenvx' ? 2 : 1), ['-e', '-f', '-c', '-p', '-v'])
    } else break
  }
  return rest.length > 0 ? rest : undefined
}

/** The program behind a script's name, a reloader or a process manager. */
function behind(words: string[], scripts: Record<string, string>, depth: number): Command | undefined {
  const [first, ...rest] = words as [string, ...string[]]
  const program = first.replace(/^(\.\/)?node_modules\/\.bin\//, '')
  // what goes to the background ends a container
  const plain = (argv: string[]): Command => ({ argv: argv.filter((w) => w !== '--daemon'), env: {}, before: [] })
  if (MANAGERS.test(program)) {
    const name = rest[0] === 'run' ? rest.slice(1).find((w) => !w.startsWith('-')) : rest[0]
    if (name !== undefined && scripts[name] !== undefined) return script(name, rest.slice(rest.indexOf(name) + 1), scripts, depth)
    return program === 'bun' ? plain(['bun', ...withoutFlags(rest, []).filter((w) => w !== 'run')]) : undefined
  }
  // node's own runner of scripts calls a shell, https://nodejs.org/api/cli.html#--run
  if (program === 'node' && rest[0] === '--run') return rest[1] !== undefined && scripts[rest[1]] !== undefined ? script(rest[1], rest.slice(2), scripts, depth) : undefined
  if (program === 'run-s') return rest.length > 0 ? readCommand(rest.map((r) => `npm run ${r}`).join(' && '), scripts, depth + 1) : undefined
  if (program === 'nodemon' || program === 'node-dev' || program === 'supervisor') return reloaded(rest, scripts, depth)
  if (/^(pm2|pm2-runtime|forever)$/.test(program)) {
    const file = rest.find((w) => /\.[cm]?[jt]s$/.test(w) && !/ecosystem|pm2/.test(w))
    return file ? plain(['node', file]) : undefined
  }
  if (/^(concurrently|npm-run-all|run-p|turbo|nx|lerna|docker|docker-compose|make|sh|bash|wait-on|stmux|nps|gulp|grunt|wireit|mprocs)$/.test(program)) return undefined
  return plain([program, ...rest])
}

/** `npm run NAME -- more`: the words behind the name go to the script; what its pre-script does comes before. */
function script(name: string, more: string[], scripts: Record<string, string>, depth: number): Command | undefined {
  const found = readCommand(scripts[name]!, scripts, depth + 1)
  const before = scripts[`pre${name}`]
  return found && { ...found, argv: [...found.argv, ...more.filter((w) => w !== '--')], before: [...(before ? [before] : []), ...found.before] }
}

/** What nodemon starts: its --exec with the file, or the file with node. */
function reloaded(words: string[], scripts: Record<string, string>, depth: number): Command | undefined {
  const at = words.findIndex((w) => w === '--exec' || w === '-x')
  const given = words.find((w) => w.startsWith('--exec='))?.slice(7)
  const exec = given ?? (at >= 0 ? words[at + 1] : undefined)
  const rest = withoutFlags(words.filter((_, i) => at < 0 || (i !== at && i !== at + 1)), ['-w', '--watch', '-e', '--ext', '-i', '--ignore', '-d', '--delay', '--signal', '--config', '-L'], ['-r', '--require', '--import'])
  if (exec) return readCommand([exec, ...rest].join(' '), scripts, depth + 1)
  return rest.length > 0 ? { argv: ['node', ...rest], env: {}, before: [] } : undefined
}

/** Drops leading and inner flags up to the first word of its own; those in `valued` take the next word along, those in `kept` stay with theirs. */
function withoutFlags(words: readonly string[], valued: readonly string[], kept: readonly string[] = []): string[] {
  const out: string[] = []
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    if (kept.includes(word)) out.push(word, words[++i] ?? '')
    else if (valued.includes(word)) i++
    else if (word === '--') return [...out, ...words.slice(i + 1)]
    else if (!word.startsWith('-')) return [...out, ...words.slice(i)]
  }
  return out
}
