import { ids, type Sql, sql, uint } from '../sql.ts'
import { inRange, type TimeRange } from '../time-range.ts'
import { calleeOf } from './service-edges.ts'
import { toldError } from './service-errors.ts'
import { ofTraces, type TracePlaces, traceSettings } from './trace-search.ts'

/** Requests to a service, or to one operation of it: what it was asked from outside of it, and what it began itself. */
export type EntriesPlan = { service: string; operation: string; range: TimeRange; windows: number }

/** How many there are in each of so many equal windows. */
export function entryCountsSql(plan: EntriesPlan): Sql {
  return sql`SELECT ${windowOf(plan)} AS at, count() AS requests
FROM spans
WHERE ${isEntry(plan)}
GROUP BY at`
}

export type EntryCountRow = { at: string; requests: string }

/**
 * A fair sample of each window: those whose traces' ids have the smallest hashes. `every`: of each window one of so many is
 * looked at in the first place, so that there are never millions to sort.
 */
export function entriesSql(plan: EntriesPlan, every: readonly number[], perWindow: number): Sql {
  return sql`SELECT lower(hex(trace_id)) AS trace, lower(hex(span_id)) AS span, ${windowOf(plan)} AS at
FROM spans
WHERE ${isEntry(plan)} AND cityHash64(trace_id) % ${ids(every.map(String))}[${windowOf(plan)} + 1] = 0
ORDER BY cityHash64(trace_id), span_id
LIMIT ${uint(perWindow)} BY at`
}

export type EntryRow = { trace: string; span: string; at: string }

function windowOf({ range, windows }: EntriesPlan): Sql {
  const windowMs = Math.max(1, Math.ceil((range.toMs - range.fromMs) / windows))
  return sql`intDiv(toUnixTimestamp64Milli(ts) - ${uint(Math.round(range.fromMs))}, ${uint(windowMs)})`
}

function isEntry({ service, operation, range }: EntriesPlan): Sql {
  const only = operation === '' ? sql`` : sql` AND name = ${operation}`
  return sql`service = ${service} AND ${inRange('ts', range)} AND (kind IN (2, 5) OR parent_span_id = unhex('0000000000000000'))${only}`
}

/** How many spans each trace has. */
export function traceSizesSql(places: TracePlaces): Sql {
  return sql`SELECT lower(hex(trace_id)) AS trace, count() AS spans
FROM spans
PREWHERE ${ofTraces(places)}
GROUP BY trace_id${traceSettings(places)}`
}

export type TraceSizeRow = { trace: string; spans: string }

/** What the ranking needs of every span of these traces. */
export function componentSpansSql(places: TracePlaces): Sql {
  return sql`SELECT lower(hex(trace_id)) AS trace, lower(hex(span_id)) AS span, lower(hex(parent_span_id)) AS parent, service, name, kind, status,
  toString(toUnixTimestamp64Nano(ts)) AS start, toString(duration) AS nanoseconds, peer, type, alike
FROM (
  SELECT ts, trace_id, span_id, parent_span_id, service, name, kind, status, duration, if(kind IN (3, 4), ${calleeOf}.2, '') AS peer, ${toldError()}
  FROM spans
  PREWHERE ${ofTraces(places)}
)${traceSettings(places)}`
}

export type ComponentSpanRow = {
  trace: string
  span: string
  parent: string
  service: string
  name: string
  kind: number
  status: number
  start: string
  nanoseconds: string
  peer: string
  type: string
  alike: string
}
