import { type WireReader, wireType } from '@wakeline/protocol'
import type { Word64Column } from '../../base/native/fixed-columns.ts'
import type { ArrayColumn } from '../../base/native/nested-columns.ts'
import { realCountsFlag } from '../../store/tables.ts'
import type { Decoding } from './decoding.ts'
import { readZigzag32 } from './packed.ts'
import { appendMs, numberOf, staleHigh, staleLow } from './point-register.ts'
import type { SeriesForm, SeriesId } from './remote-write-series.ts'
import { checkMs } from './remote-write-times.ts'
import { twoTo32 } from './times.ts'

/**
 * Native histograms. The buckets of Prometheus are those of OpenTelemetry's exponential histograms, counted from one
 * further up (bucket i ends, there begins, at base^i); runs of buckets in use become one array with zeros between:
 *
 *   spans (offset 2, 2 long), (offset 3, 1 long), counts 5 6 7   ->   offset 1, counts 5 6 0 0 0 7
 *
 * Schema -53 has bounds of its own: a histogram with explicit bounds. Counts with fractions, which recording rules make,
 * are stored as doubles, and all counts of that histogram with them.
 */
const { bytes, varint, fixed64 } = wireType
const customSchema = -53
/** Finer ones than 8, which Prometheus does not compute with, are made coarser where they are asked for. */
const schemaMin = -4
const schemaMax = 52
const bucketsMax = 20_000
const gaugeHint = 3

class Buckets {
  readonly offsets: number[] = []
  readonly lengths: number[] = []
  readonly deltas: number[] = []
  readonly counts: number[] = []

  clear(): void {
    this.offsets.length = this.lengths.length = this.deltas.length = this.counts.length = 0
  }
}

export class HistogramRegister {
  count = 0
  sumLow = 0
  sumHigh = 0
  schema = 0
  zeroThreshold = 0
  zeroCount = 0
  resetHint = 0
  timeMs = 0
  startMs = 0
  /** Whether one of its counts has a fraction, or is too large for a whole number. */
  isReal = false
  readonly negative = new Buckets()
  readonly positive = new Buckets()
  readonly bounds: number[] = []

  clear(): void {
    this.count = this.sumLow = this.sumHigh = this.schema = this.zeroThreshold = this.zeroCount = 0
    this.resetHint = this.timeMs = this.startMs = this.bounds.length = 0
    this.isReal = false
    this.negative.clear()
    this.positive.clear()
  }
}

/** Reads a Histogram that ends at `end`. */
export function readHistogram({ reader }: Decoding, into: HistogramRegister, end: number): void {
  into.clear()
  while (reader.at < end) readEntry(reader, into)
  reader.close(end)
  checkMs(reader, into.timeMs)
  checkMs(reader, into.startMs)
  if (reader.fault === undefined) checkShape(reader, into)
}

export function formOf(histogram: HistogramRegister): SeriesForm {
  if (histogram.schema === customSchema) return 'bounds'
  return histogram.resetHint === gaugeHint ? 'gaugeExponential' : 'exponential'
}

function readEntry(reader: WireReader, into: HistogramRegister): void {
  const key = reader.varint32()
  switch (key >>> 3) {
    case 1:
      into.count = readNumber(reader, key, varint)
      return
    case 2:
      into.count = readNumber(reader, key, fixed64)
      return
    case 3:
      readNumber(reader, key, fixed64)
      into.sumLow = reader.low
      into.sumHigh = reader.high
      return
    case 4:
      if ((key & 7) === varint) into.schema = readZigzag32(reader)
      else reader.refuseWireType(key)
      return
    case 5:
      into.zeroThreshold = readNumber(reader, key, fixed64)
      return
    case 6:
      into.zeroCount = readNumber(reader, key, varint)
      return
    case 7:
      into.zeroCount = readNumber(reader, key, fixed64)
      return
    case 14:
      into.resetHint = readNumber(reader, key, varint)
      return
    case 15:
      into.timeMs = readNumber(reader, key, varint)
      return
    case 17:
      into.startMs = readNumber(reader, key, varint)
      return
    default:
      readBuckets(reader, into, key)
  }
}

