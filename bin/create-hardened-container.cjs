#!/usr/bin/env node
// Finds the parts of the bundle in dist/ and keeps what V8 made of them. It is written by hand because it runs before anything
// else: parts in a file of the bundle cost a third of a millisecond less than modules of node's each, and compiled code that is
// kept saves half of the time of a run (node 22 has module.enableCompileCache for this, node 20 has not).
'use strict'
const fs = require('node:fs')
const { join } = require('node:path')
const dist = join(__dirname, '..', 'dist')
const parts = {}
const made = {}
const compiled = []
let build
let memory

/** A part of the bundle or a module of node's, made when it is first asked for. */
function load(id) {
  if (made[id]) return made[id].exports
  if (!id.startsWith('./')) return memory ? memory.require(id, require) : require(id)
  if (!parts[id]) Object.assign(parts, compile(join(dist, id)))
  const module = (made[id] = { exports: {} })
  parts[id](module, module.exports, load)
  return module.exports
}

function compile(filename) {
  const { Script } = require('node:vm')
  // the build writes ASCII, which needs no decoding, and a hash of the rest into a comment at the head
  const text = fs.readFileSync(filename, 'latin1')
  const hash = text.slice(2, 34)
  const kept = keptAs(hash)
  const cachedData = kept && readKept(kept)
  const script = new Script(text, { filename, cachedData })
  if (kept && (!cachedData || script.cachedDataRejected)) compiled.push({ kept, script })
  return script.runInThisContext()
}

/** The file for compiled code, or undefined where there is no place: it is of one text, one node and one kind of processor. */
function keptAs(hash) {
  const { XDG_CACHE_HOME, HOME, LOCALAPPDATA, NODE_DISABLE_COMPILE_CACHE } = process.env
  const home = XDG_CACHE_HOME || (HOME && `${HOME}/.cache`) || LOCALAPPDATA
  if (!home || NODE_DISABLE_COMPILE_CACHE) return undefined
  return `${home}/create-hardened-container/compiled/${process.version}-${process.arch}-${hash}`
}

/** Compiled code of an earlier run. What somebody else could have written is not run: root may have another's HOME. */
function readKept(file) {
  let fd
  try {
    fd = fs.openSync(file, fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0))
    const { size, uid, mode } = fs.fstatSync(fd)
    if (process.getuid && (uid !== process.getuid() || mode & 0o022)) return undefined
    const data = Buffer.allocUnsafeSlow(size)
    return size > 0 && fs.readSync(fd, data, 0, size, 0) === size ? data : undefined
  } catch {
    return undefined
  } finally {
    if (fd !== undefined) fs.closeSync(fd)
  }
}

/** How many files of compiled code may lie there: other releases and other nodes may be in use beside this one. */
const MAX_KEPT = 40

/** Keeps what was compiled in this run, with the functions that it used. What can't be kept is compiled again next time. */
function keep() {
  if (compiled.length === 0) return
  try {
    const folder = join(compiled[0].kept, '..')
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
    const old = fs.readdirSync(folder)
    if (old.length > MAX_KEPT) for (const file of old) fs.rmSync(join(folder, file), { force: true })
    for (const { kept, script } of compiled.splice(0)) {
      fs.writeFileSync(`${kept}.${process.pid}`, script.createCachedData(), { mode: 0o600 })
      fs.renameSync(`${kept}.${process.pid}`, kept)
    }
  } catch {}
}

/** The hash of the main part, which names all others by theirs. */
function buildOf() {
  const fd = fs.openSync(join(dist, 'main.cjs'), 'r')
  const head = Buffer.alloc(34)
  fs.readSync(fd, head, 0, 34, 0)
  fs.closeSync(fd)
  return head.toString('latin1', 2)
}

/** Whether one of the folders that are named holds files of ours: only such a run may be one more of the same. */
const repeats = (argv) => ['.', ...argv].some((word) => !word.startsWith('-') && fs.existsSync(`${word}/hardened.lock`))

/** Says what the same run said the last time; returns false where that is not known. */
function again(argv) {
  const found = load('./again.cjs').memoryOf(argv, build, fs)
  const said = found?.recall()
  // from here on it hears what the run looks at and says
  if (!said) memory = found
  for (const [fd, text] of said ?? []) fs.writeFileSync(fd, text)
  return said !== undefined
}

exports.load = load
if (require.main === module) {
  const argv = process.argv.slice(2)
  build = buildOf()
  if (repeats(argv) && again(argv)) process.exit(0)
  const { main, processIo } = load('./main.cjs')
  const io = processIo(keep, build)
  if (memory) for (const [fd, stream] of [[1, io.stdout], [2, io.stderr]]) stream.write = memory.listen(fd, stream.write)
  main(argv, io).then((code) => {
    memory?.remember(code)
    // all that a run prints is written by then, and taking node apart in good order costs a millisecond
    process.exit(code)
  })
}
