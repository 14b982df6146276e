import { otlp, WireWriter } from '@wakeline/protocol'

/**
 * Prepared OTLP bodies for the benches: 512 records each of one service instance, 5 resource attributes, and
 *
 *   span     6 attributes, one of them unique, 8 spans a trace
 *   log      a body of about 200 bytes, 5 attributes
 *   sample   a metric of one point with 4 attributes: the worst case, for most senders have many points a metric
 *
 * Random but seeded, so that every run and every side of a comparison sees the same bytes.
 */
export const recordsPerBody = 512

export type BodyKind = 'spans' | 'logs' | 'samples'

export function prepareBodies(kind: BodyKind, count: number, seed: number): Uint8Array[] {
  const random = randomNumbers(seed)
  return Array.from({ length: count }, (_, index) => writeBody(index, random, writers[kind]))
}

/**
 * Gives the spans of a body ids and unique values nobody has seen, in place, as if it had been made anew: bodies sent
 * again and again as they are would compress to nothing. Of other kinds only the unique values change.
 */
export function renewIds(body: Uint8Array, fill: (bytes: Uint8Array) => void): void {
  const { ids, uniques } = places.get(body) ?? findPlaces(body)
  const fresh = new Uint8Array(recordsPerBody * 16)
  fill(fresh)
  ids.forEach((at, index) => {
    const trace = index - (index % spansPerTrace)
    body.set(fresh.subarray(trace * 16, trace * 16 + 16), at)
    body.set(fresh.subarray(index * 16 + 4, index * 16 + 12), at + spanIdFromTraceId)
  })
  uniques.forEach((at, index) => {
    for (let i = 0; i < uniqueLength; i += 1) body[at + i] = 97 + ((fresh[index * 16 + i] ?? 0) % 26)
  })
}

type Places = { ids: readonly number[]; uniques: readonly number[] }
const places = new WeakMap<Uint8Array, Places>()

const spansPerTrace = 8
/** A trace id of 16 bytes, then key and length of the span id. */
const spanIdFromTraceId = 18
const uniqueKey = 'request.id'
const uniqueLength = 12

/** Found by their bytes, because lengths are moved in while a body is written. */
function findPlaces(body: Uint8Array): Places {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const all = (pattern: Buffer, from: number, isHere: (at: number) => boolean): number[] => {
    const found: number[] = []
    for (let at = bytes.indexOf(pattern); at >= 0; at = bytes.indexOf(pattern, at + 1))
      if (isHere(at)) found.push(at + from)
    return found
  }
  const ids = all(Buffer.from([0x0a, 16]), 2, (at) => bytes[at + 18] === 0x12 && bytes[at + 19] === 8)
  // Key text, then key and length of the value, then key and length of its string.
  const uniques = all(Buffer.from(uniqueKey), uniqueKey.length + 4, () => true)
  if (ids.length !== 0 && ids.length !== recordsPerBody) throw new Error(`A body has ${ids.length} ids`)
  const found = { ids, uniques }
  places.set(body, found)
  return found
}

type WriteRecord = (writer: WireWriter, random: () => number, index: number) => void

function writeBody(service: number, random: () => number, write: WriteRecord): Uint8Array {
  const writer = new WireWriter(262_144)
  const entry = writer.begin(1)
  const resource = writer.begin(otlp.resourceSpans.resource)
  writeText(writer, 1, 'service.name', `service-${service % 12}`)
  writeText(writer, 1, 'service.version', '1.4.2')
  writeText(writer, 1, 'deployment.environment.name', 'production')
  writeText(writer, 1, 'host.name', `host-${service % 8}`)
  writeText(writer, 1, 'service.instance.id', `instance-${service % 24}`)
  writer.end(resource)
  const scopeEntry = writer.begin(otlp.resourceSpans.scopeSpans)
  const scope = writer.begin(otlp.scopeSpans.scope)
  writer.textEntry(otlp.instrumentationScope.name, '@opentelemetry/instrumentation-http')
  writer.textEntry(otlp.instrumentationScope.version, '0.57.1')
  writer.end(scope)
  for (let i = 0; i < recordsPerBody; i += 1) write(writer, random, i)
  writer.end(scopeEntry)
  writer.end(entry)
  return writer.take()
}

const methods = ['GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE']
const routes = Array.from({ length: 40 }, (_, i) => `/api/v1/orders/${i}/:id`)

const traceId = new Uint8Array(16)
let unique = 0

function writeSpan(writer: WireWriter, random: () => number, index: number): void {
  if (index % spansPerTrace === 0) traceId.set(randomBytes(16, random))
  const { span } = otlp
  const mark = writer.begin(otlp.scopeSpans.spans)
  const method = methods[Math.floor(random() * methods.length)] ?? 'GET'
  const route = routes[Math.floor(random() * routes.length)] ?? '/'
  writer.bytesEntry(span.traceId, traceId)
  writer.bytesEntry(span.spanId, randomBytes(8, random))
  if (index % spansPerTrace !== 0) writer.bytesEntry(span.parentSpanId, randomBytes(8, random))
  writer.textEntry(span.name, `${method} ${route}`)
  writer.key(span.kind, 0)
  writer.varint(2)
  writeTime(writer, span.startTimeUnixNano, random)
  writeTime(writer, span.endTimeUnixNano, random)
  writeRequestAttributes(writer, span.attributes, method, route, random)
  unique += 1
  writeText(writer, span.attributes, uniqueKey, unique.toString(36).padStart(uniqueLength, 'r'))
  writer.end(writer.begin(span.status))
  writer.end(mark)
}

