import { otlp, WireReader, wireType } from '@wakeline/protocol'
import type { Steps } from '../in-turns.ts'
import { isObject, parseJsonExact, parseJsonExactInSteps } from './json-exact.ts'
import type { TranscodedRecords } from './json-lines.ts'
import { hexOf, writeSeverity } from './json-log.ts'
import { parseLokiLabels } from './loki-labels.ts'
import { OtlpRequestWriter, writeAttribute, writeHex, writeTime, writeValue } from './otlp-request-writer.ts'
import { severityOfLevel, severityOfText } from './severity.ts'

/**
 * Loki's push request, in JSON and in protobuf, as log records: a stream's labels are the resource's attributes, an
 * entry's structured metadata the record's, its line the body.
 *
 *   {"streams":[{"stream":{"app":"shop"},"values":[["1769860800000000000","the line",{"trace_id":"..."}]]}]}
 *
 *   PushRequest  1 streams     Stream  1 labels as text  2 entries     Entry  1 timestamp (1 s, 2 ns)  2 line  3 metadata (1 name, 2 value)
 *
 * The service is the first of the labels service.name, service_name, service, app, application, job that is there. Severity and trace
 * are taken from the first that has them: the metadata, the labels, and the line where it is a JSON object or has
 * `level=warn` in it as logfmt does. All of them also stay where they were.
 */
export function* lokiJsonToOtlp(body: Uint8Array): Steps<TranscodedRecords | { refused: string }> {
  const parsed = yield* parseJsonExactInSteps(new TextDecoder().decode(body))
  if ('fault' in parsed) return { refused: `Cannot decode the push request: ${parsed.fault}` }
  const streams = isObject(parsed.json) ? parsed.json['streams'] : undefined
  if (!Array.isArray(streams)) return { refused: 'Cannot decode the push request: it has no list of streams' }
  const entries = new Entries()
  for (const [index, stream] of streams.entries()) yield* readJsonStream(entries, `streams[${index}]`, stream)
  return entries.take()
}

function* readJsonStream(entries: Entries, place: string, stream: unknown): Steps<void> {
  const labels = isObject(stream) ? (stream['stream'] ?? {}) : undefined
  const values = isObject(stream) ? stream['values'] : undefined
  if (!isTexts(labels)) entries.reject(`${place}.stream`, 'expected labels that are texts')
  else if (!Array.isArray(values)) entries.reject(`${place}.values`, 'expected a list')
  else yield* readJsonValues(entries, place, labels, values)
}

function* readJsonValues(
  entries: Entries,
  place: string,
  labels: Record<string, string>,
  values: unknown[],
): Steps<void> {
  for (const [index, value] of values.entries()) {
    const at = `${place}.values[${index}]`
    yield
    const [time, line, metadata = {}]: unknown[] = Array.isArray(value) ? value : []
    if (typeof time !== 'string' || !/^\d{1,19}$/.test(time) || !isTime(BigInt(time)))
      entries.reject(`${at}[0]`, 'expected nanoseconds after 1970 and before 2200, as a text of digits')
    else if (typeof line !== 'string') entries.reject(`${at}[1]`, 'expected the line, a text')
    else if (!isTexts(metadata)) entries.reject(`${at}[2]`, 'expected structured metadata, an object of texts')
    else entries.write({ unixNano: BigInt(time), line, labels, metadata })
  }
}

export function* lokiProtobufToOtlp(body: Uint8Array): Steps<TranscodedRecords | { refused: string }> {
  const entries = new Entries()
  const reader = new WireReader(body)
  for (let index = 0; reader.at < body.length; ) {
    const key = reader.varint32()
    if (key !== bytesKey(1)) {
      reader.skip(key)
      continue
    }
    yield* readStream(reader, entries, `streams[${index}]`)
    index += 1
  }
  const { fault } = reader
  if (fault === undefined) return entries.take()
  return { refused: `Cannot decode the push request: ${fault.reason} (byte ${fault.offset})` }
}

function* readStream(reader: WireReader, entries: Entries, place: string): Steps<void> {
  const end = reader.lengthEnd()
  let labels: Record<string, string> | string = {}
  const found: Entry[] = []
  while (reader.at < end) {
    const key = reader.varint32()
    if (key === bytesKey(1)) labels = parseLokiLabels(readText(reader))
    else if (key === bytesKey(2)) found.push(readEntry(reader))
    else reader.skip(key)
  }
  reader.close(end)
  for (const [index, entry] of found.entries()) {
    yield
    if (typeof labels === 'string') entries.reject(`${place}.labels`, labels)
    else if (!isTime(entry.unixNano))
      entries.reject(`${place}.entries[${index}]`, 'expected a time after 1970 and before 2200')
    else entries.write({ ...entry, labels })
  }
}

type Entry = { unixNano: bigint; line: string; metadata: Readonly<Record<string, unknown>> }

