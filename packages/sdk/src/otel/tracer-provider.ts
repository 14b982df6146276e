import { type Context, type ContextStorage, contextOf, type ForeignContext, rootContext } from '../context/context.ts'
import type { ScopeChunk, SignalBuffer } from '../export/signal-buffer.ts'
import type { Attributes } from '../public.ts'
import type { Span, SpanContextLike } from '../traces/span.ts'
import { type TimeInput, unixMsOf } from '../traces/time-input.ts'
import type { Tracing } from '../traces/tracing.ts'

interface SpanOptions {
  kind?: number
  attributes?: Attributes
  links?: { context: SpanContextLike; attributes?: object }[]
  startTime?: TimeInput
  root?: boolean
}

export interface OtelTracing {
  readonly tracing: Tracing
  readonly storage: ContextStorage
  readonly buffer: SignalBuffer
  /** Called with the name of each tracer that is asked for: some do what our own instrumentation does. */
  asked(name: string): void
  flush(): Promise<void>
}

/** The TracerProvider of `@opentelemetry/api`. */
export class OtelTracerProvider {
  private readonly parts: OtelTracing

  constructor(parts: OtelTracing) {
    this.parts = parts
  }

  getTracer(name: string, version?: string, options?: { schemaUrl?: string }): OtelTracer {
    this.parts.asked(name)
    const scope = { name: String(name || 'unknown'), version: version ?? '', schemaUrl: options?.schemaUrl ?? '' }
    return new OtelTracer(this.parts, this.parts.buffer.scope(scope))
  }

  forceFlush(): Promise<void> {
    return this.parts.flush()
  }

  shutdown(): Promise<void> {
    return this.parts.flush()
  }
}

type SpanFn = (span: Span) => unknown

export class OtelTracer {
  private readonly parts: OtelTracing
  private readonly chunk: ScopeChunk

  constructor(parts: OtelTracing, chunk: ScopeChunk) {
    this.parts = parts
    this.chunk = chunk
  }

  startSpan(name: string, options?: SpanOptions, context?: ForeignContext): Span {
    const { tracing, storage } = this.parts
    const parent: Context = context === undefined ? (storage.getStore() ?? rootContext) : contextOf(context)
    const request = {
      kind: (options?.kind ?? 0) + 1,
      startUnixMs: options?.startTime === undefined ? 0 : unixMsOf(options.startTime, tracing.clock),
      root: options?.root === true,
    }
    const span = tracing.start(this.chunk, name, parent, request)
    if (options?.attributes !== undefined) span.setAttributes(options.attributes)
    if (options?.links !== undefined) span.addLinks(options.links)
    return span
  }

  startActiveSpan(
    name: string,
    ...args: [SpanFn] | [SpanOptions, SpanFn] | [SpanOptions, ForeignContext, SpanFn]
  ): unknown {
    const fn = args.at(-1)
    if (typeof fn !== 'function') return undefined
    const options = args.length > 1 && typeof args[0] !== 'function' ? args[0] : undefined
    const given = args.length === 3 ? args[1] : undefined
    const context = given === undefined ? (this.parts.storage.getStore() ?? rootContext) : contextOf(given)
    const span = this.startSpan(name, options, context)
    return this.parts.storage.run(context.withSpan(span), fn as SpanFn, span)
  }
}
