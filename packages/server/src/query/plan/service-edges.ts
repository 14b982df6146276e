import { joined, type Sql, sql, trusted, uint } from '../sql.ts'
import { inRange, minuteMs, minutesInRange, type TimeRange } from '../time-range.ts'
import { minuteOfTs, spanMinutes } from './rollups.ts'

/**
 * Edges of the service map. A call is counted in the minute its callee began:
 *
 *   service     a server or consumer span whose parent is a span of another service
 *   database, queue, host    a client or producer span that no span of ours answered, by what its attributes say it called
 *
 * Parents are looked for from `parentsBeforeMs` before the minute to `skewMs` after it (clocks differ); so a minute depends on the
 * spans of these minutes, and on no others.
 */
export const parentsBeforeMs = 5 * minuteMs
export const skewMs = minuteMs

export type EdgeKind = 'service' | 'database' | 'queue' | 'host'
export type EdgeRow = {
  /** Unix seconds. */
  minute: string
  caller: string
  kind: EdgeKind
  callee: string
  requests: string
  errors: string
  durations: Record<string, string>
}

/** Each call stands for as many as one of how many traces was looked at. */
const figures = (
  oneOf: number,
): Sql => sql`count() * ${uint(oneOf)} AS requests, countIf(status = 2) * ${uint(oneOf)} AS errors,
  sumMap(map(toInt16(floor(8 * log2(greatest(duration, 1)))), toUInt64(${uint(oneOf)}))) AS durations`
const answers = trusted("kind IN (2, 5) AND parent_span_id != unhex('0000000000000000')")

/**
 * Which calls: of these whole minutes (Unix seconds), which all lie in `range`, and of one of so many traces. Ids are
 * random, so a part of them is a fair sample, and whole traces are in it or not.
 */
export type EdgesAsk = { range: TimeRange; minutes: readonly number[]; oneOf: number }

const sampled = (oneOf: number): Sql => (oneOf === 1 ? sql`true` : sql`cityHash64(trace_id) % ${uint(oneOf)} = 0`)

/** Callees are the side of the join that is kept in memory: they are fewer. */
export function answeredEdgesSql({ range, minutes, oneOf }: EdgesAsk): Sql {
  return sql`SELECT callees.minute AS minute, callers.service AS caller, 'service' AS kind, callees.service AS callee, ${figures(oneOf)}
FROM (
  SELECT trace_id, span_id, service FROM spans
  WHERE ${inRange('ts', { fromMs: range.fromMs - parentsBeforeMs, toMs: range.toMs + skewMs })} AND ${sampled(oneOf)}
) AS callers
INNER JOIN (
  SELECT trace_id, parent_span_id, service, status, duration, ${minuteOfTs} AS minute FROM spans
  WHERE ${inRange('ts', range)} AND ${answers} AND ${among(minutes)} AND ${sampled(oneOf)}
) AS callees
ON callers.trace_id = callees.trace_id AND callers.span_id = callees.parent_span_id
WHERE caller != callee
GROUP BY minute, caller, callee`
}

/** Calls that only their callers tell of. */
export function outsideEdgesSql({ range, minutes, oneOf }: EdgesAsk): Sql {
  return sql`SELECT calls.minute AS minute, calls.service AS caller, calls.callee.1 AS kind, calls.callee.2 AS callee, ${figures(oneOf)}
FROM (
  SELECT trace_id, span_id, service, status, duration, ${minuteOfTs} AS minute, ${calleeOf} AS callee FROM spans
  WHERE ${inRange('ts', range)} AND kind IN (3, 4) AND ${among(minutes)} AND ${sampled(oneOf)}
) AS calls
LEFT ANTI JOIN (
  SELECT trace_id, parent_span_id FROM spans
  WHERE ${inRange('ts', { fromMs: range.fromMs - skewMs, toMs: range.toMs + skewMs })} AND ${answers} AND ${sampled(oneOf)}
) AS answered
ON calls.trace_id = answered.trace_id AND calls.span_id = answered.parent_span_id
WHERE callee != ''
GROUP BY minute, caller, kind, callee`
}

function among(minutes: readonly number[]): Sql {
  return sql`${minuteOfTs} IN (SELECT arrayJoin(${{ type: 'Array(UInt64)', value: minutes } as const}))`
}

/** What a call says of its other side, the most telling first. */
export const calleeOf = joined(
  [
    trusted('multiIf('),
    ...(
      [
        ['db.system.name', 'database'],
        ['db.system', 'database'],
        ['messaging.system', 'queue'],
        ['peer.service', 'service'],
        ['server.address', 'host'],
        ['net.peer.name', 'host'],
      ] as const
    ).map(([key, kind]) => trusted(`attributes['${key}'] != '', ('${kind}', attributes['${key}']), `)),
    trusted("('', ''))"),
  ],
  '',
)

/** Spans by the minute, as the rollup counts them: what an edge depends on, and which minutes there are. */
export function minutesSql(range: TimeRange): Sql {
  return sql`SELECT toInt64(minute) AS at, sum(requests) AS seen
FROM ${spanMinutes(range)}
GROUP BY at
ORDER BY at`
}

/** The same of what is stored now: less, where a day's spans are past their time. */
export function spansByMinuteSql(range: TimeRange): Sql {
  return sql`SELECT ${minuteOfTs} AS at, count() AS seen
FROM spans
WHERE ${inRange('ts', range)}
GROUP BY at
ORDER BY at`
}

export function madeMinutesSql(range: TimeRange): Sql {
  return sql`SELECT toInt64(minute) AS at, max(spans) AS seen
FROM service_edges
WHERE ${minutesInRange(range)}
GROUP BY minute
ORDER BY minute`
}

/** Unix seconds, and spans; both may have 64 bits. */
export type MinuteRow = { at: string; seen: string }

/** A kept edge, added up; `of` is how many traces at most each one that was looked at stood for. */
export type KeptEdgeRow = Omit<EdgeRow, 'minute'> & { of: number }

/** From the rollup, but for minutes that were not made when they were looked for. */
export function keptEdgesSql(range: TimeRange, unmade: readonly number[]): Sql {
  return sql`SELECT caller, kind, callee, max(one_of) AS of, sum(edge_requests) AS requests, sum(edge_errors) AS errors, sumMap(edge_durations) AS durations
FROM (
  SELECT callers, kinds, callees, one_of, requests AS counts, errors AS failures, durations AS buckets FROM service_edges
  WHERE ${minutesInRange(range)} AND toUnixTimestamp(minute) NOT IN (SELECT arrayJoin(${{ type: 'Array(UInt64)', value: unmade } as const}))
  ORDER BY spans DESC
  LIMIT 1 BY minute
)
ARRAY JOIN callers AS caller, kinds AS kind, callees AS callee, counts AS edge_requests, failures AS edge_errors, buckets AS edge_durations
GROUP BY caller, kind, callee
ORDER BY requests DESC, caller, callee`
}
