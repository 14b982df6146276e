import type { Contexts } from '../context/context.ts'
import type { Propagation } from '../context/propagation.ts'
import type { SignalBuffer } from '../export/signal-buffer.ts'
import type { Logging } from '../logs/logger.ts'
import type { Metering } from '../metrics/metering.ts'
import type { Report } from '../report.ts'
import type { Tracing } from '../traces/tracing.ts'

/** What our providers for `@opentelemetry/api` work with. */
export interface OtelParts {
  readonly contexts: Contexts
  readonly propagation: Propagation
  readonly tracing: Tracing
  readonly metering: Metering
  readonly logging: Logging
  readonly buffers: { readonly traces: SignalBuffer; readonly logs: SignalBuffer }
  readonly report: Report
  /** Called with the name of each tracer that is asked for: some do what our own instrumentation does. */
  asked(name: string): void
  flush(): Promise<void>
  /** A timer that does not keep the process alive. */
  schedule(run: () => void, delayMs: number): NodeJS.Timeout
}
