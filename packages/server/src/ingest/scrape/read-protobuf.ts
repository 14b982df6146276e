import { WireReader, wireType } from '@wakeline/protocol'
import type { ExpositionExemplar, Label, MetricType } from '../exposition/exposition.ts'
import { printBound } from '../exposition/print-bound.ts'
import type { Exposed, ExposedFamily, NativeBuckets, NativeHistogram } from './exposed.ts'

/**
 * `io.prometheus.client.MetricFamily` messages, each behind its length: the one language of targets that has native
 * histograms. https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto
 *
 *   family   1 name  2 help  3 type  4 metrics  5 unit
 *   metric   1 labels  2 gauge  3 counter  4 summary  5 untyped  6 timestamp (ms)  7 histogram
 */
export type ProtobufOptions = {
  /** Without it, histograms have their classic buckets only. */
  isNativeWanted: boolean
  /** Classic buckets of a native histogram, too. */
  isClassicWanted: boolean
}

/** Hands every sample to `each`. Answers why the body is refused, '' when it is not. Yields between families. */
export function* readProtobuf(
  body: Uint8Array,
  options: ProtobufOptions,
  each: (exposed: Exposed) => void,
): Generator<void, string> {
  const reader = new WireReader(body)
  while (reader.at < body.length) {
    const at = reader.at
    const end = reader.lengthEnd()
    readFamily(reader, end, options, each)
    reader.close(end)
    if (reader.fault !== undefined)
      return `${reader.fault.reason} (byte ${reader.fault.offset}, in the family at byte ${at})`
    yield
  }
  return ''
}

const { bytes, varint, fixed64 } = wireType
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const types: readonly MetricType[] = ['counter', 'gauge', 'summary', 'unknown', 'histogram', 'gaugehistogram']

/** A byte that is no UTF-8 would make one series of two. */
function readText(reader: WireReader): string {
  const at = reader.range()
  try {
    return utf8.decode(reader.bytes.subarray(at, at + reader.length))
  } catch {
    reader.fail('a text is not UTF-8', at)
    return ''
  }
}

function readFamily(reader: WireReader, end: number, options: ProtobufOptions, each: (exposed: Exposed) => void): void {
  const family: ExposedFamily = { type: 'counter', help: '', unit: '' }
  const metrics: { at: number; length: number }[] = []
  let name = ''
  while (reader.at < end) {
    const key = reader.varint32()
    if (key === ((1 << 3) | bytes)) name = readText(reader)
    else if (key === ((2 << 3) | bytes)) family.help = readText(reader)
    else if (key === ((3 << 3) | varint)) family.type = types[reader.varint32()] ?? 'unknown'
    else if (key === ((4 << 3) | bytes)) metrics.push({ at: reader.range(), length: reader.length })
    else if (key === ((5 << 3) | bytes)) family.unit = readText(reader)
    else reader.skip(key)
  }
  if (reader.fault === undefined && name === '') reader.fail('a metric family has no name', reader.at)
  for (const { at, length } of metrics) {
    if (reader.fault !== undefined) return
    reader.at = at
    for (const exposed of readMetric(reader, at + length, { name, family, options })) each(exposed)
    reader.close(at + length)
  }
  if (reader.fault === undefined) reader.at = end
}

type Of = { name: string; family: ExposedFamily; options: ProtobufOptions }

function readMetric(reader: WireReader, end: number, of: Of): Exposed[] {
  const labels: Label[] = []
  const metric: Metric = { values: [], native: undefined, createdMs: 0 }
  let timestampMs: number | undefined
  while (reader.at < end) {
    const key = reader.varint32()
    if (key === ((1 << 3) | bytes)) labels.push(readLabel(reader))
    else if (key === ((2 << 3) | bytes) || key === ((3 << 3) | bytes) || key === ((5 << 3) | bytes))
      readSimple(reader, metric)
    else if (key === ((4 << 3) | bytes)) readSummary(reader, metric)
    else if (key === ((7 << 3) | bytes)) readHistogram(reader, metric, of)
    else if (key === ((6 << 3) | varint)) timestampMs = readInt(reader) || undefined
    else reader.skip(key)
  }
  const shared = { timestampMs, createdMs: metric.createdMs, family: of.family }
  const exposed: Exposed[] = metric.values.map(({ suffix, label, value, exemplars }) => ({
    ...shared,
    name: of.name + suffix,
    labels: label === undefined ? labels : [...labels, label],
    value,
    histogram: undefined,
    exemplars,
  }))
  if (metric.native !== undefined)
    exposed.push({
      ...shared,
      name: of.name,
      labels,
      value: 0,
      histogram: metric.native.histogram,
      exemplars: metric.native.exemplars,
    })
  return exposed
}