function writeRequestAttributes(
  writer: WireWriter,
  number: number,
  method: string,
  route: string,
  random: () => number,
): void {
  writeText(writer, number, 'http.request.method', method)
  writeText(writer, number, 'http.route', route)
  writeInt(writer, number, 'http.response.status_code', random() < 0.05 ? 500 : 200)
  writeText(writer, number, 'url.path', route.replace(':id', String(Math.floor(random() * 50_000))))
  writeText(writer, number, 'user.id', `user-${Math.floor(random() * 5_000)}`)
}

function writeLogRecord(writer: WireWriter, random: () => number): void {
  const { logRecord } = otlp
  const mark = writer.begin(otlp.scopeLogs.logRecords)
  const method = methods[Math.floor(random() * methods.length)] ?? 'GET'
  const route = routes[Math.floor(random() * routes.length)] ?? '/'
  writeTime(writer, logRecord.timeUnixNano, random)
  writer.key(logRecord.severityNumber, 0)
  writer.varint(9)
  writer.textEntry(logRecord.severityText, 'INFO')
  const body = writer.begin(logRecord.body)
  writer.textEntry(
    1,
    `request ${Math.floor(random() * 1e9)} for ${route} was answered in ${Math.floor(random() * 900)} ms by the upstream after ${Math.floor(random() * 4)} retries; the client had waited in the queue of the load balancer for ${Math.floor(random() * 90)} ms before`,
  )
  writer.end(body)
  writeRequestAttributes(writer, logRecord.attributes, method, route, random)
  writer.bytesEntry(logRecord.traceId, randomBytes(16, random))
  writer.bytesEntry(logRecord.spanId, randomBytes(8, random))
  writeTime(writer, logRecord.observedTimeUnixNano, random)
  writer.end(mark)
}

function writeMetric(writer: WireWriter, random: () => number): void {
  const { metric, sum, numberDataPoint } = otlp
  const mark = writer.begin(otlp.scopeMetrics.metrics)
  writer.textEntry(metric.name, 'http.server.request.count')
  writer.textEntry(metric.unit, '{request}')
  const data = writer.begin(metric.sum)
  const point = writer.begin(sum.dataPoints)
  writeTime(writer, numberDataPoint.startTimeUnixNano, random)
  writeTime(writer, numberDataPoint.timeUnixNano, random)
  writer.key(numberDataPoint.asDouble, 1)
  writer.double(Math.floor(random() * 1e6))
  writeText(writer, numberDataPoint.attributes, 'http.request.method', methods[Math.floor(random() * 6)] ?? 'GET')
  writeText(writer, numberDataPoint.attributes, 'http.route', routes[Math.floor(random() * 40)] ?? '/')
  writeInt(writer, numberDataPoint.attributes, 'http.response.status_code', random() < 0.1 ? 500 : 200)
  writeText(writer, numberDataPoint.attributes, 'server.address', 'shop.example.com')
  writer.end(point)
  writer.key(sum.aggregationTemporality, 0)
  writer.varint(2)
  writer.key(sum.isMonotonic, 0)
  writer.varint(1)
  writer.end(data)
  writer.end(mark)
}

function writeTime(writer: WireWriter, number: number, random: () => number): void {
  writer.key(number, 1)
  const nano = 1_760_000_000_000_000_000n + BigInt(Math.floor(random() * 1e9))
  writer.fixed64(Number(nano & 0xffff_ffffn), Number(nano >> 32n))
}

function writeText(writer: WireWriter, number: number, key: string, value: string): void {
  const mark = writer.begin(number)
  writer.textEntry(otlp.keyValue.key, key)
  const valueMark = writer.begin(otlp.keyValue.value)
  writer.textEntry(otlp.anyValue.stringValue, value)
  writer.end(valueMark)
  writer.end(mark)
}

function writeInt(writer: WireWriter, number: number, key: string, value: number): void {
  const mark = writer.begin(number)
  writer.textEntry(otlp.keyValue.key, key)
  const valueMark = writer.begin(otlp.keyValue.value)
  writer.key(otlp.anyValue.intValue, 0)
  writer.varint(value)
  writer.end(valueMark)
  writer.end(mark)
}

function randomBytes(length: number, random: () => number): Uint8Array {
  return Uint8Array.from({ length }, () => 1 + Math.floor(random() * 255))
}

/** Seeded numbers in [0, 1): mulberry32. */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

const writers: Readonly<Record<BodyKind, WriteRecord>> = {
  spans: writeSpan,
  logs: writeLogRecord,
  samples: writeMetric,
}
