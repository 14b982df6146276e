import type { ForeignContext } from '../context/context.ts'
import { messageOf } from '../encode/plain-value.ts'
import type { ScopeChunk } from '../export/signal-buffer.ts'
import { type TimeInput, unixMsOf } from '../traces/time-input.ts'
import type { OtelParts } from './parts.ts'

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

/** The LoggerProvider of `@opentelemetry/api-logs`: the bridge of pino, winston and bunyan. Nothing is shown twice: it only exports. */
export class OtelLoggerProvider {
  private readonly parts: OtelParts

  constructor(parts: OtelParts) {
    this.parts = parts
  }

  getLogger(name: string, version?: string, options?: { schemaUrl?: string }): OtelLogger {
    const scope = { name: String(name || 'unknown'), version: version ?? '', schemaUrl: options?.schemaUrl ?? '' }
    return new OtelLogger(this.parts, this.parts.buffers.logs.scope(scope))
  }

  forceFlush(): Promise<void> {
    return this.parts.flush()
  }

  shutdown(): Promise<void> {
    return this.parts.flush()
  }
}

class OtelLogger {
  private readonly parts: OtelParts
  private readonly chunk: ScopeChunk

  constructor(parts: OtelParts, chunk: ScopeChunk) {
    this.parts = parts
    this.chunk = chunk
  }

  enabled(): boolean {
    return this.parts.buffers.logs.enabled
  }

  emit(record: OtelLogRecord): void {
    const { logging, contexts } = this.parts
    const context = record.context === undefined ? contexts.storage.getStore() : contexts.of(record.context)
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
          span: context === undefined ? undefined : contexts.span(context),
        },
        this.chunk,
      )
    } catch (thrown) {
      process.emitWarning(`Cannot export a log record: ${messageOf(thrown)}`)
    }
  }
}
