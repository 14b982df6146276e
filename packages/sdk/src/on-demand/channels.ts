import { tracingChannel } from 'node:diagnostics_channel'
import type { Context, Contexts } from '../context/context.ts'
import type { SignalBuffer } from '../export/signal-buffer.ts'
import { type ChannelCall, knownChannels } from '../instrument/known-channels.ts'
import type { Metering } from '../metrics/metering.ts'
import type { Span } from '../traces/span.ts'
import type { Tracing } from '../traces/tracing.ts'

export interface ChannelParts {
  readonly contexts: Contexts
  readonly tracing: Tracing
  readonly metering: Metering
  readonly buffers: { readonly traces: SignalBuffer }
  /** Whether an OpenTelemetry package does the same for this library. */
  yields(library: string): boolean
}

/** What the spans of a channel look like. */
export interface ChannelView {
  readonly library: string
  /** Undefined: no span for this call. */
  describe(message: object): ChannelCall | undefined
}

interface Call {
  readonly span: Span
  readonly outer: Context
  readonly startMs: number
  readonly labels: Record<string, unknown> | undefined
}

/** Traces every library we know that publishes its calls. Returns how to stop. */
export function instrumentChannels(parts: ChannelParts): () => void {
  const stops = Object.entries(knownChannels).map(([name, view]) => traceChannel(parts, name, view))
  return () => {
    for (const stop of stops) stop()
  }
}

/**
 * Makes a span of each call that is published on `tracing:NAME:*` of diagnostics_channel. What the library does for the
 * call runs inside the span; its callback runs in the context of the caller again.
 */
export function traceChannel(parts: ChannelParts, name: string, view: ChannelView): () => void {
  const { contexts, tracing } = parts
  const chunk = parts.buffers.traces.scope({ name: `wakeline/${view.library}`, version: '', schemaUrl: '' })
  const calls = new WeakMap<object, Call>()
  const channel = tracingChannel(name)
  const duration = parts.metering.histogram(chunk.scope, 'db.client.operation.duration', {
    unit: 's',
    description: 'Duration of database client operations.',
  })
  const begin = (message: object): Context => {
    const outer = contexts.active()
    const call = outer.suppressed || parts.yields(view.library) ? undefined : view.describe(message)
    if (call === undefined) return outer
    const span = tracing.start(chunk, call.name, outer, { kind: call.kind, startUnixMs: 0, root: false })
    span.setAttributes(call.attributes)
    calls.set(message, { span, outer, startMs: performance.now(), labels: call.labels })
    return outer.withSpan(span)
  }
  const end = (message: object): void => {
    const call = calls.get(message)
    if (call === undefined) return
    calls.delete(message)
    const failed = 'error' in message && message.error !== undefined
    if (failed) call.span.recordError(message.error)
    call.span.end()
    if (call.labels === undefined) return
    const type = failed && message.error instanceof Error ? message.error.name : undefined
    duration.record((performance.now() - call.startMs) / 1000, { ...call.labels, 'error.type': type })
  }
  const back = (message: object): Context => calls.get(message)?.outer ?? contexts.active()
  const listeners = {
    start: () => {},
    // A call that threw has no later end.
    end: (message: object) => {
      if ('error' in message || 'result' in message) end(message)
    },
    asyncStart: end,
    asyncEnd: end,
    error: () => {},
  }
  channel.start.bindStore(contexts.storage, (message) => begin(message as object))
  channel.asyncStart.bindStore(contexts.storage, (message) => back(message as object))
  channel.subscribe(listeners as Parameters<typeof channel.subscribe>[0])
  return () => {
    channel.start.unbindStore(contexts.storage)
    channel.asyncStart.unbindStore(contexts.storage)
    channel.unsubscribe(listeners as Parameters<typeof channel.unsubscribe>[0])
  }
}
