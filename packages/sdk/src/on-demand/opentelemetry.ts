import { OtelContextManager } from '../otel/context-manager.ts'
import { inside } from '../otel/inside.ts'
import { OtelLoggerProvider } from '../otel/logger-provider.ts'
import { OtelMeterProvider } from '../otel/meter-provider.ts'
import type { OtelParts } from '../otel/parts.ts'
import { OtelPropagator } from '../otel/propagator.ts'
import { joinCopies, registerProviders } from '../otel/register.ts'
import { OtelTracerProvider } from '../otel/tracer-provider.ts'

/** Other copies are loaded by the program's own imports, after start(). */
const copiesDelayMs = 3_000

/** Makes our providers those of `@opentelemetry/api`. */
export function registerOpenTelemetry(parts: OtelParts): void {
  parts.propagation.lookInside(inside)
  const providers = {
    tracers: new OtelTracerProvider(parts),
    meters: new OtelMeterProvider(parts.metering, parts.flush),
    loggers: new OtelLoggerProvider(parts),
    contexts: new OtelContextManager(parts.contexts),
    propagator: new OtelPropagator(parts),
  }
  if (!registerProviders(providers, parts.report)) return
  const join = () => joinCopies(providers.tracers, parts.report)
  join()
  parts.schedule(join, copiesDelayMs)
}
