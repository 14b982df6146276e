import { otlp, WireWriter, wireType } from '@wakeline/protocol'

/**
 * OTLP requests made from a seed: the shapes that benches and crash tests send. Twelve services and 240 span names, six
 * attributes a span of which two have many values, five resource attributes, log bodies of about 200 bytes.
 */
export type Batch = { records: number; body: Uint8Array }

export type Random = () => number

/** mulberry32: 32 bits of state are enough to fill columns. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const pick = (random: Random, count: number): number => Math.floor(random() * count)

export function makeSpans(random: Random, count: number, nowUnixMs: number): Batch {
  const out = new WireWriter(count * 400)
  writeRequest(out, random, (out) => {
    let traceId = randomBytes(random, 16)
    for (let index = 0; index < count; index += 1) {
      if (index % 6 === 0) traceId = randomBytes(random, 16)
      writeSpan(out, random, traceId, nowUnixMs)
    }
  })
  return { records: count, body: out.take() }
}

export function makeLogs(random: Random, count: number, nowUnixMs: number): Batch {
  const out = new WireWriter(count * 500)
  writeRequest(out, random, (out) => {
    for (let index = 0; index < count; index += 1) writeLog(out, random, nowUnixMs)
  })
  return { records: count, body: out.take() }
}

/** One point for each of `count` series of gauges, 50 to a metric; the same `seriesSeed` makes the same series. */
export function makeSamples(random: Random, count: number, nowUnixMs: number): Batch {
  const out = new WireWriter(count * 120)
  const perMetric = 50
  writeRequest(out, seededRandom(1), (out) => {
    for (let first = 0; first < count; first += perMetric) {
      writeGauge(out, random, { first, points: Math.min(perMetric, count - first), nowUnixMs })
    }
  })
  return { records: count, body: out.take() }
}

function writeRequest(out: WireWriter, random: Random, records: (out: WireWriter) => void): void {
  const service = pick(random, 12)
  const request = out.begin(otlp.exportRequest.resourceSpans)
  const resource = out.begin(otlp.resourceSpans.resource)
  writeText(out, otlp.resource.attributes, 'service.name', `service-${service}`)
  writeText(out, otlp.resource.attributes, 'service.version', `1.${service}.0`)
  writeText(out, otlp.resource.attributes, 'host.name', `host-${service}-${pick(random, 5)}`)
  writeText(out, otlp.resource.attributes, 'deployment.environment.name', 'production')
  writeText(out, otlp.resource.attributes, 'telemetry.sdk.language', 'nodejs')
  out.end(resource)
  const scope = out.begin(otlp.resourceSpans.scopeSpans)
  const instrumentation = out.begin(otlp.scopeSpans.scope)
  out.textEntry(otlp.instrumentationScope.name, '@opentelemetry/instrumentation-http')
  out.end(instrumentation)
  records(out)
  out.end(scope)
  out.end(request)
}

function writeSpan(out: WireWriter, random: Random, traceId: Uint8Array, nowUnixMs: number): void {
  const mark = out.begin(otlp.scopeSpans.spans)
  const number = pick(random, 240)
  out.bytesEntry(otlp.span.traceId, traceId)
  out.bytesEntry(otlp.span.spanId, randomBytes(random, 8))
  out.bytesEntry(otlp.span.parentSpanId, randomBytes(random, 8))
  out.textEntry(otlp.span.name, `GET /api/resource-${number}`)
  out.key(otlp.span.kind, wireType.varint)
  out.varint(1 + (number % 5))
  const startNano = BigInt(nowUnixMs) * 1_000_000n - BigInt(pick(random, 1_000_000_000))
  writeTime(out, otlp.span.startTimeUnixNano, startNano)
  writeTime(out, otlp.span.endTimeUnixNano, startNano + BigInt(Math.floor(1e5 * Math.exp(random() * 9))))
  writeText(out, otlp.span.attributes, 'http.request.method', 'GET')
  writeText(out, otlp.span.attributes, 'http.route', `/api/resource-${number}`)
  writeText(out, otlp.span.attributes, 'http.response.status_code', random() < 0.02 ? '500' : '200')
  writeText(out, otlp.span.attributes, 'user.id', `user-${pick(random, 50_000)}`)
  writeText(out, otlp.span.attributes, 'client.address', `10.0.${pick(random, 20)}.${pick(random, 250)}`)
  writeText(out, otlp.span.attributes, 'server.address', `node-${pick(random, 20)}`)
  if (random() < 0.02) {
    const status = out.begin(otlp.span.status)
    out.key(otlp.spanStatus.code, wireType.varint)
    out.varint(2)
    out.end(status)
  }
  out.end(mark)
}

