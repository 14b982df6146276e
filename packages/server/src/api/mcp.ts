import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { openAsk } from '@wakeline/protocol'
import type { Context } from 'hono'
import { openMcpServer } from '../mcp/mcp-server.ts'

export type McpAnswering = {
  version: string
  nowUnixMs: () => number
  /** Answers a request as if it came from outside, so that every check and limit holds for agents too. */
  answer: (request: Request) => Response | Promise<Response>
}

/**
 * POST /mcp: the Model Context Protocol over streamable HTTP, without sessions: every message is answered by itself, so
 * that any server of several can answer it.
 */
export async function answerMcp(context: Context, { version, nowUnixMs, answer }: McpAnswering): Promise<Response> {
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
  const ask = openAsk((path, init) =>
    Promise.resolve(answer(new Request(new URL(String(path), context.req.url), asCaller(context, init)))),
  )
  const server = openMcpServer({ ask, version, nowUnixMs })
  await server.connect(transport)
  return transport.handleRequest(context.req.raw)
}

/** What says who asks, taken over to the question. */
function asCaller(context: Context, init: RequestInit | undefined): RequestInit {
  const headers = new Headers(init?.headers)
  for (const name of ['host', 'authorization', 'cookie']) {
    const value = context.req.header(name)
    if (value !== undefined) headers.set(name, value)
  }
  return { ...init, headers }
}
