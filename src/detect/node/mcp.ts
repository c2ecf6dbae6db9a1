import type { Warning } from '../facts.ts'
import type { Sources } from '../sources.ts'
import type { Manifest } from './manifest.ts'

const SDK = ['@modelcontextprotocol/sdk', '@modelcontextprotocol/server', 'fastmcp']
/** The SDK's application answers to localhost only unless it is told its names, https://github.com/modelcontextprotocol/typescript-sdk */
const GUARDED = /\bcreateMcpExpressApp\(\s*(?:\)|\{(?![^}]*(?:allowedHosts|0\.0\.0\.0))[^}]*\}\s*\))/

/** Warns of a server of the Model Context Protocol that cannot be called where it runs alone: over standard input, or by no name but localhost. */
export function warnOfMcp({ production }: Manifest, sources: Sources, serves: boolean, warnings: Warning[]): void {
  const name = SDK.find((d) => production[d] !== undefined)
  if (!name) return
  const stdio = serves ? undefined : sources.match(/\bStdioServerTransport\(/)
  const guarded = sources.match(GUARDED)
  if (stdio) warnings.push({ message: 'it speaks MCP over standard input, so that it ends at once where nobody has that open, as in a cluster', file: stdio.evidence.file, line: stdio.evidence.line, hint: 'start it with docker run -i, or serve it over HTTP: StreamableHTTPServerTransport' })
  if (guarded) warnings.push({ message: 'createMcpExpressApp() refuses requests for any other name than localhost', file: guarded.evidence.file, line: guarded.evidence.line, hint: "tell it its names: createMcpExpressApp({ host: '0.0.0.0', allowedHosts: [...] })" })
}
