import type { Warning } from '../facts.ts'
import { type Opened, replaced } from '../opened.ts'
import { lineOf, type Project } from '../project.ts'
import type { Sources } from '../sources.ts'

/** How the SDK's first release is imported, and a server of its second is run: https://github.com/modelcontextprotocol/python-sdk */
const FIRST = /^(from mcp\.server\.fastmcp import (?:[\w ]+,\s*)*FastMCP\b(?:[ \t]*,[\w ,]+)?)(?:[ \t]*(?:#.*)?)$/m
const SECOND = /\brun\(\s*(transport\s*=\s*["'](?:sse|streamable-http)["'])(?![^)]*\bhost\s*=)/

/** Says of a server over its standard input that nothing in a cluster talks to it. @param framework what serves, if anything does */
export function warnOfStandardInput(sources: Sources, framework: string | undefined, warnings: Warning[]): void {
  const run = framework === undefined ? sources.match(/\b(?:mcp|server|app|\w*mcp\w*)\.run\(\s*(?:transport\s*=\s*["']stdio["']\s*)?\)/)?.evidence : undefined
  if (run) warnings.push({ message: 'the server talks over its standard input, which nothing in a cluster does: it ends at once, and is started again', file: run.file, line: run.line, hint: 'serve over HTTP: run(transport="streamable-http")' })
}

/**
 * Opens servers of the MCP SDK, which listen on loopback, take no setting out of the environment and refuse other names of the host: the build gives
 * them another default where they are imported (release 1), or names the address where they are run (release 2).
 */
export function openMcp(project: Project, files: readonly string[], opened: Opened[], warnings: Warning[]): void {
  for (const file of files) {
    const source = project.read(file) ?? ''
    if (!source.includes('mcp.server') || /\bFastMCP\([^)]*\bhost\s*=|\bsettings\.host\s*=/.test(source)) continue
    const first = FIRST.exec(source)?.[1]
    const second = first ? undefined : SECOND.exec(source)?.[1]
    const found = first ?? second
    if (!found) continue
    opened.push(replaced(file, found, first ? `${first}; FastMCP.__init__ = __import__("functools").partialmethod(FastMCP.__init__, host="0.0.0.0")` : `${found}, host="0.0.0.0"`))
    warnings.push({ message: 'the server listens on loopback only, where nothing outside of the container reaches it: the build makes it 0.0.0.0', file, line: lineOf(source, found), hint: first ? 'FastMCP(…, host="0.0.0.0")' : 'run(…, host="0.0.0.0")' })
  }
}
