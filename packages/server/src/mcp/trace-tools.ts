import { askTrace, askTraces } from '@wakeline/protocol'
import { z } from 'zod'
import { drawTrace } from '../text/draw-trace.ts'
import { plain } from '../text/paint.ts'
import { printNothing } from '../text/print-nothing.ts'
import { printSpan } from '../text/print-span.ts'
import { printTraces } from '../text/print-traces.ts'
import { searchInput } from './log-tools.ts'
import type { AddTool } from './mcp-server.ts'

const drawnWidth = 140
const spansDrawnMax = 500

export function addTraceTools(add: AddTool): void {
  const traces = {
    title: 'Search traces',
    description: 'Traces with a span that matches a search: id, start, duration, spans, errors and root.',
    input: {
      search: searchInput,
      order: z.enum(['newest', 'slowest']).default('newest'),
      limit: z.number().int().min(1).max(1000).default(20),
    },
  }
  add('search_traces', traces, async ({ search, order, limit }, at, { ask, signal }) => {
    const answer = await ask.json(askTraces(search, at, { limit, order }), signal)
    if (answer.traces.length === 0) return printNothing('trace', search)
    const more = answer.nextCursor === undefined ? '' : '\n(there are more: narrow the search, or raise `limit`)'
    return printTraces(answer.traces) + more
  })

  const trace = {
    title: 'Get trace',
    description:
      'One trace as a waterfall, with what its errored spans carry. No time range is needed. █ is the critical path: what the caller was waiting for.',
    input: {
      trace_id: z.string().describe('32 hex digits.'),
      attributes: z.enum(['errored', 'all', 'none']).default('errored').describe('Spans whose attributes are given.'),
    },
  }
  add('get_trace', trace, async ({ trace_id, attributes }, _, { ask, signal }) => {
    const answer = await ask.json(askTrace(trace_id), signal)
    const told = answer.spans.filter(
      ({ status }) => attributes === 'all' || (attributes === 'errored' && status === 'error'),
    )
    const drawn = drawTrace(answer, { width: drawnWidth, paint: plain, rowsMax: spansDrawnMax })
    return [drawn, ...told.map(printSpan)].join('\n\n')
  })
}
