import type { TraceAnswer, TracesAnswer } from '@wakeline/protocol'
import { isRefused, type Refused } from '../base/refused.ts'
import { parseCursor, printCursor } from './cursor.ts'
import { askOrigins } from './origins.ts'
import {
  type TraceSpanRow,
  type TraceSummaryRow,
  type TracesPlan,
  traceSpansSql,
  traceSummariesSql,
} from './plan/traces.ts'
import type { Running } from './run.ts'
import { readTraceSearch } from './search/read-search.ts'
import { onlyLeaf } from './search/trace-condition.ts'
import type { TimeRange } from './time-range.ts'
import { askPage } from './trace-page.ts'
import { askPlaces } from './trace-places.ts'
import { askFoundTraces } from './trace-search.ts'
import { spanRecord, traceSummaries } from './view/traces.ts'

export type TracesAsk = TimeRange & {
  q: string
  order: 'newest' | 'slowest'
  limit: number
  cursor?: string | undefined
}

export async function askTraces(ask: TracesAsk, running: Running): Promise<TracesAnswer | Refused> {
  const search = readTraceSearch(ask.q)
  if (isRefused(search)) return search
  const cursor = ask.cursor === undefined ? undefined : parseCursor(ask.cursor, /^[0-9a-f]{32}$/)
  if (cursor !== undefined && isRefused(cursor)) return cursor
  const { fromMs, toMs, order } = ask
  const after = cursor && { key: cursor.key, traceId: cursor.rest }
  const plan = { fromMs, toMs, order, traces: ask.limit + 1, ...(after && { after }) }
  const condition = onlyLeaf(search)
  if (condition !== undefined) {
    return tracesOfSpans({ ...plan, condition }, ask.limit, running)
  }
  const { found, next, isPartial } = await askFoundTraces(search, { ...plan, traces: ask.limit }, running)
  const ids = found.map(({ traceId }) => traceId)
  const rows = await askSummaries(ids, undefined, running)
  return {
    traces: traceSummaries(ids, rows, new Map(found.map(({ traceId, spanIds }) => [traceId, spanIds.size]))),
    ...(next && { nextCursor: printCursor({ key: next.key, rest: next.traceId }) }),
    ...(isPartial && { isPartial }),
    cost: running.cost(),
  }
}

/** The usual search: traces with a span of which all of it holds. */
async function tracesOfSpans(plan: TracesPlan, limit: number, running: Running): Promise<TracesAnswer> {
  const page = await askPage(plan, running)
  const shown = page.rows.slice(0, limit)
  const ids = shown.map((row) => row.trace)
  const rows = await askSummaries(ids, page.isWhole ? undefined : { ...plan, condition: page.condition }, running)
  const matched = page.isWhole ? new Map(shown.map((row) => [row.trace, Number(row.matched)])) : undefined
  const last = page.rows.length > shown.length ? shown.at(-1) : undefined
  const next = last && { nextCursor: printCursor({ key: BigInt(last.last_key), rest: last.trace }) }
  return { traces: traceSummaries(ids, rows, matched), ...next, cost: running.cost() }
}

/** What the store knows of whole traces; `matching` as in `traceSummariesSql`. */
export async function askSummaries(
  ids: readonly string[],
  matching: TracesPlan | undefined,
  running: Running,
): Promise<TraceSummaryRow[]> {
  const places = await askPlaces(ids, running)
  return places === undefined ? [] : running.rows<TraceSummaryRow>(traceSummariesSql(places, matching))
}

const spansShownMax = 20_000

export async function askTrace({ traceId }: { traceId: string }, running: Running): Promise<TraceAnswer | Refused> {
  const places = await askPlaces([traceId], running)
  if (places === undefined) {
    return { refused: 'not_found', message: `Cannot show trace ${traceId}: no span of it is stored` }
  }
  const rows = await running.rows<TraceSpanRow>(traceSpansSql(places, spansShownMax))
  const origins = await askOrigins(rows, running)
  const spansTotal = Number(rows[0]?.total ?? 0)
  return { traceId, spans: rows.map(spanRecord), spansTotal, ...origins, cost: running.cost() }
}
