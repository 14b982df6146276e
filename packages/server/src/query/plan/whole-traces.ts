import { type Sql, sql } from '../sql.ts'
import { inRange, minutesInRange, type TimeRange } from '../time-range.ts'
import { spanColumns } from './span-columns.ts'
import { ofTraces, type TracePlaces } from './trace-search.ts'

/** All spans of these traces, in start order. */
export function wholeTracesSql(places: TracePlaces): Sql {
  return sql`SELECT ${spanColumns}
FROM spans
WHERE ${ofTraces(places)}
ORDER BY spans.ts, span_id`
}

/** Names of what a service did, by kind. */
export function operationNamesSql(service: string, range: TimeRange): Sql {
  return sql`SELECT name, kind FROM span_red
WHERE service = ${service} AND ${minutesInRange(range)}
GROUP BY name, kind
ORDER BY name, kind`
}

/** Who called whom: what a service was asked to do, where a span of another service is the parent. */
export function serviceCallsSql(range: TimeRange): Sql {
  return sql`SELECT parents.service AS parent, children.service AS child, count() AS calls
FROM (SELECT trace_id, parent_span_id, service FROM spans WHERE ${inRange('ts', range)} AND kind IN (2, 5)) AS children
INNER JOIN (SELECT trace_id, span_id, service FROM spans WHERE ${inRange('ts', range)}) AS parents
ON children.trace_id = parents.trace_id AND children.parent_span_id = parents.span_id
WHERE parent != child
GROUP BY parent, child
ORDER BY parent, child`
}
