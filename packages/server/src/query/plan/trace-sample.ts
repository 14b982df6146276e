import type { Condition } from '../search/condition.ts'
import { conditionSql } from '../search/condition-sql.ts'
import { type Sql, sql, uint } from '../sql.ts'
import { inRange, type TimeRange } from '../time-range.ts'

/**
 * So many of the traces that match, each as likely as any other: those whose ids have the smallest hashes. The same
 * question gives the same sample.
 */
export function traceSampleSql(condition: Condition, range: TimeRange, traces: number): Sql {
  return sql`SELECT lower(hex(trace_id)) AS trace, matched, count() OVER () AS total
FROM (
  SELECT trace_id, count() AS matched FROM spans
  WHERE ${inRange('ts', range)} AND (${conditionSql(condition)})
  GROUP BY trace_id
)
ORDER BY cityHash64(trace_id)
LIMIT ${uint(traces)}`
}

export type TraceSampleRow = { trace: string; matched: string; total: string }
