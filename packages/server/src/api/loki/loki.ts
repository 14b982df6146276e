import { type Context, Hono } from 'hono'
import { isRefused, type Refused } from '../../base/refused.ts'
import type { LogMetrics, LogStream, LogStreams } from '../../query/logql/logql.ts'
import type { Query } from '../../query/query.ts'
import { ApiFailure, failureOf, respondFailure } from '../errors.ts'
import { limitBody } from '../limit-body.ts'
import { sendJson } from '../send.ts'
import type { Turns } from '../turns.ts'
import { lokiMatrix, lokiStreams, lokiVector } from './loki-answer.ts'
import {
  attributeValues,
  type DetectedValues,
  detectedAttributes,
  detectedLabels,
  labelValues,
} from './loki-detected.ts'
import { type LokiAsk, linesOf, lokiTimeMs, readLoki, volumeQuery } from './loki-input.ts'

/**
 * `/loki/api/v1/*`: the parts of Loki's query API that Grafana's Explore uses, for GET and for POST with a form. Errors are
 * plain text, as Loki's.
 */
export type LokiOptions = {
  query: Query
  turns: Turns
  nowUnixMs: () => number
  report: (error: unknown) => void
}

type Run = { signal: AbortSignal }
type Endpoint = (ask: LokiAsk, run: Run, context: Context, parameters: URLSearchParams) => Promise<object>
type AddEndpoint = (path: string, ask: Endpoint) => void

const formMaxBytes = 1024 * 1024
const instantLogs = 'Cannot answer this: log queries have a range, ask query_range'

export function lokiRoutes({ query, turns, nowUnixMs, report }: LokiOptions): Hono {
  const routes = new Hono()
  routes.onError((error, context) => {
    const answer = respondFailure(context, error, report)
    return new Response(`${failureOf(error).message}\n`, { status: answer.status, headers: textHeaders(answer) })
  })
  const tooLarge = () => {
    throw new ApiFailure('too_large', `Cannot read this form: it has more than ${formMaxBytes} bytes`)
  }
  // Not of all methods: where there is no body, it makes a request that fails.
  routes.post('*', limitBody({ maxSize: formMaxBytes, onError: tooLarge }))
  const answer: AddEndpoint = (path, ask) => {
    routes.on(['GET', 'POST'], path, async (context) => {
      const parameters = await readParameters(context)
      const read = readLoki(parameters, nowUnixMs())
      if ('error' in read) throw new ApiFailure('invalid_request', `Cannot answer this: ${read.error}`)
      const { signal } = context.req.raw
      return sendJson(context, await turns.take(signal, () => ask(read, { signal }, context, parameters)))
    })
  }
  answer('/query_range', async (ask, run, context) => {
    const found = known(await query.logql(ask, run))
    return success(found.is === 'streams' ? lokiStreams(found, isCategorized(context)) : lokiMatrix(found))
  })
  answer('/query', async (ask, run, _, parameters) => {
    const atMs = lokiTimeMs(parameters.get('time') ?? '') ?? nowUnixMs()
    return success(lokiVector(metricOf(known(await query.logql({ ...ask, fromMs: atMs, toMs: atMs, stepMs: 1 }, run)))))
  })
  addLabels(answer, query)
  addVolumes(answer, query)
  addDetected(answer, query)
  routes.get('/status/buildinfo', (context) => sendJson(context, { version: '3.0.0', revision: 'wakeline' }))
  return routes
}

const success = (data: unknown): object => ({ status: 'success', data })
const all = '{}'

/** Streams that a selector finds; all without one. */
const streamsOf = async (query: Query, ask: LokiAsk, run: Run): Promise<LogStream[]> =>
  known(await query.logStreams({ ...ask, query: ask.query || all }, run))

/** Without a selector labels are read from what is kept of every day, else from the streams it finds. */
const isAll = ({ query }: LokiAsk): boolean => /^(\s*\{\s*\})?\s*$/.test(query)

