import type { Warning } from '../facts.ts'
import { type Opened, replaced } from '../opened.ts'
import { lineOf, type Project } from '../project.ts'

/** Calls that serve on loopback where they are given no address: group 1 is the call up to where an argument can be added. */
const CALLS = /^[ \t]*(?:\w+\s*=\s*)?((?:(?:uvicorn|socketio|sio)\.run\(\s*(?:app\s*=\s*)?[\w.:"']+|(?:app|application|api|server)\.run(?:_server)?\())([^\n]*(?:\n[^\n]*){0,8}?\))/gm

/** Gives the calls by which a program serves itself an address that is reached from outside, where they name none. @param names frameworks whose objects listen on loopback */
export function openRuns(project: Project, files: readonly string[], opened: Opened[], warnings: Warning[]): void {
  for (const file of files) {
    const source = project.read(file) ?? ''
    if (!source.includes('.run')) continue
    for (const [all, call, rest] of source.matchAll(CALLS)) {
      const plain = call!.endsWith('(')
      // a first word between quotes is the address
      if (/\bhost\b|\*\*/.test(rest!) || (plain && /^\s*(?:["']|\w+\s*[,)](?!\s*=))/.test(rest!))) continue
      if (plain && !/\b(?:flask|quart|dash|sanic)\b/i.test(source)) continue
      opened.push(replaced(file, call!, plain ? `${call}host="0.0.0.0"${/^\s*\)/.test(rest!) ? '' : ', '}` : `${call}, host="0.0.0.0"`))
      warnings.push({ message: 'the program listens on loopback only, where nothing outside of the container reaches it: the build makes it 0.0.0.0', file, line: lineOf(source, all.trim()), hint: 'name the address in the source: host="0.0.0.0"' })
    }
  }
}
