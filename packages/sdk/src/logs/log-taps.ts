import type { Core } from '../core.ts'
import { messageOf } from '../encode/plain-value.ts'
import { entryOf, recordOf } from './log-entry.ts'
import type { LogRecord } from './log-record.ts'
import type { LogProcessor } from './public.ts'

export const DROP: symbol = Symbol.for('wakeline.drop')

/**
 * What stands between a logging call and its output, for the process:
 *
 *     call ──> record ──> processors, in the order added ──> terminal, readers, export
 */
class LogTaps {
  private readonly core: Core
  private readonly processors = new Set<LogProcessor>()
  private readonly readers = new Set<(record: LogRecord) => void>()
  private busy = false

  constructor(core: Core) {
    this.core = core
  }

  process(processor: LogProcessor): () => void {
    this.processors.add(processor)
    this.core.logging.process = (record) => this.run(record)
    return () => {
      this.processors.delete(processor)
      if (this.processors.size === 0) this.core.logging.process = undefined
    }
  }

  read(reader: (record: LogRecord) => void): () => void {
    this.readers.add(reader)
    this.core.logging.also = (record) => this.show(record)
    return () => {
      this.readers.delete(reader)
      if (this.readers.size === 0) this.core.logging.also = undefined
    }
  }

  /** What a processor itself logs is not processed: it would never end. */
  private run(record: LogRecord): LogRecord | undefined {
    if (this.busy) return record
    this.busy = true
    let entry = entryOf(record)
    try {
      for (const processor of this.processors) {
        try {
          const made = processor(entry)
          if (typeof made === 'symbol') return undefined
          entry = made
        } catch (thrown) {
          this.core.report(`Cannot process a log record: a processor failed with ${messageOf(thrown)}`)
        }
      }
      return recordOf(entry, record)
    } finally {
      this.busy = false
    }
  }

  private show(record: LogRecord): void {
    for (const reader of this.readers) {
      try {
        reader(record)
      } catch (thrown) {
        this.core.report(`Cannot read a log record: ${messageOf(thrown)}`)
      }
    }
  }
}

export function logTapsOf(core: Core): LogTaps {
  return core.once('log taps', () => new LogTaps(core))
}
