import { otlp, WireWriter } from '@wakeline/protocol'
import { randomOf } from '../packages/protocol/src/random.case.ts'
import { writeAttribute } from '../packages/server/src/ingest/decode/otlp-request-writer.ts'

/**
 * Prepared OTLP bodies for the benches: 512 records each of one service instance, 5 resource attributes, and
 *
 *   span     6 attributes, one of them unique; 8 spans a trace, each the child of the one before it
 *   log      a body of about 200 bytes with a number of its own, 5 attributes; 8 lines of 2 spans a trace
 *   sample   a metric of one point with 4 attributes: the worst case, for most senders have many points a metric
 *
 * What is unique (ids, times, numbers) stands in them as marks of the right length, found once and filled again before
 * each sending: bodies sent again and again as they are would compress to nothing.
 */
export const recordsPerBody = 512

export type BodyKind = 'spans' | 'logs' | 'samples'

export type PreparedBody = { readonly bytes: Uint8Array; readonly places: Readonly<Record<Mark, readonly number[]>> }

/** Of the same kind, count and seed always the same; `renew` is for those who want them otherwise. */
export function prepareBodies(kind: BodyKind, count: number, seed: number): PreparedBody[] {
  const { number: random } = randomOf(seed)
  return Array.from({ length: count }, (_, index) => {
    const bytes = writeBody(index, random, writers[kind])
    const body = { bytes, places: findPlaces(bytes) }
    renew(body, (fresh) => fresh.set(fresh.map(() => random() * 256)), firstUnixMs)
    return body
  })
}

const firstUnixMs = 1_760_000_000_000
const spansPerTrace = 8
const linesPerSpan = 4

const marks = {
  traceId: 'wakeline trace..',
  spanId: 'span id.',
  parentId: 'parent..',
  start: 'start at',
  end: 'ended at',
  moment: 'moment..',
  name: 'unique-name.',
  number: '#########',
} as const
type Mark = keyof typeof marks

function findPlaces(body: Uint8Array): PreparedBody['places'] {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const places = (mark: Mark): number[] => {
    const found: number[] = []
    for (let at = bytes.indexOf(marks[mark]); at >= 0; at = bytes.indexOf(marks[mark], at + 1)) found.push(at)
    return found
  }
  return {
    traceId: places('traceId'),
    spanId: places('spanId'),
    parentId: places('parentId'),
    start: places('start'),
    end: places('end'),
    moment: places('moment'),
    name: places('name'),
    number: places('number'),
  }
}

/** Gives the records of a body new ids, times around `nowUnixMs` and unique values, in place. */
export function renew({ bytes, places }: PreparedBody, fill: (bytes: Uint8Array) => void, nowUnixMs: number): void {
  const fresh = new Uint8Array(recordsPerBody * 16)
  fill(fresh)
  const words = new Uint32Array(fresh.buffer)
  const trace = (index: number): number => index - (index % spansPerTrace)
  // A log's span lasts some lines, a span's id is its own.
  const span = (index: number): number => (places.start.length > 0 ? index : index - (index % linesPerSpan))
  copyEach(fresh, bytes, places.traceId, 16, (i) => trace(i) * 16)
  copyEach(fresh, bytes, places.spanId, 8, (i) => span(i) * 16 + 4)
  // The first of a trace has none, so there are 7 of them for 8 spans.
  copyEach(fresh, bytes, places.parentId, 8, (i) => (i + Math.floor(i / (spansPerTrace - 1))) * 16 + 4)
  renewTimes({ bytes, places }, words, nowUnixMs)
  for (let i = 0; i < places.name.length; i += 1) {
    const at = places.name[i] ?? 0
    for (let j = 0; j < marks.name.length; j += 1) bytes[at + j] = 97 + ((fresh[i * 16 + j] ?? 0) % 26)
  }
  for (let i = 0; i < places.number.length; i += 1) {
    const at = places.number[i] ?? 0
    let rest = words[i * 4] ?? 0
    for (let j = 0; j < marks.number.length; j += 1) {
      bytes[at + j] = 48 + (rest % 10)
      rest = (rest / 10) >>> 0
    }
  }
}

/** Byte by byte: a view of the source for each record took the generator more time than all else it does. */
function copyEach(
  from: Uint8Array,
  to: Uint8Array,
  places: readonly number[],
  length: number,
  sourceOf: (index: number) => number,
): void {
  for (let i = 0; i < places.length; i += 1) {
    const at = places[i] ?? 0
    const source = sourceOf(i)
    for (let j = 0; j < length; j += 1) to[at + j] = from[source + j] ?? 0
  }
}

/** A trace begins in the last 50 ms, its spans within 10 ms of that; durations are spread evenly from 65 us to 134 ms. */
function renewTimes({ bytes, places }: PreparedBody, words: Uint32Array, nowUnixMs: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const now = BigInt(Math.floor(nowUnixMs) - 60) * 1_000_000n
  const nowLow = Number(now & 0xffff_ffffn)
  const nowHigh = Number(now >> 32n)
  const put = (at: number, offsetNano: number): void => {
    const low = nowLow + offsetNano
    view.setUint32(at, low, true)
    view.setUint32(at + 4, nowHigh + (low > 0xffff_ffff ? 1 : 0), true)
  }
  const random = (index: number): number => (words[index * 4 + 1] ?? 0) / 4_294_967_296
  const begin = (index: number): number =>
    Math.floor(random(index - (index % spansPerTrace)) * 50e6) + Math.floor(random(index) * 10e6)
  const duration = (index: number): number => Math.floor(2 ** (16 + 11 * ((words[index * 4 + 2] ?? 0) / 4_294_967_296)))
  for (let i = 0; i < places.start.length; i += 1) {
    const beginNano = begin(i)
    put(places.start[i] ?? 0, beginNano)
    put(places.end[i] ?? 0, beginNano + duration(i))
  }
  // A record's own time comes first, then the time it was seen.
  const perRecord = places.moment.length / recordsPerBody
  for (let i = 0; i < places.moment.length; i += 1)
    put(places.moment[i] ?? 0, begin(Math.floor(i / perRecord)) + (i % perRecord) * 1000)
}

