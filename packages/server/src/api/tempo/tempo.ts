import { JsonTranscoding } from '@wakeline/protocol'
import { type Context, Hono } from 'hono'
import type { Query } from '../../query/query.ts'
import { ApiFailure, respondFailure } from '../errors.ts'
import { paddedTraceId } from '../jaeger/jaeger-input.ts'
import { sendBytes, sendJson } from '../send.ts'
import type { Turns } from '../turns.ts'
import { otlpTrace } from './otlp-trace.ts'

/**
 * `/tempo/api/*`: Tempo's trace by id, for Grafana's Tempo data source. The trace is OTLP's own message, as protobuf where
 * that is accepted (tempopb.Trace has the wire form of OTLP's TracesData), else as JSON; version 2 wraps it.
 */
export type TempoOptions = { query: Query; turns: Turns; report: (error: unknown) => void }

const protobufType = 'application/protobuf'
/** `trace` in tempopb.TraceByIDResponse. */
const traceNumber = 1

export function tempoRoutes({ query, turns, report }: TempoOptions): Hono {
  const routes = new Hono()
  routes.onError((error, context) => respondFailure(context, error, report))
  routes.get('/echo', (context) => context.text('echo'))
  routes.get('/traces/:traceId', async (context) => {
    const trace = await wholeTrace(context)
    return sendTrace(context, { json: trace, protobuf: encode(trace) })
  })
  routes.get('/v2/traces/:traceId', async (context) => {
    const trace = await wholeTrace(context)
    const transcoding = new JsonTranscoding()
    const mark = transcoding.writer.begin(traceNumber)
    transcoding.message('TracesRequest', trace)
    transcoding.writer.end(mark)
    return sendTrace(context, { json: { trace }, protobuf: transcoding.writer.take() })
  })

  async function wholeTrace(context: Context) {
    const traceId = paddedTraceId(context.req.param('traceId') ?? '')
    if (traceId === undefined)
      throw new ApiFailure('invalid_request', 'Cannot show this trace: its id is not hex digits')
    const { signal } = context.req.raw
    const whole = await turns.take(signal, () => query.wholeTraces({ traceIds: [traceId] }, { signal }))
    if (whole.spans.length === 0)
      throw new ApiFailure('not_found', `Cannot show trace ${traceId}: no span of it is stored`)
    return otlpTrace(whole)
  }
  return routes
}

function encode(trace: { resourceSpans: object[] }): Uint8Array {
  const transcoding = new JsonTranscoding()
  transcoding.message('TracesRequest', trace)
  return transcoding.writer.take()
}

function sendTrace(context: Context, { json, protobuf }: { json: object; protobuf: Uint8Array }): Promise<Response> {
  const wantsProtobuf = (context.req.header('accept') ?? '').includes(protobufType)
  return wantsProtobuf ? sendBytes(context, new Uint8Array(protobuf), protobufType) : sendJson(context, json)
}
