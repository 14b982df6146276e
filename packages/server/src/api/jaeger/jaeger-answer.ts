import {
  type Attributes,
  type AttributeValue,
  printAttribute,
  type ScopeRecord,
  type SpanEvent,
  type SpanRecord,
} from '@wakeline/protocol'
import type { WholeTraces } from '../../query/whole-traces.ts'

/**
 * Traces in the JSON of Jaeger's query API (model/json of jaegertracing/jaeger): times and durations in microseconds,
 * resources as processes, events as logs, and as attributes what OpenTelemetry keeps apart, by the names of the
 * OpenTelemetry specification's "Jaeger transformation".
 */
export type JaegerTrace = {
  traceID: string
  spans: JaegerSpan[]
  processes: Record<string, { serviceName: string; tags: JaegerPair[] }>
  warnings: string[] | null
}
export type JaegerSpan = {
  traceID: string
  spanID: string
  operationName: string
  references: JaegerReference[]
  startTime: number
  duration: number
  tags: JaegerPair[]
  logs: { timestamp: number; fields: JaegerPair[] }[]
  processID: string
  flags: number
  warnings: null
}
export type JaegerReference = { refType: 'CHILD_OF' | 'FOLLOWS_FROM'; traceID: string; spanID: string }
export type JaegerPair = {
  key: string
  type: 'string' | 'bool' | 'int64' | 'float64' | 'binary'
  value: string | boolean | number
}

/** One trace for each id that has spans, in the order of the ids. */
export function jaegerTraces(traceIds: readonly string[], whole: WholeTraces): JaegerTrace[] {
  const byTrace = new Map<string, SpanRecord[]>()
  for (const span of whole.spans) {
    const spans = byTrace.get(span.traceId)
    if (spans === undefined) byTrace.set(span.traceId, [span])
    else spans.push(span)
  }
  return traceIds.flatMap((id) => {
    const spans = byTrace.get(id)
    return spans === undefined ? [] : [jaegerTrace(id, spans, whole)]
  })
}

function jaegerTrace(traceID: string, spans: readonly SpanRecord[], { resources, scopes }: WholeTraces): JaegerTrace {
  const processes: JaegerTrace['processes'] = {}
  const processIds = new Map<string, string>()
  const processOf = (span: SpanRecord): string => {
    const known = processIds.get(span.resourceId)
    if (known !== undefined) return known
    const id = `p${processIds.size + 1}`
    processIds.set(span.resourceId, id)
    const { 'service.name': _, ...rest } = resources[span.resourceId]?.attributes ?? {}
    processes[id] = { serviceName: span.service, tags: pairsOf(rest) }
    return id
  }
  return {
    traceID,
    spans: spans.map((span) => jaegerSpan(span, processOf(span), scopes[span.scopeId])),
    processes,
    warnings: null,
  }
}

function jaegerSpan(span: SpanRecord, processID: string, scope: ScopeRecord | undefined): JaegerSpan {
  return {
    traceID: span.traceId,
    spanID: span.spanId,
    operationName: span.name,
    references: referencesOf(span),
    startTime: micros(span.startUnixNano),
    duration: Math.floor(span.durationNano / 1000),
    tags: [...pairsOf(span.attributes), ...ownPairs(span, scope)],
    logs: span.events.map(jaegerLog),
    processID,
    flags: span.flags & 1,
    warnings: null,
  }
}

/** The parent first. A link to the parent says what kind of parent it is. */
function referencesOf({ traceId, parentSpanId, links }: SpanRecord): JaegerReference[] {
  const linked = links.map(
    (link): JaegerReference => ({
      refType: link.attributes['opentracing.ref_type'] === 'child_of' ? 'CHILD_OF' : 'FOLLOWS_FROM',
      traceID: link.traceId,
      spanID: link.spanId,
    }),
  )
  if (parentSpanId === '') return linked
  const isParent = ({ traceID, spanID }: JaegerReference): boolean => traceID === traceId && spanID === parentSpanId
  const refType = linked.findLast(isParent)?.refType ?? 'CHILD_OF'
  return [{ refType, traceID: traceId, spanID: parentSpanId }, ...linked.filter((each) => !isParent(each))]
}

function ownPairs(span: SpanRecord, scope: ScopeRecord | undefined): JaegerPair[] {
  const text = (key: string, value: string): JaegerPair[] => (value === '' ? [] : [{ key, type: 'string', value }])
  return [
    ...text('otel.scope.name', scope?.name ?? ''),
    ...text('otel.scope.version', scope?.version ?? ''),
    // The names of the same before OpenTelemetry 1.18, which older dashboards and Jaeger's own search still ask for.
    ...text('otel.library.name', scope?.name ?? ''),
    ...text('otel.library.version', scope?.version ?? ''),
    ...(span.kind === 'unspecified' ? [] : text('span.kind', span.kind)),
    ...(span.status === 'unset' ? [] : text('otel.status_code', span.status.toUpperCase())),
    ...(span.status === 'error' ? [{ key: 'error', type: 'bool', value: true } as const] : []),
    ...text('otel.status_description', span.statusMessage),
    ...text('w3c.tracestate', span.traceState),
  ]
}

function jaegerLog({ timeUnixNano, name, attributes }: SpanEvent): JaegerSpan['logs'][number] {
  const isNamed = name !== '' && !Object.hasOwn(attributes, 'event')
  return {
    timestamp: micros(timeUnixNano),
    fields: [...(isNamed ? [{ key: 'event', type: 'string', value: name } as const] : []), ...pairsOf(attributes)],
  }
}

function pairsOf(attributes: Attributes): JaegerPair[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, ...typed(value) }))
}

function typed(value: AttributeValue): Omit<JaegerPair, 'key'> {
  if (typeof value === 'boolean') return { type: 'bool', value }
  if (typeof value === 'number') return { type: 'float64', value }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    if ('bytes' in value && typeof value.bytes === 'string') return { type: 'binary', value: value.bytes }
    if ('int' in value && typeof value.int === 'string') {
      const number = Number(value.int)
      return { type: 'int64', value: Number.isSafeInteger(number) ? number : value.int }
    }
  }
  return { type: 'string', value: printAttribute(value) }
}

function micros(unixNano: string): number {
  return Number(BigInt(unixNano) / 1000n)
}
