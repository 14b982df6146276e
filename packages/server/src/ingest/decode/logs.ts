import { otlp, wireType } from '@wakeline/protocol'
import { isLogShed } from '../shedding.ts'
import { appendArrivedValue } from './arrived.ts'
import { arriveLog } from './arrived-log.ts'
import { readAttributes } from './attributes.ts'
import type { Decoding } from './decoding.ts'
import { checkOptionalId } from './ids.ts'
import { readTime } from './times.ts'
import { letter, readAnyValue, ValueRegister } from './value.ts'

const { logRecord } = otlp
const { bytes, varint, fixed32, fixed64 } = wireType

/** What one log record holds, by place in the body where it is long. The absent is 0. */
export class LogRegister {
  readonly body = new ValueRegister()
  timeLow = 0
  timeHigh = 0
  observedLow = 0
  observedHigh = 0
  severity = 0
  severityTextAt = 0
  severityTextLength = 0
  eventNameAt = 0
  eventNameLength = 0
  traceAt = 0
  traceLength = 0
  spanAt = 0
  spanLength = 0
  flags = 0
  dropped = 0

  clear(): void {
    this.body.clear()
    this.timeLow = this.timeHigh = this.observedLow = this.observedHigh = 0
    this.severity = this.severityTextLength = this.eventNameLength = 0
    this.traceLength = this.spanLength = this.flags = this.dropped = 0
  }
}

/** Decodes the log record that ends at `end` and appends it, or rejects it and leaves nothing of it behind. */
export function decodeLogRecord(decoding: Decoding, register: LogRegister, end: number): void {
  const { reader } = decoding
  const { logs } = decoding.blocks
  const rows = logs.rows
  register.clear()
  decoding.letters.clear()
  readEntries(decoding, register, end)
  reader.close(end)
  checkOptionalId(reader, 'trace id', register.traceAt, register.traceLength, 16)
  checkOptionalId(reader, 'span id', register.spanAt, register.spanLength, 8)
  const isKept = reader.fault === undefined && append(decoding, register)
  if (isKept && reader.fault === undefined) decoding.accepted += 1
  else if (reader.fault === undefined) {
    logs.truncate(rows)
    decoding.shed += 1
  } else {
    logs.truncate(rows)
    decoding.reject('log record', end)
  }
}

function readEntries(decoding: Decoding, register: LogRegister, end: number): void {
  const { reader } = decoding
  while (reader.at < end) {
    const key = reader.varint32()
    switch (key) {
      case (logRecord.attributes << 3) | bytes:
        readAttributes(decoding, decoding.blocks.logs.columns.attributes, decoding.letters, key, end)
        break
      case (logRecord.timeUnixNano << 3) | fixed64:
        readTime(reader)
        register.timeLow = reader.low
        register.timeHigh = reader.high
        break
      case (logRecord.observedTimeUnixNano << 3) | fixed64:
        readTime(reader)
        register.observedLow = reader.low
        register.observedHigh = reader.high
        break
      case (logRecord.severityNumber << 3) | varint:
        register.severity = reader.varint32()
        break
      case (logRecord.severityText << 3) | bytes:
        register.severityTextAt = reader.range()
        register.severityTextLength = reader.length
        break
      case (logRecord.body << 3) | bytes:
        readAnyValue(reader, register.body)
        break
      case (logRecord.traceId << 3) | bytes:
        register.traceAt = reader.range()
        register.traceLength = reader.length
        break
      case (logRecord.spanId << 3) | bytes:
        register.spanAt = reader.range()
        register.spanLength = reader.length
        break
      case (logRecord.eventName << 3) | bytes:
        register.eventNameAt = reader.range()
        register.eventNameLength = reader.length
        break
      case (logRecord.flags << 3) | fixed32:
        register.flags = reader.fixed32()
        break
      case (logRecord.droppedAttributesCount << 3) | varint:
        register.dropped = reader.varint32()
        break
      default:
        // Number 4 was a name once and is reserved now.
        if (key >>> 3 <= logRecord.eventName && key >>> 3 !== 4) reader.refuseWireType(key)
        else reader.skip(key)
    }
  }
}

/**
 * Answers false, and has appended nothing that stays, where there is no room for such a record. What is nothing in most
 * records is left out, and where they come from is filled in behind them.
 */
function append(decoding: Decoding, register: LogRegister): boolean {
  const { view, letters } = decoding
  const { columns } = decoding.blocks.logs
  takeAbsentTimes(decoding, register)
  const sent = register.severity <= 255 ? register.severity : 0
  const severity = decoding.arrival === undefined ? sent : arriveLog(decoding, decoding.arrival, register, sent)
  if (decoding.shedLevel > 0 && isLogShed(decoding.shedLevel, severity)) return false
  appendRare(decoding, register, columns.ts.count)
  columns.ts.append(register.timeLow, register.timeHigh)
  columns.observed_ts.append(register.observedLow, register.observedHigh)
  columns.severity.append(severity)
  columns.severity_text.append(
    view,
    register.severityTextAt,
    decoding.kept(register.severityTextAt, register.severityTextLength),
  )
  appendArrivedValue(decoding, columns.body, register.body)
  columns.attributes.endRow()
  letters.appendTo(columns.attribute_types)
  return true
}

function appendRare(decoding: Decoding, register: LogRegister, row: number): void {
  const { view, letters } = decoding
  const { columns } = decoding.blocks.logs
  if (register.eventNameLength > 0) {
    columns.event_name.fill(row)
    decoding.appendText(columns.event_name, register.eventNameAt, register.eventNameLength)
  }
  // A body that is a string, by far the most common, has the empty type, as attributes have.
  if (register.body.letter !== letter.s) {
    bodyType[0] = register.body.letter
    columns.body_type.fill(row)
    columns.body_type.append(bodyTypeView, 0, 1)
  }
  if (register.traceLength > 0) {
    columns.trace_id.fill(row)
    columns.trace_id.append(view, register.traceAt)
  }
  if (register.spanLength > 0) {
    columns.span_id.fill(row)
    columns.span_id.append(view, register.spanAt)
  }
  columns.flags.appendSome(row, register.flags)
  columns.dropped_attributes.appendSome(row, register.dropped + letters.dropped)
}

const bodyType = new Uint8Array(1)
const bodyTypeView = new DataView(bodyType.buffer)

/** A time that was not given is the observed time; an observed time that was not given is the arrival. */
function takeAbsentTimes(decoding: Decoding, register: LogRegister): void {
  if ((register.observedLow | register.observedHigh) === 0) {
    register.observedLow = decoding.nowLow
    register.observedHigh = decoding.nowHigh
  }
  if ((register.timeLow | register.timeHigh) === 0) {
    register.timeLow = register.observedLow
    register.timeHigh = register.observedHigh
  }
}
