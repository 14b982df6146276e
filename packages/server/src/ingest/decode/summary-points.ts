import { otlp, wireType } from '@wakeline/protocol'
import type { Decoding } from './decoding.ts'
import { appendMs, appendStart, hasNoRecordedValue, type PointRegister, staleHigh, staleLow } from './point-register.ts'
import { beginPoint, endPoint, readPointAttribute, readPointTime, readStartTime } from './points.ts'

const { summaryDataPoint, valueAtQuantile } = otlp
const { bytes, varint, fixed64 } = wireType
const keys = { attributes: (summaryDataPoint.attributes << 3) | bytes, exemplars: 0 }

/** Decodes a point of a summary that ends at `end`. */
export function decodeSummaryPoint(decoding: Decoding, register: PointRegister, end: number): void {
  const { reader } = decoding
  const { summaries } = decoding.blocks
  const rows = summaries.rows
  beginPoint(decoding, register)
  while (reader.at < end) readEntry(decoding, register)
  endPoint(decoding, register, keys, end)
  if (reader.fault === undefined) append(decoding, register)
  else {
    summaries.truncate(rows)
    decoding.reject('data point', end)
  }
}

function readEntry(decoding: Decoding, register: PointRegister): void {
  const { reader } = decoding
  const key = reader.varint32()
  switch (key) {
    case keys.attributes:
      readPointAttribute(decoding, register)
      return
    case (summaryDataPoint.timeUnixNano << 3) | fixed64:
      readPointTime(decoding, register)
      return
    case (summaryDataPoint.startTimeUnixNano << 3) | fixed64:
      readStartTime(decoding, register)
      return
    case (summaryDataPoint.count << 3) | fixed64:
      reader.fixed64()
      register.countLow = reader.low
      register.countHigh = reader.high
      return
    case (summaryDataPoint.sum << 3) | fixed64:
      reader.fixed64()
      register.valueLow = reader.low
      register.valueHigh = reader.high
      return
    case (summaryDataPoint.quantileValues << 3) | bytes:
      readQuantile(decoding)
      return
    case (summaryDataPoint.flags << 3) | varint:
      register.flags = reader.varint32()
      return
    default:
      if (key >>> 3 > 1 && key >>> 3 <= summaryDataPoint.flags) reader.refuseWireType(key)
      else reader.skip(key)
  }
}

function readQuantile({ reader, blocks }: Decoding): void {
  const { columns } = blocks.summaries
  const end = reader.lengthEnd()
  let [quantileLow, quantileHigh, valueLow, valueHigh] = [0, 0, 0, 0]
  while (reader.at < end) {
    const key = reader.varint32()
    if (key === ((valueAtQuantile.quantile << 3) | fixed64)) {
      reader.fixed64()
      quantileLow = reader.low
      quantileHigh = reader.high
    } else if (key === ((valueAtQuantile.value << 3) | fixed64)) {
      reader.fixed64()
      valueLow = reader.low
      valueHigh = reader.high
    } else if (key >>> 3 <= valueAtQuantile.value) reader.refuseWireType(key)
    else reader.skip(key)
  }
  reader.close(end)
  columns.quantiles.values.appendBits(quantileLow, quantileHigh)
  columns.values.values.appendBits(valueLow, valueHigh)
}

function append(decoding: Decoding, register: PointRegister): void {
  const { columns } = decoding.blocks.summaries
  columns.series_id.append(register.seriesLow, register.seriesHigh)
  appendMs(columns.ts, register.timeMs)
  appendStart(columns.start_ts, register)
  columns.flags.append(register.flags)
  columns.count.append(register.countLow, register.countHigh)
  if (hasNoRecordedValue(register)) columns.sum.appendBits(staleLow, staleHigh)
  else columns.sum.appendBits(register.valueLow, register.valueHigh)
  columns.quantiles.endRow()
  columns.values.endRow()
  decoding.accepted += 1
}
