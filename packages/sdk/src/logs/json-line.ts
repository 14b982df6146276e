import type { AttributeEncoding } from '../encode/attributes.ts'
import { type Key, redacted } from '../encode/keys.ts'
import { cutString, plainValue } from '../encode/plain-value.ts'
import type { RecordWriter } from '../encode/record-writer.ts'
import type { Attributes } from '../public.ts'
import type { LogRecord } from './log-record.ts'

/**
 * One line of JSON for one record:
 *
 *     {"time":"2026-11-22T15:44:57.123Z","level":"info","msg":"order paid","trace_id":"…","span_id":"…","orderId":42}
 *
 * As bytes where they will be written from: text put together of forty pieces is two kilobytes for the garbage collector.
 */
export class JsonLines {
  private readonly how: AttributeEncoding
  private second = -1
  private secondBytes: Uint8Array = new Uint8Array(0)

  constructor(how: AttributeEncoding) {
    this.how = how
  }

  /** Appends the whole line, or nothing when a value throws while it is read. */
  write(writer: RecordWriter, record: LogRecord): void {
    const mark = writer.at
    try {
      this.writeTime(writer, record.unixMs)
      if (record.whole === undefined) this.writeWords(writer, record)
      else record.whole.writeLine(writer)
      writer.utf8('}\n')
    } catch (thrown) {
      writer.at = mark
      throw thrown
    }
  }

  private writeWords(writer: RecordWriter, record: LogRecord): void {
    writeJsonHead(writer, record)
    if (record.attributes !== undefined) writeJsonMembers(writer, record.attributes, this.how)
    if (record.error === undefined) return
    writer.utf8(',"error":')
    writer.utf8(JSON.stringify(plainValue(record.error, this.how.keys, this.how.limits)))
  }

  /** ISO 8601 with milliseconds, and what stands before it; what is the same for a second is made once. */
  private writeTime(writer: RecordWriter, unixMs: number): void {
    const second = Math.floor(unixMs / 1000)
    if (second !== this.second) {
      this.second = second
      this.secondBytes = Buffer.from(`{"time":"${new Date(second * 1000).toISOString().slice(0, 20)}`)
    }
    writer.copy(this.secondBytes)
    const ms = Math.floor(unixMs - second * 1000)
    writer.reserve(3)
    writer.byte(48 + Math.floor(ms / 100))
    writer.byte(48 + (Math.floor(ms / 10) % 10))
    writer.byte(48 + (ms % 10))
  }
}

/** What stands between the time and the attributes of the record itself. */
export function writeJsonHead(writer: RecordWriter, { level, loggerName, message, span, bound }: LogRecord): void {
  writer.utf8('Z","level":"')
  writer.utf8(level.name)
  if (loggerName !== '') {
    writer.utf8('","logger":')
    writer.json(loggerName)
    writer.utf8(',"msg":')
  } else writer.utf8('","msg":')
  writer.json(message)
  if (span !== undefined) {
    const { identity } = span
    writer.utf8(',"trace_id":"')
    writer.reserve(32)
    writer.hex(identity.a)
    writer.hex(identity.b)
    writer.hex(identity.c)
    writer.hex(identity.d)
    writer.utf8('","span_id":"')
    writer.reserve(16)
    writer.hex(span.idHigh)
    writer.hex(span.idLow)
    writer.utf8('"')
  }
  bound?.writeJson(writer)
}

/** `,"key":value` for each attribute. */
export function writeJsonMembers(writer: RecordWriter, attributes: object, how: AttributeEncoding): void {
  const own: Attributes = Object(attributes)
  for (const name in own) {
    let value: unknown
    try {
      value = own[name]
    } catch {
      value = '[cannot be read]'
    }
    if (value !== undefined) writeMember(writer, how.keys.of(name), value, how)
  }
}

/** One of them, for a key that has been looked up and a value that is there. */
export function writeMember(writer: RecordWriter, key: Key, value: unknown, how: AttributeEncoding): void {
  writer.copy(key.json)
  if (typeof value === 'boolean') writer.utf8(value ? 'true' : 'false')
  else if (value === null) writer.utf8('null')
  else if (key.secret) writer.json(redacted)
  else if (typeof value === 'string') writer.json(cutString(value, how.limits.stringMax))
  else if (typeof value === 'number' && Number.isFinite(value)) writer.utf8(`${value}`)
  else writer.utf8(JSON.stringify(plainValue(value, how.keys, how.limits)))
}
