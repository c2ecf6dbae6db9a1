// npm start -- [DIR] [flags]: makes the checkout ready and runs the tool. Without DIR it runs on a copy of an example.
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ready, root } from './ready.mjs'

await ready()
const argv = process.argv.slice(2)
const { parseArgv } = createRequire(import.meta.url)('../bin/create-hardened-container.cjs').load('./main.cjs')
if (wantsFolder()) {
  const copy = join(mkdtempSync(join(tmpdir(), 'create-hardened-container-')), 'node-express')
  cpSync(join(root, 'examples', 'node-express'), copy, { recursive: true })
  process.stderr.write(`no folder was named: running on a copy of examples/node-express in ${copy}\n`)
  argv.push(copy)
}

// the terminal sends its signals to the child as well; this process only waits and passes the end on
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => signal !== 'SIGINT' && child.kill(signal))
const child = spawn(process.execPath, [join(root, 'bin', 'create-hardened-container.cjs'), ...argv], { cwd: process.env.INIT_CWD ?? process.cwd(), stdio: 'inherit' })
child.on('exit', (code, signal) => (signal ? process.kill(process.pid, signal) : (process.exitCode = code)))

/** A command line that cannot be parsed goes to the tool as it is, which says what is wrong with it. */
function wantsFolder() {
  try {
    const { words, flags } = parseArgv(argv)
    return words.length === 0 && !flags.help && !flags.version
  } catch {
    return false
  }
}