type WriteRecord = (writer: WireWriter, random: () => number, index: number) => void

function writeBody(service: number, random: () => number, write: WriteRecord): Uint8Array {
  const writer = new WireWriter(262_144)
  const entry = writer.begin(1)
  const resource = writer.begin(otlp.resourceSpans.resource)
  writeAttribute(writer, 1, 'service.name', `service-${service % 12}`)
  writeAttribute(writer, 1, 'service.version', '1.4.2')
  writeAttribute(writer, 1, 'deployment.environment.name', 'production')
  writeAttribute(writer, 1, 'host.name', `host-${service % 8}`)
  writeAttribute(writer, 1, 'service.instance.id', `instance-${service % 24}`)
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

function writeSpan(writer: WireWriter, random: () => number, index: number): void {
  const { span } = otlp
  const mark = writer.begin(otlp.scopeSpans.spans)
  const method = methods[Math.floor(random() * methods.length)] ?? 'GET'
  const route = routes[Math.floor(random() * routes.length)] ?? '/'
  writer.textEntry(span.traceId, marks.traceId)
  writer.textEntry(span.spanId, marks.spanId)
  if (index % spansPerTrace !== 0) writer.textEntry(span.parentSpanId, marks.parentId)
  writer.textEntry(span.name, `${method} ${route}`)
  writer.varintEntry(span.kind, 2)
  writeTime(writer, span.startTimeUnixNano, 'start')
  writeTime(writer, span.endTimeUnixNano, 'end')
  writeRequestAttributes(writer, span.attributes, method, route, random)
  writeAttribute(writer, span.attributes, 'request.id', marks.name)
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
  writeAttribute(writer, number, 'http.request.method', method)
  writeAttribute(writer, number, 'http.route', route)
  writeAttribute(writer, number, 'http.response.status_code', random() < 0.05 ? 500 : 200)
  writeAttribute(writer, number, 'url.path', route.replace(':id', String(Math.floor(random() * 50_000))))
  writeAttribute(writer, number, 'user.id', `user-${Math.floor(random() * 5_000)}`)
}

function writeLogRecord(writer: WireWriter, random: () => number): void {
  const { logRecord } = otlp
  const mark = writer.begin(otlp.scopeLogs.logRecords)
  const method = methods[Math.floor(random() * methods.length)] ?? 'GET'
  const route = routes[Math.floor(random() * routes.length)] ?? '/'
  writeTime(writer, logRecord.timeUnixNano, 'moment')
  writer.varintEntry(logRecord.severityNumber, 9)
  writer.textEntry(logRecord.severityText, 'INFO')
  const body = writer.begin(logRecord.body)
  writer.textEntry(
    1,
    `request ${marks.number} for ${route} was answered in ${Math.floor(random() * 900)} ms by the upstream after ${Math.floor(random() * 4)} retries; the client had waited in the queue of the load balancer for ${Math.floor(random() * 90)} ms before`,
  )
  writer.end(body)
  writeRequestAttributes(writer, logRecord.attributes, method, route, random)
  writer.textEntry(logRecord.traceId, marks.traceId)
  writer.textEntry(logRecord.spanId, marks.spanId)
  writeTime(writer, logRecord.observedTimeUnixNano, 'moment')
  writer.end(mark)
}

function writeMetric(writer: WireWriter, random: () => number): void {
  const { metric, sum, numberDataPoint } = otlp
  const mark = writer.begin(otlp.scopeMetrics.metrics)
  writer.textEntry(metric.name, 'http.server.request.count')
  writer.textEntry(metric.unit, '{request}')
  const data = writer.begin(metric.sum)
  const point = writer.begin(sum.dataPoints)
  writer.key(numberDataPoint.startTimeUnixNano, 1)
  writer.fixed64(0x0b5a_0000, 0x186c_cb1a)
  writeTime(writer, numberDataPoint.timeUnixNano, 'moment')
  writer.doubleEntry(numberDataPoint.asDouble, Math.floor(random() * 1e6))
  writeAttribute(writer, numberDataPoint.attributes, 'http.request.method', methods[Math.floor(random() * 6)] ?? 'GET')
  writeAttribute(writer, numberDataPoint.attributes, 'http.route', routes[Math.floor(random() * 40)] ?? '/')
  writeAttribute(writer, numberDataPoint.attributes, 'http.response.status_code', random() < 0.1 ? 500 : 200)
  writeAttribute(writer, numberDataPoint.attributes, 'server.address', 'shop.example.com')
  writer.end(point)
  writer.varintEntry(sum.aggregationTemporality, 2)
  writer.varintEntry(sum.isMonotonic, 1)
  writer.end(data)
  writer.end(mark)
}

function writeTime(writer: WireWriter, number: number, mark: 'start' | 'end' | 'moment'): void {
  writer.key(number, 1)
  const bytes = Buffer.from(marks[mark])
  writer.fixed64(bytes.readUInt32LE(0), bytes.readUInt32LE(4))
}

const writers: Readonly<Record<BodyKind, WriteRecord>> = {
  spans: writeSpan,
  logs: writeLogRecord,
  samples: writeMetric,
}