/** 8, 9 and 10 are spans, differences and counts of the negative side; 11, 12 and 13 of the positive one. */
function readBuckets(reader: WireReader, into: HistogramRegister, key: number): void {
  const number = key >>> 3
  const side = number <= 10 ? into.negative : into.positive
  if (number === 8 || number === 11) readSpan(reader, key, side)
  else if (number === 9 || number === 12) readNumbers(reader, key, side.deltas, readZigzag64)
  else if (number === 10 || number === 13) readNumbers(reader, key, side.counts, readDouble)
  else if (number === 16) readNumbers(reader, key, into.bounds, readDouble)
  else reader.skip(key)
}

/** One number, as a double or as an integer of 64 bits with a sign; the bits stay in `low` and `high`. */
function readNumber(reader: WireReader, key: number, type: typeof varint | typeof fixed64): number {
  if ((key & 7) !== type) reader.refuseWireType(key)
  else if (type === fixed64) return readDouble(reader)
  else reader.varint64()
  return numberOf(reader.low, reader.high)
}

function readDouble(reader: WireReader): number {
  reader.fixed64()
  return reader.fault === undefined ? reader.view.getFloat64(reader.at - 8, true) : 0
}

function readZigzag64(reader: WireReader): number {
  reader.varint64()
  const magnitude = (reader.high >>> 1) * twoTo32 + (((reader.low >>> 1) | (reader.high << 31)) >>> 0)
  return (reader.low & 1) === 0 ? magnitude : -magnitude - 1
}

function readNumbers(reader: WireReader, key: number, into: number[], read: (reader: WireReader) => number): void {
  if ((key & 7) !== bytes) {
    if ((key & 7) === (read === readDouble ? fixed64 : varint)) into.push(read(reader))
    else reader.refuseWireType(key)
    return
  }
  const end = reader.lengthEnd()
  while (reader.at < end) into.push(read(reader))
  reader.close(end)
}

function readSpan(reader: WireReader, key: number, into: Buckets): void {
  if ((key & 7) !== bytes) {
    reader.refuseWireType(key)
    return
  }
  const end = reader.lengthEnd()
  let offset = 0
  let length = 0
  while (reader.at < end) {
    const entry = reader.varint32()
    if (entry === ((1 << 3) | varint)) offset = readZigzag32(reader)
    else if (entry === ((2 << 3) | varint)) length = reader.varint32()
    else if (entry >>> 3 <= 2) reader.refuseWireType(entry)
    else reader.skip(entry)
  }
  reader.close(end)
  into.offsets.push(offset)
  into.lengths.push(length)
}

function checkShape(reader: WireReader, histogram: HistogramRegister): void {
  const { schema, positive, negative } = histogram
  const wrong = (reason: string): void => reader.fail(reason, reader.at)
  if (schema !== customSchema && (schema < schemaMin || schema > schemaMax)) {
    wrong(`its schema ${schema} is not known`)
    return
  }
  if (!isCount(histogram.count) || !isCount(histogram.zeroCount)) {
    wrong('its count is not a number from 0 up')
    return
  }
  for (const side of [negative, positive]) {
    const reason = settleBuckets(side)
    if (reason !== undefined) {
      wrong(reason)
      return
    }
  }
  const reason = schema === customSchema ? faultOfCustom(histogram) : undefined
  if (reason !== undefined) wrong(reason)
  const counts = [[histogram.count, histogram.zeroCount], negative.counts, positive.counts]
  histogram.isReal = !counts.every((each) => each.every(Number.isSafeInteger))
}

/** What is wrong with a histogram that has bounds of its own; the last bucket, which has none, goes up to infinity. */
function faultOfCustom({ bounds, positive, negative, zeroCount }: HistogramRegister): string | undefined {
  if (zeroCount > 0 || negative.counts.length > 0) return 'it has bounds of its own, and buckets beside them'
  if ((positive.offsets[0] ?? 0) < 0) return 'its first bucket is before its bounds'
  if (reach(positive) > bounds.length + 1) return `it has ${reach(positive)} buckets for ${bounds.length} bounds`
  const ascend = bounds.every((bound, i) => bound < (bounds[i + 1] ?? Number.POSITIVE_INFINITY))
  return ascend ? undefined : 'its bounds do not ascend'
}

