import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { type Ask, type Between, Failure } from '@wakeline/protocol'
import { z } from 'zod'
import { printRefused } from '../text/print-refused.ts'
import { readTimes } from '../text/read-times.ts'
import { addExplainTools } from './explain-tools.ts'
import { addLogTools } from './log-tools.ts'
import { addMetricTools } from './metric-tools.ts'
import { addServiceTools } from './service-tools.ts'
import { addTraceTools } from './trace-tools.ts'
import { addWhyTools } from './why-tools.ts'

/**
 * A server of the Model Context Protocol, by which agents ask what people ask on the pages: the same questions, through
 * the same typed client, answered as the text that `wakeline logs`, `trace` and `query` print. Every tool only reads.
 */
export type McpOptions = { ask: Ask; version: string; nowUnixMs: () => number }

const times = {
  last: z.string().optional().describe('How far back from `to`: 15m, 1h30m, 7d. Default 1h.'),
  from: z.string().optional().describe('Start instead of `last`: RFC 3339 or Unix milliseconds.'),
  to: z.string().optional().describe('End: RFC 3339 or Unix milliseconds. Default now.'),
}

/** The text among the inputs of a tool in which a fault may have its place. */
const questions = z
  .object({ search: z.string().optional(), expression: z.string().optional() })
  .transform(({ search, expression }) => search ?? expression ?? '')

export type Asking = { ask: Ask; signal: AbortSignal }

/** Adds a tool that takes these inputs beside a time range and answers with text. */
export type AddTool = <Shape extends z.ZodRawShape>(
  name: string,
  told: { title: string; description: string; input: Shape },
  answer: (input: z.output<z.ZodObject<Shape>>, at: Between, asking: Asking) => Promise<string>,
) => void

/** Characters of one answer: what an agent can still read. What is left out is said. */
const answerMaxCharacters = 100_000

export function openMcpServer({ ask, version, nowUnixMs }: McpOptions): McpServer {
  const server = new McpServer({ name: 'wakeline', version }, { instructions })
  const add: AddTool = (name, { title, description, input: shape }, answer) => {
    const input = z.object(shape)
    const inputSchema: z.ZodRawShape = { ...shape, ...times }
    server.registerTool(
      name,
      {
        title,
        description,
        inputSchema,
        annotations: { readOnlyHint: true, openWorldHint: false },
      },
      async (given, { signal }) => {
        const at = readTimes(z.object(times).parse(given), nowUnixMs(), '')
        if ('error' in at) return refused(at.error)
        try {
          return told(await answer(input.parse(given), at, { ask, signal }))
        } catch (error) {
          // What the server refused is for the agent to mend; anything else is our fault and goes up.
          if (error instanceof Failure) return refused(printRefused(error, questions.parse(given)))
          throw error
        }
      },
    )
  }
  addServiceTools(add)
  addLogTools(add)
  addTraceTools(add)
  addWhyTools(add)
  addMetricTools(add)
  addExplainTools(add)
  return server
}

const instructions =
  'Observability data of running services: logs, traces and metrics. Start with list_services to see what is there and what is failing, ' +
  'then search_traces or search_logs for the service, get_trace for one request, why_slow for what is slower than before, count_records to count and measure them, query_metrics for PromQL; explain says what a search would read. Times default to the last hour.'

type Told = { content: { type: 'text'; text: string }[]; isError?: true }

function told(text: string): Told {
  const rest = text.length - answerMaxCharacters
  const shown = rest <= 0 ? text : `${text.slice(0, answerMaxCharacters)}\n… ${rest} more characters: ask for less.`
  return { content: [{ type: 'text', text: shown }] }
}

function refused(sentence: string): Told {
  return { ...told(sentence), isError: true }
}
