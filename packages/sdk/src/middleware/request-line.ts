import { type AttributeEncoding, writeKeyed } from '../encode/attributes.ts'
import type { Key } from '../encode/keys.ts'
import { LastText, type PlainText } from '../encode/last-text.ts'
import type { RecordWriter } from '../encode/record-writer.ts'
import type { Exchange } from '../instrument/exchange.ts'
import type { RequestShape } from '../instrument/request-shape.ts'
import { type BoundAttributes, logAttributeEntry } from '../logs/bound-attributes.ts'
import { writeWireHead } from '../logs/encode-log.ts'
import { writeJsonHead, writeMember } from '../logs/json-line.ts'
import { type Level, type LogRecord, levels, type WholeRecord } from '../logs/log-record.ts'
import type { Logging } from '../logs/logger.ts'
import type { Span } from '../traces/span.ts'
import { fillIn, fillInSpan, formOf, type RequestForm, spanAtOf } from './request-form.ts'
import type { KnownIds } from './request-ids.ts'

/** What the line of a request has beside what its shape says and its two ids. */
const names = [
  'user_id',
  'url.path',
  'url.query',
  'http.request.body.size',
  'user_agent.original',
  'client.address',
  'http.response.body.size',
  'http.response.size',
  'code.function.name',
  'duration_seconds',
]
const idNames = ['request_id', 'correlation_id']
/** Looked up with the first line: a key says nothing of the program it is used in. */
let keys: readonly Key[] | undefined
/** Of ids that came with a request. */
const givenRequest = new LastText()
const givenCorrelation = new LastText()

/** How a request that has ended so is told of. */
export function endLevel(status: number | undefined, aborted: boolean): 'info' | 'warn' | 'error' {
  return status !== undefined && status >= 500 ? 'error' : aborted ? 'warn' : 'info'
}

export function endMessage(aborted: boolean): string {
  return aborted ? 'request aborted' : 'request completed'
}

type Ended = Pick<Exchange, 'status' | 'aborted' | 'endMs' | 'span'>

/** What is said of one request. */
interface Said {
  readonly shape: RequestShape
  readonly ids: KnownIds
  /** In the order of the names. One that is undefined is left out. */
  readonly values: readonly unknown[]
}

/** The line of a request to which the program has added nothing: the record writes itself, with no list and no object for it to be read from. */
export class RequestLine implements LogRecord, WholeRecord {
  readonly unixMs: number
  readonly level: Level
  readonly message: string
  readonly bound: BoundAttributes
  readonly span: Span
  readonly loggerName: string
  readonly error: undefined
  readonly whole: WholeRecord | undefined
  private readonly ids: KnownIds
  private readonly values: readonly unknown[]
  private readonly form: RequestForm | undefined
  private readonly how: AttributeEncoding

  constructor({ how, clock, settings }: Logging, exchange: Ended, { shape, ids, values }: Said) {
    const { status, aborted, endMs } = exchange
    this.unixMs = clock.unixMsAt(endMs)
    this.level = levels[endLevel(status, aborted)]
    this.message = endMessage(aborted)
    this.bound = shape.line
    this.span = exchange.span
    this.loggerName = ''
    this.error = undefined
    this.ids = ids
    this.values = values
    this.how = how
    const { requestId, correlationId } = ids
    const isWhole =
      names.length + idNames.length + shape.line.count <= settings.attributesMax &&
      requestId.length <= how.limits.stringMax &&
      correlationId.length <= how.limits.stringMax
    this.whole = isWhole ? this : undefined
    this.form = isWhole ? formOf(shape.forms, requestId.length, correlationId.length) : undefined
    keys ??= names.map((name) => how.keys.keeping(name))
  }

  get attributes(): object {
    const { requestId, correlationId } = this.ids
    const own = names.map((name, i) => [name, this.values[i]])
    return { request_id: requestId, correlation_id: correlationId, ...Object.fromEntries(own) }
  }

  writeLine(writer: RecordWriter): void {
    const { form } = this
    const start = writer.at
    if (form?.line === undefined) this.beginLine(writer)
    else {
      fillIn(writer, form.line, this.request, this.correlation)
      fillInSpan(writer, start + form.line.spanAt, this.span)
    }
    this.each(writer, writeOwnMember)
  }

