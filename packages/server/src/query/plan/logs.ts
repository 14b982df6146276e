import type { Condition } from '../search/condition.ts'
import { conditionSql } from '../search/condition-sql.ts'
import { type Sql, sql, trusted, uint } from '../sql.ts'
import { inRange, instant, type TimeRange } from '../time-range.ts'

export type LogsPlan = TimeRange & {
  condition: Condition
  order: 'newest' | 'oldest'
  /** Only what lies beyond this time, in that order. */
  beyond?: bigint
}

/**
 * The next `rows` that match, ordered by time alone: what a line shows is then read of these only, once the times have told which they
 * are (the engine's lazy materialization). A second key for lines of one time would have it read of all that match.
 */
export function logsSql(plan: LogsPlan, rows: number): Sql {
  return sql`SELECT ${logColumns}
FROM logs
WHERE ${inRange('ts', plan)}${beyondSql(plan)} AND ${conditionGroup(plan.condition)}
ORDER BY ts ${trusted(plan.order === 'newest' ? 'DESC' : 'ASC')}
LIMIT ${uint(rows)}${withoutKey(plan) ? trusted('\nSETTINGS use_primary_key = 0') : sql``}`
}

/**
 * Lines of one time, ordered by their hash, so that pages may part between them; rows alike in all of it are
 * interchangeable.
 */
export function logsOfTimeSql(plan: LogsPlan, unixNano: bigint, { skip, rows }: { skip: number; rows: number }): Sql {
  return sql`SELECT ${logColumns}
FROM logs
WHERE ts = ${instant(unixNano)} AND ${inRange('ts', plan)} AND ${conditionGroup(plan.condition)}
ORDER BY cityHash64(service, severity, body, trace_id, span_id, resource_id, scope_id, observed_ts, attributes.keys, attributes.values)
LIMIT ${uint(rows)} OFFSET ${uint(skip)}`
}

function beyondSql({ beyond, order }: LogsPlan): Sql {
  return beyond === undefined ? sql`` : sql` AND ts ${trusted(order === 'newest' ? '<' : '>')} ${instant(beyond)}`
}

/**
 * Where the index of words tells which granules to read, and most of the days are asked for, the key can take few of them away:
 * of (service, ts) it looks at every granule, a microsecond each.
 */
function withoutKey({ fromMs, toMs, condition }: LogsPlan): boolean {
  const days = Math.ceil(toMs / dayMs) - Math.floor(fromMs / dayMs)
  return toMs - fromMs >= (days * dayMs) / 2 && wordsTell(condition)
}

const dayMs = 86_400_000

/** Whether only granules with certain words can have what matches. */
function wordsTell(condition: Condition): boolean {
  switch (condition.is) {
    case 'and':
      return condition.terms.some(wordsTell)
    case 'or':
      return condition.terms.every(wordsTell)
    case 'words':
      return condition.words.match === 'whole' && condition.words.tokens.length > 0
    default:
      return false
  }
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
