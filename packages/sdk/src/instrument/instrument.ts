import type { ContextStorage } from '../context/context.ts'
import type { ScopeChunk } from '../export/signal-buffer.ts'
import type { Logging } from '../logs/logger.ts'
import type { Metering } from '../metrics/metering.ts'
import type { Tracing } from '../traces/tracing.ts'

/** What built-in instrumentation records with. */
export interface InstrumentParts {
  readonly storage: ContextStorage
  readonly tracing: Tracing
  readonly metering: Metering
  readonly logging: Logging
  /** The scope its spans belong to. */
  readonly chunk: ScopeChunk
  /** True once an OpenTelemetry package does the same: then this one keeps quiet, so that nothing is counted twice. */
  yields(): boolean
}

export const httpServerScope = { name: 'wakeline/http-server', version: '', schemaUrl: '' }
export const httpClientScope = { name: 'wakeline/http-client', version: '', schemaUrl: '' }
export const fetchScope = { name: 'wakeline/fetch', version: '', schemaUrl: '' }
export const processScope = { name: 'wakeline/process', version: '', schemaUrl: '' }
