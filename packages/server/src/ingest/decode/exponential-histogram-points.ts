import { otlp, wireType } from '@wakeline/protocol'
import type { Word64Column } from '../../base/native/fixed-columns.ts'
import type { ArrayColumn } from '../../base/native/nested-columns.ts'
import type { Decoding } from './decoding.ts'
import { appendShared, readMax, readMin } from './histogram-points.ts'
import { readVarint64s, readZigzag32 } from './packed.ts'
import type { PointRegister } from './point-register.ts'
import { beginPoint, endPoint, readPointAttribute, readPointTime, readStartTime } from './points.ts'

const { exponentialHistogramDataPoint: point, exponentialHistogramBuckets: buckets } = otlp
const { bytes, varint, fixed64 } = wireType
const keys = { attributes: (point.attributes << 3) | bytes, exemplars: (point.exemplars << 3) | bytes }

/** What an exponential histogram has besides what every point has. */
type Exponential = {
  scale: number
  zeroCountLow: number
  zeroCountHigh: number
  zeroThreshold: number
  positiveOffset: number
  negativeOffset: number
}

/** Decodes a point of an exponential histogram that ends at `end`. */
export function decodeExponentialHistogramPoint(decoding: Decoding, register: PointRegister, end: number): void {
  const { reader } = decoding
  const { histograms, exemplars } = decoding.blocks
  const rows = histograms.rows
  const exemplarRows = exemplars.rows
  const own: Exponential = {
    scale: 0,
    zeroCountLow: 0,
    zeroCountHigh: 0,
    zeroThreshold: 0,
    positiveOffset: 0,
    negativeOffset: 0,
  }
  beginPoint(decoding, register)
  while (reader.at < end) readEntry(decoding, register, own)
  endPoint(decoding, register, keys, end)
  if (reader.fault === undefined) append(decoding, register, own)
  else {
    histograms.truncate(rows)
    exemplars.truncate(exemplarRows)
    decoding.reject('data point', end)
  }
}

function readEntry(decoding: Decoding, register: PointRegister, own: Exponential): void {
  const { reader } = decoding
  const { columns } = decoding.blocks.histograms
  const key = reader.varint32()
  switch (key) {
    case keys.attributes:
      readPointAttribute(decoding, register)
      return
    case (point.timeUnixNano << 3) | fixed64:
      readPointTime(decoding, register)
      return
    case (point.startTimeUnixNano << 3) | fixed64:
      readStartTime(decoding, register)
      return
    case (point.count << 3) | fixed64:
      reader.fixed64()
      register.countLow = reader.low
      register.countHigh = reader.high
      return
    case (point.sum << 3) | fixed64:
      reader.fixed64()
      register.hasValue = true
      register.valueLow = reader.low
      register.valueHigh = reader.high
      return
    case (point.scale << 3) | varint:
      own.scale = readZigzag32(reader)
      return
    case (point.zeroCount << 3) | fixed64:
      reader.fixed64()
      own.zeroCountLow = reader.low
      own.zeroCountHigh = reader.high
      return
    case (point.positive << 3) | bytes:
      own.positiveOffset = readBuckets(decoding, columns.positive_counts)
      return
    case (point.negative << 3) | bytes:
      own.negativeOffset = readBuckets(decoding, columns.negative_counts)
      return
    default:
      readRareEntry(decoding, register, own, key)
  }
}

function readRareEntry(decoding: Decoding, register: PointRegister, own: Exponential, key: number): void {
  const { reader } = decoding
  switch (key) {
    case (point.min << 3) | fixed64:
      readMin(decoding, register)
      return
    case (point.max << 3) | fixed64:
      readMax(decoding, register)
      return
    case (point.zeroThreshold << 3) | fixed64:
      reader.fixed64()
      own.zeroThreshold = reader.fault === undefined ? reader.view.getFloat64(reader.at - 8, true) : 0
      return
    case keys.exemplars:
      reader.at = reader.lengthEnd()
      register.exemplars += 1
      return
    case (point.flags << 3) | varint:
      register.flags = reader.varint32()
      return
    default:
      if (key >>> 3 <= point.zeroThreshold) reader.refuseWireType(key)
      else reader.skip(key)
  }
}

/** Counts into the open row; answers the offset. Of two messages the later one counts. */
function readBuckets({ reader }: Decoding, into: ArrayColumn<Word64Column>): number {
  const end = reader.lengthEnd()
  let offset = 0
  into.values.truncate(into.open)
  while (reader.at < end) {
    const key = reader.varint32()
    switch (key) {
      case (buckets.offset << 3) | varint:
        offset = readZigzag32(reader)
        break
      case (buckets.bucketCounts << 3) | bytes:
      case (buckets.bucketCounts << 3) | varint:
        readVarint64s(reader, key, into.values)
        break
      default:
        if (key >>> 3 <= buckets.bucketCounts) reader.refuseWireType(key)
        else reader.skip(key)
    }
  }
  reader.close(end)
  return offset
}

function append(decoding: Decoding, register: PointRegister, own: Exponential): void {
  const { columns } = decoding.blocks.histograms
  appendShared(columns, register)
  columns.bounds.endRow()
  columns.bucket_counts.endRow()
  columns.scale.append(own.scale)
  columns.zero_count.append(own.zeroCountLow, own.zeroCountHigh)
  columns.zero_threshold.append(own.zeroThreshold)
  columns.positive_offset.append(own.positiveOffset)
  columns.positive_counts.endRow()
  columns.negative_offset.append(own.negativeOffset)
  columns.negative_counts.endRow()
  decoding.accepted += 1
}
