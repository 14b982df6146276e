import { type Sql, sql } from '../sql.ts'
import { inRange, minutesInRange, rollupsEndMs, type TimeRange, wholeMinutes } from '../time-range.ts'

/**
 * Rows of a rollup in the minutes that a range touches: what stands behind FROM, up to further conditions with AND.
 * A range that goes on where rollups end has the rows that they would have of it, made of spans or log records; the
 * minute is Unix seconds then; `toInt64(minute)` and `toUInt64(minute)` answer these of either.
 */
export function spanMinutes(range: TimeRange): Sql {
  return rows(range, {
    rollup: sql`SELECT service, name, kind, toInt64(minute) AS minute, requests, errors, durations FROM span_red`,
    records: sql`SELECT service, name, kind, ${minuteOfTs} AS minute, toUInt64(1) AS requests, toUInt64(status = 2) AS errors,
    map(toInt16(floor(8 * log2(greatest(duration, 1)))), toUInt64(1)) AS durations FROM spans`,
    plain: sql`span_red`,
  })
}

export function logMinutes(range: TimeRange): Sql {
  return rows(range, {
    rollup: sql`SELECT service, severity, toInt64(minute) AS minute, records FROM log_volume`,
    records: sql`SELECT service, severity, ${minuteOfTs} AS minute, toUInt64(1) AS records FROM logs`,
    plain: sql`log_volume`,
  })
}

/** Of a span or log record, in Unix seconds: the engine's own `toStartOfMinute` begins again in 2106. */
export const minuteOfTs: Sql = sql`intDiv(toInt64(ts), 60) * 60`

function rows(range: TimeRange, { rollup, records, plain }: { rollup: Sql; records: Sql; plain: Sql }): Sql {
  const { fromMs, toMs } = wholeMinutes(range)
  if (toMs <= rollupsEndMs) return sql`${plain} WHERE ${minutesInRange(range)}`
  const late = sql`${records} WHERE ${inRange('ts', { fromMs: Math.max(fromMs, rollupsEndMs), toMs })}`
  const all =
    fromMs >= rollupsEndMs
      ? late
      : sql`${rollup} WHERE ${minutesInRange({ fromMs, toMs: rollupsEndMs })} UNION ALL ${late}`
  return sql`(${all}) WHERE true`
}
