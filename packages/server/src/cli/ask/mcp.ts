import { once } from 'node:events'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { openMcpServer } from '../../mcp/mcp-server.ts'
import { readAsked } from './client-flags.ts'

/** `wakeline mcp`: answers an agent over stdin and stdout, by asking a running server; ends when stdin does. */
export async function runMcp(argv: readonly string[], version: string): Promise<number> {
  const asked = readAsked(argv, {}, Date.now())
  if ('error' in asked) {
    console.error(asked.error)
    return 2
  }
  const server = openMcpServer({ ask: asked.ask, version, nowUnixMs: Date.now })
  await server.connect(new StdioServerTransport())
  await once(process.stdin, 'close')
  await server.close()
  return 0
}
