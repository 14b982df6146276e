import { joined, type Sql, sql, trusted, uint } from '../sql.ts'
import { inRange, type TimeRange } from '../time-range.ts'
import { ofTraces, type TracePlaces, traceSettings } from './trace-search.ts'

/** `operation` '' for all that the service does. */
export type ProblemTracesPlan = TimeRange & { service: string; operation: string; traces: number }

/**
 * Traces of a service to be looked at: in turn the slowest, one that failed, and one by chance. Chance is the hash of the
 * id: the same question gives the same traces.
 */
export function problemTracesSql({ service, operation, traces, ...range }: ProblemTracesPlan): Sql {
  const ofOperation = operation === '' ? trusted('') : sql` AND name = ${operation}`
  return sql`SELECT lower(hex(trace_id)) AS trace, total
FROM (
  SELECT trace_id, failed, count() OVER () AS total,
    row_number() OVER (ORDER BY took DESC, trace_id) AS by_time,
    row_number() OVER (ORDER BY failed DESC, cityHash64(trace_id)) AS by_failed,
    row_number() OVER (ORDER BY cityHash64(trace_id)) AS by_chance
  FROM (
    SELECT trace_id, max(duration) AS took, max(status = 2) AS failed
    FROM spans
    WHERE service = ${service} AND ${inRange('ts', range)}${ofOperation}
    GROUP BY trace_id
  )
)
ORDER BY least(by_time, if(failed, by_failed, by_chance), by_chance), trace_id
LIMIT ${uint(traces)}`
}

export type ProblemTraceRow = { trace: string; total: string }

/** What the detectors read of spans (packages/analysis/src/problems), under the names of old and now. */
const read = ['http.%', 'url.%', 'db.%', 'rpc.%', 'messaging.%', 'graphql.%', 'server.%', 'net.peer.%', 'net.sock.%']

/** The spans of these traces, the first of each where there are more than `spansEach`. */
export function problemSpansSql(places: TracePlaces, spansEach: number): Sql {
  const isRead = joined(
    read.map((name) => sql`k LIKE ${name}`),
    ' OR ',
  )
  return sql`SELECT lower(hex(trace_id)) AS trace, lower(hex(span_id)) AS span, lower(hex(parent_span_id)) AS parent,
  toString(toUnixTimestamp64Nano(ts)) AS start, toString(duration) AS nanoseconds, service, name, kind, status, toString(resource_id) AS resource,
  mapKeys(mapFilter((k, v) -> ${isRead}, attributes) AS told) AS attribute_keys, mapValues(told) AS attribute_values,
  count() OVER (PARTITION BY trace_id) AS spans
FROM spans
PREWHERE ${ofTraces(places)}
ORDER BY spans.ts, span_id
LIMIT ${uint(spansEach)} BY trace_id${traceSettings(places)}`
}

export type ProblemSpanRow = {
  trace: string
  span: string
  parent: string
  start: string
  nanoseconds: string
  service: string
  name: string
  kind: number
  status: number
  resource: string
  attribute_keys: string[]
  attribute_values: string[]
  spans: string
}
