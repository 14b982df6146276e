import type { Context, ForeignContext } from '../context/context.ts'
import type { ScopeChunk } from '../export/signal-buffer.ts'
import type { Attributes } from '../public.ts'
import type { Span, SpanContextLike } from '../traces/span.ts'
import { type TimeInput, unixMsOf } from '../traces/time-input.ts'
import type { OtelParts } from './parts.ts'

interface SpanOptions {
  kind?: number
  attributes?: Attributes
  links?: { context: SpanContextLike; attributes?: object }[]
  startTime?: TimeInput
  root?: boolean
}

/** The TracerProvider of `@opentelemetry/api`. */
export class OtelTracerProvider {
  private readonly parts: OtelParts

  constructor(parts: OtelParts) {
    this.parts = parts
  }

  getTracer(name: string, version?: string, options?: { schemaUrl?: string }): OtelTracer {
    this.parts.asked(name)
    const scope = { name: String(name || 'unknown'), version: version ?? '', schemaUrl: options?.schemaUrl ?? '' }
    return new OtelTracer(this.parts, this.parts.buffers.traces.scope(scope))
  }

  forceFlush(): Promise<void> {
    return this.parts.flush()
  }

  shutdown(): Promise<void> {
    return this.parts.flush()
  }
}

type SpanFn = (span: Span) => unknown

class OtelTracer {
  private readonly parts: OtelParts
  private readonly chunk: ScopeChunk

  constructor(parts: OtelParts, chunk: ScopeChunk) {
    this.parts = parts
    this.chunk = chunk
  }

  startSpan(name: string, options?: SpanOptions, context?: ForeignContext): Span {
    const { tracing, contexts } = this.parts
    const parent: Context = context === undefined ? contexts.active() : contexts.of(context)
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
    const { contexts } = this.parts
    const given = args.length === 3 ? args[1] : undefined
    const context = given === undefined ? contexts.active() : contexts.of(given)
    const span = this.startSpan(name, options, context)
    return contexts.storage.run(context.withSpan(span), fn as SpanFn, span)
  }
}
