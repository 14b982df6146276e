import type { Condition } from '../search/condition.ts'
import { conditionSql } from '../search/condition-sql.ts'
import { type Sql, sql, trusted, uint } from '../sql.ts'
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
 * Where a page ends, from times alone: the last of the next `rows` that match, and how many there are. Whole rows are read
 * only once this is known, and only up to there.
 */
export function logsEndSql(plan: LogsPlan, rows: number): Sql {
  const newest = plan.order === 'newest'
  return sql`SELECT toString(toUnixTimestamp64Nano(${trusted(newest ? 'min' : 'max')}(ts))) AS page_end, count() AS found FROM (
  SELECT ts FROM logs
  WHERE ${whereSql(plan)}
  ORDER BY ts ${trusted(newest ? 'DESC' : 'ASC')} LIMIT ${uint(rows)}
)`
}

export type LogsEndRow = { page_end: string; found: string }

/**
 * The page up to its end. Rows of one time are ordered by their hash, so that paging is stable; rows alike in all of it
 * are interchangeable.
 */
export function logsSql(plan: LogsPlan, pageEnd: bigint): Sql {
  const newest = plan.order === 'newest'
  return sql`SELECT ${logColumns}
FROM logs
WHERE ${whereSql(plan)} AND ts ${trusted(newest ? '>=' : '<=')} ${instant(pageEnd)}
ORDER BY logs.ts ${trusted(newest ? 'DESC' : 'ASC')}, cityHash64(service, severity, body, trace_id, span_id, resource_id, scope_id, observed_ts, attributes.keys, attributes.values)
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
