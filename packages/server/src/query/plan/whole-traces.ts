import { type Sql, sql } from '../sql.ts'
import type { TimeRange } from '../time-range.ts'
import { spanMinutes } from './rollups.ts'
import { spanColumns } from './span-columns.ts'
import { ofTraces, type TracePlaces, traceSettings } from './trace-search.ts'

/** All spans of these traces, in start order. */
export function wholeTracesSql(places: TracePlaces): Sql {
  return sql`SELECT ${spanColumns}
FROM spans
PREWHERE ${ofTraces(places)}
ORDER BY spans.ts, span_id${traceSettings(places)}`
}

/** Names of what a service did, by kind. */
export function operationNamesSql(service: string, range: TimeRange): Sql {
  return sql`SELECT name, kind
FROM ${spanMinutes(range)} AND service = ${service}
GROUP BY name, kind
ORDER BY name, kind`
}
