import type { Core } from '../core.ts'
import type { Carrier } from './public.ts'

/** The headers under which another process, a worker or the reader of a queue goes on with the active trace. */
export function headersOf(core: Core): Record<string, string> {
  const { contexts, tracing } = core
  const context = contexts.active()
  const headers: Record<string, string> = {}
  tracing.propagation.inject(contexts.span(context), context.baggage, (name, value) => {
    headers[name] = value
  })
  return headers
}

/** Runs `fn` as a part of the trace that the headers name; without one as the beginning of a new trace. */
export function runUnder<T>(core: Core, carrier: Carrier, fn: () => T): T {
  const { propagation } = core.tracing
  const lower = new Map(Object.entries(carrier).map(([name, value]) => [name.toLowerCase(), value] as const))
  const read = (name: string) => {
    const value = lower.get(name)
    return typeof value === 'string' || value === undefined ? value : value.join(',')
  }
  const context = core.contexts.active().withSpan(propagation.remote(read)).withBaggage(propagation.baggage(read))
  return core.storage.run(context, fn)
}
