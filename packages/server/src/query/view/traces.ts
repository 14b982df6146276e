import { groupedBy } from '@wakeline/analysis'
import type { SpanRecord, TraceSummary } from '@wakeline/protocol'
import type { SpanRow } from '../plan/span-columns.ts'
import type { TraceSummaryRow } from '../plan/traces.ts'
import { attributesOf } from './attributes.ts'
import { idOf, kindOf, statusOf } from './records.ts'

/** Rows of one trace and service each, to traces in the order of `traceIds`; `matched` counts better than the rows. */
export function traceSummaries(
  traceIds: readonly string[],
  rows: readonly TraceSummaryRow[],
  matched: ReadonlyMap<string, number> | undefined,
): TraceSummary[] {
  const byTrace = groupedBy(rows, ({ trace }) => trace)
  return traceIds.flatMap((id) => {
    const ofTrace = byTrace.get(id)
    if (ofTrace === undefined) return []
    const summary = traceSummary(id, ofTrace)
    return [{ ...summary, matchedSpans: matched?.get(id) ?? summary.matchedSpans }]
  })
}

function traceSummary(traceId: string, rows: readonly TraceSummaryRow[]): TraceSummary {
  // The span without a parent, or the first one where that is not here (yet).
  const root = rows.reduce((first, row) => {
    if (row.has_no_root !== first.has_no_root) return row.has_no_root < first.has_no_root ? row : first
    return BigInt(row.first_name_start) < BigInt(first.first_name_start) ? row : first
  })
  const start = rows.reduce((least, row) => earlier(least, BigInt(row.first_start)), BigInt(root.first_start))
  const end = rows.reduce((most, row) => -earlier(-most, -BigInt(row.last_end)), BigInt(root.last_end))
  const total = (of: (row: TraceSummaryRow) => string): number => rows.reduce((sum, row) => sum + Number(of(row)), 0)
  return {
    traceId,
    rootService: root.service,
    rootName: root.first_name,
    hasRoot: root.has_no_root === 0,
    startUnixNano: start.toString(),
    durationNano: Number(end - start),
    spanCount: total((row) => row.spans),
    errorCount: total((row) => row.errors),
    matchedSpans: total((row) => row.matched),
    services: rows.map((row) => ({ service: row.service, spans: Number(row.spans), errors: Number(row.errors) })),
  }
}

const earlier = (a: bigint, b: bigint): bigint => (a < b ? a : b)

export function spanRecord(row: SpanRow): SpanRecord {
  return {
    traceId: row.trace,
    spanId: row.span,
    parentSpanId: idOf(row.parent),
    service: row.service,
    name: row.name,
    kind: kindOf(row.kind),
    startUnixNano: row.start,
    durationNano: Number(row.nanoseconds),
    status: statusOf(row.status),
    statusMessage: row.status_message,
    traceState: row.trace_state,
    flags: row.flags,
    resourceId: row.resource,
    scopeId: row.scope,
    attributes: attributesOf(row.attribute_keys, row.attribute_values, row.attribute_types),
    events: row.span_events.map(([timeUnixNano, name, keys, values, types, droppedAttributes]) => ({
      timeUnixNano,
      name,
      attributes: attributesOf(keys, values, types),
      droppedAttributes,
    })),
    links: row.span_links.map(([traceId, spanId, traceState, flags, keys, values, types, droppedAttributes]) => ({
      traceId,
      spanId,
      traceState,
      flags,
      attributes: attributesOf(keys, values, types),
      droppedAttributes,
    })),
    droppedAttributes: row.dropped_attributes,
    droppedEvents: row.dropped_events,
    droppedLinks: row.dropped_links,
  }
}
