import { addTo } from '@wakeline/analysis'
import type {
  Attributes,
  AttributeValue,
  ResourceRecord,
  ScopeRecord,
  SpanKind,
  SpanRecord,
  SpanStatus,
} from '@wakeline/protocol'
import type { WholeTraces } from '../../query/whole-traces.ts'

/** Spans as OTLP/JSON again: what was sent, put back together by resource and scope. */
export function otlpTrace({ spans, resources, scopes }: WholeTraces): { resourceSpans: object[] } {
  const byOrigin = new Map<string, Map<string, SpanRecord[]>>()
  for (const span of spans) {
    const byScope = byOrigin.get(span.resourceId) ?? new Map<string, SpanRecord[]>()
    byOrigin.set(span.resourceId, byScope)
    addTo(byScope, span.scopeId, span)
  }
  const resourceSpans = [...byOrigin].map(([resourceId, byScope]) => ({
    resource: origin(resources[resourceId]),
    scopeSpans: [...byScope].map(([scopeId, of]) => ({
      scope: scopeOf(scopes[scopeId]),
      spans: of.map(otlpSpan),
      schemaUrl: scopes[scopeId]?.schemaUrl ?? '',
    })),
    schemaUrl: resources[resourceId]?.schemaUrl ?? '',
  }))
  return { resourceSpans }
}

function origin(record: ResourceRecord | undefined): object {
  return {
    attributes: keyValues(record?.attributes ?? {}),
    droppedAttributesCount: record?.droppedAttributes ?? 0,
  }
}

function scopeOf(scope: ScopeRecord | undefined): object {
  return { name: scope?.name ?? '', version: scope?.version ?? '', ...origin(scope) }
}

const kinds: Readonly<Record<SpanKind, number>> = {
  unspecified: 0,
  internal: 1,
  server: 2,
  client: 3,
  producer: 4,
  consumer: 5,
}
const statuses: Readonly<Record<SpanStatus, number>> = { unset: 0, ok: 1, error: 2 }

function otlpSpan(span: SpanRecord): object {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    traceState: span.traceState,
    flags: span.flags,
    name: span.name,
    kind: kinds[span.kind],
    startTimeUnixNano: span.startUnixNano,
    endTimeUnixNano: String(BigInt(span.startUnixNano) + BigInt(Math.round(span.durationNano))),
    attributes: keyValues(span.attributes),
    droppedAttributesCount: span.droppedAttributes,
    events: span.events.map((event) => ({
      timeUnixNano: event.timeUnixNano,
      name: event.name,
      attributes: keyValues(event.attributes),
      droppedAttributesCount: event.droppedAttributes,
    })),
    droppedEventsCount: span.droppedEvents,
    links: span.links.map((link) => ({
      traceId: link.traceId,
      spanId: link.spanId,
      traceState: link.traceState,
      flags: link.flags,
      attributes: keyValues(link.attributes),
      droppedAttributesCount: link.droppedAttributes,
    })),
    droppedLinksCount: span.droppedLinks,
    status: { code: statuses[span.status], message: span.statusMessage },
  }
}

function keyValues(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }))
}

function anyValue(value: AttributeValue): object {
  if (value === null) return {}
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number') return { doubleValue: value }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } }
  if ('int' in value && typeof value.int === 'string') return { intValue: value.int }
  if ('bytes' in value && typeof value.bytes === 'string') return { bytesValue: value.bytes }
  if ('kvlist' in value && typeof value.kvlist === 'object' && value.kvlist !== null && !Array.isArray(value.kvlist)) {
    return { kvlistValue: { values: keyValues(value.kvlist) } }
  }
  throw new Error('an attribute is none of the kinds that the protocol names')
}
