import { type Sql, sql, uint } from '../sql.ts'
import { minuteMs, readableStep, type TimeRange, wholeMinutes } from '../time-range.ts'
import { logMinutes, spanMinutes } from './rollups.ts'

/** Steps of whole minutes, because the rollups count by minute. */
export function rollupStep(range: TimeRange, stepsMax: number): number {
  const { fromMs, toMs } = wholeMinutes(range)
  return Math.max(minuteMs, readableStep((toMs - fromMs) / stepsMax))
}

/** What each service was asked to do: server and consumer spans, by step. A row a service: there may be thousands. */
export function servicesSql(range: TimeRange, stepMs: number): Sql {
  return sql`SELECT service, groupArray((step, requests, errors, durations)) AS steps
FROM (
  SELECT service, ${stepStart(stepMs)} AS step,
    sum(requests) AS requests, sum(errors) AS errors, sumMap(durations) AS durations
  FROM ${spanMinutes(range)} AND kind IN (2, 5)
  GROUP BY service, step
)
GROUP BY service`
}

/** Every service that sent anything, those too that only log or only call others. */
export function presenceSql(range: TimeRange): Sql {
  return sql`SELECT service, sum(logs) AS logs, sum(error_logs) AS error_logs, toUInt64(max(last)) * 1000 AS last_seen
FROM (
  SELECT service, sum(records) AS logs, sumIf(records, severity >= 17) AS error_logs, max(toInt64(minute)) AS last
  FROM ${logMinutes(range)} GROUP BY service
  UNION ALL
  SELECT service, 0 AS logs, 0 AS error_logs, max(toInt64(minute)) AS last
  FROM ${spanMinutes(range)} GROUP BY service
)
GROUP BY service`
}

/** The first minute in which a span of each service began, or of one. */
export function firstMinutesSql(range: TimeRange, service?: string): Sql {
  const only = service === undefined ? sql`` : sql` AND service = ${service}`
  return sql`SELECT service, toUInt64(min(toInt64(minute))) * 1000 AS first
FROM ${spanMinutes(range)}${only}
GROUP BY service`
}

export function serviceStepsSql(service: string, range: TimeRange, stepMs: number): Sql {
  return sql`SELECT ${stepStart(stepMs)} AS step,
  sum(requests) AS requests, sum(errors) AS errors, sumMap(durations) AS durations
FROM ${spanMinutes(range)} AND service = ${service} AND kind IN (2, 5)
GROUP BY step
ORDER BY step`
}

export function operationsSql(service: string, range: TimeRange, operationsMax: number): Sql {
  return sql`SELECT name, kind, sum(requests) AS requests, sum(errors) AS errors, sumMap(durations) AS durations, count() OVER () AS total
FROM ${spanMinutes(range)} AND service = ${service}
GROUP BY name, kind
ORDER BY requests DESC, name, kind
LIMIT ${uint(operationsMax)}`
}

function stepStart(stepMs: number): Sql {
  const seconds = uint(stepMs / 1000)
  return sql`intDiv(toUInt64(minute), ${seconds}) * ${seconds} * 1000`
}

export type RedRow = { step: string; requests: string; errors: string; durations: Record<string, string> }
export type ServiceRedRow = {
  service: string
  steps: [step: string, requests: string, errors: string, durations: Record<string, string>][]
}
export type FirstMinuteRow = { service: string; first: string }
export type PresenceRow = { service: string; logs: string; error_logs: string; last_seen: string }
export type OperationRow = {
  name: string
  kind: number
  requests: string
  errors: string
  durations: Record<string, string>
  total: string
}
