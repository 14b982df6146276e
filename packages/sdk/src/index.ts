import type { Attributes, Log, Meter, SdkCounts, Span, StartOptions, Trace } from './public.ts'
import { slot } from './slot.ts'

export type * from './public.ts'

/** The logger of the program. Lines carry the ids of the span they are written in. */
export const log: Log = slot().log

/** Makes counters, gauges and histograms. */
export const meter: Meter = slot().meter

/**
 * Runs a function inside a span.
 *
 * ```ts
 * const order = await trace('load order', { 'order.id': 42 }, async (span) => {
 *   span.setAttribute('cache.hit', false)
 *   return { id: 42 }
 * })
 * ```
 */
export const trace: Trace = slot().trace

/**
 * Begins to export and to instrument: once per process, early or late. A second call is said on stderr and ignored.
 * What was recorded before is kept (up to 1 MiB per signal) and sent.
 */
export function start(options: StartOptions = {}): void {
  slot().start(options)
}

/** Sends everything recorded so far; resolves when it was answered or the export timeout has passed. Never rejects. */
export function flush(): Promise<void> {
  return slot().flush()
}

/** Flushes and ends export and instrumentation. start() may be called again. */
export function stop(): Promise<void> {
  return slot().stop()
}

/** Adds these attributes to every log line written while `fn` runs, in whatever it awaits too. */
export function withContext<T>(attributes: Attributes, fn: () => T): T {
  return slot().withContext(attributes, fn)
}

/** The span around this code, or undefined outside of one. */
export function activeSpan(): Span | undefined {
  return slot().activeSpan()
}

/** What was sent, dropped and tried again so far. */
export function counts(): SdkCounts {
  return slot().counts()
}
