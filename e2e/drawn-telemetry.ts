import { randomBytes } from 'node:crypto'

/**
 * Telemetry as OTLP/JSON from drawn traces, a millisecond a character: service, name, its kind, a mark for an error.
 *
 *   shop  GET /cart     server :|=========|
 *   stock GET /items    client!:  |====|
 *
 * Indent is not read: a span's parent is the last drawn one that begins before and ends after it.
 */
export type DrawnTrace = { traceId: string; spans: DrawnSpan[] }
export type DrawnSpan = {
  spanId: string
  parentSpanId: string
  service: string
  name: string
  kind: string
  failed: boolean
  startMs: number
  endMs: number
}

const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']

export function drawTrace(picture: string, startMs: number): DrawnTrace {
  const traceId = randomBytes(16).toString('hex')
  const spans: DrawnSpan[] = []
  for (const line of picture.trim().split('\n')) {
    const found = /^\s*(\S+) +(.+?) +(\w+)(!?) *:( *)\|(=*)\|$/.exec(line)
    if (found === null) throw new Error(`Cannot read the drawn span "${line}"`)
    const [, service = '', name = '', kind = '', mark = '', before = '', bar = ''] = found
    const [from, to] = [startMs + before.length, startMs + before.length + bar.length]
    const parent = spans.findLast((other) => other.startMs <= from && other.endMs >= to)
    const ids = { spanId: randomBytes(8).toString('hex'), parentSpanId: parent?.spanId ?? '' }
    spans.push({ ...ids, service, name, kind, failed: mark === '!', startMs: from, endMs: to })
  }
  return { traceId, spans }
}

/** Sends the traces, an exception with each failed span, and a log record inside of every span. */
export async function sendTraces(otlpHttp: string, traces: readonly DrawnTrace[]): Promise<void> {
  const spans = traces.flatMap((trace) => trace.spans.map((span) => ({ traceId: trace.traceId, ...span })))
  const services = [...new Set(spans.map(({ service }) => service))]
  const of = (service: string) => spans.filter((span) => span.service === service)
  const scope = { name: 'drawn', version: '1.0.0' }
  await post(`${otlpHttp}/v1/traces`, {
    resourceSpans: services.map((service) => ({
      resource: resourceOf(service),
      scopeSpans: [{ scope, spans: of(service).map(spanJson) }],
    })),
  })
  await post(`${otlpHttp}/v1/logs`, {
    resourceLogs: services.map((service) => ({
      resource: resourceOf(service),
      scopeLogs: [{ scope, logRecords: of(service).map(logJson) }],
    })),
  })
}

type Sent = DrawnSpan & { traceId: string }

function spanJson({ traceId, spanId, parentSpanId, name, kind, failed, startMs, endMs }: Sent) {
  const stack = 'CardDeclined: the card was declined\n    at charge (/app/src/charge.ts:41:11)'
  const exception = [
    attribute('exception.type', 'CardDeclined'),
    attribute('exception.message', 'the card was declined'),
    attribute('exception.stacktrace', stack),
  ]
  return {
    traceId,
    spanId,
    parentSpanId,
    name,
    kind: kinds.indexOf(kind),
    startTimeUnixNano: nano(startMs),
    endTimeUnixNano: nano(endMs),
    attributes: [attribute('http.request.method', 'GET')],
    status: failed ? { code: 2, message: 'the card was declined' } : {},
    events: failed ? [{ name: 'exception', timeUnixNano: nano(endMs), attributes: exception }] : [],
  }
}

/** What checkouts log has an order's id beside it. */
function logJson({ traceId, spanId, name, failed, startMs }: Sent) {
  const severity = failed ? { severityNumber: 17, severityText: 'ERROR' } : { severityNumber: 9, severityText: 'INFO' }
  const attributes = name === 'POST /checkout' ? [attribute('order.id', '4711')] : []
  return {
    traceId,
    spanId,
    timeUnixNano: nano(startMs + 1),
    body: { stringValue: `working on ${name}` },
    attributes,
    ...severity,
  }
}

function resourceOf(service: string) {
  return { attributes: [attribute('service.name', service), attribute('service.version', '1.2.3')] }
}

function attribute(key: string, stringValue: string) {
  return { key, value: { stringValue } }
}

function nano(ms: number): string {
  return `${ms}000000`
}

async function post(url: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`POST ${url} gave ${response.status}: ${await response.text()}`)
}