const words = 'order payment accepted for customer basket shipped declined retry upstream timeout cache miss'.split(' ')

function writeLog(out: WireWriter, random: Random, nowUnixMs: number): void {
  const mark = out.begin(otlp.scopeLogs.logRecords)
  writeTime(out, otlp.logRecord.timeUnixNano, BigInt(nowUnixMs) * 1_000_000n - BigInt(pick(random, 1_000_000_000)))
  out.key(otlp.logRecord.severityNumber, wireType.varint)
  out.varint(random() < 0.05 ? 17 : 9)
  out.textEntry(otlp.logRecord.severityText, 'INFO')
  const body = out.begin(otlp.logRecord.body)
  let text = ''
  while (text.length < 195) text += `${words[pick(random, words.length)]} ${pick(random, 100_000)} `
  out.textEntry(otlp.anyValue.stringValue, text)
  out.end(body)
  writeText(out, otlp.logRecord.attributes, 'log.logger', `logger-${pick(random, 30)}`)
  writeText(out, otlp.logRecord.attributes, 'user.id', `user-${pick(random, 50_000)}`)
  writeText(out, otlp.logRecord.attributes, 'order.id', `order-${pick(random, 1_000_000)}`)
  writeText(out, otlp.logRecord.attributes, 'http.route', `/api/resource-${pick(random, 240)}`)
  writeText(out, otlp.logRecord.attributes, 'thread.name', 'main')
  out.bytesEntry(otlp.logRecord.traceId, randomBytes(random, 16))
  out.bytesEntry(otlp.logRecord.spanId, randomBytes(random, 8))
  out.end(mark)
}

type Points = { first: number; points: number; nowUnixMs: number }

function writeGauge(out: WireWriter, random: Random, { first, points, nowUnixMs }: Points): void {
  const mark = out.begin(otlp.scopeMetrics.metrics)
  out.textEntry(otlp.metric.name, `app.measure.${first}`)
  out.textEntry(otlp.metric.unit, 'By')
  const gauge = out.begin(otlp.metric.gauge)
  for (let index = 0; index < points; index += 1) {
    const point = out.begin(otlp.gauge.dataPoints)
    writeText(out, otlp.numberDataPoint.attributes, 'pool', `pool-${index % 10}`)
    writeText(out, otlp.numberDataPoint.attributes, 'instance', `instance-${index}`)
    writeTime(out, otlp.numberDataPoint.timeUnixNano, BigInt(nowUnixMs) * 1_000_000n)
    out.key(otlp.numberDataPoint.asDouble, wireType.fixed64)
    out.double(Math.floor(random() * 1e6))
    out.end(point)
  }
  out.end(gauge)
  out.end(mark)
}

function writeText(out: WireWriter, number: number, key: string, value: string): void {
  const mark = out.begin(number)
  out.textEntry(otlp.keyValue.key, key)
  const any = out.begin(otlp.keyValue.value)
  out.textEntry(otlp.anyValue.stringValue, value)
  out.end(any)
  out.end(mark)
}

function writeTime(out: WireWriter, number: number, nano: bigint): void {
  out.key(number, wireType.fixed64)
  out.fixed64(Number(nano & 0xffffffffn), Number(nano >> 32n))
}

function randomBytes(random: Random, count: number): Uint8Array {
  const bytes = new Uint8Array(count)
  for (let index = 0; index < count; index += 1) bytes[index] = pick(random, 256)
  return bytes
}
