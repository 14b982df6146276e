import { type AttributeEncoding, writeAttribute, writeAttributes, writeValue } from '../encode/attributes.ts'
import { errorType, messageOf, ownEntries, stackOf } from '../encode/plain-value.ts'
import type { RecordWriter } from '../encode/record-writer.ts'
import { logAttributeEntry } from './bound-attributes.ts'
import type { LogRecord } from './log-record.ts'

/**
 * One record as ScopeLogs.log_records.
 *
 *     12 length [ 09 time  59 observed time  45 flags  4a trace_id  52 span_id
 *                 10 severity  1a severity text  2a body  32 attributes*  38 dropped  62 event name ]
 *
 * First what is another in each record, then what many have alike.
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
  writeSpanIdentity(writer, record)
  if (record.whole === undefined) writeWords(writer, record, how, attributesMax)
  else record.whole.writeWire(writer)
  writer.close(start, guess)
}

function writeWords(writer: RecordWriter, record: LogRecord, how: AttributeEncoding, attributesMax: number): void {
  writeWireHead(writer, record, how)
  const room = Math.max(0, attributesMax - (record.bound?.count ?? 0))
  const { attributes } = record
  const dropped = attributes === undefined ? 0 : writeAttributes(writer, logAttributeEntry, attributes, how, room)
  if (record.error !== undefined) writeError(writer, record.error, how)
  writer.reserve(64)
  if (dropped > 0) {
    writer.byte(0x38)
    writer.varint(dropped)
  }
  if (record.eventName !== undefined) {
    writer.byte(0x62)
    writer.string(record.eventName)
  }
}

/** What many records have alike. */
export function writeWireHead(writer: RecordWriter, record: LogRecord, how: AttributeEncoding): void {
  writer.reserve(16)
  writer.byte(0x10)
  writer.byte(record.level.severity)
  writer.byte(0x1a)
  writer.string(record.level.name)
  writer.reserve(4)
  writer.byte(0x2a)
  writeValue(writer, record.body === undefined ? record.message : record.body, how)
  record.bound?.write(writer)
}

function writeSpanIdentity(writer: RecordWriter, { span }: LogRecord): void {
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
