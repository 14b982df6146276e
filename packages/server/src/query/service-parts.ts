import type { InstancesAnswer, ResourceRecord, ServiceErrorsAnswer } from '@wakeline/protocol'
import { askResources } from './origins.ts'
import { type InstanceRow, instancesSql } from './plan/instances.ts'
import { type FailedSpanRow, failedSpansSql, type ServiceErrorRow, serviceErrorsSql } from './plan/service-errors.ts'
import type { Running } from './run.ts'
import type { TimeRange } from './time-range.ts'
import { askPlaces } from './trace-places.ts'
import { errorOrigins } from './view/error-origins.ts'

type ServiceAsk = TimeRange & { service: string }

const instancesMax = 200
const errorsMax = 50

/** Where a service ran, and how each of its instances did: whether one is bad, and which came with a deploy. */
export async function askInstances(ask: ServiceAsk, running: Running): Promise<InstancesAnswer> {
  const beforeMs = (ask.toMs - ask.fromMs) / 4
  const rows = await running.rows<InstanceRow>(instancesSql({ ...ask, beforeMs, instancesMax }))
  const resources = await askResources(
    rows.map(({ resource }) => resource),
    running,
  )
  return {
    instances: rows.map((row) => ({
      resourceId: row.resource,
      attributes: resources[row.resource]?.attributes ?? {},
      firstSeenMs: Number(row.first),
      lastSeenMs: Number(row.last),
      requests: Number(row.requests),
      errors: Number(row.errors),
      errorRatio: Number(row.errors) / Math.max(1, Number(row.requests)),
      durationP50Nano: row.durations[0] ?? 0,
      durationP95Nano: row.durations[1] ?? 0,
      durationP99Nano: row.durations[2] ?? 0,
    })),
    instancesTotal: Number(rows[0]?.total ?? 0),
    cost: running.cost(),
  }
}

/** What fails in a service, the most frequent first, each with a span to look at and where it began. */
export async function askServiceErrors(ask: ServiceAsk, running: Running): Promise<ServiceErrorsAnswer> {
  const rows = await running.rows<ServiceErrorRow>(serviceErrorsSql({ ...ask, errorsMax }))
  const resources = await askResources(
    rows.flatMap((row) => row.resources),
    running,
  )
  const origins = errorOrigins(ask.service, rows, await askFailed(rows, running))
  return {
    errors: rows.map((row, place) => ({
      operation: row.name,
      type: row.type,
      message: row.said,
      spans: Number(row.spans),
      firstSeenMs: Number(row.first),
      lastSeenMs: Number(row.last),
      versions: versionsOf(row.resources, resources),
      traceId: row.trace,
      spanId: row.span,
      ...(origins[place] ?? { followed: 0 }),
    })),
    errorsTotal: Number(rows[0]?.total ?? 0),
    cost: running.cost(),
  }
}

async function askFailed(rows: readonly ServiceErrorRow[], running: Running): Promise<FailedSpanRow[]> {
  const traces = new Set(rows.flatMap(({ followed }) => followed.map(([trace]) => trace)))
  const places = await askPlaces([...traces], running)
  return places === undefined ? [] : running.rows<FailedSpanRow>(failedSpansSql(places))
}

export function versionsOf(ids: readonly string[], resources: Readonly<Record<string, ResourceRecord>>): string[] {
  const versions = ids.map((id) => resources[id]?.attributes['service.version'])
  return [...new Set(versions.filter((version) => typeof version === 'string'))].sort()
}