type Metric = {
  values: { suffix: string; label?: Label; value: number; exemplars: readonly ExpositionExemplar[] }[]
  native: { histogram: NativeHistogram; exemplars: readonly ExpositionExemplar[] } | undefined
  createdMs: number
}

function readLabel(reader: WireReader): Label {
  const end = reader.lengthEnd()
  let name = ''
  let value = ''
  while (reader.at < end) {
    const key = reader.varint32()
    if (key === ((1 << 3) | bytes)) name = readText(reader)
    else if (key === ((2 << 3) | bytes)) value = readText(reader)
    else reader.skip(key)
  }
  reader.close(end)
  return [name, value]
}

/** A gauge, a counter or an untyped: 1 value, and of a counter 2 exemplar, 3 created. */
function readSimple(reader: WireReader, metric: Metric): void {
  const end = reader.lengthEnd()
  const exemplars: ExpositionExemplar[] = []
  let value = 0
  while (reader.at < end) {
    const key = reader.varint32()
    if (key === ((1 << 3) | fixed64)) value = readDouble(reader)
    else if (key === ((2 << 3) | bytes)) exemplars.push(readExemplar(reader))
    else if (key === ((3 << 3) | bytes)) metric.createdMs = readTimestamp(reader)
    else reader.skip(key)
  }
  reader.close(end)
  metric.values.push({ suffix: '', value, exemplars })
}

function readSummary(reader: WireReader, metric: Metric): void {
  const end = reader.lengthEnd()
  let count = 0
  let sum = 0
  while (reader.at < end) {
    const key = reader.varint32()
    if (key === ((1 << 3) | varint)) count = readInt(reader)
    else if (key === ((2 << 3) | fixed64)) sum = readDouble(reader)
    else if (key === ((3 << 3) | bytes)) {
      const [quantile, value] = readPair(reader)
      metric.values.push({ suffix: '', label: ['quantile', printBound(quantile)], value, exemplars: [] })
    } else if (key === ((4 << 3) | bytes)) metric.createdMs = readTimestamp(reader)
    else reader.skip(key)
  }
  reader.close(end)
  metric.values.push({ suffix: '_sum', value: sum, exemplars: [] }, { suffix: '_count', value: count, exemplars: [] })
}

function readPair(reader: WireReader): [number, number] {
  const end = reader.lengthEnd()
  const pair: [number, number] = [0, 0]
  while (reader.at < end) {
    const key = reader.varint32()
    if (key === ((1 << 3) | fixed64)) pair[0] = readDouble(reader)
    else if (key === ((2 << 3) | fixed64)) pair[1] = readDouble(reader)
    else reader.skip(key)
  }
  reader.close(end)
  return pair
}

type Bucket = { count: number; bound: number; exemplars: ExpositionExemplar[] }

/** 1 count 2 sum 3 buckets 4 count, float 5 schema 6 zero threshold 7, 8 zero count 9-11 negative 12-14 positive 15 created 16 exemplars. */
function readHistogram(reader: WireReader, metric: Metric, { family, options }: Of): void {
  const end = reader.lengthEnd()
  const buckets: Bucket[] = []
  const exemplars: ExpositionExemplar[] = []
  const histogram: NativeHistogram = {
    count: 0,
    sum: 0,
    schema: 0,
    zeroThreshold: 0,
    zeroCount: 0,
    isFloat: false,
    negative: { spans: [], deltas: [], counts: [] },
    positive: { spans: [], deltas: [], counts: [] },
    isGauge: family.type === 'gaugehistogram',
  }
  while (reader.at < end) {
    const key = reader.varint32()
    if (key === ((3 << 3) | bytes)) buckets.push(readBucket(reader))
    else if (key === ((15 << 3) | bytes)) metric.createdMs = readTimestamp(reader)
    else if (key === ((16 << 3) | bytes)) exemplars.push(readExemplar(reader))
    else readNative(reader, key, histogram)
  }
  reader.close(end)
  const isNative =
    histogram.positive.spans.length + histogram.negative.spans.length > 0 ||
    histogram.zeroThreshold > 0 ||
    histogram.zeroCount > 0
  const own = exemplars.length > 0 ? exemplars : buckets.flatMap((bucket) => bucket.exemplars)
  if (isNative && options.isNativeWanted) metric.native = { histogram, exemplars: own }
  if (!isNative || !options.isNativeWanted || (options.isClassicWanted && buckets.length > 0))
    addClassic(metric, histogram, buckets)
}

/** The last bucket may be left out by a target; it holds what was counted. */
function addClassic(metric: Metric, { count, sum }: NativeHistogram, buckets: readonly Bucket[]): void {
  for (const { bound, count: value, exemplars } of buckets)
    metric.values.push({ suffix: '_bucket', label: ['le', printBound(bound)], value, exemplars })
  if (buckets.at(-1)?.bound !== Infinity)
    metric.values.push({ suffix: '_bucket', label: ['le', '+Inf'], value: count, exemplars: [] })
  metric.values.push({ suffix: '_sum', value: sum, exemplars: [] }, { suffix: '_count', value: count, exemplars: [] })
}

