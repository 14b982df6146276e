import { otlp, wireType } from '@wakeline/protocol'
import { realCountsFlag } from '../../store/tables.ts'
import type { Decoding } from './decoding.ts'
import type { OpenBlocks } from './open-blocks.ts'
import { readFixed64s } from './packed.ts'
import { appendMs, appendStart, type PointRegister } from './point-register.ts'
import { beginPoint, endPoint, readPointAttribute, readPointTime, readStartTime } from './points.ts'

const { histogramDataPoint } = otlp
const { bytes, varint, fixed64 } = wireType
const keys = {
  attributes: (histogramDataPoint.attributes << 3) | bytes,
  exemplars: (histogramDataPoint.exemplars << 3) | bytes,
}

/** Decodes a point of a histogram with explicit bounds that ends at `end`. */
export function decodeHistogramPoint(decoding: Decoding, register: PointRegister, end: number): void {
  const { reader } = decoding
  const { histograms, exemplars } = decoding.blocks
  const rows = histograms.rows
  const exemplarRows = exemplars.rows
  beginPoint(decoding, register)
  while (reader.at < end) readEntry(decoding, register)
  checkBuckets(decoding)
  endPoint(decoding, register, keys, end)
  if (reader.fault === undefined) append(decoding, register)
  else {
    histograms.truncate(rows)
    exemplars.truncate(exemplarRows)
    decoding.reject('data point', end)
  }
}

function readEntry(decoding: Decoding, register: PointRegister): void {
  const { reader } = decoding
  const { columns } = decoding.blocks.histograms
  const key = reader.varint32()
  switch (key) {
    case (histogramDataPoint.bucketCounts << 3) | bytes:
    case (histogramDataPoint.bucketCounts << 3) | fixed64:
      readFixed64s(reader, key, columns.bucket_counts.values)
      return
    case (histogramDataPoint.explicitBounds << 3) | bytes:
    case (histogramDataPoint.explicitBounds << 3) | fixed64:
      readFixed64s(reader, key, columns.bounds.values)
      return
    case (histogramDataPoint.count << 3) | fixed64:
      reader.fixed64()
      register.countLow = reader.low
      register.countHigh = reader.high
      return
    case (histogramDataPoint.sum << 3) | fixed64:
      reader.fixed64()
      register.hasValue = true
      register.valueLow = reader.low
      register.valueHigh = reader.high
      return
    case (histogramDataPoint.min << 3) | fixed64:
      readMin(decoding, register)
      return
    case (histogramDataPoint.max << 3) | fixed64:
      readMax(decoding, register)
      return
    case keys.attributes:
      readPointAttribute(decoding, register)
      return
    case (histogramDataPoint.timeUnixNano << 3) | fixed64:
      readPointTime(decoding, register)
      return
    case (histogramDataPoint.startTimeUnixNano << 3) | fixed64:
      readStartTime(decoding, register)
      return
    case keys.exemplars:
      reader.at = reader.lengthEnd()
      register.exemplars += 1
      return
    case (histogramDataPoint.flags << 3) | varint:
      register.flags = reader.varint32()
      return
    default:
      if (key >>> 3 > 1 && key >>> 3 <= histogramDataPoint.max) reader.refuseWireType(key)
      else reader.skip(key)
  }
}

export function readMin({ reader }: Decoding, register: PointRegister): void {
  reader.fixed64()
  register.hasMin = true
  register.minLow = reader.low
  register.minHigh = reader.high
}

export function readMax({ reader }: Decoding, register: PointRegister): void {
  reader.fixed64()
  register.hasMax = true
  register.maxLow = reader.low
  register.maxHigh = reader.high
}

/** N bounds make N + 1 buckets; neither is fine too, and only the count and the sum are known then. */
function checkBuckets({ reader, blocks }: Decoding): void {
  if (reader.fault !== undefined) return
  const { bounds, bucket_counts: counts } = blocks.histograms.columns
  const boundsOfPoint = bounds.values.count - bounds.open
  const countsOfPoint = counts.values.count - counts.open
  if (countsOfPoint === boundsOfPoint + 1 || (countsOfPoint === 0 && boundsOfPoint === 0)) return
  reader.fail(`it has ${countsOfPoint} bucket counts for ${boundsOfPoint} bounds`, reader.at)
}

function append(decoding: Decoding, register: PointRegister): void {
  const { columns } = decoding.blocks.histograms
  appendShared(columns, register)
  columns.bounds.endRow()
  columns.bucket_counts.endRow()
  columns.scale.append(0)
  columns.zero_count.append(0, 0)
  columns.zero_threshold.append(0)
  columns.positive_offset.append(0)
  columns.positive_counts.endRow()
  columns.negative_offset.append(0)
  columns.negative_counts.endRow()
  decoding.accepted += 1
}

/** The columns that both kinds of histograms fill. */
export function appendShared(columns: OpenBlocks['histograms']['columns'], register: PointRegister): void {
  columns.series_id.append(register.seriesLow, register.seriesHigh)
  appendMs(columns.ts, register.timeMs)
  appendStart(columns.start_ts, register)
  columns.flags.append(register.flags & ~realCountsFlag)
  columns.count.append(register.countLow, register.countHigh)
  if (register.hasValue) columns.sum.appendBits(register.valueLow, register.valueHigh)
  else columns.sum.appendNull()
  if (register.hasMin) columns.min.appendBits(register.minLow, register.minHigh)
  else columns.min.appendNull()
  if (register.hasMax) columns.max.appendBits(register.maxLow, register.maxHigh)
  else columns.max.appendNull()
}
