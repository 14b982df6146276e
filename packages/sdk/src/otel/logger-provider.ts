import { type ContextStorage, contextOf, type ForeignContext } from '../context/context.ts'
import { messageOf } from '../encode/plain-value.ts'
import type { ScopeChunk, SignalBuffer } from '../export/signal-buffer.ts'
import type { Logging } from '../logs/logger.ts'
import { type TimeInput, unixMsOf } from '../traces/time-input.ts'
import { knownSpan } from '../traces/tracing.ts'

interface OtelLogRecord {
  eventName?: string
  timestamp?: TimeInput
  severityNumber?: number
  severityText?: string
  body?: unknown
  attributes?: object
  exception?: unknown
  context?: ForeignContext
}

export interface OtelLogging {
  readonly logging: Logging
  readonly storage: ContextStorage
  readonly buffer: SignalBuffer
  flush(): Promise<void>
}

/** The LoggerProvider of `@opentelemetry/api-logs`: the bridge of pino, winston and bunyan. Nothing is shown twice: it only exports. */
export class OtelLoggerProvider {
  private readonly parts: OtelLogging

  constructor(parts: OtelLogging) {
    this.parts = parts
  }

  getLogger(name: string, version?: string, options?: { schemaUrl?: string }): OtelLogger {
    const scope = { name: String(name || 'unknown'), version: version ?? '', schemaUrl: options?.schemaUrl ?? '' }
    return new OtelLogger(this.parts, this.parts.buffer.scope(scope))
  }

  forceFlush(): Promise<void> {
    return this.parts.flush()
  }

  shutdown(): Promise<void> {
    return this.parts.flush()
  }
}

class OtelLogger {
  private readonly parts: OtelLogging
  private readonly chunk: ScopeChunk

  constructor(parts: OtelLogging, chunk: ScopeChunk) {
    this.parts = parts
    this.chunk = chunk
  }

  enabled(): boolean {
    return this.parts.buffer.enabled
  }

  emit(record: OtelLogRecord): void {
    const { logging, storage } = this.parts
    const context = record.context === undefined ? storage.getStore() : contextOf(record.context)
    try {
      logging.export(
        {
          unixMs:
            record.timestamp === undefined ? logging.clock.nowUnixMs() : unixMsOf(record.timestamp, logging.clock),
          level: { name: record.severityText ?? '', severity: record.severityNumber ?? 0 },
          loggerName: '',
          message: '',
          body: record.body,
          eventName: record.eventName,
          attributes: record.attributes,
          bound: this.parts.logging.boundIn(context),
          error: record.exception instanceof Error ? record.exception : undefined,
          span: context === undefined ? undefined : knownSpan(context.span),
        },
        this.chunk,
      )
    } catch (thrown) {
      process.emitWarning(`Cannot export a log record: ${messageOf(thrown)}`)
    }
  }
}
