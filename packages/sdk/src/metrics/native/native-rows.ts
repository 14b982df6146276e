import type { RecordWriter } from '../../encode/record-writer.ts'
import { closePoint, openPoint, writeTime } from '../encode-metrics.ts'
import type { HistogramInstrument, OwnBuckets } from '../instruments.ts'
import type { HistogramPoints, PointWriter, SummaryPoints } from '../points.ts'
import { type BucketLimits, type BucketRange, ExponentialBuckets } from './exponential-buckets.ts'

const exponentialHistogram = 0x52

/** The exponential buckets of all series of one histogram, by slot. */
export class NativeRows implements OwnBuckets {
  readonly dataKey = exponentialHistogram
  readonly rows: (ExponentialBuckets | undefined)[] = []
  private readonly limits: BucketLimits

  constructor(limits: BucketLimits) {
    this.limits = limits
  }

  record(slot: number, value: number): void {
    this.row(slot).record(value)
  }

  clear(slot: number): void {
    this.rows[slot] = undefined
  }

  absorb(slot: number, buckets: ExponentialBuckets): void {
    this.row(slot).absorb(buckets)
  }

  row(slot: number): ExponentialBuckets {
    const known = this.rows[slot]
    if (known !== undefined) return known
    const made = new ExponentialBuckets(this.limits)
    this.rows[slot] = made
    return made
  }

  /** 11 start  19 time  21 count  29 sum  30 scale  39 zero_count  42 positive  4a negative  5a exemplar  61 min  69 max */
  write(points: HistogramPoints | SummaryPoints, to: PointWriter): number {
    if (!('rowLength' in points)) return 0
    const { writer, nowUnixMs } = to
    const width = points.rowLength
    let written = 0
    for (let slot = 0; slot < points.startUnixMs.length; slot++) {
      const row = this.rows[slot]
      if (row === undefined || row.count === 0) continue
      written++
      const start = openPoint(writer)
      writer.copy(to.attributes(points, slot, 0x0a))
      writeTime(writer, 0x11, points.startUnixMs[slot] ?? 0)
      writeTime(writer, 0x19, nowUnixMs)
      writer.reserve(64)
      writer.byte(0x21)
      writer.fixed64(row.count)
      writer.byte(0x29)
      writer.double(points.sums[slot] ?? 0)
      writer.byte(0x30)
      writer.varint(zigzag(row.scale))
      writer.byte(0x39)
      writer.fixed64(row.zeroCount)
      writeRange(writer, 0x42, row.positive)
      writeRange(writer, 0x4a, row.negative)
      for (let i = 0; i < width; i++) to.exemplar(0x5a, points.exemplars.at(slot * width + i))
      writeExtremes(writer, points.smallest[slot] ?? 0, points.largest[slot] ?? 0)
      closePoint(writer, start)
    }
    return written
  }
}

function writeExtremes(writer: RecordWriter, smallest: number, largest: number): void {
  writer.reserve(32)
  writer.byte(0x61)
  writer.double(smallest)
  writer.byte(0x69)
  writer.double(largest)
}

/** 08 offset  12 counts, packed */
function writeRange(writer: RecordWriter, key: number, range: BucketRange): void {
  if (range.length === 0) return
  writer.reserve(32 + range.length * 8)
  writer.byte(key)
  const start = writer.open(200)
  writer.byte(0x08)
  writer.varint(zigzag(range.offset))
  writer.byte(0x12)
  const counts = writer.open(200)
  for (let i = 0; i < range.length; i++) writer.varint(range.counts[i] ?? 0)
  writer.close(counts, 200)
  writer.close(start, 200)
}

/** A signed number as an unsigned one. */
export function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value
}

/**
 * Gives a histogram exponential buckets, once. Values it has already are counted at the middle of their bucket: what they
 * were exactly is not known any more.
 */
export function makeNative(histogram: HistogramInstrument, limits: BucketLimits): void {
  if (histogram.own !== undefined) return
  const own = new NativeRows(limits)
  const { boundaries, rowLength, counts, smallest, largest, startUnixMs } = histogram
  for (let slot = 0; slot < startUnixMs.length; slot++) {
    const [low, high] = [smallest[slot] ?? 0, largest[slot] ?? 0]
    for (let i = 0; i < rowLength; i++) {
      const count = counts[slot * rowLength + i] ?? 0
      if (count === 0) continue
      const middle = ((boundaries[i - 1] ?? low) + (boundaries[i] ?? high)) / 2
      own.row(slot).record(Math.min(high, Math.max(low, middle)), count)
    }
  }
  histogram.own = own
}

/** OpenTelemetry's defaults: 160 buckets of each sign hold any range down to a factor of 1.04 between bounds. */
export const nativeLimits: BucketLimits = { maxScale: 20, maxBuckets: 160 }
