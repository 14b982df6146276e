import type { Covered, OperationSummary, ServiceSummary } from '@wakeline/protocol'
import type { OperationRow, PresenceRow, RedRow, ServiceRedRow } from '../plan/services.ts'
import type { Since } from '../since.ts'
import { type TimeRange, wholeMinutes } from '../time-range.ts'
import { addDurations, type Durations, durationQuantile } from './durations.ts'
import { kindOf } from './records.ts'

/** What rows of the rollups cover: the whole minutes that the range touches, up to now. */
export function coveredBy(range: TimeRange, nowMs: number): Covered {
  const { fromMs, toMs } = wholeMinutes(range)
  return { fromMs, toMs: Math.max(fromMs, Math.min(toMs, nowMs)) }
}

export function secondsOf({ fromMs, toMs }: TimeRange): number {
  return Math.max(0, toMs - fromMs) / 1000
}

export function serviceSummaries(
  red: readonly ServiceRedRow[],
  presence: readonly PresenceRow[],
  on: { times: readonly number[]; covered: Covered; since: Since; nowMs: number },
): ServiceSummary[] {
  const byService = new Map(red.map(({ service, steps }) => [service, steps]))
  const services = presence.map((row) => {
    const steps = byService.get(row.service) ?? []
    const series = redSeries(
      steps.map(([step, requests, errors, durations]) => ({ step, requests, errors, durations })),
      on.times,
    )
    const sinceMs = on.since(row.service)
    return {
      service: row.service,
      ...redTotals(series, secondsOf({ fromMs: sinceMs, toMs: on.covered.toMs })),
      sinceMs,
      logs: Number(row.logs),
      errorLogs: Number(row.error_logs),
      // Rollups know the minute alone: the last one is taken as reaching up to now.
      lastSeenMs: Math.min(Number(row.last_seen) + 60_000, on.nowMs),
      sparklines: {
        requests: series.map((step) => step.requests),
        errors: series.map((step) => step.errors),
        durationP95Nano: quantiles(series, 0.95),
      },
    }
  })
  return services.sort((a, b) => b.requests - a.requests || (a.service < b.service ? -1 : 1))
}

type RedStep = { requests: number; errors: number; durations: Durations }

export function redSeries(rows: readonly RedRow[], times: readonly number[]): RedStep[] {
  const steps = new Map<number, RedStep>(times.map((time) => [time, { requests: 0, errors: 0, durations: new Map() }]))
  for (const row of rows) {
    const step = steps.get(Number(row.step))
    if (step === undefined) throw new Error(`A row of step ${row.step} lies outside the range that was asked for`)
    step.requests += Number(row.requests)
    step.errors += Number(row.errors)
    addDurations(step.durations, row.durations)
  }
  return [...steps.values()]
}

export function quantiles(series: readonly RedStep[], quantile: number): (number | null)[] {
  return series.map((step) => durationQuantile(step.durations, quantile) ?? null)
}

export function redTotals(series: readonly RedStep[], seconds: number): Omit<OperationSummary, 'name' | 'kind'> {
  const durations: Durations = new Map()
  for (const step of series) addDurations(durations, Object.fromEntries(step.durations))
  const sum = (of: (step: RedStep) => number): number => series.reduce((total, step) => total + of(step), 0)
  return totals(
    sum((step) => step.requests),
    sum((step) => step.errors),
    durations,
    seconds,
  )
}

export function totals(
  requests: number,
  errors: number,
  durations: Durations,
  seconds: number,
): Omit<OperationSummary, 'name' | 'kind'> {
  return {
    requests,
    errors,
    requestsPerSecond: seconds > 0 ? requests / seconds : 0,
    errorRatio: requests > 0 ? errors / requests : 0,
    durationP50Nano: durationQuantile(durations, 0.5) ?? 0,
    durationP95Nano: durationQuantile(durations, 0.95) ?? 0,
    durationP99Nano: durationQuantile(durations, 0.99) ?? 0,
  }
}

export function operationSummary(row: OperationRow, seconds: number): OperationSummary {
  const durations: Durations = new Map()
  addDurations(durations, row.durations)
  return {
    name: row.name,
    kind: kindOf(row.kind),
    ...totals(Number(row.requests), Number(row.errors), durations, seconds),
  }
}
