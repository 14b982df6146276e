import type { LogRecord, ResourceRecord, ScopeRecord, SpanKind, SpanStatus } from '@wakeline/protocol'
import type { LogRow } from '../plan/logs.ts'
import type { OriginRow, ScopeRow } from '../plan/origins.ts'
import { attributesOf, attributeValue } from './attributes.ts'

export function logRecord(row: LogRow): LogRecord {
  return {
    timeUnixNano: row.time,
    observedUnixNano: row.observed,
    service: row.service,
    severity: row.severity,
    severityText: row.severity_text,
    eventName: row.event_name,
    body: attributeValue(row.body, row.body_type),
    traceId: idOf(row.trace),
    spanId: idOf(row.span),
    flags: row.flags,
    resourceId: row.resource,
    scopeId: row.scope,
    attributes: attributesOf(row.attribute_keys, row.attribute_values, row.attribute_types),
    droppedAttributes: row.dropped_attributes,
  }
}

export function resourceRecords(rows: readonly OriginRow[]): Record<string, ResourceRecord> {
  return Object.fromEntries(rows.map((row) => [row.id, resourceRecord(row)]))
}

export function scopeRecords(rows: readonly ScopeRow[]): Record<string, ScopeRecord> {
  return Object.fromEntries(
    rows.map((row) => [row.id, { ...resourceRecord(row), name: row.name, version: row.version }]),
  )
}

function resourceRecord(row: OriginRow): ResourceRecord {
  return {
    attributes: attributesOf(row.attribute_keys, row.attribute_values, row.attribute_types),
    schemaUrl: row.schema_url,
    droppedAttributes: row.dropped_attributes,
  }
}

/** An id of zeros stands for none. */
export function idOf(hex: string): string {
  return /^0*$/.test(hex) ? '' : hex
}

const kinds: readonly SpanKind[] = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']
const statuses: readonly SpanStatus[] = ['unset', 'ok', 'error']

export function kindOf(number: number): SpanKind {
  return kinds[number] ?? 'unspecified'
}

export function statusOf(number: number): SpanStatus {
  return statuses[number] ?? 'unset'
}
