import type { Condition } from '../search/condition.ts'
import { conditionSql } from '../search/condition-sql.ts'
import { ids, type Sql, sql, trusted, uint } from '../sql.ts'
import { inRange, instant, type TimeRange } from '../time-range.ts'

export type LogsPlan = TimeRange & {
  condition: Condition
  order: 'newest' | 'oldest'
  /** Rows to give back: one more than are shown, to know whether there are more. */
  rows: number
  /** Begin at this time, leaving out this many of its rows, in the order of the answer. */
  after?: { unixNano: bigint; skip: number }
}

/**
 * Where the next `rows` that match lie, from as few columns as can tell: by service and time, as the table is ordered. Whole rows are read only once these are known,
 * and only where they lie.
 */
export function logPlacesSql(plan: LogsPlan, rows: number): Sql {
  return sql`SELECT service, toString(toUnixTimestamp64Nano(ts)) AS time FROM logs
WHERE ${whereSql(plan)}
ORDER BY ts ${trusted(plan.order === 'newest' ? 'DESC' : 'ASC')} LIMIT ${uint(rows)}`
}

export type LogPlace = { service: string; time: string }

/**
 * The page whose places are known. Rows of one time are ordered by their hash, so that paging is stable; rows alike in
 * all of it are interchangeable.
 */
export function logsSql(plan: LogsPlan, places: readonly LogPlace[]): Sql {
  const direction = trusted(plan.order === 'newest' ? 'DESC' : 'ASC')
  const services = places.map(({ service }) => service)
  const times = ids(places.map(({ time }) => time))
  return sql`SELECT ${logColumns}
FROM logs
WHERE (service, ts) IN (
  SELECT tupleElement(place, 1), fromUnixTimestamp64Nano(toInt64(tupleElement(place, 2)), 'UTC')
  FROM (SELECT arrayJoin(arrayZip(${services}, ${times})) AS place)
) AND ${whereSql(plan)}
ORDER BY logs.ts ${direction}, cityHash64(service, severity, body, trace_id, span_id, resource_id, scope_id, observed_ts, attributes.keys, attributes.values)
LIMIT ${uint(plan.rows)} OFFSET ${uint(plan.after?.skip ?? 0)}`
}

function whereSql(plan: LogsPlan): Sql {
  const { after } = plan
  const beyond = trusted(plan.order === 'newest' ? '<=' : '>=')
  const start = after === undefined ? sql`` : sql` AND ts ${beyond} ${instant(after.unixNano)}`
  return sql`${inRange('ts', plan)}${start} AND ${conditionGroup(plan.condition)}`
}

function conditionGroup(condition: Condition): Sql {
  const text = conditionSql(condition)
  return condition.is === 'or' ? sql`(${text})` : text
}

/** Maps come as keys and values apart: an object would lose the order of keys that look like numbers, and repeats. */
export const logColumns = trusted(`toString(toUnixTimestamp64Nano(ts)) AS time,
  toString(toUnixTimestamp64Nano(observed_ts)) AS observed,
  service, severity, severity_text, event_name, body, body_type,
  lower(hex(trace_id)) AS trace, lower(hex(span_id)) AS span, flags,
  toString(resource_id) AS resource, toString(scope_id) AS scope,
  mapKeys(attributes) AS attribute_keys, mapValues(attributes) AS attribute_values, attribute_types, dropped_attributes`)

export type LogRow = {
  time: string
  observed: string
  service: string
  severity: number
  severity_text: string
  event_name: string
  body: string
  body_type: string
  trace: string
  span: string
  flags: number
  resource: string
  scope: string
  attribute_keys: string[]
  attribute_values: string[]
  attribute_types: string
  dropped_attributes: number
}
