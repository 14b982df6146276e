import type { Span } from '../traces/span.ts'
import type { Context } from './context.ts'

/** Hands each header of the trace and of baggage to `set`, for a request made under `span`. */
export function outgoingHeaders(span: Span, context: Context, set: (name: string, value: string) => void): void {
  span.tracing.propagation.inject(span, context.baggage, set)
}