function addLabels(answer: AddEndpoint, query: Query): void {
  answer('/labels', async (ask, run) => {
    if (isAll(ask)) return success(await query.logLabels(ask, run))
    return success([...labelValues(await streamsOf(query, ask, run)).keys()].sort())
  })
  answer('/label/:label/values', async (ask, run, context) => {
    const label = context.req.param('label') ?? ''
    if (isAll(ask)) return success(await query.logLabelValues({ ...ask, label }, run))
    return success([...(labelValues(await streamsOf(query, ask, run)).get(label) ?? [])].sort())
  })
  answer('/series', async (ask, run, _, parameters) => {
    const selectors = [...parameters.getAll('match[]'), ...parameters.getAll('match')]
    const found = await Promise.all(
      (selectors.length === 0 ? [all] : selectors).map((selector) =>
        streamsOf(query, { ...ask, query: selector }, run),
      ),
    )
    const distinct = new Map(found.flat().map(({ labels }) => [JSON.stringify(labels), labels]))
    return success([...distinct.values()])
  })
}

function addVolumes(answer: AddEndpoint, query: Query): void {
  answer('/index/stats', async (ask, run) => {
    const found = await streamsOf(query, ask, run)
    const total = (of: 'records' | 'bytes') => found.reduce((sum, stream) => sum + stream[of], 0)
    // Chunks are Loki's own; the number of streams stands for them.
    return { streams: found.length, chunks: found.length, entries: total('records'), bytes: total('bytes') }
  })
  answer('/index/volume', async (ask, run, _, parameters) => {
    const volume = volumeQuery(ask, parameters, Math.max(1, ask.toMs - ask.fromMs))
    const found = metricOf(known(await query.logql({ ...volume, fromMs: ask.toMs, stepMs: 1 }, run)))
    return success(lokiVector(found, 'greatest first'))
  })
  answer('/index/volume_range', async (ask, run, _, parameters) =>
    success(lokiMatrix(metricOf(known(await query.logql(volumeQuery(ask, parameters, ask.stepMs), run))))),
  )
}

/** What Grafana lists to choose from; plain objects, as Loki has them. */
function addDetected(answer: AddEndpoint, query: Query): void {
  const detected = async (ask: LokiAsk, run: Run, parameters: URLSearchParams): Promise<DetectedValues> => {
    const found = known(await query.logql({ ...ask, limit: linesOf(parameters), query: ask.query || all }, run))
    if (found.is !== 'streams')
      throw new ApiFailure('invalid_query', 'Cannot detect fields: the query is not one for lines')
    return attributeValues(found)
  }
  answer('/detected_labels', async (ask, run) => ({
    detectedLabels: detectedLabels(await streamsOf(query, ask, run)),
  }))
  answer('/detected_fields', async (ask, run, _, parameters) => ({
    fields: detectedAttributes(await detected(ask, run, parameters)).slice(0, ask.limit),
    limit: ask.limit,
  }))
  answer('/detected_field/:field/values', async (ask, run, context, parameters) => ({
    values: [...((await detected(ask, run, parameters)).get(context.req.param('field') ?? '') ?? [])].slice(
      0,
      ask.limit,
    ),
    limit: ask.limit,
  }))
}

function metricOf(found: LogStreams | LogMetrics): LogMetrics {
  if (found.is === 'streams') throw new ApiFailure('invalid_query', instantLogs)
  return found
}

function known<Answer extends object>(answer: Answer | Refused): Answer {
  if (isRefused(answer)) throw ApiFailure.ofRefused(answer)
  return answer
}

function isCategorized(context: Context): boolean {
  return (context.req.header('x-loki-response-encoding-flags') ?? '').includes('categorize-labels')
}

function textHeaders({ headers }: Response): Record<string, string> {
  const retry = headers.get('retry-after')
  return { 'content-type': 'text/plain; charset=utf-8', ...(retry !== null && { 'retry-after': retry }) }
}

async function readParameters(context: Context): Promise<URLSearchParams> {
  const parameters = new URL(context.req.url).searchParams
  if (context.req.method === 'POST') {
    for (const [name, value] of new URLSearchParams(await context.req.text())) parameters.append(name, value)
  }
  return parameters
}
