import type { Core } from '../core.ts'
import { followed } from '../followed.ts'
import type { SpanOptions } from './public.ts'
import type { Span } from './span.ts'
import { kindNumber } from './span-view.ts'

const scope = { name: 'wakeline', version: '', schemaUrl: '' }

/** Begins a span under the active one. Whoever asks ends it. */
export function startSpanOf(core: Core, name: string, options: SpanOptions): Span {
  const { tracing, buffers, contexts } = core
  const request = { kind: kindNumber(options.kind), startUnixMs: 0, root: options.root === true }
  const span = tracing.start(buffers.traces.scope(scope), name, contexts.active(), request)
  if (options.attributes !== undefined) span.setAttributes(options.attributes)
  if (options.links !== undefined) span.addLinks(options.links)
  return span
}

/**
 * Runs a call inside a span of its own, until what it gives is over: a value, a promise, a generator or a stream. Each
 * step of a generator runs inside the span as well, whoever asks for it.
 */
export function traceCall<T>(core: Core, name: string, options: SpanOptions, call: () => T): T {
  const { storage, contexts } = core
  const span = startSpanOf(core, name, options)
  const context = contexts.active().withSpan(span)
  const within = <R>(run: () => R): R => storage.run(context, run)
  const end = (outcome: 'ok' | 'error' | 'stopped', error?: unknown) => {
    if (outcome === 'error') span.recordError(error)
    if (outcome === 'stopped') span.setAttribute('wakeline.stopped_early', true)
    span.end()
  }
  try {
    return followed(within(call), end, within)
  } catch (thrown) {
    end('error', thrown)
    throw thrown
  }
}
