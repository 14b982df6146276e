import { type Context, Hono } from 'hono'
import { isRefused } from '../../base/refused.ts'
import type { Query } from '../../query/query.ts'
import { ApiFailure, respondFailure } from '../errors.ts'
import { sendJson } from '../send.ts'
import type { Turns } from '../turns.ts'
import { jaegerTraces } from './jaeger-answer.ts'
import { paddedTraceId, readJaegerSearch } from './jaeger-input.ts'

/**
 * `/jaeger/api/*`: Jaeger's query API, as its own front end and Grafana's Jaeger data source use it. Services and
 * operations have no time range there: they are those of the last week.
 */
export type JaegerOptions = {
  query: Query
  turns: Turns
  nowUnixMs: () => number
  report: (error: unknown) => void
}

const seenMs = 7 * 86_400_000
const dependenciesUsualMs = 86_400_000

type Run = { signal: AbortSignal }

export function jaegerRoutes({ query, turns, nowUnixMs, report }: JaegerOptions): Hono {
  const routes = new Hono()
  routes.onError((error, context) =>
    respondFailure(context, error, report, ({ message }, code) => ({
      ...counted(null, 0),
      errors: [{ code, msg: message }],
    })),
  )
  const answer = (
    path: string,
    ask: (context: Context, run: Run) => Promise<readonly object[] | readonly string[]>,
  ) => {
    routes.get(path, async (context) => {
      const { signal } = context.req.raw
      const data = await turns.take(signal, () => ask(context, { signal }))
      return sendJson(context, counted(data, data.length))
    })
  }
  const lastWeek = () => ({ fromMs: nowUnixMs() - seenMs, toMs: nowUnixMs() })
  const names = async (service: string, run: Run) => query.operationNames({ service, ...lastWeek() }, run)

  answer('/services', async (_, run) => (await query.services(lastWeek(), run)).services.map(({ service }) => service))
  answer('/services/:service/operations', async (context, run) => {
    const found = await names(context.req.param('service') ?? '', run)
    return [...new Set(found.map(({ name }) => name))]
  })
  answer('/operations', async (context, run) => {
    const kind = context.req.query('spanKind') ?? ''
    const found = await names(context.req.query('service') ?? '', run)
    return found.filter((each) => kind === '' || each.kind === kind).map(({ name, kind }) => ({ name, spanKind: kind }))
  })
  answer('/traces', async (context, run) => {
    const search = readJaegerSearch(new URL(context.req.url).searchParams, nowUnixMs())
    if ('error' in search) throw new ApiFailure('invalid_request', `Cannot search traces: ${search.error}`)
    const ids = search.traceIds.length > 0 ? search.traceIds : await foundIds(search, run)
    return jaegerTraces(ids, await query.wholeTraces({ traceIds: ids }, run))
  })
  answer('/traces/:traceId', async (context, run) => {
    const traceId = paddedTraceId(context.req.param('traceId') ?? '')
    if (traceId === undefined)
      throw new ApiFailure('invalid_request', 'Cannot show this trace: its id is not hex digits')
    const found = jaegerTraces([traceId], await query.wholeTraces({ traceIds: [traceId] }, run))
    if (found.length === 0) throw new ApiFailure('not_found', 'trace not found')
    return found
  })
  answer('/dependencies', async (context, run) => {
    const toMs = Number(context.req.query('endTs') ?? nowUnixMs())
    const fromMs = toMs - Number(context.req.query('lookback') ?? dependenciesUsualMs)
    if (!(fromMs < toMs)) throw new ApiFailure('invalid_request', '"endTs" and "lookback" are milliseconds')
    const { edges } = await query.serviceEdges({ fromMs: Math.max(0, fromMs), toMs }, run)
    return edges.map(({ caller, kind, callee, requests }) => ({
      parent: caller,
      child: kind === 'service' ? callee : `${kindPrefix[kind]}${callee}`,
      callCount: requests,
    }))
  })

  async function foundIds(search: { q: string; fromMs: number; toMs: number; limit: number }, run: Run) {
    const found = await query.traces({ ...search, order: 'newest' }, run)
    if (isRefused(found)) throw ApiFailure.ofRefused(found)
    return found.traces.map(({ traceId }) => traceId)
  }
  return routes
}

/** Jaeger knows services alone. */
const kindPrefix = { database: 'db:', queue: 'queue:', host: '' }

/** The envelope of every answer. */
function counted(data: readonly unknown[] | null, total: number): object {
  return { data, total, limit: 0, offset: 0, errors: null }
}
