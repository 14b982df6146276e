import { createServer, type IncomingHttpHeaders } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { otlp } from '@wakeline/protocol'
import { listen } from './listen.ts'
import { anyValue, Message } from './otlp-decode.ts'

export interface SeenSpan {
  traceId: string
  spanId: string
  parentSpanId: string
  traceState: string
  name: string
  kind: number
  startUnixNano: bigint
  endUnixNano: bigint
  attributes: Record<string, unknown>
  events: { name: string; attributes: Record<string, unknown> }[]
  links: { traceId: string; attributes: Record<string, unknown> }[]
  status: { code: number; message: string }
  flags: number
  scope: string
  resource: Record<string, unknown>
}

export interface SeenLog {
  body: unknown
  severity: number
  severityText: string
  traceId: string
  spanId: string
  attributes: Record<string, unknown>
  scope: string
  timeUnixNano: bigint
}

export interface SeenPoint {
  metric: string
  unit: string
  kind: 'gauge' | 'sum' | 'histogram'
  value: number | undefined
  count: number
  sum: number | undefined
  buckets: number[]
  min: number | undefined
  max: number | undefined
  attributes: Record<string, unknown>
}

export interface SeenRequest {
  path: string
  headers: IncomingHttpHeaders
  bytes: number
}

export interface OtlpCollector {
  readonly url: string
  readonly spans: SeenSpan[]
  readonly logs: SeenLog[]
  readonly points: SeenPoint[]
  readonly requests: SeenRequest[]
  /** Answers of the next requests (of that path, when one is given); when there is none, 200. */
  readonly answers: { path?: string; status: number; headers?: Record<string, string>; body?: Buffer; hang?: boolean }[]
  stop(): Promise<void>
}

/** A real OTLP/HTTP receiver that keeps what it was sent. */
export async function startOtlpCollector(port = 0): Promise<OtlpCollector> {
  const seen: Seen & Pick<OtlpCollector, 'requests'> = { spans: [], logs: [], points: [], requests: [] }
  const answers: OtlpCollector['answers'] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const raw = Buffer.concat(parts)
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw
      seen.requests.push({ path: request.url ?? '', headers: request.headers, bytes: raw.length })
      const at = answers.findIndex((candidate) => candidate.path === undefined || candidate.path === request.url)
      const answer = (at < 0 ? undefined : answers.splice(at, 1)[0]) ?? { status: 200 }
      if (answer.hang) return
      if (answer.status === 200) keep(request.url ?? '', body, seen)
      response.writeHead(answer.status, answer.headers)
      response.end(answer.body)
    })
  })
  const bound = await listen(server, port)
  return {
    ...seen,
    answers,
    url: `http://127.0.0.1:${bound}`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

type Seen = Pick<OtlpCollector, 'spans' | 'logs' | 'points'>

function keep(path: string, body: Buffer, seen: Seen): void {
  for (const group of new Message(body).messages(1)) {
    const resource = group.messages(otlp.resourceSpans.resource)[0]?.attributes(otlp.resource.attributes) ?? {}
    for (const scoped of group.messages(otlp.resourceSpans.scopeSpans)) {
      const scope = scoped.messages(otlp.scopeSpans.scope)[0]?.text(otlp.instrumentationScope.name) ?? ''
      const records = scoped.messages(otlp.scopeSpans.spans)
      if (path.endsWith('/traces')) seen.spans.push(...records.map((record) => spanOf(record, scope, resource)))
      else if (path.endsWith('/logs')) seen.logs.push(...records.map((record) => logOf(record, scope)))
      else for (const record of records) seen.points.push(...pointsOf(record))
    }
  }
}

function spanOf(message: Message, scope: string, resource: Record<string, unknown>): SeenSpan {
  const status = message.messages(otlp.span.status)[0]
  return {
    traceId: message.hex(otlp.span.traceId),
    spanId: message.hex(otlp.span.spanId),
    parentSpanId: message.hex(otlp.span.parentSpanId),
    traceState: message.text(otlp.span.traceState),
    name: message.text(otlp.span.name),
    kind: message.int(otlp.span.kind),
    startUnixNano: message.fixed64(otlp.span.startTimeUnixNano),
    endUnixNano: message.fixed64(otlp.span.endTimeUnixNano),
    attributes: message.attributes(otlp.span.attributes),
    events: message.messages(otlp.span.events).map((event) => ({
      name: event.text(otlp.spanEvent.name),
      attributes: event.attributes(otlp.spanEvent.attributes),
    })),
    links: message.messages(otlp.span.links).map((link) => ({
      traceId: link.hex(otlp.spanLink.traceId),
      attributes: link.attributes(otlp.spanLink.attributes),
    })),
    status: { code: status?.int(otlp.spanStatus.code) ?? 0, message: status?.text(otlp.spanStatus.message) ?? '' },
    flags: message.fixed32(otlp.span.flags),
    scope,
    resource,
  }
}

function logOf(message: Message, scope: string): SeenLog {
  return {
    body: anyValue(new Message(message.bytes(otlp.logRecord.body) ?? Buffer.alloc(0))),
    severity: message.int(otlp.logRecord.severityNumber),
    severityText: message.text(otlp.logRecord.severityText),
    traceId: message.hex(otlp.logRecord.traceId),
    spanId: message.hex(otlp.logRecord.spanId),
    attributes: message.attributes(otlp.logRecord.attributes),
    timeUnixNano: message.fixed64(otlp.logRecord.timeUnixNano),
    scope,
  }
}

/** Metric: 1 name, 3 unit, 5 gauge, 7 sum, 9 histogram; data points are field 1 of each. */
function pointsOf(metric: Message): SeenPoint[] {
  const found = (
    [
      ['gauge', 5],
      ['sum', 7],
      ['histogram', 9],
    ] as const
  ).find(([, number]) => metric.bytes(number) !== undefined)
  if (found === undefined) return []
  const [kind, number] = found
  return (metric.messages(number)[0]?.messages(1) ?? []).map((point) => ({
    metric: metric.text(1),
    unit: metric.text(3),
    kind,
    value: kind === 'histogram' ? undefined : point.double(4),
    count: kind === 'histogram' ? Number(point.fixed64(4)) : 0,
    sum: kind === 'histogram' ? point.double(5) : undefined,
    buckets: kind === 'histogram' ? fixed64s(point.bytes(6)) : [],
    min: kind === 'histogram' ? point.double(11) : undefined,
    max: kind === 'histogram' ? point.double(12) : undefined,
    attributes: point.attributes(kind === 'histogram' ? 9 : 7),
  }))
}

function fixed64s(packed: Buffer | undefined): number[] {
  const values: number[] = []
  for (let at = 0; packed !== undefined && at < packed.length; at += 8) values.push(Number(packed.readBigUInt64LE(at)))
  return values
}

/** Waits until `done` is true; fails with what it waited for. */
export async function until(what: string, done: () => boolean, timeoutMs = 10_000): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!done()) {
    if (Date.now() > deadline) throw new Error(`Cannot see ${what} within ${timeoutMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
