import type { Condition } from '../search/condition.ts'
import { conditionSql } from '../search/condition-sql.ts'
import { type Sql, sql, uint } from '../sql.ts'
import { inRange, minuteMs, minutesInRange, rollupsEndMs, type TimeRange } from '../time-range.ts'

/**
 * Counts by step and severity. Where only service and severity are asked for and steps are whole minutes, the rollup
 * answers for the whole minutes inside the range, and the rows themselves for the rest of a minute at either end.
 */
export function logHistogramSql(condition: Condition, range: TimeRange, stepMs: number): Sql {
  const inside = {
    fromMs: Math.ceil(range.fromMs / minuteMs) * minuteMs,
    toMs: Math.floor(range.toMs / minuteMs) * minuteMs,
  }
  const isBeyond = inside.toMs > rollupsEndMs
  if (stepMs % minuteMs !== 0 || isBeyond || !rollupKnows(condition) || inside.toMs <= inside.fromMs) {
    return sql`${countRows(condition, range, stepMs)}
ORDER BY step, severity`
  }
  const edges = [
    { fromMs: range.fromMs, toMs: inside.fromMs },
    { fromMs: inside.toMs, toMs: range.toMs },
  ]
  const [before, after] = edges.map((edge) => countRows(condition, edge, stepMs))
  const seconds = uint(stepMs / 1000)
  return sql`SELECT step, severity, sum(records) AS records
FROM (
  SELECT intDiv(toUInt64(toUnixTimestamp(minute)), ${seconds}) * ${seconds} * 1000 AS step, severity, sum(records) AS records
  FROM log_volume
  WHERE ${minutesInRange(inside)} AND (${conditionSql(condition)})
  GROUP BY step, severity
  UNION ALL
  ${before ?? sql``}
  UNION ALL
  ${after ?? sql``}
)
GROUP BY step, severity
ORDER BY step, severity`
}

function countRows(condition: Condition, range: TimeRange, stepMs: number): Sql {
  const step = uint(stepMs)
  return sql`SELECT intDiv(toUInt64(toUnixTimestamp64Milli(ts)), ${step}) * ${step} AS step, severity, count() AS records
  FROM logs
  WHERE ${inRange('ts', range)} AND (${conditionSql(condition)})
  GROUP BY step, severity`
}

function rollupKnows(condition: Condition): boolean {
  switch (condition.is) {
    case 'always':
      return true
    case 'and':
    case 'or':
      return condition.terms.every(rollupKnows)
    case 'not':
      return rollupKnows(condition.term)
    case 'text':
    case 'number':
      return condition.source.of === 'column' && ['service', 'severity'].includes(condition.source.column)
    default:
      return false
  }
}

export type LogCountRow = { step: string; severity: number; records: string }