function readNative(reader: WireReader, key: number, into: NativeHistogram): void {
  if (key === ((1 << 3) | varint)) into.count = readInt(reader)
  else if (key === ((2 << 3) | fixed64)) into.sum = readDouble(reader)
  else if (key === ((5 << 3) | varint)) into.schema = readZigzag(reader)
  else if (key === ((6 << 3) | fixed64)) into.zeroThreshold = readDouble(reader)
  else if (key === ((7 << 3) | varint)) into.zeroCount = readInt(reader)
  else if (key === ((4 << 3) | fixed64) || key === ((8 << 3) | fixed64)) {
    const value = readDouble(reader)
    if (value === 0) return
    into.isFloat = true
    if (key >>> 3 === 4) into.count = value
    else into.zeroCount = value
  } else if (key >>> 3 >= 9 && key >>> 3 <= 14)
    readBuckets(reader, key, key >>> 3 <= 11 ? into.negative : into.positive)
  else reader.skip(key)
}

function readBuckets(reader: WireReader, key: number, into: NativeBuckets): void {
  const part = (key >>> 3) - (key >>> 3 <= 11 ? 9 : 12)
  if (part === 0) {
    if ((key & 7) === bytes) into.spans.push(readSpan(reader))
    else reader.refuseWireType(key)
    return
  }
  const read = part === 1 ? readZigzag : readDouble
  const target = part === 1 ? into.deltas : into.counts
  if ((key & 7) === (part === 1 ? varint : fixed64)) target.push(read(reader))
  else if ((key & 7) === bytes) {
    const end = reader.lengthEnd()
    while (reader.at < end) target.push(read(reader))
    reader.close(end)
  } else reader.refuseWireType(key)
}

function readSpan(reader: WireReader): readonly [number, number] {
  const end = reader.lengthEnd()
  let offset = 0
  let length = 0
  while (reader.at < end) {
    const key = reader.varint32()
    if (key === ((1 << 3) | varint)) offset = readZigzag(reader)
    else if (key === ((2 << 3) | varint)) length = reader.varint32()
    else reader.skip(key)
  }
  reader.close(end)
  return [offset, length]
}

function readBucket(reader: WireReader): Bucket {
  const end = reader.lengthEnd()
  const bucket: Bucket = { count: 0, bound: 0, exemplars: [] }
  while (reader.at < end) {
    const key = reader.varint32()
    if (key === ((1 << 3) | varint)) bucket.count = readInt(reader)
    else if (key === ((2 << 3) | fixed64)) bucket.bound = readDouble(reader)
    else if (key === ((3 << 3) | bytes)) bucket.exemplars.push(readExemplar(reader))
    else if (key === ((4 << 3) | fixed64)) bucket.count = readDouble(reader) || bucket.count
    else reader.skip(key)
  }
  reader.close(end)
  return bucket
}

function readExemplar(reader: WireReader): ExpositionExemplar {
  const end = reader.lengthEnd()
  const labels: Label[] = []
  const exemplar: ExpositionExemplar = { labels, value: 0 }
  while (reader.at < end) {
    const key = reader.varint32()
    if (key === ((1 << 3) | bytes)) labels.push(readLabel(reader))
    else if (key === ((2 << 3) | fixed64)) exemplar.value = readDouble(reader)
    else if (key === ((3 << 3) | bytes)) exemplar.timestampMs = readTimestamp(reader)
    else reader.skip(key)
  }
  reader.close(end)
  return exemplar
}

/** google.protobuf.Timestamp, in milliseconds. */
function readTimestamp(reader: WireReader): number {
  const end = reader.lengthEnd()
  let seconds = 0
  let nanos = 0
  while (reader.at < end) {
    const key = reader.varint32()
    if (key === ((1 << 3) | varint)) seconds = readInt(reader)
    else if (key === ((2 << 3) | varint)) nanos = readInt(reader)
    else reader.skip(key)
  }
  reader.close(end)
  return seconds * 1000 + Math.floor(nanos / 1e6)
}

function readDouble(reader: WireReader): number {
  reader.fixed64()
  return reader.fault === undefined ? reader.view.getFloat64(reader.at - 8, true) : 0
}

/** A number of 64 bits with a sign, as the nearest double. */
function readInt(reader: WireReader): number {
  reader.varint64()
  return reader.high * 2 ** 32 + (reader.low >>> 0)
}

function readZigzag(reader: WireReader): number {
  reader.varint64()
  const magnitude = (reader.high >>> 1) * 2 ** 32 + (((reader.low >>> 1) | (reader.high << 31)) >>> 0)
  return (reader.low & 1) === 0 ? magnitude : -magnitude - 1
}
