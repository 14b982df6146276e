import { type AttributeEncoding, writeKeyed } from '../encode/attributes.ts'
import type { Key } from '../encode/keys.ts'
import type { RecordWriter } from '../encode/record-writer.ts'
import type { Exchange } from '../instrument/exchange.ts'
import type { RequestShape } from '../instrument/request-shape.ts'
import { type BoundAttributes, logAttributeEntry } from '../logs/bound-attributes.ts'
import { writeMember } from '../logs/json-line.ts'
import { type Level, type LogRecord, levels, type ReadyAttributes } from '../logs/log-record.ts'
import type { Logging } from '../logs/logger.ts'
import type { Span } from '../traces/span.ts'

/** What the line of a request has beside what its shape says. */
const names = [
  'request_id',
  'correlation_id',
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
/** Looked up with the first line: a key says nothing of the program it is used in. */
let keys: readonly Key[] | undefined

/** How a request that has ended so is told of. */
export function endLevel(status: number | undefined, aborted: boolean): 'info' | 'warn' | 'error' {
  return status !== undefined && status >= 500 ? 'error' : aborted ? 'warn' : 'info'
}

export function endMessage(aborted: boolean): string {
  return aborted ? 'request aborted' : 'request completed'
}

/** The line of a request to which the program has added nothing: the record writes itself, with no list and no object for it to be read from. */
export class RequestLine implements LogRecord, ReadyAttributes {
  readonly unixMs: number
  readonly level: Level
  readonly message: string
  readonly bound: BoundAttributes
  readonly span: Span
  readonly loggerName: string
  readonly error: undefined
  /** In the order of the names. One that is undefined is left out. */
  private readonly values: readonly unknown[]
  private readonly how: AttributeEncoding

  constructor({ how, clock }: Logging, exchange: Exchange, said: { shape: RequestShape; values: readonly unknown[] }) {
    const { status, aborted, endMs } = exchange
    this.unixMs = clock.unixMsAt(endMs)
    this.level = levels[endLevel(status, aborted)]
    this.message = endMessage(aborted)
    this.bound = said.shape.line
    this.span = exchange.span
    this.loggerName = ''
    this.error = undefined
    this.values = said.values
    this.how = how
    keys ??= names.map((name) => how.keys.of(name))
  }

  get ready(): ReadyAttributes {
    return this
  }

  get count(): number {
    return names.length
  }

  get attributes(): object {
    return Object.fromEntries(names.map((name, i) => [name, this.values[i]]))
  }

  writeJson(writer: RecordWriter): void {
    this.each(writer, writeMember)
  }

  write(writer: RecordWriter): void {
    this.each(writer, writeAttribute)
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

function writeAttribute(writer: RecordWriter, key: Key, value: unknown, how: AttributeEncoding): void {
  writeKeyed(writer, logAttributeEntry, key, value, how)
}