  writeWire(writer: RecordWriter): void {
    const { form } = this
    if (form?.wire === undefined) this.beginWire(writer)
    else fillIn(writer, form.wire, this.request, this.correlation)
    this.each(writer, writeAttribute)
  }

  /** As any record begins, and kept for those that come after it. */
  private beginLine(writer: RecordWriter): void {
    const { form } = this
    const start = writer.at
    writeJsonHead(writer, this)
    const requestAt = this.beginWith(writer, 'request_id', writeMember) - start - 1
    const correlationAt = this.beginWith(writer, 'correlation_id', writeMember) - start - 1
    if (form === undefined) return
    const bytes = writer.since(start)
    form.line = { bytes, requestAt, correlationAt, spanAt: spanAtOf(bytes) }
  }

  private beginWire(writer: RecordWriter): void {
    const { form } = this
    const start = writer.at
    writeWireHead(writer, this, this.how)
    const requestAt = this.beginWith(writer, 'request_id', writeAttribute) - start
    const correlationAt = this.beginWith(writer, 'correlation_id', writeAttribute) - start
    if (form !== undefined) form.wire = { bytes: writer.since(start), requestAt, correlationAt, spanAt: 0 }
  }

  /** Returns where the text of this id begins, if nothing stands behind it. */
  private beginWith(writer: RecordWriter, name: 'request_id' | 'correlation_id', write: typeof writeMember): number {
    const id = name === 'request_id' ? this.ids.requestId : this.ids.correlationId
    write(writer, this.how.keys.of(name), id, this.how)
    return writer.at - id.length
  }

  private get request(): PlainText {
    const { made, requestId } = this.ids
    return made ?? heldIn(givenRequest, requestId)
  }

  private get correlation(): PlainText {
    const { requestId, correlationId } = this.ids
    return correlationId === requestId ? this.request : heldIn(givenCorrelation, correlationId)
  }

  private each(writer: RecordWriter, write: typeof writeMember): void {
    const { values, how } = this
    for (let i = 0; i < names.length; i++) {
      const key = keys?.[i]
      const value = values[i]
      if (key !== undefined && value !== undefined) write(writer, key, value, how)
    }
  }
}

/** A harmless id is plain and short. */
function heldIn(last: LastText, id: string): PlainText {
  last.holds(id)
  return last
}

/** As `writeMember` does it, with less work where it is one of the usual. */
function writeOwnMember(writer: RecordWriter, key: Key, value: unknown, how: AttributeEncoding): void {
  const { last } = key
  if (typeof value === 'string' && last !== undefined && value.length <= how.limits.stringMax && last.holds(value)) {
    writer.copy(key.json)
    writer.reserve(value.length + 2)
    writer.byte(34)
    writer.plain(last)
    writer.byte(34)
  } else if (typeof value === 'number' && value >= 0 && value <= thousandthsMax) {
    writer.copy(key.json)
    writeThousandths(writer, value)
  } else writeMember(writer, key, value, how)
}

const thousandthsMax = 2_000_000

/** Sizes are whole and durations have thousandths at most: their digits are counted out, for a third of what it costs to make a text of them. */
function writeThousandths(writer: RecordWriter, value: number): void {
  const thousandths = Math.round(value * 1000)
  const whole = (thousandths / 1000) | 0
  let rest = thousandths - whole * 1000
  let place = 1
  while (place * 10 <= whole) place *= 10
  writer.reserve(16)
  for (let left = whole; place >= 1; place = (place / 10) | 0) {
    const digit = (left / place) | 0
    writer.byte(48 + digit)
    left -= digit * place
  }
  if (rest > 0) writer.byte(46)
  for (place = 100; rest > 0; place /= 10) {
    const digit = (rest / place) | 0
    writer.byte(48 + digit)
    rest -= digit * place
  }
}

function writeAttribute(writer: RecordWriter, key: Key, value: unknown, how: AttributeEncoding): void {
  writeKeyed(writer, logAttributeEntry, key, value, how)
}
