import { type Context, Hono } from 'hono'
import type { WholeTraces } from '../../query/whole-traces.ts'
import { ApiFailure, respondFailure } from '../errors.ts'
import { sendJson } from '../send.ts'
import { otlpTrace } from '../tempo/otlp-trace.ts'
import type { JaegerQuestions } from './jaeger.ts'
import { paddedTraceId, readJaegerSearch } from './jaeger-input.ts'

/**
 * `/jaeger/api/v3/*`: the newer version of Jaeger's API, which Grafana asks where it is told to. Traces are OTLP's own messages,
 * times in a search are RFC 3339, and the same questions are behind it.
 */
export function jaegerV3Routes(questions: JaegerQuestions): Hono {
  const routes = new Hono()
  routes.onError((error, context) =>
    respondFailure(context, error, questions.report, ({ message }, httpCode) => ({ error: { httpCode, message } })),
  )
  const answer = (path: string, ask: (context: Context, run: { signal: AbortSignal }) => Promise<object>) => {
    routes.get(path, async (context) => {
      const { signal } = context.req.raw
      return sendJson(context, await questions.turns.take(signal, () => ask(context, { signal })))
    })
  }
  answer('/services', async (_, run) => ({ services: await questions.services(run) }))
  answer('/operations', async (context, run) => {
    const { service = '', span_kind: kind = '' } = context.req.query()
    return { operations: await questions.operations({ service, kind }, run) }
  })
  answer('/traces', async (context, run) => {
    const search = readJaegerSearch(olderNames(new URL(context.req.url).searchParams), questions.nowUnixMs())
    if ('error' in search) throw new ApiFailure('invalid_request', `Cannot search traces: ${search.error}`)
    return told((await questions.search(search, run)).whole)
  })
  answer('/traces/:traceId', async (context, run) => {
    const traceId = paddedTraceId(context.req.param('traceId') ?? '')
    if (traceId === undefined)
      throw new ApiFailure('invalid_request', 'Cannot show this trace: its id is not hex digits')
    const whole = await questions.traces([traceId], run)
    if (whole.spans.length === 0) throw new ApiFailure('not_found', 'trace not found')
    return told(whole)
  })
  return routes
}

const told = (whole: WholeTraces): object => ({ result: otlpTrace(whole) })

const olderName: Readonly<Record<string, string>> = {
  'query.service_name': 'service',
  'query.operation_name': 'operation',
  'query.attributes': 'tags',
  'query.duration_min': 'minDuration',
  'query.duration_max': 'maxDuration',
  'query.num_traces': 'limit',
  'query.search_depth': 'limit',
  'query.start_time_min': 'start',
  'query.start_time_max': 'end',
}

/** A search as the older version writes it: microseconds for times. */
function olderNames(parameters: URLSearchParams): URLSearchParams {
  const older = new URLSearchParams()
  for (const [name, text] of parameters) {
    const known = olderName[name]
    if (known === undefined) continue
    // A "+" of a zone that was not encoded, as Grafana sends it, has become a space.
    const isTime = known === 'start' || known === 'end'
    older.set(known, isTime ? String(Date.parse(text.replace(' ', '+')) * 1000) : text)
  }
  return older
}
