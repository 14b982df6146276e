/**
 * The types of `wakeline/traces`. This file imports only the types of `wakeline`: build.ts makes `traces.d.ts` of it.
 */
import type { Attributes, Span, SpanIdentity } from '../public.ts'

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer'

export interface SpanOptions {
  /** Default `internal` */
  kind?: SpanKind
  attributes?: Attributes
  /** Spans elsewhere that caused this one: the messages of a batch. */
  links?: readonly { context: SpanIdentity; attributes?: Attributes }[]
  /** Begin a new trace, whatever is active. Default false */
  root?: boolean
}

/** A span that is ended by hand. */
export interface OpenSpan extends Span {
  /** Only the first call counts. */
  end(): void
}

export interface TracedOptions extends SpanOptions {
  /** Default: the name of the function */
  name?: string
}

/** For methods, as a standard decorator and as one of `experimentalDecorators`. */
export interface TracedDecorator {
  <F extends (...args: never[]) => unknown>(
    method: F,
    context: { readonly name: string | symbol; readonly kind: string },
  ): F
  (target: object, key: string | symbol, descriptor: PropertyDescriptor): void
}

/** A span that has begun and not ended. */
export interface ActiveSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  /** Empty for the first of a trace. */
  readonly parentSpanId: string
  readonly startUnixMs: number
  /** Until now. */
  readonly durationMs: number
  readonly attributes: Attributes
}

export interface SamplerOptions {
  /** Share of new traces that is kept, 0 (none) to 1 (all). Default 1 */
  ratio?: number
  /** At most so many new traces a second, on average; up to one second's worth at once. Default: no limit */
  perSecond?: number
  /** A caller's decision wins. Default true */
  parentBased?: boolean
}

export interface KeepOptions {
  /** Keep traces with a failed span. Default true */
  errors?: boolean
  /** Keep traces in which a span took at least so long. Default 1,000 */
  slowMs?: number
  /** Share of the other traces that is kept, decided by the trace id. Default 0 */
  ratio?: number
  /** Bounds of what waits for its trace to end; the oldest trace is decided early when one is reached. Default 1,000 */
  maxTraces?: number
  /** Default 8,388,608 */
  maxBytes?: number
  /** A trace is decided this long after its first span ended, at the latest. Default 30,000 */
  maxWaitMs?: number
}

export interface TailSampling {
  /** Traces and spans so far. `early`: traces decided before their end, because a bound was reached. */
  counts(): { keptTraces: number; droppedTraces: number; keptSpans: number; droppedSpans: number; early: number }
  /** What waits is decided now; spans go straight out again. */
  stop(): void
}

/** Headers as they come from a request or a message: names in any case, lists joined by a comma. */
export type Carrier = Readonly<Record<string, string | readonly string[] | undefined>>

export interface ChannelOptions {
  /** Name of the instrumentation: its scope is `wakeline/LIBRARY`. Default: the channel's name up to the first `:` */
  library?: string
  /** What a call looks like, from what the library publishes; undefined for no span. Default: the channel's name */
  describe?: (message: Record<string, unknown>) => ({ name: string } & SpanOptions) | undefined
}

export interface AnalyzerOptions {
  /** Traces kept; the one unheard of for longest goes first. Default 1,000 */
  maxTraces?: number
  /** Spans kept in all. Default 50,000 */
  maxSpans?: number
  /** Spans that take at least so long are slow. Default: none are but by their operation's own history */
  slowMs?: number
}

export interface AnalyzedSpan {
  readonly name: string
  readonly kind: SpanKind
  readonly spanId: string
  readonly parentSpanId: string
  /** After the start of the trace. */
  readonly startMs: number
  readonly durationMs: number
  /** Not covered by children. */
  readonly selfMs: number
  /** 0 for a root. */
  readonly depth: number
  readonly attributes: Attributes
  /** Type and message of its error. */
  readonly error: string | undefined
  /** Its parent is in this process and is not here: it has not ended, or was not kept. */
  readonly missingParent: boolean
}

export interface AnalyzedTrace {
  readonly traceId: string
  readonly startUnixMs: number
  /** From the earliest start to the latest end. */
  readonly durationMs: number
  readonly spanCount: number
  /** Name of the first root. */
  readonly rootOperation: string
  /** The span of the caller, when the trace did not begin here; empty otherwise. */
  readonly callerSpanId: string
  /** Every span, depth first: the tree as `depth` says. */
  readonly tree: readonly AnalyzedSpan[]
  /** For each moment the one span that was waited for, earliest first. */
  readonly criticalPath: readonly { readonly span: AnalyzedSpan; readonly fromMs: number; readonly toMs: number }[]
  readonly slowSpans: readonly SlowSpan[]
  readonly errors: readonly { readonly span: AnalyzedSpan; readonly origin: AnalyzedSpan }[]
  /** No parent is missing, no span is open, none was left out. */
  readonly isComplete: boolean
  /** What is wrong with it, in words. */
  readonly problems: readonly string[]
}

export interface SlowSpan {
  readonly traceId: string
  readonly span: AnalyzedSpan
  /** It was slow by this: the threshold, or the 95th percentile of its operation until then. */
  readonly usualMs: number
  readonly by: 'threshold' | 'history'
}

/** Traces of this process, in memory: a bounded window over the spans that have ended. */
export interface TraceAnalyzer {
  trace(traceId: string): AnalyzedTrace | undefined
  /** The latest first. */
  traces(): AnalyzedTrace[]
  /** Over all traces, the slowest first. */
  slowSpans(): SlowSpan[]
  /** Failed spans of all traces with where the error began, the latest first. */
  errors(): { readonly traceId: string; readonly span: AnalyzedSpan; readonly origin: AnalyzedSpan }[]
  /** Mean, 95th percentile and errors of what is in the window, by operation. */
  operations(): { name: string; count: number; errors: number; meanMs: number; p95Ms: number }[]
  /** No more spans are taken; what is there stays. */
  stop(): void
}
