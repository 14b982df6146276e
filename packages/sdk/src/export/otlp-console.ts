import type { Signal } from './exporter.ts'
import { attributesOf, type JsonMessage, listOf, partOf, plainOf, readRequest, textOf } from './otlp-json.ts'

/** A batch for people: one JSON line a span, log record or metric. */
export function printOtlpConsole(signal: Signal, body: Buffer): string {
  const name = { traces: 'Spans', logs: 'Logs', metrics: 'Metrics' }[signal]
  const records = { traces: 'spans', logs: 'logRecords', metrics: 'metrics' }[signal]
  const view = { traces: spanView, logs: logView, metrics: (metric: JsonMessage) => metric }[signal]
  return listOf(readRequest(signal, body), `resource${name}`)
    .flatMap((group) => listOf(group, `scope${name}`))
    .flatMap((scoped) =>
      listOf(scoped, records).map((record) => ({ scope: textOf(partOf(scoped, 'scope'), 'name'), ...view(record) })),
    )
    .map((shown) => `${JSON.stringify(shown)}\n`)
    .join('')
}

const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']
const statuses = ['unset', 'ok', 'error']

function spanView(span: JsonMessage): object {
  const [start, end] = [BigInt(textOf(span, 'startTimeUnixNano')), BigInt(textOf(span, 'endTimeUnixNano'))]
  const status = partOf(span, 'status')
  return {
    span: textOf(span, 'name'),
    kind: kinds[Number(span['kind'])],
    trace_id: textOf(span, 'traceId'),
    span_id: textOf(span, 'spanId'),
    parent_span_id: textOf(span, 'parentSpanId') || undefined,
    start: new Date(Number(start / 1_000_000n)).toISOString(),
    duration_ms: Number(end - start) / 1e6,
    status: statuses[Number(status?.['code'] ?? 0)],
    status_message: textOf(status, 'message') || undefined,
    attributes: attributesOf(span),
    events: listOf(span, 'events').map((event) => ({ name: textOf(event, 'name'), ...attributesOf(event) })),
    links: listOf(span, 'links').map((link) => ({ trace_id: textOf(link, 'traceId'), ...attributesOf(link) })),
  }
}

function logView(record: JsonMessage): object {
  return {
    log: plainOf(partOf(record, 'body')),
    time: new Date(Number(BigInt(textOf(record, 'timeUnixNano') || 0) / 1_000_000n)).toISOString(),
    level: textOf(record, 'severityText'),
    trace_id: textOf(record, 'traceId') || undefined,
    span_id: textOf(record, 'spanId') || undefined,
    attributes: attributesOf(record),
  }
}
