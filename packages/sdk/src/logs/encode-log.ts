import { type AttributeEncoding, writeAttribute, writeAttributes, writeValue } from '../encode/attributes.ts'
import { errorType, messageOf, ownEntries, stackOf } from '../encode/plain-value.ts'
import type { RecordWriter } from '../encode/record-writer.ts'
import { logAttributeEntry } from './bound-attributes.ts'
import type { LogRecord } from './log-record.ts'

/**
 * One record as ScopeLogs.log_records.
 *
 *     12 length [ 09 time  10 severity  1a severity text  2a body  32 attributes*  38 dropped
 *                 45 flags  4a trace_id  52 span_id  59 observed time ]
 */
export function writeLogRecord(
  writer: RecordWriter,
  record: LogRecord,
  how: AttributeEncoding,
  attributesMax: number,
): void {
  const guess = 300
  writer.reserve(160)
  writer.byte(0x12)
  const start = writer.open(guess)
  writer.reserve(128)
  writer.byte(0x09)
  writer.unixNano(record.unixMs)
  writer.byte(0x59)
  writer.unixNano(record.unixMs)
  writer.byte(0x10)
  writer.byte(record.level.severity)
  writer.byte(0x1a)
  writer.string(record.level.name)
  writer.reserve(4)
  writer.byte(0x2a)
  writeValue(writer, record.body === undefined ? record.message : record.body, how)
  record.bound?.write(writer)
  let dropped = 0
  const room = Math.max(0, attributesMax - (record.bound?.count ?? 0))
  if (record.ready !== undefined && record.ready.count <= room) {
    record.ready.write(writer)
  } else if (record.attributes !== undefined) {
    dropped = writeAttributes(writer, logAttributeEntry, record.attributes, how, room)
  }
  if (record.error !== undefined) writeError(writer, record.error, how)
  writer.reserve(64)
  if (dropped > 0) {
    writer.byte(0x38)
    writer.varint(dropped)
  }
  writeSpanIdentity(writer, record)
  if (record.eventName !== undefined) {
    writer.byte(0x62)
    writer.string(record.eventName)
  }
  writer.close(start, guess)
}

function writeSpanIdentity(writer: RecordWriter, record: LogRecord): void {
  const span = record.span
  if (span === undefined) return
  writer.byte(0x45)
  writer.fixed32(span.sampled ? 1 : 0)
  writer.byte(0x4a)
  writer.byte(16)
  writer.word(span.identity.a)
  writer.word(span.identity.b)
  writer.word(span.identity.c)
  writer.word(span.identity.d)
  writer.byte(0x52)
  writer.byte(8)
  writer.word(span.idHigh)
  writer.word(span.idLow)
}

const ofError = new Set(['name', 'message', 'stack', 'cause', 'errors'])
const ownMax = 32

function writeError(writer: RecordWriter, error: Error, how: AttributeEncoding): void {
  writeAttribute(writer, logAttributeEntry, 'exception.type', errorType(error), how)
  writeAttribute(writer, logAttributeEntry, 'exception.message', messageOf(error), how)
  writeAttribute(writer, logAttributeEntry, 'exception.stacktrace', stackOf(error), how)
  if (error.cause !== undefined) writeAttribute(writer, logAttributeEntry, 'exception.cause', error.cause, how)
  if (error instanceof AggregateError) writeAttribute(writer, logAttributeEntry, 'exception.errors', error.errors, how)
  // What a library says beside the message: `code`, `status`.
  let count = 0
  for (const [name, value] of ownEntries(error))
    if (!ofError.has(name) && ++count <= ownMax)
      writeAttribute(writer, logAttributeEntry, `exception.${name}`, value, how)
}