/** Turns differences into counts, and answers what is wrong with either. */
function settleBuckets({ offsets, lengths, deltas, counts }: Buckets): string | undefined {
  let count = 0
  for (const delta of deltas) {
    count += delta
    counts.push(count)
  }
  let inSpans = 0
  for (const length of lengths) inSpans += length
  if (inSpans !== counts.length) return `its spans have ${inSpans} buckets and there are ${counts.length} counts`
  if (offsets.some((offset, i) => i > 0 && offset < 0)) return 'its spans overlap'
  const reached = reach({ offsets, lengths }) - (offsets[0] ?? 0)
  if (reached > bucketsMax) return `its buckets span ${reached} and the limit is ${bucketsMax}`
  return counts.every(isCount) ? undefined : 'one of its buckets has no number from 0 up'
}

/** The bucket behind the last one. */
function reach({ offsets, lengths }: Pick<Buckets, 'offsets' | 'lengths'>): number {
  let at = 0
  for (let i = 0; i < offsets.length; i += 1) at += (offsets[i] ?? 0) + (lengths[i] ?? 0)
  return at
}

function isCount(value: number): boolean {
  return Number.isFinite(value) && value >= 0
}

export function appendHistogram({ blocks }: Decoding, id: SeriesId, histogram: HistogramRegister): void {
  const { columns } = blocks.histograms
  const isCustom = histogram.schema === customSchema
  const { positive, negative, isReal } = histogram
  const append = isReal ? appendReal : appendCount
  columns.series_id.append(id.low, id.high)
  appendMs(columns.ts, histogram.timeMs)
  appendMs(columns.start_ts, histogram.startMs)
  const isStale = histogram.sumLow === staleLow && histogram.sumHigh === staleHigh
  columns.flags.append((isStale ? 1 : 0) + (isReal ? realCountsFlag : 0))
  append(columns.count, histogram.count)
  columns.sum.appendBits(histogram.sumLow, histogram.sumHigh)
  columns.min.appendNull()
  columns.max.appendNull()
  for (const bound of histogram.bounds) if (isCustom) columns.bounds.values.append(bound)
  columns.bounds.endRow()
  if (isCustom) appendCounts(columns.bucket_counts, positive, { append, first: 0, least: histogram.bounds.length + 1 })
  else columns.bucket_counts.endRow()
  columns.scale.append(isCustom ? 0 : histogram.schema)
  append(columns.zero_count, histogram.zeroCount)
  columns.zero_threshold.append(histogram.zeroThreshold)
  const empty = isCustom || positive.offsets.length === 0
  columns.positive_offset.append(empty ? 0 : (positive.offsets[0] ?? 0) - 1)
  if (isCustom) columns.positive_counts.endRow()
  else appendCounts(columns.positive_counts, positive, { append, first: positive.offsets[0] ?? 0 })
  columns.negative_offset.append(negative.offsets.length === 0 ? 0 : (negative.offsets[0] ?? 0) - 1)
  appendCounts(columns.negative_counts, negative, { append, first: negative.offsets[0] ?? 0 })
}

/** The counts from bucket `first` on, zeros between the spans, and behind them up to bucket `least`. */
function appendCounts(
  into: ArrayColumn<Word64Column>,
  buckets: Buckets,
  { append, first, least = first }: { append: typeof appendCount; first: number; least?: number },
): void {
  let at = first
  let next = 0
  let bucket = 0
  buckets.offsets.forEach((offset, span) => {
    bucket += offset
    for (; at < bucket; at += 1) into.values.append(0, 0)
    for (let i = 0; i < (buckets.lengths[span] ?? 0); i += 1) append(into.values, buckets.counts[next++] ?? 0)
    bucket += buckets.lengths[span] ?? 0
    at = bucket
  })
  for (; at < least; at += 1) into.values.append(0, 0)
  into.endRow()
}

function appendCount(into: Word64Column, count: number): void {
  into.append(count | 0, Math.floor(count / twoTo32))
}

const real = new DataView(new ArrayBuffer(8))

function appendReal(into: Word64Column, count: number): void {
  real.setFloat64(0, count, true)
  into.append(real.getInt32(0, true), real.getInt32(4, true))
}
