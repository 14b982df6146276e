import { createHash } from 'node:crypto'
import { otlp, type WireWriter } from '@wakeline/protocol'
import type { Steps } from '../in-turns.ts'
import { isObject, parseJsonExactInSteps } from './json-exact.ts'
import type { TranscodedRecords } from './json-lines.ts'
import { OtlpRequestWriter, writeAttribute, writeHex, writeTime } from './otlp-request-writer.ts'

/**
 * Zipkin's v2 spans in JSON, as OTLP spans:
 *
 *   traceId id parentId         1 to 32 (16) hex digits, zeros put in front where there are fewer
 *   kind                        CLIENT SERVER PRODUCER CONSUMER; without one INTERNAL
 *   timestamp duration          microseconds
 *   localEndpoint               service.name of the resource; network.local.address and .port
 *   remoteEndpoint              peer.service; network.peer.address and .port
 *   annotations                 span events
 *   tags                        attributes; `error` and `otel.status_code` also the status
 *
 * A shared span: in Zipkin a server may go on under the span id of its client. Two spans of one id are no tree, so the
 * server's gets an id of its own, the same whenever it is sent, below the client's; the id it was sent with stays
 * readable as `zipkin.shared_span_id`. Spans of the same service in the same request that name it as their parent
 * follow it; those of other requests stay below the client's span.
 */
export function* zipkinToOtlp(body: Uint8Array): Steps<TranscodedRecords | { refused: string }> {
  const parsed = yield* parseJsonExactInSteps(new TextDecoder().decode(body))
  if ('fault' in parsed) return { refused: `Cannot decode the spans: ${parsed.fault}` }
  if (!Array.isArray(parsed.json)) return { refused: 'Cannot decode the spans: expected a list of them' }
  const writer = new OtlpRequestWriter('zipkin')
  const outcome = { rejected: 0, reason: '', isTimed: true }
  const spans: ZipkinSpan[] = []
  for (const [index, json] of parsed.json.entries()) {
    const span = readSpan(json)
    if (!('fault' in span)) spans.push(span)
    else {
      if (outcome.rejected === 0) outcome.reason = `Cannot store spans[${index}]${span.fault}`
      outcome.rejected += 1
    }
    yield
  }
  const shared = new Set(spans.filter(({ isShared }) => isShared).map((span) => `${span.service} ${keyOf(span)}`))
  for (const span of spans) {
    const isBelowShared = shared.has(`${span.service} ${span.traceId}${span.parentId}`)
    writeSpan(writer, span, isBelowShared ? ownId(span.traceId, span.parentId) : span.parentId)
    yield
  }
  return { ...outcome, records: writer.records, protobuf: writer.take() }
}

type ZipkinSpan = {
  traceId: string
  id: string
  parentId: string
  isShared: boolean
  service: string
  startNano: bigint | undefined
  durationNano: bigint | undefined
  tags: Record<string, unknown>
  annotations: Annotation[]
  /** All of it, for what needs no check. */
  json: Record<string, unknown>
}

type Annotation = { timestamp: number | bigint; value: string }

function isAnnotations(value: unknown): value is Annotation[] {
  if (!Array.isArray(value)) return false
  return value.every((item) => {
    const nano = isObject(item) && typeof item['value'] === 'string' ? nanoOf(item['timestamp']) : undefined
    return nano !== undefined && nano !== null
  })
}

type Fault = { fault: string }

function readSpan(json: unknown): ZipkinSpan | Fault {
  if (!isObject(json)) return { fault: ': expected an object' }
  const traceId = idOf(json['traceId'], 32)
  const id = idOf(json['id'], 16)
  const parentId = json['parentId'] === undefined || json['parentId'] === null ? '' : idOf(json['parentId'], 16)
  if (traceId === undefined) return { fault: '.traceId: expected 1 to 32 hex digits that are not all 0' }
  if (id === undefined) return { fault: '.id: expected 1 to 16 hex digits that are not all 0' }
  if (parentId === undefined) return { fault: '.parentId: expected 1 to 16 hex digits that are not all 0' }
  const startNano = nanoOf(json['timestamp'])
  if (startNano === null) return { fault: '.timestamp: expected microseconds after 1970 and before 2200' }
  const durationNano = nanoOf(json['duration'])
  if (durationNano === null || (startNano ?? 0n) + (durationNano ?? 0n) >= endOfTimes)
    return { fault: '.duration: expected microseconds that end before 2200' }
  const { tags = {}, annotations = [] } = json
  if (!isObject(tags)) return { fault: '.tags: expected an object' }
  if (!isAnnotations(annotations)) return { fault: '.annotations: expected a list, each with a timestamp and a value' }
  const isShared = json['shared'] === true
  const service = textAt(json['localEndpoint'], 'serviceName') ?? ''
  return { traceId, id, parentId, isShared, service, startNano, durationNano, tags, annotations, json }
}

