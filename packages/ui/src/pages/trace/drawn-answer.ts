import type { SpanRecord, TraceAnswer } from '@wakeline/protocol'

/**
 * Tests draw the trace that they look at: `service.name<parent`, a mark for an error, and a bar of one nanosecond a
 * character. The name is the span's id too.
 *
 *   shop.a      :|======|
 *   cart.b<a   !: |==|
 */
export function drawnAnswer(picture: string): TraceAnswer {
  const spans = picture.trim().split('\n').map(drawnSpan)
  return { traceId: 't', spans, spansTotal: spans.length, resources: {}, scopes: {}, cost: noCost }
}

const noCost = { rowsRead: 0, bytesRead: 0, elapsedMs: 0, sql: [] }

function drawnSpan(line: string): SpanRecord {
  const found = /^\s*(\w+)\.(\w+)(?:<(\w+))?\s*(!?):( *)\|(=*)\|$/.exec(line)
  if (found === null) throw new Error(`Cannot read the drawn span "${line}": expected "service.name<parent :|==|"`)
  const [, service = '', name = '', parent = '', failed = '', before = '', bar = ''] = found
  return {
    traceId: 't',
    spanId: name,
    parentSpanId: parent,
    service,
    name,
    kind: 'internal',
    startUnixNano: String(1_700_000_000_000_000_000n + BigInt(before.length)),
    durationNano: bar.length,
    status: failed === '' ? 'unset' : 'error',
    statusMessage: '',
    traceState: '',
    flags: 0,
    resourceId: '',
    scopeId: '',
    attributes: {},
    events: [],
    links: [],
    droppedAttributes: 0,
    droppedEvents: 0,
    droppedLinks: 0,
  }
}
