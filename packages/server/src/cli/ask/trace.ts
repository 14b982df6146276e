import { askTrace, askTraces, type SpanRecord, splitPipes } from '@wakeline/protocol'
import { drawTrace } from '../../text/draw-trace.ts'
import { plainAttributes } from '../../text/print-log.ts'
import { printTraces } from '../../text/print-traces.ts'
import { runFigures } from './figures.ts'
import { type AskCommand, sayNothing } from './run-asked.ts'

/** `wakeline trace ID`: no time range is needed. */
export const traceCommand: AskCommand = {
  words: 'ID',
  sentence: 'Draws one trace as a waterfall; █ is the critical path, what the caller was waiting for.',
  flags: { limit: { value: 'N', sentence: 'Spans drawn at most. Default 500.' } },
  examples: ['wakeline trace 4bf92f3577b34da6a3ce929d0e0e4736'],
  run: async (asked, out) => {
    const [traceId, more] = asked.words
    const limit = Number(asked.own['limit'] ?? 500)
    if (traceId === undefined || more !== undefined || !(limit >= 1)) {
      out.say('Cannot draw a trace: give one trace id of 32 hex digits, and --limit as a number from 1')
      return 2
    }
    const answer = await asked.ask.json(askTrace(traceId), out.signal)
    if (asked.json) {
      for (const span of answer.spans)
        out.print(JSON.stringify(spanJson(span, answer.resources[span.resourceId]?.attributes)))
    } else out.print(drawTrace(answer, { width: out.width, paint: out.paint, rowsMax: limit }))
    return 0
  },
}

function spanJson(
  { resourceId: _, scopeId: __, ...span }: SpanRecord,
  resource: SpanRecord['attributes'] = {},
): object {
  const plain = <Item extends { attributes: SpanRecord['attributes'] }>(item: Item) => ({
    ...item,
    attributes: plainAttributes(item.attributes),
  })
  return {
    ...plain(span),
    events: span.events.map(plain),
    links: span.links.map(plain),
    resource: plainAttributes(resource),
  }
}

/** `wakeline traces [SEARCH]` */
export const tracesCommand: AskCommand = {
  words: '[SEARCH]',
  sentence: 'Lists traces with a span that matches a search, the newest first, or the figures its pipes make of spans.',
  flags: {
    limit: { value: 'N', sentence: 'Traces listed at most. Default 50.' },
    slowest: { value: '', sentence: 'The slowest first.' },
  },
  examples: [
    "wakeline traces 'duration>500ms' --slowest",
    "wakeline traces '{service:web} >> {status:error}' --last 24h",
    "wakeline traces 'kind:server | p95(duration), count by (name)'",
  ],
  run: async (asked, out) => {
    const limit = Number(asked.own['limit'] ?? 50)
    if (!Number.isSafeInteger(limit) || limit < 1) {
      out.say(`Cannot read --limit: "${asked.own['limit']}" is not a whole number from 1`)
      return 2
    }
    if (splitPipes(asked.words.join(' ')).pipes !== '') return runFigures('spans', asked, out)
    const order = asked.own['slowest'] === undefined ? 'newest' : 'slowest'
    const question = askTraces(asked.words.join(' '), asked, { limit, order })
    const { traces, nextCursor } = await asked.ask.json(question, out.signal)
    if (asked.json) for (const trace of traces) out.print(JSON.stringify(trace))
    else if (traces.length === 0) sayNothing('trace', asked, out)
    else out.print(printTraces(traces, out.width))
    if (nextCursor !== undefined) out.say('There are more; --limit says how many are listed.')
    return 0
  },
}
