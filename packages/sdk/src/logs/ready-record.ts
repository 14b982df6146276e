import type { RemoteSpan } from '../traces/remote-span.ts'
import type { Span } from '../traces/span.ts'
import type { BoundAttributes } from './bound-attributes.ts'
import type { Level, LogRecord, ReadyAttributes } from './log-record.ts'

/** A line of the SDK's own, of which there are many. An object of its attributes is made only for those who ask. */
export class ReadyRecord implements LogRecord {
  readonly unixMs: number
  readonly level: Level
  readonly message: string
  readonly bound: BoundAttributes | undefined
  readonly span: Span | RemoteSpan | undefined
  readonly ready: ReadyAttributes
  readonly loggerName = ''
  readonly error = undefined

  constructor(
    line: { level: Level; message: string; ready: ReadyAttributes; bound: BoundAttributes },
    unixMs: number,
    span: Span | RemoteSpan | undefined,
  ) {
    this.unixMs = unixMs
    this.level = line.level
    this.message = line.message
    this.bound = line.bound
    this.span = span
    this.ready = line.ready
  }

  get attributes(): object {
    const { keys, values } = this.ready
    return Object.fromEntries(keys.map((key, i) => [key.name, values[i]]))
  }
}
