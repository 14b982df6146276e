import type { TraceAnswer, TracesAnswer } from '@wakeline/protocol'
import { isRefused, type Refused } from '../base/refused.ts'
import { parseCursor, printCursor } from './cursor.ts'
import { askOrigins } from './origins.ts'
import {
  type SpanRow,
  type TraceBoundsRow,
  type TracePageRow,
  type TraceSummaryRow,
  type TracesPlan,
  traceBoundsSql,
  tracePageSql,
  traceSpansSql,
  traceSummariesSql,
} from './plan/traces.ts'
import type { Running } from './run.ts'
import { readsAttributes } from './search/condition.ts'
import { readSearch } from './search/read-search.ts'
import type { TimeRange } from './time-range.ts'
import { spanRecord, traceSummaries } from './view/traces.ts'

export type TracesAsk = TimeRange & {
  q: string
  order: 'newest' | 'slowest'
  limit: number
  cursor?: string | undefined
}

export async function askTraces(ask: TracesAsk, running: Running): Promise<TracesAnswer | Refused> {
  const condition = readSearch('spans', ask.q)
  if (isRefused(condition)) return condition
  const cursor = ask.cursor === undefined ? undefined : parseCursor(ask.cursor, /^[0-9a-f]{32}$/)
  if (cursor !== undefined && isRefused(cursor)) return cursor
  const { fromMs, toMs, order } = ask
  const after = cursor && { key: cursor.key, traceId: cursor.rest }
  const plan: TracesPlan = { fromMs, toMs, order, condition, traces: ask.limit + 1, ...(after && { after }) }
  const page = await askPage(plan, running)
  const shown = page.rows.slice(0, ask.limit)
  const ids = shown.map((row) => row.trace)
  const statement = traceSummariesSql(ids, page.isWhole ? undefined : plan)
  const rows = ids.length === 0 ? [] : await running.rows<TraceSummaryRow>(statement)
  const matched = page.isWhole ? new Map(shown.map((row) => [row.trace, Number(row.matched)])) : undefined
  const last = page.rows.length > shown.length ? shown.at(-1) : undefined
  const next = last && { nextCursor: printCursor({ key: BigInt(last.last_key), rest: last.trace }) }
  return { traces: traceSummaries(ids, rows, matched), ...next, cost: running.cost() }
}

/** Spans read before asking for more. Reading attributes costs so much more than sorting that it is done once. */
const spansReadMax = 1_000_000_000
const spansAtFirst = { ofColumns: 2000, ofAttributes: 250_000 }

/** Most pages are found in few spans; where traces are large, more of them are read, and at last all. */
async function askPage(plan: TracesPlan, running: Running): Promise<{ rows: TracePageRow[]; isWhole: boolean }> {
  const atFirst = readsAttributes(plan.condition) ? spansAtFirst.ofAttributes : spansAtFirst.ofColumns
  for (let spansMax = Math.max(atFirst, plan.traces * 40); ; spansMax *= 20) {
    const rows = await running.rows<TracePageRow>(tracePageSql(plan, spansMax))
    // No row may also mean that all that was read is of pages before.
    const isWhole =
      rows.length > 0 ? Number(rows[0]?.spans) < spansMax : plan.after === undefined || spansMax > spansReadMax
    if (rows.length >= plan.traces || isWhole) return { rows, isWhole }
  }
}

const spansShownMax = 20_000

export async function askTrace({ traceId }: { traceId: string }, running: Running): Promise<TraceAnswer | Refused> {
  const [bounds] = await running.rows<TraceBoundsRow>(traceBoundsSql(traceId))
  if (bounds === undefined || Number(bounds.days) === 0) {
    return { refused: 'not_found', message: `Cannot show trace ${traceId}: no span of it is stored` }
  }
  const between = { first: BigInt(bounds.first), last: BigInt(bounds.last) }
  const rows = await running.rows<SpanRow>(traceSpansSql(traceId, between, spansShownMax))
  const origins = await askOrigins(rows, running)
  const spansTotal = Number(rows[0]?.total ?? 0)
  return { traceId, spans: rows.map(spanRecord), spansTotal, ...origins, cost: running.cost() }
}
