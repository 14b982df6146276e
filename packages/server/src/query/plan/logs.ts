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
 * Two passes in one statement: the first reads times alone, to find where the page ends; the second reads whole rows,
 * but only between there and where the page begins. Rows of one time are ordered by their hash, so that paging is
 * stable; rows alike in all of it are interchangeable. Where nothing is found the end is NULL, and nothing is read again.
 */
export function logsSql(plan: LogsPlan): Sql {
  const newest = plan.order === 'newest'
  const direction = trusted(newest ? 'DESC' : 'ASC')
  const beyond = trusted(newest ? '<=' : '>=')
  const within = trusted(newest ? '>=' : '<=')
  const skip = plan.after?.skip ?? 0
  const after = plan.after === undefined ? sql`` : sql` AND ts ${beyond} ${instant(plan.after.unixNano)}`
  const where = sql`${inRange('ts', plan)}${after} AND ${conditionGroup(plan.condition)}`
  return sql`WITH (
  SELECT ${trusted(newest ? 'minOrNull' : 'maxOrNull')}(ts) FROM (
    SELECT ts FROM logs
    WHERE ${where}
    ORDER BY ts ${direction} LIMIT ${uint(skip + plan.rows)}
  )
) AS page_end
SELECT ${logColumns}
FROM logs
WHERE ${where} AND ts ${within} page_end
ORDER BY logs.ts ${direction}, cityHash64(service, severity, body, trace_id, span_id, resource_id, scope_id, observed_ts, attributes.keys, attributes.values)
LIMIT ${uint(plan.rows)} OFFSET ${uint(skip)}`
}

function conditionGroup(condition: Condition): Sql {
  const text = conditionSql(condition)
  return condition.is === 'or' ? sql`(${text})` : text
}

/** Maps come as keys and values apart: an object would lose the order of keys that look like numbers, and repeats. */
const logColumns = trusted(`toString(toUnixTimestamp64Nano(ts)) AS time,
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
