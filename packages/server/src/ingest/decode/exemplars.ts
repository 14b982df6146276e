import { otlp, wireType } from '@wakeline/protocol'
import { readAttribute } from './attributes.ts'
import type { Decoding } from './decoding.ts'
import { checkOptionalId } from './ids.ts'
import { appendMs, numberOf, type PointRegister } from './point-register.ts'
import { millisecondsOf, readTime } from './times.ts'

const { exemplar } = otlp
const { bytes, fixed64 } = wireType

class ExemplarRegister {
  timeLow = 0
  timeHigh = 0
  valueLow = 0
  valueHigh = 0
  hasValue = false
  isInt = false
  traceAt = 0
  traceLength = 0
  spanAt = 0
  spanLength = 0
}

/** Reads the point again, for its exemplars alone: only now is it known which series they belong to. */
export function readExemplars(decoding: Decoding, point: PointRegister, exemplarKey: number, pointEnd: number): void {
  const { reader } = decoding
  reader.at = point.at
  while (reader.at < pointEnd) {
    const key = reader.varint32()
    if (key === exemplarKey) readExemplar(decoding, point)
    else reader.skip(key)
  }
}

function readExemplar(decoding: Decoding, point: PointRegister): void {
  const { reader, innerLetters } = decoding
  const register = new ExemplarRegister()
  const end = reader.lengthEnd()
  innerLetters.clear()
  while (reader.at < end) readEntry(decoding, register)
  reader.close(end)
  checkOptionalId(reader, 'trace id of an exemplar', register.traceAt, register.traceLength, 16)
  checkOptionalId(reader, 'span id of an exemplar', register.spanAt, register.spanLength, 8)
  if (!register.hasValue) reader.fail('one of its exemplars has no value', end)
  if (reader.fault === undefined) append(decoding, point, register)
}

function readEntry(decoding: Decoding, register: ExemplarRegister): void {
  const { reader } = decoding
  const key = reader.varint32()
  switch (key) {
    case (exemplar.timeUnixNano << 3) | fixed64:
      readTime(reader)
      register.timeLow = reader.low
      register.timeHigh = reader.high
      return
    case (exemplar.asDouble << 3) | fixed64:
    case (exemplar.asInt << 3) | fixed64:
      reader.fixed64()
      register.hasValue = true
      register.isInt = key >>> 3 === exemplar.asInt
      register.valueLow = reader.low
      register.valueHigh = reader.high
      return
    case (exemplar.traceId << 3) | bytes:
      register.traceAt = reader.range()
      register.traceLength = reader.length
      return
    case (exemplar.spanId << 3) | bytes:
      register.spanAt = reader.range()
      register.spanLength = reader.length
      return
    case (exemplar.filteredAttributes << 3) | bytes:
      readAttribute(decoding, decoding.blocks.exemplars.columns.attributes, decoding.innerLetters)
      return
    default:
      if (key >>> 3 > 1 && key >>> 3 <= exemplar.filteredAttributes) reader.refuseWireType(key)
      else reader.skip(key)
  }
}

function append(decoding: Decoding, point: PointRegister, register: ExemplarRegister): void {
  const { view, innerLetters } = decoding
  const { columns } = decoding.blocks.exemplars
  const hasTime = (register.timeLow | register.timeHigh) !== 0
  columns.series_id.append(point.seriesLow, point.seriesHigh)
  appendMs(columns.ts, hasTime ? millisecondsOf(register.timeLow, register.timeHigh) : point.timeMs)
  if (register.isInt) columns.value.append(numberOf(register.valueLow, register.valueHigh))
  else columns.value.appendBits(register.valueLow, register.valueHigh)
  if (register.traceLength === 0) columns.trace_id.appendZeros()
  else columns.trace_id.append(view, register.traceAt)
  if (register.spanLength === 0) columns.span_id.appendZeros()
  else columns.span_id.append(view, register.spanAt)
  columns.attributes.endRow()
  innerLetters.appendTo(columns.attribute_types)
}
