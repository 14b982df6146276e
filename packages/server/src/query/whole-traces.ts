import type { SpanKind, SpanRecord } from '@wakeline/protocol'
import { askOrigins, type Origins } from './origins.ts'
import type { SpanRow } from './plan/span-columns.ts'
import { operationNamesSql, wholeTracesSql } from './plan/whole-traces.ts'
import type { Running } from './run.ts'
import type { TimeRange } from './time-range.ts'
import { askPlaces } from './trace-places.ts'
import { kindOf } from './view/records.ts'
import { spanRecord } from './view/traces.ts'

/** What other systems' front ends ask of traces beside what our pages do. */
export type WholeTraces = { spans: SpanRecord[] } & Origins

/** All spans of these traces; more than one question may give back is an error, never a silent cut. */
export async function askWholeTraces(traceIds: readonly string[], running: Running): Promise<WholeTraces> {
  const places = await askPlaces(traceIds, running)
  if (places === undefined) return { spans: [], resources: {}, scopes: {} }
  const rows = await running.rows<SpanRow>(wholeTracesSql(places))
  return { spans: rows.map(spanRecord), ...(await askOrigins(rows, running)) }
}

export type OperationName = { name: string; kind: SpanKind }

export async function askOperationNames(
  ask: TimeRange & { service: string },
  running: Running,
): Promise<OperationName[]> {
  const rows = await running.rows<{ name: string; kind: number }>(operationNamesSql(ask.service, ask))
  return rows.map(({ name, kind }) => ({ name, kind: kindOf(kind) }))
}
