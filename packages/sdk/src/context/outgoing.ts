import type { Span } from '../traces/span.ts'
import { printBaggage } from './baggage.ts'
import type { Context } from './context.ts'
import { printTraceParent } from './trace-parent.ts'

/** Hands each header of W3C trace context and baggage to `set`, for a request made under `span`. */
export function outgoingHeaders(span: Span, context: Context, set: (name: string, value: string) => void): void {
  set('traceparent', printTraceParent(span))
  if (span.identity.state !== undefined) set('tracestate', span.identity.state)
  const baggage = printBaggage(context.baggage)
  if (baggage !== undefined) set('baggage', baggage)
}