function readEntry(reader: WireReader): Entry {
  const end = reader.lengthEnd()
  const metadata: [string, string][] = []
  const entry = { unixNano: 0n, line: '' }
  while (reader.at < end) {
    const key = reader.varint32()
    if (key === bytesKey(1)) entry.unixNano = readTimestamp(reader)
    else if (key === bytesKey(2)) entry.line = readText(reader)
    else if (key === bytesKey(3)) metadata.push(readPair(reader))
    else reader.skip(key)
  }
  reader.close(end)
  return { ...entry, metadata: Object.fromEntries(metadata) }
}

function readTimestamp(reader: WireReader): bigint {
  const end = reader.lengthEnd()
  let nano = 0n
  while (reader.at < end) {
    const key = reader.varint32()
    if (key !== varintKey(1) && key !== varintKey(2)) {
      reader.skip(key)
      continue
    }
    reader.varint64()
    const value = (BigInt(reader.high) << 32n) | BigInt(reader.low >>> 0)
    nano += key === varintKey(1) ? value * 1_000_000_000n : value
  }
  reader.close(end)
  return nano
}

function readPair(reader: WireReader): [string, string] {
  const end = reader.lengthEnd()
  const pair: [string, string] = ['', '']
  while (reader.at < end) {
    const key = reader.varint32()
    if (key === bytesKey(1)) pair[0] = readText(reader)
    else if (key === bytesKey(2)) pair[1] = readText(reader)
    else reader.skip(key)
  }
  reader.close(end)
  return pair
}

function readText(reader: WireReader): string {
  const at = reader.range()
  return text.decode(reader.bytes.subarray(at, at + reader.length))
}

const text = new TextDecoder('utf-8', { ignoreBOM: true })
const bytesKey = (number: number): number => (number << 3) | wireType.bytes
const varintKey = (number: number): number => (number << 3) | wireType.varint

function isTime(unixNano: bigint): boolean {
  return unixNano > 0n && unixNano < 7_258_118_400_000_000_000n
}

function isTexts(value: unknown): value is Record<string, string> {
  return isObject(value) && Object.values(value).every((item) => typeof item === 'string')
}

const serviceLabels = ['service.name', 'service_name', 'service', 'app', 'application', 'job']
const levelNames = ['level', 'severity', 'detected_level', 'severity_text', 'loglevel', 'lvl']
const traceIdNames = ['trace_id', 'traceId', 'traceID', 'traceid']
const spanIdNames = ['span_id', 'spanId', 'spanID', 'spanid']
const logfmtLevel = /(?:^|\s)(?:level|lvl|severity)="?([A-Za-z]{1,11})"?(?=\s|$)/

class Entries {
  readonly #writer = new OtlpRequestWriter('loki')
  #rejected = 0
  #reason = ''

  reject(place: string, why: string): void {
    if (this.#rejected === 0) this.#reason = `Cannot store ${place}: ${why}`
    this.#rejected += 1
  }

  write({ unixNano, line, labels, metadata }: Entry & { labels: Readonly<Record<string, string>> }): void {
    const places = [metadata, labels, readLine(line)]
    const service = serviceLabels.map((name) => labels[name]).find((value) => value !== undefined && value !== '')
    const mark = this.#writer.begin(service === undefined ? labels : { ...labels, 'service.name': service })
    const { out } = this.#writer
    const { logRecord } = otlp
    writeTime(out, logRecord.timeUnixNano, unixNano)
    const level = first(places, levelNames, (value) => (typeof value === 'object' ? undefined : value))
    if (level !== undefined) writeSeverity(out, severityOf(String(level)))
    writeValue(out, logRecord.body, line)
    for (const [key, value] of Object.entries(metadata)) writeAttribute(out, logRecord.attributes, key, value)
    writeHex(out, logRecord.traceId, first(places, traceIdNames, (value) => hexOf(value, 32)) ?? '')
    writeHex(out, logRecord.spanId, first(places, spanIdNames, (value) => hexOf(value, 16)) ?? '')
    this.#writer.end(mark)
  }

  take(): TranscodedRecords {
    const outcome = { rejected: this.#rejected, reason: this.#reason, isTimed: true }
    return { ...outcome, records: this.#writer.records, protobuf: this.#writer.take() }
  }
}

/** What a line says of itself. */
function readLine(line: string): Readonly<Record<string, unknown>> {
  if (line.startsWith('{')) {
    const parsed = parseJsonExact(line)
    return 'json' in parsed && isObject(parsed.json) ? parsed.json : {}
  }
  const level = logfmtLevel.exec(line)?.[1]
  return level === undefined ? {} : { level }
}

function first<Value>(
  places: readonly Readonly<Record<string, unknown>>[],
  names: readonly string[],
  read: (value: unknown) => Value | undefined,
): Value | undefined {
  for (const place of places) {
    for (const name of names) {
      const value = Object.hasOwn(place, name) ? read(place[name]) : undefined
      if (value !== undefined && value !== '') return value
    }
  }
  return undefined
}

function severityOf(level: string): { number: number; text: string } {
  return { text: level, number: /^\d{1,2}$/.test(level) ? severityOfLevel(Number(level)) : severityOfText(level) }
}
