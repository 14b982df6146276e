import { Baggage, type BaggageEntry } from '../context/baggage.ts'
import { baggageKey } from '../context/context.ts'
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

interface Entries {
  getAllEntries(): [string, BaggageEntry][]
}

function hasEntries(value: unknown): value is Entries {
  return typeof value === 'object' && value !== null && 'getAllEntries' in value
}

/** The entries of the active context: read from a header, or set here or through a copy of `@opentelemetry/api`. */
function activeEntries(core: Core): [string, BaggageEntry][] {
  const found = core.contexts.active().getValue(baggageKey)
  return hasEntries(found) ? found.getAllEntries() : []
}

export function baggageOf(core: Core): Record<string, string> {
  return Object.fromEntries(activeEntries(core).map(([name, { value }]) => [name, value]))
}

export function runWithBaggage<T>(core: Core, entries: Readonly<Record<string, string | undefined>>, fn: () => T): T {
  const all = new Map(activeEntries(core))
  for (const [name, value] of Object.entries(entries)) {
    if (value === undefined) all.delete(name)
    else all.set(name, { value: String(value) })
  }
  return core.storage.run(core.contexts.active().withBaggage(new Baggage(all)), fn)
}
