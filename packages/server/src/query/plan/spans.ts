import type { Condition } from '../search/condition.ts'
import { conditionSql } from '../search/condition-sql.ts'
import { type Sql, sql, trusted, uint } from '../sql.ts'
import { inRange, instant, type TimeRange } from '../time-range.ts'
import { spanColumns } from './span-columns.ts'
import { ofTraces, type TracePlaces, traceSettings } from './trace-search.ts'

export type SpansPlan = TimeRange & {
  condition: Condition
  order: 'newest' | 'slowest'
  rows: number
  /** Sort key, trace id and span id of the last span of the page before, which comes again: another may share all three. */
  after?: { key: bigint; id: string }
}

const keys = { newest: trusted('toUnixTimestamp64Nano(ts)'), slowest: trusted('duration') }

/** As for logs: where the page ends, from few columns. NULL where nothing is found. */
export function spansEndSql(plan: SpansPlan): Sql {
  return sql`SELECT toString(minOrNull(key)) AS page_end FROM (
  SELECT ${keys[plan.order]} AS key FROM spans WHERE ${whereSql(plan)} ORDER BY key DESC LIMIT ${uint(plan.rows)}
)`
}

/** Whole rows up to there. */
export function spansSql(plan: SpansPlan, pageEnd: bigint): Sql {
  const key = keys[plan.order]
  return sql`SELECT ${spanColumns}, toString(${key}) AS sort_key
FROM spans
WHERE ${whereSql(plan)} AND ${plan.order === 'newest' ? sql`ts >= ${instant(pageEnd)}` : sql`duration >= ${pageEnd}`}
ORDER BY ${key} DESC, trace_id DESC, spans.span_id DESC, kind, service, name, duration
LIMIT ${uint(plan.rows)}`
}

function whereSql(plan: SpansPlan): Sql {
  const { after } = plan
  const beyond =
    after === undefined
      ? sql``
      : sql` AND (${keys[plan.order]}, trace_id, span_id) <= (${after.key}, toFixedString(unhex(${after.id.slice(0, 32)}), 16), toFixedString(unhex(${after.id.slice(32)}), 8))`
  return sql`${inRange('ts', plan)} AND (${conditionSql(plan.condition)})${beyond}`
}

/** Spans of known traces, by their own ids, newest first. */
export function chosenSpansSql(spans: readonly { traceId: string; spanId: string }[], places: TracePlaces): Sql {
  const both = spans.map(({ traceId, spanId }) => traceId + spanId)
  return sql`SELECT ${spanColumns}
FROM spans
PREWHERE ${ofTraces(places)}
WHERE concat(toString(trace_id), toString(span_id)) IN (SELECT unhex(arrayJoin(${both})))
ORDER BY spans.ts DESC, trace_id DESC, spans.span_id DESC${traceSettings(places)}`
}
