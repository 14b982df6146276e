import { EventEmitter } from 'node:events'
import { traceChannel as traceOneChannel } from './on-demand/channels.ts'
import { OtelContextManager } from './otel/context-manager.ts'
import { inside } from './otel/inside.ts'
import type { Attributes, Span } from './public.ts'
import { slot } from './slot.ts'
import { startSpanOf, traceCall } from './traces/call-span.ts'
import { baggageOf, headersOf, runUnder, runWithBaggage } from './traces/carry.ts'
import { OpenSpans } from './traces/open-spans.ts'
import type {
  ActiveSpan,
  AnalyzerOptions,
  Carrier,
  ChannelOptions,
  KeepOptions,
  OpenSpan,
  SamplerOptions,
  SpanOptions,
  TailSampling,
  TraceAnalyzer,
  TracedDecorator,
  TracedOptions,
} from './traces/public.ts'
import { samplerOf } from './traces/rate-limit.ts'
import { kindNumber } from './traces/span-view.ts'
import { TraceKeeper } from './traces/tail-sampling.ts'
import { TraceWindow } from './traces/trace-analyzer.ts'

export type * from './traces/public.ts'

slot().tracing.propagation.lookInside(inside)
// Spans are listed from the moment this module is loaded.
const open = OpenSpans.of(slot())

/** The function, each call of which is a span: until its promise, generator or stream is over. */
export function traced<A extends unknown[], R>(fn: (...args: A) => R, options: TracedOptions = {}): (...args: A) => R {
  const name = options.name ?? (fn.name || 'anonymous function')
  const wrapped = function (this: unknown, ...args: A): R {
    return traceCall(slot(), name, options, () => Reflect.apply(fn, this, args))
  }
  Object.defineProperty(wrapped, 'name', { value: fn.name, configurable: true })
  return wrapped
}

/** `traced` for a method. Without a name, the method's name. */
export function Traced(name?: string, options: SpanOptions = {}): TracedDecorator {
  const wrap = (fn: (...args: unknown[]) => unknown, method: string) => {
    const wrapped = traced(fn, { ...options, name: name ?? method })
    Object.defineProperty(wrapped, 'name', { value: method, configurable: true })
    return wrapped
  }
  const decorate = (first: unknown, second: unknown, descriptor?: PropertyDescriptor): unknown => {
    if (typeof first === 'function' && typeof second === 'object' && second !== null)
      return wrap(first as () => unknown, String(Reflect.get(second, 'name')))
    if (typeof descriptor?.value === 'function') descriptor.value = wrap(descriptor.value, String(second))
    return undefined
  }
  return decorate as TracedDecorator
}

/** A span that is ended by hand, a child of the active one. It is not active itself: see `withSpan`. */
export function startSpan(name: string, options: SpanOptions = {}): OpenSpan {
  return startSpanOf(slot(), name, options)
}

/** Runs `fn` with this span as the active one. Does not end it. */
export function withSpan<T>(span: Span, fn: () => T): T {
  const { storage, contexts } = slot()
  return storage.run(contexts.active().withSpan(span), fn)
}

/**
 * A function that runs in the context of now whenever it is called, or an emitter whose listeners do: for queues, pools
 * and emitters of others, which call back from wherever they are. Timers, promises and `await` keep it by themselves.
 */
export function keepContext<T extends object>(target: T): T {
  const { contexts } = slot()
  const bound: unknown = new OtelContextManager(contexts).bind(contexts.active(), target)
  if (target instanceof EventEmitter) return target
  return bound as T
}

/** The headers under which another process, a worker or the reader of a queue goes on with the active trace. */
export function traceHeaders(): Record<string, string> {
  return headersOf(slot())
}

/** Runs `fn` as a part of the trace that these headers name; without one at the beginning of a new trace. */
export function withTraceHeaders<T>(headers: Carrier, fn: () => T): T {
  return runUnder(slot(), headers, fn)
}

/** What comes with the trace from those who called: the W3C's baggage, names and texts. Anyone may have sent it. */
export function baggage(): Record<string, string> {
  return baggageOf(slot())
}

/**
 * Runs `fn` with these entries beside those there are; `undefined` takes one away. Each service called from within gets them, also
 * those of others: nothing secret.
 */
export function withBaggage<T>(entries: Readonly<Record<string, string | undefined>>, fn: () => T): T {
  return runWithBaggage(slot(), entries, fn)
}

/** Runs `fn` without recording: no span begins in it, and requests made in it carry no trace. */
export function suppressed<T>(fn: () => T): T {
  const { storage, contexts } = slot()
  return storage.run(contexts.active().setValue(Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING'), true), fn)
}

/** Spans that have begun since this module was loaded and not ended, the oldest first. At most 10,000 */
export function activeSpans(): ActiveSpan[] {
  return open.list()
}

/** Decides which new traces are recorded, in place of what `start()` was told. Returns how to take that back. */
export function sampleTraces(options: SamplerOptions): () => void {
  const { tracing } = slot()
  const sampler = samplerOf(options, () => performance.now())
  tracing.sampler = sampler
  return () => {
    if (tracing.sampler === sampler) tracing.sampler = undefined
  }
}

/**
 * Keeps the traces worth keeping, whole: those with an error, slow ones, and a share of the rest. The spans of a trace
 * wait in memory until its part in this process is over.
 */
export function keepTraces(options: KeepOptions = {}): TailSampling {
  return new TraceKeeper(slot(), options)
}

/** A span for each call that a library publishes as a TracingChannel. Returns how to stop. */
export function traceChannel(channel: string, options: ChannelOptions = {}): () => void {
  const core = slot()
  const library = options.library ?? channel.split(':')[0] ?? channel
  const ask = (message: object) => {
    try {
      return options.describe === undefined ? { name: channel } : options.describe({ ...message })
    } catch (thrown) {
      // Thrown on, it would end the program: Node takes it for an error nobody caught.
      core.report(`Cannot describe a call of the channel ${channel}: ${String(thrown)}`)
      return undefined
    }
  }
  const describe = (message: object) => {
    const found = ask(message)
    if (found === undefined) return undefined
    const attributes: Attributes = found.attributes ?? {}
    return { name: found.name, kind: kindNumber(found.kind), attributes, labels: undefined }
  }
  const { contexts, tracing, metering, buffers } = core
  return traceOneChannel({ contexts, tracing, metering, buffers, yields: () => false }, channel, { library, describe })
}

/** Keeps the traces of the last while in memory, to be asked about. */
export function analyzeTraces(options: AnalyzerOptions = {}): TraceAnalyzer {
  return new TraceWindow(slot(), open, options)
}
