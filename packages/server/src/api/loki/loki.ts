import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { isRefused, type Refused } from '../../base/refused.ts'
import type { Query } from '../../query/query.ts'
import { ApiFailure, failureOf, respondFailure } from '../errors.ts'
import { sendJson } from '../send.ts'
import type { Turns } from '../turns.ts'
import { lokiMatrix, lokiStreams, lokiVector } from './loki-answer.ts'
import { type LokiAsk, lokiTimeMs, readLoki } from './loki-input.ts'

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
  routes.post('*', bodyLimit({ maxSize: formMaxBytes, onError: tooLarge }))
  const answer = (path: string, ask: Endpoint) => {
    routes.on(['GET', 'POST'], path, async (context) => {
      const parameters = await readParameters(context)
      const read = readLoki(parameters, nowUnixMs())
      if ('error' in read) throw new ApiFailure('invalid_request', `Cannot answer this: ${read.error}`)
      const { signal } = context.req.raw
      return sendJson(context, await turns.take(signal, () => ask(read, { signal }, context, parameters)))
    })
  }
  const success = (data: unknown) => ({ status: 'success', data })

  answer('/query_range', async (ask, run, context) => {
    const found = known(await query.logql(ask, run))
    return success(found.is === 'streams' ? lokiStreams(found, isCategorized(context)) : lokiMatrix(found))
  })
  answer('/query', async (ask, run, _, parameters) => {
    const atMs = lokiTimeMs(parameters.get('time') ?? '') ?? nowUnixMs()
    const instant = { ...ask, fromMs: atMs, toMs: atMs, stepMs: 1 }
    const found = known(await query.logql(instant, run))
    if (found.is === 'streams') throw new ApiFailure('invalid_query', instantLogs)
    return success(lokiVector(found))
  })
  answer('/labels', async (ask, run) => success(await query.logLabels(ask, run)))
  answer('/label/:label/values', async (ask, run, context) =>
    success(await query.logLabelValues({ ...ask, label: context.req.param('label') ?? '' }, run)),
  )
  answer('/series', async (ask, run, _, parameters) => {
    const selectors = [...parameters.getAll('match[]'), ...parameters.getAll('match')]
    const streams = await Promise.all(
      (selectors.length === 0 ? ['{}'] : selectors).map(async (selector) =>
        known(await query.logStreams({ ...ask, query: selector }, run)),
      ),
    )
    const distinct = new Map(streams.flat().map(({ labels }) => [JSON.stringify(labels), labels]))
    return success([...distinct.values()])
  })
  answer('/index/stats', async (ask, run) => {
    const streams = known(await query.logStreams(ask, run))
    const total = (of: 'records' | 'bytes') => streams.reduce((sum, stream) => sum + stream[of], 0)
    // Chunks are Loki's own; the number of streams stands for them.
    return { streams: streams.length, chunks: streams.length, entries: total('records'), bytes: total('bytes') }
  })
  routes.get('/status/buildinfo', (context) => sendJson(context, { version: '3.0.0', revision: 'wakeline' }))
  return routes
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
