import { type Sql, sql, uint } from '../sql.ts'
import { inRange, minuteMs, type TimeRange } from '../time-range.ts'

/** One minute of one signal of one instance. Numbers are as text. */
export type ReceiptRow = {
  instance: string
  signal: 'traces' | 'logs' | 'metrics'
  minute: number
  /** Records that came, and the range their numbers lie in. */
  records: string
  lowest: string
  highest: string
  stored: string
  rejected: string
  shed: string
  /** `full=3,refused=10` of the newest batch. */
  dropped: string
}

/** What was known of an instance before the range began; the same columns for one "minute". */
const before = (range: TimeRange, keepMs: number): TimeRange => ({ fromMs: range.fromMs - keepMs, toMs: range.fromMs })

export function receiptsSql(range: TimeRange, rowsMax: number): Sql {
  return sql`SELECT instance, signal, toUnixTimestamp(toStartOfMinute(ts, 'UTC')) AS minute,
  sum(r.records) AS records, min(r.first) AS lowest, max(r.first + r.records - 1) AS highest,
  sum(r.stored) AS stored, sum(r.rejected) AS rejected, sum(r.shed) AS shed, argMax(r.dropped, r.first) AS dropped
FROM receipts AS r
WHERE ${inRange('ts', range)}
GROUP BY instance, signal, minute
ORDER BY instance, signal, minute
LIMIT ${uint(rowsMax)}`
}

/** What service each of these instances is of, as its resource says. */
export function instanceServicesSql(instances: readonly string[]): Sql {
  return sql`SELECT attributes['service.instance.id'] AS instance, any(service) AS name
FROM resources
WHERE instance IN (SELECT arrayJoin(${instances}))
GROUP BY instance`
}

export type InstanceServiceRow = { instance: string; name: string }

const baselineMs = 24 * 60 * minuteMs

export type BaselineRow = { instance: string; signal: string; highest: string; dropped: string }

/** Where the counts of those instances stood a day before the range at most. */
export function baselineSql(range: TimeRange, rowsMax: number): Sql {
  return sql`SELECT instance, signal, max(r.first + r.records - 1) AS highest, argMax(r.dropped, r.first) AS dropped
FROM receipts AS r
WHERE ${inRange('ts', before(range, baselineMs))}
GROUP BY instance, signal
LIMIT ${uint(rowsMax)}`
}
