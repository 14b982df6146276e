import type { Condition } from '../search/condition.ts'
import { conditionSql } from '../search/condition-sql.ts'
import { type Sql, sql, trusted, uint } from '../sql.ts'
import { inRange, type TimeRange } from '../time-range.ts'
import { type SpanRow, spanColumns } from './span-columns.ts'
import { ofTraces, type TracePlaces, traceSettings } from './trace-search.ts'

export type TracesPlan = TimeRange & {
  condition: Condition
  /** By the start of the latest span that matches, or by the length of the longest that matches. */
  order: 'newest' | 'slowest'
  traces: number
  /** Sort key and id of the last trace of the page before. */
  after?: { key: bigint; traceId: string }
}

/**
 * Ids of matching traces in order. Reads the first `spansMax` matching spans in that order: a trace's first span among
 * them decides its place, so what comes out is right as far as it goes. Too few traces, and `spansMax` spans read: ask
 * for more. Fewer spans read than that, and `matched` is all that matched.
 */
export function tracePageSql(plan: TracesPlan, spansMax: number): Sql {
  const key = trusted(plan.order === 'newest' ? 'toUnixTimestamp64Nano(ts)' : 'duration')
  const { after } = plan
  const having =
    after === undefined
      ? sql``
      : sql`
HAVING (max(key), trace_id) < (${after.key}, toFixedString(unhex(${after.traceId}), 16))`
  return sql`SELECT lower(hex(trace_id)) AS trace, toString(max(key)) AS last_key, count() AS matched, any(spans_read) AS spans
FROM (
  SELECT trace_id, key, count() OVER () AS spans_read
  FROM (
    SELECT trace_id, ${key} AS key FROM spans
    WHERE ${inRange('ts', plan)} AND (${conditionSql(plan.condition)})
    ORDER BY ${trusted(plan.order === 'newest' ? 'ts' : 'duration')} DESC
    LIMIT ${uint(spansMax)}
  )
)
GROUP BY trace_id${having}
ORDER BY max(key) DESC, trace_id DESC
LIMIT ${uint(plan.traces)}`
}

export type TracePageRow = { trace: string; last_key: string; matched: string; spans: string }

/**
 * What the store knows of whole traces; one row for each trace and service. `matching` counts spans that match, where
 * the page could not: their condition is then evaluated a second time.
 */
export function traceSummariesSql(places: TracePlaces, matching: TracesPlan | undefined): Sql {
  return sql`SELECT lower(hex(trace_id)) AS trace, service,
  toString(toUnixTimestamp64Nano(min(ts))) AS first_start,
  toString(max(toUnixTimestamp64Nano(ts) + duration)) AS last_end,
  count() AS spans,
  countIf(status = 2) AS errors,
  ${matching === undefined ? trusted('0') : sql`countIf(${inRange('ts', matching)} AND (${conditionSql(matching.condition)}))`} AS matched,
  min(parent_span_id != unhex('0000000000000000')) AS has_no_root,
  argMin(name, (parent_span_id != unhex('0000000000000000'), ts)) AS first_name,
  toString(toUnixTimestamp64Nano(argMin(ts, (parent_span_id != unhex('0000000000000000'), ts)))) AS first_name_start
FROM spans
PREWHERE ${ofTraces(places)}
GROUP BY trace_id, service
ORDER BY spans DESC, service${traceSettings(places)}`
}

export type TraceSummaryRow = {
  trace: string
  service: string
  first_start: string
  last_end: string
  spans: string
  errors: string
  matched: string
  has_no_root: number
  first_name: string
  first_name_start: string
}

export function traceSpansSql(places: TracePlaces, spansMax: number): Sql {
  return sql`SELECT ${spanColumns}, count() OVER () AS total
FROM spans
PREWHERE ${ofTraces(places)}
ORDER BY spans.ts, span_id
LIMIT ${uint(spansMax)}${traceSettings(places)}`
}

export type TraceSpanRow = SpanRow & { total: string }
