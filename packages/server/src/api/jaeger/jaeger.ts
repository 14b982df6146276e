import { type Context, Hono } from 'hono'
import { isRefused } from '../../base/refused.ts'
import type { Query } from '../../query/query.ts'
import type { WholeTraces } from '../../query/whole-traces.ts'
import { ApiFailure, respondFailure } from '../errors.ts'
import { sendJson } from '../send.ts'
import type { Turns } from '../turns.ts'
import { jaegerTraces } from './jaeger-answer.ts'
import { type JaegerSearch, paddedTraceId, readJaegerSearch } from './jaeger-input.ts'

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

/** What both versions of Jaeger's API ask. */
export type JaegerQuestions = JaegerOptions & {
  services(run: Run): Promise<string[]>
  operations(ask: { service: string; kind: string }, run: Run): Promise<{ name: string; spanKind: string }[]>
  traces(traceIds: readonly string[], run: Run): Promise<WholeTraces>
  search(search: JaegerSearch, run: Run): Promise<{ ids: readonly string[]; whole: WholeTraces }>
}

export function jaegerQuestions(options: JaegerOptions): JaegerQuestions {
  const { query, nowUnixMs } = options
  const lastWeek = () => ({ fromMs: nowUnixMs() - seenMs, toMs: nowUnixMs() })
  const foundIds = async (search: JaegerSearch, run: Run): Promise<string[]> => {
    const found = await query.traces({ ...search, order: 'newest' }, run)
    if (isRefused(found)) throw ApiFailure.ofRefused(found)
    return found.traces.map(({ traceId }) => traceId)
  }
  return {
    ...options,
    services: async (run) => (await query.services(lastWeek(), run)).services.map(({ service }) => service),
    operations: async ({ service, kind: wanted }, run) => {
      const found = await query.operationNames({ service, ...lastWeek() }, run)
      return found
        .filter(({ kind }) => wanted === '' || kind === wanted)
        .map(({ name, kind }) => ({ name, spanKind: kind }))
    },
    traces: (traceIds, run) => query.wholeTraces({ traceIds }, run),
    search: async (search, run) => {
      const ids = search.traceIds.length > 0 ? search.traceIds : await foundIds(search, run)
      return { ids, whole: await query.wholeTraces({ traceIds: ids }, run) }
    },
  }
}

export function jaegerRoutes(questions: JaegerQuestions): Hono {
  const { query, turns, nowUnixMs, report } = questions
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

  answer('/services', (_, run) => questions.services(run))
  answer('/services/:service/operations', async (context, run) => {
    const found = await questions.operations({ service: context.req.param('service') ?? '', kind: '' }, run)
    return [...new Set(found.map(({ name }) => name))]
  })
  answer('/operations', (context, run) => {
    const { service = '', spanKind: kind = '' } = context.req.query()
    return questions.operations({ service, kind }, run)
  })
  answer('/traces', async (context, run) => {
    const search = readJaegerSearch(new URL(context.req.url).searchParams, nowUnixMs())
    if ('error' in search) throw new ApiFailure('invalid_request', `Cannot search traces: ${search.error}`)
    const { ids, whole } = await questions.search(search, run)
    return jaegerTraces(ids, whole)
  })
  answer('/traces/:traceId', async (context, run) => {
    const traceId = paddedTraceId(context.req.param('traceId') ?? '')
    if (traceId === undefined)
      throw new ApiFailure('invalid_request', 'Cannot show this trace: its id is not hex digits')
    const found = jaegerTraces([traceId], await questions.traces([traceId], run))
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
  return routes
}

/** Jaeger knows services alone. */
const kindPrefix = { database: 'db:', queue: 'queue:', host: '' }

/** The envelope of every answer. */
function counted(data: readonly unknown[] | null, total: number): object {
  return { data, total, limit: 0, offset: 0, errors: null }
}
