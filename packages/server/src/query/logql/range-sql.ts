import type { Condition } from '../search/condition.ts'
import { conditionSql } from '../search/condition-sql.ts'
import { joined, type Sql, sql, uint } from '../sql.ts'
import { inRange, nanosecondsOf, type TimeRange } from '../time-range.ts'

export type RangeCounts = TimeRange & {
  condition: Condition
  bucketMs: number
  /** Labels that streams do not have, and the attribute keys they may come from. */
  labels: readonly { label: string; keys: readonly string[] }[]
}

/** Records and bytes of every stream by bucket; a bucket has its end, not its start: `(from + n b, from + (n + 1) b]`. */
export function rangeCountsSql({ condition, bucketMs, labels, ...range }: RangeCounts): Sql {
  const from = nanosecondsOf(range.fromMs)
  const extra = labels.map(({ keys }) => firstOf(keys))
  // A millisecond further at both ends, then exactly: ranges elsewhere have their start and not their end.
  const wide = { fromMs: range.fromMs, toMs: range.toMs + 1 }
  const since = sql`(toUnixTimestamp64Nano(ts) - ${from})`
  return sql`SELECT intDiv(${since} - 1, ${uint(bucketMs * 1e6)}) AS bucket, service, severity,
  toString(resource_id) AS resource, [${joined(extra, ', ')}]::Array(String) AS extra, count() AS records, sum(length(body)) AS bytes
FROM logs
WHERE ${inRange('ts', wide)} AND ${since} > 0 AND ${since} <= ${nanosecondsOf(range.toMs - range.fromMs)} AND (${conditionSql(condition)})
GROUP BY bucket, service, severity, resource, extra
ORDER BY bucket`
}

/** The record's own attribute, or its resource's, under the first key that has a value. */
function firstOf(keys: readonly string[]): Sql {
  const values = keys.map((key) => sql`nullIf(attributes[${key}], '')`)
  return sql`coalesce(${joined(values, ', ')}, '')`
}

export type RangeCountRow = {
  bucket: string
  service: string
  severity: number
  resource: string
  extra: string[]
  records: string
  bytes: string
}