function keyOf({ traceId, id }: ZipkinSpan): string {
  return traceId + id
}

function ownId(traceId: string, id: string): string {
  return createHash('sha256').update(`${traceId} ${id} shared`).digest('hex').slice(0, 16)
}

function idOf(value: unknown, digits: number): string | undefined {
  if (typeof value !== 'string' || value.length > digits || !/^0*[1-9a-f][0-9a-f]*$/i.test(value)) return undefined
  return value.toLowerCase().padStart(digits, '0')
}

const endOfTimes = 7_258_118_400_000_000_000n

/** Undefined where there is none, null where it is no number of microseconds. */
function nanoOf(value: unknown): bigint | undefined | null {
  if (value === undefined || value === null || value === 0) return undefined
  const isNumber = typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value))
  if (!isNumber || value < 0) return null
  const nano = BigInt(typeof value === 'number' ? Math.round(value) : value) * 1_000n
  return nano < endOfTimes ? nano : null
}

const kinds: ReadonlyMap<unknown, number> = new Map([
  ['SERVER', 2],
  ['CLIENT', 3],
  ['PRODUCER', 4],
  ['CONSUMER', 5],
])

function writeSpan(writer: OtlpRequestWriter, span: ZipkinSpan, parentId: string): void {
  const { traceId, id, isShared, service, startNano, durationNano, json } = span
  const mark = writer.begin(service === '' ? {} : { 'service.name': service })
  const { out } = writer
  writeHex(out, otlp.span.traceId, traceId)
  writeHex(out, otlp.span.spanId, isShared ? ownId(traceId, id) : id)
  writeHex(out, otlp.span.parentSpanId, isShared ? id : parentId)
  out.textEntry(otlp.span.name, typeof json['name'] === 'string' ? json['name'] : '')
  out.varintEntry(otlp.span.kind, kinds.get(json['kind']) ?? 1)
  writeTime(out, otlp.span.startTimeUnixNano, startNano)
  if (startNano !== undefined) writeTime(out, otlp.span.endTimeUnixNano, startNano + (durationNano ?? 0n))
  for (const [key, value] of attributesOf(span)) writeAttribute(out, otlp.span.attributes, key, value)
  writeEvents(out, span.annotations)
  writeStatus(out, span.tags)
  writer.end(mark)
}

function attributesOf({ id, isShared, startNano, durationNano, tags, json }: ZipkinSpan): [string, unknown][] {
  const { localEndpoint: local, remoteEndpoint: remote } = json
  const given: [string, unknown][] = [
    ['network.local.address', textAt(local, 'ipv4') ?? textAt(local, 'ipv6')],
    ['network.local.port', portOf(local)],
    ['peer.service', textAt(remote, 'serviceName')],
    ['network.peer.address', textAt(remote, 'ipv4') ?? textAt(remote, 'ipv6')],
    ['network.peer.port', portOf(remote)],
    ['zipkin.shared_span_id', isShared ? id : undefined],
    ['zipkin.debug', json['debug'] === true ? true : undefined],
    // Without a start there is nowhere to put the duration.
    ['zipkin.duration_us', startNano === undefined && durationNano !== undefined ? json['duration'] : undefined],
  ]
  return [...Object.entries(tags), ...given.filter(([, value]) => value !== undefined)]
}

function writeEvents(out: WireWriter, annotations: readonly Annotation[]): void {
  for (const { timestamp, value } of annotations) {
    const mark = out.begin(otlp.span.events)
    writeTime(out, otlp.spanEvent.timeUnixNano, nanoOf(timestamp) ?? undefined)
    out.textEntry(otlp.spanEvent.name, value)
    out.end(mark)
  }
}

/** An `error` of any text is one; OpenTelemetry's exporters for Zipkin say it with `otel.status_code`. */
function writeStatus(out: WireWriter, tags: Record<string, unknown>): void {
  const { error, 'otel.status_code': code } = tags
  const isError = (error !== undefined && error !== 'false' && error !== false) || code === 'ERROR'
  if (!isError && code !== 'OK') return
  const mark = out.begin(otlp.span.status)
  if (isError && typeof error === 'string' && error !== 'true') out.textEntry(otlp.spanStatus.message, error)
  out.varintEntry(otlp.spanStatus.code, isError ? 2 : 1)
  out.end(mark)
}

function textAt(holder: unknown, key: string): string | undefined {
  const value = isObject(holder) ? holder[key] : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}

function portOf(endpoint: unknown): number | undefined {
  const port = isObject(endpoint) ? endpoint['port'] : undefined
  return typeof port === 'number' && port !== 0 ? port : undefined
}
