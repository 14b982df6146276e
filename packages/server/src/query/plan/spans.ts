import type { Condition } from '../search/condition.ts'
import { conditionSql } from '../search/condition-sql.ts'
import { type Sql, sql, trusted, uint } from '../sql.ts'
import { inRange, type TimeRange } from '../time-range.ts'
import { spanColumns } from './span-columns.ts'
import { traceIdSet } from './trace-search.ts'

export type SpansPlan = TimeRange & {
  condition: Condition
  order: 'newest' | 'slowest'
  rows: number
  /** Sort key, trace id and span id of the last span of the page before. */
  after?: { key: bigint; id: string }
}

const keys = { newest: trusted('toUnixTimestamp64Nano(ts)'), slowest: trusted('duration') }

/** As for logs: the first pass finds where the page ends from few columns, the second reads whole rows up to there. */
export function spansSql(plan: SpansPlan): Sql {
  const key = keys[plan.order]
  const { after } = plan
  const beyond =
    after === undefined
      ? sql``
      : sql` AND (${key}, trace_id, span_id) < (${after.key}, toFixedString(unhex(${after.id.slice(0, 32)}), 16), toFixedString(unhex(${after.id.slice(32)}), 8))`
  const where = sql`${inRange('ts', plan)} AND (${conditionSql(plan.condition)})${beyond}`
  return sql`WITH (
  SELECT minOrNull(key) FROM (SELECT ${key} AS key FROM spans WHERE ${where} ORDER BY key DESC LIMIT ${uint(plan.rows)})
) AS page_end
SELECT ${spanColumns}, toString(${key}) AS sort_key
FROM spans
WHERE ${where} AND ${key} >= page_end
ORDER BY ${key} DESC, trace_id DESC, spans.span_id DESC
LIMIT ${uint(plan.rows)}`
}

/** Spans of known traces, by their own ids, newest first. */
export function chosenSpansSql(spans: readonly { traceId: string; spanId: string }[]): Sql {
  const ids = traceIdSet([...new Set(spans.map(({ traceId }) => traceId))])
  const both = spans.map(({ traceId, spanId }) => traceId + spanId)
  return sql`WITH (SELECT (min(first_ts), max(last_ts)) FROM trace_bounds WHERE trace_id IN ${ids}) AS bounds
SELECT ${spanColumns}
FROM spans
WHERE trace_id IN ${ids} AND ts >= bounds.1 AND ts <= bounds.2
  AND concat(toString(trace_id), toString(span_id)) IN (SELECT unhex(arrayJoin(${both})))
ORDER BY spans.ts DESC, trace_id DESC, spans.span_id DESC`
}
