import { otlp, wireType } from '@wakeline/protocol'
import type { Decoding } from './decoding.ts'
import {
  appendMs,
  appendStart,
  hasNoRecordedValue,
  numberOf,
  type PointRegister,
  staleHigh,
  staleLow,
} from './point-register.ts'
import { beginPoint, endPoint, readPointAttribute, readPointTime, readStartTime } from './points.ts'

const { numberDataPoint } = otlp
const { bytes, varint, fixed64 } = wireType
const keys = {
  attributes: (numberDataPoint.attributes << 3) | bytes,
  exemplars: (numberDataPoint.exemplars << 3) | bytes,
}

/** Decodes a point of a gauge or sum that ends at `end`. */
export function decodeNumberPoint(decoding: Decoding, register: PointRegister, end: number): void {
  const { reader } = decoding
  const { exemplars } = decoding.blocks
  const exemplarRows = exemplars.rows
  beginPoint(decoding, register)
  while (reader.at < end) readEntry(decoding, register)
  if (!register.hasValue && !hasNoRecordedValue(register)) reader.fail('it has no value', register.at)
  endPoint(decoding, register, keys, end)
  if (reader.fault === undefined) append(decoding, register)
  else {
    exemplars.truncate(exemplarRows)
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
    case (numberDataPoint.timeUnixNano << 3) | fixed64:
      readPointTime(decoding, register)
      return
    case (numberDataPoint.startTimeUnixNano << 3) | fixed64:
      readStartTime(decoding, register)
      return
    case (numberDataPoint.asDouble << 3) | fixed64:
    case (numberDataPoint.asInt << 3) | fixed64:
      reader.fixed64()
      register.hasValue = true
      register.isInt = key >>> 3 === numberDataPoint.asInt
      register.valueLow = reader.low
      register.valueHigh = reader.high
      return
    case keys.exemplars:
      reader.at = reader.lengthEnd()
      register.exemplars += 1
      return
    case (numberDataPoint.flags << 3) | varint:
      register.flags = reader.varint32()
      return
    default:
      // Number 1 held labels once.
      if (key >>> 3 > 1 && key >>> 3 <= numberDataPoint.flags) reader.refuseWireType(key)
      else reader.skip(key)
  }
}

function append(decoding: Decoding, register: PointRegister): void {
  const { columns } = decoding.blocks.samples
  columns.series_id.append(register.seriesLow, register.seriesHigh)
  appendMs(columns.ts, register.timeMs)
  appendStart(columns.start_ts, register)
  if (hasNoRecordedValue(register)) columns.value.appendBits(staleLow, staleHigh)
  else if (register.isInt) columns.value.append(numberOf(register.valueLow, register.valueHigh))
  else columns.value.appendBits(register.valueLow, register.valueHigh)
  columns.flags.append(register.flags)
  decoding.accepted += 1
}
