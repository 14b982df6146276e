import { type Sql, sql, uint } from '../sql.ts'
import { inRange, instant, nanosecondsOf, type TimeRange } from '../time-range.ts'

export type InstancesPlan = TimeRange & {
  service: string
  /** So far before the range an instance is looked for too, to tell those that began in it. */
  beforeMs: number
  instancesMax: number
}

/** What each resource of a service was asked to do. Rollups do not tell resources apart: these are the spans, of four columns. */
export function instancesSql({ service, beforeMs, instancesMax, ...range }: InstancesPlan): Sql {
  const since = instant(nanosecondsOf(range.fromMs))
  const asked = sql`kind IN (2, 5) AND ts >= ${since}`
  return sql`SELECT toString(resource_id) AS resource, toUnixTimestamp64Milli(min(ts)) AS first, toUnixTimestamp64Milli(max(ts)) AS last,
  countIf(${asked}) AS requests, countIf(${asked} AND status = 2) AS errors,
  quantilesTDigestIf(0.5, 0.95, 0.99)(duration, ${asked}) AS durations, count() OVER () AS total
FROM spans
WHERE service = ${service} AND ${inRange('ts', { ...range, fromMs: range.fromMs - beforeMs })}
GROUP BY resource_id
HAVING max(ts) >= ${since}
ORDER BY first DESC, resource
LIMIT ${uint(instancesMax)}`
}

export type InstanceRow = {
  resource: string
  first: string
  last: string
  requests: string
  errors: string
  /** p50, p95 and p99; null where there was no request. */
  durations: (number | null)[]
  total: string
}
