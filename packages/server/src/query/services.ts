import type { ServiceAnswer, ServicesAnswer } from '@wakeline/protocol'
import type { Refused } from '../base/refused.ts'
import type { OriginRow } from './plan/origins.ts'
import {
  type OperationRow,
  operationsSql,
  type PresenceRow,
  presenceSql,
  type RedRow,
  rollupStep,
  serviceResourcesSql,
  serviceStepsSql,
  servicesSql,
} from './plan/services.ts'
import type { Running } from './run.ts'
import { stepTimes, type TimeRange, wholeMinutes } from './time-range.ts'
import { resourceRecords } from './view/records.ts'
import {
  type Covered,
  coveredSeconds,
  operationSummary,
  quantiles,
  redSeries,
  serviceSummaries,
} from './view/services.ts'

const sparklineSteps = 60
const chartSteps = 240
const operationsMax = 500
const resourcesMax = 100

type Asking = { running: Running; nowMs: number }

export async function askServices(ask: TimeRange, { running, nowMs }: Asking): Promise<ServicesAnswer> {
  const stepMs = rollupStep(ask, sparklineSteps)
  const covered = coveredBy(ask, stepMs, nowMs)
  const red = await running.rows<RedRow>(servicesSql(ask, stepMs))
  const presence = await running.rows<PresenceRow>(presenceSql(ask))
  return { times: covered.times, stepMs, services: serviceSummaries(red, presence, covered), cost: running.cost() }
}

export async function askService(
  ask: TimeRange & { service: string },
  { running, nowMs }: Asking,
): Promise<ServiceAnswer | Refused> {
  const stepMs = rollupStep(ask, chartSteps)
  const covered = coveredBy(ask, stepMs, nowMs)
  const steps = await running.rows<RedRow>(serviceStepsSql(ask.service, ask, stepMs))
  const operations = await running.rows<OperationRow>(operationsSql(ask.service, ask, operationsMax))
  const resources = await running.rows<OriginRow>(serviceResourcesSql(ask.service, ask, resourcesMax))
  const series = redSeries(steps, covered.times)
  return {
    service: ask.service,
    times: covered.times,
    stepMs,
    series: {
      requests: series.map((step) => step.requests),
      errors: series.map((step) => step.errors),
      durationP50Nano: quantiles(series, 0.5),
      durationP95Nano: quantiles(series, 0.95),
      durationP99Nano: quantiles(series, 0.99),
    },
    operations: operations.map((row) => operationSummary(row, covered.seconds)),
    operationsTotal: Number(operations[0]?.total ?? 0),
    resources: Object.entries(resourceRecords(resources)).map(([resourceId, { attributes }]) => ({
      resourceId,
      attributes,
    })),
    cost: running.cost(),
  }
}

/** Rates are over what the rollups' rows cover: whole minutes, up to now. */
function coveredBy(range: TimeRange, stepMs: number, nowMs: number): Covered & { times: number[] } {
  const { fromMs, toMs } = wholeMinutes(range)
  return {
    times: stepTimes({ fromMs, toMs }, stepMs),
    seconds: coveredSeconds({ fromMs, toMs }, nowMs),
    nowMs,
  }
}
