import type { ServiceAnswer, ServicesAnswer } from '@wakeline/protocol'
import type { Refused } from '../base/refused.ts'
import {
  type OperationRow,
  operationsSql,
  type PresenceRow,
  presenceSql,
  type RedRow,
  rollupStep,
  type ServiceRedRow,
  serviceStepsSql,
  servicesSql,
} from './plan/services.ts'
import type { Running } from './run.ts'
import { askSince } from './since.ts'
import { stepTimes, type TimeRange, wholeMinutes } from './time-range.ts'
import {
  coveredBy,
  operationSummary,
  quantiles,
  redSeries,
  redTotals,
  secondsOf,
  serviceSummaries,
} from './view/services.ts'

const sparklineSteps = 60
/** Of all sparklines together: with 10,000 services each has 20, and the answer some megabytes. */
const sparklineStepsMax = 200_000
const chartSteps = 240
const operationsMax = 500

type Asking = { running: Running; nowMs: number }

export async function askServices(ask: TimeRange, { running, nowMs }: Asking): Promise<ServicesAnswer> {
  const presence = await running.rows<PresenceRow>(presenceSql(ask))
  const steps = Math.max(1, Math.min(sparklineSteps, Math.floor(sparklineStepsMax / Math.max(1, presence.length))))
  const stepMs = rollupStep(ask, steps)
  const covered = coveredBy(ask, nowMs)
  const times = stepTimes(wholeMinutes(ask), stepMs)
  const red = await running.rows<ServiceRedRow>(servicesSql(ask, stepMs))
  const since = await askSince(ask, running)
  const services = serviceSummaries(red, presence, { times, covered, since, nowMs })
  return { times, stepMs, covered, services, cost: running.cost() }
}

export async function askService(
  ask: TimeRange & { service: string },
  { running, nowMs }: Asking,
): Promise<ServiceAnswer | Refused> {
  const stepMs = rollupStep(ask, chartSteps)
  const covered = coveredBy(ask, nowMs)
  const times = stepTimes(wholeMinutes(ask), stepMs)
  const steps = await running.rows<RedRow>(serviceStepsSql(ask.service, ask, stepMs))
  const operations = await running.rows<OperationRow>(operationsSql(ask.service, ask, operationsMax))
  const sinceMs = (await askSince(ask, running, ask.service))(ask.service)
  const series = redSeries(steps, times)
  const seconds = secondsOf({ fromMs: sinceMs, toMs: covered.toMs })
  return {
    service: ask.service,
    times,
    stepMs,
    covered,
    sinceMs,
    requestsPerSecond: redTotals(series, seconds).requestsPerSecond,
    series: {
      requests: series.map((step) => step.requests),
      errors: series.map((step) => step.errors),
      durationP50Nano: quantiles(series, 0.5),
      durationP95Nano: quantiles(series, 0.95),
      durationP99Nano: quantiles(series, 0.99),
    },
    operations: operations.map((row) => operationSummary(row, seconds)),
    operationsTotal: Number(operations[0]?.total ?? 0),
    cost: running.cost(),
  }
}
