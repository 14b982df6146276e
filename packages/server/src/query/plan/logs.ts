import type { Condition } from '../search/condition.ts'
import { conditionSql } from '../search/condition-sql.ts'
import { type Sql, sql, trusted, uint } from '../sql.ts'
import { inRange, instant, type TimeRange } from '../time-range.ts'

export type LogsPlan = TimeRange & {
  condition: Condition
  order: 'newest' | 'oldest'
  /** Where the range begins and ends, if not with whole milliseconds. */
  ends?: Ends
  /** Only what lies beyond this time, in that order. */
  beyond?: bigint
  /** The engine refuses where its indexes leave more rows than this to be read. */
  readMax?: number
}

/** To the nanosecond, the end not included. */
export type Ends = { fromNano: bigint; toNano: bigint }

/**
 * The next `rows` that match, ordered by time alone: what a line shows is then read of these only, once the times have told which they
 * are (the engine's lazy materialization). A second key for lines of one time would have it read of all that match.
 */
export function logsSql(plan: LogsPlan, rows: number): Sql {
  return sql`SELECT ${logColumns}
FROM logs
WHERE ${inRange('ts', plan)}${endsSql(plan)}${beyondSql(plan)} AND ${conditionGroup(plan.condition)}
ORDER BY ts ${trusted(plan.order === 'newest' ? 'DESC' : 'ASC')}
LIMIT ${uint(rows)}${settingsSql(plan)}`
}

function settingsSql(plan: LogsPlan): Sql {
  const settings = [
    ...(withoutKey(plan) ? ['use_primary_key = 0'] : []),
    // Index by index, part by part: too many are known before all of them are looked at.
    ...(plan.readMax === undefined ? [] : [`max_rows_to_read = ${plan.readMax}`, 'max_threads_for_indexes = 1']),
  ]
  return trusted(settings.length === 0 ? '' : `\nSETTINGS ${settings.join(', ')}`)
}

/**
 * Lines of one time, ordered by their hash, so that pages may part between them; rows alike in all of it are
 * interchangeable.
 */
export function logsOfTimeSql(plan: LogsPlan, unixNano: bigint, { skip, rows }: { skip: number; rows: number }): Sql {
  return sql`SELECT ${logColumns}
FROM logs
WHERE ts = ${instant(unixNano)} AND ${inRange('ts', plan)}${endsSql(plan)} AND ${conditionGroup(plan.condition)}
ORDER BY cityHash64(service, severity, body, trace_id, span_id, resource_id, scope_id, observed_ts, attributes.keys, attributes.values)
LIMIT ${uint(rows)} OFFSET ${uint(skip)}`
}

function endsSql({ ends }: LogsPlan): Sql {
  return ends === undefined ? sql`` : sql` AND ts >= ${instant(ends.fromNano)} AND ts < ${instant(ends.toNano)}`
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
const wordsTell = (condition: Condition): boolean =>
  holdsIn(condition, (term) => term.is === 'words' && term.words.match === 'whole' && term.words.tokens.length > 0)

/** Whether an index of single lines tells where what matches lies. */
export const indexTells = (condition: Condition): boolean =>
  wordsTell(condition) || holdsIn(condition, (term) => term.is === 'id' && term.column === 'trace_id')

/** Whether all that matches is of such a kind. */
function holdsIn(condition: Condition, isSuch: (term: Condition) => boolean): boolean {
  if (condition.is === 'and') return condition.terms.some((term) => holdsIn(term, isSuch))
  if (condition.is === 'or') return condition.terms.every((term) => holdsIn(term, isSuch))
  return isSuch(condition)
}

function conditionGroup(condition: Condition): Sql {
  const text = conditionSql(condition)
  return condition.is === 'or' ? sql`(${text})` : text
}

/** As they are stored: `logRows` reads them out of blocks. */
export const logColumns =
  trusted(`ts, observed_ts, service, severity, severity_text, event_name, body, body_type, trace_id, span_id, flags,
  resource_id, scope_id, attributes, attribute_types, dropped_attributes`)

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
